"""Funnel plot: control limits around a target, and the areas outside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import numbers
from wijkkit.showing import ShowsItself

Floats = NDArray[np.float64]

#: Coverage of the inner and the outer limits: about 2 and 3 standard deviations.
LEVELS = {"95": 0.95, "998": 0.998}

#: Part of the areas, at each side, whose distance is drawn in before dispersion is measured.
WINSORISED = 0.1


@dataclass(frozen=True, slots=True, repr=False)
class Funnel(ShowsItself):
    """A funnel plot's numbers.

    `areas`: One row per area: ``value, n, lower95, upper95, lower998, upper998`` and ``position``:
    ``low998, low95, inside, high95, high998``, or ``unknown`` where nobody was observed. `curve`:
    The limits for `n` from the smallest to the largest, for drawing. `target`: What the areas are
    held against. `dispersion`: By how much the areas differ more than chance (1: not), which widens
    the limits.
    """

    areas: pd.DataFrame
    curve: pd.DataFrame
    target: float
    dispersion: float


def funnel(
    x: ArrayLike,
    n: ArrayLike,
    *,
    target: float | None = None,
    multiplier: float = 1.0,
    overdispersion: bool = False,
) -> Funnel:
    r"""Return control limits around a target and the position of each area.

    .. math:: p_0 \pm z\sqrt{p_0(1-p_0)/n}

    An area outside the limits differs from the target by more than chance; an area inside does
    not show that it is equal to it.

    Parameters
    ----------
    x, n : array_like, shape (k,)
        Number with the characteristic and number observed. For weighted estimates:
        ``value * effective n`` and effective n.
    target : float, optional
        On the scale of ``x / n``; all areas together by default.
    multiplier : float
        Scale of the result: 100 for percentages.
    overdispersion : bool
        Widen the limits by the square root of the mean squared standardised distance, after
        drawing in the outer tenth at each side, where that is above 1.

    Returns
    -------
    Funnel

    References
    ----------
    Spiegelhalter DJ (2005). Funnel plots for comparing institutional performance. Statistics in
    Medicine 24, 1185-1202.

    Examples
    --------
    >>> result = funnel([49, 20, 80], [164, 100, 164], target=0.3)
    >>> result.areas[["lower95", "upper95", "position"]].round(4)
       lower95  upper95 position
    0   0.2299   0.3701   inside
    1   0.2102   0.3898    low95
    2   0.2299   0.3701  high998
    """
    x, n = np.broadcast_arrays(numbers("x", x, at_least=0), numbers("n", n, at_least=0))
    seen = (n > 0) & ~np.isnan(x)
    if not seen.any():
        raise EstimationError("no area was observed", place="n")
    if (x[seen] > n[seen]).any():
        raise EstimationError("more with the characteristic than observed", place="x")
    middle = float(x[seen].sum() / n[seen].sum()) if target is None else float(target)
    if not 0 <= middle <= 1:
        raise EstimationError("a target outside its range", place="target", found=f"{middle:g}")
    dispersion = _dispersion(x[seen], n[seen], middle) if overdispersion else 1.0
    value = np.where(seen, x / np.where(seen, n, 1), np.nan)
    limits = _limits(np.where(seen, n, np.nan), middle, dispersion)
    areas = pd.DataFrame({"value": value * multiplier, "n": n})
    areas = areas.assign(**{name: limit * multiplier for name, limit in limits.items()})
    areas["position"] = _positions(value, limits, seen)
    at = np.geomspace(n[seen].min(), n[seen].max(), 100)
    lines = _limits(at, middle, dispersion)
    curve = pd.DataFrame({"n": at, **{name: line * multiplier for name, line in lines.items()}})
    return Funnel(areas, curve, middle * multiplier, dispersion)


def _dispersion(x: Floats, n: Floats, target: float) -> float:
    distance = (x / n - target) / np.sqrt(target * (1 - target) / n)
    low, high = np.quantile(distance, [WINSORISED, 1 - WINSORISED])
    return max(1.0, float((np.clip(distance, low, high) ** 2).mean()))


def _limits(n: Floats, target: float, dispersion: float) -> dict[str, Floats]:
    limits = {}
    for name, confidence in LEVELS.items():
        half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(target * (1 - target) / n)
        half = half * np.sqrt(dispersion)
        limits[f"lower{name}"] = np.clip(target - half, 0, None)
        limits[f"upper{name}"] = np.clip(target + half, None, 1)
    return limits


def _positions(value: Floats, limits: dict[str, Floats], seen: NDArray) -> NDArray[np.str_]:
    return np.select(
        [
            ~seen,
            value < limits["lower998"],
            value < limits["lower95"],
            value > limits["upper998"],
            value > limits["upper95"],
        ],
        ["unknown", "low998", "low95", "high998", "high95"],
        default="inside",
    )
