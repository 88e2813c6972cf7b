"""What is known on the day of judgement: a registry goes on after an evaluation."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from wijkkit.evaluation.facts import Facts, known_on

DAY, LATER = date(2021, 7, 31), date(2021, 8, 1)
DONE = {"wijk": "a", "intervention": "I1", "name": "Club", "planned_sessions": 10}


@pytest.fixture
def tables(registry_table):
    def items(*rows: dict) -> pd.DataFrame:
        return registry_table(
            "interventions", *({"wijk": "a", "name": "Club"} | row for row in rows)
        )

    on = [{"wijk": "a", "date": day} for day in (DAY, LATER)]
    periods = [{"period_start": day, "period_end": LATER} for day in (DAY, LATER)]
    return {
        "meetings": registry_table("meetings", *on),
        "attendance": registry_table(
            "attendance", *({"wijk": "a", "meeting": f"x{n}", "stakeholder": "P1"} for n in (0, 1))
        ),
        "decisions": registry_table("decisions", *on),
        "flags": registry_table("flags", *on),
        "activities": registry_table(
            "activities", *(DONE | period | {"delivered_sessions": 4} for period in periods)
        ),
        "interventions": items(
            {"key": "I1", "status": "running", "start": DAY},
            {"key": "I2", "status": "running", "start": LATER},
            {"key": "I3", "status": "stopped", "start": DAY, "end": LATER},
            {"key": "I4", "status": "stopped", "end": DAY},
        ),
        "partners": registry_table("partners"),
    }


def test_what_came_after_the_day_of_judgement_is_not_known_then(tables):
    found = known_on(tables, DAY)
    for kind in ("meetings", "attendance", "decisions", "flags", "activities"):
        assert found[kind]["key"].to_list() == ["x0"], kind
    assert found["interventions"]["status"].to_list() == [
        "running",
        "planned",
        "running",
        "stopped",
    ]
    again = known_on(tables, LATER)
    assert [len(again[kind]) for kind in ("meetings", "attendance", "activities")] == [2, 2, 2]
    assert again["interventions"]["status"].to_list() == [
        "running",
        "running",
        "stopped",
        "stopped",
    ]


def test_sessions_of_a_period_that_is_still_to_come_are_not_counted(small_study, tables):
    for day, done in ((DAY, 4), (LATER, 8)):
        facts = Facts(small_study("nl"), tables, day)
        assert facts.activities("a", "I1")["delivered_sessions"].sum() == done
        assert facts.measure("dose", "a")["numerator"] == done
        # I2, which starts later, is none of those of which activities may be missing.
        assert facts.measure("registered", "a")["denominator"] == (3 if day == DAY else 4)
