"""Aggregation to cluster-period means: one change per cluster, and its t-test."""

from __future__ import annotations

import numpy as np

from wijkkit.evaluation.effect.design import wave_contrast
from wijkkit.evaluation.effect.estimate import Estimate, t_estimate
from wijkkit.evaluation.effect.fit import least_squares, logistic
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, Floats, Sample
from wijkkit.evaluation.effect.target import Scale

#: Sum of squares, relative to the largest square, below which only rounding is left.
_ROUNDING = 1e-20


def cluster_changes(sample: Sample, scale: Scale) -> Floats:
    """Return the (G,) change of each cluster: after minus before, of the gap with groups."""
    return cluster_cells(sample, scale) @ wave_contrast(sample)


def cluster_cells(sample: Sample, scale: Scale) -> Floats:
    """Return the (G, T) adjusted level of each cluster in each wave.

    With covariates the level is what remains of the mean after a regression on waves and
    covariates without arms (Hayes and Moulton's two stages). On the scale ``odds_ratio`` it is
    the log odds, half a respondent added to both sides so that 0 and 100 % have one.
    With groups it is the gap: least advantaged minus the others.

    Raises
    ------
    NotEstimable
        A cluster has no respondents in a wave.

    References
    ----------
    Donald SG, Lang K (2007), Rev Econ Stat 89:221-233. Hayes RJ, Moulton LH (2017), Cluster
    Randomised Trials, chapter 10.
    """
    expected = _expected(sample)
    if sample.group is None:
        return _cells(sample, np.ones(len(sample.y), bool), expected, scale)
    least = _cells(sample, sample.group, expected, scale)
    return least - _cells(sample, ~sample.group, expected, scale)


def _expected(sample: Sample) -> Floats | None:
    if not sample.covariates.shape[1]:
        return None
    waves = np.eye(len(sample.post))[sample.wave]
    x = np.hstack([waves, sample.covariates])
    if sample.group is not None:
        x = np.hstack([x, sample.group[:, None] * waves])
    if not sample.binary:
        return x @ least_squares(x, sample.y, sample.weight).beta
    return 1 / (1 + np.exp(-(x @ logistic(x, sample.y, sample.weight).beta)))


def _cells(sample: Sample, rows: Bools, expected: Floats | None, scale: Scale) -> Floats:
    shape = (sample.clusters, len(sample.post))
    cell = sample.cluster[rows] * shape[1] + sample.wave[rows]
    weight = sample.weight[rows]
    size = shape[0] * shape[1]
    total = np.bincount(cell, weight, size)
    if (total == 0).any():
        raise NotEstimable("empty_cell")
    mean = np.bincount(cell, weight * sample.y[rows], size) / total
    base = None
    if expected is not None:
        base = np.bincount(cell, weight * expected[rows], size) / total
    if scale == "odds_ratio":
        n = total**2 / np.bincount(cell, weight**2, size)
        level = np.log((n * mean + 0.5) / (n * (1 - mean) + 0.5))
        base = None if base is None else np.log(base / (1 - base))
    else:
        level = mean
    return (level if base is None else level - base).reshape(shape)


def change_test(change: Floats, treated: Bools, level: float) -> Estimate:
    """Compare the clusters' changes between the arms with a t-test on G - 2 degrees of freedom.

    Its variance is pooled over the arms. Between arms of unequal numbers of clusters that is not
    safe: where the smaller arm fluctuates more (small wijken), the test rejects far too often.
    There Welch's test is made as well, and the wider interval of the two counts.

    Parameters
    ----------
    change : (G,) float
    treated : (G,) bool
    level : float

    Raises
    ------
    NotEstimable
        An arm has one cluster, or nothing varies.

    References
    ----------
    Welch BL (1947), Biometrika 34:28-35.

    Examples
    --------
    >>> import numpy as np
    >>> treated = np.array([True, True, True, False, False, False])
    >>> result = change_test(np.array([3.0, 4.0, 5.0, 0.0, 1.0, 2.0]), treated, 0.95)
    >>> round(result.estimate, 3), round(result.p, 4), result.df
    (3.0, 0.0213, 4)
    """
    arms = change[treated], change[~treated]
    if min(map(len, arms)) < 2:
        raise NotEstimable("one_cluster_in_an_arm")
    sizes = np.array([len(arm) for arm in arms])
    squares = np.array([((arm - arm.mean()) ** 2).sum() for arm in arms])
    df = len(change) - 2
    if squares.sum() <= _ROUNDING * (change**2).max():
        raise NotEstimable("no_variation")
    effect = float(arms[0].mean() - arms[1].mean())
    pooled = t_estimate(effect, squares.sum() / df * (1 / sizes).sum(), df, level)
    if sizes[0] == sizes[1]:
        return pooled
    own = squares / (sizes - 1) / sizes
    welch_df = own.sum() ** 2 / (own**2 / (sizes - 1)).sum()
    return max(
        pooled, t_estimate(effect, own.sum(), welch_df, level), key=lambda found: found.upper
    )
