"""The t-test between two arms of few clusters whose changes may vary unequally."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from wijkkit.evaluation.effect.fit import Scale, least_squares, logistic, wave_contrast
from wijkkit.evaluation.effect.sample import (
    Bools,
    Estimate,
    Floats,
    NotEstimable,
    Sample,
    kept,
    mean_and_variance,
)

#: Smallest and largest ratio of the arms' variances (treated to comparators) that a test allows.
Ratios = tuple[float, float]
#: That of equally large clusters with an intra-cluster correlation of 0.01 in one arm and 0.10
#: in the other, where nothing else is known.
RATIOS: Ratios = (0.2, 5.0)
#: Sum of squares, relative to the largest square, below which only rounding is left.
_ROUNDING = 1e-20
_NODES = 200
_STEPS = 7


def change_test(
    change: Floats, treated: Bools, level: float, ratios: Ratios = RATIOS, least: float = 0.0
) -> Estimate:
    """Compare the mean change of treated and other clusters.

    With few clusters the data cannot tell how much more the changes of one arm vary than those
    of the other. The statistic is the difference over its error at the middle of `ratios`,

        t = d / sqrt([S1 / q + S0] [q / n1 + 1 / n0] / (n1 + n0 - 2)),  q = sqrt(low high),

    with the arms' sums of squares S and numbers n; its p-value is the largest one over the
    ratios, each of them exact where changes are normal. With ratios (1, 1) this is the pooled
    t-test.

    Few clusters that happen to change alike suggest an error smaller than any that their numbers
    of respondents can leave. So p is never below that of a normal test with the error `least`,
    and the interval never narrower.

    Raises NotEstimable: An arm has one cluster, or nothing varies.

    Donald SG, Lang K (2007), Rev Econ Stat 89:221-233 (clusters' changes). Box GEP (1954), Ann Math
    Stat 25:290-302 (what unequal variances do).

    >>> import numpy as np
    >>> treated = np.array([True, True, True, False, False, False])
    >>> change = np.array([3.0, 4.0, 5.0, 0.0, 1.0, 2.0])
    >>> [round(change_test(change, treated, 0.95, r).p, 4) for r in [(1, 1), (0.2, 5)]]
    [0.0213, 0.0301]
    """
    arms = change[treated], change[~treated]
    sizes = len(arms[0]), len(arms[1])
    if min(sizes) < 2:
        raise NotEstimable("one_cluster_in_an_arm")
    squares = [float(((arm - arm.mean()) ** 2).sum()) for arm in arms]
    if sum(squares) <= _ROUNDING * (change**2).max():
        raise NotEstimable("no_variation")
    effect = float(arms[0].mean() - arms[1].mean())
    error = float(statistic_error(squares[0], squares[1], sizes, ratios))
    reach = float(half_width(error, least, 1 - level, sizes, ratios))
    p = float(worst_p(abs(effect) / error, sizes, ratios))
    if least > 0:
        p = max(p, float(2 * special.ndtr(-abs(effect) / least)))
    return Estimate(effect, effect - reach, effect + reach, p, sum(sizes) - 2)


def statistic_error(
    treated: Floats | float, others: Floats | float, sizes: tuple[int, int], ratios: Ratios
) -> Floats:
    """Return the statistic's error from the arms' sums of squares, at the middle ratio."""
    middle = np.sqrt(ratios[0] * ratios[1])
    spread = middle / sizes[0] + 1 / sizes[1]
    return np.sqrt((treated / middle + others) * spread / (sum(sizes) - 2))


def worst_p(t: Floats | float, sizes: tuple[int, int], ratios: Ratios) -> Floats:
    """Return the largest two-sided p-value of statistics over the ratios of variances."""
    size = np.abs(np.asarray(t, dtype=float))[..., None]
    found = [
        2 * special.stdtr(sum(sizes) - 2, -limit * size) @ weight
        for limit, weight in _limits(sizes, ratios)
    ]
    return np.minimum(np.max(found, axis=0), 1.0)


def half_width(
    error: Floats | float,
    least: Floats | float,
    alpha: float,
    sizes: tuple[int, int],
    ratios: Ratios,
) -> Floats:
    """Return how far the interval reaches: by the statistic's error, or the respondents' own."""
    normal = -float(special.ndtri(alpha / 2))
    return np.maximum(critical_value(alpha, sizes, ratios) * np.asarray(error), normal * least)


@lru_cache(maxsize=4096)
def critical_value(alpha: float, sizes: tuple[int, int], ratios: Ratios) -> float:
    """Return the statistic whose `worst_p` is `alpha`."""
    least = float(stats.t.ppf(1 - alpha / 2, sum(sizes) - 2)) / 20

    def beyond(log_t: float) -> float:
        p = float(worst_p(np.exp(log_t), sizes, ratios))
        return np.log(max(p, 1e-300)) - np.log(alpha)

    return float(np.exp(optimize.brentq(beyond, np.log(least), np.log(least * 1e6), xtol=1e-10)))


def power_at(
    shift: float,
    ratio: float,
    alpha: float,
    sizes: tuple[int, int],
    ratios: Ratios,
    least: float = 0.0,
) -> float:
    """Return the chance that the test rejects at an effect of `shift` of its true errors.

    `shift`: Effect over sqrt(v1 / n1 + v0 / n0), with the arms' true variances v. `ratio`: v1 / v0,
    which may lie outside `ratios`.
    """
    limit, weight = _limit(sizes, ratio, float(np.sqrt(ratios[0] * ratios[1])))
    edge = critical_value(alpha, sizes, ratios) * limit
    df = sum(sizes) - 2
    if not shift:
        found = 2 * special.stdtr(df, -edge)
    else:
        found = stats.nct.sf(edge, df, abs(shift))
        found = found + np.nan_to_num(stats.nct.sf(edge, df, -abs(shift)))
    bound = -float(special.ndtri(alpha / 2)) * least
    return float((found - _within(bound, edge, abs(shift), df)) @ weight)


def _within(bound: float, edge: Floats, shift: float, df: int) -> Floats:
    """Return the chance that t passes its edges while the difference stays within the bound.

    The difference z is normal about `shift`, and passes where the sum of squares, a chi-squared
    variable, is below df (z / edge)^2: an integral over z.
    """
    if bound <= 0:
        return np.zeros_like(edge)
    nodes, weight = np.polynomial.legendre.leggauss(60)
    z = bound * nodes
    density = np.exp(-((z - shift) ** 2) / 2) / np.sqrt(2 * np.pi)
    below = special.chdtr(df, df * (z / edge[:, None]) ** 2)
    return below @ (bound * weight * density)


@lru_cache(maxsize=1024)
def _limits(sizes: tuple[int, int], ratios: Ratios) -> list[tuple[Floats, Floats]]:
    low, high = ratios
    middle = float(np.sqrt(low * high))
    steps = np.geomspace(low, high, _STEPS) if high > low else [low]
    return [_limit(sizes, float(ratio), middle) for ratio in steps]


def _limit(sizes: tuple[int, int], ratio: float, middle: float) -> tuple[Floats, Floats]:
    """Return by which factor the limit of t is to be passed, with each factor's weight.

    The share of the treated in the scaled sum of squares has a beta law and is independent of
    the sum, which with the difference makes a t-statistic.
    """
    share, weight = _beta_nodes(sizes)
    n1, n0 = sizes
    estimated = (ratio * share / middle + 1 - share) * (middle / n1 + 1 / n0)
    return np.sqrt(estimated / (ratio / n1 + 1 / n0)), weight


@lru_cache(maxsize=256)
def _beta_nodes(sizes: tuple[int, int]) -> tuple[Floats, Floats]:
    nodes, weight = np.polynomial.legendre.leggauss(_NODES)
    angle = (nodes + 1) * np.pi / 4
    d1, d0 = sizes[0] - 1, sizes[1] - 1
    density = np.exp((d1 - 1) * np.log(np.sin(angle)) + (d0 - 1) * np.log(np.cos(angle)))
    density = density * weight
    return np.sin(angle) ** 2, density / density.sum()


def variance_ratios(
    sampling: tuple[float, float], icc: tuple[float, float], autocorrelation: float
) -> Ratios:
    """Return the ratios of variances that a design allows.

    The variance of a cluster's change is 2 icc (1 - r) + (1 - icc) h, with h the sampling
    variance that its numbers of respondents leave. The correlation may be `icc` low in one arm
    and high in the other, alike in both, or absent.
    """
    found = [1.0, sampling[0] / sampling[1]]
    for mine, theirs in (icc, icc[::-1]):
        treated, others = (
            2 * rho * (1 - autocorrelation) + (1 - rho) * h
            for rho, h in zip((mine, theirs), sampling, strict=True)
        )
        found.append(treated / others)
    return min(found), max(found)


# Aggregation to cluster-period means: one change per cluster.


def cluster_changes(sample: Sample, scale: Scale) -> Floats:
    """Return the (G,) change of each cluster: after minus before, of the gap with groups."""
    return cluster_cells(sample, scale) @ wave_contrast(sample)


def cluster_cells(sample: Sample, scale: Scale) -> Floats:
    """Return the (G, T) adjusted level of each cluster in each wave.

    With covariates the level is what remains of the mean after a regression on waves and
    covariates without arms (Hayes and Moulton's two stages). On the scale ``odds_ratio`` it is
    the log odds, half a respondent added to both sides so that 0 and 100 % have one.
    With groups it is the gap: least advantaged minus the others.

    Donald SG, Lang K (2007), Rev Econ Stat 89:221-233. Hayes RJ, Moulton LH (2017), Cluster
    Randomised Trials, chapter 10.
    """
    expected = _expected(sample)
    if sample.group is None:
        return _cells(sample, np.ones(len(sample.y), bool), expected, scale)
    least = _cells(sample, sample.group, expected, scale)
    return least - _cells(sample, ~sample.group, expected, scale)


@kept
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
    odds = scale == "odds_ratio"
    level = np.bincount(cell, weight * sample.y[rows], size) / total
    if odds:
        n = total**2 / np.bincount(cell, weight**2, size)
        level = np.log((n * level + 0.5) / (n * (1 - level) + 0.5))
    if expected is not None:
        base = np.bincount(cell, weight * expected[rows], size) / total
        level = level - (np.log(base / (1 - base)) if odds else base)
    return level.reshape(shape)


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
    clusters differ. In a panel, where a respondent's answers are correlated, it is 0.

    >>> from wijkkit.evaluation.effect.sample import make_sample
    >>> y, cluster, wave = [0, 1] * 40, [i // 20 for i in range(80)], [i // 10 % 2 for i in range(80)]
    >>> sample = make_sample(y, [c < 2 for c in cluster], wave, cluster)
    >>> round(respondents_error(sample, "points"), 4)  # sqrt(0.25 [0.2 / 2 + 0.2 / 2])
    0.2236
    """
    if sample.unit is not None:
        return 0.0
    arms, expected = sample.arms(), _expected(sample)
    _, own = mean_and_variance(sample.y, sample.weight)
    variance = own
    if scale == "odds_ratio":
        variance = 1 / own if own > 0 else np.inf
    if expected is not None:
        variance *= float(np.average((sample.y - expected) ** 2, weights=sample.weight)) / own
    treated, others = sampling_variances(sample, contrast)
    return float(np.sqrt(variance * (treated / arms[0] + others / arms[1])))
