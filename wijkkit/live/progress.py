"""How far a wijk is and how well that is registered; its decisions and clashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import pandas as pd

from wijkkit.evaluation.process.network import people_at
from wijkkit.language import day, text
from wijkkit.live.interventions import HALF_YEAR, is_silent, last_day
from wijkkit.live.snapshot import Snapshot, days_word, say

# Decisions and clashes of a wijk.


def decisions(snapshot: Snapshot, wijk: str) -> SimpleNamespace:
    """Return the decisions of a wijk: `open`, first due first, and `taken` since the last meeting."""
    rows = sorted(snapshot.facts.records("decisions", wijk), key=lambda row: row["date"])
    waiting = [row for row in rows if row["status"] == "open" or _overdue(snapshot, row)]
    waiting.sort(key=lambda row: (pd.isna(row["due"]), row["due"]))
    meeting = last_meeting(snapshot, wijk)
    taken = [row for row in rows[::-1] if row["status"] in ("taken", "carried_out")]
    recent = [row for row in taken if row not in waiting and _since(row["date"], meeting)]
    since = "" if pd.isna(meeting) else day(meeting, snapshot.language)
    shown = {"open": waiting, "taken": recent}
    rows_of = {name: [_row(snapshot, item) for item in items] for name, items in shown.items()}
    return SimpleNamespace(**rows_of, since=since)


def last_meeting(snapshot: Snapshot, wijk: str) -> pd.Timestamp:
    """Return the day of the last meeting; NaT where there was none."""
    return max((meeting["date"] for meeting in _held(snapshot, wijk)), default=pd.NaT)


def open_clashes(snapshot: Snapshot, wijk: str) -> list[SimpleNamespace]:
    """Return the clashes of a wijk that are not solved, the oldest first."""
    facts, nobody = snapshot.facts, say("clash.nobody", snapshot.language)
    names = {one["key"]: one["organisation"] for one in facts.records("stakeholders", wijk)}
    rows = [row for row in facts.records("flags", wijk) if row["status"] == "open"]
    rows.sort(key=lambda row: row["date"])
    return [_clash(snapshot, row, row["date"], names.get(row["owner"], nobody)) for row in rows]


def solved_clashes(snapshot: Snapshot, wijk: str) -> list[SimpleNamespace]:
    """Return the clashes solved since the last meeting: when (`since`) and how (`owner`)."""
    meeting = last_meeting(snapshot, wijk)
    return [
        _clash(snapshot, row, row["solved"], "" if pd.isna(row["solution"]) else row["solution"])
        for row in snapshot.facts.records("flags", wijk)
        if row["status"] == "solved" and _since(row["solved"], meeting)
    ]


def _clash(snapshot: Snapshot, row: Mapping, since: pd.Timestamp, owner: str) -> SimpleNamespace:
    """Return a clash: with what, whom it hinders (`about`), and who takes it up."""
    return SimpleNamespace(
        what=row["what"],
        subject=clash_subject(row, snapshot.language),
        since=day(since, snapshot.language),
        owner=owner,
        about=_about(snapshot, row),
    )


def meeting_sentence(snapshot: Snapshot, wijk: str) -> str:
    """Return the last meeting, its attendance and its minutes; empty without one."""
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
    """Return what the plan of a wijk clashes with: the kind, and the programme by name."""
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


def _row(snapshot: Snapshot, item: Mapping) -> SimpleNamespace:
    """Return a decision: what, why, how far, and whether its day is past."""
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
    if names := _about(snapshot, item):
        said.append(say("decision.about", language, names=names))
    if title := _title(snapshot, item["wijk"], item["document"]):
        said.append(say("decision.document", language, title=title))
    reason = "" if pd.isna(item["reason"]) else item["reason"]
    about = {"decision": item["decision"], "reason": reason}
    return SimpleNamespace(**about, words=", ".join(said), overdue=overdue)


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


def completeness(snapshot: Snapshot, wijk: str) -> SimpleNamespace:
    """Return the `score` of a wijk's registration (percent), its `parts`, and what is `todo`.

    The score is the mean of the parts, each with what is `there` of what is asked; absent where
    nothing is asked.
    """
    programme = wijk in snapshot.study.starts
    ran = programme or bool(snapshot.facts.records("interventions", wijk))
    checks = {
        "steps": _steps(snapshot, wijk) if programme else [],
        "goals": _rows(snapshot, wijk, "goals", _OF_GOAL) if programme else [],
        "interventions": _rows(snapshot, wijk, "interventions", _OF_INTERVENTION) if ran else [],
        "activities": _activities(snapshot, wijk),
        "meetings": _meetings(snapshot, wijk) if programme else [],
        "decisions": _decisions(snapshot, wijk),
    }
    found = {name: list(check) for name, check in checks.items()}
    parts = [
        SimpleNamespace(name=name, there=sum(missing is None for missing in check), of=len(check))
        for name, check in found.items()
        if check
    ]
    todo = [missing for check in found.values() for missing in check if missing is not None]
    shares = [part.there / part.of for part in parts]
    order = ["activities", "decisions", "meetings", "steps", "interventions", "goals"]
    todo.sort(key=lambda item: order.index(item.kind))
    score = 100 * sum(shares) / len(shares) if shares else float("nan")
    return SimpleNamespace(score=score, parts=parts, todo=todo)


def step_marks(snapshot: Snapshot, wijk: str) -> list[SimpleNamespace]:
    """Return the steps of the round that a wijk is in; none where it carries no programme out."""
    if wijk not in snapshot.study.starts:
        return []
    return [_mark(row, snapshot.language) for row in current_round(snapshot.facts.steps(wijk))]


def current_round(steps: list[dict]) -> list[dict]:
    """Return the steps of the last round that has begun, of one wijk."""
    begun = [row["cycle"] for row in steps if row["state"] in ("done", "running")]
    return [row for row in steps if row["cycle"] == max(begun, default=1)]


def _mark(row: dict, language: str) -> SimpleNamespace:
    """Return a step: its name, how far it is (`state`), whether it is `late`, and words."""
    state, against = row["state"], row["against_plan"]
    said = [text(f"process.state.{state}", language)]
    if state == "done" and not pd.isna(row["actual_end"]):
        said.append(day(row["actual_end"], language))
    if against in ("late", "overdue"):
        days = days_word(row["days_late"], language)
        said.append(say(f"step.{against}", language, days=days))
    elif against == "ahead":
        said.append(say("step.planned", language, day=day(row["planned_end"], language)))
    name = text(f"process.step_short.{row['step']}", language)
    late = against == "overdue"
    return SimpleNamespace(name=name, state=state, late=late, words=", ".join(said))


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
    if kind == "goals":
        asked = [row for row in rows if row["status"] != "dropped"]
    else:
        asked = [row for row in rows if row["status"] == "running"]
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
        words = say("todo.decision", snapshot.language, name=row["decision"])
        yield ToDo("decisions", row["key"], words) if _overdue(snapshot, row) else None


def freshness(snapshot: Snapshot, wijk: str) -> tuple[pd.Timestamp, bool]:
    """Return the last day that any activity, meeting or decision is about, and whether it is old.

    Nothing is old where nothing is asked: outside the programme, without any registration.
    """
    facts = snapshot.facts
    items = [item["key"] for item in facts.records("interventions", wijk)]
    days = [
        last_meeting(snapshot, wijk),
        *(last_day(facts.activities(wijk, key)) for key in items),
        *(row["date"] for row in facts.records("decisions", wijk) if row["date"] <= snapshot.today),
    ]
    last = max((day for day in days if not pd.isna(day)), default=pd.NaT)
    if pd.isna(last):
        return last, bool(items) or wijk in snapshot.study.starts
    return last, bool(last < snapshot.today - pd.Timedelta(days=HALF_YEAR))


def contradictions(snapshot: Snapshot, wijk: str) -> list[str]:
    """Return contradictions in what was registered, one sentence each."""
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
    """A step begun or done, or an activity held, on a day that is still to come."""
    language = snapshot.language
    for row in snapshot.facts.records("activities", wijk):
        done = [row[name] for name in ("delivered_sessions", "participants", "cost")]
        if row["period_start"] > snapshot.today and not all(pd.isna(done)):
            at = day(row["period_start"], language)
            yield say("contradiction.held", language, name=row["name"], day=at)
    for row in snapshot.facts.records("steps", wijk):
        for at in (row["actual_start"], row["actual_end"]):
            if at > snapshot.today:
                yield say("contradiction.future", language, step=row["step"], day=day(at, language))
