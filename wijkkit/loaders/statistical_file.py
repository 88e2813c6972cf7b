"""SPSS and Stata files: what they declare missing, their labels and their sets of tick boxes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyreadstat

from wijkkit.errors import DataError
from wijkkit.loaders.source_table import SourceTable, check_header, check_size

#: Format of a column -> its first day and the seconds of its unit.
_SPSS_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "DATETIME", "YMDHMS")
_SPSS_START, _STATA_START = date(1582, 10, 14), date(1960, 1, 1)
_DAY = 86_400


def read_statistical(path: Path, file: str, encoding: str | None = None) -> SourceTable:
    """Read a ``.sav``, ``.zsav`` or ``.dta`` file.

    User-missing values stay in the cells and are listed in `missing`, so that a code that is
    missing and a code that is a value cannot be confused; Stata's ``.a`` to ``.z`` are letters.
    A date that is later than the year 9999 stays the number that the file holds.

    Raises
    ------
    DataError
        The file cannot be read, or has double columns or too many rows.
    """
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
        if form.rstrip("0123456789.") in _SPSS_DATES:
            start, seconds = _SPSS_START, 1.0
        elif form.startswith("%td"):
            start, seconds = _STATA_START, float(_DAY)
        elif form.startswith(("%tc", "%tC")):
            start, seconds = _STATA_START, 0.001
        else:
            continue
        moments = [_moment(cell, start, seconds) for cell in cells[column]]
        cells[column] = pd.Series(moments, index=cells.index, dtype=object)
    return cells


def _moment(cell: object, start: date, seconds: float) -> object:
    if not isinstance(cell, int | float) or cell != cell:
        return cell
    first = datetime(start.year, start.month, start.day)
    try:
        return first + timedelta(seconds=cell * seconds)
    except OverflowError:
        return cell
