"""A hierarchical model with effects of cluster and of cluster by wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from wijkkit.evaluation.effect.design import design_matrix
from wijkkit.evaluation.effect.estimate import Estimate, t_estimate
from wijkkit.evaluation.effect.fit import logistic
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
    x = design_matrix(sample)
    periods = len(sample.post)
    levels = (sample.cluster, sample.clusters + sample.cluster * periods + sample.wave)
    fitted = (logistic_mixed if scale == "odds_ratio" else linear_mixed)(
        x, sample.y, sample.weight, levels, (sample.clusters, sample.clusters * periods)
    )
    return t_estimate(
        float(fitted.beta[-1]), float(fitted.covariance[-1, -1]), sample.clusters - 2, level
    )


def _random_columns(levels: tuple[Ints, Ints], sizes: tuple[int, int]) -> Floats:
    columns = np.zeros((len(levels[0]), sum(sizes)))
    for level in levels:
        columns[np.arange(len(level)), level] = 1.0
    return columns


def linear_mixed(
    x: Floats, y: Floats, weight: Floats, levels: tuple[Ints, Ints], sizes: tuple[int, int]
) -> Mixed:
    """Fit the linear model by restricted maximum likelihood (Henderson's equations).

    Parameters
    ----------
    x : (n, p) array
    y, weight : (n,) array
    levels : two (n,) arrays of int
        Column of each row's cluster, and of its cluster-by-wave, among the random effects.
    sizes : (int, int)
        Numbers of clusters and of cluster-by-wave cells.
    """
    p = x.shape[1]
    full = np.hstack([x, _random_columns(levels, sizes)])
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


def logistic_mixed(
    x: Floats, y: Floats, weight: Floats, levels: tuple[Ints, Ints], sizes: tuple[int, int]
) -> Mixed:
    """Fit the logistic model by the Laplace approximation (penalised likelihood inside).

    Fixed and random effects maximise the penalised likelihood together for given standard
    deviations, which maximise Laplace's approximation: R lme4's `glmer` with ``nAGQ = 0``.
    Parameters as of `linear_mixed`.
    """
    p = x.shape[1]
    random = _random_columns(levels, sizes)
    start = np.concatenate([logistic(x, y, weight).beta, np.zeros(sum(sizes))])

    def solve(deviations: Floats) -> tuple[float, Floats, Floats]:
        full = np.hstack([x, random * np.repeat(np.abs(deviations), sizes)])
        solution, system = _penalised(full, y, weight, start, p)
        eta = full @ solution
        likelihood = float(weight @ (y * eta - np.logaddexp(0, eta)))
        penalty = float(solution[p:] @ solution[p:])
        criterion = -2 * likelihood + penalty + np.linalg.slogdet(system[p:, p:])[1]
        return criterion, solution, system

    deviations = _minimise(lambda value: solve(value)[0])
    _, solution, system = solve(deviations)
    return Mixed(solution[:p], np.linalg.inv(system)[:p, :p], np.abs(deviations))


def _penalised(
    full: Floats, y: Floats, weight: Floats, start: Floats, p: int
) -> tuple[Floats, Floats]:
    solution = start.copy()
    penalty = np.concatenate([np.zeros(p), np.ones(full.shape[1] - p)])
    for _ in range(_STEPS):
        mean = 1 / (1 + np.exp(-np.clip(full @ solution, -30, 30)))
        working = weight * mean * (1 - mean)
        system = full.T @ (working[:, None] * full) + np.diag(penalty)
        step = np.linalg.solve(system, full.T @ (weight * (y - mean)) - penalty * solution)
        solution = solution + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            return solution, system
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
