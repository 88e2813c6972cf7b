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
    return tuple(_edge(p_value, estimate, sign * step, alpha) for sign in (-1, 1))


def _edge(p_value: Callable[[float], float], inside: float, step: float, alpha: float) -> float:
    for _ in range(_DOUBLINGS):
        outside = inside + step
        if p_value(outside) <= alpha:
            break
        inside, step = outside, 2 * step
    else:
        return float(np.copysign(np.inf, step))
    tolerance = 1e-7 * max(abs(step), 1e-12)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if p_value(middle) <= alpha:
            outside = middle
        else:
            inside = middle
        if abs(outside - inside) < max(tolerance, 1e-6 * abs(step)):
            break
    return float((inside + outside) / 2)
