"""Interval of a count of events: Byar's approximation and the exact one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from wijkkit.estimates.interval import Interval, check_confidence, interval_of, numbers


def byar(x: ArrayLike, *, confidence: float = 0.95) -> Interval:
    r"""Return a count with Byar's interval for the mean of a Poisson variable.

    .. math::
        x\Bigl(1 - \frac{1}{9x} - \frac{z}{3\sqrt{x}}\Bigr)^3, \quad
        (x+1)\Bigl(1 - \frac{1}{9(x+1)} + \frac{z}{3\sqrt{x+1}}\Bigr)^3

    Parameters
    ----------
    x : array_like
        Number of events; missing stays missing.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Interval
        The lower limit is ``nan`` where the approximation does not give one: no events, or a
        count so small that the cube is negative. Use `poisson_exact` below 10 events.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical methods in cancer research, volume II. IARC.

    Examples
    --------
    >>> result = byar(65)
    >>> round(result.lower, 5), round(result.upper, 5)
    (50.16319, 82.84914)
    """
    check_confidence(confidence)
    x = numbers("x", x, at_least=0)
    z = stats.norm.ppf(0.5 + confidence / 2)
    lower = _cube(x, -z)
    upper = _cube(x + 1, z)
    lower = np.where(lower >= 0, lower, np.nan)
    return interval_of((x, lower, upper), confidence, "byar")


def _cube(x: NDArray[np.float64], z: float) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return x * (1 - 1 / (9 * x) + z / (3 * np.sqrt(x))) ** 3


def poisson_exact(x: ArrayLike, *, confidence: float = 0.95) -> Interval:
    r"""Return a count with the exact interval for the mean of a Poisson variable.

    .. math:: \tfrac12 \chi^2_{\alpha/2;\,2x}, \quad \tfrac12 \chi^2_{1-\alpha/2;\,2x+2}

    Parameters
    ----------
    x : array_like
        Number of events; missing stays missing.
    confidence : float
        Coverage of the interval, at least.

    Returns
    -------
    Interval
        The lower limit of no events is 0.

    References
    ----------
    Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> result = poisson_exact(9)
    >>> round(result.lower, 5), round(result.upper, 5)
    (4.11537, 17.0848)
    """
    check_confidence(confidence)
    x = numbers("x", x, at_least=0)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        lower = np.where(x == 0, 0.0, stats.chi2.ppf(tail, 2 * x) / 2)
        upper = stats.chi2.ppf(1 - tail, 2 * x + 2) / 2
    return interval_of((x, lower, upper), confidence, "exact")
