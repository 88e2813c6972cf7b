"""The data of one outcome as arrays, checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from wijkkit.errors import EstimationError, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

# What stays of an estimate: a number with its interval, or the reason why there is none.

_REASONS = {
    "not_asked": "not_asked",
    "missing": "no_baseline no_outcome no_arms no_groups no_pairs no_earlier_wave no_covariates "
    "covariate_missing nothing_missing no_respondents_known collinear not_converged "
    "modelled_figures",
    "too_few": "empty_cell separation one_cluster_in_an_arm too_few_clusters no_variation",
}
#: Reason -> the status a row with it gets; the words for readers are in ``effect.reason``.
STATUS_OF_REASON = {
    reason: status for status, reasons in _REASONS.items() for reason in reasons.split()
}


class NotEstimable(EstimationError):
    """A method cannot give a number for these data.

    `reason` is a key of `STATUS_OF_REASON`.

    >>> NotEstimable("separation").status
    'too_few'
    """

    def __init__(self, reason: str):
        super().__init__(
            f"the effect cannot be estimated: {reason.replace('_', ' ')}",
            remedy="Use another method, or more data.",
        )
        self.reason = reason

    @property
    def status(self) -> str:
        return STATUS_OF_REASON[self.reason]

    def __reduce__(self):
        return (type(self), (self.reason,))


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect on the scale of the model: log odds, a difference in shares, or in score.

    `df`: Degrees of freedom of the reference distribution; absent where there are none. `floor`:
    Smallest p-value the test can reach with this design; absent where it has no floor.
    """

    estimate: float
    lower: float
    upper: float
    p: float
    df: float = np.nan
    floor: float = np.nan


def mean_and_variance(values: Floats, weight: Floats) -> tuple[float, float]:
    """Return the weighted mean of values and their weighted variance about it."""
    mean = float(np.average(values, weights=weight))
    return mean, float(np.average((values - mean) ** 2, weights=weight))


def possible(limits: np.ndarray, scale: str, triple: bool = False) -> np.ndarray:
    """Return limits of a difference, those in points no further than a difference can be.

    Unbounded ones stay: they are what a test without power knows.

    A difference in differences of shares lies between -100 and 100 points whatever the level
    without the programme, a difference between two of these between -200 and 200.
    """
    most = 200.0 if triple else 100.0
    bounded = np.isfinite(limits) & (scale == "points")
    return np.where(bounded, np.clip(limits, -most, most), limits)


def t_estimate(estimate: float, variance: float, df: float, level: float) -> Estimate:
    """Return an estimate with its t interval and two-sided p-value.

    `level`: Confidence level, such as 0.95.

    >>> round(t_estimate(1.0, 0.25, float("inf"), 0.95).p, 4)
    0.0455
    """
    error = float(np.sqrt(variance))
    reach = stats.t.ppf(0.5 + level / 2, df) * error
    p = 2 * stats.t.sf(abs(estimate) / error, df) if error > 0 else np.nan
    return Estimate(estimate, estimate - reach, estimate + reach, float(p), df)


#: Differences so small, relative to the largest value, are rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Sample:
    """Respondents (or cluster-period rows) of one outcome, complete cases.

    `y`: The outcome: 0/1 where `binary`, else a score. `cluster`, `wave`: Cluster 0..G-1 and wave
    0..T-1 of each row. `treated`: Whether a cluster has the programme. `post`: Whether a wave lies
    after the start. `group`: The least advantaged of two groups; given, the effect is the triple
    difference. `pair`: The matched pair of each cluster. `unit`: The respondent, in a panel.
    `names`: What the clusters are called. `left_out`: Clusters without respondents in a wave, which
    no method uses.
    """

    y: Floats
    cluster: Ints
    wave: Ints
    treated: Bools
    post: Bools
    weight: Floats
    covariates: Floats
    group: Bools | None
    pair: Ints | None
    unit: Ints | None
    binary: bool
    names: NDArray
    left_out: tuple[str, ...] = ()
    #: What `kept` functions made of it.
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def without(self, out: Bools) -> Sample:
        """Return the sample without some of the clusters."""
        treated, weight = self.treated[~out], self.weight
        if treated.all() or not treated.any():
            raise NotEstimable("no_arms")
        rows = ~out[self.cluster]
        return replace(
            self,
            y=self.y[rows],
            cluster=_renumbered(self.cluster[rows]),
            wave=self.wave[rows],
            treated=treated,
            weight=weight[rows] / weight[rows].mean(),
            covariates=self.covariates[rows],
            group=None if self.group is None else self.group[rows],
            pair=None if self.pair is None else _renumbered(self.pair[~out]),
            unit=None if self.unit is None else _renumbered(self.unit[rows]),
            names=self.names[~out],
        )

    @property
    def clusters(self) -> int:
        return len(self.treated)

    @property
    def weighted(self) -> bool:
        return bool(np.ptp(self.weight) > 1e-12 * np.abs(self.weight).max())

    def arms(self) -> tuple[int, int]:
        """Return the number of treated and of comparator clusters."""
        treated = int(self.treated.sum())
        return treated, self.clusters - treated

    def require_variation(self) -> None:
        """Raise NotEstimable where respondents of one cluster and wave never differ, nor these."""
        order = np.lexsort((self.wave, self.cluster))
        within = np.diff(self.y[order]) * (np.diff(self.cluster[order]) == 0)
        if np.abs(within).max(initial=0.0) <= _ROUNDING * np.abs(self.y).max():
            raise NotEstimable("no_variation")

    def require_two_per_arm(self) -> None:
        """Raise NotEstimable where an arm has one cluster: its variance is unknown."""
        if min(self.arms()) < 2:
            raise NotEstimable("one_cluster_in_an_arm")


P = ParamSpec("P")
R = TypeVar("R")


def kept(function: Callable[Concatenate[Sample, P], R]) -> Callable[Concatenate[Sample, P], R]:
    """Mark a function of a sample whose result is kept with it: every method asks for it."""

    @wraps(function)
    def found(sample: Sample, *args: P.args, **kwargs: P.kwargs) -> R:
        key = function, args, *kwargs.items()
        if key not in sample._made:
            sample._made[key] = function(sample, *args, **kwargs)
        return sample._made[key]

    return found


def make_sample(
    outcome: ArrayLike,
    treated: ArrayLike,
    post: ArrayLike,
    cluster: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    group: ArrayLike | None = None,
    pair: ArrayLike | None = None,
    unit: ArrayLike | None = None,
    binary: bool = True,
) -> Sample:
    """Check arrays of one length and return their complete cases as a `Sample`.

    `outcome`, `treated`, `post`, `cluster`, `wave`, `weight`, `group`, `pair`, `unit`: `wave` is
    `post` where absent. Missing numbers are NaN. Raises EstimationError: Lengths differ, weights
    are negative or missing, an outcome is not 0/1, a cluster is in both arms, or a wave is both
    before and after. Raises NotEstimable: There is no complete case, or an arm or a period is
    empty.
    """
    y = np.asarray(outcome, dtype=float)
    n = len(y)
    treated = np.asarray(treated, dtype=bool)
    post = np.asarray(post, dtype=bool)
    wave = post.astype(int) if wave is None else np.asarray(wave)
    cluster = np.asarray(cluster)
    weight = np.ones(n) if weight is None else np.asarray(weight, dtype=float)
    covariates = np.empty((n, 0)) if covariates is None else np.asarray(covariates, dtype=float)
    covariates = covariates[:, None] if covariates.ndim == 1 else covariates
    group = None if group is None else np.asarray(group, dtype=float)
    columns: list[Any] = [treated, post, wave, cluster, weight, covariates]
    columns += [column for column in (group, pair, unit) if column is not None]
    EstimationError.raise_for(_check(y, columns, weight, binary))
    keep = ~np.isnan(y) & ~np.isnan(covariates).any(axis=1) & (weight > 0)
    if group is not None:
        keep &= ~np.isnan(group)
    if not keep.any():
        raise NotEstimable("no_outcome")
    names, cluster = np.unique(cluster, return_inverse=True)
    # Clusters with respondents in each wave (and group) in which others have them.
    part = np.unique(wave[keep], return_inverse=True)[1]
    part = part if group is None else 2 * part + group[keep].astype(int)
    found = np.zeros((len(names), part.max() + 1), bool)
    found[cluster[keep], part] = True
    complete: Bools = np.asarray(found[:, found.any(axis=0)].all(axis=1))
    keep &= complete[cluster]
    left_out = names[found.any(axis=1) & ~complete]
    if len(left_out) and (not treated[keep].any() or treated[keep].all()):
        raise NotEstimable("empty_cell")
    cluster = _renumbered(cluster[keep])
    _, wave = np.unique(wave[keep], return_inverse=True)
    kept_weight = weight[keep]
    return Sample(
        y=y[keep],
        cluster=cluster,
        wave=wave,
        treated=_per_level(treated[keep], cluster, "cluster", "in both arms"),
        post=_per_level(post[keep], wave, "wave", "both before and after the start"),
        weight=kept_weight / kept_weight.mean(),
        covariates=covariates[keep],
        group=None if group is None else group[keep].astype(bool),
        pair=None if pair is None else _pairs(np.asarray(pair)[keep], cluster),
        unit=None if unit is None else np.unique(np.asarray(unit)[keep], return_inverse=True)[1],
        binary=binary,
        names=names[complete],
        left_out=tuple(str(name) for name in left_out),
    )


def _renumbered(codes: Ints) -> Ints:
    """Return codes in the same order without the numbers that nobody has."""
    there = np.bincount(codes) > 0
    return (np.cumsum(there) - 1)[codes]


def sample_of(arrays: Mapping[str, Any]) -> Sample:
    """Return the `Sample` of the arguments of `did`."""
    given = {name: value for name, value in arrays.items() if name != "family"}
    return make_sample(**given, binary=arrays["family"] == "logistic")


def _check(y: Floats, columns: list[NDArray], weight: Floats, binary: bool) -> Iterator[Problem]:
    if any(len(column) != len(y) for column in columns):
        yield Problem(
            "arrays of different length",
            found=", ".join(str(len(column)) for column in columns),
            expected=str(len(y)),
            remedy="Give one value per respondent.",
        )
    if not (weight >= 0).all():
        yield Problem("negative or missing weights", remedy="Give weights of zero or more.")
    if binary and not np.isin(y[~np.isnan(y)], (0.0, 1.0)).all():
        yield Problem(
            "the outcome is not 0/1",
            remedy="Give 0 and 1, or ask for the linear family.",
        )


def _per_level(values: Bools, level: Ints, what: str, mistake: str) -> Bools:
    count = np.bincount(level)
    share = np.bincount(level, values) / count
    mixed = np.flatnonzero((share > 0) & (share < 1))
    if len(mixed):
        raise EstimationError(
            f"a {what} is {mistake}",
            found=f"{len(mixed)} of {len(count)}",
            remedy=f"Give every {what} one place.",
        )
    flags = share > 0.5
    if flags.all() or not flags.any():
        raise NotEstimable("no_arms" if what == "cluster" else "no_baseline")
    return flags


def _pairs(pair: NDArray, cluster: Ints) -> Ints | None:
    """Return the pair of each cluster; None where a cluster has none or more than one."""
    first = pair[np.unique(cluster, return_index=True)[1]].astype(object)
    missing = [value is None or value != value or value == "" for value in first]
    if any(missing) or (first[cluster] != pair).any():
        return None
    return np.unique(first.astype(str), return_inverse=True)[1]
