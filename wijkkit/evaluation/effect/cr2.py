"""Bias-reduced cluster-robust variance (CR2) with Satterthwaite degrees of freedom."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from wijkkit.evaluation.effect.fit import Fit
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Ints

#: Smallest eigenvalue, as a share of the largest, that is not zero.
_SINGULAR = 1e-9


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
        adjusted[g, rows] = _adjusted(direction[rows], x[rows], phi[rows], fit.bread)
    variance = float(((adjusted @ residual) ** 2).sum())
    return variance, _satterthwaite(adjusted, x, phi, fit.bread)


def _adjusted(vector: Floats, x: Floats, phi: Floats, bread: Floats) -> Floats:
    """Return A vector for A = D' (D B D')^(-1/2) D, D = phi^(1/2), B = phi - x bread x'."""
    root = np.sqrt(phi)
    rooted = root[:, None] * x
    leverage = linalg.eigvals((x / phi[:, None]).T @ x @ bread).real.max()
    lowest = (1 - leverage) * phi.min() ** 2
    if lowest < _SINGULAR * phi.max() ** 2:
        return root * _pseudo_root(root * vector, phi, rooted, bread)
    return root * _inverse_root(root * vector, phi, rooted, bread, lowest)


def _inverse_root(
    vector: Floats, phi: Floats, rooted: Floats, bread: Floats, lowest: float
) -> Floats:
    """Return M^(-1/2) vector for M = phi^2 - rooted bread rooted', without forming M.

    M^(-1/2) is (2 s / pi) times the integral over [0, pi/2] of (s^2 sin^2 + M cos^2)^(-1), a
    periodic function for which the midpoint rule converges geometrically; each inverse is that
    of a diagonal plus p columns.
    """
    highest = phi.max() ** 2
    scale = (lowest * highest) ** 0.25
    ratio = (highest / lowest) ** 0.25
    nodes = int(np.ceil(np.log(1e-14) / (2 * np.log((ratio - 1) / (ratio + 1) + 1e-3)))) + 2
    total = np.zeros_like(vector)
    precision = np.linalg.inv(bread)
    for angle in (np.arange(nodes) + 0.5) * np.pi / (2 * nodes):
        part = np.cos(angle) ** 2
        diagonal = (scale * np.sin(angle)) ** 2 + part * phi**2
        plain, columns = vector / diagonal, rooted / diagonal[:, None]
        core = precision / part - rooted.T @ columns
        total += plain + columns @ np.linalg.solve(core, rooted.T @ plain)
    return scale / nodes * total


def _pseudo_root(vector: Floats, phi: Floats, rooted: Floats, bread: Floats) -> Floats:
    """Return the pseudo-inverse root times vector, for a cluster that determines a coefficient."""
    values, vectors = linalg.eigh(np.diag(phi**2) - rooted @ bread @ rooted.T)
    kept = values > _SINGULAR * values.max()
    if not kept.any():
        raise NotEstimable("one_cluster_in_an_arm")
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return vectors @ (inverse * (vectors.T @ vector))


def _satterthwaite(adjusted: Floats, x: Floats, phi: Floats, bread: Floats) -> float:
    """Return 2 E(V)^2 / var(V) for V = sum of squares of adjusted @ (I - H) y."""
    through = adjusted @ x
    # (I - H) phi (I - H)' = phi - x bread x', since H = x bread x' / phi.
    products = (adjusted * phi) @ adjusted.T - through @ bread @ through.T
    return float(np.trace(products) ** 2 / (products**2).sum())
