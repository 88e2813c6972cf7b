"""What the effect evaluation makes of counts alone: its numbers without weights and covariates."""

from __future__ import annotations

import numpy as np
from scipy import stats

#: Kinds of number: each has a step of its own.
POINTS, LOG_ODDS, RESPONDENTS = 0, 1, 2


def numbers(
    x: np.ndarray,
    n: np.ndarray,
    sign: np.ndarray,
    treated: np.ndarray,
    level: float,
    odds: bool = False,
) -> np.ndarray:
    """Return the effect by cluster means and by the pooled model, with half its intervals.

    Parameters
    ----------
    x, n : (P, G, 2) array
        Counts of P groups in G clusters before and after.
    sign : (P,) array
        1 for a group whose effect is taken, -1 for one whose effect is subtracted.
    treated : (G,) array of bool
    level : float
    odds : bool
        In log odds; in percentage points otherwise.

    Returns
    -------
    (6,) array
        The difference of the clusters' mean changes and half its interval on t(G - 2); the
        pooled difference and half its interval as if respondents were independent, and
        cluster-robust (CR1); the n. NaN where there is none.

    Examples
    --------
    >>> x = np.array([[[10.0, 20], [12, 20], [10, 11], [12, 12]]])
    >>> treated = np.array([True, True, False, False])
    >>> numbers(x, np.full(x.shape, 40.0), np.ones(1), treated, 0.95).round(1)
    array([ 21.2,  12. ,  21.3,  20.2,   7.3, 320. ])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        levels = np.log((x + 0.5) / (n - x + 0.5)) if odds else 100 * x / n
        of_clusters = by_cluster(levels, sign, treated, level)
        return np.concatenate([of_clusters, pooled(x, n, sign, treated, level, odds), [n.sum()]])


def without_some(
    x: np.ndarray, n: np.ndarray, kept: np.ndarray, treated: np.ndarray, level: float
) -> np.ndarray:
    """Return the effect in points by cluster means and half its interval, for sets of clusters.

    Parameters
    ----------
    x, n : (1, G, 2) array
    kept : (S, G) array of bool
    treated : (G,) array of bool
    level : float

    Returns
    -------
    (2 S,) array
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = 100 * x / n
    found = [by_cluster(shares[:, keep], np.ones(1), treated[keep], level) for keep in kept]
    return np.concatenate([np.empty(0), *found])


def by_cluster(
    levels: np.ndarray, sign: np.ndarray, treated: np.ndarray, level: float
) -> np.ndarray:
    """Return the difference of mean changes of clusters, and half its interval.

    On t(G - 2); between arms of unequal size Welch's where that is wider.
    """
    change = sign @ (levels[..., 1] - levels[..., 0])
    arms = change[treated], change[~treated]
    sizes = np.array([len(arm) for arm in arms])
    if sizes.min() < 2:
        return np.full(2, np.nan)
    squares = np.array([((arm - arm.mean()) ** 2).sum() for arm in arms])
    freedom, own = sizes.sum() - 2, squares / (sizes - 1) / sizes
    errors = [(squares.sum() / freedom * (1 / sizes).sum(), freedom)]
    if sizes[0] != sizes[1]:
        errors.append((own.sum(), own.sum() ** 2 / (own**2 / (sizes - 1)).sum()))
    half = max(stats.t.ppf(0.5 + level / 2, df) * np.sqrt(variance) for variance, df in errors)
    return np.array([arms[0].mean() - arms[1].mean(), half])


def pooled(
    x: np.ndarray, n: np.ndarray, sign: np.ndarray, treated: np.ndarray, level: float, odds: bool
) -> np.ndarray:
    """Return the saturated model's effect and half its two intervals."""
    arm, clusters = treated.astype(int), len(treated)
    total_x, total_n = (np.stack([v[:, arm == a].sum(axis=1) for a in (0, 1)], 1) for v in (x, n))
    share = total_x / total_n
    value, slope = 100 * share, np.full(share.shape, 100.0)
    if odds:
        value, slope = np.log(share / (1 - share)), 1 / (share * (1 - share))
    # Per group, arm and wave: how the effect moves with the value there.
    weight = sign[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    variance = (slope**2 * share * (1 - share) / total_n).sum()
    moved = (weight * slope / total_n)[:, arm] * (x - n * share[:, arm])
    robust = clusters / (clusters - 1) * (moved.sum(axis=(0, 2)) ** 2).sum()
    normal, t = stats.norm.ppf(0.5 + level / 2), stats.t.ppf(0.5 + level / 2, clusters - 1)
    return np.array([(weight * value).sum(), normal * np.sqrt(variance), t * np.sqrt(robust)])
