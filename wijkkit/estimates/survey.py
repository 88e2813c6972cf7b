"""Design-based means, proportions, totals and quantiles, of all respondents or of each group."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError
from wijkkit.estimates.design import DesignColumns, survey_design
from wijkkit.estimates.interval import (
    ProportionMethod,
    check_confidence,
    check_method,
    missing,
    numbers,
    proportion_limits,
    quantile_t,
    t_limits,
)
from wijkkit.estimates.linearisation import Domains, Precision, domain_means, domains, precision


def survey_mean(
    frame: pd.DataFrame,
    outcome: str,
    *,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
    **design: Unpack[DesignColumns],
) -> pd.DataFrame:
    """Return the weighted mean of `outcome`, for each group of `by`.

    Taylor linearisation with the whole design: a group is a domain, its size random. The
    interval is ``value ± t(df) se`` with as many degrees of freedom as the group has sampling
    units more than strata.

    Lumley T (2004). Analysis of complex survey samples. Journal of Statistical Software 9(8).

    Parameters
    ----------
    frame : DataFrame
        All respondents of the survey, one per row.
    outcome : str
        Column of numbers; missing values are left out and counted.
    by : str or sequence of str, optional
        Column(s) whose combinations are the groups.
    **design
        The design: weight, strata, psu, fpc, sampled and lonely_psu, see `survey_design`.

    Returns
    -------
    DataFrame
        One row per group, sorted: the columns of `by`, ``value, se, lower, upper, df``, ``n``
        (respondents with an outcome), ``missing`` (those without), ``method, confidence`` and
        ``reason``: why there is no interval (``empty, one_psu, lonely_psu, no_variation,
        no_df``), or empty. A respondent without a group is in none.

    Raises
    ------
    EstimationError
        A column is missing or does not fit its purpose.

    Examples
    --------
    >>> frame = pd.DataFrame({"wijk": list("aaabbb"), "score": [1.0, 2, 3, 5, 5, 5],
    ...                       "w": [1.0, 1, 2, 1, 1, 1]})
    >>> survey_mean(frame, "score", by="wijk", weight="w")[["wijk", "value", "reason"]]
      wijk  value        reason
    0    a   2.25
    1    b   5.00  no_variation
    """
    check_confidence(confidence)
    groups, over, values = grouped(frame, outcome, by, design)
    means = domain_means(values, over)
    limits = t_limits(means.value, means.se, means.df, confidence)
    return result_rows(groups, over, values, means.value, means, limits, "t", confidence)


def survey_proportion(
    frame: pd.DataFrame,
    outcome: str,
    *,
    by: str | Sequence[str] | None = None,
    method: ProportionMethod = "logit",
    confidence: float = 0.95,
    **design: Unpack[DesignColumns],
) -> pd.DataFrame:
    """Return the weighted proportion of `outcome`, for each group of `by`.

    Parameters
    ----------
    frame : DataFrame
        All respondents of the survey, one per row.
    outcome : str
        Column of 0 and 1 (or booleans); missing values are left out and counted.
    by, **design
        As in `survey_mean`.
    method : {"logit", "beta", "xlogit", "mean"}
        Interval, see `wijkkit.estimates.interval.proportion_limits`.

    Returns
    -------
    DataFrame
        As from `survey_mean`, on the scale 0-1. A zero or full cell has a value and no
        interval: the design-based standard error is 0 there, which says nothing.

    Raises
    ------
    EstimationError
        The outcome holds other numbers than 0 and 1, or a column does not fit its purpose.

    Examples
    --------
    >>> frame = pd.DataFrame({"plays": [1.0, 0, 1, 1, 0, None], "w": [1.0, 2, 1, 1, 1, 1]})
    >>> row = survey_proportion(frame, "plays", weight="w").loc[0]
    >>> float(row["value"]), int(row["n"]), int(row["missing"]), round(float(row["lower"]), 3)
    (0.5, 5, 1, 0.054)
    """
    check_confidence(confidence)
    check_method(method)
    groups, over, values = grouped(frame, outcome, by, design)
    check_binary(outcome, values)
    means = domain_means(values, over)
    limits = proportion_limits(
        means.value, means.se, means.df, means.n, method=method, confidence=confidence
    )
    return result_rows(groups, over, values, means.value, means, limits, method, confidence)


def grouped(
    frame: pd.DataFrame, outcome: str, by: str | Sequence[str] | None, design: DesignColumns
) -> tuple[pd.DataFrame, Domains, NDArray[np.float64]]:
    """Return the groups of `by`, one row each and sorted, their domains, and the outcome's values."""
    whole = survey_design(frame, **design)
    columns = [] if by is None else [by] if isinstance(by, str) else list(by)
    EstimationError.raise_for(missing(frame, columns, "by"))
    if len(set(columns)) < len(columns):
        raise EstimationError(
            "a column to group by is named twice",
            place="by",
            found=", ".join(columns),
            remedy="Name each column once.",
        )
    values = outcome_values(frame, outcome)
    if not columns:
        everybody = domains(np.zeros(len(frame), np.int64), 1, whole)
        return pd.DataFrame(index=range(1)), everybody, values
    parts = frame.groupby(columns, sort=True, observed=True, dropna=True)
    groups = parts.size().index.to_frame(index=False)
    if not len(groups):
        raise EstimationError(
            "no respondent is in a group",
            place=f"by {', '.join(columns)}",
            found=f"{len(frame)} rows, all with a missing value",
            remedy="Group by columns that have values.",
        )
    code = parts.ngroup().fillna(-1).to_numpy(dtype=np.int64)
    return groups, domains(code, len(groups), whole), values


def no_column(name: str, frame: pd.DataFrame, place: str, hint: str = "") -> EstimationError:
    """Return the error that a table has no such column, with the names that are most like it."""
    known = list(map(str, frame.columns))
    shown = difflib.get_close_matches(name, known, n=5, cutoff=0.5) or known[:12]
    more = ", ..." if len(known) > len(shown) else ""
    return EstimationError(
        f"column '{name}' is missing",
        place=place,
        expected=", ".join(shown) + more,
        remedy=hint or "Name a column of the table, or make one with assign.",
    )


def outcome_values(frame: pd.DataFrame, outcome: str) -> NDArray[np.float64]:
    """Return a column as floats with ``nan`` where missing; EstimationError where it is not."""
    if outcome not in frame:
        raise no_column(outcome, frame, "outcome")
    column = frame[outcome]
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return numbers(f"column '{outcome}'", column.to_numpy(dtype=float, na_value=np.nan))
    filled = column.astype(object).where(column.notna(), np.nan)
    return numbers(f"column '{outcome}'", filled.tolist())


def check_binary(outcome: str, values: NDArray[np.float64]) -> None:
    """Raise EstimationError unless all values are 0, 1 or missing."""
    other = ~np.isnan(values) & (values != 0) & (values != 1)
    if other.any():
        raise EstimationError(
            "not a 0/1 outcome",
            place=f"column '{outcome}'",
            found=f"{values[other][0]:g}",
            expected="0 or 1",
            remedy="Use survey_mean for a score.",
        )


def result_rows(
    groups: pd.DataFrame,
    over: Domains,
    values: NDArray[np.float64],
    value: NDArray[np.float64],
    found: Precision,
    limits: tuple[NDArray[np.float64], NDArray[np.float64]],
    method: str,
    confidence: float,
) -> pd.DataFrame:
    """Return the rows that every survey function gives, see `survey_mean`."""
    absent = (over.code >= 0) & np.isnan(values)
    return groups.assign(
        value=value,
        se=found.se,
        lower=limits[0],
        upper=limits[1],
        df=found.df,
        n=found.n.astype(int),
        missing=np.bincount(over.code[absent], minlength=over.size),
        method=method,
        confidence=confidence,
        reason=found.reason,
    )


def survey_total(
    frame: pd.DataFrame,
    outcome: str,
    *,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
    **design: Unpack[DesignColumns],
) -> pd.DataFrame:
    r"""Return the estimated total of `outcome` in the population, for each group of `by`.

    .. math:: \hat T = \sum_i w_i y_i

    Särndal CE, Swensson B, Wretman J (1992). Model assisted survey sampling. Springer.

    Parameters
    ----------
    frame, outcome, by, **design
        As in `survey_mean`; the weights must add up to the population.

    Returns
    -------
    DataFrame
        As from `survey_mean`. Respondents without outcome are left out, so the total is one of
        those who would answer.

    Examples
    --------
    >>> frame = pd.DataFrame({"children": [1, 2, 1, 3], "w": [10.0, 10, 20, 20]})
    >>> survey_total(frame, "children", weight="w")[["value", "se"]].round(3)
       value      se
    0  110.0  44.347
    """
    check_confidence(confidence)
    groups, over, values = grouped(frame, outcome, by, design)
    used = (over.code >= 0) & ~np.isnan(values)
    parts = np.where(used, over.design.weight * values, 0.0)
    found = precision(parts, parts, over, used)
    total = np.bincount(over.code[used], parts[used], minlength=over.size)
    value = np.where(found.n > 0, total, np.nan)
    limits = t_limits(value, found.se, found.df, confidence)
    return result_rows(groups, over, values, value, found, limits, "t", confidence)


def survey_quantile(
    frame: pd.DataFrame,
    outcome: str,
    *,
    probability: float = 0.5,
    by: str | Sequence[str] | None = None,
    method: ProportionMethod = "mean",
    confidence: float = 0.95,
    **design: Unpack[DesignColumns],
) -> pd.DataFrame:
    r"""Return a quantile of `outcome`, for each group of `by`, with Woodruff's interval.

    The quantile is the smallest value whose weighted cumulative share reaches `probability`.
    The interval of that share (`method`) is turned into values by the same rule, and the
    standard error is the interval's width over twice the quantile of t.

    Woodruff RS (1952). Confidence intervals for medians and other position measures. Journal of
    the American Statistical Association 47, 635-646.

    Parameters
    ----------
    frame, outcome, by, **design
        As in `survey_mean`.
    probability : float
        Between 0 and 1; 0.5 for the median.
    method : {"mean", "logit", "xlogit", "beta"}
        Interval of the cumulative share, see `survey_proportion`.

    Returns
    -------
    DataFrame
        As from `survey_mean`. A limit is absent where the share's interval leaves 0-1; the whole
        interval with a `reason` where the share has none.

    Examples
    --------
    >>> frame = pd.DataFrame({"minutes": range(1, 101)})
    >>> survey_quantile(frame, "minutes")[["value", "lower", "upper"]]
       value  lower  upper
    0   50.0   41.0   60.0
    """
    check_confidence(confidence)
    check_method(method)
    if not 0 < probability < 1:
        raise EstimationError(
            "not a probability",
            place="probability",
            found=str(probability),
            expected="a number between 0 and 1",
        )
    groups, over, values = grouped(frame, outcome, by, design)
    curves = _curves(values, over.design.weight, over.code, over.size)
    value = _at(curves, np.full(over.size, probability))
    below = np.where(np.isnan(values), np.nan, values <= value[over.code])
    share = domain_means(below, over)
    limits = proportion_limits(
        share.value, share.se, share.df, share.n, method=method, confidence=confidence
    )
    lower, upper = (_at(curves, limit) for limit in limits)
    named = (f"woodruff {method}", confidence)
    rows = result_rows(groups, over, values, value, share, (lower, upper), *named)
    return rows.assign(se=(upper - lower) / 2 / quantile_t(share.df, confidence))


Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def _curves(
    values: NDArray[np.float64], weight: NDArray[np.float64], code: NDArray[np.int64], size: int
) -> list[Curve]:
    """Sorted values and their cumulative shares, per domain."""
    used = np.flatnonzero((code >= 0) & ~np.isnan(values))
    order = used[np.lexsort((values[used], code[used]))]
    ends = np.searchsorted(code[order], np.arange(size + 1))
    curves = []
    for start, end in itertools.pairwise(ends):
        rows = order[start:end]
        total = np.cumsum(weight[rows])
        curves.append((values[rows], total / total[-1] if len(rows) else total))
    return curves


def _at(curves: list[Curve], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each domain at which its cumulative share reaches the given one."""
    found = np.full(len(curves), np.nan)
    for number, ((values, cumulative), share) in enumerate(zip(curves, shares, strict=True)):
        if len(values) and 0 <= share <= 1:
            # A share that is reached exactly must not slip to the next value by rounding.
            place = np.searchsorted(cumulative, share - 1e-12)
            found[number] = values[min(place, len(values) - 1)]
    return found
