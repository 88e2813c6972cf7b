"""Rules over what was done in a wijk: steps, activities, reach, decisions, clashes.

Each rule yields a subject and the fields of its question, once per case.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.sentences import as_sentence
from wijkkit.language import day, number, percentage, text

Case = tuple[str, dict[str, object]]


def nothing_registered(facts: Facts, wijk: str) -> Iterator[Case]:
    """A wijk of which neither steps, goals, interventions nor activities were registered."""
    kinds = ("steps", "goals", "interventions", "activities")
    if all(facts.kept(kind, wijk).empty for kind in kinds):
        yield "", {}


def step_overdue(facts: Facts, wijk: str) -> Iterator[Case]:
    """The first step past its planned end; later ones wait for it."""
    language = facts.study.language
    late = [row for row in facts.steps(wijk) if row["against_plan"] == "overdue"]
    for row in late[:1]:
        yield (
            row["step"],
            {
                "step": row["step"],
                "name": text(f"process.step.{row['step']}", language),
                "days": number(row["days_late"], language),
                "day": day(facts.as_of, language),
            },
        )


def _running(facts: Facts, wijk: str) -> list[dict]:
    items = facts.records("interventions", wijk)
    return [item for item in items if item["status"] == "running" or not pd.isna(item["start"])]


def no_activities(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that runs, of which no activity was registered."""
    for item in _running(facts, wijk):
        if not len(facts.activities(wijk, item["key"])["name"]):
            yield item["key"], {"intervention": item["name"]}


def low_reach(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that reached less than a part (a third) of what was planned."""
    limit = 100 * facts.study.settings.process.low_reach
    for item in _running(facts, wijk):
        reach = facts.measure("reach_of_plan", wijk, item["key"])
        if reach is not None and reach["status"] == "ok" and reach["value"] < limit:
            share = percentage(reach["value"], facts.study.language)
            yield item["key"], {"intervention": item["name"], "share": share}


def low_ses_missed(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that reaches families with a low SES less than their part in its target.

    Where the SES of a part of the participants is known, only when the interval says so.
    """
    limit = -facts.study.settings.process.low_ses_gap
    for item in _running(facts, wijk):
        gap = facts.measure("equity", wijk, item["key"])
        if gap is None or gap["status"] != "ok":
            continue
        counted = gap["basis"] == "count"
        if (counted and gap["value"] < limit) or (not counted and gap["upper"] < 0):
            yield item["key"], {"intervention": item["name"]}


def decision_overdue(facts: Facts, wijk: str) -> Iterator[Case]:
    """A decision that is still open after the day it was due."""
    today = pd.Timestamp(facts.as_of)
    for row in facts.records("decisions", wijk):
        if row["status"] not in ("open", "taken") or not pd.Timestamp(row["due"]) < today:
            continue
        fields = {
            "decision": row["decision"].rstrip("."),
            "day": day(row["due"], facts.study.language),
        }
        yield row["key"], fields


def clash_open(facts: Facts, wijk: str) -> Iterator[Case]:
    """A clash with a city-wide programme or procurement that was not solved."""
    for row in facts.records("flags", wijk):
        if row["status"] == "open":
            yield row["key"], {"what": as_sentence(row["what"])}
