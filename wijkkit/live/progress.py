"""How far a wijk is and how well that is registered: steps, what is fresh, complete, and cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from wijkkit.language import day, text
from wijkkit.live.decisions import last_meeting
from wijkkit.live.interventions import HALF_YEAR, is_silent, last_day
from wijkkit.live.snapshot import Snapshot, days_word, say

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


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step: its number and name, how far it is (`state`), whether it is `late`, and words."""

    step: str
    name: str
    state: str
    late: bool
    words: str


def step_marks(snapshot: Snapshot, wijk: str) -> list[StepMark]:
    """Return the steps of the round that a wijk is in; none where it carries no programme out."""
    if snapshot.study.neighbourhood(wijk).arm != "programme":
        return []
    return [_mark(row, snapshot.language) for row in current_round(snapshot.facts.steps(wijk))]


def current_round(steps: list[dict]) -> list[dict]:
    """Return the steps of the last round that has begun, of one wijk."""
    begun = [row["cycle"] for row in steps if row["state"] in ("done", "running")]
    return [row for row in steps if row["cycle"] == max(begun, default=1)]


def _mark(row: dict, language: str) -> StepMark:
    state, against = row["state"], row["against_plan"]
    said = [text(f"process.state.{state}", language)]
    if state == "done" and not pd.isna(row["actual_end"]):
        said.append(day(row["actual_end"], language))
    late = against in ("late", "overdue") and row["days_late"] > 0
    if late:
        days = days_word(row["days_late"], language)
        said.append(say(f"step.{against}", language, days=days))
    elif against == "ahead" and not pd.isna(row["planned_end"]):
        said.append(say("step.planned", language, day=day(row["planned_end"], language)))
    name = text(f"process.step_short.{row['step']}", language)
    return StepMark(row["step"], name, state, late and against == "overdue", ", ".join(said))


def _steps(snapshot: Snapshot, wijk: str) -> Iterator[ToDo | None]:
    rows = snapshot.facts.records("steps", wijk)
    keys = {(row["cycle"], row["step"]): row["key"] for row in rows}
    for row in snapshot.facts.steps(wijk):
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
    rows = snapshot.facts.records(kind, wijk)
    asked = [
        row
        for row in rows
        if (row["status"] != "dropped" if kind == "goals" else row["status"] == "running")
    ]
    if not asked:
        yield ToDo(kind, "", say(f"todo.no_{kind}", snapshot.language))
    if not snapshot.facts.records("goals", wijk):
        # What an intervention works on can only be said of goals that are there.
        columns = tuple(column for column in columns if column != "goal")
    for row in asked:
        for column in columns:
            if not pd.isna(row[column]):
                yield None
                continue
            label = text(f"registry.kind.{kind}.columns.{column}.label", snapshot.language)
            words = say("todo.column", snapshot.language, name=row["name"], label=label.lower())
            yield ToDo(kind, row["key"], words)


def _activities(snapshot: Snapshot, wijk: str) -> Iterator[ToDo | None]:
    facts = snapshot.facts
    for item in facts.records("interventions", wijk):
        if item["status"] != "running":
            continue
        until = last_day(facts.activities(wijk, item["key"]))
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
    for row in snapshot.facts.records("decisions", wijk):
        overdue = row["status"] in ("open", "taken") and row["due"] < snapshot.today
        words = say("todo.decision", snapshot.language, name=row["decision"])
        yield ToDo("decisions", row["key"], words) if overdue else None


def freshness(snapshot: Snapshot, wijk: str) -> tuple[pd.Timestamp, bool]:
    """Return the last day that any activity, meeting or decision is about, and whether it is old."""
    facts = snapshot.facts
    items = [item["key"] for item in facts.records("interventions", wijk)]
    days = [
        last_meeting(snapshot, wijk),
        *(last_day(facts.activities(wijk, key)) for key in items),
        *(row["date"] for row in facts.records("decisions", wijk)),
    ]
    last = max((day for day in days if not pd.isna(day)), default=pd.NaT)
    old = pd.isna(last) or last < snapshot.today - pd.Timedelta(days=HALF_YEAR)
    return last, bool(old)


def contradictions(snapshot: Snapshot, wijk: str) -> list[str]:
    """Return what was registered and cannot both be so, one sentence each."""
    return [*_early(snapshot, wijk), *_future(snapshot, wijk)]


def _early(snapshot: Snapshot, wijk: str) -> Iterator[str]:
    """An intervention that began before the network began to choose."""
    facts, language = snapshot.facts, snapshot.language
    began = [
        row["actual_start"]
        for row in facts.records("steps", wijk)
        if row["cycle"] == 1 and row["step"] == "3" and not pd.isna(row["actual_start"])
    ]
    for row in facts.records("interventions", wijk) if began else ():
        if row["start"] < min(began) and row["scope"] != "city_wide":
            fields = {"start": day(row["start"], language), "choice": day(min(began), language)}
            yield say("contradiction.early", language, name=row["name"], **fields)


def _future(snapshot: Snapshot, wijk: str) -> Iterator[str]:
    """A step that was really begun or done on a day that is still to come."""
    language = snapshot.language
    for row in snapshot.facts.records("steps", wijk):
        for at in (row["actual_start"], row["actual_end"]):
            if at > snapshot.today:
                yield say("contradiction.future", language, step=row["step"], day=day(at, language))
