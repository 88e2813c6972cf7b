"""The numbers that are shown, computed from blurred counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.rounding import Published, to_step

_Z = float(norm.ppf(0.975))
#: Ratios of an interval's width to Wilson's are rounded up to a multiple of this.
_RATIO_STEP = 0.25
#: A ratio this little above a multiple is the method's, not the design's.
_RATIO_SLACK = 0.08


def released_numbers(
    cells: pd.DataFrame, shown: Published, policy: Policy
) -> dict[str, np.ndarray]:
    """Return value, lower, upper and n of each cell as they are shown; each of shape (m,).

    A percentage moves as far as its count moved to the middle of its class, but not above the
    largest share that may be shown; its interval is
    Wilson's for the numbers shown, widened by the ratio of the estimate's own interval to
    Wilson's. A mean and its interval are rounded, the interval outwards.
    """
    x, n = cells["x"].to_numpy(float), cells["n"].to_numpy(float)
    value, lower, upper = (cells[name].to_numpy(float) for name in ("value", "lower", "upper"))
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = _percentages(value, lower, upper, x, n, shown, policy)
        mean = _means(value, lower, upper, shown, policy)
    is_percent = cells["unit"].to_numpy() == "percent"
    numbers = {
        name: np.where(is_percent, ours, other)
        for name, ours, other in zip(("value", "lower", "upper"), percent, mean, strict=True)
    }
    return numbers | {"n": shown.n}


def wilson(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's 95 % interval of shares (0-1) of n, on the scale 0-1.

    Examples
    --------
    >>> low, high = wilson(np.array([0.5]), np.array([100.0]))
    >>> low.round(3), high.round(3)
    (array([0.404]), array([0.596]))
    """
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return middle - half, middle + half


def _percentages(
    value: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    x: np.ndarray,
    n: np.ndarray,
    shown: Published,
    policy: Policy,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    moved = value + 100 * (shown.count / shown.n - x / n)
    shown_value = to_step(np.clip(moved, 0, 100 * policy.max_share), policy.percent_step)
    low, high = wilson(x / n, n)
    ratio = (upper - lower) / (100 * (high - low))
    widened = np.ceil((ratio - _RATIO_SLACK) / _RATIO_STEP) * _RATIO_STEP
    effective_n = np.maximum(shown.n - policy.blur, 1) / widened**2
    low, high = wilson(shown_value / 100, effective_n)
    step = policy.percent_step
    return shown_value, _down(100 * low, step), -_down(-100 * high, step)


def _means(
    value: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    shown: Published,
    policy: Policy,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rounded means: the smaller the n, the coarser, so that the total stays open."""
    needed = policy.protection / np.maximum(shown.n, 1)
    step = policy.mean_step * np.maximum(np.ceil(needed / policy.mean_step), 1)
    rounded = np.round(np.floor(value / step + 0.5) * step, 10)
    return rounded, _down(lower, step), -_down(-upper, step)


def _down(values: np.ndarray, step: float | np.ndarray) -> np.ndarray:
    return np.round(np.floor(np.round(values / step, 9)) * step, 10)
