"""Workbooks: the cells of one sheet, and what they are beside their values."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineError, CalamineWorkbook

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_table import SourceTable, check_header, check_size

MAXIMUM_UNPACKED = 512 * 2**20
#: A part of more than a mebibyte that shrank more than this is taken for a zip bomb.
MAXIMUM_RATIO = 200


def read_workbook(path: Path, file: str, sheet: str | None = None) -> SourceTable:
    """Read a sheet, unnamed where only one is filled; its cells hold what they show."""
    check_archive(path, file)
    try:
        book = CalamineWorkbook.from_path(path)
        sheets: dict[str, list[list[Any]]] = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError):
        raise _unreadable(file) from None
    if not sheets:
        raise _unreadable(file)
    name = _sheet(sheets, sheet, file)
    kinds = cell_kinds(path, name)
    rows = _as_shown(sheets[name], kinds)
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if _filled(row)]
    if not numbered:
        raise DataError(
            "the sheet is empty", file=file, expected="a row with column names", remedy="Fill it."
        )
    header = [str(name).strip() for name in numbered[0][1]]
    DataError.raise_for(check_header(header, file))
    check_size(len(numbered) - 1, file)
    cells = pd.DataFrame(
        [row for _, row in numbered[1:]],
        columns=header,
        index=[number for number, _ in numbered[1:]],
        dtype=object,
    )
    shown = {
        column: sum(place[1] == number for place in kinds.percentages)
        for number, column in enumerate(header, start=1)
    }
    percentages = {column: count for column, count in shown.items() if count}
    return SourceTable(file, cells, percentages=percentages)


def _as_shown(rows: list[list[object]], kinds: CellKinds) -> list[list[object]]:
    for (row, column), error in kinds.errors.items():
        _put(rows, row, column, _faulty("a cell that shows an error", error, row, column))
    for row, column in kinds.uncalculated:
        _put(rows, row, column, _faulty("a formula without a result", "a formula", row, column))
    for row, column in kinds.percentages:
        value = rows[row - 1][column - 1] if row <= len(rows) else ""
        if isinstance(value, int | float):
            # The value is a fraction in two's powers: 0.07 * 100 is not 7.
            rows[row - 1][column - 1] = round(value * 100, 10)
    return rows


def _put(rows: list[list[object]], row: int, column: int, cell: object) -> None:
    while len(rows) < row:
        rows.append([""] * (len(rows[0]) if rows else 0))
    if column <= len(rows[row - 1]):
        rows[row - 1][column - 1] = cell


def _faulty(what: str, found: str, row: int, column: int) -> Problem:
    remedy = "Correct the cell, or empty it."
    if what.startswith("a formula"):
        remedy = "Open the workbook in a spreadsheet program, let it calculate, and save it; or write the value."
    where = f"{found} in {get_column_letter(column)}{row}"
    return Problem(what, found=where, expected="a value", remedy=remedy)


def check_archive(path: Path, file: str) -> None:
    """Refuse a workbook that is not there or would unpack to an unreasonable size."""
    if not path.is_file():
        raise DataError("the file is missing", file=file, remedy="Correct its name or folder.")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise _unreadable(file) from None
    unpacked = sum(part.file_size for part in parts)
    bombs = [
        part
        for part in parts
        if part.file_size > 2**20 and part.file_size > MAXIMUM_RATIO * part.compress_size
    ]
    if unpacked > MAXIMUM_UNPACKED or bombs:
        what, found = "the workbook unpacks to more than a table needs", f"{unpacked:,} bytes"
        expected = f"at most {MAXIMUM_UNPACKED:,}, packed at most {MAXIMUM_RATIO} times"
        remedy = "Save the table again as a new workbook."
        raise DataError(what, file=file, found=found, expected=expected, remedy=remedy)


def _sheet(sheets: dict[str, list[list[object]]], sheet: str | None, file: str) -> str:
    if sheet is not None and sheet not in sheets:
        what, remedy = f"there is no sheet '{sheet}'", "Correct sheet in study.yml."
        raise DataError(what, file=file, found=", ".join(sheets), remedy=remedy)
    filled = [name for name, rows in sheets.items() if any(_filled(row) for row in rows)]
    if sheet is None and len(filled) > 1:
        what, expected = "several sheets hold something", "one sheet, or its name"
        remedy = "Set sheet: in study.yml."
        raise DataError(what, file=file, found=", ".join(filled), expected=expected, remedy=remedy)
    return sheet or (filled or list(sheets))[0]


def _filled(row: list[object]) -> bool:
    return any(cell not in ("", None) for cell in row)


def _unreadable(file: str) -> DataError:
    what = "the workbook is damaged, or no .xlsx file"
    expected = "a complete .xlsx file without a password"
    return DataError(what, file=file, expected=expected, remedy="Save it again as .xlsx.")


#: Number formats of Excel itself that show a percentage.
_BUILT_IN_PERCENT = {"9", "10"}
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\b([rst])="([^"]*)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_PLACE = re.compile(r"[A-Z]{1,3}[1-9]\d*")


@dataclass(frozen=True, slots=True)
class CellKinds:
    """Places (row, column): errors shown, formulas without a result, numbers shown as percentages."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    percentages: set[tuple[int, int]] = field(default_factory=set)


def cell_kinds(path: Path, sheet: str) -> CellKinds:
    """Return the cells of one sheet that are more than their value; none where it has no part."""
    found = CellKinds()
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return found
        percent = _percent_styles(archive)
        content = archive.read(part)
    if not percent and b't="e"' not in content and not _FORMULA.search(content):
        return found
    for attributes, inside in _CELL.findall(content):
        said = {name: value.decode() for name, value in _ATTRIBUTE.findall(attributes)}
        if not _PLACE.fullmatch(said.get(b"r", "")):
            continue
        place = coordinate_to_tuple(said[b"r"])
        value = _VALUE.search(inside)
        if said.get(b"t") == "e":
            found.errors[place] = value[1].decode() if value else "an error"
        elif value is None and _FORMULA.search(inside):
            found.uncalculated.add(place)
        elif value is not None and said.get(b"s") in percent and said.get(b"t", "n") == "n":
            found.percentages.add(place)
    return found


def _root(archive: zipfile.ZipFile, part: str) -> ElementTree.Element | None:
    """Return a part's XML; a part with a document type is no part of a workbook."""
    if part not in archive.namelist():
        return None
    content = archive.read(part)
    if b"<!DOCTYPE" in content:
        return None
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return None


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book, links = (_root(archive, "xl/workbook.xml"), _root(archive, "xl/_rels/workbook.xml.rels"))
    if book is None or links is None:
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for item in book.findall(".//{*}sheet"):
        if item.get("name") == sheet:
            number = next((v for k, v in item.attrib.items() if k.endswith("}id")), None)
            target = targets.get(number, "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    styles = _root(archive, "xl/styles.xml")
    if styles is None:
        return set()
    percent = _BUILT_IN_PERCENT | {
        item.get("numFmtId", "")
        for item in styles.findall(".//{*}numFmt")
        if "%" in re.sub(r'"[^"]*"', "", item.get("formatCode", ""))
    }
    forms = styles.findall("{*}cellXfs/*")
    return {str(number) for number, form in enumerate(forms) if form.get("numFmtId") in percent}
