"""Programmes that start in different waves: group-time effects (Callaway and Sant'Anna)."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from wijkkit.evaluation.effect.did import DID_COLUMNS
from wijkkit.evaluation.effect.fit import least_squares
from wijkkit.evaluation.effect.outcomes import arrays_of, first_waves
from wijkkit.evaluation.effect.sample import Bools, Floats, Ints, NotEstimable, t_estimate
from wijkkit.study import Study


@dataclass(frozen=True, slots=True)
class GroupTimeEffects:
    """Average effects on the treated per group (wave of start) and wave.

    `start`, `wave`: Wave in which the group started, and wave of the effect; before the start it is
    a placebo effect against the wave before. `influence`: Each row's influence on each estimate;
    their sum over rows divided by n has mean zero. `share`: Weighted share of the rows in each
    group. `starts`: Wave of start of each row's cluster; infinite where never. `weight`: Mean 1.
    """

    start: Floats
    wave: Floats
    estimate: Floats
    influence: Floats
    share: dict[float, float]
    starts: Floats
    weight: Floats
    cluster: Ints


def group_time_effects(
    outcome: ArrayLike,
    start: ArrayLike,
    wave: ArrayLike,
    cluster: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
) -> GroupTimeEffects:
    """Estimate the effect for each group of clusters with one start, in each wave.

    ATT(g, t) is the change of group g from its last wave before the start to wave t, minus the
    change that a regression in the clusters that never start predicts for it. Made for repeated
    cross-sections; with `cluster` the respondent it is the panel estimator too.

    `outcome`, `wave`, `covariates`: Complete; waves are numbers in order of time. `weight`: Above
    zero. `start`: First wave with the
    programme in the row's cluster; NaN or infinite where never. `cluster`: The level on which
    influence is summed for errors. Raises NotEstimable: ``no_arms``: no group starts within the
    waves, or there is no control.

    Callaway B, Sant'Anna PHC (2021), J Econometrics 225:200-230. Sant'Anna PHC, Zhao J (2020), J
    Econometrics 219:101-122 (outcome regression for repeated cross-sections).

    >>> import numpy as np
    >>> wave = np.tile([1, 2, 3], 8)
    >>> start = np.repeat([2.0, 2.0, np.nan, np.nan], 6)
    >>> y = wave + 5.0 * (wave >= np.nan_to_num(start, nan=9))
    >>> found = group_time_effects(y, start, wave, np.repeat(np.arange(8), 3))
    >>> list(zip(found.wave.tolist(), found.estimate.round(6).tolist(), strict=True))
    [(2.0, 5.0), (3.0, 5.0)]
    """
    y, time = np.asarray(outcome, dtype=float), np.asarray(wave, dtype=float)
    n = len(y)
    starts = np.asarray(start, dtype=float)
    starts = np.where(np.isnan(starts), np.inf, starts)
    weights = np.ones(n) if weight is None else np.asarray(weight, dtype=float)
    columns = [np.ones((n, 1))]
    if covariates is not None:
        columns.append(np.asarray(covariates, dtype=float).reshape(n, -1))
    x = np.hstack(columns)
    weights = weights / weights.mean()
    waves = np.unique(time)
    groups = np.unique(starts[(starts > waves[0]) & (starts <= waves[-1])])
    found = []
    for g in groups:
        last = waves[waves < g][-1]
        for before, t in itertools.pairwise(waves):
            base = before if t < g else last
            found.append((g, t, *_one_effect(y, x, weights, starts, time, g, t, base)))
    if not found:
        raise NotEstimable("no_arms")
    start_of, wave_of, estimates, influence = zip(*found, strict=True)
    return GroupTimeEffects(
        np.array(start_of),
        np.array(wave_of),
        np.array(estimates),
        np.column_stack(influence),
        {float(g): float(np.mean(weights * (starts == g))) for g in groups},
        starts,
        weights,
        np.unique(np.asarray(cluster), return_inverse=True)[1],
    )


def _one_effect(
    y: Floats,
    x: Floats,
    weight: Floats,
    starts: Floats,
    time: Floats,
    group: float,
    wave: float,
    base: float,
) -> tuple[float, Floats]:
    """Return ATT(g, t) by outcome regression, and each row's influence on it."""
    treated = starts == group
    others = np.isinf(starts)
    sample = (treated | others) & np.isin(time, (wave, base))
    if not others.any():
        raise NotEstimable("no_arms")
    focus = treated & sample
    share = weight * focus / (weight * focus).sum()
    centre = share @ x
    estimate, influence = 0.0, np.zeros(len(y))
    predicted = np.zeros(len(y))
    for moment, sign in ((wave, 1.0), (base, -1.0)):
        mean, part = _mean(y, weight, focus & (time == moment))
        beta, score = _regression(y, x, weight, others & (time == moment))
        estimate += sign * mean
        influence += sign * (part - score @ centre)
        predicted += sign * (x @ beta)
    expected = float(share @ predicted)
    influence -= share * len(y) * (predicted - expected)
    return estimate - expected, influence


def _mean(y: Floats, weight: Floats, rows: Bools) -> tuple[float, Floats]:
    if not rows.any():
        raise NotEstimable("empty_cell")
    share = weight * rows / (weight * rows).sum()
    mean = float(share @ y)
    return mean, len(y) * share * (y - mean)


def _regression(y: Floats, x: Floats, weight: Floats, rows: Bools) -> tuple[Floats, Floats]:
    """Return the coefficients among these rows and every row's (n, p) influence on them."""
    if not rows.any():
        raise NotEstimable("empty_cell")
    fit = least_squares(x[rows], y[rows], weight[rows])
    influence = np.zeros(x.shape)
    influence[rows] = len(y) * fit.residual[:, None] * (fit.x @ fit.bread)
    return fit.beta, influence


def average_effect(effects: GroupTimeEffects, level: float = 0.95) -> dict[str, float]:
    """Return the average of all effects after the start, weighted by the groups' shares.

    R `did`'s `aggte` of type "simple": the sampling error of the shares counts.

    >>> import numpy as np
    >>> wave = np.tile([1, 2, 3], 8)
    >>> start = np.repeat([2.0, 2.0, np.nan, np.nan], 6)
    >>> y = wave + 5.0 * (wave >= np.nan_to_num(start, nan=9))
    >>> found = group_time_effects(y, start, wave, np.repeat(np.arange(8), 3))
    >>> round(average_effect(found)["estimate"], 6)
    5.0
    """
    after = np.flatnonzero(effects.wave >= effects.start)
    if not len(after):
        raise NotEstimable("no_baseline")
    estimates = effects.estimate[after]
    shares = np.array([effects.share[start] for start in effects.start[after]])
    member = effects.starts[:, None] == effects.start[after]
    average = float(shares @ estimates / shares.sum())
    of_shares = (effects.weight[:, None] * member - shares) @ (estimates - average) / shares.sum()
    influence = effects.influence[:, after] @ (shares / shares.sum()) + of_shares
    return interval(effects, average, influence, level)


def interval(
    effects: GroupTimeEffects, estimate: float, influence: Floats, level: float
) -> dict[str, float]:
    """Return an estimate with its cluster-robust error and t interval with G - 1 df."""
    summed = np.bincount(effects.cluster, influence) / len(influence)
    clusters = len(summed)
    variance = clusters / (clusters - 1) * float((summed**2).sum())
    found = t_estimate(float(estimate), variance, clusters - 1, level)
    return asdict(found) | {"error": float(np.sqrt(variance))}


# Staggered starts in a study: wijken that got the programme in different waves.

#: The method's key in the table of effects.
STAGGERED = "staggered"


def staggered_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> list[pd.DataFrame]:
    """Return the average effect as a row of `did`, where wijken started in different waves.

    In percentage points or in the score's unit; nothing where they all started before the same
    wave. With few wijken per start the errors are too small: a start with one wijk, or an arm
    with one, is a row with a reason.
    """
    starts = first_waves(study)
    if len(set(starts.values())) < 2:
        return []
    try:
        found = _average(study, respondents, outcome, starts)
    except NotEstimable as error:
        found = {"n": 0, "clusters": 0, "status": error.status, "reason": error.reason}
    scale = "points" if study.indicators[outcome].unit == "percent" else "score"
    row = {"contrast": "did", "method": STAGGERED, "scale": scale} | found
    return [pd.DataFrame([row]).reindex(columns=list(DID_COLUMNS)).astype({"floor": "float64"})]


def _average(
    study: Study, respondents: pd.DataFrame, outcome: str, starts: dict[str, str]
) -> dict[str, Any]:
    asked = study.indicators[outcome].waves
    waves = tuple(wave.id for wave in study.waves if not asked or wave.id in asked)
    arrays = arrays_of(study, respondents, outcome, waves)
    known = ~np.isnan(arrays["outcome"]) & ~np.isnan(arrays["covariates"]).any(axis=1)
    known &= arrays["weight"] > 0
    cluster = arrays["cluster"][known]
    order = {wave: position for position, wave in enumerate(waves)}
    first = {wijk: float(order.get(wave, np.inf)) for wijk, wave in starts.items()}
    start = np.array([first.get(wijk, np.inf) for wijk in cluster])
    per_start = pd.Series(cluster).groupby(start).nunique()
    if not np.isinf(per_start.index).any():
        raise NotEstimable("no_arms")
    if per_start.min() < 2:
        raise NotEstimable("one_cluster_in_an_arm")
    effects = group_time_effects(
        arrays["outcome"][known],
        start,
        arrays["wave"][known],
        cluster,
        weight=arrays["weight"][known],
        covariates=arrays["covariates"][known],
    )
    found = average_effect(effects, study.settings.evaluation.level)
    unit = 100.0 if study.indicators[outcome].unit == "percent" else 1.0
    found |= {name: unit * found[name] for name in ("estimate", "lower", "upper")}
    counts = {"n": len(cluster), "clusters": len(np.unique(cluster))}
    return found | counts | {"status": "ok", "reason": ""}
