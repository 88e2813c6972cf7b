"""Comma-separated files, read without guessing: encoding, separator and decimal sign are told."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Protocol

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_table import SourceTable, check_header, check_size, rows_text

SEPARATORS = (",", ";", "\t", "|")
#: How the last line of a StatLine download begins.
PUBLISHER = ("Bron:", "Source:", "\N{COPYRIGHT SIGN}")


class WrittenSource(Protocol):
    """What study.yml says of a file; what it does not say is the default, not a guess."""

    @property
    def path(self) -> str: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def decimal(self) -> str: ...
    @property
    def separator(self) -> str: ...
    @property
    def sheet(self) -> str | None: ...


def read_csv(path: Path, source: WrittenSource) -> SourceTable:
    """Read a csv file as text; every row must have as many cells as the header.

    A last row that only names the publisher (``Bron: CBS``), as in StatLine downloads, is no data.

    Raises
    ------
    DataError
        Another encoding or separator than said, double columns, rows of another length.
    """
    text = decode(path, source.encoding, source.path)
    check_size(text.count("\n") - 1, source.path)
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=source.separator, strict=True)
        )
    except csv.Error as error:
        raise DataError(
            f"not a csv file: {error}",
            file=source.path,
            expected="text cells, quoted where they hold a quote, separator or line end",
            remedy="Export the file again.",
        ) from None
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not numbered:
        raise DataError(
            "the file is empty",
            file=source.path,
            expected="a row with column names",
            remedy="Export the file again.",
        )
    if _is_publisher(numbered[-1][1]):
        numbered.pop()
    header = [name.strip() for name in numbered[0][1]]
    problems = [
        *_separator(header, source),
        *check_header(header, source.path),
        *_lengths(numbered[1:], len(header), source),
    ]
    if problems:
        raise DataError(problems)
    cells = pd.DataFrame(
        [row for _, row in numbered[1:]],
        columns=header,
        index=[number for number, _ in numbered[1:]],
        dtype=object,
    )
    said = "decimal" in getattr(source, "model_fields_set", ())
    ambiguous = source.separator == ";" and not said and not _has_decimal_points(rows)
    return SourceTable(
        source.path, cells, written=True, decimal=source.decimal, ambiguous=ambiguous
    )


def _has_decimal_points(rows: list[list[str]]) -> bool:
    """Return whether a point is the decimal sign for certain: 12.5 or 0.123, not only 1.234."""
    cells = {cell.strip() for row in rows[1:] for cell in row if "." in cell}
    return any(
        re.fullmatch(r"-?\d*\.\d+", cell) and not re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", cell)
        for cell in cells
    )


def _is_publisher(row: list[str]) -> bool:
    return len(row) == 1 and row[0].startswith(PUBLISHER)


def _separator(header: list[str], source: WrittenSource) -> list[Problem]:
    others = [s for s in SEPARATORS if s != source.separator and s in header[0]]
    if len(header) > 1 or not others:
        return []
    return [
        Problem(
            "another separator than study.yml says",
            file=source.path,
            place="row 1",
            found=repr(others[0]),
            expected=repr(source.separator),
            remedy=f'Set separator: "{others[0]}" in study.yml.'.replace("\t", "\\t"),
        )
    ]


def _lengths(
    numbered: list[tuple[int, list[str]]], width: int, source: WrittenSource
) -> list[Problem]:
    wrong = [(number, len(row)) for number, row in numbered if len(row) != width]
    if not wrong:
        return []
    return [
        Problem(
            "rows with another number of cells than the header",
            file=source.path,
            place=rows_text([number for number, _ in wrong]),
            found=f"{wrong[0][1]} cells",
            expected=f"{width} cells",
            remedy="Quote cells that hold the separator, or set separator in study.yml.",
        )
    ]


def decode(path: Path, encoding: str | None, file: str) -> str:
    """Return the text of a file in UTF-8, or in the encoding that study.yml names."""
    content = path.read_bytes()
    for mark in (b"\xff\xfe", b"\xfe\xff"):
        if content.startswith(mark) and not encoding:
            raise _encoding_problem("the file is UTF-16", file, "", "Save it as UTF-8.")
    try:
        text = content.decode(encoding or "utf-8-sig")
    except LookupError:
        raise _encoding_problem(
            f"unknown encoding '{encoding}'",
            file,
            "study.yml, encoding",
            "Use utf-8, windows-1252 or iso-8859-15.",
        ) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _encoding_problem(
            f"the file is not {(encoding or 'UTF-8')}",
            file,
            f"row {line}",
            "Save it as UTF-8, or name its encoding in study.yml (encoding: windows-1252).",
            f"byte 0x{content[error.start]:02x}",
        ) from None
    if encoding and not content.isascii() and _is_utf8(content) and "utf" not in encoding.lower():
        raise _encoding_problem(
            f"the file is UTF-8, not {encoding}", file, "", "Leave encoding out of study.yml."
        )
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DataError(
            "the file holds bytes that are no text",
            file=file,
            place=f"row {line}",
            found="byte 0x00",
            expected="a csv file",
            remedy="Export the file again as csv.",
        )
    return text.removeprefix("\ufeff")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding_problem(what: str, file: str, place: str, remedy: str, found: str = "") -> DataError:
    return DataError(what, file=file, place=place, found=found, expected="UTF-8", remedy=remedy)
