"""What a page says of an intervention, by hand: counts of few are never said."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from wijkkit.live.interventions import intervention_rows, is_silent, partner_names

TODAY = date(2021, 7, 1)
ITEM = {"key": "I1", "name": "Club", "status": "running", "start": date(2019, 1, 1)}
DONE = {"key": "A1", "intervention": "I1", "name": "Club, spring", "period_end": date(2021, 6, 1),
        "period_start": date(2021, 4, 1)}  # fmt: skip


def shown(snapshot, *activities: dict, **item: object):
    rows = [DONE | {"key": f"A{n}"} | one for n, one in enumerate(activities)]
    (row,) = intervention_rows(snapshot(interventions=[ITEM | item], activities=rows), "a")
    return row


@pytest.mark.parametrize(
    ("field", "activities", "item", "said"),
    [
        ("sessions", [{"delivered_sessions": 6, "planned_sessions": 12},
                      {"delivered_sessions": 2, "planned_sessions": 8}], {}, "8 of 20 (40%)"),
        ("sessions", [{"planned_sessions": 12}], {}, "no data"),
        ("participants", [{"participants": 10, "planned_participants": 40}], {}, "10 of 40 (25%)"),
        ("participants", [{"participants": 4, "planned_participants": 40}], {}, "no data"),
        ("target", [{"participants": 10}], {"target_size": 40}, "25% of 40"),
        # The same children may have come in both periods.
        ("target", [{"participants": 10}, {"participants": 20, "name": "Other"}],
         {"target_size": 40}, "50 to 75% of 40"),
        ("low_ses", [{"participants": 60, "participants_ses_known": 60, "participants_low_ses": 15}],
         {"target_size": 80, "target_low_ses": 40}, "25% (target group: 50%)"),
        ("low_ses", [{"participants": 60, "participants_ses_known": 60, "participants_low_ses": 15}],
         {}, "25% (target group: no data)"),
        ("quality", [{"quality": 70.0, "quality_n": 5}], {}, "70"),
        ("cost", [{"cost": 100.0}, {"cost": 50.0}], {"cost": 1200.0},
         ("150 euros spent", "1,200 euros a year budgeted")),
        ("half_year", [{"delivered_sessions": 6, "planned_sessions": 12}], {},
         "last six months: 50%, before that –"),
    ],
)  # fmt: skip
def test_a_page_says_what_was_counted(snapshot, field, activities, item, said):
    found = getattr(shown(snapshot, *activities, **item), field)
    if said == "no data":
        assert not any(letter.isdigit() for letter in found)
    else:
        assert found == said


@pytest.mark.parametrize(
    ("field", "activities", "item"),
    [
        ("target", [{"participants": 3}], {"target_size": 4}),
        ("low_ses", [{"participants": 60, "participants_ses_known": 60, "participants_low_ses": 4}], {}),
        ("low_ses", [{"participants": 29, "participants_ses_known": 29, "participants_low_ses": 9}], {}),
        ("quality", [{"quality": 70.0, "quality_n": 4}], {}),
    ],
)  # fmt: skip
def test_a_count_of_few_is_not_said(snapshot, field, activities, item):
    found = getattr(shown(snapshot, *activities, **item), field)
    assert found and not any(letter.isdigit() for letter in found)


def test_those_that_run_come_first_and_what_was_registered_last_is_named(snapshot):
    items = [ITEM | {"key": f"I{n}", "status": one, "name": one or "none"}
             for n, one in enumerate(["stopped", "planned", None, "running"])]  # fmt: skip
    rows = intervention_rows(snapshot(interventions=items), "a")
    assert [row.name for row in rows] == ["running", "planned", "none", "stopped"]
    assert not any(row.counted for row in rows)
    older = {"name": "Winter", "period_end": date(2020, 2, 1), "period_start": date(2020, 1, 1)}
    row = shown(snapshot, {}, older)
    assert row.counted and "1 June 2021" in row.registered and "Winter" not in row.registered
    assert shown(snapshot, older).registered.endswith("(Winter)") and shown(snapshot, older).silent


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [(None, None, "School"), (0, 0, "School"), (None, -1, "School (until 30 June 2021)"),
     (1, None, "School (from 2 July 2021)"), (-9, -1, "School (until 30 June 2021)")],
)  # fmt: skip
def test_a_partner_who_left_or_is_to_come_is_named_with_the_day(snapshot, start, end, name):
    days = {
        column: None if ago is None else TODAY + timedelta(ago)
        for column, ago in (("start", start), ("end", end))
    }
    row = {"intervention": "I1", "stakeholder": "P1", "takes_part": "yes"} | days
    known = snapshot(
        stakeholders=[{"key": "P1", "organisation": "School"}],
        partners=[
            row,
            row | {"key": "M2", "takes_part": "no"},
            row | {"key": "M3", "stakeholder": "P9"},
        ],
    )
    assert partner_names(known, "a") == {"I1": [name]}


@pytest.mark.parametrize(
    ("status", "start", "last", "silent"),
    [
        ("running", 400, 183, False), ("running", 400, 184, True), ("running", 183, None, True),
        ("running", 182, None, False), ("running", 182, 184, True), ("planned", 400, None, False),
        ("running", None, None, True),
    ],
)  # fmt: skip
def test_an_intervention_is_silent_after_half_a_year(status, start, last, silent):
    today = pd.Timestamp(TODAY)
    start, last = (pd.NaT if one is None else today - timedelta(one) for one in (start, last))
    assert bool(is_silent({"status": status, "start": start}, last, today)) == silent
