"""Tests by drawing again: exact randomisation, the wild cluster bootstrap, intervals by inversion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, product
from math import comb, prod
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from wijkkit.evaluation.effect.fit import Fit, inverse_information, least_squares, logistic
from wijkkit.evaluation.effect.hierarchical import membership
from wijkkit.evaluation.effect.sample import Bools, Estimate, Floats, Ints, NotEstimable

_DOUBLINGS = 40
_HALVINGS = 40


def invert(
    p_value: Callable[[float], float], estimate: float, step: float, level: float, floor: float
) -> tuple[float, float]:
    """Return the interval of null values that a test does not reject.

    The p-value of a test with few outcomes need not fall steadily on either side of the estimate.
    No effect (0) is asked first, so that the interval holds it exactly when it is not rejected.

    `estimate`: The estimate, where the p-value is 1. `floor`: Smallest p-value of the test. Where
    it exceeds ``1 - level`` nothing can be rejected and the interval is unbounded.

    >>> from scipy import stats
    >>> lower, upper = invert(lambda b: 2 * stats.norm.sf(abs(b - 1)), 1.0, 0.5, 0.95, 0.0)
    >>> round(lower, 3), round(upper, 3)
    (-0.96, 2.96)
    """
    alpha = 1 - level
    if floor > alpha:
        return -np.inf, np.inf
    low, high = (_edge(p_value, estimate, sign * step, alpha) for sign in (-1, 1))
    return low, high


def _edge(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Return the value between the estimate and the rejected ones, on the side `step` points to."""
    inside, outside = estimate, estimate + step
    if np.sign(-estimate) == np.sign(step):
        rejected = p_value(0.0) <= alpha
        inside, outside = (estimate, 0.0) if rejected else (0.0, step)
    for _ in range(_DOUBLINGS):
        if p_value(outside) <= alpha:
            break
        step *= 2
        inside, outside = outside, outside + step
    else:
        return float(np.copysign(np.inf, step))
    tolerance = 1e-6 * abs(step)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if p_value(middle) <= alpha:
            outside = middle
        else:
            inside = middle
        if abs(outside - inside) < tolerance:
            break
    return float((inside + outside) / 2)


_TIE = 1e-9
#: More assignments than this are sampled instead of enumerated.
_ENUMERATED = 200_000


def assignments(treated: Bools, block: Ints, draws: int, seed: int) -> Floats:
    """Return every way in which the programme could have been given within blocks.

    `draws`, `seed`: Number of random assignments where there are too many to enumerate.

    >>> import numpy as np
    >>> treated = np.array([True, True, True, False, False, False])
    >>> len(assignments(treated, np.zeros(6, int), 999, 1))
    20
    >>> len(assignments(treated, np.array([0, 1, 2, 0, 1, 2]), 999, 1))
    8
    """
    blocks = [np.flatnonzero(block == b) for b in np.unique(block)]
    counts = [int(treated[members].sum()) for members in blocks]
    total = prod(comb(len(m), k) for m, k in zip(blocks, counts, strict=True))
    if total > _ENUMERATED:
        rng = np.random.default_rng(seed)
        rows = np.tile(treated.astype(float), (draws + 1, 1))
        for members in blocks:
            rows[1:, members] = rng.permuted(rows[1:, members], axis=1)
        return rows
    choices = [
        [members[list(chosen)] for chosen in combinations(range(len(members)), k)]
        for members, k in zip(blocks, counts, strict=True)
    ]
    rows = np.zeros((total, len(treated)))
    for row, chosen in zip(rows, product(*choices), strict=True):
        row[np.concatenate(chosen)] = 1.0
    same = (rows == treated).all(axis=1)
    return np.vstack([rows[same], rows[~same]])


def randomisation_floor(assigned: Floats) -> float:
    """Return the smallest p-value: 1 / assignments, doubled where each has its mirror image."""
    mirrored = (assigned[1:] == 1 - assigned[0]).all(axis=1).any()
    return (2 if mirrored else 1) / len(assigned)


def randomisation_test(
    change: Floats, treated: Bools, block: Ints, level: float, draws: int = 9999, seed: int = 1
) -> Estimate:
    """Test the difference in mean change between the arms against all assignments.

    The statistic is the mean over blocks of the difference in mean change; its two-sided
    p-value is the share of assignments with a statistic at least as far from zero. The interval
    holds the constant effects that the test does not reject; it is unbounded where the floor
    exceeds ``1 - level``.

    >>> import numpy as np
    >>> treated = np.array([True, True, True, False, False, False])
    >>> change = np.array([3.0, 4.0, 5.0, 0.0, 1.0, 2.0])
    >>> result = randomisation_test(change, treated, np.zeros(6, int), 0.95)
    >>> result.estimate, result.p, result.floor
    (3.0, 0.1, 0.1)
    """
    assigned = assignments(treated, block, draws, seed)
    contrast = _contrast(assigned, block)
    moved = contrast @ change
    shifted = contrast @ treated.astype(float)

    def p_value(effect: float) -> float:
        statistic = np.abs(moved - effect * shifted)
        return float((statistic >= statistic[0] - _TIE * (1 + np.abs(moved).max())).mean())

    estimate = float(moved[0])
    floor = randomisation_floor(assigned)
    step = float(np.abs(moved).max()) or 1.0
    lower, upper = invert(p_value, estimate, step, level, floor)
    return Estimate(estimate, lower, upper, p_value(0.0), floor=floor)


def _contrast(assigned: Floats, block: Ints) -> Floats:
    """Return the weights of the difference in means within blocks, blocks counted equally."""
    contrast = np.zeros_like(assigned)
    labels = np.unique(block)
    for label in labels:
        here = block == label
        given = assigned[:, here]
        size = given.sum(axis=1, keepdims=True)
        contrast[:, here] = given / size - (1 - given) / (here.sum() - size)
    return contrast / len(labels)


Weights = Literal["rademacher", "webb"]
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))


@dataclass(frozen=True, slots=True)
class Draws:
    """Bootstrap weights and the smallest p-value they allow.

    `weights`: The first row is all ones (the data themselves) where everything is enumerated.
    """

    weights: Floats
    enumerated: bool
    floor: float


@lru_cache(maxsize=16)
def draws(kind: Weights, clusters: int, replications: int, seed: int) -> Draws:
    """Return the bootstrap weights of a design.

    Rademacher weights (-1, 1) are enumerated where 2^G is at most `replications`; Webb's six
    points are drawn.

    >>> draws("rademacher", 6, 9999, 1).floor
    0.03125
    """
    if kind == "rademacher" and 2**clusters <= replications:
        weights = np.array(list(product((1.0, -1.0), repeat=clusters)))
        return Draws(weights, True, 2.0 / 2**clusters)
    rng = np.random.default_rng(seed)
    points = np.array([-1.0, 1.0]) if kind == "rademacher" else np.concatenate([-_WEBB, _WEBB])
    weights = rng.choice(points, size=(replications, clusters))
    return Draws(weights, False, max(1 / (replications + 1), 2 / len(points) ** clusters))


def wild_p(fit: Fit, member: csr_array, drawn: Draws) -> float:
    """Return the p-value of the last column of a fit under the null; `member` (n, G) is 0/1.

    `fit` is fitted with the last coefficient held at its null value, so that its residuals
    obey the null. The statistic is the cluster-robust t of one Newton step from there: for
    least squares the t-statistic itself, for logistic regression its linearisation (the WCLR
    bootstrap). Ties count as being as extreme, so that no p-value lies below the floor.

    Cameron AC, Gelbach JB, Miller DL (2008), Rev Econ Stat 90:414-427. Webb MD (2023), Can J Econ
    56:839-858. MacKinnon JG, Nielsen MO, Webb MD (2023), cluster-robust bootstrap inference for
    logistic regression.
    """
    direction = fit.bread[-1]
    scores = member.T @ (fit.x * fit.residual[:, None])
    information = member.T @ (fit.x * (fit.working * (fit.x @ direction))[:, None])
    own = scores @ direction
    through = information @ fit.bread @ scores.T
    observed = _statistic(np.ones((1, len(own))), own, through)[0]
    drawn_t = _statistic(drawn.weights, own, through)
    extreme = int((drawn_t >= observed * (1 - _TIE)).sum())
    if drawn.enumerated:
        return extreme / len(drawn_t)
    return (1 + extreme) / (1 + len(drawn_t))


def _statistic(weights: Floats, own: Floats, through: Floats) -> Floats:
    """Return |effect| / its cluster-robust error for each row of weights."""
    influence = weights @ (np.diag(own) - through.T)
    error = np.sqrt(np.einsum("bg,bg->b", influence, influence))
    return np.abs(weights @ own) / np.maximum(error, 1e-300)


def wild_bootstrap(
    full: Fit, y: Floats, weight: Floats, cluster: Ints, drawn: Draws, level: float
) -> Estimate:
    """Return the effect (last coefficient) with the bootstrap's p-value and inverted interval."""
    restricted = _restricted(full, y, weight)
    member = membership(cluster, drawn.weights.shape[1])

    def p_value(null: float) -> float:
        try:
            return wild_p(restricted(null), member, drawn)
        except NotEstimable:
            return 1.0

    estimate = float(full.beta[-1])
    influence = np.bincount(cluster, full.x @ full.bread[-1] * full.residual)
    step = 2 * float(np.sqrt((influence**2).sum()))
    lower, upper = invert(p_value, estimate, step, level, drawn.floor)
    return Estimate(estimate, lower, upper, p_value(0.0), floor=drawn.floor)


def _restricted(full: Fit, y: Floats, weight: Floats) -> Callable[[float], Fit]:
    """Return the function that fits with the last coefficient held at a null value."""
    others, last = full.x[:, :-1], full.x[:, -1]

    def linear(null: float) -> Fit:
        fit = least_squares(others, y - null * last, weight)
        return replace(full, residual=fit.residual)

    def logit(null: float) -> Fit:
        fit = logistic(others, y, weight, null * last, full.beta[:-1])
        information = full.x.T @ (fit.working[:, None] * full.x)
        return replace(fit, x=full.x, bread=inverse_information(information))

    return logit if full.logistic else linear
