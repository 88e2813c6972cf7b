"""Rules over the plan of a wijk: its goals, the interventions chosen for them, and their evidence.

Each rule yields a subject and the fields of its question, once per case.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding
from wijkkit.evaluation.logic_model.survey_measures import indicator_finding
from wijkkit.evaluation.process.measures import sum_ratio
from wijkkit.registry.tables import GOAL_COLUMNS

Case = tuple[str, dict[str, object]]


def _goals(facts: Facts, wijk: str) -> list[dict]:
    return facts.goals(wijk).to_dict("records")


def _interventions(facts: Facts, wijk: str) -> pd.DataFrame:
    table = facts.kept("interventions", wijk)
    return table[~table["status"].isin(["stopped"])]


def _serving(facts: Facts, wijk: str, goal: str) -> pd.DataFrame:
    table = _interventions(facts, wijk)
    return table[table[list(GOAL_COLUMNS)].eq(goal).any(axis=1)]


def _indicator_of(facts: Facts, goal: dict) -> str | None:
    """Return the indicator of a goal: its own, or that of the study's goal it stands for."""
    if not pd.isna(goal["indicator"]):
        return goal["indicator"]
    by_study = {item.id: item.indicator for item in facts.study.goals}
    return by_study.get(goal["study_goal"])


def _finding(facts: Facts, wijk: str, goal: dict) -> Finding | None:
    indicator = _indicator_of(facts, goal)
    known = indicator in facts.study.indicators
    return indicator_finding(facts, wijk, indicator) if known and indicator else None


def goal_without_intervention(facts: Facts, wijk: str) -> Iterator[Case]:
    """A goal on which no intervention works."""
    for goal in _goals(facts, wijk):
        if _serving(facts, wijk, goal["key"]).empty:
            yield goal["key"], {"goal": goal["name"]}


def intervention_without_goal(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that works on no goal; comparator wijken set no goals together."""
    if facts.study.neighbourhood(wijk).arm == "comparator":
        return
    table = _interventions(facts, wijk)
    for item in table[table[list(GOAL_COLUMNS)].isna().all(axis=1)].to_dict("records"):
        yield item["key"], {"intervention": item["name"]}


def no_data_for_goal(facts: Facts, wijk: str) -> Iterator[Case]:
    """A goal without an indicator, or whose indicator has no figure for this wijk."""
    for goal in _goals(facts, wijk):
        finding = _finding(facts, wijk, goal)
        if finding is None or finding.state == "not_measured":
            yield goal["key"], {"goal": goal["name"]}


def goal_without_target(facts: Facts, wijk: str) -> Iterator[Case]:
    """A goal without a baseline or without a target."""
    for goal in _goals(facts, wijk):
        if pd.isna(goal["target"]) or pd.isna(goal["baseline"]):
            yield goal["key"], {"goal": goal["name"]}


def goal_worse(facts: Facts, wijk: str) -> Iterator[Case]:
    """A goal whose indicator became worse."""
    for goal in _goals(facts, wijk):
        finding = _finding(facts, wijk, goal)
        if finding is not None and finding.state == "worse":
            yield goal["key"], {"goal": goal["name"], "finding": finding.words}


def evidence_unknown(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention whose level of evidence was not registered."""
    table = _interventions(facts, wijk)
    for item in table[table["evidence"].isna()].to_dict("records"):
        yield item["key"], {"intervention": item["name"]}


def no_evidence(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that no recognised database knows."""
    table = _interventions(facts, wijk)
    for item in table[table["evidence"].eq("none")].to_dict("records"):
        yield item["key"], {"intervention": item["name"]}


def done_without_change(facts: Facts, wijk: str) -> Iterator[Case]:
    """A goal that did not change although its interventions were carried out as planned."""
    activities = facts.kept("activities", wijk)
    enough = 100 * facts.study.settings.evaluation.explanations.minimum_implementation
    for goal in _goals(facts, wijk):
        serving = _serving(facts, wijk, goal["key"])["key"]
        rows = activities[activities["intervention"].isin(serving)]
        dose = sum_ratio(rows, "delivered_sessions", "planned_sessions")
        finding = _finding(facts, wijk, goal)
        carried_out = dose.status == "ok" and dose.value >= enough
        if carried_out and finding is not None and finding.state == "same":
            yield goal["key"], {"goal": goal["name"]}
