"""The design that the codebook says: who is left out, which weight counts where, lonely units."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import wijkkit as wk
from tests.proposal.conftest import finished
from wijkkit.cli import app
from wijkkit.disclosure.policy import policy_for
from wijkkit.disclosure.release import _tells_of_few
from wijkkit.disclosure.sample import apart, cells_of
from wijkkit.disclosure.system import cell_places, larger_cells, systems
from wijkkit.errors import DataError, StudyError
from wijkkit.loaders.areas import row_account
from wijkkit.pipeline.checks import design_lines, validate
from wijkkit.reports.pages import metadata

N = 120


@pytest.fixture
def study(tmp_path):
    """Two years in one file, a weight per level, and two rows that have no usable weight."""
    random = np.random.default_rng(5)
    rows = pd.DataFrame(
        {
            "respnr": range(N),
            "jaar": np.repeat([2018, 2021], N // 2),
            "wijkcode": random.choice(["BU1", "BU2"], N),
            "leeftijd": random.integers(4, 12, N),
            "stratum": random.choice([1, 2], N),
            "weegfactor": random.uniform(0.5, 2, N).round(3),
            "gewicht_regio": random.uniform(0.5, 2, N).round(3),
            "sport": random.choice(["Ja", "Nee"], N),
        }
    )
    rows.loc[0, "weegfactor"] = np.nan
    rows.loc[N - 1, "weegfactor"] = 0.0
    rows.loc[5, "stratum"] = 3
    rows.to_csv(tmp_path / "monitor.csv", index=False)
    wk.new_study(tmp_path / "own", tmp_path / "monitor.csv", columns={"weight": "weegfactor"})
    return finished(tmp_path / "own")


def design(folder, said: str):
    path = folder / "codebook.yml"
    lines = [x for x in path.read_text("utf-8").splitlines() if not x.startswith("design:")]
    path.write_text("\n".join([f"design: {said}", *lines]) + "\n", encoding="utf-8")
    return wk.open_study(folder)


def values(study, respondents=None):
    rows = wk.load_respondents(study) if respondents is None else respondents
    table = wk.estimate(study, rows).estimates.table
    return table[table["group"].eq("all")].set_index(["area", "wave"])


def mean(rows, weight):
    return 100 * np.average(rows["has_sport"], weights=rows[weight])


def test_rows_without_a_weight_are_left_out_where_the_design_says_so(study):
    rows = wk.load_respondents(validate(study))
    assert len(rows) == N - 2
    account = row_account(rows.attrs["account"])
    left = account[account["why"].ne("")].set_index(["wave", "why"])["dropped"].to_dict()
    assert left == {("2018", "no weight"): 1, ("2021", "weight 0"): 1}
    assert account["read"].sum() == N and account["used"].sum() == N - 2


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{zero_weights: drop}", "missing_weights: drop"),
        ("{missing_weights: drop}", "zero_weights: drop"),
    ],
)
def test_they_are_an_error_otherwise_and_the_remedy_helps(study, said, message):
    with pytest.raises(DataError, match=message):
        validate(design(study, said).folder)
    validate(design(study, "{missing_weights: drop, zero_weights: drop}").folder)


DROP = "missing_weights: drop, zero_weights: drop"


def test_a_level_a_wave_and_an_indicator_may_have_another_weight(study):
    choice = "{weight: gewicht_regio, level: city, waves: ['2021']}"
    opened = design(study, f"{{{DROP}, weights: [{choice}]}}")
    rows = wk.load_respondents(opened)
    found = values(opened, rows)["value"]
    for wave, weight in (("2018", "weight"), ("2021", "gewicht_regio")):
        year = rows[rows["wave"].eq(wave)]
        assert np.isclose(found["city", wave], mean(year, weight))
        for wijk, part in year.groupby("wijk"):
            assert np.isclose(found[wijk, wave], mean(part, "weight"))
    by_name = design(
        study, f"{{{DROP}, weights: [{{weight: gewicht_regio, indicators: [has_sport]}}]}}"
    )
    found = values(by_name, rows)["value"]
    assert np.isclose(found["city", "2018"], mean(rows[rows["wave"].eq("2018")], "gewicht_regio"))


def other_people(study) -> pd.DataFrame:
    """Leave some without the weight of the wijken, and others without that of the city."""
    path = study.parent / "monitor.csv"
    rows = pd.read_csv(path)
    rows.loc[3:9, "weegfactor"] = np.nan
    rows.loc[20:30, "gewicht_regio"] = np.nan
    rows.loc[90:94, "gewicht_regio"] = 0.0
    rows.to_csv(path, index=False)
    return rows.assign(has_sport=rows["sport"].eq("Ja") * 1.0, wave=rows["jaar"].astype(str))


CITY = f"{{{DROP}, weights: [{{weight: gewicht_regio, level: city}}]}}"


def test_wijken_and_city_may_be_of_other_people(study):
    rows = other_people(study)
    opened = validate(design(study, CITY).folder)
    loaded = wk.load_respondents(opened)
    table = values(opened, loaded)
    for wave, year in rows.groupby("wave"):
        city, areas = year[year["gewicht_regio"].gt(0)], year[year["weegfactor"].gt(0)]
        assert np.isclose(table.loc[("city", wave), "value"], mean(city, "gewicht_regio"))
        assert table.loc[("city", wave), "n"] == len(city)
        for wijk, part in areas.groupby("wijkcode"):
            assert np.isclose(table.loc[(wijk.lower(), wave), "value"], mean(part, "weegfactor"))
            assert table.loc[(wijk.lower(), wave), "n"] == len(part)
    # What asks the respondents themselves has those of the wijken; the notebook has all.
    people = wk.people(opened)
    assert len(people) == (rows["weegfactor"].gt(0)).sum()
    pd.testing.assert_frame_equal(values(opened, people.sample), table)
    method = metadata(opened, "stad")["text"]["method_survey"]
    assert "weegfactor" in method and "gewogen met gewicht" in method
    line = next(x for x in design_lines(opened, loaded) if "gewicht_regio" in x)
    assert f"{rows['gewicht_regio'].gt(0).sum()} respondents" in line


def test_disclosure_control_knows_who_counts_where(study):
    other_people(study)
    opened = design(study, CITY)
    estimates = wk.estimate(opened, wk.load_respondents(opened))
    table, counts = estimates.estimates.table, estimates.estimates.counts
    cells = cells_of(estimates.sample)
    for name in ("n", "x"):
        np.testing.assert_array_equal(cells[name], counts[name].fillna(0))
    found = 0
    for system in systems(estimates.sample, table, 5):
        np.testing.assert_array_equal(system.counts(), cells["x"].iloc[system.rows])
        np.testing.assert_array_equal(system.respondents(), cells["n"].iloc[system.rows])
        found += len(system.rows)
        # Whoever is counted in the city alone is in no wijk that the city is taken from.
        parents = larger_cells(cell_places(system), len(system.rows))[-1]
        assert (parents < 0).all()
    assert found == table["status"].eq("ok").sum()
    released = wk.release(opened, estimates)
    assert set(released.table["status"]) <= {"ok", "hidden", "too_few", "missing", "not_asked"}


def test_a_weight_that_nobody_has_is_said(study):
    opened = design(study, CITY)
    rows = wk.load_respondents(opened).assign(gewicht_regio=0.0)
    with pytest.raises(StudyError, match="a weight that nobody has"):
        wk.estimate(opened, rows)


def test_a_lonely_unit_takes_no_interval_away_where_the_design_says_what_it_adds(study):
    absent = values(design(study, f"{{{DROP}}}"))["lower"]
    assert np.isnan(absent["city", "2018"])
    kept = values(design(study, f"{{{DROP}, lonely_psu: certainty}}"))["lower"]
    assert not np.isnan(kept["city", "2018"])


def test_a_source_may_use_some_of_its_rows(study):
    path = study / "study.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"monitor"}', '"monitor", rows: {stratum: ["1"]}}'), encoding="utf-8"
    )
    rows = wk.load_respondents(validate(study))
    assert rows["stratum"].unique().tolist() == ["1"]
    why = row_account(rows.attrs["account"]).groupby("why")["dropped"].sum()
    assert why["not in the selection"] + len(rows) >= N - 2


def test_the_check_says_the_design_in_words_and_numbers(study):
    opened = validate(study)
    first = next(iter(design_lines(opened, wk.load_respondents(opened))))
    assert "weighted by weegfactor, mean" in first and "3 strata, 1 with one unit" in first


def test_the_check_speaks_of_what_the_study_is_about(study):
    path = study / "study.yml"
    said = "words: {unit: gemeente, whole: regio, population: volwassene, respondent: volwassene}\n"
    path.write_text(said + path.read_text(encoding="utf-8"), encoding="utf-8")
    design(study, CITY)
    told = CliRunner().invoke(app, ["check", "--study", str(study)]).output
    assert "municipality" in told and "which share of the adults took part" in told
    assert "weighted by gewicht_regio: city" in told
    assert not re.search(r"(?i)\b(wijk|neighbourhoods?|child(ren)?|parents?)\b(?!\.|/|:)", told)


def told_by_both(folder, least: int, count: int = 1) -> tuple[set[str], list[float]]:
    """Return the waves whose city tells of few beside its wijken, and how many those are."""
    opened = design(folder, CITY)
    sample = wk.estimate(opened, wk.load_respondents(opened)).sample
    cells, rest = cells_of(sample), apart(sample)
    everybody = cells["area_level"].eq("city") & cells["group_by"].eq("")
    assert (rest[~cells["area_level"].eq("city")]["n"] == 0).all()
    policy = replace(policy_for(opened), min_n=least, min_count=count)
    told = _tells_of_few(sample, cells, policy)
    return set(cells["wave"][told & everybody]), rest[everybody]["n"].tolist()


@pytest.mark.parametrize(
    ("least", "hidden"), [(6, set()), (7, {"2021"}), (19, {"2021"}), (20, {"2018", "2021"})]
)
def test_a_city_that_differs_from_its_wijken_by_a_few_is_hidden(study, least, hidden):
    """In 2018 it counts 8 more and 11 less, in 2021 1 more and 5 less."""
    other_people(study)
    assert told_by_both(study, least) == (hidden, [19, 6])


def test_a_city_that_counts_more_of_whom_none_has_it_is_hidden(study):
    path = study.parent / "monitor.csv"
    rows = pd.read_csv(path)
    rows.loc[3:12, "weegfactor"], rows.loc[[0, *range(3, 13)], "sport"] = np.nan, "Nee"
    rows.loc[60:80, "weegfactor"], rows.loc[60:80, "sport"] = np.nan, ["Ja", "Nee", "Ja"] * 7
    rows.to_csv(path, index=False)
    assert told_by_both(study, 5, 5) == ({"2018"}, [11, 22])
