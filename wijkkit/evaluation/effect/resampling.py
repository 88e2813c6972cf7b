"""Tests by drawing again: exact randomisation, the wild cluster bootstrap, intervals by inversion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import combinations, product
from math import comb, prod
from typing import Literal

import numpy as np
from scipy import optimize
from scipy.sparse import csr_array

from wijkkit.evaluation.effect.fit import Fit, inverse_information, least_squares, logistic
from wijkkit.evaluation.effect.hierarchical import membership
from wijkkit.evaluation.effect.sample import Bools, Estimate, Floats, Ints, NotEstimable

_DOUBLINGS = 40
#: How exact a limit is, as a part of the step in which it was sought.
_TOLERANCE = 1e-6


def invert(
    beyond: Callable[[float], float], estimate: float, step: float, level: float, floor: float
) -> tuple[float, float]:
    """Return the interval of null values that a test does not reject.

    `beyond` is above zero where the test at `level` rejects a null value, and the better the closer
    to the line that its statistic crosses there. It need not rise steadily on either side of the
    estimate: no effect (0) is asked first, so that the interval holds it exactly when it is not
    rejected.

    `estimate`: The estimate, which is not rejected. `floor`: Smallest p-value of the test. Where
    it exceeds ``1 - level`` nothing can be rejected and the interval is unbounded.

    >>> lower, upper = invert(lambda null: abs(null - 1) - 1.96, 1.0, 0.5, 0.95, 0.0)
    >>> round(lower, 3), round(upper, 3)
    (-0.96, 2.96)
    """
    if floor > 1 - level:
        return -np.inf, np.inf
    low, high = (_edge(beyond, estimate, sign * step) for sign in (-1, 1))
    return low, high


def _edge(beyond: Callable[[float], float], estimate: float, step: float) -> float:
    """Return the value between the estimate and the rejected ones, on the side `step` points to."""
    inside, outside = estimate, estimate + step
    if np.sign(-estimate) == np.sign(step):
        inside, outside = (estimate, 0.0) if beyond(0.0) > 0 else (0.0, step)
    for _ in range(_DOUBLINGS):
        if beyond(outside) > 0:
            break
        step *= 2
        inside, outside = outside, outside + step
    else:
        return float(np.copysign(np.inf, step))
    if beyond(inside) > 0:
        return inside
    edge = optimize.brentq(beyond, inside, outside, xtol=_TOLERANCE * abs(step))
    # Not 0 itself where that is rejected.
    return float(np.nextafter(edge, inside))


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
    contrast, floor = _contrasts(tuple(treated), tuple(block), draws, seed)
    moved, shifted = contrast @ change, contrast @ treated.astype(float)
    tie = _TIE * (1 + np.abs(moved).max())
    most = _most(1 - level, len(moved))

    def beyond(effect: float) -> float:
        statistic = np.abs(moved - effect * shifted)
        return statistic[0] - tie - _ranked(statistic, most)

    statistic = np.abs(moved)
    p = float((statistic >= statistic[0] - tie).mean())
    step = float(statistic.max()) or 1.0
    limits = invert(beyond, float(moved[0]), step, level, floor)
    return Estimate(float(moved[0]), *limits, p, floor=floor)


def _most(alpha: float, outcomes: int) -> int:
    """Return how many of equally likely outcomes may be as extreme where a test rejects."""
    return int(np.floor(alpha * outcomes + _TIE))


def _ranked(values: Floats, above: int) -> float:
    """Return the value that `above` others are at least as large as."""
    place = len(values) - 1 - above
    return float(np.partition(values, place)[place])


@lru_cache(maxsize=16)
def _contrasts(
    treated: tuple[bool, ...], block: tuple[int, ...], draws: int, seed: int
) -> tuple[Floats, float]:
    """Return the contrast of each assignment of a design, and the smallest p-value.

    The contrast is the difference in means within blocks, blocks counted equally; the smallest
    p-value 1 / assignments, doubled where each has its mirror image.
    """
    blocks = np.array(block)
    assigned = assignments(np.array(treated), blocks, draws, seed)
    mirrored = (assigned[1:] == 1 - assigned[0]).all(axis=1).any()
    contrast, labels = np.zeros_like(assigned), np.unique(blocks)
    for label in labels:
        here = blocks == label
        given = assigned[:, here]
        size = given.sum(axis=1, keepdims=True)
        contrast[:, here] = given / size - (1 - given) / (here.sum() - size)
    return contrast / len(labels), (2 if mirrored else 1) / len(assigned)


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


@dataclass(frozen=True, slots=True)
class Scores:
    """What a fit under the null leaves of each cluster: its scores and its part of the information.

    `score`: (G, p) sums of x times the weighted residual. `information`: (G, p) rows of the
    information matrix in the direction of the effect. `bread`: Inverse of the information matrix.
    """

    score: Floats
    information: Floats
    bread: Floats

    @classmethod
    def of(cls, fit: Fit, member: csr_array) -> Scores:
        """Sum a fit per cluster; `member` (n, G) is 0/1."""
        along = fit.working * (fit.x @ fit.bread[-1])
        score = member.T @ (fit.x * fit.residual[:, None])
        return cls(score, member.T @ (fit.x * along[:, None]), fit.bread)

    def statistic(self, weights: Floats) -> Floats:
        """Return |effect| / its cluster-robust error for each row of weights."""
        own = self.score @ self.bread[-1]
        influence = weights * own - (weights @ (self.score @ self.bread)) @ self.information.T
        error = np.sqrt(np.einsum("bg,bg->b", influence, influence))
        return np.abs(weights @ own) / np.maximum(error, 1e-300)

    def tested(self, drawn: Draws) -> tuple[float, Floats]:
        """Return the least statistic that counts as being as extreme, and those drawn.

        Ties count, so that no p-value lies below the floor.
        """
        observed = self.statistic(np.ones((1, drawn.weights.shape[1])))[0]
        return float(observed * (1 - _TIE)), self.statistic(drawn.weights)


def wild_bootstrap(
    full: Fit, y: Floats, weight: Floats, cluster: Ints, drawn: Draws, level: float
) -> Estimate:
    """Return the effect (last coefficient) with the bootstrap's p-value and inverted interval.

    Residuals obey the null: the last coefficient is held at it. The statistic is the cluster-robust
    t of one Newton step from there: for least squares the t-statistic itself, for logistic
    regression its linearisation (the WCLR bootstrap).

    Cameron AC, Gelbach JB, Miller DL (2008), Rev Econ Stat 90:414-427. Webb MD (2023), Can J Econ
    56:839-858. MacKinnon JG, Nielsen MO, Webb MD (2023), cluster-robust bootstrap inference for
    logistic regression.
    """
    member = membership(cluster, drawn.weights.shape[1])
    restricted = (_logistic if full.logistic else _linear)(full, y, weight, member)
    # Where not all are enumerated, the data are one outcome more.
    more = 0 if drawn.enumerated else 1
    outcomes = len(drawn.weights) + more
    most = _most(1 - level, outcomes) - more

    @cache
    def tested(null: float) -> tuple[float, Floats]:
        try:
            return restricted(null).tested(drawn)
        except NotEstimable:
            # Not rejected: every draw is as extreme.
            return -1.0, np.zeros(len(drawn.weights))

    def beyond(null: float) -> float:
        least, found = tested(null)
        return least - _ranked(found, most)

    least, found = tested(0.0)
    p = (more + int((found >= least).sum())) / outcomes
    estimate = float(full.beta[-1])
    influence = np.bincount(cluster, full.x @ full.bread[-1] * full.residual)
    step = 2 * float(np.linalg.norm(influence))
    limits = invert(beyond, estimate, step, level, drawn.floor)
    return Estimate(estimate, *limits, p, floor=drawn.floor)


def _linear(full: Fit, y: Floats, weight: Floats, member: csr_array) -> Callable[[float], Scores]:
    """Return the scores of least squares under a null value: they are linear in it."""
    others, last = full.x[:, :-1], full.x[:, -1]
    at_zero, of_last = (
        Scores.of(replace(full, residual=least_squares(others, one, weight).residual), member)
        for one in (y, last)
    )
    return lambda null: replace(at_zero, score=at_zero.score - null * of_last.score)


def _logistic(full: Fit, y: Floats, weight: Floats, member: csr_array) -> Callable[[float], Scores]:
    """Return the scores of logistic regression under a null value, fitted anew."""
    others, last = full.x[:, :-1], full.x[:, -1]

    def scores(null: float) -> Scores:
        fit = logistic(others, y, weight, null * last, full.beta[:-1])
        information = full.x.T @ (fit.working[:, None] * full.x)
        fit = replace(fit, x=full.x, bread=inverse_information(information))
        return Scores.of(fit, member)

    return scores
