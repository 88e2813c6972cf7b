"""Decisions and clashes of a wijk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wijkkit.evaluation.process.network import ALL_DOMAINS, participation
from wijkkit.language import day, text
from wijkkit.live.snapshot import Snapshot
from wijkkit.live.words import days_word, say


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
    """One clash that is open: with what, and who takes it up."""

    key: str
    what: str
    subject: str
    since: str
    owner: str


def decisions(snapshot: Snapshot, wijk: str) -> Decisions:
    """Return the decisions of a wijk: open, and taken since the meeting before."""
    table = snapshot.facts.kept("decisions", wijk)
    unsettled = table["status"].eq("open") | (
        table["status"].eq("taken") & pd.to_datetime(table["due"]).lt(snapshot.today)
    )
    waiting = table[unsettled].sort_values(["due", "date"])
    meeting = last_meeting(snapshot, wijk)
    settled = table["status"].isin(["taken", "carried_out"]) & ~unsettled
    recent = table[settled & _since(table["date"], meeting)].sort_values("date", ascending=False)
    return Decisions(
        [_row(snapshot, item) for item in waiting.to_dict("records")],
        [_row(snapshot, item) for item in recent.to_dict("records")],
        "" if pd.isna(meeting) else day(meeting, snapshot.language),
    )


def last_meeting(snapshot: Snapshot, wijk: str) -> pd.Timestamp:
    """Return the day of the last meeting; NaT where there was none."""
    days = pd.to_datetime(snapshot.facts.kept("meetings", wijk)["date"])
    return days[days.le(snapshot.today)].max()


def open_clashes(snapshot: Snapshot, wijk: str) -> list[ClashRow]:
    """Return the clashes of a wijk that are not solved, the oldest first."""
    language = snapshot.language
    table = snapshot.facts.kept("flags", wijk)
    partners = snapshot.facts.kept("stakeholders", wijk)
    names = dict(zip(partners["key"], partners["organisation"], strict=True))
    rows = table[table["status"].eq("open")].sort_values("date").to_dict("records")
    return [
        ClashRow(
            row["key"],
            row["what"],
            clash_subject(row, language),
            day(row["date"], language),
            names.get(row["owner"], say("clash.nobody", language)),
        )
        for row in rows
    ]


def solved_clashes(snapshot: Snapshot, wijk: str) -> list[ClashRow]:
    """Return the clashes solved since the last meeting: when (`since`) and how (`owner`)."""
    language = snapshot.language
    table = snapshot.facts.kept("flags", wijk)
    settled = table["status"].eq("solved") & table["solved"].notna()
    rows = table[settled & _since(table["solved"], last_meeting(snapshot, wijk))]
    return [
        ClashRow(
            row["key"],
            row["what"],
            clash_subject(row, language),
            day(row["solved"], language),
            "" if pd.isna(row["solution"]) else row["solution"],
        )
        for row in rows.to_dict("records")
    ]


def meeting_sentence(snapshot: Snapshot, wijk: str) -> str:
    """Return which meeting was the last, how many were there, and its minutes; empty without one."""
    language, facts = snapshot.language, snapshot.facts
    rows = facts.kept("meetings", wijk)
    held = rows[pd.to_datetime(rows["date"]).le(snapshot.today)]
    if held.empty:
        return ""
    last = held.sort_values("date").iloc[-1]
    there = participation(held[held["key"].eq(last["key"])], facts.kept("attendance", wijk))
    said = [say("meeting.last", language, name=last["name"], day=day(last["date"], language))]
    whole = there[there["domain"].eq(ALL_DOMAINS) & there["invited"].gt(0)]
    for row in whole.itertuples():
        said.append(say("meeting.there", language, present=row.present, invited=row.invited))
    titles = facts.kept("documents", wijk).set_index("key")["title"]
    if last["minutes"] in titles.index:
        said.append(say("meeting.minutes", language, title=titles[last["minutes"]]))
    return " ".join(said)


def clash_subject(row: Mapping, language: str) -> str:
    """Return with what the plan of a wijk clashes: the kind, and the programme by name."""
    kind = text(f"registry.choice.clash.{row['clash']}", language)
    return kind if pd.isna(row["programme"]) else f"{kind}: {row['programme']}"


def _since(days: pd.Series, meeting: pd.Timestamp) -> pd.Series:
    return pd.to_datetime(days).ge(meeting) if not pd.isna(meeting) else days.notna()


def _row(snapshot: Snapshot, item: Mapping) -> DecisionRow:
    language = snapshot.language
    due = pd.to_datetime(item["due"])
    overdue = not pd.isna(due) and due < snapshot.today and item["status"] in ("open", "taken")
    said = [text(f"registry.choice.decision_status.{item['status']}", language)]
    if overdue:
        days = days_word((snapshot.today - due).days, language)
        said.append(say("decision.overdue", language, day=day(due, language), days=days))
    elif not pd.isna(due):
        said.append(say("decision.due", language, day=day(due, language)))
    else:
        said.append(say("decision.of", language, day=day(item["date"], language)))
    titles = snapshot.facts.kept("documents", item["wijk"]).set_index("key")["title"]
    if item["document"] in titles.index:
        said.append(say("decision.document", language, title=titles[item["document"]]))
    reason = "" if pd.isna(item["reason"]) else item["reason"]
    return DecisionRow(item["key"], item["decision"], reason, ", ".join(said), overdue)
