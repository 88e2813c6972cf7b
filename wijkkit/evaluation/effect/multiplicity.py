"""Adjust p-values for testing several outcomes: Holm, and Benjamini and Hochberg."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p-values: the chance of any false alarm in the family is held.

    Parameters
    ----------
    p : (m,) array
        Absent (NaN) p-values belong to no family and stay absent.

    References
    ----------
    Holm S (1979), Scand J Stat 6:65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3)
    array([0.03, 0.06, 0.06])
    """
    return _adjusted(p, lambda s: np.maximum.accumulate(s * np.arange(len(s), 0, -1)))


def judged_together(value: ArrayLike, p: ArrayLike, level: float) -> list[str]:
    """Return better, worse, not_distinguishable or unknown for values that are tested together.

    Better is above zero, where Holm's adjusted p-value is below 1 - level.

    Examples
    --------
    >>> judged_together([2.0, -1.0, 3.0], [0.01, 0.04, np.nan], 0.95)
    ['better', 'worse', 'unknown']
    >>> judged_together([2.0, -1.0, 3.0], [0.02, 0.04, 0.9], 0.95)
    ['not_distinguishable', 'not_distinguishable', 'not_distinguishable']
    """
    adjusted = holm(p)
    way = np.where(np.asarray(value, dtype=float) > 0, "better", "worse")
    found = np.where(adjusted < 1 - level, way, "not_distinguishable")
    return np.where(np.isnan(adjusted), "unknown", found).tolist()


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Return Benjamini and Hochberg's adjusted p-values: the share of false alarms is held.

    References
    ----------
    Benjamini Y, Hochberg Y (1995), J R Stat Soc B 57:289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3)
    array([0.03, 0.04, 0.04])
    """
    return _adjusted(p, _step_up)


def _step_up(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled = ordered * len(ordered) / np.arange(1, len(ordered) + 1)
    return np.minimum.accumulate(scaled[::-1])[::-1]


def _adjusted(p: ArrayLike, step) -> NDArray[np.float64]:
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    adjusted[order] = np.minimum(step(values[order]), 1.0)
    return adjusted
