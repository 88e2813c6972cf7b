"""Directly and indirectly standardised rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wijkkit.errors import EstimationError
from wijkkit.estimates.count import byar
from wijkkit.estimates.interval import Interval, check_confidence, numbers
from wijkkit.estimates.rate import EXACT_BELOW, events


def standardised_rate(
    x: ArrayLike,
    n: ArrayLike,
    standard: ArrayLike,
    *,
    multiplier: float,
    confidence: float = 0.95,
) -> Interval:
    r"""Return a directly standardised rate with Dobson's interval.

    .. math:: R = \frac{\sum_i w_i x_i / n_i}{\sum_i w_i}, \quad
              V = \frac{\sum_i (w_i / n_i)^2 x_i}{(\sum_i w_i)^2}, \quad
              R + \sqrt{V / X}\,(B - X)

    with X the events of all strata and B Byar's limits of X.

    Parameters
    ----------
    x, n, standard : array_like, shape (k,)
        Events, population and standard population of each stratum (age group).
    multiplier : float
        Per how many: 100000 for a rate per 100,000.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Interval
        Absent with fewer than 10 events, on which a standardised rate cannot rest.

    Raises
    ------
    EstimationError
        Shapes differ, a value is missing, or a stratum with a standard population has nobody.

    Notes
    -----
    Says what the rate would be if the area had the standard's ages. Compare areas with each
    other only when they were standardised to the same population.

    References
    ----------
    Dobson AJ, Kuulasmaa K, Eberle E, Scherer J (1991). Confidence intervals for weighted sums of
    Poisson parameters. Statistics in Medicine 10, 457-462.

    Examples
    --------
    >>> result = standardised_rate([20, 30], [1000, 500], [3, 1], multiplier=1000)
    >>> round(result.value, 3), round(result.lower, 3), round(result.upper, 3)
    (30.0, 22.105, 39.749)
    """
    check_confidence(confidence)
    x, n, standard = _strata(x=x, n=n, standard=standard)
    total = float(x.sum())
    if total < EXACT_BELOW:
        return Interval(np.nan, np.nan, np.nan, confidence, "dobson: fewer than 10 events")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(standard > 0, standard / standard.sum() / n, 0.0)
    value = float((share * x).sum())
    spread = np.sqrt((share**2 * x).sum() / total)
    count = byar(total, confidence=confidence)
    lower, upper = (value + spread * (limit - total) for limit in (count.lower, count.upper))
    return Interval(
        *(float(part * multiplier) for part in (value, lower, upper)), confidence, "dobson"
    )


def standardised_ratio(
    x: ArrayLike,
    n: ArrayLike,
    reference_x: ArrayLike,
    reference_n: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Interval:
    r"""Return an indirectly standardised ratio: observed over expected events.

    .. math:: \frac{\sum_i x_i}{\sum_i n_i\, x^{ref}_i / n^{ref}_i}

    Parameters
    ----------
    x, n : array_like, shape (k,)
        Events and population of each stratum; `x` may be their sum, of shape ().
    reference_x, reference_n : array_like, shape (k,)
        The same of the reference population.
    multiplier : float
        100 for a ratio of which 100 is "as expected".
    confidence : float
        Coverage of the interval, that of the observed count: exact below 10 events, Byar's from
        there.

    Returns
    -------
    Interval
        Absent where nothing is expected.

    Notes
    -----
    Two areas' ratios have different weights and cannot be compared with each other.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical methods in cancer research, volume II. IARC.

    Examples
    --------
    >>> result = standardised_ratio([4, 16], [100, 200], [300, 500], [10000, 10000])
    >>> round(result.value, 3), round(result.lower, 3), round(result.upper, 3)
    (1.538, 0.939, 2.376)
    """
    check_confidence(confidence)
    n, above, below = _strata(n=n, reference_x=reference_x, reference_n=reference_n)
    observed = float(numbers("x", x, at_least=0).sum())
    if (below == 0).any():
        raise EstimationError("a stratum without reference population", place="reference_n")
    expected = float((n * above / below).sum())
    count = events(observed, confidence=confidence)
    scale = multiplier / expected if expected > 0 else np.nan
    return Interval(
        *(float(part * scale) for part in (count.value, count.lower, count.upper)),
        confidence,
        count.method,
    )


def _strata(**columns: ArrayLike) -> list[np.ndarray]:
    arrays = [np.atleast_1d(numbers(name, values, at_least=0)) for name, values in columns.items()]
    if len({array.shape for array in arrays}) > 1 or any(np.isnan(a).any() for a in arrays):
        raise EstimationError(
            "strata that do not match",
            place=", ".join(columns),
            found=", ".join(str(array.shape) for array in arrays),
            expected="one number per stratum, none missing",
            remedy="Give every stratum its numbers, 0 where there were no events.",
        )
    if "standard" in columns:
        _, n, standard = arrays
        if standard.sum() <= 0 or (n[standard > 0] == 0).any():
            raise EstimationError(
                "a stratum without population cannot be standardised",
                place="n",
                remedy="Join it with a neighbouring stratum.",
            )
    return arrays
