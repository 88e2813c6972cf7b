"""Bias-reduced cluster-robust variance (CR2) with Satterthwaite degrees of freedom."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from wijkkit.evaluation.effect.fit import Fit
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Ints

_ZERO = 1e-10


def cr2_variance(
    fit: Fit, gradient: Floats, cluster: Ints, target: Floats | None = None
) -> tuple[float, float]:
    """Return the CR2 variance of ``gradient @ beta`` and its Satterthwaite degrees of freedom.

    Residuals of each cluster are multiplied by the matrix that makes the variance unbiased if
    the working model is right; the degrees of freedom come from the first two moments of the
    variance estimator under that model.

    Parameters
    ----------
    fit : Fit
    gradient : (p,) array
    cluster : (n,) array of int
    target : (n,) array, optional
        Working variance of the outcomes; for logistic regression 1 / working weight, for least
        squares 1 / weight where absent.

    Raises
    ------
    NotEstimable
        A cluster determines a coefficient by itself.

    References
    ----------
    Bell RM, McCaffrey DF (2002), Survey Methodology 28:169-181. Pustejovsky JE, Tipton E (2018),
    J Bus Econ Stat 36:672-683 (the definition of R clubSandwich).
    """
    phi = 1 / fit.working if target is None else target
    direction = fit.bread @ gradient
    clusters = cluster.max() + 1
    influence = np.empty(clusters)
    weights = np.zeros((clusters, len(cluster)))
    for g in range(clusters):
        rows = np.flatnonzero(cluster == g)
        x, working = fit.x[rows], fit.working[rows]
        adjusted = _adjustment(x, working, phi[rows], fit.bread) @ (working * (x @ direction))
        influence[g] = adjusted @ (fit.residual[rows] / working)
        weights[g, rows] = adjusted
    return float((influence**2).sum()), _satterthwaite(fit, weights, phi)


def _adjustment(x: Floats, working: Floats, phi: Floats, bread: Floats) -> Floats:
    """Return A = D' (D B D')^(-1/2) D with D = phi^(1/2), B the residuals' working variance."""
    root = np.sqrt(phi)
    rootx = root[:, None] * x
    matrix = np.diag(phi**2) - rootx @ bread @ rootx.T
    values, vectors = linalg.eigh(matrix, overwrite_a=True, check_finite=False)
    kept = values > _ZERO * values.max()
    if not kept.any():
        raise NotEstimable("one_cluster_in_an_arm")
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    middle = (vectors * inverse) @ vectors.T
    return root[:, None] * middle * root


def _satterthwaite(fit: Fit, weights: Floats, phi: Floats) -> float:
    """Return 2 E(V)^2 / var(V) with V = sum over clusters of (weights_g' (I - H) y)^2."""
    # weights_g' (I - H) Phi (I - H)' weights_h, where H Phi W = X bread X' W Phi = X bread X'.
    through = weights @ fit.x
    hat = weights @ (phi[:, None] * fit.working[:, None] * fit.x)
    middle = fit.x.T @ ((fit.working**2 * phi)[:, None] * fit.x)
    products = (
        (weights * phi) @ weights.T
        - hat @ fit.bread @ through.T
        - through @ fit.bread @ hat.T
        + through @ fit.bread @ middle @ fit.bread @ through.T
    )
    return float(np.trace(products) ** 2 / (products**2).sum())
