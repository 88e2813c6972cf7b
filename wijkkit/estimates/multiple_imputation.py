"""Pool estimates from several imputed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import check_confidence, numbers
from wijkkit.showing import ShowsItself


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

    Parameters
    ----------
    value, se : array_like, shape (m,)
        Estimate and standard error from each imputed data set; at least two.
    complete_df : float
        Degrees of freedom the estimate would have without missing answers: for a survey, its
        units minus its strata.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Pooled
        The pooled value with its standard error, interval and degrees of freedom.

    Raises
    ------
    EstimationError
        Fewer than two data sets, shapes that differ, or a value that is missing.

    Notes
    -----
    Pool on a scale on which estimates are about normal: the log of a ratio, the logit of a
    proportion near 0 or 1.

    References
    ----------
    Rubin DB (1987). Multiple imputation for nonresponse in surveys. Wiley. Barnard J, Rubin DB
    (1999). Small-sample degrees of freedom with multiple imputation. Biometrika 86, 948-955.

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
    df = _degrees_of_freedom(m, added / total, complete_df)
    increase = added / within
    missing = (increase + 2 / (df + 3)) / (increase + 1)
    centre, error = float(estimates.mean()), float(np.sqrt(total))
    half = float(stats.t.ppf(0.5 + confidence / 2, df)) * error
    return Pooled(
        centre,
        error,
        centre - half,
        centre + half,
        df,
        within,
        between,
        increase,
        float(missing),
        m,
        confidence,
    )


def _degrees_of_freedom(m: int, share: float, complete: float) -> float:
    old = np.inf if share == 0 else (m - 1) / share**2
    if np.isinf(complete):
        return float(old)
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    return float(observed if np.isinf(old) else old * observed / (old + observed))
