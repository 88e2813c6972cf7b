"""The improvement cycle of a wijk, and questions for its network, each from one small rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.measures import Finding, clear_alone, indicator_finding
from wijkkit.evaluation.process.measures import Measure, sum_ratio
from wijkkit.evaluation.process.sentences import as_sentence
from wijkkit.language import (
    counted,
    day,
    large_first,
    listed,
    number,
    percentage,
    small_first,
    text,
)
from wijkkit.registry.tables import GOAL_COLUMNS

# Rules over the plan of a wijk: its goals, the interventions chosen for them, and their evidence.
#
# Each rule yields a subject and the fields of its question, once per case.

Case = tuple[str, dict[str, object]]


def _goals(facts: Facts, wijk: str) -> list[dict]:
    return [goal for goal in facts.records("goals", wijk) if goal["status"] != "dropped"]


def _interventions(facts: Facts, wijk: str) -> list[dict]:
    return [item for item in facts.records("interventions", wijk) if item["status"] != "stopped"]


def _serving(facts: Facts, wijk: str, goal: str) -> list[str]:
    """Return the keys of the interventions that work on a goal."""
    items = _interventions(facts, wijk)
    return [item["key"] for item in items if goal in [item[name] for name in GOAL_COLUMNS]]


def _finding(facts: Facts, wijk: str, goal: dict) -> Finding | None:
    indicator = facts.indicator_of(goal)
    return None if indicator is None else indicator_finding(facts, wijk, indicator)


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
        if pd.isna([goal["target"], goal["baseline"]]).any():
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
        parts = (
            sum_ratio(facts.activities(wijk, key), "delivered_sessions", "planned_sessions")
            for key in _serving(facts, wijk, goal["key"])
        )
        counts = [(part.numerator, part.denominator) for part in parts if part.status == "ok"]
        dose = Measure.ratio(*map(sum, zip(*counts, strict=True))) if counts else Measure()
        finding = _finding(facts, wijk, goal)
        carried_out = dose.status == "ok" and dose.value >= enough
        if not carried_out or finding is None or finding.state != "same":
            continue
        change = facts.change(finding.measure, wijk)
        if change is not None and not clear_alone(change):
            yield goal["key"], {"goal": goal["name"]}


# Rules over what was done in a wijk: steps, activities, reach, decisions, clashes.
#
# Each rule yields a subject and the fields of its question, once per case.


def nothing_registered(facts: Facts, wijk: str) -> Iterator[Case]:
    """A wijk of which neither steps, goals, interventions nor activities were registered."""
    kinds = ("steps", "goals", "interventions", "activities")
    if all(facts.registry_rows(kind, wijk).empty for kind in kinds):
        yield "", {}


def step_overdue(facts: Facts, wijk: str) -> Iterator[Case]:
    """The first step past its planned end; later ones wait for it."""
    language = facts.study.language
    late = [row for row in facts.steps(wijk) if row["against_plan"] == "overdue"]
    for row in late[:1]:
        fields = {
            "step": row["step"],
            "name": text(f"process.step.{row['step']}", language),
            "days": number(row["days_late"], language),
            "day": day(facts.as_of, language),
        }
        yield row["step"], fields


def _begun(facts: Facts, wijk: str) -> list[dict]:
    """Return the interventions that began by the day of judgement, also those that stopped since."""
    today = pd.Timestamp(facts.as_of)
    return [
        item
        for item in facts.records("interventions", wijk)
        if item["start"] <= today or (item["status"] == "running" and pd.isna(item["start"]))
    ]


def no_activities(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that runs, of which no activity was registered."""
    for item in _begun(facts, wijk):
        if item["status"] != "stopped" and not len(facts.activities(wijk, item["key"])["name"]):
            yield item["key"], {"intervention": item["name"]}


def low_reach(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that reached less than a part (a third) of what was planned."""
    limit = 100 * facts.study.settings.process.low_reach
    for item in _begun(facts, wijk):
        reach = facts.measure("reach_of_plan", wijk, item["key"])
        if reach is not None and reach["status"] == "ok" and reach["value"] < limit:
            share = percentage(reach["value"], facts.study.language)
            yield item["key"], {"intervention": item["name"], "share": share}


def low_ses_missed(facts: Facts, wijk: str) -> Iterator[Case]:
    """An intervention that reaches families with a low SES less than their part in its target.

    Where the SES of a part of the participants is known, only when the interval says so.
    """
    limit = -facts.study.settings.process.low_ses_gap
    for item in _begun(facts, wijk):
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
        if row["status"] in ("open", "taken") and pd.Timestamp(row["due"]) < today:
            due = day(row["due"], facts.study.language)
            yield row["key"], {"decision": row["decision"].rstrip("."), "day": due}


def clash_open(facts: Facts, wijk: str) -> Iterator[Case]:
    """A clash with a city-wide programme or procurement that was not solved."""
    for row in facts.records("flags", wijk):
        if row["status"] == "open":
            yield row["key"], {"what": as_sentence(row["what"])}


QUESTION_COLUMNS = ("wijk", "rule", "subject", "question")

Rule = Callable[[Facts, str], Iterator[Case]]

#: The rules, the most important first: what goes wrong, what waits, what is not known.
_RULES: tuple[Rule, ...] = (
    *(nothing_registered, goal_worse, goal_without_intervention, decision_overdue, step_overdue),
    *(low_reach, low_ses_missed, clash_open, done_without_change, no_activities, no_evidence),
    *(evidence_unknown, no_data_for_goal, goal_without_target, intervention_without_goal),
)
RULES: Mapping[str, Rule] = {rule.__name__: rule for rule in _RULES}
#: A decision answers the questions about its goal and its intervention for so many days.
ANSWERED_DAYS = 365


def questions(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the questions that the data of a wijk raise, the most important first.

    A question about a goal or an intervention on which the network decided in the last year is
    left out.

    ``wijk, rule, subject, question``: which rule of `RULES` asks, about what (a goal, an
    intervention, a step, a decision: its key), and the question for readers.
    """
    answered = _answered(facts, wijk)
    rows = [
        (wijk, name, subject, text(f"learning.question.{name}", facts.study.language, **fields))
        for name, rule in RULES.items()
        for subject, fields in rule(facts, wijk)
        if subject not in answered
    ]
    return pd.DataFrame(rows, columns=list(QUESTION_COLUMNS))


def _answered(facts: Facts, wijk: str) -> set[str]:
    """Return the goals and interventions of a wijk on which a decision was taken lately."""
    today = pd.Timestamp(facts.as_of)
    since = today - pd.Timedelta(days=ANSWERED_DAYS)
    settled = [
        row
        for row in facts.records("decisions", wijk)
        if row["status"] in ("taken", "carried_out") and since < pd.Timestamp(row["date"]) <= today
    ]
    found = [row[name] for row in settled for name in ("goal", "intervention")]
    return {key for key in found if not pd.isna(key)}


# The improvement cycle of a wijk: what was planned and learned, and what comes next.

PARTS = ("planned", "learned", "next")


def improvement_cycle(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return what was planned and learned in a wijk, and what comes next.

    ``part, sentence``: one row per sentence; `part` is one of `PARTS`.
    """
    parts = zip(PARTS, (_planned, _learned, _next), strict=True)
    rows = [(part, sentence) for part, said in parts for sentence in said(facts, wijk)]
    return pd.DataFrame(rows, columns=["part", "sentence"])


def _say(facts: Facts, key: str, **fields: object) -> str:
    return text(f"learning.cycle.{key}", facts.study.language, **fields)


def _planned(facts: Facts, wijk: str) -> list[str]:
    goals = facts.goals(wijk)
    interventions = facts.registry_rows("interventions", wijk)
    if goals.empty and interventions.empty:
        return [_say(facts, "nothing_planned")]
    language = facts.study.language
    chosen = counted("learning.cycle.interventions", len(interventions), language)
    if goals.empty:
        return [_say(facts, "no_goals"), large_first(chosen)]
    fields = {
        "goals": counted("common.goals", len(goals), language),
        "names": listed(map(small_first, goals["name"]), language),
    }
    return [_say(facts, "planned", **fields), large_first(chosen)]


def _learned(facts: Facts, wijk: str) -> list[str]:
    table = facts.registry_rows("decisions", wijk)
    settled = table[table["status"].isin(["taken", "carried_out"]) & table["reason"].notna()]
    if settled.empty:
        return [_say(facts, "nothing_learned")]
    said = []
    for row in settled.sort_values("date").tail(3).itertuples():
        words = {"decision": as_sentence(row.decision), "reason": as_sentence(row.reason)}
        said.append(_say(facts, "learned", **words, day=day(row.date, facts.study.language)))
    return said


def open_decisions(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the decisions of a wijk that are open, the first due first.

    ``key, decision, date, due, overdue``.
    """
    table = facts.registry_rows("decisions", wijk)
    table = table[table["status"].eq("open")].sort_values(["due", "date"])
    overdue = pd.to_datetime(table["due"]).lt(pd.Timestamp(facts.as_of))
    columns = ["key", "decision", "date", "due", "overdue"]
    return table.assign(overdue=overdue)[columns].reset_index(drop=True)


def _next(facts: Facts, wijk: str) -> list[str]:
    language = facts.study.language
    waiting = open_decisions(facts, wijk)
    said = []
    for row in waiting.head(3).itertuples():
        known = {} if pd.isna(row.due) else {"day": day(row.due, language)}
        key = "decide_by" if known else "decide"
        said.append(_say(facts, key, decision=as_sentence(row.decision), **known))
    asked = questions(facts, wijk).drop_duplicates("rule")["question"].head(3)
    return [*said, *asked] or [_say(facts, "nothing_next")]
