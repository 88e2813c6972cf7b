"""Intervals: of a mean, of a proportion by Wilson, pooled over imputed data sets; their parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError, Problem

Values = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Interval(ShowsItself):
    """An estimate with its interval.

    `value`, `lower`, `upper`: The estimate and its limits; arrays of one shape where the arguments
    were arrays. A limit that cannot be computed is ``nan``. `confidence`: Coverage the interval
    aims at. `method`: How the interval was made.
    """

    value: Values
    lower: Values
    upper: Values
    confidence: float
    method: str


def check_confidence(confidence: float) -> None:
    """Raise EstimationError unless `confidence` is a number between 0 and 1."""
    if not (isinstance(confidence, (int, float)) and 0 < confidence < 1):
        raise EstimationError(
            "not a confidence level",
            place="confidence",
            found=str(confidence),
            expected="a number between 0 and 1",
            remedy="Use 0.95 for a 95 % interval.",
        )


def numbers(name: str, values: ArrayLike, *, at_least: float | None = None) -> NDArray[np.float64]:
    """Return `values` as floats; EstimationError where they are no numbers or too small.

    Missing values (``nan``) pass; infinite ones do not.
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise EstimationError(
            "not numbers", place=name, found=repr(values)[:60], remedy="Give numbers."
        ) from None
    wrong = np.isinf(array)
    if at_least is not None:
        wrong |= array < at_least
    if wrong.any():
        raise EstimationError(
            "outside its range",
            place=name,
            found=str(array[wrong].flat[0]),
            expected="finite numbers" if at_least is None else f"finite numbers from {at_least:g}",
            remedy="Correct or leave out these values.",
        )
    return array


def interval_of(
    parts: Iterable[ArrayLike], confidence: float, method: str, multiplier: float = 1.0
) -> Interval:
    """Return value, lower and upper limit as an interval."""
    arrays = (np.asarray(part) * multiplier for part in parts)
    value, lower, upper = (float(one) if one.ndim == 0 else one for one in arrays)
    return Interval(value, lower, upper, confidence, method)


def wilson(
    x: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, multiplier: float = 1.0
) -> Interval:
    r"""Return the proportion ``x / n`` with Wilson's score interval.

    .. math:: \frac{2x + z^2 \mp z\sqrt{z^2 + 4x(1 - x/n)}}{2(n + z^2)}

    For simple random samples without weights. A weighted proportion needs
    `wijkkit.estimates.survey_proportion`: this interval does not know the weights.

    Wilson EB (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Parameters
    ----------
    x, n : array_like
        Number with the characteristic and number observed; they broadcast. Missing stays
        missing.
    multiplier : float
        Scale of the result: 1 for a proportion, 100 for a percentage.

    Returns
    -------
    Interval
        ``nan`` throughout where `n` is 0: nobody was observed.

    Raises
    ------
    EstimationError
        `x` is negative or larger than `n`.

    Examples
    --------
    >>> result = wilson(12, 69)
    >>> round(result.lower, 6), round(result.upper, 6)
    (0.102384, 0.279836)
    """
    check_confidence(confidence)
    x, n = np.broadcast_arrays(numbers("x", x, at_least=0), numbers("n", n, at_least=0))
    if (x > n).any():
        raise EstimationError(
            "more with the characteristic than observed",
            place="x",
            found=f"{x[x > n].flat[0]:g} of {n[x > n].flat[0]:g}",
            expected="x at most n",
            remedy="Check which is the numerator.",
        )
    z = stats.norm.ppf(0.5 + confidence / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = x / n
        middle = 2 * x + z**2
        half = z * np.sqrt(z**2 + 4 * x * (1 - value))
        limits = [(middle + sign * half) / (2 * (n + z**2)) for sign in (-1, 1)]
    lower, upper = (np.clip(limit, 0, 1) for limit in limits)
    return interval_of((value, lower, upper), confidence, "wilson", multiplier)


#: How the interval of a weighted proportion is made, see `proportion_limits`.
ProportionMethod = Literal["logit", "beta", "xlogit", "mean"]

Floats = NDArray[np.float64]


def none_of(choices: object, what: str, place: str, value: object) -> list[Problem]:
    """Return that a value is none of the choices of a Literal; nothing where it is one."""
    known, remedy = get_args(choices), "Use one of these."
    problem = Problem(f"unknown {what}", "", place, str(value), ", ".join(known), remedy)
    return [] if value in known else [problem]


def missing(frame: pd.DataFrame, columns: Iterable[str], place: str) -> list[Problem]:
    """Return a problem for every column that a table lacks."""
    absent = [name for name in columns if name not in frame]
    return [Problem(f"column '{name}' is missing", place=place) for name in absent]


def check_method(method: str) -> None:
    """Raise EstimationError unless `method` is a method of `proportion_limits`."""
    EstimationError.raise_for(none_of(ProportionMethod, "interval method", "method", method))


def t_limits(value: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return ``value ± t(df) se``; absent where `df` is not positive.

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

    `p`, `se`, `df`, `n`: Proportion, its design-based standard error, degrees of freedom (units
    minus strata) and number of respondents. `method`: ``logit``:
    :math:`\operatorname{expit}(\operatorname{logit} p \pm t_{df}\, se/(p(1-p)))`, the Wald interval
    of a logistic model with an intercept alone. ``xlogit``: the same formula, reached by the delta
    method; the name under which SPSS's complex samples are reproduced. ``beta``: Korn and
    Graubard's Clopper-Pearson interval with the effective sample size :math:`p(1-p)/se^2 \cdot
    (t_{n-1}/t_{df})^2`. ``mean``: :math:`p \pm t_{df}\, se`, which may leave the range of a
    proportion.

    Korn EL, Graubard BI (1998). Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data. Survey Methodology 24, 193-201.

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


# Pool estimates from several imputed data sets.


@dataclass(frozen=True, slots=True, repr=False)
class Pooled(ShowsItself):
    """An estimate over m imputed data sets.

    `value`, `se`, `lower`, `upper`, `df`: Mean of the estimates, its standard error, interval and
    degrees of freedom. `within`, `between`: Mean of the variances, and variance of the estimates.
    `relative_increase`: By which part the missing answers increase the variance.
    `fraction_missing`: Fraction of missing information, for these degrees of freedom. `m`: Number
    of data sets. `confidence`: Coverage of the interval.
    """

    value: float
    se: float
    lower: float
    upper: float
    df: float
    within: float
    between: float
    relative_increase: float
    fraction_missing: float
    m: int
    confidence: float


def pool(
    value: ArrayLike, se: ArrayLike, *, complete_df: float = np.inf, confidence: float = 0.95
) -> Pooled:
    r"""Pool estimates from multiply imputed data by Rubin's rules.

    .. math::
        T = \bar U + (1 + 1/m) B, \quad r = \frac{(1 + 1/m) B}{\bar U}, \quad
        \lambda = \frac{(1 + 1/m) B}{T}, \quad
        fmi = \frac{r + 2/(\nu + 3)}{r + 1}

    with Barnard and Rubin's degrees of freedom :math:`\nu`.

    Pool on a scale on which estimates are about normal: the log of a ratio, the logit of a
    proportion near 0 or 1.

    Rubin DB (1987). Multiple imputation for nonresponse in surveys. Wiley. Barnard J, Rubin DB
    (1999). Small-sample degrees of freedom with multiple imputation. Biometrika 86, 948-955.

    Parameters
    ----------
    value, se : array_like, shape (m,)
        Estimate and standard error from each imputed data set; at least two.
    complete_df : float
        Degrees of freedom the estimate would have without missing answers: for a survey, its
        units minus its strata.

    Raises
    ------
    EstimationError
        Fewer than two data sets, shapes that differ, or a value that is missing.

    Examples
    --------
    >>> result = pool([10.0, 11, 12], [1.0, 1, 1])
    >>> result.value, round(result.se, 4), round(result.fraction_missing, 4)
    (11.0, 1.5275, 0.6654)
    """
    check_confidence(confidence)
    estimates = np.atleast_1d(numbers("value", value))
    variances = np.atleast_1d(numbers("se", se, at_least=0)) ** 2
    m = len(estimates)
    wrong = estimates.shape != variances.shape or m < 2 or np.isnan(estimates + variances).any()
    if wrong or not variances.mean() > 0 or not complete_df > 0:
        raise EstimationError(
            "no estimates to pool",
            place="value, se",
            found=f"{estimates.shape}, {variances.shape}",
            expected="an estimate and a standard error above 0 from each of two data sets or more",
        )
    within, between = float(variances.mean()), float(estimates.var(ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    share = added / total
    df = np.inf if share == 0 else (m - 1) / share**2
    if not np.isinf(complete_df):
        observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
        df = observed if np.isinf(df) else df * observed / (df + observed)
    increase = added / within
    missing = (increase + 2 / (df + 3)) / (increase + 1)
    centre, error = float(estimates.mean()), float(np.sqrt(total))
    half = float(stats.t.ppf(0.5 + confidence / 2, df)) * error
    return Pooled(
        centre,
        error,
        centre - half,
        centre + half,
        float(df),
        within,
        between,
        increase,
        float(missing),
        m,
        confidence,
    )
