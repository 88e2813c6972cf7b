"""Design-based totals."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError
from wijkkit.estimates.design import DesignColumns
from wijkkit.estimates.interval import (
    ProportionMethod,
    check_confidence,
    check_method,
    proportion_limits,
    quantile_t,
    t_limits,
)
from wijkkit.estimates.linearisation import domain_means, precision
from wijkkit.estimates.survey_mean import count_missing, grouped, result_rows


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

    Parameters
    ----------
    frame, outcome, by, **design
        As in `survey_mean`; the weights must add up to the population.

    Returns
    -------
    DataFrame
        As from `survey_mean`. Respondents without outcome are left out, so the total is one of
        those who would answer.

    References
    ----------
    Särndal CE, Swensson B, Wretman J (1992). Model assisted survey sampling. Springer.

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
    missing = count_missing(np.isnan(values), over)
    return result_rows(groups, value, found, limits, missing, "t", confidence)


# Design-based quantiles.


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

    References
    ----------
    Woodruff RS (1952). Confidence intervals for medians and other position measures. Journal of
    the American Statistical Association 47, 635-646.

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
    return groups.assign(
        value=value,
        se=(upper - lower) / 2 / quantile_t(share.df, confidence),
        lower=lower,
        upper=upper,
        df=share.df,
        n=share.n.astype(int),
        missing=count_missing(np.isnan(values), over),
        method=f"woodruff {method}",
        confidence=confidence,
        reason=share.reason,
    )


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
