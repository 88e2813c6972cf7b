"""What keeping the registry of a wijk of the demo costs: cells and clicks, from the forms' own fields.

Times are those of the keystroke-level model (Card SK, Moran TP, Newell A (1980). The keystroke-level
model for user performance time with interactive systems. Communications of the ACM 23(7), 396-410):
a key 0.28 s (an average typist), pointing 1.1 s, a click 0.2 s, and 1.35 s of thought before each
cell and each click. Finding the numbers out is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.conftest import ROOT
from wijkkit.demo.city import build_city
from wijkkit.demo.project import write_study
from wijkkit.demo.registry import fill_registry, write_registry
from wijkkit.live.form_fields import (
    ASKED,
    attendees,
    fields_of,
    initial_values,
    recurring,
    typed,
)
from wijkkit.registry import KINDS, Registry, open_registry
from wijkkit.study import open_study

WIJK = "ankerveld"
KEY, POINT, CLICK, THOUGHT = 0.28, 1.1, 0.2, 1.35


@dataclass(frozen=True)
class Cost:
    """Cells that are filled in, clicks, and keys that are pressed."""

    cells: int = 0
    clicks: int = 0
    keys: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cells + other.cells, self.clicks + other.clicks, self.keys + other.keys)

    @property
    def minutes(self) -> float:
        pointed = self.clicks * (THOUGHT + POINT + CLICK)
        return (self.cells * (THOUGHT + KEY) + self.keys * KEY + pointed) / 60


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upkeep")
    city = build_city(6, 1)
    write_study(folder / "parameters", folder / "data", city)
    write_registry(city, folder / "data" / "registry", 1)
    study = open_study(folder / "parameters")
    fill_registry(study, folder / "data" / "registry")
    with open_registry(study) as found:
        yield found


def filled(fields: list[SimpleNamespace], wanted: Mapping[str, object], kind: str) -> Cost:
    """Return what it takes to make a form say what is wanted; empty cells stay as they begin."""
    cost, folded = Cost(), False
    for field in fields:
        value = typed(KINDS[kind][field.name], wanted.get(field.name), "nl")
        if value in ("", field.value):
            continue
        folded |= not field.first
        cost += Cost(1, 2) if field.form == "select" else Cost(1, 0, len(value))
    return cost + Cost(clicks=int(folded))


def new_row(registry: Registry, kind: str, wanted: Mapping[str, object], today: date) -> Cost:
    """A tile of the page on which keeping begins, the form, and its button."""
    of = {"intervention": wanted["intervention"]} if kind == "activities" else {}
    begin = initial_values(registry, kind, WIJK, today, of)
    return Cost(clicks=2) + filled(
        fields_of(registry, KINDS[kind], WIJK, begin, (), "nl"), wanted, kind
    )


def changed_row(registry: Registry, kind: str, row: Mapping[str, object], **wanted: object) -> Cost:
    """The list of rows, the row, its form, and its button."""
    fields = fields_of(registry, KINDS[kind], WIJK, row, (), "nl")
    return Cost(clicks=3) + filled(fields, wanted, kind)


def last(registry: Registry, kind: str) -> dict:
    return registry.table(kind, WIJK).iloc[-1].to_dict()


def costs(registry: Registry) -> dict[str, dict[str, Cost]]:
    """Return what happens in a month, and once in half a year, with what it costs."""
    today = date(2021, 7, 31)
    meeting = last(registry, "meetings")
    answers = registry.table("attendance", WIJK).query("meeting == @meeting['key']")
    partners = {one.key for one in attendees(registry, WIJK, meeting["key"], meeting["date"])}
    assert set(answers["stakeholder"]) <= partners and len(answers) == 9
    activities = registry.table("activities", WIJK)
    one_each = activities.groupby("intervention").last().reset_index().to_dict("records")
    decision, step = last(registry, "decisions"), last(registry, "steps")
    items = recurring(registry, WIJK, pd.Timestamp(2022, 1, 1))
    assert len(items) == len(one_each) == 3
    numbers = [
        Cost(1, 0, len(typed(KINDS["activities"][name], item.last[name], "nl")))
        for item in items
        for name in ASKED
    ]
    observed = ("quality", "quality_n", "quality_sd", "cost")
    return {
        "month": {
            "meeting": new_row(registry, "meetings", meeting, today)
            + Cost(len(answers), len(answers) + 1),
            "decisions": sum([new_row(registry, "decisions", decision, today)] * 2, start=Cost()),
            "activities": sum(
                (new_row(registry, "activities", row, today) for row in one_each), start=Cost()
            ),
            "step": changed_row(
                registry, "steps", step, actual_end=pd.Timestamp(today), status="done"
            ),
        },
        "half_year": {
            "same": Cost(clicks=2) + sum(numbers, start=Cost()),
            "observed": sum(
                (
                    changed_row(
                        registry,
                        "activities",
                        {**row, **dict.fromkeys(observed)},
                        **{name: row[name] for name in observed},
                    )
                    for row in one_each
                ),
                start=Cost(),
            ),
            "decision": changed_row(
                registry, "decisions", {**decision, "status": "open"}, status="taken"
            ),
            "clash": new_row(registry, "flags", last(registry, "flags"), today),
        },
    }


def test_keeping_takes_ten_minutes_a_month_and_twenty_per_half_year(registry):
    """What is counted is what the documentation says."""
    found = {name: sum(of.values(), start=Cost()) for name, of in costs(registry).items()}
    assert found["month"].minutes < 10 and found["half_year"].minutes < 20
    said = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \| ([\d.]+) \|$", said, re.MULTILINE)
    counted = [
        (f"{cost.cells}", f"{cost.clicks}", f"{cost.minutes:.1f}")
        for name, of in costs(registry).items()
        for cost in (*of.values(), found[name])
    ]
    assert [row[1:] for row in rows] == counted
