"""A hierarchical model with effects of cluster and of cluster by wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csr_array

from wijkkit.evaluation.effect.fit import Scale, design_matrix, logistic, require_cells
from wijkkit.evaluation.effect.sample import (
    Estimate,
    Floats,
    Ints,
    NotEstimable,
    Sample,
    t_estimate,
)


def membership(codes: Ints, size: int) -> sparse.csr_array:
    """Return the (n, size) matrix of 0 and 1 that says which code each row has.

    Its products sum per code, or repeat per row, without multiplying by all the zeros.

    >>> import numpy as np
    >>> member = membership(np.array([0, 1, 1]), 2)
    >>> (member.T @ np.array([1.0, 2.0, 3.0])).tolist(), (member @ np.array([5.0, 7.0])).tolist()
    ([1.0, 5.0], [5.0, 7.0, 7.0])
    """
    rows = np.arange(len(codes) + 1)
    return sparse.csr_array((np.ones(len(codes)), codes, rows), shape=(len(codes), size))


_STEPS = 100
#: No step moves an effect further.
_LONGEST = 2.0


@dataclass(frozen=True, slots=True)
class Mixed:
    """A fitted hierarchical model.

    `beta`: Fixed effects; the last one is the effect. `deviations`: Standard deviations of the
    cluster and the cluster-by-wave effects.
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
    waves = len(sample.post)
    cell = sample.cluster * waves + sample.wave
    fit = logistic_mixed if scale == "odds_ratio" else linear_mixed
    found = fit(design_matrix(sample), sample.y, sample.weight, cell, waves)
    effect, variance = float(found.beta[-1]), float(found.covariance[-1, -1])
    return t_estimate(effect, variance, sample.clusters - 2, level)


@dataclass(frozen=True, slots=True)
class _Solved:
    """The equations of fixed and cell effects with the cell effects taken out.

    `fixed`: What is left for the fixed effects: the inverse of their covariance. `shrink`: Takes
    what the cells of a cluster leave open to their effects, before `between`. `between`: Covariance
    of the effects of a cluster's cells. `log_determinant`: Of the cell effects' own part.
    """

    fixed: Floats
    shrink: Floats
    between: Floats
    log_determinant: float

    @classmethod
    def of(cls, own: Floats, mixed: Floats, weight: Floats, deviations: Floats) -> _Solved:
        """Eliminate the effects of G clusters of T cells, correlated within a cluster only."""
        waves = weight.shape[1]
        between = _between(deviations, waves)
        inner = np.eye(waves) + weight[:, :, None] * between
        shrink = np.asarray(np.linalg.inv(inner), dtype=float)
        known = np.einsum("pgs,gst,qgt->pq", mixed, between @ shrink, mixed, optimize=True)
        return cls(own - known, shrink, between, float(np.linalg.slogdet(inner)[1].sum()))

    def steps(self, of_fixed: Floats, of_cells: Floats, mixed: Floats) -> tuple[Floats, Floats]:
        """Return the solution for right-hand sides (p,) and (G, T): fixed effects and duals.

        Cell effects are ``duals @ between``.
        """
        taken = np.einsum("pgt,gt->p", mixed, self._dual(of_cells) @ self.between)
        fixed = np.linalg.solve(self.fixed, of_fixed - taken)
        return fixed, self._dual(of_cells - np.einsum("pgt,p->gt", mixed, fixed))

    def _dual(self, of_cells: Floats) -> Floats:
        return np.einsum("gst,gt->gs", self.shrink, of_cells)


def _between(deviations: Floats, waves: int) -> Floats:
    """Return the covariance of the effects of a cluster's cells."""
    return deviations[0] ** 2 + deviations[1] ** 2 * np.eye(waves)


def linear_mixed(x: Floats, y: Floats, weight: Floats, cell: Ints, waves: int) -> Mixed:
    """Fit the linear model by restricted maximum likelihood (Henderson's equations)."""
    n, p = x.shape
    member = _member(cell, waves)
    gathered = _gathered(x, weight, member, waves)
    of_fixed, of_cells = x.T @ (weight * y), ((weight * y) @ member).reshape(-1, waves)
    square = float(weight @ y**2)

    def solve(ratios: Floats) -> tuple[float, Floats, Floats, float]:
        # Deviations are ratios to that of a respondent.
        solved = _Solved.of(*gathered, ratios)
        beta, duals = solved.steps(of_fixed, of_cells, gathered[1])
        explained = beta @ of_fixed + ((duals @ solved.between) * of_cells).sum()
        residual = square - float(explained)
        determinant = solved.log_determinant + np.linalg.slogdet(solved.fixed)[1]
        return float(determinant + (n - p) * np.log(residual)), beta, solved.fixed, residual

    ratios = _minimise(lambda value: solve(value)[0])
    _, beta, fixed, residual = solve(ratios)
    variance = residual / (n - p)
    return Mixed(beta, np.linalg.inv(fixed) * variance, np.abs(ratios) * np.sqrt(variance))


def logistic_mixed(x: Floats, y: Floats, weight: Floats, cell: Ints, waves: int) -> Mixed:
    """Fit the logistic model by the Laplace approximation (penalised likelihood inside).

    Fixed and random effects maximise the penalised likelihood together for given standard
    deviations, which maximise Laplace's approximation: R lme4's `glmer` with ``nAGQ = 0``.
    Parameters as of `linear_mixed`.
    """
    member = _member(cell, waves)
    # Deviations differ little from one step to the next, and so do the effects.
    near = logistic(x, y, weight).beta, np.zeros((member.shape[1] // waves, waves))

    def solve(deviations: Floats) -> tuple[float, Floats, Floats]:
        nonlocal near
        beta, duals, solved = _penalised(x, y, weight, member, deviations, near)
        near = beta, duals
        effects = duals @ solved.between
        eta = x @ beta + member @ effects.ravel()
        likelihood = float(weight @ (y * eta - np.logaddexp(0, eta)))
        penalty = float((duals * effects).sum())
        return penalty - 2 * likelihood + solved.log_determinant, beta, solved.fixed

    deviations = _minimise(lambda value: solve(value)[0])
    _, beta, fixed_part = solve(deviations)
    return Mixed(beta, np.asarray(np.linalg.inv(fixed_part), dtype=float), np.abs(deviations))


def _member(cell: Ints, waves: int) -> csr_array:
    """Return the membership of the cells of every cluster, also those without a row."""
    return membership(cell, waves * (int(cell.max()) // waves + 1))


def _gathered(
    x: Floats, weight: Floats, member: csr_array, waves: int
) -> tuple[Floats, Floats, Floats]:
    """Return the blocks of the equations: (p, p), (p, G, T) and (G, T)."""
    weighted = x * weight[:, None]
    mixed = (weighted.T @ member).reshape(x.shape[1], -1, waves)
    return weighted.T @ x, mixed, (weight @ member).reshape(-1, waves)


def _penalised(
    x: Floats,
    y: Floats,
    weight: Floats,
    member: csr_array,
    deviations: Floats,
    near: tuple[Floats, Floats],
) -> tuple[Floats, Floats, _Solved]:
    """Return fixed effects and duals that maximise the penalised likelihood, and its equations."""
    beta, duals = near
    waves = duals.shape[1]
    effects = duals @ _between(deviations, waves)
    for _ in range(_STEPS):
        eta = np.clip(x @ beta + member @ effects.ravel(), -30, 30)
        mean = 1 / (1 + np.exp(-eta))
        residual = weight * (y - mean)
        gathered = _gathered(x, weight * mean * (1 - mean), member, waves)
        solved = _Solved.of(*gathered, deviations)
        left = (residual @ member).reshape(-1, waves) - duals
        step, dual_step = solved.steps(x.T @ residual, left, gathered[1])
        largest = max(np.abs(step).max(), np.abs(dual_step @ solved.between).max())
        share = min(1.0, _LONGEST / max(largest, 1e-300))
        beta, duals = beta + share * step, duals + share * dual_step
        effects = duals @ solved.between
        if largest < 1e-8:
            return beta, duals, solved
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
