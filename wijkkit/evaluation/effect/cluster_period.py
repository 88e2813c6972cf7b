"""Aggregation to cluster-period means: one change per cluster."""

from __future__ import annotations

import numpy as np

from wijkkit.evaluation.effect.estimate import NotEstimable
from wijkkit.evaluation.effect.fit import least_squares, logistic
from wijkkit.evaluation.effect.sample import Bools, Floats, Sample
from wijkkit.evaluation.effect.target import Scale, wave_contrast


def cluster_changes(sample: Sample, scale: Scale) -> Floats:
    """Return the (G,) change of each cluster: after minus before, of the gap with groups."""
    return cluster_cells(sample, scale) @ wave_contrast(sample)


def cluster_cells(sample: Sample, scale: Scale) -> Floats:
    """Return the (G, T) adjusted level of each cluster in each wave.

    With covariates the level is what remains of the mean after a regression on waves and
    covariates without arms (Hayes and Moulton's two stages). On the scale ``odds_ratio`` it is
    the log odds, half a respondent added to both sides so that 0 and 100 % have one.
    With groups it is the gap: least advantaged minus the others.

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


def sampling_variances(sample: Sample, contrast: Floats | None = None) -> tuple[float, float]:
    """Return what the numbers of respondents leave of a cluster's change, for either arm.

    The mean over the arm's clusters of the sum over its cells of c^2 / n, with n the effective
    number of respondents and c the cell's weight in the change, in respondents' variances.
    `contrast` has the (T,) weights of another change than the one after minus before.
    """
    waves = len(sample.post)
    cell = sample.cluster * waves + sample.wave
    if sample.group is not None:
        cell = cell + sample.clusters * waves * sample.group
    size = sample.clusters * waves * (1 if sample.group is None else 2)
    total = np.bincount(cell, sample.weight, size)
    if (total == 0).any():
        raise NotEstimable("empty_cell")
    inverse = np.bincount(cell, sample.weight**2, size) / total**2
    own = inverse.reshape(-1, sample.clusters, waves).sum(axis=0)
    own = own @ (wave_contrast(sample) if contrast is None else contrast) ** 2
    return float(own[sample.treated].mean()), float(own[~sample.treated].mean())


def respondents_error(sample: Sample, scale: Scale, contrast: Floats | None = None) -> float:
    """Return the standard error of the effect that the numbers of respondents alone leave.

    sqrt(v [h1 / G1 + h0 / G0]) with h of `sampling_variances` and v the variance between
    respondents of both arms and all waves together, what covariates do not explain of it:
    p (1 - p) for a share, 1 / (p (1 - p)) for its log odds. It does not depend on how much
    clusters differ. In a panel, where a respondent's answers hang together, it is 0.

    Examples
    --------
    >>> from wijkkit.evaluation.effect.sample import make_sample
    >>> y, cluster, wave = [0, 1] * 40, [i // 20 for i in range(80)], [i // 10 % 2 for i in range(80)]
    >>> sample = make_sample(y, [c < 2 for c in cluster], wave, cluster)
    >>> round(respondents_error(sample, "points"), 4)  # sqrt(0.25 [0.2 / 2 + 0.2 / 2])
    0.2236
    """
    if sample.unit is not None:
        return 0.0
    arms, expected = sample.arms(), _expected(sample)
    mean = float(np.average(sample.y, weights=sample.weight))
    variance = float(np.average((sample.y - mean) ** 2, weights=sample.weight))
    if scale == "odds_ratio":
        variance = 1 / variance if variance > 0 else np.inf
    if expected is not None:
        left = float(np.average((sample.y - expected) ** 2, weights=sample.weight))
        variance *= left / float(np.average((sample.y - mean) ** 2, weights=sample.weight))
    treated, others = sampling_variances(sample, contrast)
    return float(np.sqrt(variance * (treated / arms[0] + others / arms[1])))
