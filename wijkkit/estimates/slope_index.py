"""Slope and relative index of inequality over ordered groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from wijkkit.estimates.interval import Interval, check_confidence, interval_of
from wijkkit.estimates.slope_model import Model, fitted_ends


def slope_index(
    value: ArrayLike,
    population: ArrayLike,
    *,
    se: ArrayLike | None = None,
    model: Model = "linear",
    scale: float = 1.0,
    whole_persons: bool = True,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Interval:
    r"""Return the slope index of inequality: the difference from one end to the other.

    Groups stand on the scale 0-1 at the midpoint of their cumulative share of the population.
    ``linear``: least squares of the values on these ranks, weighted by population; the slope.
    ``logit``: a quasi-binomial logistic model; the difference of its predictions at 1 and 0.

    Parameters
    ----------
    value, population : array_like, shape (k,)
        Value and population of each group, from the least to the most advantaged. At least
        three groups.
    se : array_like, shape (k,), optional
        Standard errors of the values. Without them a linear index has no interval; a logit
        index has one from the scatter of the groups around the model (HC1).
    model : {"linear", "logit"}
        The model.
    scale : float
        The value that means everybody, for ``logit``: 1 for proportions, 100 for percentages.
    whole_persons : bool
        Count whole persons in the ``logit`` model, as the World Health Organization's toolkit
        does: population rounded up, those with the outcome rounded to the nearest. Turn it off
        where `population` holds shares instead of persons.
    multiplier : float
        -1 or -100 turn the sign for indicators of which less is better.
    confidence : float
        Coverage of the interval, by the delta method and the normal quantile.

    Returns
    -------
    Interval
        Negative where the most advantaged have the lower value.

    Raises
    ------
    EstimationError
        Fewer than three groups, shapes that differ, or a value that is missing or off its scale.

    Notes
    -----
    Assumes one gradient over all groups. Look at the groups first: of a curve with a turn the
    index says nothing. `se` are taken as independent between groups.

    References
    ----------
    Mackenbach JP, Kunst AE (1997). Measuring the magnitude of socio-economic inequalities in
    health. Social Science & Medicine 44, 757-771.

    Examples
    --------
    >>> result = slope_index([40, 30, 20], [100, 100, 100], se=[2, 2, 2])
    >>> round(result.value, 6), round(result.lower, 3), round(result.upper, 3)
    (-30.0, -38.315, -21.685)
    """
    check_confidence(confidence)
    ends = fitted_ends(value, population, se, model, scale, whole_persons)
    slope = ends.high - ends.low
    half = stats.norm.ppf(0.5 + confidence / 2) * ends.error(-1.0, 1.0)
    limits = sorted([(slope - half) * multiplier, (slope + half) * multiplier])
    return interval_of((slope * multiplier, *limits), confidence, model)


def relative_index(
    value: ArrayLike,
    population: ArrayLike,
    *,
    se: ArrayLike | None = None,
    model: Model = "linear",
    scale: float = 1.0,
    whole_persons: bool = True,
    inverse: bool = False,
    confidence: float = 0.95,
) -> Interval:
    r"""Return the relative index of inequality: the ratio of the two ends, high to low.

    Parameters
    ----------
    value, population, se, model, scale, whole_persons, confidence
        As in `slope_index`.
    inverse : bool
        Give low to high instead.

    Returns
    -------
    Interval
        1 where there is no inequality. Absent where a linear model falls below 0 at an end. The
        interval is made on the log scale.

    References
    ----------
    Kunst AE, Mackenbach JP (1995). Measuring socioeconomic inequalities in health. WHO.

    Examples
    --------
    >>> round(relative_index([40, 30, 20], [100, 100, 100]).value, 6)
    0.333333
    """
    check_confidence(confidence)
    ends = fitted_ends(value, population, se, model, scale, whole_persons)
    if ends.low <= 0 or ends.high <= 0:
        return Interval(np.nan, np.nan, np.nan, confidence, model)
    log = np.log(ends.high / ends.low) * (-1 if inverse else 1)
    half = stats.norm.ppf(0.5 + confidence / 2) * ends.error(-1 / ends.low, 1 / ends.high)
    return interval_of([np.exp(log + d) for d in (0.0, -half, half)], confidence, model)
