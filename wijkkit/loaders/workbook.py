"""Workbooks: the cells of one sheet, as a reader of the workbook sees them."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_table import SourceTable, check_header, check_size

MAXIMUM_UNPACKED = 512 * 2**20
#: A part of more than a mebibyte that shrank more than this is taken for a zip bomb.
MAXIMUM_RATIO = 200
#: What a missing, damaged or hostile workbook raises in the libraries that read it. Entities in
#: its XML are a ValueError.
UNREADABLE = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, SyntaxError,
    zipfile.BadZipFile, zlib.error, InvalidFileException,
)  # fmt: skip

Rows = list[list[Any]]


def read_workbook(path: Path, file: str, sheet: str | None = None) -> SourceTable:
    """Read a sheet, unnamed where only one is filled; its cells hold what they show."""
    check_archive(path, file)
    try:
        name, cells = _cells(path, file, sheet)
        calculated = any(cell.data_type == "f" for row in cells for cell in row)
        results = _cells(path, file, name, results=True)[1] if calculated else cells
    except UNREADABLE:
        raise _unreadable(file) from None
    percentages = Counter(
        place for row in results for place, cell in enumerate(row) if is_percentage(cell)
    )
    rows = _rectangle(
        [_shown(row + 1, at + 1, *both) for at, both in enumerate(zip(*pair, strict=True))]
        for row, pair in enumerate(zip(cells, results, strict=True))
    )
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(map(_filled, row))]
    if not numbered:
        raise DataError(
            "the sheet is empty", file=file, expected="a row with column names", remedy="Fill it."
        )
    header = [str(name).strip() for name in numbered[0][1]]
    DataError.raise_for(check_header(header, file))
    check_size(len(numbered) - 1, file)
    table = pd.DataFrame(
        [row for _, row in numbered[1:]],
        columns=header,
        index=[number for number, _ in numbered[1:]],
        dtype=object,
    )
    shown = {header[place]: count for place, count in sorted(percentages.items())}
    return SourceTable(file, table, percentages=shown)


def _cells(path: Path, file: str, sheet: str | None, results: bool = False) -> tuple[str, Rows]:
    """Return the name of the sheet and its cells: formulas, or the `results` that they had."""
    with closing(load_workbook(path, read_only=True, data_only=results, keep_links=False)) as book:
        sheets = {one.title: one for one in book.worksheets}
        for one in sheets.values():
            one.reset_dimensions()  # what a program says of them need not be so
        if sheet is None:
            filled = [name for name, one in sheets.items() if any(map(_filled, chain(*one.values)))]
            if len(filled) > 1:
                what, expected = "several sheets hold something", "one sheet, or its name"
                found, remedy = ", ".join(filled), "Set sheet: in study.yml."
                raise DataError(what, file=file, found=found, expected=expected, remedy=remedy)
            sheet = (filled or list(sheets))[0]
        if sheet not in sheets:
            what, remedy = f"there is no sheet '{sheet}'", "Correct sheet in study.yml."
            raise DataError(what, file=file, found=", ".join(sheets), remedy=remedy)
        return sheet, [list(row) for row in sheets[sheet].iter_rows()]


def _filled(cell: Any) -> bool:
    return cell not in ("", None)


def _rectangle(rows: Iterable[list[Any]]) -> Rows:
    """Return rows as wide as the last cell that holds something."""
    rows = list(rows)
    width = max((at for row in rows for at, cell in enumerate(row, 1) if _filled(cell)), default=0)
    return [[*row, *[""] * width][:width] for row in rows]


def is_percentage(cell: Any) -> bool:
    """Return whether a cell is a number that the workbook shows as a percentage."""
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return number and "%" in re.sub(r'"[^"]*"|\\.', "", str(cell.number_format or ""))


def shown_value(cell: Any) -> Any:
    """Return what a reader of the workbook sees: 12.5 where it shows 12.5%, text without escapes."""
    if isinstance(cell.value, str):
        return unescape(cell.value)
    # The value is a fraction in two's powers: 0.07 * 100 is not 7.
    return round(100 * cell.value, 10) if is_percentage(cell) else cell.value


def _shown(row: int, column: int, cell: Any, result: Any) -> Any:
    """Return a cell with the result of its formula as it is shown, or what is wrong with it."""
    where, expected = f"{get_column_letter(column)}{row}", "a value"
    if result.data_type == "e":
        what, remedy = "a cell that shows an error", "Correct the cell, or empty it."
        return Problem(what, found=f"{result.value} in {where}", expected=expected, remedy=remedy)
    if cell.data_type == "f" and result.value is None:
        what, found = "a formula without a result", f"a formula in {where}"
        remedy = "Open the workbook in a spreadsheet program, let it calculate, and save it; or write the value."
        return Problem(what, found=found, expected=expected, remedy=remedy)
    return "" if result.value is None else shown_value(result)


def bombs(parts: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the parts of a zip that unpack to far more than they hold."""
    return [
        part
        for part in parts
        if part.file_size > 2**20 and part.file_size > MAXIMUM_RATIO * part.compress_size
    ]


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
    if unpacked > MAXIMUM_UNPACKED or bombs(parts):
        what, found = "the workbook unpacks to more than a table needs", f"{unpacked:,} bytes"
        expected = f"at most {MAXIMUM_UNPACKED:,}, packed at most {MAXIMUM_RATIO} times"
        remedy = "Save the table again as a new workbook."
        raise DataError(what, file=file, found=found, expected=expected, remedy=remedy)


def _unreadable(file: str) -> DataError:
    what = "the workbook is damaged, or no .xlsx file"
    expected = "a complete .xlsx file without a password"
    return DataError(what, file=file, expected=expected, remedy="Save it again as .xlsx.")
