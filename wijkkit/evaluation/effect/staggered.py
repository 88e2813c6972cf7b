"""Programmes that start in different waves (Callaway and Sant'Anna): their effects, in a study too."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.did import DID_COLUMNS
from wijkkit.evaluation.effect.fit import least_squares
from wijkkit.evaluation.effect.outcomes import arrays_of, first_waves, outcomes
from wijkkit.evaluation.effect.sample import Bools, Floats, Ints, NotEstimable, t_estimate
from wijkkit.study import Study

Control = Literal["never", "not_yet"]


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
    control: Control = "never",
) -> GroupTimeEffects:
    """Estimate the effect for each group of clusters with one start, in each wave.

    ATT(g, t) is the change of group g from its last wave before the start to wave t, minus the
    change that a regression in the control clusters predicts for it. Made for repeated
    cross-sections; with `cluster` the respondent it is the panel estimator too.

    `outcome`, `wave`: Complete; waves are numbers in order of time. `start`: First wave with the
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
    if not (np.isfinite(y).all() and np.isfinite(x).all() and (weights > 0).all()):
        raise EstimationError(
            "missing outcomes or covariates, or weights that are not positive",
            remedy="Leave those rows out.",
        )
    weights = weights / weights.mean()
    waves = np.unique(time)
    groups = np.unique(starts[(starts > waves[0]) & (starts <= waves[-1])])
    found = [
        (g, t, *_one_effect(y, x, weights, starts, time, g, t, base, control))
        for g in groups
        for t, base in _comparisons(g, waves)
    ]
    if not found:
        raise NotEstimable("no_arms")
    return GroupTimeEffects(
        np.array([row[0] for row in found]),
        np.array([row[1] for row in found]),
        np.array([row[2] for row in found]),
        np.column_stack([row[3] for row in found]),
        {float(g): float(np.mean(weights * (starts == g))) for g in groups},
        starts,
        weights,
        np.unique(np.asarray(cluster), return_inverse=True)[1],
    )


def _comparisons(group: float, waves: Floats) -> list[tuple[float, float]]:
    """Return (wave, base wave): the one before, or after the start the last one before it."""
    before_start = waves[waves < group][-1]
    return [(t, before if t < group else before_start) for before, t in itertools.pairwise(waves)]


def _one_effect(
    y: Floats,
    x: Floats,
    weight: Floats,
    starts: Floats,
    time: Floats,
    group: float,
    wave: float,
    base: float,
    control: Control,
) -> tuple[float, Floats]:
    """Return ATT(g, t) by outcome regression, and each row's influence on it."""
    treated = starts == group
    others = np.isinf(starts)
    if control == "not_yet":
        others = (starts > max(wave, base)) & ~treated
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


Kind = Literal["simple", "dynamic"]
Average = tuple[float, Floats]


def average_effects(effects: GroupTimeEffects, kind: Kind, level: float = 0.95) -> pd.DataFrame:
    """Return averages of group-time effects, as R `did`'s `aggte` defines them.

    `kind`: Over all effects after the start; per time since the start (placebo effects before it
    are negative). ``item`` (``overall``, or the time), ``estimate``, ``error``, ``lower``,
    ``upper``, ``p``, ``df``.

    >>> import numpy as np
    >>> from wijkkit.evaluation.effect.staggered import group_time_effects
    >>> wave = np.tile([1, 2, 3], 8)
    >>> start = np.repeat([2.0, 2.0, np.nan, np.nan], 6)
    >>> y = wave + 5.0 * (wave >= np.nan_to_num(start, nan=9))
    >>> found = group_time_effects(y, start, wave, np.repeat(np.arange(8), 3))
    >>> average_effects(found, "simple")["estimate"].round(6).tolist()
    [5.0]
    """
    after = effects.wave >= effects.start
    if not after.any():
        raise NotEstimable("no_baseline")
    if kind == "simple":
        return _table(effects, {}, _weighted(effects, after), level)
    since = effects.wave - effects.start
    parts = {float(time): _weighted(effects, since == time) for time in np.unique(since)}
    counted = [part for time, part in parts.items() if time >= 0]
    overall = (
        float(np.mean([estimate for estimate, _ in counted])),
        np.mean([influence for _, influence in counted], axis=0),
    )
    return _table(effects, parts, overall, level)


def _weighted(effects: GroupTimeEffects, keep: Bools) -> Average:
    """Average effects with the groups' shares as weights, whose own sampling error counts."""
    kept = np.flatnonzero(keep)
    shares = np.array([effects.share[start] for start in effects.start[kept]])
    member = effects.starts[:, None] == effects.start[kept]
    influence = effects.influence[:, kept]
    return _combine(effects, effects.estimate[kept], influence, shares, member)


def _combine(
    effects: GroupTimeEffects, estimates: Floats, influence: Floats, shares: Floats, member: Bools
) -> Average:
    total = shares.sum()
    average = float(shares @ estimates / total)
    of_shares = (effects.weight[:, None] * member - shares) @ (estimates - average) / total
    return average, influence @ (shares / total) + of_shares


def interval(
    effects: GroupTimeEffects, estimate: float, influence: Floats, level: float
) -> dict[str, float]:
    """Return an estimate with its cluster-robust error and t interval with G - 1 df."""
    n = len(influence)
    summed = np.bincount(effects.cluster, influence) / n
    clusters = len(summed)
    variance = clusters / (clusters - 1) * float((summed**2).sum())
    found = t_estimate(float(estimate), variance, clusters - 1, level)
    return {
        "estimate": found.estimate,
        "error": float(np.sqrt(variance)),
        "lower": found.lower,
        "upper": found.upper,
        "p": found.p,
        "df": found.df,
    }


def _table(
    effects: GroupTimeEffects, parts: dict[float, Average], overall: Average, level: float
) -> pd.DataFrame:
    rows = [{"item": "overall"} | interval(effects, *overall, level)]
    rows += [
        {"item": f"{value:g}"} | interval(effects, *part, level) for value, part in parts.items()
    ]
    return pd.DataFrame(rows)


# Staggered starts in a study: wijken that got the programme in different waves.

#: The method's key in the table of effects.
STAGGERED = "staggered"

STAGGERED_COLUMNS = tuple(
    "outcome kind item scale estimate lower upper p df n clusters status reason".split()
)


def staggered_effects(
    study: Study,
    respondents: pd.DataFrame,
    starts: Mapping[str, str] | None = None,
    control: Control = "never",
) -> pd.DataFrame:
    """Estimate the effect on every outcome where wijken started in different waves.

    `starts`: Programme wijk -> first wave after its start; by default what ``start`` of the wijken
    says (`first_waves`). Per outcome the overall average and that by time since the start (waves),
    in percentage points or in the score's unit. With few wijken per start the errors are too small:
    a start with one wijk, or an arm with one, is a row with a reason.
    """
    starts = first_waves(study) if starts is None else starts
    _check(study, starts)
    tables = [_outcome(study, respondents, key, starts, control) for key in outcomes(study)]
    if not tables:
        return pd.DataFrame(columns=list(STAGGERED_COLUMNS))
    return pd.concat(tables, ignore_index=True)


def _check(study: Study, starts: Mapping[str, str]) -> None:
    programme = set(study.starts)
    waves = {wave.id for wave in study.waves}
    wrong = sorted(programme ^ set(starts)) + sorted(set(starts.values()) - waves)
    if wrong:
        raise EstimationError(
            "the starts do not fit the study",
            found=", ".join(wrong),
            expected="one wave of the study for every programme wijk",
            remedy="Correct the starts.",
        )


def _outcome(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    starts: Mapping[str, str],
    control: Control,
) -> pd.DataFrame:
    try:
        table = _averages(study, respondents, outcome, starts, control)
        table = table.assign(status="ok", reason="")
    except NotEstimable as error:
        table = pd.DataFrame([{"item": "overall", "status": error.status, "reason": error.reason}])
    return table.assign(outcome=outcome).reindex(columns=list(STAGGERED_COLUMNS))


def _averages(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    starts: Mapping[str, str],
    control: Control,
) -> pd.DataFrame:
    asked = study.indicators[outcome].waves
    waves = tuple(wave.id for wave in study.waves if not asked or wave.id in asked)
    arrays = arrays_of(study, respondents, outcome, waves)
    known = ~np.isnan(arrays["outcome"]) & ~np.isnan(arrays["covariates"]).any(axis=1)
    cluster = arrays["cluster"][known]
    order = {wave: position for position, wave in enumerate(waves)}
    first = {wijk: float(order.get(wave, np.inf)) for wijk, wave in starts.items()}
    start = np.array([first.get(wijk, np.inf) for wijk in cluster])
    _require_two_per_start(start, cluster)
    effects = group_time_effects(
        arrays["outcome"][known],
        start,
        arrays["wave"][known],
        cluster,
        weight=arrays["weight"][known],
        covariates=arrays["covariates"][known],
        control=control,
    )
    binary = study.indicators[outcome].unit == "percent"
    level = study.settings.evaluation.level
    table = pd.concat(
        [
            average_effects(effects, cast(Any, kind), level).assign(kind=kind).iloc[skip:]
            for kind, skip in (("simple", 0), ("dynamic", 1))
        ],
        ignore_index=True,
    )
    table[["estimate", "lower", "upper"]] *= 100.0 if binary else 1.0
    return table.assign(
        scale="points" if binary else "score", n=len(cluster), clusters=len(np.unique(cluster))
    )


def _require_two_per_start(start: np.ndarray, cluster: np.ndarray) -> None:
    per_start = pd.Series(cluster).groupby(start).nunique()
    if not np.isinf(per_start.index).any():
        raise NotEstimable("no_arms")
    if per_start.min() < 2:
        raise NotEstimable("one_cluster_in_an_arm")


def staggered_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> list[pd.DataFrame]:
    """Return the average effect as a row of `did`, where wijken started in different waves.

    Nothing where they all started before the same wave.
    """
    starts = first_waves(study)
    if len(set(starts.values())) < 2:
        return []
    table = _outcome(study, respondents, outcome, starts, "never").iloc[:1]
    scale = "points" if study.indicators[outcome].unit == "percent" else "score"
    row = table.assign(contrast="did", method=STAGGERED, scale=scale)
    row = row.reindex(columns=list(DID_COLUMNS)).fillna({"n": 0, "clusters": 0})
    return [row.astype(dict.fromkeys(("n", "clusters"), "int64") | {"floor": "float64"})]
