"""SPSS and Stata files, with the values they declare as user-missing and their value labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat

from wijkkit.errors import DataError
from wijkkit.loaders.source_table import SourceTable, check_header, check_size


def read_statistical(path: Path, file: str, encoding: str | None = None) -> SourceTable:
    """Read a ``.sav``, ``.zsav`` or ``.dta`` file.

    User-missing values stay in the cells and are listed in `missing`, so that a code that is
    missing and a code that is a value cannot be confused; Stata's ``.a`` to ``.z`` are letters.

    Raises
    ------
    DataError
        The file cannot be read, or has double columns or too many rows.
    """
    read: Callable = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    try:
        cells, meta = read(path, user_missing=True, encoding=encoding)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise DataError(
            "the file is damaged, or not what its name says",
            file=file,
            found=str(error)[:80],
            expected=f"a complete {path.suffix} file",
            remedy="Export it again; if it has accents, as UTF-8.",
        ) from None
    problems = list(check_header(meta.column_names, file))
    if problems:
        raise DataError(problems)
    check_size(len(cells), file)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return SourceTable(
        file,
        cells,
        missing=_missing(meta),
        labels=meta.variable_value_labels,
    )


def _missing(meta: pyreadstat.metadata_container) -> dict[str, list[tuple[float, float] | str]]:
    declared: dict[str, list[tuple[float, float] | str]] = {}
    for column, ranges in meta.missing_ranges.items():
        declared[column] = [
            item["lo"] if isinstance(item["lo"], str) else (item["lo"], item["hi"])
            for item in ranges
        ]
    for column, letters in meta.missing_user_values.items():
        declared.setdefault(column, []).extend(letters)
    return declared
