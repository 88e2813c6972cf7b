"""The rows and captions that a view of the city or of a wijk gives."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.show.test_show import changes, estimates, gaps
from tests.studies import replace, write_study
from wijkkit.released import open_city, open_wijk
from wijkkit.released.store import write_released
from wijkkit.study import open_study


@pytest.fixture
def folder(tmp_path):
    folder = write_study(tmp_path / "study")
    replace(folder, "study.yml", "title: Proef\n", "title: Proef\nlanguage: en\n")
    for name, table in {"estimates": estimates(), "changes": changes(), "gaps": gaps()}.items():
        write_released(open_study(folder), name, table)
    return folder


@pytest.mark.parametrize(
    ("asked", "caption"),
    [
        ({}, "Speelt voldoende buiten (everybody), wave 2021"),
        ({"wave": "2018", "group_by": "ses", "group": "low"}, "Speelt voldoende buiten (opleiding: laag), wave 2018"),
        ({"of": "changes"}, "Speelt voldoende buiten (everybody): change from 2018 to 2021"),
        ({"of": "gaps"}, "Speelt voldoende buiten, wave 2021: gap by opleiding"),
        ({"of": "gaps", "group_by": "ses"}, "Speelt voldoende buiten, wave 2021: gap by opleiding"),
    ],
)  # fmt: skip
def test_a_number_per_wijk_says_what_it_is(folder, asked, caption):
    found = open_city(folder).places("play", **asked)
    assert found.attrs["caption"] == caption
    assert found["area"].tolist() == ["noord", "zuid", "city"]
    right = {"2018": [35, 38, 37], "2021": [52, 45, 48]}.get(asked.get("wave", "2021"))
    assert asked.get("of") or found["value"].tolist() == right


def test_a_number_per_group_says_of_which_grouping(folder):
    for grouping in ("", "ses"):
        found = open_wijk(folder, "noord").groups("play", grouping)
        assert found.attrs["caption"].endswith("wave 2021: by group of opleiding")
        assert dict(zip(found["label"], found["value"], strict=True)) == {"laag": 46, "hoog": 58}


def test_what_is_a_wijk_s_own_is_said_by_its_name_or_by_its_area_as_a_wijk(folder):
    rows = [("noord", "wijk", 1), ("noord", "gebied", 2), ("zuid", "wijk", 3), ("city", "city", 4)]
    table = pd.DataFrame(rows, columns=["area", "area_level", "value"])
    study = open_study(folder)
    write_released(study, "area_figures", table)
    write_released(study, "comparable", table.drop(columns="area_level"))
    write_released(study, "questions", table.rename(columns={"area": "wijk"}))
    view = open_wijk(folder, "noord")
    found = {
        name: view.own(name)["value"].tolist()
        for name in ("area_figures", "comparable", "questions")
    }
    assert found == {"area_figures": [1], "comparable": [1, 2], "questions": [1, 2]}


def test_a_map_names_the_wijken_that_it_has_no_borders_of(folder):
    shapes = {"noord": shapely.box(0, 0, 1, 1), "zuid": shapely.box(1, 0, 2, 1)}
    table = gpd.GeoDataFrame(
        {"area": [*shapes], "area_level": "wijk", "name": "x"},
        geometry=[*shapes.values()],
        crs=28992,
    )
    for left, said in ((1, ". Without borders, so not on the map: Zuid"), (2, "")):
        write_released(open_study(folder), "borders", table.head(left))
        caption = open_city(folder).borders().attrs["caption"]
        assert caption.partition(" on the map")[2] == said
