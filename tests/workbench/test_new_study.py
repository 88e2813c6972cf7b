"""A study proposed from a survey file: what is guessed, what is asked, what is refused."""

from __future__ import annotations

import pandas as pd
import pyreadstat
import pytest
import yaml

import wijkkit as wk
from wijkkit.errors import DataError, StudyError
from wijkkit.pipeline.checking import remarks, validate
from wijkkit.study.unfinished import MARK, unfinished

LABELS = {
    "geslacht": {1: "Jongen", 2: "Meisje"},
    "sportclub": {1: "Ja", 2: "Nee", 9: "Weet niet"},
    "opleiding": {1: "Laag", 2: "Hoog"},
    "cijfer": {1: "heel slecht", 5: "heel goed"},
    "y": {1: "Nooit", 2: "Vaak"},
}


@pytest.fixture
def survey(tmp_path):
    rows = pd.DataFrame(
        {
            "respnr": [1.0, 2, 3, 4],
            "buurtcode": ["BU1", "BU1", "BU2", "BU2"],
            "leeftijd": [4.0, 8, 11, 5],
            "geslacht": [1.0, 2, 2, 1],
            "sportclub": [1.0, 2, 9, 1],
            "opleiding": [1.0, 2, 1, 2],
            "cijfer": [1.0, 3, 5, 4],
            "weegfactor": [0.5, 1.5, 1, 1],
            "y": [1.0, 2, 1, 2],
        }
    )
    path = tmp_path / "monitor_2021.sav"
    pyreadstat.write_sav(rows, path, variable_value_labels=LABELS)
    return path


@pytest.fixture
def study(tmp_path, survey):
    wk.new_study(tmp_path / "own", survey)
    return tmp_path / "own"


def without_marks(folder):
    for path in folder.rglob("*.yml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line.split(MARK)[0] for line in lines) + "\n", encoding="utf-8")


def test_the_codebook_knows_columns_by_name_and_values_by_label(study):
    columns = yaml.safe_load((study / "codebook.yml").read_text(encoding="utf-8"))["columns"]
    assert {name: entry["source"] for name, entry in columns.items()} == {
        "respondent": "respnr",
        "area": "buurtcode",
        "age": "leeftijd",
        "sex": "geslacht",
        "sportclub": "sportclub",
        "ses": "opleiding",
        "cijfer": "cijfer",
        "weight": "weegfactor",
        "y": "y",
    }
    assert columns["sex"]["values"] == {"1": "boy", "2": "girl"}
    assert columns["sportclub"] == {
        "source": "sportclub", "type": "category", "values": {"1": 1, "2": 0}, "missing": ["9"]
    }  # fmt: skip
    assert columns["cijfer"]["type"] == "integer"


def test_what_could_not_be_guessed_is_marked_where_it_stands(study):
    said = [
        (problem.file, problem.what.removeprefix("fill in ").split(":")[0])
        for problem in unfinished(study)
    ]
    assert said == [
        ("study.yml", "the study's title"),
        ("study.yml", "the city's name"),
        ("study.yml", "the programme's name and the day it started"),
        ("study.yml", "first and last day of the field work"),
        ("study.yml", said[4][1]),
        ("codebook.yml", "ses"),
        ("codebook.yml", "cijfer"),
        ("indicators.yml", "label, wording of the question, and whether higher or lower is better"),
        ("wijken/bu1.yml and 1 more", "name, arm (programme, comparator or none) and district"),
    ]
    assert said[4][1].startswith("the shared goals")


def test_the_check_names_exactly_what_is_open(study):
    with pytest.raises(StudyError) as error:
        validate(study)
    assert list(error.value.problems) == unfinished(study)
    first = unfinished(study)[0]
    lines = (study / "study.yml").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(first.what.removeprefix("fill in ")) and first.place == "line 1"


def test_what_reports_show_of_a_proposal_is_in_its_language(study):
    without_marks(study)
    opened = validate(study)
    assert opened.language == "nl"
    assert opened.text(opened.indicators["has_sportclub"].label) == "sportclub"
    (grouping,) = opened.groupings
    assert [opened.text(group.label) for group in grouping.groups] == ["jongens", "meisjes"]


def test_a_study_whose_marks_are_gone_is_complete_and_reads_its_survey(study):
    without_marks(study)
    opened = validate(study)
    rows = wk.load_respondents(opened)
    assert rows["has_sportclub"].tolist()[:2] == [1.0, 0.0]
    assert rows["has_sportclub"].isna().sum() == 1
    assert rows["wave"].unique().tolist() == ["2021"]


def test_the_check_names_a_wijk_that_no_respondent_lives_in(study):
    without_marks(study)
    assert remarks(validate(study)) == []
    path = study / "wijken" / "bu1.yml"
    path.write_text(path.read_text(encoding="utf-8").replace('code: "BU1"', 'code: "BU7"'))
    (problem,) = remarks(validate(study))
    assert (problem.file, problem.found) == ("wijken/bu1.yml", "BU7")
    assert problem.what == "no respondent lives here; 2 live in no wijk of the study"


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path, survey):
    own = tmp_path / "own"
    own.mkdir()
    (own / "study.yml").write_text("mine", encoding="utf-8")
    with pytest.raises(StudyError, match="something here already"):
        wk.new_study(own, survey)
    assert [path.name for path in own.iterdir()] == ["study.yml"]
    assert (own / "study.yml").read_text(encoding="utf-8") == "mine"


def test_a_csv_with_another_separator_names_the_option_to_give(tmp_path):
    path = tmp_path / "monitor.csv"
    path.write_text("buurt;leeftijd\nBU1;4\n", encoding="utf-8")
    with pytest.raises(DataError, match="found ';'.*--separator"):
        wk.new_study(tmp_path / "own", path)
    assert not (tmp_path / "own").exists()
    wk.new_study(tmp_path / "own", path, separator=";")
    assert (tmp_path / "own" / "wijken" / "bu1.yml").is_file()


def test_a_file_without_areas_or_ages_asks_for_them(tmp_path):
    path = tmp_path / "monitor.csv"
    path.write_text("score\n4\n", encoding="utf-8")
    said = [problem.what for problem in wk.new_study(tmp_path / "own", path)]
    assert "fill in the column 'area', which every study needs" in said
    assert "fill in the column 'age', which every study needs" in said


def test_a_column_of_postcodes_is_no_column_of_wijken(tmp_path):
    path = tmp_path / "monitor.csv"
    path.write_text("\n".join(["buurt", *map(str, range(1000, 2002))]), encoding="utf-8")
    with pytest.raises(DataError, match="more areas than a city has wijken"):
        wk.new_study(tmp_path / "own", path)
    assert not (tmp_path / "own").exists()


def dutch_export(path, remark="een opmerking"):
    """A csv as Dutch survey programs export it: labels in the cells, decimal commas."""
    rows = [
        f"{n};{'Oud-Noord' if n % 2 else 'Zuid'};{4 + n % 8};{'Jongen' if n % 3 else 'Meisje'};"
        f"{('Ja', 'Nee', 'Ja', 'Nee', 'Ja', 'Weet niet')[n % 6]};0,8;{remark if n == 7 else 'geen'}"
        for n in range(60)
    ]
    head = (
        "Respondentnummer;Wijknaam;Leeftijd kind;Geslacht;Lid van sportclub?;Weegfactor;Opmerking"
    )
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_answers_in_words_become_a_category_and_an_indicator(tmp_path):
    path = dutch_export(tmp_path / "enquete_2021.csv")
    wk.new_study(tmp_path / "own", path, separator=";", decimal=",")
    columns = yaml.safe_load((tmp_path / "own" / "codebook.yml").read_text("utf-8"))["columns"]
    assert columns["sex"]["values"] == {"Jongen": "boy", "Meisje": "girl"}
    assert columns["lid_van_sportclub"] == {
        "source": "Lid van sportclub?", "type": "category", "values": {"Ja": 1, "Nee": 0},
        "missing": ["Weet niet"],
    }  # fmt: skip
    without_marks(tmp_path / "own")
    rows = wk.load_respondents(validate(tmp_path / "own"))
    assert rows["has_lid_van_sportclub"].value_counts().to_dict() == {1.0: 30, 0.0: 20}


def test_what_one_respondent_wrote_is_not_copied_to_the_codebook(tmp_path):
    path = dutch_export(tmp_path / "enquete_2021.csv", remark="ik ben verhuisd")
    wk.new_study(tmp_path / "own", path, separator=";", decimal=",")
    text = (tmp_path / "own" / "codebook.yml").read_text("utf-8")
    assert 'opmerking: {source: "Opmerking", type: "text"}' in text
    assert "verhuisd" not in text


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"survey": "enqueet.csv"}, "Correct --survey."),
        ({}, "Correct --separator."),
    ],
)
def test_a_mistake_names_the_one_option_that_mends_it(tmp_path, options, remedy):
    path = dutch_export(tmp_path / "enquete_2021.csv")
    with pytest.raises(DataError) as error:
        wk.new_study(tmp_path / "own", tmp_path / options.get("survey", path.name))
    assert {problem.remedy for problem in error.value.problems} == {remedy}
