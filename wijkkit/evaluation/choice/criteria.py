"""Score each candidate on each criterion, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.language import listed, number, percentage, text

#: Highest level of evidence of the recognised databases of interventions.
HIGHEST_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Context:
    """What a wijk asks of an intervention.

    `goals`: Goal -> priority (more than zero). `goal_labels`: Goal -> how readers call it.
    `factors`: Risk and protective factors that ask attention here. `running`: Interventions that
    already run here -> how readers call them. `reference_cost`: The cost that scores zero: the
    budget, or the dearest candidate.
    """

    goals: Mapping[str, float]
    goal_labels: Mapping[str, str]
    factors: tuple[str, ...]
    running: Mapping[str, str]
    reference_cost: float
    language: str


class Score(NamedTuple):
    """A score from 0 to 1, whether it was known, and why."""

    value: float
    known: bool
    reason: str


def scores(candidates: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Return one row per candidate and criterion: score, known, reason.

    ``intervention, criterion, score, known, reason``. What the catalogue does not say scores 0,
    `known` is False and the reason says so.
    """
    rows = [
        (candidate["intervention"], criterion, *score(candidate, context))
        for candidate in candidates.to_dict("records")
        for criterion, score in _SCORES.items()
    ]
    return pd.DataFrame(rows, columns=["intervention", "criterion", "score", "known", "reason"])


def _say(key: str, context: Context, **fields: object) -> str:
    return text(f"choice.reason.{key}", context.language, **fields)


def _unknown(criterion: str, context: Context) -> Score:
    return Score(0.0, False, _say(f"{criterion}_unknown", context))


def _goal_fit(candidate: dict, context: Context) -> Score:
    served = [goal for goal in context.goals if goal in candidate["goals"]]
    if not served:
        return Score(0.0, True, _say("goal_fit_none", context))
    value = sum(context.goals[goal] for goal in served) / sum(context.goals.values())
    names = listed([context.goal_labels.get(goal, goal) for goal in served], context.language)
    return Score(value, True, _say("goal_fit", context, goals=names))


def _factor_fit(candidate: dict, context: Context) -> Score:
    if not context.factors:
        return _unknown("factor_fit", context)
    hit = [factor for factor in context.factors if factor in candidate["factors"]]
    n, of, factors = len(hit), len(context.factors), listed(hit, context.language)
    key = "factor_fit" if hit else "factor_fit_none"
    return Score(n / of, True, _say(key, context, factors=factors, n=n, of=of))


def _evidence(candidate: dict, context: Context) -> Score:
    level = candidate["evidence"]
    if pd.isna(level):
        return _unknown("evidence", context)
    if level == 0:
        return Score(0.0, True, _say("evidence_none", context))
    label = text(f"choice.evidence_level.{int(level)}", context.language)
    return Score(level / HIGHEST_EVIDENCE, True, _say("evidence", context, level=label))


def _reach(candidate: dict, context: Context) -> Score:
    reach = candidate["reach"]
    if pd.isna(reach):
        return _unknown("reach", context)
    shown = percentage(reach, context.language)
    return Score(reach / 100, True, _say("reach", context, reach=shown))


def _equity(candidate: dict, context: Context) -> Score:
    reach, low = candidate["reach"], candidate["reach_low_ses"]
    if pd.isna(reach) or pd.isna(low) or reach == 0:
        return _unknown("equity", context)
    shown = {"low": percentage(low, context.language), "reach": percentage(reach, context.language)}
    return Score(min(1.0, low / reach), True, _say("equity", context, **shown))


def _fit_running(candidate: dict, context: Context) -> Score:
    if candidate["intervention"] in context.running:
        return Score(0.0, True, _say("fit_running_already", context))
    for how, value, said in (("overlaps", 0.0, "_overlap"), ("strengthens", 1.0, "")):
        names = [name for key, name in context.running.items() if key in candidate[how]]
        if names:
            others = listed(names, context.language)
            return Score(value, True, _say(f"fit_running{said}", context, others=others))
    return Score(0.5, True, _say("fit_running_neutral", context))


def _cost(candidate: dict, context: Context) -> Score:
    cost = candidate["cost"]
    if pd.isna(cost):
        return _unknown("cost", context)
    value = 1.0 if context.reference_cost == 0 else max(0.0, 1 - cost / context.reference_cost)
    fields = {
        "cost": number(cost, context.language),
        "reference": number(context.reference_cost, context.language),
    }
    return Score(value, True, _say("cost", context, **fields))


_SCORES: Mapping[str, Callable[[dict, Context], Score]] = {
    "goal_fit": _goal_fit,
    "factor_fit": _factor_fit,
    "evidence": _evidence,
    "reach": _reach,
    "equity": _equity,
    "fit_running": _fit_running,
    "cost": _cost,
}
CRITERIA = tuple(_SCORES)


# Rank candidates on weighted scores, in two ways, and see how firm the ranking is.


def normalised(weights: np.ndarray) -> np.ndarray:
    """Return `weights` scaled to a sum of one.

    >>> import numpy as np
    >>> normalised(np.array([3, 1])).tolist()
    [0.75, 0.25]
    """
    weights = np.asarray(weights, dtype=float)
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() == 0:
        raise EstimationError(
            "these weights rank nothing",
            found=", ".join(f"{weight:g}" for weight in weights),
            expected="numbers of zero or more, at least one above zero",
            remedy="Give at least one criterion a weight.",
        )
    return weights / weights.sum()


def criterion_flows(scores: np.ndarray, indifference: float, preference: float) -> np.ndarray:
    """Return each candidate's PROMETHEE net flow on each criterion alone.

    The net flow of a candidate is the mean preference for it over the others minus the mean
    preference of the others over it, from -1 to 1. The flow over all criteria is the weighted
    sum of these, so a change of weights needs no new comparison. Preference grows linearly from
    `indifference` to `preference` (the method's criterion type V).

    `scores`: From 0 to 1, higher is better.

    Brans JP, Vincke Ph (1985). A preference ranking organisation method. Management Science 31(6),
    647-656.

    >>> import numpy as np
    >>> criterion_flows(np.array([[1.0], [0.5], [0.0]]), 0.0, 0.5).ravel().tolist()
    [1.0, 0.0, -1.0]
    """
    from pymcdm.methods import PROMETHEE_II

    candidates, criteria = scores.shape
    if candidates < 2:
        return np.zeros(scores.shape)
    columns = []
    for j in range(criteria):
        # An instance serves one call only: it keeps its preference functions in a generator.
        method = PROMETHEE_II("vshape_2", p=[preference], q=[indifference])
        columns.append(method(scores[:, [j]], np.ones(1), np.ones(1), validation=False))
    return np.column_stack(columns)


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks down the first axis, 1 the highest; equal values share the best rank.

    Values that differ by less than 1e-9 are equal: sums in another order must not part them.
    """
    rounded = pd.DataFrame(np.round(np.atleast_2d(values.T).T, 9))
    found = rounded.rank(method="min", ascending=False).to_numpy(dtype=int)
    return found.reshape(values.shape)


def changed_weights(weights: np.ndarray, concentration: float, draws: int, seed: int) -> np.ndarray:
    """Draw weights around `weights`: Dirichlet with mean `weights`; a weight of zero stays zero."""
    drawn = np.zeros((len(weights), draws))
    used = weights > 0
    rng = np.random.default_rng(seed)
    drawn[used] = rng.dirichlet(concentration * weights[used], size=draws).T
    return drawn


def rank_stability(values: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Return how each candidate's rank moves when the weights move.

    Per candidate ``first`` and ``top_three`` (percentage of the draws) and ``best_rank``,
    ``worst_rank`` (5th and 95th percentile of its rank).
    """
    found = ranks(values @ weights)
    best, worst = np.percentile(found, [5, 95], axis=1, method="nearest")
    return pd.DataFrame(
        {
            "first": 100 * (found == 1).mean(axis=1),
            "top_three": 100 * (found <= 3).mean(axis=1),
            "best_rank": best.astype(int),
            "worst_rank": worst.astype(int),
        }
    )
