"""How fresh and complete a wijk's registration is, and what to fill in next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from wijkkit.language import text
from wijkkit.live.decisions import last_meeting
from wijkkit.live.interventions import HALF_YEAR, is_silent, last_period, last_periods
from wijkkit.live.snapshot import Snapshot
from wijkkit.live.words import say

#: What is asked of a goal, and of an intervention that runs.
_OF_GOAL = ("indicator", "baseline", "target")
_OF_INTERVENTION = ("goal", "evidence", "target_size", "cost")
#: A network that meets has met in so many days.
_MEETING_DAYS = 122


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to fill in: in words, and the row it is of (`key` empty for a new row, which begins
    with what `query` says)."""

    kind: str
    key: str
    words: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: how many of how many are there."""

    name: str
    there: int
    of: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score of a wijk's registration, 0-100; absent where nothing is asked of it."""

    score: float
    parts: list[Part]
    todo: list[ToDo]


def completeness(snapshot: Snapshot, wijk: str) -> Completeness:
    """Return the mean of the parts of a wijk's registration, in percent, and what is not there.

    The parts are steps with a plan and how far they are, what is asked of goals and of
    interventions that run, interventions with an activity in the last half year, a meeting in the
    last four months, and decisions whose day is not past. A part of which nothing can be asked
    does not count.
    """
    programme = snapshot.study.neighbourhood(wijk).arm == "programme"
    checks = {
        "steps": _steps(snapshot, wijk) if programme else [],
        "goals": _rows(snapshot, wijk, "goals", _OF_GOAL) if programme else [],
        "interventions": _rows(snapshot, wijk, "interventions", _OF_INTERVENTION),
        "activities": _activities(snapshot, wijk),
        "meetings": _meetings(snapshot, wijk) if programme else [],
        "decisions": _decisions(snapshot, wijk),
    }
    found = {name: list(check) for name, check in checks.items()}
    parts = [
        Part(name, sum(missing is None for missing in check), len(check))
        for name, check in found.items()
        if check
    ]
    todo = [missing for check in found.values() for missing in check if missing is not None]
    shares = [part.there / part.of for part in parts]
    order = ["activities", "decisions", "meetings", "steps", "interventions", "goals"]
    todo.sort(key=lambda item: order.index(item.kind))
    return Completeness(100 * sum(shares) / len(shares) if shares else float("nan"), parts, todo)


def _steps(snapshot: Snapshot, wijk: str) -> Iterator[ToDo | None]:
    rows = snapshot.facts.kept("steps", wijk)
    keys = dict(zip(zip(rows["cycle"], rows["step"], strict=True), rows["key"], strict=True))
    for row in snapshot.facts.pace([wijk]).to_dict("records"):
        key = keys.get((row["cycle"], row["step"]), "")
        name = text(f"process.step.{row['step']}", snapshot.language)
        if row["state"] == "not_registered" or pd.isna(row["planned_end"]):
            yield ToDo("steps", key, say("todo.step", snapshot.language, name=name))
        elif row["against_plan"] == "overdue":
            yield ToDo("steps", key, say("todo.step_overdue", snapshot.language, name=name))
        else:
            yield None


def _rows(
    snapshot: Snapshot, wijk: str, kind: str, columns: tuple[str, ...]
) -> Iterator[ToDo | None]:
    facts = snapshot.facts
    rows = facts.goals(wijk) if kind == "goals" else facts.kept(kind, wijk)
    if kind == "interventions":
        rows = rows[rows["status"].eq("running")]
    if rows.empty:
        yield ToDo(kind, "", say(f"todo.no_{kind}", snapshot.language))
    for row in rows.to_dict("records"):
        for column in columns:
            if not pd.isna(row[column]):
                yield None
                continue
            label = text(f"registry.kind.{kind}.columns.{column}.label", snapshot.language)
            words = say("todo.column", snapshot.language, name=row["name"], label=label.lower())
            yield ToDo(kind, row["key"], words)


def _activities(snapshot: Snapshot, wijk: str) -> Iterator[ToDo | None]:
    last = last_periods(snapshot.facts.kept("activities", wijk))
    items = snapshot.facts.kept("interventions", wijk)
    for item in items[items["status"].eq("running")].to_dict("records"):
        until = last.get(item["key"], pd.NaT)
        if not is_silent(item, until, snapshot.today):
            yield None
            continue
        key = "todo.no_activity" if pd.isna(until) else "todo.old_activity"
        words = say(key, snapshot.language, name=item["name"])
        yield ToDo("activities", "", words, f"?intervention={item['key']}")


def _meetings(snapshot: Snapshot, wijk: str) -> Iterator[ToDo | None]:
    last = last_meeting(snapshot, wijk)
    recent = not pd.isna(last) and last >= snapshot.today - pd.Timedelta(days=_MEETING_DAYS)
    yield None if recent else ToDo("meetings", "", say("todo.meeting", snapshot.language))


def _decisions(snapshot: Snapshot, wijk: str) -> Iterator[ToDo | None]:
    table = snapshot.facts.kept("decisions", wijk)
    late = table["status"].isin(["open", "taken"])
    late &= pd.to_datetime(table["due"]).lt(snapshot.today)
    for key, what, overdue in zip(table["key"], table["decision"], late, strict=True):
        words = say("todo.decision", snapshot.language, name=what)
        yield ToDo("decisions", key, words) if overdue else None


def freshness(snapshot: Snapshot, wijk: str) -> tuple[pd.Timestamp, bool]:
    """Return the last day that any activity, meeting or decision is about, and whether it is old."""
    facts = snapshot.facts
    days = [
        last_period(facts.kept("activities", wijk)),
        last_meeting(snapshot, wijk),
        pd.to_datetime(facts.kept("decisions", wijk)["date"]).max(),
    ]
    known = [day for day in days if not pd.isna(day)]
    last = max(known, default=pd.NaT)
    old = pd.isna(last) or last < snapshot.today - pd.Timedelta(days=HALF_YEAR)
    return last, bool(old)
