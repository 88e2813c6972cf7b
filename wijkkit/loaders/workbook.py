"""Excel workbooks, one sheet as a table."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from wijkkit.errors import DataError
from wijkkit.loaders.source_table import SourceTable, check_header, check_size

MAXIMUM_UNPACKED = 512 * 2**20
#: A part of more than a mebibyte that shrank more than this is taken for a zip bomb.
MAXIMUM_RATIO = 200


def read_workbook(path: Path, file: str, sheet: str | None = None) -> SourceTable:
    """Read one sheet of an ``.xlsx`` workbook; the first filled row holds the column names.

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
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError, ValueError):
        raise _unreadable(file) from None
    if not sheets:
        raise _unreadable(file)
    rows = sheets[_sheet(sheets, sheet, file)]
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
    return SourceTable(file, cells)


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
