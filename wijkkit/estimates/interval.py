"""What a statistic with an interval is, and the checks its arguments share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wijkkit.errors import EstimationError
from wijkkit.showing import ShowsItself

Values = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Interval(ShowsItself):
    """An estimate with its interval.

    Parameters
    ----------
    value, lower, upper : float or ndarray
        The estimate and its limits; arrays of one shape where the arguments were arrays.
        A limit that cannot be computed is ``nan``.
    confidence : float
        Coverage the interval aims at.
    method : str
        How the interval was made.
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
    value, lower, upper = (scalar_or_array(np.asarray(part) * multiplier) for part in parts)
    return Interval(value, lower, upper, confidence, method)


def scalar_or_array(array: NDArray[np.float64]) -> Values:
    """Return a 0-dimensional array as a float, any other as it is."""
    return float(array) if array.ndim == 0 else array
