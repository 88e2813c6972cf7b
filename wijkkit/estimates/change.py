"""Changes between waves, and between two runs of estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wijkkit.errors import EstimationError
from wijkkit.estimates.compare import verdicts
from wijkkit.estimates.grid import SCALE, Estimates
from wijkkit.estimates.interval import (
    Interval,
    check_confidence,
    interval_of,
    none_of,
    numbers,
    quantile_t,
)
from wijkkit.study.indicators import Indicator
from wijkkit.tables import EVERYBODY, rows_with, tidy

#: How two percentages are compared.
Measure = Literal["points", "ratio", "odds_ratio"]

#: Why a comparison is absent when one of its two sides is; the first that holds.
WORST_FIRST = ("not_asked", "missing", "too_few", "hidden", "ok")


def change(
    first: ArrayLike,
    first_se: ArrayLike,
    later: ArrayLike,
    later_se: ArrayLike,
    *,
    measure: Measure = "points",
    df: ArrayLike = np.inf,
    confidence: float = 0.95,
) -> Interval:
    r"""Return the change between two independent estimates.

    Points: :math:`p_2 - p_1`. Ratio: :math:`p_2 / p_1`, odds ratio:
    :math:`\frac{p_2/(1-p_2)}{p_1/(1-p_1)}`; their intervals are made on the log scale, with
    standard errors :math:`se/p` and :math:`se/(p(1-p))`. The variances add: not for the same
    respondents twice, nor for an area and a city that contains it.

    Lumley T (2010). Complex surveys. Wiley, section 5.

    Parameters
    ----------
    first, first_se, later, later_se : array_like
        Estimates and their design-based standard errors; proportions (0-1) for an odds ratio,
        any unit for points. They broadcast.
    measure : {"points", "ratio", "odds_ratio"}
    df : array_like
        Degrees of freedom of the two samples together; the normal quantile by default.

    Returns
    -------
    Interval
        Absent where a side is, and for a ratio or odds ratio where a side is 0 or full. The
        limits are absent where a standard error is.

    Examples
    --------
    >>> result = change(0.4, 0.03, 0.5, 0.04, measure="odds_ratio")
    >>> round(result.value, 3), round(result.lower, 3), round(result.upper, 3)
    (1.5, 1.008, 2.233)
    """
    check_confidence(confidence)
    EstimationError.raise_for(none_of(Measure, "measure of change", "measure", measure))
    (before, before_se), (after, after_se) = (
        _on_scale(numbers("value", value), numbers("se", se, at_least=0), measure)
        for value, se in ((first, first_se), (later, later_se))
    )
    difference, se = after - before, np.hypot(before_se, after_se)
    half = quantile_t(np.broadcast_to(df, se.shape), confidence) * np.where(se > 0, se, np.nan)
    parts = [difference, difference - half, difference + half]
    if measure != "points":
        parts = [np.exp(part) for part in parts]
    return interval_of(parts, confidence, measure)


def _on_scale(
    value: NDArray[np.float64], se: NDArray[np.float64], measure: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if measure == "points":
        return value, se
    inside = (value > 0) & ((value < 1) | (measure == "ratio"))
    value = np.where(inside, value, np.nan)
    if measure == "ratio":
        return np.log(value), se / value
    return np.log(value / (1 - value)), se / (value * (1 - value))


def estimate_change(estimates: Estimates, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the change from the first wave to each later one, for every area and group.

    The first wave is, per indicator, the first in which it was asked.

    Parameters
    ----------
    estimates : Estimates
        From `estimate_grid`, whose waves are in order.

    Returns
    -------
    DataFrame
        Tidy estimate table. `wave` holds both waves, ``2018-2021``. A percentage has three rows
        per change, with unit ``points`` (percentage points), ``ratio`` and ``odds_ratio``; a
        score one, with unit ``score``. `n` is the smaller of the two waves'. Status is that of
        the side that is absent; a ratio with a zero or full side is ``missing``.

    Examples
    --------
    >>> from wijkkit.study.indicators import Indicator
    >>> play = Indicator(label="Play", function="f", columns={}, question_version="1",
    ...                  direction="higher")
    >>> people = pd.DataFrame({"wave": ["2018", "2021"] * 4, "wijk": "a", "district": "d",
    ...     "arm": "programme", "age": 5.0, "weight": 1.0, "play": [1.0, 1, 1, 1, 0, 0, 0, 1]})
    >>> from wijkkit.estimates.grid import estimate_grid
    >>> table = estimate_change(estimate_grid(people, {"play": play}, ["2018", "2021"], {}))
    >>> table.loc[table["area_level"] == "city", ["wave", "value", "unit"]]
             wave  value        unit
    9   2018-2021   25.0      points
    10  2018-2021    1.5       ratio
    11  2018-2021    3.0  odds_ratio
    """
    check_confidence(confidence)
    joined = wave_pairs(estimates.with_precision())
    of_shares = joined[joined["unit"].eq("percent")]
    measures = [
        _measured(joined, "points", confidence),
        _measured(of_shares, "ratio", confidence),
        _measured(of_shares, "odds_ratio", confidence),
    ]
    return tidy(pd.concat(measures).sort_index(kind="stable"))


def wave_pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Join each row of a later wave to that of the first wave its indicator was asked in.

    Columns of the first wave end in ``_first``; `wave` holds both waves.
    """
    asked = rows[rows["status"] != "not_asked"]
    order = {wave: number for number, wave in enumerate(rows["wave"].drop_duplicates())}
    first = asked["wave"].map(order).groupby(asked["indicator"]).min()
    start, place = rows["indicator"].map(first), rows["wave"].map(order)
    on = ["indicator", "area", "area_level", "group_by", "group"]
    baseline = rows.loc[place == start, [*on, "wave", "value", "se", "df", "n", "status"]]
    joined = rows[place > start].merge(baseline, on=on, how="left", suffixes=("", "_first"))
    return joined.assign(wave=joined["wave_first"] + "-" + joined["wave"])


def worst(first: pd.Series, later: pd.Series) -> NDArray[np.str_]:
    """Return the status of a comparison: of its two sides' the first in `WORST_FIRST`."""
    rank = pd.Series(range(len(WORST_FIRST)), index=WORST_FIRST)
    lowest = np.minimum(first.map(rank).to_numpy(), later.map(rank).to_numpy())
    return np.array(WORST_FIRST)[lowest.astype(int)]


def _measured(joined: pd.DataFrame, measure: Measure, confidence: float) -> pd.DataFrame:
    # Points stay in the table's unit; a ratio of percentages is one of proportions.
    scale = 1.0 if measure == "points" else SCALE["percent"]
    sides = (joined[name] / scale for name in ("value_first", "se_first", "value", "se"))
    found = change(
        *sides,
        measure=measure,
        df=(joined["df_first"] + joined["df"]).to_numpy(),
        confidence=confidence,
    )
    status = worst(joined["status_first"], joined["status"])
    status = np.where((status == "ok") & np.isnan(found.value), "missing", status)
    unit = joined["unit"].where(joined["unit"] == "score", measure)
    return joined[["indicator", "area", "area_level", "wave", "group_by", "group"]].assign(
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        n=np.fmin(joined["n_first"], joined["n"]),
        unit=unit,
        method=interval_method(found.value, found.lower, "t" if measure == "points" else "log t"),
        source="survey",
        status=status,
    )


def interval_method(value: ArrayLike, lower: ArrayLike, method: str) -> NDArray[np.str_]:
    """Name the method, or say that there is no interval because a side has none."""
    absent = np.where(np.isnan(lower), "no_interval:one_side", method)
    return np.where(np.isnan(value), "", absent)


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
    states, values = (
        [f"{name}_{when}" for when in ("before", "after")] for name in ("status", "value")
    )
    joined[states] = joined[states].fillna("absent").astype("str")
    above = joined["lower_after"] > joined["upper_before"]
    below = joined["upper_after"] < joined["lower_before"]
    joined["difference"] = joined["value_after"] - joined["value_before"]
    return joined[[*keys, *values, "difference", *states]].assign(apart=above | below)


# Which of a wijk's goals changed, judged together: one verdict, adjusted for their number.


def adjusted_level(level: float, goals: int) -> float:
    """Return the level of each interval by which `goals` changes are judged together (Bonferroni)."""
    return 1 - (1 - level) / max(goals, 1)


def goal_changes(
    changes: pd.DataFrame, gaps: pd.DataFrame, indicators: Mapping[str, Indicator]
) -> pd.DataFrame:
    """Return the change of every goal in every wijk with a verdict, and so of every gap.

    Tidy estimate rows of the wijken, and ``looked_at`` (the number of goals judged together) and
    ``verdict`` (better, worse, not_distinguishable, unknown). A gap is better where it moves
    towards zero.
    """
    keys = list(indicators)
    of_wijken = {"area_level": "wijk", "indicator": keys}
    moved = rows_with(changes, **of_wijken, group=EVERYBODY, unit=("points", "score"))
    apart = rows_with(gaps, **of_wijken)
    first = apart.assign(value_first=apart["value"], wave_first=apart["wave"])
    narrowed = apart.assign(wave_first=apart["wave"].str.split("-", n=1).str[0])
    on = ["indicator", "area", "group_by", "group", "wave_first"]
    narrowed = narrowed[narrowed["wave"].ne(narrowed["wave_first"])].merge(
        first[[*on, "value_first"]], on=on, how="left"
    )
    moved = moved.assign(way=[indicators[key].direction for key in moved["indicator"]])
    narrowed = narrowed.assign(way=np.where(narrowed["value_first"] > 0, "lower", "higher"))
    found = pd.concat([moved, narrowed.drop(columns=["value_first", "wave_first"])])
    verdict = verdicts(found["lower"], found["upper"], found["way"]).astype(object)
    found = found.drop(columns="way").assign(verdict=verdict)
    last = found.drop_duplicates(["indicator", "area", "group_by"], keep="last")
    return last.assign(looked_at=len(keys)).reset_index(drop=True)
