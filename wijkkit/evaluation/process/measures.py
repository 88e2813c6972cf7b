"""The measures of implementation, each from a few rows of the registry."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import special

from wijkkit.estimates.interval import wilson

NAN = math.nan
_DAYS_A_MONTH = 365.25 / 12
#: Rows as their columns, of `plain_columns`.
Columns: TypeAlias = Mapping[str, np.ndarray]
#: Columns of activities and partners that measures are made of, by what they hold.
_NUMBERS = (
    "planned_sessions", "delivered_sessions", "planned_participants", "participants",
    "participants_ses_known", "participants_low_ses", "quality", "quality_n", "quality_sd", "cost",
)  # fmt: skip
_PERIOD = ("period_start", "period_end")
_WORDS = ("name", "takes_part")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured figure; absent unless `status` is ``ok``.

    `value`, `lower`, `upper`: In `unit`; limits are absent where everything was counted.
    `numerator`, `denominator`: What it was computed from. `status`: Contradictory: the registered
    numbers cannot both be right.
    """

    value: float = NAN
    lower: float = NAN
    upper: float = NAN
    numerator: float = NAN
    denominator: float = NAN
    unit: str = "percent"
    basis: str = ""
    status: str = "not_registered"

    @classmethod
    def ratio(cls, numerator: float, denominator: float) -> Measure:
        """Return a counted percentage, not registered without a denominator."""
        if not denominator > 0 or math.isnan(numerator):
            return cls()
        share = 100 * float(numerator) / float(denominator)
        return cls.of((share, NAN, NAN), (numerator, denominator), basis="count")

    @classmethod
    def of(
        cls,
        ends: Sequence[Any],
        counts: Sequence[Any],
        unit: str = "percent",
        basis: str = "sample",
    ) -> Measure:
        """Return a figure (value, lower, upper) made of a numerator and a denominator."""
        value, lower, upper, numerator, denominator = map(float, (*ends, *counts))
        return cls(value, lower, upper, numerator, denominator, unit, basis, "ok")


def plain_columns(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what measures are made of as arrays: a hundred times as fast as parts of a table."""
    found = {}
    for name in table:
        if name in _NUMBERS:
            found[name] = table[name].to_numpy(dtype=float, na_value=NAN)
        elif name in _PERIOD:
            found[name] = pd.to_datetime(table[name]).to_numpy("datetime64[D]")
        elif name in _WORDS:
            found[name] = table[name].to_numpy(dtype=object)
    return found


def parts_of(table: pd.DataFrame, by: str | list[str]) -> Mapping[Hashable, Columns]:
    """Return the rows of each part of a table as arrays; a part that is not there has no rows."""
    columns = plain_columns(table)
    nothing = {name: values[:0] for name, values in columns.items()}
    indices = table.groupby(by, sort=False).indices
    parts = {
        key: {name: values[at] for name, values in columns.items()} for key, at in indices.items()
    }
    return defaultdict(lambda: nothing, parts)


def _registered(rows: Columns, *columns: str) -> np.ndarray:
    """Return these columns side by side, of the rows in which all of them were registered."""
    values = np.column_stack([rows[column] for column in columns])
    return values[~np.isnan(values).any(axis=1)]


def sum_ratio(rows: Columns, delivered: str, planned: str) -> Measure:
    """Return what was delivered per what was planned, over the rows that hold both.

    >>> rows = {"done": np.array([8, NAN, 0]), "plan": np.array([10.0, 10, 6])}
    >>> sum_ratio(rows, "done", "plan").value
    50.0
    """
    return Measure.ratio(*_registered(rows, delivered, planned).sum(axis=0))


def frequency(rows: Columns) -> Measure:
    """Return sessions a month delivered per those planned, over the rows that hold both."""
    start, end = (rows[name] for name in _PERIOD)
    months = ((end - start) / np.timedelta64(1, "D") + 1) / _DAYS_A_MONTH
    delivered, planned = (
        rows[name] / months for name in ("delivered_sessions", "planned_sessions")
    )
    both = ~np.isnan(delivered) & ~np.isnan(planned)
    return Measure.ratio(delivered[both].sum(), planned[both].sum())


def reach(rows: Columns, target_size: float) -> Measure:
    """Return participants per target group.

    Rows count different people within one activity and period; whether the same people are in
    several rows is not known. The value takes one activity's largest period and adds activities
    up; the limits are the largest row alone and the sum of all rows, and no more than everybody.
    """
    people = rows["participants"]
    known = ~np.isnan(people)
    if not known.any() or pd.isna(target_size) or not target_size > 0:
        return Measure()
    people, names = people[known], rows["name"][known]
    likely = float(sum(people[names == name].max() for name in dict.fromkeys(names)))
    if len(people) == 1:
        return Measure.ratio(likely, target_size)
    ends = [100 * end / float(target_size) for end in (likely, people.max(), people.sum())]
    most = max(ends[1], 100)
    return Measure.of([min(end, most) for end in ends], (likely, target_size), basis="overlap")


def low_ses_share(rows: Columns) -> Measure:
    """Return the share with a low SES among participants whose SES is known.

    The interval (Wilson) treats those as a sample of the participants; it is absent where the
    SES of every participant is known.
    """
    low, known = _registered(rows, "participants_low_ses", "participants_ses_known").sum(axis=0)
    if known == 0:
        return Measure()
    if low > known:
        return Measure(status="contradictory")
    if rows["participants"].sum() == known:
        return Measure.ratio(low, known)
    share = wilson(low, known, multiplier=100)
    return Measure.of((share.value, share.lower, share.upper), (low, known))


def equity(rows: Columns, target_low_ses: float, target_size: float) -> Measure:
    """Return the share with a low SES among those reached minus that in the target group.

    In percentage points; negative when families with a low SES are reached less.
    """
    reached = low_ses_share(rows)
    unknown = pd.isna(target_low_ses) or pd.isna(target_size)
    target = Measure() if unknown else Measure.ratio(target_low_ses, target_size)
    if reached.status != "ok" or target.status != "ok":
        return Measure(unit="points")
    ends = [end - target.value for end in (reached.value, reached.lower, reached.upper)]
    counts = reached.numerator, reached.denominator
    return Measure.of(ends, counts, "points", reached.basis)


def adoption(takes_part: np.ndarray) -> Measure:
    """Return partners taking part per partners asked of whom this is known."""
    answers = list(takes_part)
    return Measure.ratio(answers.count("yes"), answers.count("yes") + answers.count("no"))


def quality(rows: Columns) -> Measure:
    r"""Return the mean quality score, 0-100, over all observations.

    Rows are weighted by their number of observations :math:`n_i`; the interval is that of a
    mean, with :math:`s^2 = \sum (n_i - 1) s_i^2 / (N - k)` over the :math:`k` rows. It is absent
    where the spread is not registered, or there is one observation per row.
    """
    there = ~np.isnan(rows["quality"])
    score, n, spread = (rows[name][there] for name in ("quality", "quality_n", "quality_sd"))
    if not len(score):
        return Measure(unit="score")
    if not (n > 0).all():
        return Measure.of((score.mean(), NAN, NAN), (len(score), len(score)), "score")
    total, freedom = n.sum(), (n - 1).sum()
    value = float(np.average(score, weights=n))
    lower = upper = NAN
    if freedom > 0 and not np.isnan(spread[n > 1]).any():
        variance = ((n - 1) * np.nan_to_num(spread) ** 2).sum() / freedom
        half = float(special.stdtrit(freedom, 0.975) * math.sqrt(variance / total))
        lower, upper = max(0.0, value - half), min(100.0, value + half)
    return Measure.of((value, lower, upper), (total, len(score)), "score")


def maintenance(start: date, end: date, as_of: date, after_days: int) -> Measure:
    """Return 100 where an intervention still ran so many days after its start, 0 where not.

    >>> from datetime import date
    >>> maintenance(date(2019, 1, 1), None, date(2021, 7, 1), 365).value
    100.0
    >>> maintenance(date(2021, 1, 1), None, date(2021, 7, 1), 365).status
    'too_early'
    """
    if pd.isna(start):
        return Measure()
    due = pd.Timestamp(start) + timedelta(days=after_days)
    stopped = not pd.isna(end) and pd.Timestamp(end) < due
    if not stopped and pd.Timestamp(as_of) < due:
        return Measure(status="too_early")
    return Measure.ratio(0 if stopped else 1, 1)
