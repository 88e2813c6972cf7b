"""Bias-reduced cluster-robust variance (CR2) with Satterthwaite degrees of freedom."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from wijkkit.evaluation.effect.fit import Fit
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Ints

_ZERO = 1e-10


def cr2_variance(fit: Fit, gradient: Floats, cluster: Ints) -> tuple[float, float]:
    """Return the CR2 variance of ``gradient @ beta`` and its Satterthwaite degrees of freedom.

    Residuals of each cluster are multiplied by the matrix that makes the variance unbiased if
    the working model is right (variance mu (1 - mu) / w, or 1 / w for least squares); the
    degrees of freedom come from the first two moments of the variance under that model.

    Parameters
    ----------
    fit : Fit
    gradient : (p,) array
    cluster : (n,) array of int

    Raises
    ------
    NotEstimable
        A cluster determines its own residuals altogether.

    References
    ----------
    Bell RM, McCaffrey DF (2002), Survey Methodology 28:169-181. Pustejovsky JE, Tipton E (2018),
    J Bus Econ Stat 36:672-683 (the definition of R clubSandwich).
    """
    # On the scale of the outcome: slopes x, weights 1 / phi, residuals y - mu.
    x = fit.x * fit.slope[:, None]
    phi = fit.slope**2 / fit.working
    residual = fit.residual * fit.slope / fit.working
    direction = x @ (fit.bread @ gradient) / phi
    clusters = int(cluster.max()) + 1
    adjusted = np.zeros((clusters, len(cluster)))
    for g in range(clusters):
        rows = np.flatnonzero(cluster == g)
        adjusted[g, rows] = _adjustment(x[rows], phi[rows], fit.bread) @ direction[rows]
    variance = float(((adjusted @ residual) ** 2).sum())
    return variance, _satterthwaite(adjusted, x, phi, fit.bread)


def _adjustment(x: Floats, phi: Floats, bread: Floats) -> Floats:
    """Return A = D' (D B D')^(-1/2) D with D = phi^(1/2), B the residuals' working variance."""
    root = np.sqrt(phi)
    rooted = root[:, None] * x
    matrix = np.diag(phi**2) - rooted @ bread @ rooted.T
    values, vectors = linalg.eigh(matrix, overwrite_a=True, check_finite=False)
    kept = values > _ZERO * phi.max() ** 2
    if not kept.any():
        raise NotEstimable("one_cluster_in_an_arm")
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return root[:, None] * ((vectors * inverse) @ vectors.T) * root


def _satterthwaite(adjusted: Floats, x: Floats, phi: Floats, bread: Floats) -> float:
    """Return 2 E(V)^2 / var(V) for V = sum of squares of adjusted @ (I - H) y."""
    through = adjusted @ x
    # (I - H) phi (I - H)' = phi - x bread x', since H = x bread x' / phi.
    products = (adjusted * phi) @ adjusted.T - through @ bread @ through.T
    return float(np.trace(products) ** 2 / (products**2).sum())
