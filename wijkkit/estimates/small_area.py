"""Areas with few respondents: control limits (funnel), and Fay-Herriot estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import check_confidence, numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class SmallArea(ShowsItself):
    """Model-based estimates of k areas.

    `areas`: One row per area: ``value`` (EBLUP), ``rmse`` (root of its mean squared error),
    ``lower, upper, direct, synthetic`` and ``own``: the part of the value that is the area's own
    survey (0 for an area without respondents). `between`: Variance between areas that the
    characteristics do not explain, on the model's scale. `coefficients`: Intercept and coefficients
    of the characteristics, on the model's scale. `scale`: The model's scale.
    """

    areas: pd.DataFrame
    between: float
    coefficients: Floats
    scale: str


def small_area(
    value: ArrayLike,
    *,
    effective_n: ArrayLike | None = None,
    se: ArrayLike | None = None,
    characteristics: ArrayLike | None = None,
    confidence: float = 0.95,
) -> SmallArea:
    r"""Return the Fay-Herriot empirical best linear unbiased predictor of each area.

    .. math::
        \hat\theta_d = x_d'\beta + u_d + e_d, \quad u_d \sim N(0, A), \quad
        e_d \sim N(0, \psi_d), \qquad
        \tilde\theta_d = \gamma_d \hat\theta_d + (1 - \gamma_d) x_d'\hat\beta, \quad
        \gamma_d = \frac{A}{A + \psi_d}

    A proportion is modelled as :math:`\arcsin\sqrt p` with :math:`\psi = 1/(4 n)`, n the
    effective number of respondents: its sampling variance then does not depend on the unknown p,
    and a zero cell counts. A is estimated by adjusted maximum likelihood, which keeps it above 0.
    The mean squared error is Prasad and Rao's :math:`g_1 + g_2 + 2 g_3`, minus what the bias of A
    adds to :math:`g_1` (Li and Lahiri), and never less than :math:`g_2 + g_3`.

    A modelled value shows what areas like this one have; it can miss what one programme changed
    in one area. Never use it as an outcome of an effect evaluation.

    Fay RE, Herriot RA (1979). Estimates of income for small places. Journal of the American
    Statistical Association 74, 269-277. Prasad NGN, Rao JNK (1990). The estimation of the mean
    squared error of small-area estimators. JASA 85, 163-171. Li H, Lahiri P (2010). An adjusted
    maximum likelihood method for solving small area estimation problems. Journal of Multivariate
    Analysis 101, 882-892.

    Parameters
    ----------
    value : array_like, shape (k,)
        Direct estimates: proportions with `effective_n`, any mean with `se`; ``nan`` for an
        area without respondents, which gets what its characteristics predict.
    effective_n : array_like, shape (k,), optional
        Number of respondents divided by the design effect, 0 where there are none.
    se : array_like, shape (k,), optional
        Standard errors, taken as known: smooth those of small areas first.
    characteristics : array_like, shape (k, p), optional
        Known characteristics of each area, none missing.

    Raises
    ------
    EstimationError
        Not one of `effective_n` and `se`, shapes that differ, or too few areas for the number of
        characteristics.

    Examples
    --------
    >>> result = small_area([0.1, 0.3, 0.2, 0.4, 0.25, 0.3], effective_n=[40] * 5 + [400])
    >>> result.areas["value"].round(3).tolist()
    [0.128, 0.29, 0.211, 0.368, 0.251, 0.299]
    """
    check_confidence(confidence)
    direct = np.atleast_1d(numbers("value", value))
    theta, variance, scale = _on_scale(direct, effective_n, se)
    x = _design(characteristics, len(direct))
    seen = ~np.isnan(theta) & np.isfinite(variance)
    if seen.sum() <= x.shape[1] + 1:
        raise EstimationError(
            "too few areas for this model",
            place="value",
            found=f"{int(seen.sum())} areas with an estimate",
            expected=f"at least {x.shape[1] + 2}",
            remedy="Use fewer characteristics.",
        )
    between = _between(theta[seen], variance[seen], x[seen])
    fitted, own, mse, beta = _predict(theta, variance, x, seen, between)
    half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(mse)
    columns = {"value": fitted, "lower": fitted - half, "upper": fitted + half}
    areas = pd.DataFrame({**columns, "synthetic": x @ beta})
    rmse = np.sqrt(mse)
    if scale == "arcsine":
        rmse = rmse * np.abs(np.sin(2 * np.clip(fitted, 0, np.pi / 2)))
        areas = np.sin(areas.clip(0, np.pi / 2)) ** 2
    return SmallArea(areas.assign(rmse=rmse, direct=direct, own=own), between, beta, scale)


def _on_scale(
    direct: Floats, effective_n: ArrayLike | None, se: ArrayLike | None
) -> tuple[Floats, Floats, str]:
    if (effective_n is None) == (se is None):
        raise EstimationError(
            "the precision of the estimates",
            place="effective_n, se",
            expected="effective_n for proportions, or se for other means",
        )
    given = np.atleast_1d(
        numbers("precision", cast(Any, se if effective_n is None else effective_n), at_least=0)
    )
    if given.shape != direct.shape:
        raise EstimationError("not one precision per area", place="effective_n, se")
    if effective_n is None:
        return direct, np.where(given > 0, given**2, np.nan), "identity"
    if (direct < 0).any() or (direct > 1).any():
        raise EstimationError(
            "not a proportion",
            place="value",
            expected="0 to 1",
            remedy="Divide percentages by 100.",
        )
    with np.errstate(divide="ignore"):
        return np.arcsin(np.sqrt(direct)), np.where(given > 0, 1 / (4 * given), np.nan), "arcsine"


def _design(characteristics: ArrayLike | None, k: int) -> Floats:
    if characteristics is None:
        return np.ones((k, 1))
    table = np.asarray(characteristics, dtype=float).reshape(k, -1)
    if not np.isfinite(table).all():
        raise EstimationError(
            "a characteristic is missing",
            place="characteristics",
            remedy="Leave out the area or the characteristic.",
        )
    spread = table.std(axis=0)
    if (spread == 0).any():
        raise EstimationError("a characteristic that does not vary", place="characteristics")
    return np.column_stack([np.ones(k), (table - table.mean(axis=0)) / spread])


def _between(theta: Floats, variance: Floats, x: Floats) -> float:
    def minus_log_likelihood(log_a: float) -> float:
        weight = 1 / (np.exp(log_a) + variance)
        information = (x * weight[:, None]).T @ x
        rest = theta - x @ np.linalg.solve(information, x.T @ (weight * theta))
        fit = np.log(weight).sum() - (weight * rest**2).sum() - np.linalg.slogdet(information)[1]
        return -(log_a + 0.5 * fit)

    middle = np.log(np.median(variance))
    found = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(middle - 12, middle + 12), method="bounded"
    )
    return float(np.exp(found.x))


def _predict(
    theta: Floats, variance: Floats, x: Floats, seen: NDArray[np.bool_], between: float
) -> tuple[Floats, Floats, Floats, Floats]:
    # An area that was not seen has no weight.
    theta, variance = np.where(seen, theta, 0.0), np.where(seen, variance, 0.0)
    weight = np.where(seen, 1 / (between + variance), 0.0)
    spread = np.linalg.inv((x * weight[:, None]).T @ x)
    beta = spread @ (x.T @ (weight * theta))
    own = between * weight
    fitted = own * theta + (1 - own) * (x @ beta)
    g1 = np.where(seen, own * variance, between)
    g2 = (1 - own) ** 2 * ((x @ spread) * x).sum(axis=1)
    g3 = variance**2 * weight**3 * 2 / (weight**2).sum()
    # The adjusted likelihood estimates A too high, by 1 / A over its information.
    bias = 2 / (between * (weight**2).sum())
    g1_slope = np.where(seen, variance**2 * weight**2, 1.0)
    mse = np.maximum(g1 + g2 + 2 * g3 - g1_slope * bias, g2 + g3)
    return fitted, own, mse, beta


# Funnel plot: control limits around a target, and the areas outside them.

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

    Spiegelhalter DJ (2005). Funnel plots for comparing institutional performance. Statistics in
    Medicine 24, 1185-1202.

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
    areas = limits.assign(value=value) * multiplier
    position = _positions(value, limits, seen)
    at = np.geomspace(n[seen].min(), n[seen].max(), 100)
    curve = (_limits(at, middle, dispersion) * multiplier).assign(n=at)
    return Funnel(areas.assign(n=n, position=position), curve, middle * multiplier, dispersion)


def _dispersion(x: Floats, n: Floats, target: float) -> float:
    distance = (x / n - target) / np.sqrt(target * (1 - target) / n)
    low, high = np.quantile(distance, [WINSORISED, 1 - WINSORISED])
    return max(1.0, float((np.clip(distance, low, high) ** 2).mean()))


def _limits(n: Floats, target: float, dispersion: float) -> pd.DataFrame:
    limits = {}
    for name, confidence in LEVELS.items():
        half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(target * (1 - target) / n)
        half = half * np.sqrt(dispersion)
        limits[f"lower{name}"] = np.clip(target - half, 0, None)
        limits[f"upper{name}"] = np.clip(target + half, None, 1)
    return pd.DataFrame(limits)


def _positions(value: Floats, limits: pd.DataFrame, seen: NDArray) -> NDArray[np.str_]:
    below = {f"low{name}": value < limits[f"lower{name}"] for name in ("998", "95")}
    above = {f"high{name}": value > limits[f"upper{name}"] for name in ("998", "95")}
    places = {"unknown": ~seen, **below, **above}
    return np.select(list(places.values()), list(places), default="inside")
