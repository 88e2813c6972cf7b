"""Averages of group-time effects: overall, per group, per time since the start, per wave."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.estimate import t_estimate
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, Floats
from wijkkit.evaluation.effect.staggered import GroupTimeEffects

Kind = Literal["simple", "group", "dynamic", "calendar"]
Average = tuple[float, Floats]


def average_effects(effects: GroupTimeEffects, kind: Kind, level: float = 0.95) -> pd.DataFrame:
    """Return averages of group-time effects, as R `did`'s `aggte` defines them.

    Parameters
    ----------
    effects : GroupTimeEffects
    kind : {"simple", "group", "dynamic", "calendar"}
        Over all effects after the start; per group; per time since the start (placebo effects
        before it are negative); per wave.
    level : float

    Returns
    -------
    DataFrame
        ``item`` (``overall``, or the group, the time or the wave), ``estimate``, ``error``,
        ``lower``, ``upper``, ``p``, ``df``.

    Examples
    --------
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
    label = {"group": effects.start, "dynamic": _since(effects), "calendar": effects.wave}[kind]
    rows = np.ones(len(after), bool) if kind == "dynamic" else after
    parts = {
        float(value): _weighted(effects, rows & (label == value))
        for value in np.unique(label[rows])
    }
    if kind == "group":
        return _table(effects, parts, _over_groups(effects, parts), level)
    counted = [part for value, part in parts.items() if kind == "calendar" or value >= 0]
    overall = (
        float(np.mean([estimate for estimate, _ in counted])),
        np.mean([influence for _, influence in counted], axis=0),
    )
    return _table(effects, parts, overall, level)


def effects_table(effects: GroupTimeEffects, level: float = 0.95) -> pd.DataFrame:
    """Return the group-time effects with intervals: start, wave, estimate, lower, upper, p."""
    rows = [
        {"start": start, "wave": wave} | interval(effects, estimate, influence, level)
        for start, wave, estimate, influence in zip(
            effects.start, effects.wave, effects.estimate, effects.influence.T, strict=True
        )
    ]
    return pd.DataFrame(rows)


def _since(effects: GroupTimeEffects) -> Floats:
    return effects.wave - effects.start


def _weighted(effects: GroupTimeEffects, keep: Bools) -> Average:
    """Average effects with the groups' shares as weights, whose own sampling error counts."""
    kept = np.flatnonzero(keep)
    shares = np.array([effects.share[start] for start in effects.start[kept]])
    member = effects.starts[:, None] == effects.start[kept]
    influence = effects.influence[:, kept]
    return _combine(effects, effects.estimate[kept], influence, shares, member)


def _over_groups(effects: GroupTimeEffects, parts: dict[float, Average]) -> Average:
    groups = np.array(list(parts))
    estimates = np.array([estimate for estimate, _ in parts.values()])
    influence = np.column_stack([part for _, part in parts.values()])
    shares = np.array([effects.share[group] for group in groups])
    return _combine(effects, estimates, influence, shares, effects.starts[:, None] == groups)


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
