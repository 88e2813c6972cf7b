"""Scales of several items: their reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError
from wijkkit.estimates.interval import check_confidence

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Reliability(ShowsItself):
    """How consistent the items of a scale are.

    `alpha`, `lower`, `upper`: Cronbach's alpha of the items as they are, with Feldt's interval.
    `omega`: McDonald's omega total of one common factor; ``nan`` with fewer than three items. `n`,
    `missing`: Respondents with all items, and those without one or more, who are left out.
    `confidence`: Coverage of the interval.
    """

    alpha: float
    lower: float
    upper: float
    omega: float
    n: int
    missing: int
    confidence: float


def scale_reliability(items: pd.DataFrame, *, confidence: float = 0.95) -> Reliability:
    r"""Return Cronbach's alpha and McDonald's omega of a scale.

    .. math::
        \alpha = \frac{k}{k-1}\Bigl(1 - \frac{\sum_j s_j^2}{s_{sum}^2}\Bigr), \qquad
        \omega = 1 - \frac{\sum_j u_j^2}{\sum_{jl} r_{jl}}

    with :math:`u^2` the uniquenesses of one factor fitted to the correlations by minimum
    residuals.

    High consistency is not proof of one dimension, nor of validity. With 20 key figures the
    interval is wide: read it, not the value.

    Cronbach LJ (1951). Psychometrika 16, 297-334. McDonald RP (1999). Test theory. Feldt LS,
    Woodruff DJ, Salih FA (1987). Applied Psychological Measurement 11, 93-103.

    Parameters
    ----------
    items : DataFrame, shape (n, k)
        One column per item, reversed items already turned. At least two.

    Raises
    ------
    EstimationError
        Fewer than two items or three complete respondents, or an item or the sum of all that
        does not vary.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 4], "c": [1, 3, 3, 4, 4]})
    >>> round(scale_reliability(items).alpha, 4)
    0.9375
    """
    check_confidence(confidence)
    complete = items.dropna()
    table = complete.to_numpy(dtype=float)
    n, k = table.shape
    flat = [] if n < 2 else list(map(str, complete.columns[table.std(axis=0) == 0]))
    if k < 2 or n < 3 or flat or np.ptp(table.sum(axis=1)) == 0:
        raise EstimationError(
            "no scale to judge",
            place="items",
            found=f"{k} items, {n} complete respondents"
            + (f", without variation: {', '.join(flat)}" if flat else ""),
            expected="at least two items that vary, as does their sum, and three complete "
            "respondents",
        )
    covariance = np.cov(table, rowvar=False)
    alpha = float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
    tail = (1 - confidence) / 2
    df = (n - 1, (n - 1) * (k - 1))
    limits = (1 - (1 - alpha) * stats.f.ppf(q, *df) for q in (1 - tail, tail))
    lower, upper = (float(limit) for limit in limits)
    omega = _omega(np.corrcoef(table, rowvar=False)) if k > 2 else np.nan
    return Reliability(alpha, lower, upper, omega, n, len(items) - n, confidence)


def _omega(correlations: Floats) -> float:
    def residual(uniqueness: Floats) -> float:
        loadings = _loadings(correlations, uniqueness)
        rest = correlations - np.outer(loadings, loadings)
        return float((rest[np.triu_indices(len(rest), 1)] ** 2).sum())

    start = 1 / np.diag(np.linalg.pinv(correlations))
    found = optimize.minimize(
        residual,
        np.clip(start, 0.005, 1),
        method="L-BFGS-B",
        bounds=[(0.005, 1.0)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    loadings = _loadings(correlations, found.x)
    return float(1 - (1 - loadings**2).sum() / correlations.sum())


def _loadings(correlations: Floats, uniqueness: Floats) -> Floats:
    """Loadings on the first principal axis of the correlations with communalities."""
    reduced = correlations - np.diag(uniqueness)
    values, vectors = np.linalg.eigh(reduced)
    return vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
