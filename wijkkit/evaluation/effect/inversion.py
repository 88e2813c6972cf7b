"""Turn a test into a confidence interval: the values that it does not reject."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_DOUBLINGS = 40
_HALVINGS = 40


def invert(
    p_value: Callable[[float], float], estimate: float, step: float, level: float, floor: float
) -> tuple[float, float]:
    """Return the interval of null values that a test does not reject.

    The p-value of a test with few outcomes need not fall steadily on either side of the estimate.
    No effect (0) is asked first, so that the interval holds it exactly when it is not rejected.

    Parameters
    ----------
    p_value : function
        The p-value of the test of one null value.
    estimate : float
        The estimate, where the p-value is 1.
    step : float
        First step outwards, about a standard error.
    level : float
        Confidence level.
    floor : float
        Smallest p-value of the test. Where it exceeds ``1 - level`` nothing can be rejected and
        the interval is unbounded.

    Examples
    --------
    >>> from scipy import stats
    >>> lower, upper = invert(lambda b: 2 * stats.norm.sf(abs(b - 1)), 1.0, 0.5, 0.95, 0.0)
    >>> round(lower, 3), round(upper, 3)
    (-0.96, 2.96)
    """
    alpha = 1 - level
    if floor > alpha:
        return -np.inf, np.inf
    low, high = (_edge(p_value, estimate, sign * step, alpha) for sign in (-1, 1))
    return low, high


def _edge(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Return the value between the estimate and the rejected ones, on the side `step` points to."""
    inside, outside = estimate, estimate + step
    if np.sign(-estimate) == np.sign(step):
        rejected = p_value(0.0) <= alpha
        inside, outside = (estimate, 0.0) if rejected else (0.0, step)
    for _ in range(_DOUBLINGS):
        if p_value(outside) <= alpha:
            break
        step *= 2
        inside, outside = outside, outside + step
    else:
        return float(np.copysign(np.inf, step))
    tolerance = 1e-6 * abs(step)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if p_value(middle) <= alpha:
            outside = middle
        else:
            inside = middle
        if abs(outside - inside) < tolerance:
            break
    return float((inside + outside) / 2)
