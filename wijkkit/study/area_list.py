"""``wijken.csv``: the wijken of a study as one list, beside or in the place of ``wijken/*.yml``."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wijkkit.errors import DataError, Problem

#: The columns of a list of areas, and what Dutch lists call them.
COLUMNS = {
    "code": ("code", "gebiedscode", "areacode"),
    "name": ("name", "naam", "label"),
    "arm": ("arm",),
    "pair": ("pair", "paar"),
    "district": ("district", "gebied", "hoort bij", "stadsdeel"),
    "wijk": ("wijk", "slug"),
    "start": ("start", "begin", "startdatum", "begindatum"),
    "codes": ("codes",),
}
_SEPARATORS = (";", ",", "\t")


def read_area_list(path: Path, file: str) -> list[dict[str, str]]:
    """Read a list of wijken, one per row.

    Parameters
    ----------
    path : Path
        csv in UTF-8 or Windows-1252, separated by ``;``, ``,`` or tabs. Columns ``code`` and,
        where there are, ``name, arm, pair, district``; ``start`` where the programme started on
        another day than study.yml says (2019-09-01 or 1-9-2019); ``wijk`` for another short name
        than the one made of the name; ``codes`` for the codes of other waves (``2018=BU1+BU2``).

    Returns
    -------
    list of dict
        Each row with all columns, empty where the list has none, and `wijk`, a short name that
        no other row has.

    Raises
    ------
    DataError
        The list is missing or cannot be read, has no column ``code``, or an empty or double code.
    """
    numbered = _rows(path, file)
    header = [_column(name) for name in numbered[0][1]] if numbered else []
    if "code" not in header:
        raise DataError(
            "no column 'code'",
            file=file,
            found=", ".join(numbered[0][1][:8]) if numbered else "an empty file",
            expected="code;name;arm;pair;district",
            remedy="Write these names in the first row.",
        )
    areas: list[Any] = []
    problems: list[Problem] = []
    slugs: set[str] = set()
    seen: dict[str, int] = {}
    for number, cells in numbered[1:]:
        area = {name: "" for name in COLUMNS} | {
            name: cell.strip() for name, cell in zip(header, cells, strict=False) if name
        }
        problems += _wrong(area["code"], number, seen, file)
        area["name"] = area["name"] or area["code"]
        area["wijk"] = area["wijk"] or _slug(area["name"], area["code"], slugs)
        slugs.add(area["wijk"])
        areas.append(area)
    if problems:
        raise DataError(problems)
    return areas


def _rows(path: Path, file: str) -> list[tuple[int, list[str]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            "the list of areas cannot be read",
            file=file,
            found=error.strerror or str(error),
            remedy="Correct its name.",
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("windows-1252", errors="replace")
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [(number, row) for number, row in enumerate(rows, start=1) if any(row)]


def _column(name: str) -> str:
    plain = name.strip().lower()
    return next((column for column, names in COLUMNS.items() if plain in names), "")


def _wrong(code: str, number: int, seen: dict[str, int], file: str) -> Iterator[Problem]:
    if not code:
        yield Problem("no code", file=file, place=f"row {number}", remedy="Fill in the code.")
    elif code in seen:
        yield Problem(
            "a code more than once",
            file=file,
            place=f"rows {seen[code]} and {number}",
            found=code,
            remedy="Keep one of the rows.",
        )
    seen.setdefault(code, number)


def _slug(name: str, code: str, taken: set[str]) -> str:
    plain = _plain(name) or _plain(code) or "wijk"
    return plain if plain not in taken else f"{plain[:40]}-{_plain(code)}".strip("-")


def _plain(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:50].strip("-")
