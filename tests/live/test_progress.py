"""How far a wijk is and what is asked of it, on the first and the last day of each period."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from wijkkit.live.progress import (
    completeness,
    contradictions,
    decisions,
    freshness,
    meeting_sentence,
    open_clashes,
    solved_clashes,
    step_marks,
)

TODAY = date(2021, 7, 1)
MEETING = {"name": "Network", "key": "O1"}


def on(ago: int | None) -> date | None:
    return None if ago is None else TODAY - timedelta(ago)


def decision(ago: int, status: str = "open", due: int | None = None, **more: object) -> dict:
    values = {"decision": f"of {ago}", "date": on(ago), "status": status, "due": on(due)}
    return {"key": f"B{ago}"} | values | more


def test_decisions_wait_by_their_day_and_those_since_the_last_meeting_were_taken(snapshot):
    rows = [
        decision(50),
        decision(40, due=-5),
        decision(30, due=0),
        decision(20, "taken", due=1),
        decision(9, "taken"),
        decision(10, "carried_out", due=3),
        decision(11, "taken"),
        decision(8, "withdrawn"),
    ]
    held = [MEETING | {"date": on(10)}, MEETING | {"key": "O2", "date": on(-1)}]
    found = decisions(snapshot(decisions=rows, meetings=held), "a")
    assert [one.decision for one in found.open] == ["of 20", "of 30", "of 40", "of 50"]
    assert [one.overdue for one in found.open] == [True, False, False, False]
    assert "1 day ago" in found.open[0].words and "due on 1 July 2021" in found.open[1].words
    assert "of 12 May 2021" in found.open[3].words
    assert [one.decision for one in found.taken] == ["of 9", "of 10"]
    assert found.since == "21 June 2021"
    # Before the first meeting all that was taken is new.
    assert len(decisions(snapshot(decisions=rows), "a").taken) == 3


def test_clashes_are_open_until_they_are_solved_and_then_told_at_one_meeting(snapshot):
    flag = {"what": "One provider", "clash": "procurement", "programme": "Sport plan"}
    rows = [
        flag | {"key": "K1", "status": "open", "date": on(3), "owner": "P1"},
        flag | {"key": "K2", "status": "open", "date": on(9), "programme": None, "owner": "P9"},
        flag | {"key": "K3", "status": "solved", "solved": on(10), "solution": "Two lots"},
        flag | {"key": "K4", "status": "solved", "solved": on(11)},
    ]
    known = snapshot(
        flags=rows,
        meetings=[MEETING | {"date": on(10)}],
        stakeholders=[{"key": "P1", "organisation": "School"}],
    )
    first, second = open_clashes(known, "a")
    assert (first.since, second.since) == ("22 June 2021", "28 June 2021")
    assert second.owner == "School" and second.subject.endswith(": Sport plan")
    assert "Sport plan" not in first.subject and first.owner != second.owner
    (solved,) = solved_clashes(known, "a")
    assert (solved.since, solved.owner) == ("21 June 2021", "Two lots")


def test_the_last_meeting_that_was_held_is_said_with_who_was_there_and_its_minutes(snapshot):
    meetings = [
        MEETING | {"date": on(10), "domain": "gezond", "minutes": "D1"},
        {"key": "O2", "name": "Before", "date": on(40)},
        {"key": "O3", "name": "To come", "date": on(-1)},
    ]
    known = snapshot(
        meetings=meetings,
        attendance=[{"meeting": "O1", "stakeholder": f"P{n}", "presence": one}
                    for n, one in enumerate(["present", "absent", "present", "excused"])],
        documents=[{"key": "D1", "title": "Minutes of June", "date": on(9)}],
    )  # fmt: skip
    said = meeting_sentence(known, "a")
    assert said.startswith("Last meeting: Network (") and "21 June 2021" in said
    assert "Present: 2 of 4." in said and "Minutes: Minutes of June (22 June 2021)." in said
    assert meeting_sentence(snapshot(meetings=meetings[2:]), "a") == ""
    assert "Present" not in meeting_sentence(snapshot(meetings=meetings[1:]), "a")


@pytest.mark.parametrize(
    ("planned", "ended", "said", "late"),
    [
        (-5, None, "planned for 6 July 2021", False),
        (1, None, "1 day late", True),
        (5, 5, "26 June 2021", False),
        (5, 3, "28 June 2021, 2 days late", False),
        (None, 3, "28 June 2021", False),
    ],
)
def test_a_step_says_its_day_and_how_late_it_is(snapshot, planned, ended, said, late):
    step = {"cycle": 1, "step": "1", "actual_start": on(20), "actual_end": on(ended)}
    mark = step_marks(snapshot(steps=[step | {"planned_end": on(planned)}]), "a")[0]
    assert mark.words.endswith(said) and mark.late == late
    assert mark.state == ("running" if ended is None else "done")


def test_a_comparator_has_no_steps_and_the_last_round_that_began_counts(snapshot):
    rows = [{"key": f"C{n}", "cycle": n, "step": "1", "actual_start": on(50 - n)} for n in (1, 2)]
    assert [len(step_marks(snapshot(steps=rows), one)) for one in "ac"] == [6, 0]
    rows.append({"key": "C3", "cycle": 3, "step": "1", "planned_start": on(-9)})
    assert step_marks(snapshot(steps=rows), "a")[0].state == "running"


@pytest.mark.parametrize(
    ("tables", "kind", "words"),
    [
        ({"meetings": [MEETING | {"date": on(122)}]}, "meetings", []),
        ({"meetings": [MEETING | {"date": on(123)}]}, "meetings", ["The last meeting"]),
        ({"meetings": [MEETING | {"date": on(-1)}]}, "meetings", ["The last meeting"]),
        ({"decisions": [decision(9, due=0)]}, "decisions", []),
        ({"decisions": [decision(9, due=1)]}, "decisions", ["How far along is the decision ‘of 9’?"]),
        ({"decisions": [decision(9, "carried_out", due=1)]}, "decisions", []),
        *(
            ({"interventions": [{"key": "I1", "name": "Club", "status": status, "start": on(start)}],
              "activities": [{"intervention": "I1", "period_start": on(end + 9), "period_end": on(end)}]
              if end is not None else []}, "activities", words)
            for status, start, end, words in (
                ("running", 400, 183, []),
                ("running", 400, 184, ["The last half year of ‘Club’"]),
                ("running", 183, None, ["The first activity of ‘Club’"]),
                ("running", 182, None, []),
                ("planned", 400, None, []),
            )
        ),
    ],
)  # fmt: skip
def test_what_is_to_do_is_asked_from_the_first_day_on(snapshot, tables, kind, words):
    todo = completeness(snapshot(**tables), "a").todo
    assert [one.words for one in todo if one.kind == kind] == words


def test_the_score_is_the_mean_of_the_parts_that_can_be_asked(snapshot):
    known = snapshot(
        steps=[{"cycle": 1, "step": n, "status": "done", "planned_end": on(9), "actual_end": on(9)}
               for n in "123"],
        goals=[{"key": "D1", "name": "Play", "indicator": "play", "baseline": 4.0},
               {"key": "D2", "name": "Old", "status": "dropped"}],
        interventions=[{"key": "I1", "name": "Club", "status": "running", "goal": "D1"},
                       {"key": "I2", "name": "Gone", "status": "stopped"}],
        meetings=[MEETING | {"date": on(3)}],
        decisions=[decision(9, due=1), decision(8), decision(7), decision(6)],
    )  # fmt: skip
    found = completeness(known, "a")
    parts = {part.name: (part.there, part.of) for part in found.parts}
    assert parts == {
        "steps": (3, 6), "goals": (2, 3), "interventions": (1, 4), "activities": (0, 1),
        "meetings": (1, 1), "decisions": (3, 4),
    }  # fmt: skip
    assert found.score == pytest.approx(100 * (3 / 6 + 2 / 3 + 1 / 4 + 0 + 1 + 3 / 4) / 6)
    assert [one.kind for one in found.todo] == [
        "activities", "decisions", "steps", "steps", "steps", *["interventions"] * 3, "goals",
    ]  # fmt: skip
    # Outside the programme nothing is asked but what was begun: no score of 0 in red.
    nothing = completeness(known, "c")
    assert nothing.parts == nothing.todo == [] and pd.isna(nothing.score)
    assert not freshness(known, "c")[1]
    ran = snapshot(interventions=[{"wijk": "c", "key": "I1", "name": "Club", "status": "running"}])
    assert [part.name for part in completeness(ran, "c").parts] == ["interventions", "activities"]
    assert freshness(ran, "c")[1]


@pytest.mark.parametrize(("ago", "old"), [(183, False), (184, True)])
@pytest.mark.parametrize("kind", ["meetings", "decisions", "activities"])
def test_a_registry_is_old_after_half_a_year(snapshot, kind, ago, old):
    tables = {
        "meetings": {"meetings": [MEETING | {"date": on(ago)}]},
        "decisions": {"decisions": [decision(ago)]},
        "activities": {
            "interventions": [{"key": "I1", "name": "Club"}],
            "activities": [{"intervention": "I1", "period_end": on(ago), "period_start": on(ago)}],
        },
    }[kind]
    assert freshness(snapshot(**tables), "a") == (pd.Timestamp(on(ago)), old)
    nothing, is_old = freshness(snapshot(), "a")
    assert pd.isna(nothing) and is_old


@pytest.mark.parametrize(
    ("started", "scope", "begun", "said"),
    [(10, None, 9, 1), (9, None, 9, 0), (10, "city_wide", 9, 0), (10, None, None, 0)],
)
def test_what_contradicts_itself_is_said(snapshot, started, scope, begun, said):
    item = {"key": "I1", "name": "Club", "start": on(started), "scope": scope}
    steps = [{"key": "C1", "cycle": 1, "step": "3", "actual_start": on(begun)}]
    assert len(contradictions(snapshot(interventions=[item], steps=steps), "a")) == said
    for ago, future in ((0, 0), (-1, 1)):
        rows = [{"key": "C2", "cycle": 1, "step": "4", "actual_end": on(ago)}]
        assert len(contradictions(snapshot(steps=rows), "a")) == future
        held = {"intervention": "I1", "name": "Club", "period_start": on(ago), "cost": 5.0}
        assert len(contradictions(snapshot(activities=[held]), "a")) == future
