"""Decisions and clashes of a wijk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wijkkit.evaluation.process.network import people_at
from wijkkit.language import day, text
from wijkkit.live.snapshot import Snapshot, days_word, say


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision: what, why, how far, and whether its day is past."""

    key: str
    decision: str
    reason: str
    words: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of a wijk: open ones, first due first, and those since the last meeting."""

    open: list[DecisionRow]
    taken: list[DecisionRow]
    since: str


@dataclass(frozen=True, slots=True)
class ClashRow:
    """One clash that is open: with what, whom it hinders (`about`), and who takes it up."""

    key: str
    what: str
    subject: str
    since: str
    owner: str
    about: str


def decisions(snapshot: Snapshot, wijk: str) -> Decisions:
    """Return the decisions of a wijk: open, and taken since the meeting before."""
    rows = sorted(snapshot.facts.records("decisions", wijk), key=lambda row: row["date"])
    waiting = [row for row in rows if row["status"] == "open" or _overdue(snapshot, row)]
    waiting.sort(key=lambda row: (pd.isna(row["due"]), row["due"]))
    meeting = last_meeting(snapshot, wijk)
    recent = [
        row
        for row in rows[::-1]
        if row["status"] in ("taken", "carried_out")
        and not _overdue(snapshot, row)
        and _since(row["date"], meeting)
    ]
    return Decisions(
        [_row(snapshot, item) for item in waiting],
        [_row(snapshot, item) for item in recent],
        "" if pd.isna(meeting) else day(meeting, snapshot.language),
    )


def last_meeting(snapshot: Snapshot, wijk: str) -> pd.Timestamp:
    """Return the day of the last meeting; NaT where there was none."""
    return max((meeting["date"] for meeting in _held(snapshot, wijk)), default=pd.NaT)


def open_clashes(snapshot: Snapshot, wijk: str) -> list[ClashRow]:
    """Return the clashes of a wijk that are not solved, the oldest first."""
    language, facts = snapshot.language, snapshot.facts
    names = {one["key"]: one["organisation"] for one in facts.records("stakeholders", wijk)}
    rows = [row for row in facts.records("flags", wijk) if row["status"] == "open"]
    return [
        ClashRow(
            row["key"],
            row["what"],
            clash_subject(row, language),
            day(row["date"], language),
            names.get(row["owner"], say("clash.nobody", language)),
            _about(snapshot, row),
        )
        for row in sorted(rows, key=lambda row: row["date"])
    ]


def solved_clashes(snapshot: Snapshot, wijk: str) -> list[ClashRow]:
    """Return the clashes solved since the last meeting: when (`since`) and how (`owner`)."""
    language, meeting = snapshot.language, last_meeting(snapshot, wijk)
    return [
        ClashRow(
            row["key"],
            row["what"],
            clash_subject(row, language),
            day(row["solved"], language),
            "" if pd.isna(row["solution"]) else row["solution"],
            _about(snapshot, row),
        )
        for row in snapshot.facts.records("flags", wijk)
        if row["status"] == "solved" and _since(row["solved"], meeting)
    ]


def meeting_sentence(snapshot: Snapshot, wijk: str) -> str:
    """Return which meeting was the last, how many were there, and its minutes; empty without one."""
    language, facts = snapshot.language, snapshot.facts
    held = _held(snapshot, wijk)
    if not held:
        return ""
    last = max(held, key=lambda meeting: meeting["date"])
    present, invited = people_at(last, facts.records("attendance", wijk))
    name = last["name"]
    if not pd.isna(last["domain"]):
        domain = text(f"registry.choice.domain.{last['domain']}", language)
        name = f"{name} ({domain})"
    said = [say("meeting.last", language, name=name, day=day(last["date"], language))]
    if invited > 0:
        said.append(say("meeting.there", language, present=present, invited=invited))
    title = _title(snapshot, wijk, last["minutes"])
    if title:
        said.append(say("meeting.minutes", language, title=title))
    return " ".join(said)


def clash_subject(row: Mapping, language: str) -> str:
    """Return with what the plan of a wijk clashes: the kind, and the programme by name."""
    kind = text(f"registry.choice.clash.{row['clash']}", language)
    return kind if pd.isna(row["programme"]) else f"{kind}: {row['programme']}"


def _held(snapshot: Snapshot, wijk: str) -> list[dict]:
    meetings = snapshot.facts.records("meetings", wijk)
    return [meeting for meeting in meetings if meeting["date"] <= snapshot.today]


def _since(day: pd.Timestamp, meeting: pd.Timestamp) -> bool:
    return not pd.isna(day) if pd.isna(meeting) else day >= meeting


def _overdue(snapshot: Snapshot, item: Mapping) -> bool:
    return item["status"] in ("open", "taken") and item["due"] < snapshot.today


def _title(snapshot: Snapshot, wijk: str, document: str) -> str:
    """Return what a document is called, with its day; empty where there is none."""
    for row in snapshot.facts.records("documents", wijk):
        if row["key"] == document:
            at = "" if pd.isna(row["date"]) else f" ({day(row['date'], snapshot.language)})"
            return f"{row['title']}{at}"
    return ""


def _called(snapshot: Snapshot, wijk: str, kind: str, key: object) -> list[str]:
    """Return the name of a row, in a list; empty where there is none."""
    return [row["name"] for row in snapshot.facts.records(kind, wijk) if row["key"] == key]


def _about(snapshot: Snapshot, row: Mapping) -> str:
    """Return the goal and the intervention that a row is about, by name."""
    kinds = {"goals": row["goal"], "interventions": row["intervention"]}
    return "; ".join(
        name for kind, key in kinds.items() for name in _called(snapshot, row["wijk"], kind, key)
    )


def _row(snapshot: Snapshot, item: Mapping) -> DecisionRow:
    language, due = snapshot.language, item["due"]
    overdue = _overdue(snapshot, item)
    said = [text(f"registry.choice.decision_status.{item['status']}", language)]
    if overdue:
        days = days_word((snapshot.today - due).days, language)
        said.append(say("decision.overdue", language, day=day(due, language), days=days))
    elif not pd.isna(due):
        said.append(say("decision.due", language, day=day(due, language)))
    else:
        said.append(say("decision.of", language, day=day(item["date"], language)))
    for name in _called(snapshot, item["wijk"], "meetings", item["meeting"]):
        said.append(say("decision.meeting", language, name=name))
    if about := _about(snapshot, item):
        said.append(say("decision.about", language, names=about))
    if title := _title(snapshot, item["wijk"], item["document"]):
        said.append(say("decision.document", language, title=title))
    reason = "" if pd.isna(item["reason"]) else item["reason"]
    return DecisionRow(item["key"], item["decision"], reason, ", ".join(said), overdue)
