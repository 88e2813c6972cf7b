"""Profiles and maps of all 92 Rotterdam buurten from a real file, through parameters only."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import pytest

from wijkkit import show
from wijkkit.pipeline.release import release_areas
from wijkkit.released import open_city, open_wijk
from wijkkit.study import Study, open_study

STUDY = """
title: Rotterdam in 2015
city: {{name: Rotterdam, code: GM0599}}
programme: {{name: Geen programma, start: 2015-01-01}}
sources:
  area_figures:
    - id: buurten
      kind: file
      level: wijk
      period: "2015"
      path: "{data}/cbs/buurt_GM0599_kwb.csv"
      code_column: BU_CODE
      figures: {{inhabitants: AANT_INW, children: P_00_14_JR, families: P_HH_M_K, household: GEM_HH_GR}}
      labels: {{inhabitants: inwoners, children: kinderen van 0 tot 15 jaar, families: huishoudens met kinderen, household: personen per huishouden}}
      units: {{inhabitants: count, children: percent, families: percent, household: personen}}
    - id: stad
      kind: file
      level: city
      period: "2015"
      path: "{data}/cbs/gemeente_GM0599_kwb.csv"
      code_column: GM_CODE
      figures: {{inhabitants: AANT_INW, children: P_00_14_JR, families: P_HH_M_K}}
      labels: {{inhabitants: inwoners, children: kinderen van 0 tot 15 jaar, families: huishoudens met kinderen}}
      units: {{inhabitants: count, children: percent, families: percent}}
  borders:
    - {{level: wijk, path: "{data}/geo/cbs_buurten_2015_GM0599.geojson", code_column: BU_CODE, name_column: BU_NAAM}}
"""


def slug(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")


@pytest.fixture(scope="module")
def study(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("rotterdam")
    (folder / "study.yml").write_text(STUDY.format(data=shared_data), encoding="utf-8")
    (folder / "codebook.yml").write_text(
        "columns:\n  area: {source: buurt, type: code}\n  age: {source: leeftijd, type: integer}\n",
        encoding="utf-8",
    )
    (folder / "indicators.yml").write_text("{}\n", encoding="utf-8")
    (folder / "wijken").mkdir()
    with (shared_data / "cbs" / "buurt_GM0599_kwb.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            hood = slug(row["BU_NAAM"])
            text = f'wijk: {hood}\nname: "{row["BU_NAAM"]}"\ncode: {row["BU_CODE"]}\ndistrict: {row["WK_CODE"]}\n'
            (folder / "wijken" / f"{hood}.yml").write_text(text, encoding="utf-8")
    study = open_study(folder)
    release_areas(study)
    return study


def test_all_buurten_have_a_profile_beside_the_city(study):
    figures = open_city(study).table("area_figures")
    inhabitants = figures[(figures["figure"] == "inhabitants") & (figures["area_level"] == "wijk")]
    assert len(inhabitants) == 92
    assert inhabitants["value"].sum() == 623370
    profile = open_wijk(study, "stadsdriehoek").profile()
    cells = show.table(profile, ["label", "value"], across="place").data
    assert cells.iloc[0, 1:].tolist() == ["14.425", "623.652"]
    assert cells.iloc[:, 1].tolist() == ["14.425", "8%", "11%", "1,5 personen"]


def test_a_hidden_figure_is_absent_and_never_a_code_or_zero(study):
    figures = open_city(study).table("area_figures")
    missing = figures[figures["status"] == "missing"]
    assert missing["figure"].tolist() == ["household"] * 5
    assert missing["value"].isna().all()
    assert figures["value"].min() >= 0


def test_every_buurt_is_on_the_map_and_the_map_lies_in_rotterdam(study):
    borders = open_city(study).table("borders")
    assert set(borders["area"]) == set(study.neighbourhoods)
    west, south, east, north = borders.to_crs(4326).total_bounds
    assert 3.9 < west < east < 4.7
    assert 51.8 < south < north < 52.1
    shown = show.map(open_wijk(study, "cool").borders())
    assert shown.alt == "Kaart met 92 wijken. Donkerblauw: Cool."
    assert len(shown.svg()) < 400_000
