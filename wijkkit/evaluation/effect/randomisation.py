"""The exact randomisation test on changes per cluster, paired or unpaired."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, prod

import numpy as np

from wijkkit.evaluation.effect.estimate import Estimate
from wijkkit.evaluation.effect.inversion import invert
from wijkkit.evaluation.effect.sample import Bools, Floats, Ints

_TIE = 1e-9
#: More assignments than this are sampled instead of enumerated.
_ENUMERATED = 200_000


def assignments(treated: Bools, block: Ints, draws: int, seed: int) -> Floats:
    """Return every way in which the programme could have been given within blocks.

    Parameters
    ----------
    treated : (G,) bool
    block : (G,) int
        The matched pair of each cluster; one block for an unpaired test.
    draws, seed : int
        Number of random assignments where there are too many to enumerate.

    Returns
    -------
    (A, G) float
        1 for a treated cluster; the first row is what happened.

    Examples
    --------
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

    Parameters
    ----------
    change : (G,) float
        Change of each cluster.
    treated : (G,) bool
    block : (G,) int
        Matched pairs, or one block.
    level : float

    Examples
    --------
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
