"""The files of a study from ``study.xlsx``, with the sheet and cell of everything that is wrong."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from wijkkit.errors import DataError, Problem, StudyError
from wijkkit.files import write_whole
from wijkkit.loaders.workbook import UNREADABLE, check_archive
from wijkkit.proposal import workbook_export as sheets
from wijkkit.proposal.files import inline, key_text
from wijkkit.study.checks import MARK
from wijkkit.study.files import open_study

#: File and key path -> the cell that says it.
Origins = dict[tuple[str, str], str]


@dataclass(slots=True)
class _Content:
    """What a workbook says: the content of each file, and which cell says which part."""

    study: dict[str, Any] = field(default_factory=dict)
    codebook: dict[str, Any] = field(default_factory=dict)
    indicators: dict[str, Any] = field(default_factory=dict)
    areas: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    origins: Origins = field(default_factory=dict)


def import_study(workbook: str | Path, folder: str | Path) -> list[Path]:
    """Write a study's files as its workbook says, or nothing: errors name sheet and cell."""
    path, folder = Path(workbook), Path(folder)
    content = _content(path)
    files = _files(content)
    if not content.asked:
        _check(files, content.origins, folder)
    for name, text in files.items():
        write_whole(folder / name, text)
    for old in folder.glob("wijken/*.yml"):
        old.unlink()
    return [folder / name for name in files]


def _content(path: Path) -> _Content:
    rows, problems = {}, []
    try:
        check_archive(path, path.name)
        book = load_workbook(path, data_only=True)
    except UNREADABLE:
        what = "the workbook cannot be read"
        expected = "a workbook as 'wijkkit study export' writes it"
        remedy = "Correct its name, or export the study again."
        raise DataError(what, file=path.name, expected=expected, remedy=remedy) from None
    for name in sheets.SHEETS:
        if name not in book.sheetnames:
            problems.append(
                Problem(f"no sheet '{name}'", file=path.name, remedy="Export the study again.")
            )
            continue
        rows[name] = list(_rows(book[name], name, path.name, problems))
    DataError.raise_for(problems)
    return _put_together(rows)


def _rows(sheet: Any, name: str, file: str, problems: list[Problem]) -> Iterator[dict[str, Any]]:
    """Yield the filled rows by key, each with its place (``#``)."""
    headings = [str(cell.value or "").strip() for cell in sheet[1]]
    absent = [heading for heading in sheets.SHEETS[name] if heading not in headings]
    if absent:
        problems.append(
            Problem(
                f"no column '{absent[0]}'",
                file=file,
                place=f"{name}!1",
                expected=", ".join(sheets.SHEETS[name]),
                remedy="Write these headings.",
            )
        )
        return
    at = {sheets.SHEETS[name][h]: n for n, h in enumerate(headings) if h in sheets.SHEETS[name]}
    for number, cells in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
        row: dict[str, Any] = {"#": (name, number, {k: n + 1 for k, n in at.items()})}
        for key, position in at.items():
            try:
                row[key] = sheets.from_cell(cells[position])
            except ValueError as error:
                place = f"{name}!{get_column_letter(position + 1)}{number}"
                problems.append(
                    Problem(str(error), file=file, place=place, remedy="Correct the cell.")
                )
        if any(row.get(key) is not None for key in at):
            yield row


def _put_together(rows: Mapping[str, list[dict[str, Any]]]) -> _Content:
    found = _Content()
    for row in rows["studie"]:
        _setting(found, row)
    for sheet, keys in (("metingen", ("waves",)), ("bestanden", ("sources", "survey"))):
        entries = [_entry(row) for row in rows[sheet]]
        target = found.study.setdefault(keys[0], {}) if len(keys) > 1 else found.study
        target[keys[-1]] = entries
        for place, row in enumerate(rows[sheet]):
            for name in (place, row.get("id")):
                _remember(found.origins, "study.yml", f"{'.'.join(keys)}.{name}", row)
    found.areas = [_entry(row) for row in rows["gebieden"]]
    for row in rows["gebieden"]:
        _remember(found.origins, "wijken.csv", str(row.get("name") or row.get("code")), row)
    found.study["groupings"] = list(_groupings(rows["uitsplitsingen"], found.origins))
    _columns(found, rows["kolommen"], rows["waarden"])
    for row in rows["indicatoren"]:
        key = str(row["key"])
        found.indicators[key] = _indicator(row)
        _remember(found.origins, "indicators.yml", key, row)
    found.asked = [str(r["asked"]) for r in rows["vragen"] if r.get("done") != "ja"]
    return found


def _setting(found: _Content, row: dict[str, Any]) -> None:
    first, _, inner = str(row["key"]).partition(".")
    target = found.codebook if first == "design" else found.study
    if inner:
        target.setdefault(first, {})[inner] = row["value"]
    else:
        target[first] = row["value"]
    file = "codebook.yml" if first == "design" else "study.yml"
    _remember(found.origins, file, str(row["key"]), row)


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    rest = row.get("") or {}
    own = {k: v for k, v in row.items() if k not in ("", "#") and v is not None}
    # A name, a code or a wave is text, also where a spreadsheet holds a number.
    as_text = ("id", "label", "wave", "code", "name", "pair", "district", "wijk")
    return {k: str(v) if k in as_text and isinstance(v, int) else v for k, v in own.items()} | rest


def _groupings(rows: list[dict[str, Any]], origins: Origins) -> Iterator[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = str(row["id"])
        entry = _entry({k: v for k, v in row.items() if k not in ("group", "group_label")})
        if "ordered" in entry:
            entry["ordered"] = entry["ordered"] in ("ja", True)
        grouping = found.setdefault(key, entry | {"groups": []})
        grouping["groups"].append(
            {"id": str(row["group"]), "label": row.get("group_label") or str(row["group"])}
        )
        _remember(origins, "study.yml", f"groupings.{len(found) - 1}", row)
    yield from found.values()


def _columns(found: _Content, columns: list[dict[str, Any]], values: list[dict[str, Any]]) -> None:
    entries: dict[str, dict[str, Any]] = {}
    renamed: dict[str, str] = {}
    for row in columns:
        name = str(row["name"])
        if row.get("role") == sheets.UNUSED:
            renamed[name] = ""
            continue
        renamed[name] = sheets.ROLES.get(str(row.get("role")), name)
        keep = {k: v for k, v in row.items() if k not in ("name", "role")}
        entries[renamed[name]] = _entry(keep)
        _remember(found.origins, "codebook.yml", f"columns.{renamed[name]}", row)
    for row in values:
        name = renamed.get(str(row["column"]), "")
        if name:
            _value(entries[name], row)
    found.codebook["columns"] = entries


def _value(entry: dict[str, Any], row: Mapping[str, Any]) -> None:
    value = row.get("value")
    raw = None if row.get("raw") is None else str(row["raw"])
    if value == sheets.MISSING:
        entry.setdefault("missing", []).append(raw)
    elif value in (sheets.BESIDE_NO, sheets.BESIDE_MISSING):
        counts = "no" if value == sheets.BESIDE_NO else "missing"
        entry.setdefault("not_applicable", {})[raw] = counts
    else:
        if raw is not None:
            entry.setdefault("values", {})[raw] = value
        if row.get("name") is not None:
            entry.setdefault("names", {})[str(value)] = row["name"]


def _indicator(row: Mapping[str, Any]) -> dict[str, Any]:
    keep = {k: v for k, v in row.items() if k not in ("key", "values", "direction")}
    entry = _entry(keep)
    if row.get("direction") is not None:
        entry["direction"] = sheets.BETTER.get(str(row["direction"]), row["direction"])
    values = row.get("values")
    if values == "elk":
        entry["answers"] = "each"
    elif values is not None:
        options = dict(entry.get("options") or {})
        entry["options"] = {"values": values if isinstance(values, list) else [values], **options}
    return entry


def _remember(origins: Origins, file: str, place: str, row: Mapping[str, Any]) -> None:
    sheet, number, columns = row["#"]
    origins[file, place] = f"{sheet}!A{number}"
    for key, column in columns.items():
        if key:
            origins[file, f"{place}.{key}"] = f"{sheet}!{get_column_letter(column)}{number}"


def _files(content: _Content) -> dict[str, str]:
    marks = "".join(f"{MARK} {asked}\n" for asked in content.asked)
    return {
        "study.yml": f"{_lines(content.study)}{marks}",
        "codebook.yml": _lines(content.codebook),
        "indicators.yml": _lines(content.indicators) or "{}\n",
        "wijken.csv": _area_lines(content.areas),
    }


def _lines(content: Mapping[str, Any]) -> str:
    """Return YAML with an entry per line, one level of lists and keys unfolded."""
    lines = []
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            lines.append(f"{key_text(str(key))}:")
            lines += [f"  {key_text(str(k))}: {inline(v)}" for k, v in value.items()]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines += [f"{key_text(str(key))}:", *(f"  - {inline(item)}" for item in value)]
        else:
            lines.append(f"{key_text(str(key))}: {inline(value)}")
    return "\n".join(lines) + "\n" if lines else ""


def _area_lines(areas: list[dict[str, Any]]) -> str:
    columns = ("code", "name", "arm", "pair", "district", "start", "wijk", "codes")
    rows = [";".join(columns)]
    for area in areas:
        told = {**area, "codes": _codes_text(area.get("codes"))}
        cells = [str(told.get(column) or "") for column in columns]
        rows.append(";".join(f'"{c}"' if ";" in c or '"' in c else c for c in cells))
    return "\n".join(rows) + "\n"


def _codes_text(codes: Any) -> str:
    if not isinstance(codes, Mapping):
        return str(codes or "")
    lists = {w: [c] if isinstance(c, str) else list(c) for w, c in codes.items()}
    return ", ".join(f"{wave}={'+'.join(map(str, found))}" for wave, found in lists.items())


def _check(files: Mapping[str, str], origins: Origins, folder: Path) -> None:
    """Open the files in a folder of their own; say what is wrong by sheet and cell."""
    temporary = Path(tempfile.mkdtemp(prefix="study-"))
    try:
        for name, text in files.items():
            write_whole(temporary / name, text)
        own = folder / "indicators.py"
        if own.is_file():
            shutil.copy(own, temporary / own.name)
        open_study(temporary)
    except StudyError as error:
        raise StudyError(_by_cell(problem, origins) for problem in error.problems) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _by_cell(problem: Problem, origins: Origins) -> Problem:
    parts = problem.place.split(".")
    file = problem.file.partition(",")[0]
    for size in range(len(parts), 0, -1):
        cell = origins.get((file, ".".join(parts[:size])))
        if cell is not None:
            return replace(problem, file="study.xlsx", place=cell)
    return problem
