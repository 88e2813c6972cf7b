"""A hierarchical model with effects of cluster and of cluster by wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy.sparse import csr_array

from wijkkit.evaluation.effect.design import design_matrix
from wijkkit.evaluation.effect.estimate import Estimate, t_estimate
from wijkkit.evaluation.effect.fit import logistic
from wijkkit.evaluation.effect.membership import membership
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Ints, Sample
from wijkkit.evaluation.effect.target import Scale, require_cells

_STEPS = 100


@dataclass(frozen=True, slots=True)
class Mixed:
    """A fitted hierarchical model.

    Parameters
    ----------
    beta : (p,) float
        Fixed effects; the last one is the effect.
    covariance : (p, p) float
    deviations : (2,) float
        Standard deviations of the cluster and the cluster-by-wave effects.
    """

    beta: Floats
    covariance: Floats
    deviations: Floats


def hierarchical(sample: Sample, scale: Scale, level: float) -> Estimate:
    """Return the effect from a hierarchical model, on t with G - 2 degrees of freedom.

    Cluster and cluster-by-wave effects are normal. The odds ratio comes from a logistic model
    (Laplace approximation), points and scores from a linear one (REML). With few clusters their
    standard deviations are often estimated as zero; t with G - 2 instead of the normal
    distribution lessens, but does not cure, the too narrow interval that follows.
    """
    sample.require_two_per_arm()
    require_cells(sample)
    cell = sample.cluster * len(sample.post) + sample.wave
    owner = np.repeat(np.arange(sample.clusters), len(sample.post))
    fitted = (logistic_mixed if scale == "odds_ratio" else linear_mixed)(
        design_matrix(sample), sample.y, sample.weight, cell, owner
    )
    return t_estimate(
        float(fitted.beta[-1]), float(fitted.covariance[-1, -1]), sample.clusters - 2, level
    )


def _membership(owner: Ints) -> tuple[Floats, tuple[int, int]]:
    """Return the (C, G + C) random effects of each cell, its cluster's and its own; G and C."""
    clusters = np.eye(int(owner.max()) + 1)[owner]
    cells = np.eye(len(owner))
    return np.hstack([clusters, cells]), (clusters.shape[1], len(owner))


def linear_mixed(x: Floats, y: Floats, weight: Floats, cell: Ints, owner: Ints) -> Mixed:
    """Fit the linear model by restricted maximum likelihood (Henderson's equations).

    Parameters
    ----------
    x : (n, p) array
    y, weight : (n,) array
    cell : (n,) array of int
        Cluster-by-wave cell of each row.
    owner : (C,) array of int
        Cluster of each cell.
    """
    p = x.shape[1]
    random, sizes = _membership(owner)
    full = np.hstack([x, random[cell]])
    cross = full.T @ (weight[:, None] * full)
    right = full.T @ (weight * y)
    square = float(weight @ y**2)
    n = len(y)

    def solve(ratios: Floats) -> tuple[float, Floats, Floats, float]:
        # Random effects as ratio * u with unit variance: ratios may be zero.
        scale = np.concatenate([np.ones(p), np.repeat(np.abs(ratios), sizes)])
        system = cross * np.outer(scale, scale)
        system[range(p, len(scale)), range(p, len(scale))] += 1.0
        solution = np.linalg.solve(system, right * scale)
        residual = square - float((right * scale) @ solution)
        criterion = np.linalg.slogdet(system)[1] + (n - p) * np.log(residual)
        return float(criterion), solution, system, residual

    ratios = _minimise(lambda value: solve(value)[0])
    _, solution, system, residual = solve(ratios)
    variance = residual / (n - p)
    covariance = np.linalg.inv(system)[:p, :p] * variance
    return Mixed(solution[:p], covariance, np.abs(ratios) * np.sqrt(variance))


def logistic_mixed(x: Floats, y: Floats, weight: Floats, cell: Ints, owner: Ints) -> Mixed:
    """Fit the logistic model by the Laplace approximation (penalised likelihood inside).

    Fixed and random effects maximise the penalised likelihood together for given standard
    deviations, which maximise Laplace's approximation: R lme4's `glmer` with ``nAGQ = 0``.
    Parameters as of `linear_mixed`.
    """
    p = x.shape[1]
    random, sizes = _membership(owner)
    fixed = logistic(x, y, weight).beta
    data = (x, y, weight, membership(cell, len(owner)))

    def solve(deviations: Floats) -> tuple[float, Floats, Floats]:
        scaled = random * np.repeat(np.abs(deviations), sizes)
        beta, effects, system = _penalised(*data, scaled, fixed)
        eta = x @ beta + (scaled @ effects)[cell]
        likelihood = float(weight @ (y * eta - np.logaddexp(0, eta)))
        criterion = effects @ effects - 2 * likelihood + np.linalg.slogdet(system[p:, p:])[1]
        return float(criterion), beta, system

    deviations = _minimise(lambda value: solve(value)[0])
    _, beta, system = solve(deviations)
    return Mixed(beta, np.linalg.inv(system)[:p, :p], np.abs(deviations))


def _penalised(
    x: Floats, y: Floats, weight: Floats, cells: csr_array, random: Floats, fixed: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return fixed and random effects that maximise the penalised likelihood, and its Hessian.

    Parameters
    ----------
    x, y, weight, fixed
        As of `logistic_mixed`; `fixed` are the coefficients to start from.
    cells : (n, C) sparse
        Membership of the cells.
    random : (C, q) float
        What each cell gets of each random effect.
    """
    p, q = x.shape[1], random.shape[1]
    beta, effects = fixed, np.zeros(q)
    for _ in range(_STEPS):
        eta = np.clip(x @ beta + cells @ (random @ effects), -30, 30)
        mean = 1 / (1 + np.exp(-eta))
        weighted = x * (weight * mean * (1 - mean))[:, None]
        residual = weight * (y - mean)
        per_cell = (weight * mean * (1 - mean)) @ cells
        mixed = weighted.T @ cells @ random
        own = random.T @ (per_cell[:, None] * random) + np.eye(q)
        system = np.block([[weighted.T @ x, mixed], [mixed.T, own]])
        score = np.concatenate([x.T @ residual, random.T @ (residual @ cells) - effects])
        step = np.linalg.solve(system, score)
        beta, effects = beta + np.clip(step[:p], -2, 2), effects + np.clip(step[p:], -2, 2)
        if np.abs(step).max() < 1e-8:
            return beta, effects, system
    raise NotEstimable("not_converged")


def _minimise(criterion) -> Floats:
    found = optimize.minimize(
        criterion,
        np.array([0.2, 0.2]),
        method="Nelder-Mead",
        bounds=[(0, 10), (0, 10)],
        options={"xatol": 1e-4, "fatol": 1e-6, "maxiter": 400},
    )
    return found.x
