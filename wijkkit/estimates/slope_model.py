"""The models beneath the slope and the relative index of inequality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from wijkkit.errors import EstimationError
from wijkkit.estimates.domain_mean import NO_SPREAD
from wijkkit.estimates.interval import numbers

Floats = NDArray[np.float64]
Model = Literal["linear", "logit"]


@dataclass(frozen=True, slots=True)
class Ends:
    """What a model says of the least (0) and the most advantaged end (1), with covariance."""

    low: float
    high: float
    covariance: NDArray[np.float64]

    def error(self, low: float, high: float) -> float:
        """Return the error of a combination of the ends; absent where nothing varies."""
        weights = np.array([low, high])
        variance = float(weights @ self.covariance @ weights)
        rounding = NO_SPREAD * float((weights**2) @ np.array([self.low, self.high]) ** 2)
        return np.sqrt(variance) if variance > rounding else np.nan


def midpoint_ranks(population: Floats) -> Floats:
    """Return each group's midpoint of the cumulative share of the population.

    Examples
    --------
    >>> midpoint_ranks(np.array([50.0, 25, 25])).tolist()
    [0.25, 0.625, 0.875]
    """
    share = population / population.sum()
    return np.cumsum(share) - share / 2


def fitted_ends(
    value: ArrayLike,
    population: ArrayLike,
    se: ArrayLike | None,
    model: Model,
    scale: float,
    whole_persons: bool,
) -> Ends:
    """Fit the model of an ordered division; see `wijkkit.estimates.slope_index`."""
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
            remedy="Compare two groups by their gap.",
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
        if np.linalg.cond(information) > 1e12:
            raise EstimationError("the slope of the logistic model is infinite", place="value")
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
