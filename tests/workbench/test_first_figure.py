"""From an own survey file to a first figure, in a few lines."""

from __future__ import annotations

import pandas as pd
import pyreadstat

import wijkkit as wk


def test_a_file_of_ones_own_gives_its_figure_and_hides_what_rests_on_few(
    tmp_path, monkeypatch, capfd
):
    """In bu1 30 of 60 children, in bu2 60 of 80, which no rounding changes; bu3 has twelve."""
    areas = ["BU1"] * 60 + ["BU2"] * 80 + ["BU3"] * 12
    answers = [1.0, 2.0] * 30 + [1.0] * 60 + [2.0] * 20 + [1.0, 2.0] * 6
    rows = pd.DataFrame({"buurt": areas, "leeftijd": 8.0, "lid_sport": answers})
    labels = {"lid_sport": {1: "Ja", 2: "Nee"}}
    pyreadstat.write_sav(rows, tmp_path / "eigen_2021.sav", variable_value_labels=labels)
    monkeypatch.chdir(tmp_path)
    wk.new_study("first", "eigen_2021.sav")
    proposed = tmp_path / "first" / "indicators.yml"
    answered = proposed.read_text().replace("  higher: []", '  higher: ["has_lid_sport"]')
    proposed.write_text(answered.replace('  ask: ["has_lid_sport"]\n', ""))
    study = wk.open_study("first")
    wk.publish(wk.estimate(study, wk.load_respondents(study)))
    wk.release(study)
    shown = wk.show.intervals(wk.open_city(study).places("has_lid_sport"))
    numbers = shown.data.set_index("label")
    assert numbers["value"].loc[["BU1", "BU2"]].tolist() == [50, 75]
    assert numbers.loc["BU3", "status"] == "too_few" and pd.isna(numbers.loc["BU3", "value"])
    assert "<svg" in shown.svg() and capfd.readouterr() == ("", "")
