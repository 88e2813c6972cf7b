"""Open a table of any format a researcher has, by the ending of its name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_table import (
    SourceTable,
    check_header,
    check_size,
    is_number,
    rows_text,
)
from wijkkit.loaders.workbook import read_workbook
from wijkkit.study.settings.sources import TableSource

# Comma-separated files, read without guessing: encoding, separator and decimal sign are told.

SEPARATORS = (",", ";", "\t", "|")
#: How the last line of a StatLine download begins.
PUBLISHER = ("Bron:", "Source:", "\N{COPYRIGHT SIGN}")


def read_csv(path: Path, source: TableSource) -> SourceTable:
    """Read a csv file as text; rows are as long as the header, a last row ``Bron: CBS`` is no data."""
    text = decode(path, source.encoding, source.path)
    check_size(text.count("\n") - 1, source.path)
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=source.separator, strict=True)
        )
    except csv.Error as error:
        what = f"not a csv file: {error}"
        expected = "text cells, quoted where they hold a quote, separator or line end"
        remedy = "Export the file again."
        raise DataError(what, file=source.path, expected=expected, remedy=remedy) from None
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not numbered:
        expected, remedy = "a row with column names", "Export the file again."
        raise DataError("the file is empty", file=source.path, expected=expected, remedy=remedy)
    last = numbered[-1][1]
    if len(last) == 1 and last[0].startswith(PUBLISHER):
        numbered.pop()
    header = [name.strip() for name in numbered[0][1]]
    DataError.raise_for(
        [
            *_separator(header, source),
            *check_header(header, source.path),
            *_lengths(numbered[1:], len(header), source),
        ]
    )
    cells = pd.DataFrame(
        [row for _, row in numbered[1:]],
        columns=header,
        index=[number for number, _ in numbered[1:]],
        dtype=object,
    )
    said = "decimal" in source.model_fields_set
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


def _separator(header: list[str], source: TableSource) -> Iterator[Problem]:
    others = [s for s in SEPARATORS if s != source.separator and s in header[0]]
    if len(header) == 1 and others:
        what, file = "another separator than study.yml says", source.path
        found, expected = repr(others[0]), repr(source.separator)
        remedy = f'Set separator: "{others[0]}" in study.yml.'.replace("\t", "\\t")
        yield Problem(what, file=file, place="row 1", found=found, expected=expected, remedy=remedy)


def _lengths(
    numbered: list[tuple[int, list[str]]], width: int, source: TableSource
) -> Iterator[Problem]:
    wrong = [(number, len(row)) for number, row in numbered if len(row) != width]
    if wrong:
        what, file = "rows with another number of cells than the header", source.path
        place, found = rows_text([number for number, _ in wrong]), f"{wrong[0][1]} cells"
        expected = f"{width} cells"
        remedy = "Quote cells that hold the separator, or set separator in study.yml."
        yield Problem(what, file=file, place=place, found=found, expected=expected, remedy=remedy)


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
        what, remedy = "the file holds bytes that are no text", "Export the file again as csv."
        raise DataError(what, file, f"row {line}", "byte 0x00", "a csv file", remedy)
    return text.removeprefix("\ufeff")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding_problem(what: str, file: str, place: str, remedy: str, found: str = "") -> DataError:
    return DataError(what, file=file, place=place, found=found, expected="UTF-8", remedy=remedy)


# SPSS and Stata files: what they declare missing, their labels and their sets of tick boxes.

#: Format of a column -> its first day and the seconds of its unit.
_DATES = dict.fromkeys(
    ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "DATETIME", "YMDHMS"),
    (datetime(1582, 10, 14), 1.0),
)
_DATES |= {"%td": (datetime(1960, 1, 1), 86_400.0)}
_DATES |= dict.fromkeys(("%tc", "%tC"), (datetime(1960, 1, 1), 0.001))


def read_statistical(path: Path, file: str, encoding: str | None = None) -> SourceTable:
    """Read ``.sav``, ``.zsav`` or ``.dta``; user-missing values stay cells, listed in `missing`."""
    read: Callable = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    try:
        try:
            cells, meta = read(path, user_missing=True, encoding=encoding)
        except OverflowError:
            cells, meta = read(
                path, user_missing=True, encoding=encoding, disable_datetime_conversion=True
            )
            cells = _with_dates(cells, meta)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, LookupError) as error:
        what, found = "the file is damaged, or not what its name says", str(error)[:80]
        expected = f"a complete {path.suffix} file"
        remedy = "Export it again; if it has accents, as UTF-8."
        raise DataError(what, file=file, found=found, expected=expected, remedy=remedy) from None
    DataError.raise_for(check_header(meta.column_names, file))
    check_size(len(cells), file)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return SourceTable(
        file,
        cells,
        missing=_missing(meta),
        labels=meta.variable_value_labels,
        titles={name: label for name, label in meta.column_names_to_labels.items() if label},
        ticked=_ticked(meta),
    )


def _missing(meta: pyreadstat.metadata_container) -> dict[str, list[tuple[float, float] | str]]:
    declared: dict[str, list[tuple[float, float] | str]] = {}
    for column, ranges in meta.missing_ranges.items():
        declared[column] = [
            item["lo"] if isinstance(item["lo"], str) else (item["lo"], item["hi"])
            for item in cast(Any, ranges)
        ]
    for column, letters in meta.missing_user_values.items():
        declared.setdefault(column, []).extend(cast(Any, letters))
    return declared


def _ticked(meta: pyreadstat.metadata_container) -> dict[str, float | str]:
    """Return the columns of sets of tick boxes, each with the value that means "chosen"."""
    found: dict[str, float | str] = {}
    for response_set in (meta.mr_sets or {}).values():
        if response_set.get("is_dichotomy"):
            chosen: Any = response_set.get("counted_value")
            found |= dict.fromkeys(response_set.get("variable_list", ()), chosen)
    return found


def _with_dates(cells: pd.DataFrame, meta: pyreadstat.metadata_container) -> pd.DataFrame:
    """Return dates where the calendar has them, in a file that has at least one it has not."""
    for column, form in meta.original_variable_types.items():
        form = form or ""
        kind = form[:3] if form.startswith("%") else form.rstrip("0123456789.")
        if kind in _DATES:
            moments = [_moment(cell, *_DATES[kind]) for cell in cells[column]]
            cells[column] = pd.Series(moments, index=cells.index, dtype=object)
    return cells


def _moment(cell: object, start: datetime, seconds: float) -> object:
    if not isinstance(cell, int | float) or cell != cell:
        return cell
    try:
        return start + timedelta(seconds=cell * seconds)
    except OverflowError:
        return cell


#: Rows that show what a column holds.
_ROWS_SEEN = 50
FORMATS = (".sav", ".zsav", ".dta", ".csv", ".xlsx", ".parquet")


def read_source(path: Path, source: TableSource, place: str) -> SourceTable:
    """Read a source file; `place` is where study.yml says so."""
    table = _read(path, source, place)
    skipped = [row for row in getattr(source, "skip_rows", ()) if row in table.cells.index]
    # Numbers may stand as text in every format.
    return replace(table, cells=table.cells.drop(index=skipped), decimal=source.decimal)


def question_rows(cells: pd.DataFrame) -> list[int]:
    """Return the rows with which a file begins and that are nobody's: texts of questions, or names.

    Those of Qualtrics, and one row with another text in most columns of numbers.
    """
    first = cells.head(3)
    for row, values in zip(first.index, first.itertuples(index=False), strict=True):
        if sum(str(value).lstrip().startswith('{"ImportId"') for value in values) * 2 > len(
            first.columns
        ):
            return [number for number in first.index if number <= row]
    below = cells.iloc[1:_ROWS_SEEN]
    counted = [name for name in cells if len(below) and not any(map(_is_text, below[name]))]
    texts = [text for text in (cells[name].iloc[0] for name in counted) if _is_text(text)]
    # One text in several columns is an answer, such as "unknown".
    apart = len(texts) > 1 and len(set(texts)) == len(texts) and 2 * len(texts) > len(counted)
    return [int(cells.index[0])] if apart else []


def _is_text(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell.strip()) and not is_number(cell.replace(",", "."))


def _read(path: Path, source: TableSource, place: str) -> SourceTable:
    if not path.is_file():
        what, remedy = "the file is missing", f"Put it there, or correct {place}.path in study.yml."
        raise DataError(what, file=source.path, expected=f"as {place} says", remedy=remedy)
    match path.suffix.lower():
        case ".sav" | ".zsav" | ".dta":
            return read_statistical(path, source.path, source.encoding)
        case ".csv":
            return read_csv(path, source)
        case ".xlsx":
            return read_workbook(path, source.path, source.sheet)
        case ".parquet":
            return read_parquet(path, source.path)
    what, found = "unknown format", path.suffix or "no ending"
    remedy = "Export the file in one of these."
    raise DataError(what, file=source.path, found=found, expected=", ".join(FORMATS), remedy=remedy)


def read_parquet(path: Path, file: str) -> SourceTable:
    """Read a parquet file without starting threads, so that a caller may fork afterwards."""
    try:
        with pq.ParquetFile(path, pre_buffer=False) as parquet:
            check_size(parquet.metadata.num_rows, file)
            DataError.raise_for(
                [
                    *check_header(parquet.schema_arrow.names, file),
                    *_nested(parquet.schema_arrow, file),
                ]
            )
            table = parquet.read(use_threads=False)
        # What pandas wrote about the columns is left out: it may contradict them. Whole numbers
        # stay whole beside an empty cell, so that no digit of a long number is lost.
        cells = table.replace_schema_metadata(None).to_pandas(
            use_threads=False, integer_object_nulls=True
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        what, expected = "the file is damaged, or no parquet file", "a complete .parquet file"
        raise DataError(what, file=file, expected=expected, remedy="Write it again.") from None
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return SourceTable(file, cells)


def _nested(schema: pa.Schema, file: str) -> Iterator[Problem]:
    for column in schema:
        if pa.types.is_nested(column.type):
            what, place = "a column that holds lists or records", f"column '{column.name}'"
            remedy = "Write each value in a column of its own, or leave the column out."
            yield Problem(what, file, place, str(column.type)[:60], "one value per cell", remedy)
