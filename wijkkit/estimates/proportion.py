"""Interval of a proportion from simple counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import Interval, check_confidence, interval_of, numbers


def wilson(
    x: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, multiplier: float = 1.0
) -> Interval:
    r"""Return the proportion ``x / n`` with Wilson's score interval.

    .. math:: \frac{2x + z^2 \mp z\sqrt{z^2 + 4x(1 - x/n)}}{2(n + z^2)}

    Parameters
    ----------
    x, n : array_like
        Number with the characteristic and number observed; they broadcast. Missing stays
        missing.
    confidence : float
        Coverage of the interval.
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

    Notes
    -----
    For simple random samples without weights. A weighted proportion needs
    `wijkkit.estimates.survey_proportion`: this interval does not know the weights.

    References
    ----------
    Wilson EB (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

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
