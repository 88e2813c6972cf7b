"""Raw cells to standard values, as codebook.yml says; what does not fit is a mistake, no guess."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from wijkkit.errors import Problem, first_of
from wijkkit.loaders.source_table import (
    SourceTable,
    is_number,
    parse_date,
    parse_number,
    rows_text,
    written,
)
from wijkkit.study.codebook import Column

#: Standard value of "does not apply" in a question with answers in words.
NOT_APPLICABLE = "not_applicable"
#: Column types whose standard values are text.
TEXT_TYPES = ("code", "category", "text")
#: A weight above this many times the median weight is noted with its row.
LARGE_WEIGHT = 100
#: From here on it has lost its decimal sign, unless its column has a maximum.
IMPOSSIBLE_WEIGHT = 1000

#: Of a year; and more years than anybody lives.
MONTHS, OLDEST = 12, 120

#: Columns that have a value in every row of a table that has them.
COMPLETE = ("respondent", "weight")

_REMEDIES = {
    "missing": "Complete the cell, or leave required out of codebook.yml.",
    "range": "Correct the cell, or list the value in codebook.yml (missing:).",
    "weight": "Ask the supplier for the weights again.",
    "age": "Say unit: months in codebook.yml if these are months, or list a code (missing:).",
    "no weight": "Ask the supplier; if they are meant to be left out, say "
    "design: {missing_weights: drop} in codebook.yml.",
    "zero weight": "Ask the supplier; if they are meant to be left out, say "
    "design: {zero_weights: drop} in codebook.yml.",
    "large": "Ask the supplier; if it is right, say maximum: of the column weight in codebook.yml.",
}


def recode(table: SourceTable, source: str, column: Column) -> tuple[pd.Series, list[Problem]]:
    """Return one standard column of a source (wrong cells missing), and what is wrong, by kind."""
    cells = table.cells[source]
    if not table.written and cells.dtype in (object, bool):
        cells = cells.map(lambda cell: written(cell) if isinstance(cell, bool) else cell)
    positions, raw_values = pd.factorize(cells.astype(object))
    if _stands_as_written(table, source, column):
        standard: list[object] = [raw.strip() or None for raw in raw_values]
    else:
        standard = [_standard(raw, table, source, column) for raw in raw_values]
    problems = list(cell_problems(cells, positions, raw_values, standard, table.file, source))
    known = [None if isinstance(value, Problem) else value for value in standard]
    return _typed([*known, column.empty], positions, cells.index, column), problems


def _stands_as_written(table: SourceTable, source: str, column: Column) -> bool:
    """Return whether the standard value of each cell is its text, as of a respondent's number."""
    said = (column.values, column.labels, column.missing, column.not_applicable)
    own = table.missing.get(source) or column.empty is not None
    return table.written and column.type in ("code", "text") and not any(said) and not own


def _standard(raw: object, table: SourceTable, source: str, column: Column) -> object:
    if isinstance(raw, Problem):
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
    number: object = raw if isinstance(raw, int | float | np.number) else None
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
            return Problem(
                "a code that is not whole", expected="a code", remedy="Correct the cell."
            )
    return text


def _unlisted(text: str, table: SourceTable, source: str, column: Column) -> Problem:
    known = ", ".join(list(column.values or column.labels)[:12])
    if text in table.labels.get(source, {}).values() or (
        column.values and all(is_number(raw) for raw in column.values) and not is_number(text)
    ):
        remedy = "Export codes, or list the labels in codebook.yml (labels:)."
        return Problem("a label where a code was expected", expected=known, remedy=remedy)
    remedy = "Correct the cell, or list the value in codebook.yml (values: or missing:)."
    return Problem("a value that the codebook does not know", expected=known, remedy=remedy)


def _number(raw: object, table: SourceTable, column: Column) -> float | Problem:
    number = parse_number(raw, table)
    if isinstance(number, Problem):
        return number
    if not math.isfinite(number):
        return Problem("not a finite number", expected="a number", remedy="Correct the cell.")
    if column.type == "integer" and not number.is_integer():
        remedy = "Correct the cell, or give the column 'type: number' in codebook.yml."
        return Problem("not a whole number", expected="a whole number", remedy=remedy)
    return number


def cell_problems(
    cells: pd.Series,
    positions: np.ndarray,
    raw_values: np.ndarray,
    standard: Sequence[object],
    file: str,
    source: str,
) -> Iterator[Problem]:
    """Yield each kind of mistake among the standard values of a column, with its rows."""
    kinds: dict[Problem, list[int]] = {}
    for index, value in enumerate(standard):
        if isinstance(value, Problem):
            kinds.setdefault(replace(value, found=""), []).append(index)
    for mistake, wrong in kinds.items():
        rows = cells.index[np.isin(positions, wrong)]
        found = [repr(written(raw_values[index]))[:60] for index in wrong]
        yield replace(
            mistake,
            file=file,
            place=f"column '{source}', {rows_text(list(rows))}",
            found=first_of(found, 5),
        )


def cell_mistakes(table: SourceTable) -> list[Problem]:
    """Return what stands in a file's cells that is no value, such as an error of Excel."""
    found: list[Problem] = []
    for source, cells in table.cells.items():
        positions, raw_values = pd.factorize(cells.astype(object))
        wrong = [raw if isinstance(raw, Problem) else None for raw in raw_values]
        found += cell_problems(cells, positions, raw_values, wrong, table.file, str(source))
    return found


def _typed(
    known: list[object], positions: np.ndarray, index: pd.Index, column: Column
) -> pd.Series:
    """Return the value of each position, the last of the known ones where a cell is empty."""
    if column.type == "date":
        return pd.Series(pd.to_datetime(pd.Series(known)).array[positions], index=index)
    if holds_text(column):
        text = [None if value is None else str(value) for value in known]
        return pd.Series(pd.array(text, dtype="str").take(positions), index=index)
    numbers = np.array([np.nan if value is None else value for value in known], dtype=float)
    numbers /= 1 if column.unit is None else MONTHS
    return pd.Series(numbers[positions], index=index)


def holds_text(column: Column) -> bool:
    """Return whether a column's standard values are text."""
    if column.type not in TEXT_TYPES:
        return False
    standard = [*column.values.values(), *column.labels.values()]
    numbers = standard and all(isinstance(value, int | float) for value in standard)
    return not (column.type == "category" and numbers)


def check_columns(
    table: pd.DataFrame, columns: Mapping[str, Column], names: Mapping[str, str], file: str
) -> Iterator[Problem]:
    """Yield everything in which a recoded table does not fit its codebook."""
    for name in table:
        values, column = table[name], columns[str(name)]
        for wrong, what, kind, expected in _checked(str(name), values, column):
            if wrong.any():
                yield _out_of_line(values[wrong], what, kind, expected, file, names[str(name)])


def _checked(
    name: str, values: pd.Series, column: Column
) -> Iterator[tuple[pd.Series, str, str, str]]:
    """Yield which values fail each check: what is wrong, its remedy, what was expected."""
    if column.required or name in COMPLETE:
        kind = "no weight" if name == "weight" else "missing"
        yield values.isna(), "a missing value", kind, "a value in every row"
    low, high = column.minimum, column.maximum
    if low is not None or high is not None:
        what = "an impossible weight" if name == "weight" else "a number out of range"
        low = -math.inf if low is None else low
        high = math.inf if high is None else high
        kind = "weight" if name == "weight" else "range"
        yield values.lt(low) | values.gt(high), what, kind, _range(low, high)
    if name == "age" and column.maximum is None:
        yield values.gt(OLDEST), "an impossible age", "age", f"years, at most {OLDEST}"
    if name == "weight":
        kind = "weight" if values.lt(0).any() else "zero weight"
        yield values.le(0), "an impossible weight", kind, "a weight above 0"
        if high is None:
            limit, words = _limit(values, IMPOSSIBLE_WEIGHT)
            yield values.ge(limit), "an impossible weight", "large", words


def _limit(weights: pd.Series, times: int) -> tuple[float, str]:
    median = float(weights.median())
    limit = times * median if median > 0 else math.inf
    return limit, f"less than {times:,} times the median weight, {median:.4g}"


def large_weights(weights: pd.Series, file: str, name: str) -> Iterator[Problem]:
    """Yield a remark of weights that are large beside the others; a column's maximum ends it."""
    limit, words = _limit(weights, LARGE_WEIGHT)
    if weights.gt(limit).any():
        large = weights[weights.gt(limit)]
        yield _out_of_line(large, "a large weight, used as it stands", "large", words, file, name)


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{low:g} or more"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def _out_of_line(
    wrong: pd.Series, what: str, kind: str, expected: str, file: str, name: str
) -> Problem:
    found = [
        f"{value:g}" if isinstance(value, float) else str(value)
        for value in wrong.dropna().unique()[:6]
    ]
    place = f"column '{name}', {rows_text(list(wrong.index))}"
    return Problem(what, file, place, first_of(found, 5), expected, _REMEDIES[kind])
