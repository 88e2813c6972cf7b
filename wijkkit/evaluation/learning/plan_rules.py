"""Rules over the plan of a wijk: its goals, the interventions chosen for them, and their evidence.

Each rule yields a subject and the fields of its question, once per case.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding, indicator_finding
from wijkkit.evaluation.process.measures import Measure, sum_ratio
from wijkkit.registry.tables import GOAL_COLUMNS

Case = tuple[str, dict[str, object]]


def _goals(facts: Facts, wijk: str) -> list[dict]:
    return [goal for goal in facts.records("goals", wijk) if goal["status"] != "dropped"]


def _interventions(facts: Facts, wijk: str) -> list[dict]:
    return [item for item in facts.records("interventions", wijk) if item["status"] != "stopped"]


def _serving(facts: Facts, wijk: str, goal: str) -> list[str]:
    """Return the keys of the interventions that work on a goal."""
    items = _interventions(facts, wijk)
    return [item["key"] for item in items if goal in [item[name] for name in GOAL_COLUMNS]]


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
        if not _serving(facts, wijk, goal["key"]):
            yield goal["key"], {"goal": goal["name"]}


def intervention_without_goal(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that works on no goal; comparator wijken set no goals together."""
    if facts.study.neighbourhood(wijk).arm == "comparator":
        return
    for item in _interventions(facts, wijk):
        if all(pd.isna(item[name]) for name in GOAL_COLUMNS):
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
    for item in _interventions(facts, wijk):
        if pd.isna(item["evidence"]):
            yield item["key"], {"intervention": item["name"]}


def no_evidence(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that no recognised database knows."""
    for item in _interventions(facts, wijk):
        if item["evidence"] == "none":
            yield item["key"], {"intervention": item["name"]}


def done_without_change(facts: Facts, wijk: str) -> Iterator[Case]:
    """A goal that did not change although its interventions were carried out as planned."""
    enough = 100 * facts.study.settings.evaluation.explanations.minimum_implementation
    for goal in _goals(facts, wijk):
        serving = _serving(facts, wijk, goal["key"])
        parts = [
            sum_ratio(facts.activities(wijk, key), "delivered_sessions", "planned_sessions")
            for key in serving
        ]
        known = [part for part in parts if part.status == "ok"]
        dose = Measure.ratio(
            sum(part.numerator for part in known), sum(part.denominator for part in known)
        )
        finding = _finding(facts, wijk, goal)
        carried_out = dose.status == "ok" and dose.value >= enough
        if carried_out and finding is not None and finding.state == "same":
            yield goal["key"], {"goal": goal["name"]}
