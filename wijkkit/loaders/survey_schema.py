"""The schema of respondents, made from codebook.yml."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from wijkkit.errors import Problem
from wijkkit.loaders.recode import holds_text
from wijkkit.loaders.source_table import rows_text
from wijkkit.study.codebook import Codebook, Column

#: A weight above this many times the median weight is a mistake, unless codebook.yml sets a maximum.
LARGEST_WEIGHT = 100

_REMEDIES = {
    "missing": "Complete the cell, or leave required out of codebook.yml.",
    "double": "Keep one row per respondent.",
    "range": "Correct the cell, or list the value in codebook.yml (missing:).",
    "weight": "Ask the supplier for the weights again.",
}


def survey_schema(codebook: Codebook, median_weight: float) -> pa.DataFrameSchema:
    """Return the schema of one survey file after recoding.

    Parameters
    ----------
    codebook : Codebook
    median_weight : float
        Median of the file's weights, against which a huge weight shows.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Optional columns, of the type, range and completeness of the codebook; respondents
        unique; weights positive, present, and none out of all proportion.
    """
    columns = {
        name: pa.Column(
            dtype=None if column.type == "date" else ("str" if holds_text(column) else "float64"),
            checks=_checks(name, column, median_weight),
            nullable=not (column.required or name in ("weight", "respondent")),
            unique=name == "respondent",
            required=False,
        )
        for name, column in codebook.columns.items()
    }
    return pa.DataFrameSchema(columns, strict=True)


def _checks(name: str, column: Column, median_weight: float) -> list[pa.Check]:
    checks = []
    low, high = column.minimum, column.maximum
    if low is not None or high is not None:
        words = (
            f"{'-inf' if low is None else f'{low:g}'} to {'inf' if high is None else f'{high:g}'}"
        )
        low = -math.inf if low is None else low
        high = math.inf if high is None else high
        checks.append(pa.Check.in_range(low, high, name="range", error=words))
    if name == "weight":
        checks.append(pa.Check.gt(0, name="weight", error="a weight above 0"))
        if column.maximum is None and median_weight > 0:
            limit = LARGEST_WEIGHT * median_weight
            words = f"at most {LARGEST_WEIGHT} times the median weight, {median_weight:.4g}"
            checks.append(pa.Check.le(limit, name="weight", error=words))
    return checks


def check_schema(
    table: pd.DataFrame, codebook: Codebook, sources: Mapping[str, str], file: str
) -> list[Problem]:
    """Return everything in which a recoded file does not fit the schema.

    Parameters
    ----------
    table : DataFrame
        Standard columns; the index holds the rows of the file.
    sources : mapping of str to str
        Standard column -> the file's own name for it.
    """
    median = float(table["weight"].median()) if "weight" in table else math.nan
    try:
        survey_schema(codebook, median).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    problems = []
    for (name, check), failed in cases.groupby(["column", "check"], sort=False):
        what, kind, expected = _words(str(check), name)
        values = [str(value) for value in dict.fromkeys(failed["failure_case"]) if pd.notna(value)]
        problems.append(
            Problem(
                what,
                file=file,
                place=f"column '{sources[name]}', {rows_text(sorted(failed['index']))}",
                found=", ".join(values[:5]) + (", ..." if len(values) > 5 else ""),
                expected=expected,
                remedy=_REMEDIES[kind],
            )
        )
    return problems


def _words(check: str, name: str) -> tuple[str, str, str]:
    if check == "not_nullable":
        kind = "weight" if name == "weight" else "missing"
        return "a missing value", kind, "a value in every row"
    if check == "field_uniqueness":
        return "the same respondent more than once", "double", "one row per respondent"
    if name == "weight":
        return "an impossible weight", "weight", check
    return "a number out of range", "range", check
