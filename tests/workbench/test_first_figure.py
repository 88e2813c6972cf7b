"""The README's way from an own survey file to a first figure."""

from __future__ import annotations

import re

import pandas as pd
import pyreadstat

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
(CODE,) = re.findall(r"## A first figure.*?```python\n(.*?)```", README, flags=re.DOTALL)
SURVEY = "data/survey/kindmonitor_2021.sav"


def test_it_takes_less_than_ten_lines():
    assert len([line for line in CODE.splitlines() if line.strip()]) < 10


def test_a_file_of_ones_own_gives_its_figure_and_hides_what_rests_on_few(tmp_path, monkeypatch):
    """In bu1 30 of 60 children, in bu2 60 of 80, which no rounding changes; bu3 has twelve."""
    areas = ["BU1"] * 60 + ["BU2"] * 80 + ["BU3"] * 12
    answers = [1.0, 2.0] * 30 + [1.0] * 60 + [2.0] * 20 + [1.0, 2.0] * 6
    rows = pd.DataFrame({"buurt": areas, "leeftijd": 8.0, "lid_sport": answers})
    labels = {"lid_sport": {1: "Ja", 2: "Nee"}}
    pyreadstat.write_sav(rows, tmp_path / "eigen_2021.sav", variable_value_labels=labels)
    monkeypatch.chdir(tmp_path)
    *lines, last = CODE.replace(SURVEY, "eigen_2021.sav").strip().splitlines()
    made: dict = {}
    exec("\n".join(lines), made)
    shown = eval(last, made)
    values = dict(zip(shown.data.iloc[:, 0], shown.data.iloc[:, 1], strict=True))
    assert values["BU1"].startswith("50% (") and values["BU2"].startswith("75% (")
    assert values["BU3"] == "te weinig kinderen"
    assert "<svg" in shown.svg()
