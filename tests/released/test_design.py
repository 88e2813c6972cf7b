"""How the study was set up: who took part, what was when, and slopes by goal."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.studies import replace, write_study
from wijkkit import show
from wijkkit.released import open_city
from wijkkit.released.store import write_released
from wijkkit.study import open_study
from wijkkit.tables import tidy

ROWS = [("noord", "wijk"), ("zuid", "wijk"), ("city", "city"), ("programme", "arm")]


@pytest.fixture
def folder(tmp_path):
    folder = write_study(tmp_path / "study")
    replace(folder, "study.yml", "title: Proef\n", "title: Proef\nlanguage: en\n")
    return folder


@pytest.mark.parametrize(("surveyed", "about"), [("1", ""), ("0.5", "about ")])
def test_who_took_part_is_said_of_as_many_as_were_asked(folder, surveyed, about):
    replace(
        folder, "study.yml", "sources:", f"process: {{children_surveyed: {surveyed}}}\nsources:"
    )
    table = pd.DataFrame(ROWS, columns=["area", "area_level"]).assign(
        arm="", wave="2021", children=[400.0, 300.0, None, 400.0], n=[100.0, None, 160.0, 100.0],
        response=[25.0, None, None, 25.0], status=["ok", "too_few", "ok", "ok"],
    )  # fmt: skip
    write_released(open_study(folder), "participants", table)
    found = open_city(folder).participants().set_index("area")
    said = found["took_part_of"].to_dict()
    assert said["noord"] == f"100 of {about}400 (25%)"
    assert said["city"] == "160" and "100" not in said["zuid"]
    assert found["share_status"].tolist() == ["ok", "too_few", "missing", "ok"]


def test_nobody_took_part_in_a_study_that_asked_nobody(folder):
    table = pd.DataFrame(ROWS, columns=["area", "area_level"]).assign(
        arm="", wave="2021", children=1.0, n=None, response=None, status="missing"
    )
    write_released(open_study(folder), "participants", table)
    assert open_city(folder).participants().empty


def test_what_was_when_is_named_as_the_study_does_and_the_programme_has_no_end(folder):
    days = pd.to_datetime(["2018-05-01", "2021-04-01", "2018-09-01", "2019-01-01", "2020-03-15"])
    ends = pd.to_datetime(["2018-07-31", "2021-07-31", None, None, "2021-06-25"])
    table = pd.DataFrame(
        {"kind": ["wave", "wave", "programme", "start", "corona"],
         "key": ["2018", "2021", "", "noord", "restrictions"], "start": days, "end": ends}
    )  # fmt: skip
    write_released(open_study(folder), "timeline", table)
    found = open_city(folder).timeline()
    assert found["label"].tolist()[:4] == ["Programma", "Noord", "meting 1", "wave 2"]
    assert found["end"].isna().tolist() == [True, True, False, False, False]
    drawn = show.timeline(found)
    assert (
        "Programma: from 1 September 2018." in drawn.alt
        and "1 May 2018 to 31 July 2018." in drawn.alt
    )
    assert show.table(found, ["label", "end"]).data.iloc[:3, 1].tolist() == [
        "no end date",
        "no end date",
        "31 July 2018",
    ]


def test_slopes_of_goals_are_those_of_the_area_and_its_grouping_difference_first(folder):
    keys = {"indicator": "play", "group": "low-high", "status": "ok"}
    rows = [
        (unit, wave, area, by)
        for area in ("city", "noord")
        for by in ("ses", "sex")
        for wave in ("2018", "2018-2021")
        for unit in ("ratio", "points")
    ]
    table = pd.DataFrame(rows, columns=["unit", "wave", "area", "group_by"]).assign(**keys)
    table["area_level"] = table["area"].map({"city": "city", "noord": "wijk"})
    table["value"] = range(len(table))
    other = table.head(2).assign(indicator="other")
    write_released(open_study(folder), "slopes", tidy(pd.concat([table, other])))
    found = open_city(folder).slopes()
    assert found["value"].tolist() == [1, 3, 0, 2]
    assert found["unit"].tolist() == ["points", "points", "ratio", "ratio"]
    assert found["wave"].iloc[0] == "meting 1" and found["measure"].nunique() == 2
    assert found["wave"].iloc[1] not in ("meting 1", "2018-2021")
