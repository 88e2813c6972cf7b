"""Crude rates and their interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wijkkit.estimates.count import byar, poisson_exact
from wijkkit.estimates.interval import Interval, interval_of, numbers

#: Below this number of events Byar's approximation gives way to the exact interval.
EXACT_BELOW = 10


def events(x: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return a count with its interval: exact below 10 events, Byar's from there.

    Examples
    --------
    >>> round(events(9).upper, 5), round(events(10).upper, 5)
    (17.0848, 18.39146)
    """
    exact = poisson_exact(x, confidence=confidence)
    approximate = byar(x, confidence=confidence)
    few = np.asarray(x, dtype=float) < EXACT_BELOW
    limits = (
        np.where(few, getattr(exact, side), getattr(approximate, side))
        for side in ("lower", "upper")
    )
    method = "exact below 10 events, byar from there"
    return interval_of((exact.value, *limits), confidence, method)


def rate(x: ArrayLike, n: ArrayLike, *, multiplier: float, confidence: float = 0.95) -> Interval:
    """Return events per person-time, ``multiplier * x / n``, with the interval of the count.

    Parameters
    ----------
    x, n : array_like
        Events and person-time; they broadcast. Missing stays missing.
    multiplier : float
        Per how many: 1000 for a rate per 1,000.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Interval
        ``nan`` where `n` is 0. Exact below 10 events, Byar's approximation from there.

    References
    ----------
    Office for Health Improvement and Disparities. Technical guide: confidence intervals.

    Examples
    --------
    >>> result = rate(5, 100, multiplier=100)
    >>> round(result.value, 4), round(result.lower, 4), round(result.upper, 4)
    (5.0, 1.6235, 11.6683)
    """
    population = numbers("n", n, at_least=0)
    count = events(x, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(population > 0, multiplier / population, np.nan)
    ends = (count.value * scale, count.lower * scale, count.upper * scale)
    return interval_of(ends, confidence, count.method)
