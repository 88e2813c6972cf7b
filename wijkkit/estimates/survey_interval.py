"""Intervals of design-based means and proportions."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from wijkkit.errors import EstimationError

#: How the interval of a weighted proportion is made, see `proportion_limits`.
ProportionMethod = Literal["logit", "beta", "xlogit", "mean"]

Floats = NDArray[np.float64]


def check_method(method: str) -> None:
    """Raise EstimationError unless `method` is a method of `proportion_limits`."""
    if method not in get_args(ProportionMethod):
        raise EstimationError(
            "unknown interval method",
            place="method",
            found=str(method),
            expected=", ".join(get_args(ProportionMethod)),
            remedy="Use one of these.",
        )


def t_limits(value: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return ``value ± t(df) se``; absent where `df` is not positive.

    Examples
    --------
    >>> lower, upper = t_limits(np.array([0.5]), np.array([0.1]), np.array([9.0]), 0.95)
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.2738, 0.7262)
    """
    half = quantile_t(df, confidence) * se
    return value - half, value + half


def quantile_t(df: Floats, confidence: float) -> Floats:
    """Return the two-sided quantile of Student's t; absent where `df` is not positive."""
    df = np.asarray(df, dtype=float)
    # Equal degrees of freedom are frequent and the quantile is expensive.
    different, which = np.unique(df, return_inverse=True)
    with np.errstate(invalid="ignore"):
        quantile = np.where(different > 0, stats.t.ppf(0.5 + confidence / 2, different), np.nan)
    return quantile[which.reshape(df.shape)]


def proportion_limits(
    p: Floats,
    se: Floats,
    df: Floats,
    n: Floats,
    *,
    method: ProportionMethod,
    confidence: float,
) -> tuple[Floats, Floats]:
    r"""Return the limits of weighted proportions.

    Parameters
    ----------
    p, se, df, n : ndarray of float, one shape
        Proportion, its design-based standard error, degrees of freedom (units minus strata)
        and number of respondents.
    method : {"logit", "xlogit", "beta", "mean"}
        ``logit``: :math:`\operatorname{expit}(\operatorname{logit} p \pm t_{df}\, se/(p(1-p)))`,
        the Wald interval of a logistic model with an intercept alone. ``xlogit``: the same
        formula, reached by the delta method; the name under which SPSS's complex samples are
        reproduced. ``beta``: Korn and Graubard's Clopper-Pearson interval with the effective
        sample size :math:`p(1-p)/se^2 \cdot (t_{n-1}/t_{df})^2`. ``mean``:
        :math:`p \pm t_{df}\, se`, which may leave the range of a proportion.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    lower, upper : ndarray of float
        Absent where the standard error is absent or 0, or `df` is not positive.

    References
    ----------
    Korn EL, Graubard BI (1998). Confidence intervals for proportions with small expected number
    of positive counts estimated from survey data. Survey Methodology 24, 193-201.

    Examples
    --------
    >>> arrays = [np.array([v]) for v in (0.1, 0.03, 99.0, 100.0)]
    >>> lower, upper = proportion_limits(*arrays, method="logit", confidence=0.95)
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.0542, 0.1771)
    """
    check_method(method)
    there = (se > 0) & (df > 0) & (p > 0) & (p < 1)
    p, se, df, n = (np.where(there, array, np.nan) for array in (p, se, df, n))
    if method == "mean":
        return t_limits(p, se, df, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        if method == "beta":
            return _beta_limits(p, se, df, n, confidence)
        lower, upper = t_limits(special.logit(p), se / (p * (1 - p)), df, confidence)
        return special.expit(lower), special.expit(upper)


def _beta_limits(
    p: Floats, se: Floats, df: Floats, n: Floats, confidence: float
) -> tuple[Floats, Floats]:
    tail = (1 - confidence) / 2
    effective = p * (1 - p) / se**2
    effective *= (quantile_t(n - 1, confidence) / quantile_t(df, confidence)) ** 2
    with_it, without = effective * p, effective * (1 - p)
    return (
        stats.beta.ppf(tail, with_it, without + 1),
        stats.beta.ppf(1 - tail, with_it + 1, without),
    )
