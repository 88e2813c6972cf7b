"""Candidate interventions of every wijk, ranked for its goals."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.choice import Choice, choose
from wijkkit.evaluation.choice.sentences import choice_sentences
from wijkkit.evaluation.facts import Facts
from wijkkit.loaders.catalogue import load_catalogue
from wijkkit.registry.tables import GOAL_COLUMNS
from wijkkit.released.goals import target_state

RANKING_COLUMNS = ["intervention", "name", "weighted_sum", "rank", "net_flow", "outranking_rank"]
STABILITY_COLUMNS = ["first", "top_three", "best_rank", "worst_rank", "unknown"]
SCORE_COLUMNS = ["intervention", "criterion", "weight", "score", "known", "contribution", "reason"]


def choice_tables(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return goals, ranking, its scores and its sentences for every wijk; empty without catalogue.

    A study without goals, or without a catalogue, has nothing to rank.
    """
    candidates = load_catalogue(facts.study)
    wijken = list(facts.study.neighbourhoods) if len(candidates) and facts.study.goals else []
    goals = {wijk: wijk_goals(facts, wijk) for wijk in wijken}
    found = {wijk: _choose(facts, candidates, wijk, goals[wijk]) for wijk in wijken}
    rankings = [choice.ranking.assign(wijk=wijk) for wijk, choice in found.items()]
    scores = [choice.scores.assign(wijk=wijk) for wijk, choice in found.items()]
    labels = {goal.id: facts.study.text(goal.label) for goal in facts.study.goals}
    budget = facts.study.settings.choice.budget
    said = [
        (wijk, "choice", sentence)
        for wijk, choice in found.items()
        for sentence in choice_sentences(choice, labels, budget, facts.study.language)
    ]
    aims = [table.assign(wijk=wijk) for wijk, table in goals.items()]
    return {
        "choice_goals": _stacked(aims, ["wijk", "goal", "label"]),
        "choice": _stacked(rankings, ["wijk", *RANKING_COLUMNS, *STABILITY_COLUMNS]),
        "choice_scores": _stacked(scores, ["wijk", *SCORE_COLUMNS]),
        "choice_sentences": pd.DataFrame(said, columns=["wijk", "topic", "sentence"]),
    }


def wijk_goals(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the shared goals that a wijk chose: ``goal, label``; all where it chose none yet."""
    chosen = set(facts.goals(wijk)["study_goal"].dropna())
    goals = [goal for goal in facts.study.goals if goal.id in chosen] or facts.study.goals
    labels = [(goal.id, facts.study.text(goal.label)) for goal in goals]
    return pd.DataFrame(labels, columns=["goal", "label"])


def open_goals(facts: Facts, wijk: str, goals: list[str]) -> list[str]:
    """Return the goals that still ask for something.

    A goal is open when its target is not known to be reached, or when all that works on it is
    without evidence or without any activity.
    """
    return [
        goal for goal in goals if not _reached(facts, wijk, goal) or _only_weak(facts, wijk, goal)
    ]


def _reached(facts: Facts, wijk: str, goal: str) -> bool:
    """Return whether the last figure of a goal is on the right side of its target, margin and all."""
    study_goal = next(item for item in facts.study.goals if item.id == goal)
    levels = facts.estimate(study_goal.indicator, wijk)
    own = facts.goals(wijk)
    targets = own.loc[own["study_goal"].eq(goal), "target"].dropna()
    wanted = study_goal.target.value if study_goal.target else None
    target = float(targets.iloc[0]) if len(targets) else wanted
    direction = facts.study.indicators[study_goal.indicator].direction
    last = levels.iloc[-1] if len(levels) else None
    return target_state(last, target, direction) == "reached"


def _only_weak(facts: Facts, wijk: str, goal: str) -> bool:
    """Return whether anything runs for a goal, and all of it lacks evidence or activities."""
    own = facts.goals(wijk)
    keys = set(own.loc[own["study_goal"].eq(goal), "key"])
    items = facts.kept("interventions", wijk)
    items = items[items["status"].eq("running") & items[list(GOAL_COLUMNS)].isin(keys).any(axis=1)]
    counted = items["key"].isin(facts.kept("activities", wijk)["intervention"])
    strong = items["evidence"].notna() & items["evidence"].ne("none") & counted
    return len(items) > 0 and not strong.any()


def _choose(facts: Facts, candidates: pd.DataFrame, wijk: str, goals: pd.DataFrame) -> Choice:
    study = facts.study
    running = facts.kept("interventions", wijk)
    running = running.loc[running["status"].eq("running"), "catalogue"].dropna()
    return choose(
        candidates,
        goals,
        settings=study.settings.choice,
        running=set(running) & set(candidates["intervention"]),
        open_goals=open_goals(facts, wijk, list(goals["goal"])),
        factors=study.settings.choice.factors.get(wijk, ()),
        language=study.language,
    )


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]
