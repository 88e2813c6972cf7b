"""A study proposed from a survey file: what is guessed, what is asked, what is refused."""

from __future__ import annotations

import re
import struct

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

import wijkkit as wk
from tests.proposal.conftest import codebook_of, finished
from wijkkit.errors import DataError, StudyError, WijkkitError
from wijkkit.pipeline.checks import remarks, validate
from wijkkit.study.checks import MARK, unfinished


def test_the_codebook_knows_roles_by_words_and_values_by_label(study):
    columns = codebook_of(study)
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
        "source": "sportclub", "type": "category", "label": "Is lid van een sportclub",
        "values": {"1": 1, "2": 0}, "missing": ["9"],
    }  # fmt: skip
    assert columns["cijfer"]["type"] == "integer"
    assert columns["y"]["names"] == {"nooit": "Nooit", "vaak": "Vaak"}


def test_what_only_the_researcher_knows_is_marked_where_it_stands(study):
    said = [
        (p.file, p.what.removeprefix("still open: ").split(":")[0].split("?")[0])
        for p in unfinished(study)
    ]
    assert said == [
        ("study.yml", "the study's title"),
        ("study.yml", "what all areas of the study together are called"),
        ("study.yml", "the programme's name and the day it started; without one, no such line"),
        ("study.yml", "first and last day of the field work"),
        ("study.yml", "the least advantaged group first, or another division"),
        ("study.yml", "the shared goals, each with the indicator that measures it, or none"),
        ("study.yml", "wijken.csv"),
        ("codebook.yml", "sportclub"),
        ("codebook.yml", "no stratum was found; is there none"),
        ("codebook.yml", "area"),
        ("codebook.yml", "age"),
        ("codebook.yml", "cijfer"),
        ("codebook.yml", "weight"),
        ("indicators.yml", "which way is better"),
    ]


def test_what_a_mark_says_of_does_not_apply_can_be_written_so(tmp_path):
    rows = [f"{n};B{n % 2};{('ja', 'nee', 'n.v.t.')[n % 3]}" for n in range(60)]
    path = tmp_path / "zwemmen_2021.csv"
    path.write_text("\n".join(["respnr;buurtcode;zwemdiploma", *rows]), encoding="utf-8")
    wk.new_study(tmp_path / "own", path)
    codebook = tmp_path / "own" / "codebook.yml"
    said = re.search(r"\((not_applicable: {.*?})\)", codebook.read_text(encoding="utf-8"))[1]
    study = validate(finished(tmp_path / "own"))
    assert wk.load_respondents(study)["has_zwemdiploma"].value_counts().to_dict() == {0: 40, 1: 20}
    text, proposed = codebook.read_text(encoding="utf-8"), said.replace("missing", "no")
    assert proposed in text
    codebook.write_text(text.replace(proposed, said), encoding="utf-8")
    respondents = wk.load_respondents(validate(study.folder))
    assert respondents["has_zwemdiploma"].value_counts().to_dict() == {0: 20, 1: 20}


def test_the_check_names_exactly_what_is_open(study):
    with pytest.raises(StudyError) as error:
        validate(study)
    assert list(error.value.problems) == unfinished(study)
    first = unfinished(study)[0]
    lines = (study / "study.yml").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(first.what.removeprefix("still open: ")) and first.place == "line 1"


def test_which_way_is_better_is_asked_and_never_assumed(study):
    text = (study / "indicators.yml").read_text(encoding="utf-8").replace(MARK, "#")
    (study / "indicators.yml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="which way is better for 'has_sportclub'"):
        wk.open_study(study)
    assert wk.open_study(finished(study, "lower")).indicators["has_sportclub"].direction == "lower"


def test_what_reports_show_of_a_proposal_is_in_its_language(study):
    opened = validate(finished(study))
    assert opened.language == "nl"
    assert opened.text(opened.indicators["has_sportclub"].label) == "Is lid van een sportclub"
    labels = {g.id: [opened.text(group.label) for group in g.groups] for g in opened.groupings}
    assert labels == {"sex": ["jongens", "meisjes"], "ses": ["Laag", "Hoog"]}


def test_a_study_whose_marks_are_gone_is_complete_and_reads_its_survey(study):
    rows = wk.load_respondents(validate(finished(study)))
    assert rows["has_sportclub"].tolist()[:2] == [1.0, 0.0]
    assert rows["has_sportclub"].isna().sum() == 1
    assert rows["wave"].unique().tolist() == ["2021"]


def test_each_answer_of_a_question_can_be_an_indicator(study):
    path = finished(study) / "indicators.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("# which_y", "which_y"), "utf-8")
    opened = validate(study)
    assert [opened.text(opened.indicators[f"which_y_{a}"].label) for a in ("nooit", "vaak")] == [
        "y: Nooit", "y: Vaak",
    ]  # fmt: skip
    rows = wk.load_respondents(opened)
    assert rows["which_y_vaak"].tolist() == [0.0, 1.0, 0.0, 1.0]


def test_the_check_names_a_wijk_that_no_respondent_lives_in(study):
    assert remarks(validate(finished(study))) == []
    path = study / "wijken.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("BU1;", "BU77777;"))
    (problem,) = remarks(validate(study))
    assert (problem.file.partition(",")[0], problem.found) == ("wijken.csv", "BU77777")
    assert problem.what == "no respondent lives here; 2 live in no neighbourhood of the study"


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path, survey):
    own = tmp_path / "own"
    own.mkdir()
    (own / "study.yml").write_text("mine", encoding="utf-8")
    with pytest.raises(StudyError, match="something here already"):
        wk.new_study(own, survey)
    assert [path.name for path in own.iterdir()] == ["study.yml"]
    assert (own / "study.yml").read_text(encoding="utf-8") == "mine"


def test_a_proposal_is_made_again_until_somebody_changes_it(study, survey):
    wk.new_study(study, survey, columns={"weight": "none", "wave": "2019"})
    assert "weight" not in codebook_of(study) and "weegfactor" in codebook_of(study)
    assert yaml.safe_load((study / "study.yml").read_text("utf-8"))["waves"][0]["id"] == "2019"
    (study / "wijken.csv").write_text("code\nBU1\n", encoding="utf-8")
    with pytest.raises(StudyError, match="'wijken.csv' was changed"):
        wk.new_study(study, survey)
    assert (study / "wijken.csv").read_text(encoding="utf-8") == "code\nBU1\n"


def test_a_column_that_is_not_there_is_named_with_its_option(tmp_path, survey):
    with pytest.raises(DataError, match="--weight: no column 'gewicht'.*Correct --weight"):
        wk.new_study(tmp_path / "own", survey, columns={"weight": "gewicht"})


def test_how_a_csv_is_written_is_seen_said_and_written_down(tmp_path):
    path = tmp_path / "monitor.csv"
    rows = "".join(f"BU{n % 2};{n % 9};{n / 10:.1f}\n".replace(".", ",") for n in range(40))
    path.write_bytes(f"buurt;leeftijd;cafébezoek\n{rows}".encode("windows-1252"))
    said = [p.what for p in wk.new_study(tmp_path / "own", path)]
    assert "still open: cells are separated by ';' (--separator): is that right?" in said
    assert any("Windows-1252 (--encoding)" in what for what in said)
    (source,) = wk.open_study(finished(tmp_path / "own")).settings.sources.survey
    assert (source.separator, source.decimal, source.encoding) == (";", ",", "windows-1252")


def test_a_file_without_areas_or_ages_asks_for_them(tmp_path):
    path = tmp_path / "monitor.csv"
    path.write_text("score\n4\n", encoding="utf-8")
    said = [problem.what for problem in wk.new_study(tmp_path / "own", path)]
    assert "still open: no column of areas was found; which is it, or give --area?" in said
    assert "still open: no column has ages in years; is there none?" in said


def test_a_column_of_postcodes_is_no_column_of_wijken(tmp_path):
    path = tmp_path / "monitor.csv"
    path.write_text("\n".join(["buurt", *map(str, range(1000, 2002))]), encoding="utf-8")
    with pytest.raises(DataError, match="more areas than a city has wijken"):
        wk.new_study(tmp_path / "own", path)
    assert not (tmp_path / "own").exists()


def test_the_codes_of_a_survey_become_those_of_a_list_with_the_same_names(tmp_path):
    rows = pd.DataFrame({"wijk": [1, 2, 3] * 4, "wijknaam": ["Noord", "'t Zand", "Zuid"] * 4})
    rows.assign(leeftijd=9, sport=1).to_csv(tmp_path / "m2021.csv", index=False)
    listed = pd.DataFrame({"code": ["BU1", "BU2"], "name": ["noord ", "'t zand"]})
    listed.to_csv(tmp_path / "areas.csv", index=False)
    wk.new_study(tmp_path / "own", tmp_path / "m2021.csv", areas=tmp_path / "areas.csv")
    book = yaml.safe_load((tmp_path / "own" / "codebook.yml").read_text(encoding="utf-8"))
    assert book["columns"]["area"]["values"] == {"1": "BU1", "2": "BU2"}


def test_a_study_starts_from_a_list_of_areas(tmp_path):
    areas = tmp_path / "areas.csv"
    areas.write_text("code,naam,arm,paar\nBU1,Noord,programme,a\nBU2,Zuid,comparator,a\n", "utf-8")
    wk.new_study(tmp_path / "own", areas=areas)
    study = wk.open_study(finished(tmp_path / "own"))
    assert [(h.wijk, h.arm, h.pair) for h in study.neighbourhoods.values()] == [
        ("noord", "programme", "a"), ("zuid", "comparator", "a"),
    ]  # fmt: skip


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
    wk.new_study(tmp_path / "own", path)
    columns = codebook_of(tmp_path / "own")
    assert columns["sex"]["values"] == {"Jongen": "boy", "Meisje": "girl"}
    assert columns["lid_van_sportclub"] == {
        "source": "Lid van sportclub?", "type": "category", "values": {"Ja": 1, "Nee": 0},
        "missing": ["Weet niet"],
    }  # fmt: skip
    rows = wk.load_respondents(validate(finished(tmp_path / "own")))
    assert rows["has_lid_van_sportclub"].value_counts().to_dict() == {1.0: 30, 0.0: 20}


def test_numbers_letters_and_ages_with_months_have_their_own_types(tmp_path):
    rows = [f"{i};B{i % 3};{4 + i / 10:.1f};{'mv'[i % 2]}".replace(".", ",") for i in range(40)]
    path = tmp_path / "export_2021.csv"
    path.write_text("\n".join(["nr;buurtcode;lft;sex", *rows]), encoding="utf-8")
    wk.new_study(tmp_path / "own", path)
    columns = codebook_of(tmp_path / "own")
    assert (columns["respondent"]["source"], columns["age"]["type"]) == ("nr", "number")
    assert columns["sex"]["values"] == {"m": "man", "v": "woman"}


def test_the_check_names_what_nobody_of_a_wave_answered_and_its_remedy_helps(tmp_path):
    rows = [
        f"{i};B{i % 3};{year};{'ja' if i % 2 else 'nee'};{'' if year == 2019 else 'ja' if i % 4 else 'nee'}"
        for year in (2016, 2019)
        for i in range(40)
    ]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(["nr;buurtcode;jaar;sport;lezen", *rows]), encoding="utf-8")
    wk.new_study(tmp_path / "own", path)
    study = finished(tmp_path / "own")
    (problem,) = remarks(validate(study))
    assert (problem.place, problem.what) == (
        "has_lezen",
        "no respondent of wave 2019 has an answer",
    )
    assert problem.remedy == "If it was not asked then, say waves: ['2016']."
    indicators = study / "indicators.yml"
    said = indicators.read_text(encoding="utf-8")
    with_waves = said.replace("has_lezen: {", "has_lezen: {waves: ['2016'], ")
    indicators.write_text(with_waves, encoding="utf-8")
    assert remarks(validate(study)) == []


def test_what_one_respondent_wrote_is_not_copied_to_the_codebook(tmp_path):
    path = dutch_export(tmp_path / "enquete_2021.csv", remark="ik ben verhuisd")
    wk.new_study(tmp_path / "own", path)
    text = (tmp_path / "own" / "codebook.yml").read_text("utf-8")
    assert 'opmerking: {source: "Opmerking", type: "text"}' in text
    assert "verhuisd" not in text


@pytest.mark.parametrize(
    ("name", "content", "options", "remedy"),
    [
        ("enqueet.csv", None, {}, "Correct --survey."),
        ("e.csv", b"a;b\n1;2\n", {"separator": ","}, "Correct --separator."),
        ("e.csv", b"a,b\n\xeb,2\n", {"encoding": "utf-8"}, "Correct --encoding."),
    ],
)
def test_a_mistake_names_the_one_option_that_mends_it(tmp_path, name, content, options, remedy):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as error:
        wk.new_study(tmp_path / "own", path, **options)
    assert {problem.remedy for problem in error.value.problems} == {remedy}


def with_response_set(path, said: bytes):
    """Add a multiple response set to an SPSS file, which pyreadstat does not write."""
    content = path.read_bytes()
    place = content.index(struct.pack("<2i", 7, 16))
    record = struct.pack("<4i", 7, 7, 1, len(said)) + said
    path.write_bytes(content[:place] + record + content[place:])


def test_an_empty_box_of_a_multiple_response_set_is_not_chosen(tmp_path):
    random = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "respnr": np.arange(1.0, 241),
            "buurtcode": np.repeat(["BU1", "BU2"], 120),
            "leeftijd": random.integers(4, 12, 240).astype(float),
            "familie": np.where(random.random(240) < 0.3, 1.0, np.nan),
            "vrienden": np.where(random.random(240) < 0.5, 1.0, 0.0),
            "los": np.where(random.random(240) < 0.5, 1.0, np.nan),
        }
    )
    path = tmp_path / "monitor_2021.sav"
    labels = {"familie": {1.0: "Familie"}, "vrienden": {1.0: "Vrienden"}}
    pyreadstat.write_sav(rows, path, variable_value_labels=labels)
    with_response_set(path, b"$HULP=D1 1 12 Hulp gezocht FAMILIE VRIENDEN\n")
    wk.new_study(tmp_path / "own", path)
    columns = codebook_of(tmp_path / "own")
    assert columns["familie"]["empty"] == 0 and "empty" not in columns["los"]
    study = validate(finished(tmp_path / "own"))
    table = wk.estimate(study, wk.load_respondents(study)).estimates.table
    city = table[table["area"].eq("city") & table["group"].eq("all")].set_index("indicator")
    for name in ("familie", "vrienden"):
        row = city.loc[f"has_{name}"]
        assert np.isclose(row["value"], 100 * rows[name].eq(1).mean()) and row["n"] == 240


@pytest.mark.parametrize(
    ("area", "ages", "words"),
    [
        ("gemeentecode", range(18, 26), ("gemeente", "regio", "jongvolwassene", "jongvolwassene")),
        ("wijkcode", range(4, 13), None),
        ("gebiedscode", range(65, 90), ("gebied", "stad", "oudere", "oudere")),
        ("wijkcode", range(18, 90), (None, None, "volwassene", "volwassene")),
    ],
)
def test_what_areas_and_people_are_called_is_proposed(area, ages, words, tmp_path):
    ages = list(ages)
    code = "GM000" if area.startswith("gemeente") else "BU9999010"
    rows = [(f"{code}{n % 3}", ages[n % len(ages)], "Ja" if n % 4 else "Nee") for n in range(120)]
    table = pd.DataFrame(rows, columns=[area, "leeftijd", "sport"])
    table.to_csv(tmp_path / "monitor_2021.csv", index=False)
    wk.new_study(tmp_path / "own", tmp_path / "monitor_2021.csv")
    said = (tmp_path / "own" / "study.yml").read_text(encoding="utf-8")
    if words is None:
        assert "words:" not in said
        return
    study = wk.open_study(finished(tmp_path / "own"))
    roles = ("unit", "whole", "population", "respondent")
    assert tuple(study.settings.words.get(role) for role in roles) == words


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"area": "wijkcod"}}, "Did you mean 'wijkcode'"),
        ({"columns": {"area": "zzz"}}, "Correct --area"),
        ({"encoding": "klingon"}, "no encoding of this name .found klingon.*leave it out"),
    ],
)
def test_an_option_typed_wrong_is_said_with_what_to_do(options, message, tmp_path):
    path = tmp_path / "monitor_2021.csv"
    path.write_text("wijkcode;sport\n" + "BU1;Ja\nBU2;Nee\n" * 30, encoding="utf-8")
    with pytest.raises(WijkkitError, match=message):
        wk.new_study(tmp_path / "own", path, **options)
    assert not (tmp_path / "own").exists()
    right = {"columns": {"area": "wijkcode"}} if "columns" in options else {}
    wk.new_study(tmp_path / "own", path, **right)


def test_days_are_waves_months_are_ages_and_a_second_column_names_the_areas(tmp_path):
    file = tmp_path / "monitor.csv"
    rows = [f"{n % 4},BU{n % 2},{'Oost' if n % 2 else 'West'},{n % 9 + 1}-{n % 3 + 1}-202{n % 2},{40 + n}"
            for n in range(16)]  # fmt: skip
    file.write_text("kindnr,buurtcode,buurt,invuldatum,lft_mnd\n" + "\n".join(rows))
    wk.new_study(tmp_path / "own", file)
    columns = codebook_of(tmp_path / "own")
    assert columns["wave"] == {"source": "invuldatum", "type": "date"}
    assert columns["age"] == {"source": "lft_mnd", "type": "integer", "unit": "months"}
    assert columns["respondent"]["source"] == "kindnr"  # the same four children four times
    assert "BU0;West;" in (tmp_path / "own" / "wijken.csv").read_text()
    study = yaml.safe_load((tmp_path / "own" / "study.yml").read_text())
    assert [wave["id"] for wave in study["waves"]] == ["2020", "2021"]


def test_more_waves_than_a_study_has_are_another_column(tmp_path):
    file = tmp_path / "monitor.csv"
    file.write_text("buurt,cijfer\n" + "".join(f"BU1,{n}\n" for n in range(13)))
    with pytest.raises(DataError, match="more waves than a study has .found 13; expected at most"):
        wk.new_study(tmp_path / "own", file, columns={"wave": "cijfer"})


def test_waves_in_words_have_keys_and_stand_by_year(tmp_path):
    file = tmp_path / "monitor.csv"
    rows = [f"BU{n % 2},{('najaar 2021', 'voorjaar 2018')[n // 8]},{n % 2}" for n in range(16)]
    file.write_text("\n".join(["buurtcode,meting,sport", *rows]))
    wk.new_study(tmp_path / "own", file)
    study = validate(finished(tmp_path / "own"))
    assert [(wave.id, wave.label) for wave in study.waves] == [
        ("voorjaar-2018", "voorjaar 2018"),
        ("najaar-2021", "najaar 2021"),
    ]
    assert wk.load_respondents(study)["wave"].value_counts().to_dict() == {
        "voorjaar-2018": 8, "najaar-2021": 8,
    }  # fmt: skip


def test_codes_that_lost_their_zeros_are_one_mistake_and_both_remedies_help(tmp_path):
    file, areas = tmp_path / "monitor_2021.csv", tmp_path / "areas.csv"
    names = ["Noord", "Oost", "Zuid", "West"]
    file.write_text("wijkcode,sport\n" + "".join(f"5990{n % 4 + 1},{n % 2}\n" for n in range(40)))
    rows = [f"05990{n};{name}" for n, name in enumerate(names, start=1)]
    areas.write_text("\n".join(["code;name", *rows]))
    folder = tmp_path / "own"
    wk.new_study(folder, file, areas=areas)
    with pytest.raises(WijkkitError) as refused:
        validate(finished(folder))
    (said,) = (p for p in refused.value.problems if "another way" in p.what)
    assert said.found.startswith("59901, 59902") and said.expected.startswith("059901, 059902")
    codebook, wijken = folder / "codebook.yml", folder / "wijken.csv"
    before = codebook.read_text(encoding="utf-8")
    values = ", ".join(f'"5990{n}": "05990{n}"' for n in range(1, 5))
    recoded = before.replace(
        '"wijkcode", type: "code"', f'"wijkcode", type: "code", values: {{{values}}}'
    )
    codebook.write_text(recoded, encoding="utf-8")
    assert wk.load_respondents(validate(folder))["wijk"].value_counts()["noord"] == 10
    codebook.write_text(before, encoding="utf-8")
    wijken.write_text(wijken.read_text(encoding="utf-8").replace("\n0", "\n"), encoding="utf-8")
    assert wk.load_respondents(validate(folder))["wijk"].value_counts()["noord"] == 10
