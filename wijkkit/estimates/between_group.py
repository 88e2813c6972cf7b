"""Inequality between groups: simple and population-weighted measures."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import check_confidence, numbers

Floats = NDArray[np.float64]

#: Measures whose interval is made on the log scale: they cannot be negative.
LOG_SCALE = ("ratio",)


def between_group(
    value: ArrayLike,
    population: ArrayLike,
    *,
    se: ArrayLike | None = None,
    reference: int = -1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Return how much groups differ, by seven measures.

    With p the share of the population, :math:`\mu = \sum p_j y_j` and r the reference group:

    ========== =============================================== ===================================
    difference :math:`y_1 - y_r`                               the first group against the reference
    ratio      :math:`y_1 / y_r`
    par        :math:`y_r - \mu`                               if all were as the reference
    paf        :math:`100\,(y_r - \mu)/\mu`                    the same, as a percentage of the mean
    bgv        :math:`\sum p_j (y_j - \mu)^2`                  between-group variance
    theil      :math:`\sum p_j (y_j/\mu) \ln(y_j/\mu)`         0 without inequality
    mld        :math:`\sum p_j (-\ln(y_j/\mu))`                mean log deviation
    ========== =============================================== ===================================

    Parameters
    ----------
    value, population : array_like, shape (k,)
        Value and population of each group, the least advantaged first; at least two groups.
    se : array_like, shape (k,), optional
        Standard errors of the values, independent between groups.
    reference : int
        Which group is the reference; the last (most advantaged) by default.
    confidence : float
        Coverage of the intervals, by the delta method and the normal quantile.

    Returns
    -------
    DataFrame
        ``measure, value, se, lower, upper``. A measure that is not defined (ratio to 0, log of
        0) is absent; without `se` all intervals are. Variance, Theil and mld cannot be negative
        while their interval can: near 0 it says no more than "small".

    Raises
    ------
    EstimationError
        Fewer than two groups, shapes that differ, a missing or negative value.

    References
    ----------
    Schlotheuber A, Hosseinpoor AR (2022). Summary measures of health inequality: a review of
    existing measures and their application. Int J Environ Res Public Health 19, 3697.

    Examples
    --------
    >>> between_group([20, 30, 40], [1, 1, 2])[["measure", "value"]].round(4).head(4)
          measure    value
    0  difference -20.0000
    1       ratio   0.5000
    2         par   7.5000
    3         paf  23.0769
    """
    check_confidence(confidence)
    y = np.atleast_1d(numbers("value", value, at_least=0))
    people = np.atleast_1d(numbers("population", population, at_least=0))
    errors = (
        np.full(y.shape, np.nan) if se is None else np.atleast_1d(numbers("se", se, at_least=0))
    )
    if not (y.shape == people.shape == errors.shape) or len(y) < 2:
        raise EstimationError(
            "no groups",
            place="value, population, se",
            found=", ".join(str(array.shape) for array in (y, people, errors)),
            expected="one number per group, at least two groups",
        )
    if np.isnan(y).any() or not people.sum() > 0 or not -len(y) <= reference < len(y):
        raise EstimationError(
            "a group without value, no population, or a reference that is no group",
            place="value, population, reference",
            remedy="Leave out groups that are absent.",
        )
    z = stats.norm.ppf(0.5 + confidence / 2)
    found = _measures(y, people / people.sum(), reference % len(y))
    rows = [_row(name, size, slope, errors, z) for name, (size, slope) in found.items()]
    return pd.DataFrame(rows, columns=["measure", "value", "se", "lower", "upper"])


def _measures(y: Floats, p: Floats, reference: int) -> dict[str, tuple[float, Floats]]:
    """Each measure with its derivative to each group's value."""
    first, best = np.eye(len(y))[0], np.eye(len(y))[reference]
    mean, base = p @ y, y[reference]
    ratio = y / mean if mean > 0 else np.full(len(y), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(ratio)
        entropy = np.where(ratio > 0, ratio * log, 0.0)
        theil, mld = float(p @ entropy), -float(p @ log)
        of_theil = p / mean * (log - theil)
        of_mld = p / mean - p / y
        against = y[0] / base
        of_ratio = first / base - best * y[0] / base**2
        paf = 100 * (base - mean) / mean
        of_paf = 100 * (best / mean - p * base / mean**2)
    return {
        "difference": (y[0] - base, first - best),
        "ratio": (against, of_ratio),
        "par": (base - mean, best - p),
        "paf": (paf, of_paf),
        "bgv": (float(p @ (y - mean) ** 2), 2 * p * (y - mean)),
        "theil": (theil if mean > 0 else np.nan, of_theil),
        "mld": (mld, of_mld),
    }


def _row(
    name: str, size: float, slope: Floats, errors: Floats, z: float
) -> tuple[str, float, float, float, float]:
    if not np.isfinite(size):
        return name, np.nan, np.nan, np.nan, np.nan
    with np.errstate(invalid="ignore"):
        se = float(np.sqrt((slope**2 * errors**2).sum()))
    if not np.isfinite(se) or se == 0:
        return name, float(size), np.nan, np.nan, np.nan
    if name in LOG_SCALE:
        if size == 0:
            return name, float(size), se, np.nan, np.nan
        factor = np.exp(z * se / size)
        return name, float(size), se, float(size / factor), float(size * factor)
    return name, float(size), se, float(size - z * se), float(size + z * se)
