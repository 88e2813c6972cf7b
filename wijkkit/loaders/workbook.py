"""Excel workbooks, one sheet as a table."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from wijkkit.errors import DataError
from wijkkit.loaders.cells import Mistake
from wijkkit.loaders.source_table import SourceTable, check_header, check_size
from wijkkit.loaders.workbook_cells import CellKinds, cell_kinds, column_letters

MAXIMUM_UNPACKED = 512 * 2**20
#: A part of more than a mebibyte that shrank more than this is taken for a zip bomb.
MAXIMUM_RATIO = 200


def read_workbook(path: Path, file: str, sheet: str | None = None) -> SourceTable:
    """Read one sheet of an ``.xlsx`` workbook; the first filled row holds the column names.

    A cell that shows a percentage holds what it shows; one that shows an error, or a formula
    that was never calculated, holds the mistake, which is told when its column is read.

    Parameters
    ----------
    sheet : str, optional
        The sheet; may be left out where only one sheet holds anything.

    Raises
    ------
    DataError
        The workbook cannot be read, the sheet is not there or not named, double columns.
    """
    check_archive(path, file)
    try:
        book = CalamineWorkbook.from_path(path)
        sheets = {
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
    problems = list(check_header(header, file))
    if problems:
        raise DataError(problems)
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


def _faulty(what: str, found: str, row: int, column: int) -> Mistake:
    remedy = (
        "Open the workbook in a spreadsheet program, let it calculate, and save it; or write the value."
        if what.startswith("a formula")
        else "Correct the cell, or empty it."
    )
    return Mistake(what, "a value", remedy, f"{found} in {column_letters(column)}{row}")


def check_archive(path: Path, file: str) -> None:
    """Refuse a workbook that would unpack to an unreasonable size."""
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
        raise DataError(
            "the workbook unpacks to more than a table needs",
            file=file,
            found=f"{unpacked:,} bytes",
            expected=f"at most {MAXIMUM_UNPACKED:,}, packed at most {MAXIMUM_RATIO} times",
            remedy="Save the table again as a new workbook.",
        )


def _sheet(sheets: dict[str, list[list[object]]], sheet: str | None, file: str) -> str:
    if sheet is not None and sheet not in sheets:
        raise DataError(
            f"there is no sheet '{sheet}'",
            file=file,
            found=", ".join(sheets),
            remedy="Correct sheet in study.yml.",
        )
    filled = [name for name, rows in sheets.items() if any(_filled(row) for row in rows)]
    if sheet is None and len(filled) > 1:
        raise DataError(
            "several sheets hold something",
            file=file,
            found=", ".join(filled),
            expected="one sheet, or its name",
            remedy="Set sheet: in study.yml.",
        )
    return sheet or (filled or list(sheets))[0]


def _filled(row: list[object]) -> bool:
    return any(cell not in ("", None) for cell in row)


def _unreadable(file: str) -> DataError:
    return DataError(
        "the workbook is damaged, or no .xlsx file",
        file=file,
        expected="a complete .xlsx file without a password",
        remedy="Save it again as .xlsx.",
    )
