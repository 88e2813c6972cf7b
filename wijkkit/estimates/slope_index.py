"""Slope and relative index of inequality over ordered groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import Interval, check_confidence, numbers

Floats = NDArray[np.float64]
Model = Literal["linear", "logit"]


@dataclass(frozen=True, slots=True)
class Ends:
    """What a model says of the least (0) and the most advantaged end (1), with covariance."""

    low: float
    high: float
    covariance: NDArray[np.float64]


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
    ends = _ends(value, population, se, model, scale, whole_persons)
    slope = ends.high - ends.low
    spread = np.array([-1.0, 1.0]) @ ends.covariance @ np.array([-1.0, 1.0])
    half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(spread)
    limits = sorted([(slope - half) * multiplier, (slope + half) * multiplier])
    return Interval(float(slope * multiplier), *map(float, limits), confidence, model)


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
    ends = _ends(value, population, se, model, scale, whole_persons)
    if ends.low <= 0 or ends.high <= 0:
        return Interval(np.nan, np.nan, np.nan, confidence, model)
    log = np.log(ends.high / ends.low) * (-1 if inverse else 1)
    weight = np.array([-1 / ends.low, 1 / ends.high])
    half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(weight @ ends.covariance @ weight)
    return Interval(*(float(np.exp(log + d)) for d in (0.0, -half, half)), confidence, model)


def midpoint_ranks(population: Floats) -> Floats:
    """Return each group's midpoint of the cumulative share of the population.

    Examples
    --------
    >>> midpoint_ranks(np.array([50.0, 25, 25])).tolist()
    [0.25, 0.625, 0.875]
    """
    share = population / population.sum()
    return np.cumsum(share) - share / 2


def _ends(
    value: ArrayLike,
    population: ArrayLike,
    se: ArrayLike | None,
    model: Model,
    scale: float,
    whole_persons: bool,
) -> Ends:
    y = np.atleast_1d(numbers("value", value))
    people = np.atleast_1d(numbers("population", population, at_least=0))
    errors = (
        np.full(y.shape, np.nan) if se is None else np.atleast_1d(numbers("se", se, at_least=0))
    )
    if not (y.shape == people.shape == errors.shape) or len(y) < 3:
        raise EstimationError(
            "no ordered groups",
            place="value, population, se",
            found=", ".join(str(array.shape) for array in (y, people, errors)),
            expected="one number per group, at least three groups",
            remedy="Use between_group for two groups.",
        )
    if np.isnan(y).any() or not (people > 0).all():
        raise EstimationError(
            "a group without value or population", place="value, population", remedy="Leave it out."
        )
    if model == "linear":
        return _linear(y, people, errors)
    if model == "logit":
        proportion = _proportions(y, scale)
        if whole_persons:
            proportion, people = _whole_persons(proportion, people)
        return _logit(proportion, people, errors / scale, scale)
    raise EstimationError(
        "unknown model", place="model", found=str(model), expected="linear, logit"
    )


def _design(people: Floats) -> Floats:
    return np.column_stack([np.ones(len(people)), midpoint_ranks(people)])


def _linear(y: Floats, people: Floats, errors: Floats) -> Ends:
    design = _design(people)
    weighted = design * people[:, None]
    # Each coefficient is a fixed combination of the values, so their errors carry over exactly.
    combine = np.linalg.solve(weighted.T @ design, weighted.T)
    to_ends = np.array([[1.0, 0.0], [1.0, 1.0]]) @ combine
    low, high = to_ends @ y
    return Ends(float(low), float(high), (to_ends * errors**2) @ to_ends.T)


def _proportions(y: Floats, scale: float) -> Floats:
    if (y < 0).any() or (y > scale).any():
        raise EstimationError(
            "a value off its scale",
            place="value",
            found=f"{y[(y < 0) | (y > scale)][0]:g}",
            expected=f"0 to {scale:g}",
            remedy="Say in `scale` which value means everybody.",
        )
    return y / scale


def _whole_persons(proportion: Floats, people: Floats) -> tuple[Floats, Floats]:
    if (people < 1).any():
        raise EstimationError(
            "a population of less than one person",
            place="population",
            found=f"{people.min():g}",
            expected="persons",
            remedy="Set whole_persons to False where these are shares.",
        )
    whole = np.ceil(people)
    return np.round(proportion * whole) / whole, whole


def _logit(y: Floats, people: Floats, errors: Floats, scale: float) -> Ends:
    design = _design(people)
    weight = people / people.sum()
    beta = np.zeros(2)
    for _ in range(100):
        p = special.expit(design @ beta)
        information = (design * (weight * p * (1 - p))[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ (weight * (y - p)))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    else:
        raise EstimationError("the logistic model does not settle", place="value")
    p = special.expit(design @ beta)
    bread = np.linalg.inv((design * (weight * p * (1 - p))[:, None]).T @ design)
    if np.isnan(errors).all():
        k = len(y)
        noise = (weight * (y - p)) ** 2 * k / (k - 2)
    else:
        noise = (weight * errors) ** 2
    covariance = bread @ (design * noise[:, None]).T @ design @ bread
    ends = special.expit(np.array([beta[0], beta.sum()]))
    slopes = np.array([[1.0, 0.0], [1.0, 1.0]]) * (ends * (1 - ends))[:, None]
    low, high = ends * scale
    return Ends(float(low), float(high), scale**2 * slopes @ covariance @ slopes.T)
