"""Inputs that failed for people with other tools, each with its right value."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import numpy as np
import pytest

import wijkkit as wk
from tests.conftest import ROOT
from tests.proposal.conftest import codebook_of, finished
from tests.studies import replace
from wijkkit import show
from wijkkit.batch.engine.client import ForkServer
from wijkkit.batch.engine.task import Task
from wijkkit.errors import DataError, StudyError, WijkkitError
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.pipeline.checks import remarks, validate
from wijkkit.released import open_wijk

REPORTED = ROOT.parent / "shared" / "data" / "reported"
pytestmark = pytest.mark.skipif(
    not REPORTED.is_dir(), reason="the reported inputs are not beside the project"
)


def survey_of(case: str) -> Path:
    return next(path for path in (REPORTED / case).iterdir() if path.stem.startswith("monitor"))


def proposed(case: str, tmp_path: Path, **options) -> Path:
    wk.new_study(tmp_path / "own", survey_of(case), **options)
    return tmp_path / "own"


def city(folder: Path, indicator: str = "has_lid_sport") -> tuple[float, int]:
    """The city's exact value and the respondents it rests on, of a proposal with its marks gone."""
    study = validate(finished(folder))
    table = wk.estimate(study, wk.load_respondents(study)).estimates.table
    row = table[table["indicator"].eq(indicator) & table["area"].eq("city")].iloc[0]
    return round(float(row["value"]), 2), int(row["n"])


def own_study(case: str, tmp_path: Path) -> Path:
    shutil.copytree(REPORTED / case, tmp_path / case)
    return tmp_path / case / "study"


def asked(folder: Path, file: str = "codebook.yml") -> str:
    return (folder / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("case", "role", "column"),
    [
        ("K1a", "weight", "weegfactor"),
        ("K1c", "area", "buurtcode"),
        ("K1d", "weight", "ewGGD"),
        ("K1g", "age", "leeftijd"),
        ("K1k", "respondent", "respnr"),
    ],
)
def test_a_role_is_given_by_whole_words_and_values(case, role, column, tmp_path):
    assert codebook_of(proposed(case, tmp_path))[role]["source"] == column


@pytest.mark.parametrize(
    ("case", "value"),
    [("K1a", (57.08, 240)), ("K1d", (79.96, 240)), ("K2a", (59.26, 216)), ("K13c", (57.08, 240))],
)
def test_the_city_s_value_is_right(case, value, tmp_path):
    assert city(proposed(case, tmp_path)) == value


def test_body_weight_is_named_as_possible_and_not_taken(tmp_path):
    assert "weight: is it weegfactor? Also possible: gewicht_kind (kilos?)" in asked(
        proposed("K1a", tmp_path)
    )


def test_classes_of_ages_are_no_ages(tmp_path):
    folder = proposed("K1b", tmp_path)
    assert "age" not in codebook_of(folder)
    assert "no column has ages in years; is there none?" in asked(folder)


def test_golf_is_no_wave(tmp_path):
    study = validate(finished(proposed("K1e", tmp_path)))
    assert [wave.id for wave in study.waves] == ["2021"]
    assert wk.load_survey(study)["wave"].unique().tolist() == ["2021"]


@pytest.mark.parametrize("case", ["K2b", "K2d", "K2g"])
def test_what_is_no_answer_is_no_wijk(case, tmp_path):
    study = validate(finished(proposed(case, tmp_path)))
    assert len(study.neighbourhoods) == 4
    if case == "K2g":
        assert wk.load_survey(study).attrs["dropped"] == {"2021": 20}


def test_a_declared_missing_value_needs_no_mark(tmp_path):
    assert "VAR00002" in asked(proposed("K2c", tmp_path))
    assert "without a label" not in asked(tmp_path / "own")


def test_no_but_i_do_not_know_where_is_a_no(tmp_path):
    assert city(proposed("K3a", tmp_path), "has_steun") == (34.58, 240)


def test_a_percentage_is_what_the_cell_shows(tmp_path):
    figures = wk.load_area_figures(validate(own_study("K4a", tmp_path)))
    assert figures["value"].tolist() == [12.5, 9.0]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("K5a", "rows 2, 3, 4 and 57 more: a cell that shows an error .found '#N/A in E2'"),
        ("K5b", "row 2: a cell that shows an error .found '#N/A in B2'"),
        ("K5d", "row 2: a formula without a result .found 'a formula in B2'"),
        ("K6a", "no respondent of wave '2021' lives in 'noord'.*found BU1992"),
        ("K6c", "no respondent of wave '2021' lives in 'zuid'.*found 9999102"),
        ("K6d", "an area code written in another way .found bu99990101; expected BU99990101"),
        ("K9a", "a number that can be read in two ways .found '1.234', '12.500'"),
        ("K9g", "rows 2, 3: texts of questions where respondents begin.*skip_rows: .2, 3."),
        ("K12a", "row 5: an impossible weight .found 1000"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(case, message, tmp_path):
    folder = own_study(case, tmp_path)
    with pytest.raises(WijkkitError, match=message):
        validate(finished(folder))


@pytest.mark.parametrize("case", ["K6a", "K6c"])
def test_the_remedy_for_a_renumbered_wijk_helps(case, tmp_path):
    folder = own_study(case, tmp_path)
    with pytest.raises(DataError) as error:
        validate(folder)
    for problem in error.value.problems:
        said = problem.remedy.partition("say ")[2].partition(";")[0]
        with (folder / problem.file).open("a", encoding="utf-8") as file:
            file.write(f"{said}\n")
    sizes = wk.load_survey(validate(folder)).groupby(["wave", "arm"]).size()
    assert sizes["2021", "programme"] == sizes["2021", "comparator"] == 120
    assert remarks(wk.open_study(folder)) == []


def test_codes_of_one_name_in_a_tree_are_told_apart(tmp_path):
    study = validate(own_study("K7a", tmp_path))
    interviews = load_group_interviews(study)
    assert interviews.codes["Uitvoering"] == ("Uitvoering", "Uitvoering > Overig")
    assert interviews.segments["code"].unique().tolist() == ["Gemeente > Overig"]


@pytest.mark.parametrize("case", ["K8a", "K8d"])
def test_a_date_after_the_year_9999_stops_nothing(case, tmp_path):
    assert "dat" in asked(proposed(case, tmp_path))


def test_a_survey_without_an_indicator_is_said(tmp_path):
    with pytest.raises(StudyError, match="no indicator to estimate"):
        validate(finished(own_study("K8b", tmp_path)))


def test_windows_1252_is_seen_and_said(tmp_path):
    folder = proposed("K9b", tmp_path)
    assert "read as Windows-1252 (--encoding)" in asked(folder, "study.yml")
    assert '"Financiële reden"' in asked(folder)


@pytest.mark.parametrize("case", ["K9c", "K9e", "S3"])
def test_numbers_of_every_kind_are_numbers(case, tmp_path):
    rows = wk.load_survey(validate(finished(own_study(case, tmp_path))))
    if case == "K9c":
        assert rows["age"].head(3).tolist() == [7.0, 8.0, 10.0]
    elif case == "K9e":
        assert rows["weight"].unique().tolist() == [1.25]
    else:
        assert rows["respondent"].tolist() == [str(2**60 + i) for i in range(240)]


def test_texts_of_questions_are_left_out_and_become_labels(tmp_path):
    folder = proposed("K9g", tmp_path)
    assert codebook_of(folder)["lid_sport"]["label"] == "Lid van een club?"
    assert city(folder) == (57.08, 240)


def test_what_is_written_can_be_read(tmp_path):
    assert validate(finished(proposed("K10a", tmp_path))).codebook.columns["reden"].values


def test_helper_files_of_macos_are_no_part_of_a_project(tmp_path):
    study = wk.open_study(own_study("K11a", tmp_path))
    assert len(load_group_interviews(study).segments) > 0


@pytest.mark.parametrize("case", ["K13a", "K13e"])
def test_the_sdq_is_known_under_every_numbering(case, tmp_path):
    study = validate(finished(proposed(case, tmp_path)))
    rows = wk.load_respondents(study)
    assert rows["psychosocial_problems"].notna().sum() > 200


def test_true_and_false_are_yes_and_no(tmp_path):
    folder = proposed("K13b", tmp_path)
    assert codebook_of(folder)["lid_sport"]["values"] == {"FALSE": 0, "TRUE": 1}
    assert np.isclose(city(folder)[0], 57.08)


def test_an_empty_box_is_not_ticked(tmp_path):
    folder = proposed("S1", tmp_path)
    assert "the only answer is yes, so an empty cell counts as no" in asked(folder)
    assert city(folder, "has_hulp_familie") == (30.42, 240)


def test_a_program_that_reads_its_input_ends_at_once():
    notebook = (REPORTED / "S2" / "stdin.ipynb").read_text(encoding="utf-8")
    with ForkServer() as server:
        outcome = server.run(Task(notebook, {}, ".", "wijk"))
    assert outcome.status == "ok"


def test_a_name_is_drawn_as_it_is_written(tmp_path):
    folder = finished(own_study("S7", tmp_path))
    shutil.rmtree(folder / "runs")
    goal = "goals: [{id: sport, label: Sport, indicator: has_lid_sport, domain: gezond}]"
    replace(folder, "study.yml", "goals: []", goal)
    study = validate(folder)
    wk.release(study, wk.estimate(study, wk.load_respondents(study)))
    view = open_wijk(study, "bu99990101")
    for figure in (show.position(view.wijken()), show.funnel(view.wijken())):
        assert "Wijk $5_$ en $^$" in html.unescape(figure.alt + figure.svg())
