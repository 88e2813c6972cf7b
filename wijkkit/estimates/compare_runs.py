"""What changed between two runs, as after corrected weights."""

from __future__ import annotations

import pandas as pd


def compare_estimates(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what changed between two tidy estimate tables, as after corrected weights.

    Parameters
    ----------
    before : DataFrame
        Tidy estimate table.
    after : DataFrame
        The same, of the later run.

    Returns
    -------
    DataFrame
        One row per number of either table: the key columns, ``value_before, value_after,
        difference, status_before, status_after`` and ``apart``: whether the two intervals do
        not overlap. A row that one table lacks has status ``absent`` there.

    Examples
    --------
    >>> from wijkkit.tables import tidy
    >>> numbers = {"value": [20.0], "lower": [18.0], "upper": [22.0]}
    >>> before = tidy(pd.DataFrame({"indicator": ["p"], **numbers}))
    >>> after = before.assign(value=25.0, lower=23.0, upper=27.0)
    >>> compare_estimates(before, after)[["indicator", "difference", "apart"]]
      indicator  difference  apart
    0         p         5.0   True
    """
    keys = [*before.columns[:6], "unit"]
    columns = [*keys, "value", "lower", "upper", "status"]
    joined = before[columns].merge(
        after[columns], on=keys, how="outer", suffixes=("_before", "_after"), validate="1:1"
    )
    apart = (joined["lower_after"] > joined["upper_before"]) | (
        joined["upper_after"] < joined["lower_before"]
    )
    status = {
        name: joined[name].fillna("absent").astype("str")
        for name in ("status_before", "status_after")
    }
    return joined[keys].assign(
        value_before=joined["value_before"],
        value_after=joined["value_after"],
        difference=joined["value_after"] - joined["value_before"],
        **status,
        apart=apart,
    )
