"""How much of a period lay under COVID-19 measures in the Netherlands."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import pandas as pd

Kind = Literal["restrictions", "schools_closed"]


@cache
def measures() -> pd.DataFrame:
    """Return the table of national measures: kind, first and last day, what, source of each day."""
    resource = files("wijkkit.evaluation.explanations") / "covid_measures.csv"
    with resource.open(encoding="utf-8") as file:
        return pd.read_csv(file, parse_dates=["start", "end"])


def measures_of(kind: Kind) -> pd.DataFrame:
    """Return the periods under measures of a kind."""
    table = measures()
    return table[table["kind"] == kind]


def days_under(kind: Kind, start: date, end: date) -> int:
    """Return the days from `start` up to and including `end` under measures of a kind.

    Examples
    --------
    >>> days_under("schools_closed", date(2020, 5, 1), date(2020, 5, 31))
    10
    """
    days = 0
    for row in measures_of(kind).itertuples():
        first, last = max(start, row.start.date()), min(end, row.end.date())
        days += max((last - first + timedelta(days=1)).days, 0)
    return days


def share_under(kind: Kind, start: date, end: date) -> float:
    """Return the share of a period's days under measures of a kind.

    Examples
    --------
    >>> share_under("restrictions", date(2018, 9, 1), date(2019, 9, 1))
    0.0
    """
    return days_under(kind, start, end) / ((end - start).days + 1)
