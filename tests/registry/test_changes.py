"""Whether a change fits the other rows of its wijk: on which day, beside what, by whom."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from wijkkit.registry.changes import Change, decide, settle
from wijkkit.registry.problems import broken, in_words
from wijkkit.registry.tables import KINDS

DAY = date(2020, 3, 2)


def on(days: int | None) -> date | None:
    return None if days is None else DAY + timedelta(days)


def row(kind: str, **values: object) -> dict[str, object]:
    return dict.fromkeys(column.name for column in KINDS[kind].columns) | values


def state(**kinds: dict[str, dict[str, object]]) -> dict[str, dict[str, dict[str, object]]]:
    """What is stored: each row at its first version, by B."""
    own = {"removed": False, "version": 1, "changed_by": "B", "changed_at": DAY}
    return {
        name: {key: row(name, **one) | own for key, one in kinds.get(name, {}).items()}
        for name in KINDS
    }


def wrong_with(stored, kind: str, key: str, values, **more: object) -> list[tuple[str, str]]:
    """The rules that a change breaks, with the column where each is said."""
    _, (problems,) = settle([Change(kind, key, row(kind, **values), **more)], [[]], stored)
    return [(problem.rule, problem.column) for problem in problems]


@pytest.mark.parametrize("kind", ["attendance", "stakeholders", "meetings"])
@pytest.mark.parametrize(
    ("start", "end", "presence", "there"),
    [
        (0, 0, "present", True),
        (1, None, "present", False),
        (None, -1, "present", False),
        (None, None, "present", True),
        (1, -1, "absent", True),
    ],
)
def test_who_was_present_took_part_on_that_day(kind, start, end, presence, there):
    rows = {
        "stakeholders": {"P1": {"organisation": "School", "start": on(start), "end": on(end)}},
        "meetings": {"O1": {"date": DAY}},
        "attendance": {"X1": {"meeting": "O1", "stakeholder": "P1", "presence": presence}},
    }
    (key, values), column = next(iter(rows[kind].items())), {
        "attendance": "stakeholder", "stakeholders": "end", "meetings": "date",
    }[kind]  # fmt: skip
    others = {name: found for name, found in rows.items() if name != kind}
    stored = state(**others)
    assert wrong_with(stored, kind, key, values) == ([] if there else [("not_there", column)])
    # Another meeting or partner is not what is asked of this one.
    if kind != "attendance":
        assert ("not_there", column) not in wrong_with(state(**rows), kind, "Z9", values)


@pytest.mark.parametrize(
    ("starts", "scope", "begun", "cycle", "step", "early"),
    [
        (-1, None, 0, 1, "3", True),
        (0, None, 0, 1, "3", False),
        (-1, "city_wide", 0, 1, "3", False),
        (-1, None, 0, 2, "3", False),
        (-1, None, 0, 1, "4", False),
        (None, None, 0, 1, "3", False),
        (-1, None, None, 1, "3", False),
    ],
)
def test_an_intervention_of_the_wijk_begins_with_its_choice_at_the_earliest(
    starts, scope, begun, cycle, step, early
):
    item = {"name": "Club", "start": on(starts), "scope": scope}
    chosen = {"cycle": cycle, "step": step, "actual_start": on(begun)}
    found = wrong_with(state(steps={"S1": chosen}), "interventions", "I1", item)
    assert found == ([("too_early", "start")] if early else [])
    found = wrong_with(state(interventions={"I1": item}), "steps", "S1", chosen)
    assert found == ([("chosen_later", "actual_start")] if early else [])
    # What contradicts another row since long is no reason to refuse something else.
    both = state(steps={"S1": chosen}, interventions={"I1": item})
    assert not wrong_with(both, "interventions", "I1", item | {"cost": 5.0}, version=1)


@pytest.mark.parametrize(
    ("first", "last", "column"),
    [(-9, -1, "period_end"), (-9, 0, None), (9, 12, None), (10, 12, "period_start"), (2, 3, None),
     (None, -1, None), (10, None, None)],
)  # fmt: skip
def test_an_activity_is_not_wholly_outside_the_days_of_its_intervention(first, last, column):
    item = {"name": "Club", "start": on(0), "end": on(9)}
    activity = {"intervention": "I1", "period_start": on(first), "period_end": on(last)}
    found = wrong_with(state(interventions={"I1": item}), "activities", "A1", activity)
    assert found == ([("not_running", column)] if column else [])
    found = wrong_with(state(activities={"A1": activity}), "interventions", "I1", item)
    own = {"period_end": "start", "period_start": "end"}
    assert found == ([("not_running", own[column])] if column else [])
    assert not wrong_with(state(activities={"A1": activity}), "interventions", "I2", item)


@pytest.mark.parametrize(
    ("stored", "quality", "confirmed", "doubtful"),
    [(None, 10.0, False, True), (None, 10.5, False, False), (None, 0.0, False, False),
     (None, 7.0, True, False), (7.0, 7.0, False, False), (7.0, 8.0, False, True),
     (None, None, False, False)],
)  # fmt: skip
def test_a_mark_of_ten_or_less_looks_like_one_of_another_scale(
    stored, quality, confirmed, doubtful
):
    item = {"I1": {"name": "Club"}}
    rows = state(
        interventions=item, activities={} if stored is None else {"A1": {"quality": stored}}
    )
    values = {"intervention": "I1", "quality": quality}
    version = int(stored is not None)
    found = wrong_with(rows, "activities", "A1", values, confirmed=confirmed, version=version)
    assert found == ([("doubtful", "quality")] if doubtful else [])


def test_the_day_of_a_change_is_that_of_the_reader_s_clock():
    """Half past eleven in UTC is the next day in the Netherlands, here in the next year."""
    stored = row("goals", name="Spelen", removed=False, version=2, changed_by="B",
                 changed_at=datetime(2026, 12, 31, 23, 30))  # fmt: skip
    found = decide(Change("goals", "D1", {"name": "Sport"}, 1), {"goals": {"D1": stored}})
    said = in_words(found, KINDS["goals"], "nl").what
    assert "01-01-2027" in said and "B" in said


@pytest.mark.parametrize("column", ["baseline", "target"])
def test_a_part_of_one_looks_like_a_percentage_of_another_scale(column):
    asked = broken("doubtful", column, 0.3, {"times": 100 * 0.3, "value": 0.3})
    assert in_words(asked, KINDS["goals"], "nl").remedy.startswith("Bedoelt u 30? ")
    assert "Klopt 0,3, " in in_words(asked, KINDS["goals"], "nl").remedy
    slip = Change("goals", "D1", row("goals", name="Spelen", **{column: 6550.0}))
    _, ((found,),) = settle([slip], [[]], state())
    assert found.fields["times"] == 65.5
    for value, doubtful in (
        (0.3, True),
        (1.0, True),
        (1.5, False),
        (0.0, False),
        (100.0, False),
        (655.0, True),
    ):
        found = wrong_with(state(), "goals", "D1", {"name": "Spelen", column: value})
        assert found == ([("doubtful", column)] if doubtful else [])


def test_a_row_is_the_only_one_of_its_kind_and_no_copy():
    step = {"cycle": 1, "step": "3"}
    stored = state(steps={"S1": step}, goals={"D1": {"name": "Play"}},
                   stakeholders={"P1": {"organisation": "School"}})  # fmt: skip
    assert wrong_with(stored, "steps", "S2", step) == [("not_unique", "step")]
    assert not wrong_with(stored, "steps", "S1", step | {"status": "done"}, version=1)
    assert not wrong_with(stored, "steps", "S2", step | {"cycle": 2})
    assert wrong_with(stored, "goals", "D2", {"name": "Play"}) == [("copied", "")]
    assert not wrong_with(stored, "goals", "D2", {"name": "Play", "target": 60.0})
    stored = state(interventions={"I1": {"name": "Speel-straat", "start": DAY, "end": on(9)}})
    for days, refused in ((0, True), (9, True), (10, False)):
        again = {"name": "speelstraat ", "domain": "gezond", "start": on(days)}
        found = wrong_with(stored, "interventions", "I2", again)
        assert found == ([("again", "name")] if refused else [])
    assert wrong_with(stored, "interventions", "I2", {"name": "Speelstraat"}) == [("again", "name")]
    stored = state(stakeholders={"P1": {"organisation": "School"}})
    # Two people of one organisation may have the same row.
    assert not wrong_with(stored, "stakeholders", "P2", {"organisation": "School"})


def test_a_row_refers_to_one_that_is_there_and_stays_while_it_is_used():
    stored = state(goals={"D1": {"name": "Play"}}, interventions={"I1": {"goal": "D1"}})
    assert wrong_with(stored, "interventions", "I2", {"name": "Club", "goal": "D2"}) == [
        ("unknown_row", "goal")
    ]
    gone = {"version": 1, "remove": True}
    assert wrong_with(stored, "goals", "D1", {}, **gone) == [("still_used", "")]
    assert not wrong_with(stored, "interventions", "I1", {}, **gone)
    # Both at once is no trouble.
    both = [Change("goals", "D1", {}, **gone), Change("interventions", "I1", {}, **gone)]
    outcomes, problems = settle(both, [[], []], stored)
    assert outcomes == ["removed", "removed"] and problems == [[], []]


@pytest.mark.parametrize(
    ("key", "values", "version", "remove", "expected"),
    [
        ("D1", {"name": "Play"}, 0, False, "unchanged"),
        ("D1", {"name": "Sport"}, 1, False, "changed"),
        ("D1", {"name": "Play"}, 1, True, "removed"),
        # Who makes a new row, or changes an older version, is told of the one that is there.
        ("D1", {"name": "Sport"}, 0, False, "exists"),
        ("D1", {"name": "Sport"}, 2, False, "changed_by_other"),
        ("D2", {"name": "Sport"}, 0, False, "created"),
        ("D2", {"name": "Sport"}, 1, False, "never_there"),
        ("D2", {}, 0, True, "unchanged"),
        ("D9", {"name": "Old"}, 1, False, "removed"),
        ("D9", {}, 1, True, "unchanged"),
    ],
)
def test_who_was_first_is_known_by_the_version(key, values, version, remove, expected):
    stored = state(goals={"D1": {"name": "Play"}, "D9": {"name": "Old"}})
    stored["goals"]["D9"]["removed"] = True
    found = decide(Change("goals", key, row("goals", **values), version, remove), stored)
    assert getattr(found, "rule", found) == expected
