"""The fields of a form, what stands in them, who was at a meeting, and what changed in a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.language import text
from wijkkit.language.numbers import local
from wijkkit.live.interventions import HALF_YEAR
from wijkkit.registry import Registry
from wijkkit.registry.problems import (
    CONFLICTS,
    choice_labels,
    column_hint,
    column_label,
    in_words,
    row_label,
)  # fmt: skip
from wijkkit.registry.tables import KINDS, Column, Kind, next_keys
from wijkkit.registry.validation import is_absent

# What recurs: the same activities again in the next period, to be checked and saved at once.

#: What is asked of each activity again.
ASKED = (
    "planned_sessions", "delivered_sessions", "planned_participants", "participants",
    "participants_ses_known", "participants_low_ses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recurring:
    """An activity that may recur: its last row, the next period, and the key of the next row.

    `item`: The key of the last row, by which the form knows the activity.
    """

    key: str
    item: str
    intervention: str
    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    last: dict[str, object]


def recurring(registry: Registry, wijk: str, today: pd.Timestamp) -> list[Recurring]:
    """Return what goes on of each running intervention, for its next period if that is over."""
    items = registry.table("interventions", wijk)
    running = items[items["status"].eq("running")]
    rows = registry.table("activities", wijk)
    rows = rows[rows["period_start"].le(today)]  # what is planned already is no last time
    taken = set(registry.history("activities", wijk)["key"])
    found = []
    for item in running.to_dict("records"):
        for last in _going_on(rows[rows["intervention"].eq(item["key"])]):
            start, end = next_period(last["period_start"], last["period_end"])
            if end <= today:
                found.append((item["name"], start, end, last))
    keys = next_keys("A", taken, len(found))
    return [
        Recurring(key, last["key"], name, _named(last["name"], start), start, end, last)
        for key, (name, start, end, last) in zip(keys, found, strict=True)
    ]


def _going_on(rows: pd.DataFrame) -> list[dict]:
    """Return the last row of the activity registered last, and of those held beside it till lately.

    An activity is known by its name without a year. What followed upon another took its place.
    """
    rows = rows.sort_values("period_end", kind="stable")
    names = rows["name"].map(lambda name: _split(name)[0])
    lately = rows["period_end"].max() - pd.Timedelta(days=HALF_YEAR)
    newest = rows[names.eq(names.iloc[-1])] if len(rows) else rows
    found = []
    for _, own in rows.groupby(names, sort=False):
        beside = any(
            (own["period_start"].le(one.period_end) & own["period_end"].ge(one.period_start)).any()
            for one in newest.itertuples()
        )
        if beside and own["period_end"].iloc[-1] > lately:
            found.append(own.iloc[-1].to_dict())
    return found


def next_period(start: pd.Timestamp, end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the period after one: a quarter after one of at most a quarter, else half a year.

    >>> import pandas as pd
    >>> first, last = next_period(pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-31"))
    >>> f"{first:%Y-%m-%d} {last:%Y-%m-%d}"
    '2021-04-01 2021-06-30'
    """
    months = 3 if (end - start).days <= 100 else 6
    first = end + pd.Timedelta(days=1)
    return first, first + pd.DateOffset(months=months) - pd.Timedelta(days=1)


def first_activity(
    items: pd.DataFrame, rows: pd.DataFrame, intervention: str, today: date
) -> dict[str, object]:
    """Return what a new activity of an intervention begins with: its name and its next period."""
    mine = rows[rows["intervention"].eq(intervention)]
    if len(mine):
        last = mine.sort_values("period_end").iloc[-1]
        start, end = next_period(last["period_start"], last["period_end"])
        return {"name": _named(last["name"], start), "period_start": start, "period_end": end}
    names = items.loc[items["key"].eq(intervention), "name"]
    quarter = pd.Period(today, "Q") - 1
    name = names.iloc[0] if len(names) else ""
    return {"name": name, "period_start": quarter.start_time, "period_end": quarter.end_time}


def _named(name: str, start: pd.Timestamp) -> str:
    """Return the name of an activity; a year at its end becomes that of the next period."""
    head, year = _split(name)
    return f"{head} {start.year}" if year else name


def _split(name: str) -> tuple[str, str]:
    """Return the name of an activity without the year at its end, and that year."""
    head, _, year = name.rpartition(" ")
    return (head, year) if head and year.isdigit() and len(year) == 4 else (name, "")


#: Columns in which people write more than a line.
_LONG = ("note", "decision", "reason", "what", "solution")
#: Columns that are asked at once; the others are folded in, unless something stands in them.
FIRST = {
    "activities": (
        "intervention", "name", "period_start", "period_end", "planned_sessions",
        "delivered_sessions", "planned_participants", "participants", "participants_ses_known",
        "participants_low_ses", "cost",
    ),
    "meetings": ("name", "date", "invited", "present"),
    "decisions": ("decision", "reason", "date", "status", "due", "goal", "intervention"),
    "steps": ("cycle", "step", "status", "actual_start", "actual_end", "planned_start",
              "planned_end"),
    "interventions": ("name", "goal", "status", "start", "evidence", "target_size",
                      "target_low_ses", "cost"),
    "flags": ("what", "clash", "programme", "date", "owner", "status"),
}  # fmt: skip


def fields_of(
    registry: Registry,
    kind: Kind,
    wijk: str,
    values: Mapping[str, object],
    problems: Iterable[Problem],
    language: str,
) -> list[SimpleNamespace]:
    """Return the fields of a kind with what stands in them, typed or stored."""
    problems = list(problems)
    first = FIRST.get(kind.name, tuple(column.name for column in kind.columns))
    order = {name: place for place, name in enumerate(first)}
    columns = sorted(kind.columns, key=lambda column: order.get(column.name, len(order)))
    return [
        SimpleNamespace(
            name=column.name,
            label=column_label(kind, column, language),
            hint=column_hint(kind, column, language),
            form=_form(column),
            value=typed(column, values.get(column.name), language),
            required=column.required,
            options=options_of(registry, column, wijk, language),
            wrong=[
                problem_sentence(problem, kind, language)
                for problem in problems
                if problem.column == column.name
            ],
            first=column.name in first or not is_absent(values.get(column.name)),
        )
        for column in columns
    ]


def initial_values(
    registry: Registry, kind: str, wijk: str, today: date, asked: Mapping[str, str]
) -> dict[str, object]:
    """Return the usual values of a new row, and those that the address gives (`asked`)."""
    day = f"{today:%Y-%m-%d}"
    usual: dict[str, dict[str, object]] = {
        "meetings": {"date": day},
        "decisions": {"date": day, "status": "open"},
        "flags": {"date": day, "status": "open"},
        "interventions": {"status": "running"},
        "steps": {"cycle": "1"},
    }
    begin = usual.get(kind, {})
    if kind == "activities" and asked.get("intervention"):
        items, rows = (registry.table(name, wijk) for name in ("interventions", "activities"))
        begin = first_activity(items, rows, asked["intervention"], today)
    return {**begin, **{name: value for name, value in asked.items() if value}}


def _form(column: Column) -> str:
    if column.type in ("choice", "reference"):
        return "select"
    if column.type == "text":
        return "long" if column.name in _LONG else "text"
    return {"date": "date", "integer": "number", "number": "number"}[column.type]


def typed(column: Column, value: object, language: str) -> str:
    """Return a value as somebody would type it.

    >>> from wijkkit.registry.tables import KINDS
    >>> typed(KINDS["goals"]["target"], 41.5, "nl"), typed(KINDS["goals"]["target"], "4x", "nl")
    ('41,5', '4x')
    """
    if is_absent(value):
        return ""
    if column.type == "date" and not isinstance(value, str):
        return f"{pd.Timestamp(value):%Y-%m-%d}"
    if column.type in ("integer", "number") and not isinstance(value, str):
        shown = f"{value:.12g}"
        return shown.replace(".", ",") if language == "nl" else shown
    return str(value)


def options_of(
    registry: Registry, column: Column, wijk: str, language: str
) -> list[tuple[str, str]]:
    """Return what can be chosen: value and words."""
    study = registry.study
    if column.listed_in == "goals":
        return [(goal.id, study.text(goal.label)) for goal in study.goals]
    if column.listed_in == "indicators":
        return [(key, study.text(item.label)) for key, item in study.indicators.items()]
    if column.refers_to:
        return row_choices(registry, KINDS[column.refers_to], wijk, language)
    return list(choice_labels(column, language).items())


def row_choices(registry: Registry, kind: Kind, wijk: str, language: str) -> list[tuple[str, str]]:
    """Return the rows of a kind: key and words, and the key where two have the same words."""
    rows = registry.table(kind.name, wijk).to_dict("records")
    names = [row_words(kind, row, language) for row in rows]
    return [
        (row["key"], f"{name} ({row['key']})" if names.count(name) > 1 else name)
        for row, name in zip(rows, names, strict=True)
    ]


def row_words(kind: Kind, row: Mapping[str, object], language: str) -> str:
    """Return which row is meant, with its day where it has one."""
    label = row_label(kind, row, language)
    for name in ("date", "period_start"):
        if name in row and isinstance(row[name], date) and not pd.isna(row[name]):
            return f"{label}, {pd.Timestamp(row[name]):%d-%m-%Y}"
    return label


def internal_values(kind: Kind, row: Mapping[str, object], language: str) -> list[tuple[str, str]]:
    """Return a keeper's internal notes with their labels: no report or page shows them."""
    return [
        (column_label(kind, column, language), typed(column, row[column.name], language))
        for column in kind.columns
        if not column.released and not is_absent(row[column.name])
    ]


def problem_sentence(problem: Problem, kind: Kind, language: str) -> str:
    """Return a problem as a sentence or two."""
    words = in_words(problem, kind, language)
    found = f"{text('registry.import.words.found', language)} {words.found}" if words.found else ""
    what = f"{words.what[:1].upper()}{words.what[1:]}"
    if problem.rule in CONFLICTS:
        return f"{what}."  # the form itself says what to do
    return f"{what}{f' ({found})' if found and problem.rule != 'required' else ''}. {words.remedy}"


#: The name of a partner's answer in the form begins with this.
PREFIX = "presence-"


def attendees(registry: Registry, wijk: str, meeting: str, day: object) -> list[SimpleNamespace]:
    """Return the partners who took part on a day, and who was registered for the meeting."""
    stored = _stored(registry, wijk, meeting)
    rows = registry.table("stakeholders", wijk)
    at = pd.to_datetime(day, errors="coerce") if day else pd.NaT
    there = pd.Series(True, rows.index)
    if not pd.isna(at):
        there = ~(rows["start"].gt(at) | rows["end"].lt(at))
    there |= rows["key"].isin(stored.index)
    person = rows["person"].fillna("")
    names = rows["organisation"].where(person.eq(""), rows["organisation"] + " – " + person)
    return [
        SimpleNamespace(key=key, name=name, answer=stored["presence"].get(key, ""))
        for key, name in zip(rows["key"][there], names[there], strict=True)
    ]


def presence_rows(
    registry: Registry, wijk: str, meeting: str, answers: Mapping[str, str]
) -> list[tuple[str, dict[str, object]]]:
    """Return the rows of attendance that the answers change; an answer taken back removes one."""
    stored = _stored(registry, wijk, meeting)
    new = [key for key in answers if key not in stored.index and answers[key]]
    taken = set(registry.history("attendance", wijk)["key"])
    keys = dict(zip(new, next_keys("W", taken, len(new)), strict=True))
    rows: list[tuple[str, dict[str, object]]] = []
    for partner, answer in answers.items():
        was = stored.loc[partner] if partner in stored.index else None
        if answer == ("" if was is None else was["presence"]):
            continue
        row: dict[str, object] = {"meeting": meeting, "stakeholder": partner, "presence": answer}
        if was is None:
            rows.append(("attendance", {**row, "key": keys[partner]}))
        else:
            kept = {"key": was["key"], "version": int(was["version"]), "remove": not answer}
            rows.append(("attendance", {**row, **kept}))
    return rows


def _stored(registry: Registry, wijk: str, meeting: str) -> pd.DataFrame:
    rows = registry.table("attendance", wijk)
    return rows[rows["meeting"].eq(meeting)].set_index("stakeholder")


def versions(
    registry: Registry, kind: Kind, wijk: str, key: str, language: str
) -> list[SimpleNamespace]:
    """Return the versions of a row, newest first: when, by whom, and each change in words."""
    names = _names(registry, kind, wijk)
    before: Mapping[str, object] = {}
    found = []
    for row in registry.history(kind.name, wijk, key).to_dict("records"):
        changes = []
        for column in kind.columns:
            contents = (one.get(column.name) for one in (before, row["content"]))
            old, new = (_shown(column, value, names, language) for value in contents)
            if old != new:
                said = {"label": column_label(kind, column, language), "old": old, "new": new}
                verb = "changed" if before else "filled"
                changes.append(text(f"live.history.{verb}", language, **said))
        at = local(row["at"])
        action = text(f"registry.action.{row['action']}", language)
        about = {"at": f"{at:%d-%m-%Y %H:%M}", "who": row["who"]}
        found.append(SimpleNamespace(**about, action=action, changes=changes))
        before = row["content"]
    return found[::-1]


def _shown(
    column: Column, value: object, names: Mapping[tuple[str, str], str], language: str
) -> str:
    if is_absent(value):
        return text("registry.import.empty", language)
    if column.refers_to:
        return names.get((column.refers_to, str(value)), str(value))
    if column.choices:
        return choice_labels(column, language).get(str(value), str(value))
    if column.type == "date":
        return f"{pd.Timestamp(value):%d-%m-%Y}"
    return typed(column, value, language)


def _names(registry: Registry, kind: Kind, wijk: str) -> dict[tuple[str, str], str]:
    """Return what other rows are called, for the columns that refer to them."""
    found: dict[tuple[str, str], str] = {}
    for other in {column.refers_to for column in kind.columns if column.refers_to}:
        rows = registry.table(other, wijk)
        words = rows.iloc[:, 2].fillna(rows["key"])
        found |= {(other, key): name for key, name in zip(rows["key"], words, strict=True)}
    return found
