"""Pace through the six steps: have any steps been made yet?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from wijkkit.evaluation.process.implementation import pace, pace_by_wijk

TODAY = date(2021, 7, 1)


def step(wijk, number, start=None, end=None, planned=None, status=None, cycle=1):
    return {
        "wijk": wijk,
        "cycle": cycle,
        "step": number,
        "actual_start": start,
        "actual_end": end,
        "planned_start": planned and planned[0],
        "planned_end": planned and planned[1],
        "status": status,
    }


PLAN = (date(2019, 1, 1), date(2019, 6, 30))


@pytest.fixture
def steps(registry_table):
    return registry_table(
        "steps",
        step("a", "1", date(2019, 1, 1), date(2019, 6, 1), PLAN, "done"),
        step("a", "2", date(2019, 6, 1), date(2019, 8, 29), PLAN),
        step("a", "3", date(2020, 1, 1), None, (PLAN[0], date(2021, 6, 21)), "running"),
        step("a", "4", planned=(PLAN[0], date(2022, 1, 1)), status="not_started"),
        step("b", "1", date(2019, 1, 1), date(2021, 8, 1), PLAN, "running"),
    )


def test_each_step_is_judged_against_its_plan(steps):
    table = pace(steps, ["a", "b", "c"], as_of=TODAY)
    mine = table.query("wijk == 'a'").set_index("step")
    assert mine["state"].tolist()[:4] == ["done", "done", "running", "not_started"]
    assert mine["against_plan"].tolist()[:4] == ["on_time", "late", "overdue", "ahead"]
    assert mine["days_late"].tolist()[:3] == [-29, 60, 10]


def test_what_was_not_registered_is_not_taken_for_not_started(steps):
    table = pace(steps, ["a", "b", "c"], as_of=TODAY)
    assert table.query("wijk == 'c'")["state"].eq("not_registered").all()
    assert len(table) == 18


def test_a_day_that_still_has_to_come_has_not_happened(steps):
    table = pace(steps, ["b"], as_of=TODAY)
    assert table["state"].iloc[0] == "running"
    assert pace_by_wijk(table)["done"].tolist() == [0]
    later = pace(steps, ["b"], as_of=date(2021, 9, 1))
    assert later["state"].iloc[0] == "done"


def test_a_status_of_later_does_not_change_what_was_so_on_the_day(registry_table):
    after = date(2021, 8, 1)
    steps = registry_table(
        "steps",
        step("a", "1", date(2021, 1, 1), after, PLAN, "done"),
        step("a", "2", after, None, PLAN, "running"),
        step("a", "3", None, after, PLAN, "done"),
        step("a", "4", date(2021, 1, 1), None, PLAN, "not_started"),
        step("a", "5", status="skipped"),
    )
    table = pace(steps, ["a"], as_of=TODAY)
    states = ["running", "not_started", "not_started", "running", "skipped", "not_registered"]
    assert table["state"].tolist() == states
    assert table["against_plan"].tolist()[:3] == ["overdue"] * 3


def test_other_wijken_that_registered_nothing_do_not_make_a_wijk_look_fast(steps):
    summary = pace_by_wijk(pace(steps, ["a", "b", "c"], as_of=TODAY)).set_index("wijk")
    assert summary.loc["a", "others_done"] == 0  # of b alone, not of c
    alone = pace_by_wijk(pace(steps, ["a", "c"], as_of=TODAY)).set_index("wijk")
    assert alone["others_done"].isna().loc["a"]


def test_the_latest_cycle_that_began_is_the_current_one(registry_table):
    rows = [step("a", str(n), date(2018, n, 1), date(2018, n, 20)) for n in range(1, 7)]
    rows += [step("a", "1", date(2020, 1, 1), date(2020, 2, 1), cycle=2)]
    summary = pace_by_wijk(pace(registry_table("steps", *rows), ["a"], as_of=TODAY))
    assert summary.loc[0, ["cycle", "done", "steps_done"]].tolist() == [2, 1, 7]


@pytest.mark.parametrize(
    ("start", "end", "planned", "expected"),
    [
        # On the day itself a step has begun, and one that ends is done; in time until the next.
        (0, None, 0, ("running", "ahead")),
        (1, None, 0, ("not_started", "ahead")),
        (-9, 0, 0, ("done", "on_time")),
        (-9, 0, -1, ("done", "late")),
        (-9, 1, -1, ("running", "overdue")),
        (-9, None, None, ("running", "not_planned")),
    ],
)
def test_a_day_counts_from_its_beginning(registry_table, start, end, planned, expected):
    day, until, due = (
        None if days is None else TODAY + timedelta(days) for days in (start, end, planned)
    )
    rows = registry_table("steps", step("a", "1", day, until, (PLAN[0], due)))
    judged = pace(rows, ["a"], as_of=TODAY).iloc[0]
    assert (judged["state"], judged["against_plan"]) == expected
