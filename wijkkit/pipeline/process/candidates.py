"""Candidate interventions of every wijk, ranked for its goals."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.choice import Choice, choose
from wijkkit.evaluation.choice.sentences import choice_sentences
from wijkkit.evaluation.facts import Facts
from wijkkit.loaders.catalogue import load_catalogue

RANKING_COLUMNS = ["intervention", "name", "weighted_sum", "rank", "net_flow", "outranking_rank"]
STABILITY_COLUMNS = ["first", "top_three", "best_rank", "worst_rank", "unknown"]
SCORE_COLUMNS = ["intervention", "criterion", "weight", "score", "known", "contribution", "reason"]


def choice_tables(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return the ranking, its scores and its sentences for every wijk; empty without catalogue.

    A study without goals, or without a catalogue, has nothing to rank.
    """
    candidates = load_catalogue(facts.study)
    wijken = list(facts.study.neighbourhoods) if len(candidates) and facts.study.goals else []
    found = {wijk: _choose(facts, candidates, wijk) for wijk in wijken}
    rankings = [choice.ranking.assign(wijk=wijk) for wijk, choice in found.items()]
    scores = [choice.scores.assign(wijk=wijk) for wijk, choice in found.items()]
    labels = {goal.id: facts.study.text(goal.label) for goal in facts.study.goals}
    budget = facts.study.settings.choice.budget
    said = [
        (wijk, "choice", sentence)
        for wijk, choice in found.items()
        for sentence in choice_sentences(choice, labels, budget, facts.study.language)
    ]
    return {
        "choice": _stacked(rankings, ["wijk", *RANKING_COLUMNS, *STABILITY_COLUMNS]),
        "choice_scores": _stacked(scores, ["wijk", *SCORE_COLUMNS]),
        "choice_sentences": pd.DataFrame(said, columns=["wijk", "topic", "sentence"]),
    }


def _choose(facts: Facts, candidates: pd.DataFrame, wijk: str) -> Choice:
    study = facts.study
    running = facts.kept("interventions", wijk)
    running = running.loc[running["status"].eq("running"), "catalogue"].dropna()
    return choose(
        candidates,
        pd.DataFrame(
            {
                "goal": [g.id for g in study.goals],
                "label": [study.text(g.label) for g in study.goals],
            }
        ),
        settings=study.settings.choice,
        running=set(running) & set(candidates["intervention"]),
        factors=study.settings.choice.factors.get(wijk, ()),
        language=study.language,
    )


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]
