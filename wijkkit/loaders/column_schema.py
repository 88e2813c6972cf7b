"""The schema of a table that was read by a codebook: type, range, completeness, uniqueness."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from wijkkit.errors import Problem
from wijkkit.loaders.recode import holds_text
from wijkkit.loaders.source_table import rows_text
from wijkkit.study.codebook import Column

#: A weight above this many times the median weight is a mistake, unless its column has a maximum.
LARGEST_WEIGHT = 100

#: Columns that have a value in every row of a table that has them.
COMPLETE = ("respondent", "weight")

_REMEDIES = {
    "missing": "Complete the cell, or leave required out of codebook.yml.",
    "range": "Correct the cell, or list the value in codebook.yml (missing:).",
    "weight": "Ask the supplier for the weights again.",
    "no weight": "Ask the supplier; if they are meant to be left out, say "
    "design: {missing_weights: drop} in codebook.yml.",
    "zero weight": "Ask the supplier; if they are meant to be left out, say "
    "design: {zero_weights: drop} in codebook.yml.",
    "large": "Ask the supplier; if it is right, say maximum: of the column weight in codebook.yml.",
}


def table_schema(
    columns: Mapping[str, Column], median_weight: float = math.nan
) -> pa.DataFrameSchema:
    """Return the schema of a table after recoding.

    Parameters
    ----------
    columns : mapping of str to Column
        What the codebook says of each standard column.
    median_weight : float
        Median of the column `weight`, against which a huge weight shows.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Columns of the type, range and completeness of the codebook, each of them optional;
        respondents and weights present, weights positive and none out of all proportion.
    """
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                dtype=_dtype(column),
                checks=_checks(name, column, median_weight),
                nullable=not (column.required or name in COMPLETE),
                required=False,
            )
            for name, column in columns.items()
        },
        strict=True,
    )


def _dtype(column: Column) -> str | None:
    if column.type == "date":
        return None
    return "str" if holds_text(column) else "float64"


def _checks(name: str, column: Column, median_weight: float) -> list[pa.Check]:
    checks = []
    low, high = column.minimum, column.maximum
    if low is not None or high is not None:
        low = -math.inf if low is None else low
        high = math.inf if high is None else high
        checks.append(pa.Check.in_range(low, high, name="range", error=_range(low, high)))
    if name == "weight":
        checks.append(pa.Check.gt(0, name="weight", error="a weight above 0"))
        if column.maximum is None and median_weight > 0:
            limit = LARGEST_WEIGHT * median_weight
            words = f"at most {LARGEST_WEIGHT} times the median weight, {median_weight:.4g}"
            checks.append(pa.Check.le(limit, name="weight", error=words))
    return checks


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{low:g} or more"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def check_schema(
    table: pd.DataFrame,
    columns: Mapping[str, Column],
    names: Mapping[str, str],
    file: str,
) -> list[Problem]:
    """Return everything in which a recoded table does not fit its schema.

    Parameters
    ----------
    table : DataFrame
        Standard columns; the index holds the rows of the file.
    columns : mapping of str to Column
        What the codebook says of each standard column.
    names : mapping of str to str
        Standard column -> the file's own name for it.
    file : str
        How messages call the file.
    """
    median = float(table["weight"].median()) if "weight" in table else math.nan
    try:
        table_schema(columns, median).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    problems = []
    for (name, check), failed in cases.groupby(["column", "check"], sort=False):
        what, kind, expected = _words(str(check), str(name))
        values = [
            f"{value:g}" if isinstance(value, float) else str(value)
            for value in dict.fromkeys(failed["failure_case"])
            if pd.notna(value)
        ]
        if kind == "weight" and set(failed["failure_case"]) == {0}:
            kind = "zero weight"
        problems.append(
            Problem(
                what,
                file=file,
                place=f"column '{names[name]}', {rows_text(sorted(failed['index']))}",
                found=", ".join(values[:5]) + (", ..." if len(values) > 5 else ""),
                expected=expected,
                remedy=_REMEDIES[kind],
            )
        )
    return problems


def _words(check: str, name: str) -> tuple[str, str, str]:
    if check == "not_nullable":
        kind = "no weight" if name == "weight" else "missing"
        return "a missing value", kind, "a value in every row"
    if name == "weight":
        kind = "large" if "median" in check else "weight"
        return "an impossible weight", kind, check
    return "a number out of range", "range", check
