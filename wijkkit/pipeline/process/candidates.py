"""Candidate interventions of every wijk, ranked for its goals."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.choice import Choice, choose
from wijkkit.evaluation.choice.sentences import choice_sentences
from wijkkit.evaluation.facts import Facts
from wijkkit.loaders.catalogue import load_catalogue
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


def _choose(facts: Facts, candidates: pd.DataFrame, wijk: str, goals: pd.DataFrame) -> Choice:
    study = facts.study
    running = facts.kept("interventions", wijk)
    running = running.loc[running["status"].eq("running"), "catalogue"].dropna()
    met = _met(facts, candidates, wijk)
    return choose(
        candidates,
        goals,
        settings=study.settings.choice,
        running=set(running) & set(candidates["intervention"]),
        factors=study.settings.choice.factors.get(wijk, ()),
        met=met,
        language=study.language,
    )


def _met(facts: Facts, candidates: pd.DataFrame, wijk: str) -> set[str]:
    """Return the goals whose target was reached and on which something works that is proven.

    Proven is what is recognised, runs, and has registered activities.
    """
    table = facts.kept("interventions", wijk)
    done = table["key"].isin(facts.kept("activities", wijk)["intervention"])
    carried_out = table.loc[table["status"].eq("running") & done, "catalogue"]
    proven = candidates["intervention"].isin(carried_out) & candidates["evidence"].gt(0)
    worked_on = {goal for row in candidates.loc[proven, "goals"] for goal in row}
    targets = facts.goals(wijk).dropna(subset=["study_goal"]).set_index("study_goal")["target"]
    met = set()
    for goal in facts.study.goals:
        rows = facts.estimate(goal.indicator, wijk)
        own = goal.target.value if goal.target else None
        direction = facts.study.indicators[goal.indicator].direction
        last = rows.iloc[-1] if len(rows) else None
        if target_state(last, targets.get(goal.id, own), direction) == "reached":
            met.add(goal.id)
    return met & worked_on


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]
