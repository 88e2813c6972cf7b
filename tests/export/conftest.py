"""A study of two wijken with released estimates made here: each status, a mark, a coarse number."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.reports.conftest import make_study
from wijkkit.released import open_released
from wijkkit.released.store import write_released
from wijkkit.study import open_study
from wijkkit.tables import tidy

GROUPS = """
groupings:
  - id: sex
    label: "Jongen of meisje"
    column: sex
    ordered: false
    groups: [{id: boy, label: "jongens"}, {id: girl, label: "=meisjes"}]
goals:
  - {id: g, label: "Meer sport", indicator: sport, domain: gezond}
"""
INDICATORS = """
sport:
  label: "Lid van een sportclub"
  denominator: "kinderen van 4 tot 13"
  function: answer_in
  columns: {answer: club}
  options: {values: [1]}
  question_version: "lid van een club"
  direction: higher
  goal: g
grade:
  label: "=Rapportcijfer"
  function: answer_value
  columns: {answer: mark}
  question_version: "een cijfer van 1 tot 10"
  unit: score
  direction: higher
"""
EVERYBODY, BOY, GIRL = ("", "all"), ("sex", "boy"), ("sex", "girl")


def row(indicator, area, group, value, status="ok", **more):
    level = {"city": "city", "programme": "arm"}.get(area, "wijk")
    return {
        "indicator": indicator,
        "area": area,
        "area_level": level,
        "wave": "w1",
        "group_by": group[0],
        "group": group[1],
        "value": value,
        "lower": None if value is None else value - 9,
        "upper": None if value is None else value + 11,
        "n": 120,
        "unit": "score" if indicator == "grade" else "percent",
        "status": status,
        "step": 1,
        **more,
    }


ROWS = [
    row("sport", "wijk-a", EVERYBODY, 66),
    row("sport", "wijk-a", BOY, 65, step=5),
    row("sport", "wijk-a", GIRL, None, "hidden"),
    row("sport", "wijk-b", EVERYBODY, None, "too_few"),
    row("sport", "city", EVERYBODY, 50),
    row("sport", "programme", EVERYBODY, 52),
    row("grade", "wijk-a", EVERYBODY, 7.25, step=0.1),
    row("grade", "wijk-a", BOY, None, "not_asked"),
    row("grade", "wijk-a", GIRL, None, "missing"),
    row("grade", "city", EVERYBODY, 7.0, step=0.1),
]


@pytest.fixture
def released_study(tmp_path):
    """A study and its released tables."""
    study, states = make_study(tmp_path / "study")
    path = study.folder / "study.yml"
    path.write_text(path.read_text() + GROUPS)
    (study.folder / "codebook.yml").write_text(CODEBOOK)
    (study.folder / "indicators.yml").write_text(INDICATORS)
    for number in (0, 1):
        hood = study.folder / "wijken" / f"wijk-{'ab'[number]}.yml"
        hood.write_text(hood.read_text().replace(f"BU{number}", f"WK05990{number}"))
    study = open_study(study.folder)
    write_released(study, "estimates", tidy(pd.DataFrame(ROWS)))
    verdicts = [("wijk-a", "better", 16.0), ("wijk-b", "unknown", None)]
    comparisons = [
        {"indicator": "sport", "area": area, "area_level": "wijk", "wave": "w1", "against": "city",
         "difference": difference, "verdict": verdict}
        for area, verdict, difference in verdicts
    ]  # fmt: skip
    write_released(study, "comparisons", pd.DataFrame(comparisons))
    return study, open_released(study), states


CODEBOOK = """
columns:
  respondent: {source: id, type: code}
  area: {source: area, type: code}
  age: {source: age, type: number}
  sex: {source: sex, type: category, values: {1: boy, 2: girl}}
  club: {source: club, type: number}
  mark: {source: mark, type: number}
"""
