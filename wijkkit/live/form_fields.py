"""The fields of a form, and what was typed in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from wijkkit.language import text
from wijkkit.live.recurring import first_activity
from wijkkit.registry import Registry
from wijkkit.registry.definition import Column, Kind
from wijkkit.registry.faults import Fault, fault_words
from wijkkit.registry.tables import KINDS
from wijkkit.registry.validation import is_absent
from wijkkit.registry.wording import choice_labels, column_hint, column_label, row_label

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


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is asked (`form`), what stands in it, and what is wrong with it."""

    name: str
    label: str
    hint: str
    form: str
    value: str
    required: bool
    options: list[tuple[str, str]]
    wrong: list[str]
    first: bool


def fields_of(
    registry: Registry,
    kind: Kind,
    wijk: str,
    values: Mapping[str, object],
    faults: Iterable[Fault],
    language: str,
) -> list[Field]:
    """Return the fields of a kind with what stands in them, typed or stored."""
    faults = list(faults)
    first = FIRST.get(kind.name, tuple(column.name for column in kind.columns))
    order = {name: place for place, name in enumerate(first)}
    columns = sorted(kind.columns, key=lambda column: order.get(column.name, len(order)))
    return [
        Field(
            name=column.name,
            label=column_label(kind, column, language),
            hint=column_hint(kind, column, language),
            form=_form(column),
            value=typed(column, values.get(column.name), language),
            required=column.required,
            options=options_of(registry, column, wijk, language),
            wrong=[said(fault, kind, language) for fault in faults if fault.column == column.name],
            first=column.name in first or not is_absent(values.get(column.name)),
        )
        for column in columns
    ]


def beginning(
    registry: Registry, kind: str, wijk: str, today: date, asked: Mapping[str, str]
) -> dict[str, object]:
    """Return what a new row most often says, with what the address asked for (`asked`)."""
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

    Examples
    --------
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


def said(fault: Fault, kind: Kind, language: str) -> str:
    """Return a fault as a sentence or two."""
    words = fault_words(fault, kind, language)
    found = text("registry.import.found", language, found=words.found) if words.found else ""
    what = f"{words.what[:1].upper()}{words.what[1:]}"
    return f"{what}{f' ({found})' if found and fault.rule != 'required' else ''}. {words.remedy}"
