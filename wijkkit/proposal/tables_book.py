"""The configuration workbook of a GGD tables book, as far as a study can take it over."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from wijkkit.errors import DataError
from wijkkit.loaders.workbook import check_archive

#: Column of sheet ``datasets`` -> role; its first filled row that fits the file counts.
_ROLES = {"jaarvariabele": "wave", "weegfactor": "weight", "stratum": "stratum", "fpc": "fpc"}
_QUESTIONS = ("var", "nvar", "vraag")

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TablesBook:
    """What a configuration says of one survey file.

    Parameters
    ----------
    roles : dict of str to str
        Role -> column of the file.
    groupings : tuple of str
        The columns that its tables are crossed with (sheet ``crossings``).
    questions : tuple of str
        The columns that it has a row of, in its order (sheet ``indeling_rijen``).
    labels : dict of str to str
        Column -> label that it corrects (sheet ``labelcorrectie``).
    absent : tuple of str
        What it names and the file has not.
    """

    roles: dict[str, str]
    groupings: tuple[str, ...]
    questions: tuple[str, ...]
    labels: dict[str, str]
    absent: tuple[str, ...]


def read_tables_book(path: Path, columns: Collection[str]) -> TablesBook:
    """Read a configuration for a file with these columns.

    Of several datasets that one is taken of which the file has the most columns: its year,
    weight and stratum. Rows, crossings and labels of columns that the file lacks are left out
    and named.

    Raises
    ------
    DataError
        The workbook cannot be read or has no sheet ``datasets``.
    """
    sheets = _sheets(path)
    if "datasets" not in sheets:
        raise DataError(
            "no sheet 'datasets'",
            file=path.name,
            found=", ".join(sheets),
            expected="the configuration workbook of a tables book",
            remedy="Correct --tables.",
        )
    roles = _roles(sheets["datasets"], columns)
    subsets = [str(r.get("subset") or "") for r in sheets.get("onderdelen", [])]
    area = next((name for name in subsets if name in columns), None)
    if area is not None:
        roles["area"] = area
    rows = [r for r in sheets.get("indeling_rijen", []) if r.get("type") in _QUESTIONS]
    named = list(dict.fromkeys(str(r["inhoud"]) for r in rows if r.get("inhoud")))
    crossed = [str(r["crossing"]) for r in sheets.get("crossings", []) if r.get("crossing")]
    labels = {
        str(r["var"]): str(r["var_label"])
        for r in sheets.get("labelcorrectie", [])
        if r.get("var") and r.get("var_label") and r["var"] in columns
    }
    return TablesBook(
        roles,
        tuple(name for name in crossed if name in columns),
        tuple(name for name in named if name in columns),
        labels,
        tuple(name for name in (*named, *crossed) if name not in columns),
    )


def _roles(datasets: Rows, columns: Collection[str]) -> dict[str, str]:
    fitting = [
        {role: str(row[own]) for own, role in _ROLES.items() if row.get(own) in columns}
        for row in datasets
    ]
    nobody: dict[str, str] = {}
    return max(fitting, key=len, default=nobody)


def _sheets(path: Path) -> dict[str, Rows]:
    try:
        check_archive(path, path.name)
        book = CalamineWorkbook.from_path(path)
        return {
            name: list(_rows(book.get_sheet_by_name(name).to_python())) for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError):
        raise DataError(
            "the configuration cannot be read",
            file=path.name,
            expected="an .xlsx workbook",
            remedy="Correct --tables.",
        ) from None


def _rows(cells: list[list[Any]]) -> Iterator[dict[str, Any]]:
    if not cells:
        return
    heads = [str(cell).strip() for cell in cells[0]]
    for row in cells[1:]:
        filled = {h: c for h, c in zip(heads, row, strict=False) if h and c not in ("", None)}
        if filled:
            yield filled
