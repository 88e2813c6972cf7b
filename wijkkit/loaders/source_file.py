"""Open a table of any format a researcher has, by the ending of its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.csv_file import WrittenSource, read_csv
from wijkkit.loaders.source_table import SourceTable, check_header, check_size
from wijkkit.loaders.statistical_file import read_statistical
from wijkkit.loaders.workbook import read_workbook

FORMATS = (".sav", ".zsav", ".dta", ".csv", ".xlsx", ".parquet")


def read_source(path: Path, source: WrittenSource, place: str) -> SourceTable:
    """Read a source file.

    Parameters
    ----------
    place : str
        Where study.yml says so, for messages.
    """
    table = _read(path, source, place)
    skipped = [row for row in getattr(source, "skip_rows", ()) if row in table.cells.index]
    # Numbers may stand as text in every format.
    return replace(table, cells=table.cells.drop(index=skipped), decimal=source.decimal)


def question_rows(cells: pd.DataFrame) -> list[int]:
    """Return the rows with which Qualtrics begins a file: the questions' texts and numbers."""
    first = cells.head(3)
    for row, values in zip(first.index, first.itertuples(index=False), strict=True):
        if sum(str(value).lstrip().startswith('{"ImportId"') for value in values) * 2 > len(
            first.columns
        ):
            return [number for number in first.index if number <= row]
    return []


def _read(path: Path, source: WrittenSource, place: str) -> SourceTable:
    if not path.is_file():
        raise DataError(
            "the file is missing",
            file=source.path,
            expected=f"as {place} says",
            remedy=f"Put it there, or correct {place}.path in study.yml.",
        )
    match path.suffix.lower():
        case ".sav" | ".zsav" | ".dta":
            return read_statistical(path, source.path, source.encoding)
        case ".csv":
            return read_csv(path, source)
        case ".xlsx":
            return read_workbook(path, source.path, source.sheet)
        case ".parquet":
            return read_parquet(path, source.path)
    raise DataError(
        "unknown format",
        file=source.path,
        found=path.suffix or "no ending",
        expected=", ".join(FORMATS),
        remedy="Export the file in one of these.",
    )


def read_parquet(path: Path, file: str) -> SourceTable:
    """Read a parquet file without starting threads, so that a caller may fork afterwards."""
    try:
        with pq.ParquetFile(path, pre_buffer=False) as parquet:
            check_size(parquet.metadata.num_rows, file)
            problems = [
                *check_header(parquet.schema_arrow.names, file),
                *_nested(parquet.schema_arrow, file),
            ]
            if problems:
                raise DataError(problems)
            table = parquet.read(use_threads=False)
        # What pandas wrote about the columns is left out: it may contradict them. Whole numbers
        # stay whole beside an empty cell, so that no digit of a long number is lost.
        cells = table.replace_schema_metadata(None).to_pandas(
            use_threads=False, integer_object_nulls=True
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise DataError(
            "the file is damaged, or no parquet file",
            file=file,
            expected="a complete .parquet file",
            remedy="Write it again.",
        ) from None
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return SourceTable(file, cells)


def _nested(schema: pa.Schema, file: str) -> Iterator[Problem]:
    for column in schema:
        if pa.types.is_nested(column.type):
            yield Problem(
                "a column that holds lists or records",
                file=file,
                place=f"column '{column.name}'",
                found=str(column.type)[:60],
                expected="one value per cell",
                remedy="Write each value in a column of its own, or leave the column out.",
            )
