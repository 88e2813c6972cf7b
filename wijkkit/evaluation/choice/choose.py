"""Rank a catalogue of interventions for one wijk's goals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError, Problem
from wijkkit.evaluation.choice.criteria import (
    CRITERIA,
    Context,
    changed_weights,
    criterion_flows,
    normalised,
    rank_stability,
    ranks,
    scores,
)
from wijkkit.study.settings import ChoiceSettings

# The best combination of interventions within a budget, covering every goal.


@dataclass(frozen=True, slots=True, repr=False)
class Package(ShowsItself):
    """A combination of interventions.

    `status`: ``optimal``; ``over_budget``: covering every goal costs at least `least_cost`;
    ``uncovered``: `uncovered` goals have no candidate at all. `chosen`: The interventions, in the
    catalogue's order; empty unless `status` is ``optimal``. `cost`, `value`: Sum of their costs and
    of their scores. `least_cost`: Absent where covering every goal cannot be done. `uncovered`:
    Goals that no candidate and nothing that runs works on. `left_out`: Candidates whose cost is not
    known: they cannot be part of a package. `works_on`: The wanted goals that what was chosen works
    on.
    """

    status: str
    chosen: tuple[str, ...]
    cost: float
    value: float
    least_cost: float
    uncovered: tuple[str, ...]
    left_out: tuple[str, ...]
    works_on: tuple[str, ...] = ()


def choose_package(
    candidates: pd.DataFrame,
    value: Sequence[float],
    goals: Collection[str],
    *,
    budget: float,
) -> Package:
    """Choose the interventions with the highest total value that cover every goal.

    .. math:: \\max \\sum_i v_i x_i, \\quad \\sum_i c_i x_i \\le B, \\quad
              \\sum_{i \\in G_g} x_i \\ge 1 \\;\\forall g, \\quad x_i + x_j \\le 1

    where the last holds for interventions that overlap, and :math:`x_i` is 0 or 1.

    `candidates`: ``intervention, goals, overlaps, cost``; one row each. `value`: What each is worth,
    zero or more: its weighted sum. `budget`: In the unit of `cost`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"intervention": ["a", "b", "c"], "cost": [6.0, 5.0, 5.0],
    ...     "goals": [("x", "y"), ("x",), ("y",)], "overlaps": [(), (), ()]})
    >>> choose_package(table, [0.9, 0.6, 0.6], ["x", "y"], budget=10).chosen
    ('b', 'c')
    """
    if not budget > 0 or np.any(np.asarray(value, dtype=float) < 0):
        raise EstimationError(
            "no package can be chosen",
            found=f"budget {budget}, smallest value {min(value, default=0)}",
            expected="a budget above zero and values of zero or more",
            remedy="Give choice.budget in study.yml.",
        )
    priced = candidates["cost"].notna().to_numpy()
    table = candidates[priced].reset_index(drop=True)
    left_out = tuple(candidates.loc[~priced, "intervention"])
    worth = np.asarray(value, dtype=float)[priced]
    serves = np.array([[goal in row for row in table["goals"]] for goal in goals])
    serves = serves.reshape(len(goals), len(table)).astype(float)
    uncovered = tuple(g for g, row in zip(goals, serves, strict=True) if not row.any())
    cost = table["cost"].to_numpy(dtype=float)
    if uncovered:
        return Package("uncovered", (), 0.0, 0.0, np.nan, uncovered, left_out)
    rules = _rules(table, serves)
    cheapest = _solve(cost, rules, len(table))
    least = float(cost @ cheapest) if cheapest is not None else np.nan
    if cheapest is None or least > budget:
        return Package("over_budget", (), 0.0, 0.0, least, (), left_out)
    within = LinearConstraint(cost.reshape(1, -1), ub=budget)
    best = _solve(-worth, [*rules, within] if len(table) else rules, len(table))
    taken = (cheapest if best is None else best).astype(bool)
    chosen = tuple(table.loc[taken, "intervention"])
    works_on = {goal for row in table.loc[taken, "goals"] for goal in row}
    return Package(
        "optimal",
        chosen,
        float(cost[taken].sum()),
        float(worth[taken].sum()),
        least,
        (),
        left_out,
        tuple(goal for goal in goals if goal in works_on),
    )


def _rules(table: pd.DataFrame, serves: np.ndarray) -> list[LinearConstraint]:
    rules = [LinearConstraint(serves, lb=1)] if len(serves) else []
    names = list(table["intervention"])
    for i, overlaps in enumerate(table["overlaps"]):
        for name in overlaps:
            if name in names and name != names[i]:
                pair = np.zeros((1, len(table)))
                pair[0, [i, names.index(name)]] = 1
                rules.append(LinearConstraint(pair, ub=1))
    return rules


def _solve(
    objective: np.ndarray, rules: list[LinearConstraint], candidates: int
) -> np.ndarray | None:
    if candidates == 0:
        return np.zeros(0)
    found = milp(objective, constraints=rules, integrality=np.ones(candidates), bounds=Bounds(0, 1))
    return None if found.x is None else np.round(found.x)


@dataclass(frozen=True, slots=True, repr=False)
class Choice(ShowsItself):
    """A ranking that can be opened.

    Parameters
    ----------
    ranking : DataFrame
        One row per candidate that works on any of the goals, best first: ``intervention, name,
        weighted_sum, rank, net_flow, outranking_rank, first, top_three, best_rank, worst_rank,
        unknown``. `rank` is that of the weighted sum, `outranking_rank` that of PROMETHEE II; the
        four after it say how the rank moves with the weights; `unknown` counts criteria of which
        nothing is known.
    scores : DataFrame
        One row per candidate and criterion: ``intervention, criterion, weight, score, known,
        contribution, reason``. Contributions add up to the weighted sum.
    weights : dict of str to float
        As used: they add up to one.
    unserved : tuple of str
        Goals that no candidate works on.
    package : Package or None
        The best combination of what does not run yet and works on an open goal; None without a
        budget.
    goals, open_goals : tuple of str
        The goals, and those of them that still ask for something.
    running : tuple of str
        Interventions that run already.
    aside : tuple of str
        Those of them that work on none of the goals.
    """

    ranking: pd.DataFrame
    scores: pd.DataFrame
    weights: dict[str, float]
    unserved: tuple[str, ...]
    package: Package | None
    goals: tuple[str, ...]
    open_goals: tuple[str, ...]
    running: tuple[str, ...]
    aside: tuple[str, ...]


def choose(
    candidates: pd.DataFrame,
    goals: pd.DataFrame,
    *,
    settings: ChoiceSettings | None = None,
    weights: Mapping[str, float] | None = None,
    budget: float | None = None,
    running: Collection[str] = (),
    open_goals: Collection[str] | None = None,
    factors: Collection[str] = (),
    language: str = "nl",
) -> Choice:
    """Rank the interventions of a catalogue for a wijk's goals.

    Parameters
    ----------
    candidates : DataFrame
        The catalogue, see `wijkkit.loaders.standard_table.load_catalogue`.
    goals : DataFrame
        ``goal, label`` and, where goals differ in it, ``priority`` (above zero).
    settings : ChoiceSettings, optional
        Weights, budget, thresholds and draws; those of ``choice:`` in study.yml.
    weights, budget : optional
        Instead of those in `settings`: what the network moves.
    running : collection of str
        Interventions that already run in this wijk.
    open_goals : collection of str, optional
        Goals that still ask for something; where absent, those that nothing that runs works on.
    factors : collection of str
        Risk and protective factors that ask attention in this wijk.

    Raises
    ------
    EstimationError
        There is no candidate or no goal, a weight names no criterion, or a priority is not
        above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> catalogue = pd.DataFrame({"intervention": ["play", "talk"], "name": ["Play", "Talk"],
    ...     "goals": [("outdoor",), ("support",)], "factors": [(), ()], "evidence": [3.0, 1.0],
    ...     "reach": [40.0, 30.0], "reach_low_ses": [40.0, 10.0], "cost": [5000.0, 4000.0],
    ...     "strengthens": [(), ()], "overlaps": [(), ()]})
    >>> goals = pd.DataFrame({"goal": ["outdoor"], "label": ["More outdoor play"]})
    >>> found = choose(catalogue, goals, language="en")
    >>> found.ranking["intervention"].tolist(), found.unserved
    (['play'], ())
    """
    settings = settings or ChoiceSettings()
    used = {**settings.weights.model_dump(), **(weights or {})}
    budget = settings.budget if budget is None else budget
    EstimationError.raise_for(_check(candidates, goals, used))
    served = {goal for row in candidates["goals"] for goal in row}
    works = np.array([bool(set(row) & set(goals["goal"])) for row in candidates["goals"]])
    runs = candidates["intervention"].isin(set(running)).to_numpy()
    aside = tuple(candidates.loc[runs & ~works, "name"])
    covered = {goal for row in candidates.loc[runs, "goals"] for goal in row}
    wanted = set(goals["goal"]) - covered if open_goals is None else set(open_goals)
    candidates = candidates[works].reset_index(drop=True)
    weight = normalised(np.array([used[criterion] for criterion in CRITERIA]))
    context = _context(candidates, goals, budget, running, factors, language)
    found = scores(candidates, context)
    matrix = found["score"].to_numpy().reshape(len(candidates), len(CRITERIA))
    total = matrix @ weight
    flow = criterion_flows(matrix, settings.indifference, settings.preference) @ weight
    drawn = changed_weights(weight, settings.concentration, settings.draws, settings.seed)
    ranking = pd.DataFrame(
        {
            "intervention": candidates["intervention"].to_numpy(),
            "name": candidates["name"].to_numpy(),
            "weighted_sum": total,
            "rank": ranks(total),
            "net_flow": flow,
            "outranking_rank": ranks(flow),
        }
    ).join(rank_stability(matrix, drawn))
    ranking["unknown"] = (~found["known"].to_numpy().reshape(matrix.shape)).sum(axis=1)
    found["weight"] = np.tile(weight, len(candidates))
    found["contribution"] = found["score"] * found["weight"]
    still_open = tuple(goal for goal in goals["goal"] if goal in wanted)
    package = None
    if budget is not None:
        # Of what does not run yet and works on a goal that is open.
        fits = np.array([not wanted.isdisjoint(row) for row in candidates["goals"]], dtype=bool)
        free = fits & ~candidates["intervention"].isin(set(running)).to_numpy()
        table = candidates[free].reset_index(drop=True)
        package = choose_package(table, total[free], list(still_open), budget=budget)
    return Choice(
        ranking=ranking.sort_values(["rank", "outranking_rank", "name"]).reset_index(drop=True),
        scores=found[_SCORE_COLUMNS],
        weights=dict(zip(CRITERIA, weight.tolist(), strict=True)),
        unserved=tuple(goal for goal in goals["goal"] if goal not in served),
        package=package,
        goals=tuple(goals["goal"]),
        open_goals=still_open,
        running=tuple(candidates.loc[runs[works], "intervention"]),
        aside=aside,
    )


_SCORE_COLUMNS = ["intervention", "criterion", "weight", "score", "known", "contribution", "reason"]


def _check(
    candidates: pd.DataFrame, goals: pd.DataFrame, weights: Mapping[str, float]
) -> Iterator[Problem]:
    if candidates.empty:
        yield Problem("no interventions to choose from", remedy="Fill the catalogue.")
    if goals.empty:
        yield Problem("no goals to choose for", remedy="Add goals to study.yml.")
    for name in sorted(set(weights) - set(CRITERIA)):
        yield Problem(
            f"unknown criterion '{name}'",
            found=name,
            expected=", ".join(CRITERIA),
            remedy="Use one of these.",
        )
    if "priority" in goals and not (goals["priority"] > 0).all():
        yield Problem(
            "a goal without a priority above zero",
            found=", ".join(goals.loc[~(goals["priority"] > 0), "goal"]),
            remedy="Give each goal a priority, or leave the goal out.",
        )


def _context(
    candidates: pd.DataFrame,
    goals: pd.DataFrame,
    budget: float | None,
    running: Collection[str],
    factors: Collection[str],
    language: str,
) -> Context:
    priority = goals["priority"] if "priority" in goals else pd.Series(1.0, goals.index)
    dearest = candidates["cost"].max()
    names = dict(zip(candidates["intervention"], candidates["name"], strict=True))
    return Context(
        goals=dict(zip(goals["goal"], priority, strict=True)),
        goal_labels=dict(zip(goals["goal"], goals["label"], strict=True)),
        factors=tuple(factors),
        running={key: names.get(key, key) for key in running},
        reference_cost=budget or (0.0 if pd.isna(dearest) else float(dearest)),
        language=language,
    )
