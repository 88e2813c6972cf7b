"""Raw cells to standard values, as codebook.yml says; what does not fit is a mistake, never a guess."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from wijkkit.errors import Problem
from wijkkit.loaders.cells import Mistake, is_number, parse_date, parse_number, written
from wijkkit.loaders.source_table import SourceTable, rows_text
from wijkkit.study.codebook import Column

#: Standard value of "does not apply" in a question with answers in words.
NOT_APPLICABLE = "not_applicable"
#: Column types whose standard values are text.
TEXT_TYPES = ("code", "category", "text")


def recode(table: SourceTable, source: str, column: Column) -> tuple[pd.Series, list[Problem]]:
    """Return one standard column of a source, and what is wrong with it.

    Parameters
    ----------
    table : SourceTable
    source : str
        The column's name in the file.
    column : Column
        What codebook.yml says of it.

    Returns
    -------
    Series
        Text, or floats for numbers (and for a category whose standard values are all numbers),
        or dates; missing where the cell is empty or user-missing, and where it is wrong.
    list of Problem
        One per kind of mistake, with its rows.
    """
    cells = table.cells[source]
    if not table.written:
        cells = cells.map(lambda cell: written(cell) if isinstance(cell, bool) else cell)
    positions, raw_values = pd.factorize(cells.astype(object))
    standard = [_standard(raw, table, source, column) for raw in raw_values]
    problems = list(_problems(cells, positions, raw_values, standard, table.file, source))
    known = [None if isinstance(value, Mistake) else value for value in standard]
    values = np.array([*known, column.empty], dtype=object)[positions]
    return _typed(values, cells.index, column), problems


def _standard(raw: object, table: SourceTable, source: str, column: Column) -> object:
    if isinstance(raw, Mistake):
        return raw
    counts = column.not_applicable.get(written(raw))
    if counts == "missing":
        return None
    if counts == "no":
        return 0 if not holds_text(column) else NOT_APPLICABLE
    if column.empty is not None and (raw is None or raw != raw or written(raw) == ""):
        return column.empty
    if is_missing(raw, table, source, column):
        return None
    return standard_value(raw, table, source, column)


def is_missing(raw: object, table: SourceTable, source: str, column: Column) -> bool:
    """Return whether a cell is empty, or missing by the word of the codebook or of its file."""
    text = written(raw)
    if text == "" or text in [written(code) for code in column.missing]:
        return True
    number = raw if isinstance(raw, int | float | np.number) else None
    if table.written and column.type in ("integer", "number"):
        # In a csv file 99.0 is the missing code 99 as well.
        number = parse_number(raw, table)
        if number in [code for code in column.missing if not isinstance(code, str)]:
            return True
    for item in table.missing.get(source, ()):
        if isinstance(item, str):
            if text == item.strip():
                return True
        elif isinstance(number, int | float | np.number) and item[0] <= number <= item[1]:
            return True
    return False


def standard_value(raw: object, table: SourceTable, source: str, column: Column) -> object:
    """Return the standard value of one raw value, or the mistake in it."""
    text = written(raw)
    if column.values or column.labels:
        if text in column.values:
            return column.values[text]
        if text in column.labels:
            return column.labels[text]
        if column.type not in ("code", "text"):
            return _unlisted(text, table, source, column)
    match column.type:
        case "integer" | "number":
            return _number(raw, table, column)
        case "date":
            return parse_date(raw)
        case "code" if isinstance(raw, float) and not raw.is_integer():
            return Mistake("a code that is not whole", "a code", "Correct the cell.")
    return text


def _unlisted(text: str, table: SourceTable, source: str, column: Column) -> Mistake:
    known = ", ".join(list(column.values or column.labels)[:12])
    if text in table.labels.get(source, {}).values() or (
        column.values and all(is_number(raw) for raw in column.values) and not is_number(text)
    ):
        return Mistake(
            "a label where a code was expected",
            known,
            "Export codes, or list the labels in codebook.yml (labels:).",
        )
    return Mistake(
        "a value that the codebook does not know",
        known,
        "Correct the cell, or list the value in codebook.yml (values: or missing:).",
    )


def _number(raw: object, table: SourceTable, column: Column) -> float | Mistake:
    number = parse_number(raw, table)
    if isinstance(number, Mistake):
        return number
    if not math.isfinite(number):
        return Mistake("not a finite number", "a number", "Correct the cell.")
    if column.type == "integer" and not number.is_integer():
        return Mistake("not a whole number", "a whole number", "Correct the cell.")
    return number


def _problems(
    cells: pd.Series,
    positions: np.ndarray,
    raw_values: np.ndarray,
    standard: list[object],
    file: str,
    source: str,
) -> Iterator[Problem]:
    kinds: dict[Mistake, list[int]] = {}
    for index, value in enumerate(standard):
        if isinstance(value, Mistake):
            kinds.setdefault(replace(value, found=""), []).append(index)
    for mistake, wrong in kinds.items():
        rows = cells.index[np.isin(positions, wrong)]
        found = [repr(written(raw_values[index]))[:60] for index in wrong]
        yield Problem(
            mistake.what,
            file=file,
            place=f"column '{source}', {rows_text(list(rows))}",
            found=", ".join(found[:5]) + (", ..." if len(found) > 5 else ""),
            expected=mistake.expected,
            remedy=mistake.remedy,
        )


def _typed(values: np.ndarray, index: pd.Index, column: Column) -> pd.Series:
    if column.type == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, index=index)), index=index)
    if holds_text(column):
        text = [None if value is None else str(value) for value in values]
        return pd.Series(text, index=index, dtype="str")
    return pd.Series(values, index=index).astype(float)


def holds_text(column: Column) -> bool:
    """Return whether a column's standard values are text."""
    if column.type not in TEXT_TYPES:
        return False
    standard = [*column.values.values(), *column.labels.values()]
    numbers = standard and all(isinstance(value, int | float) for value in standard)
    return not (column.type == "category" and numbers)
