"""A study is read whole, and everything wrong in it is said at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.studies import replace, write_study
from wijkkit.errors import ParameterError, StudyError
from wijkkit.evaluation.baseline import timeline
from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.export.rows import CITY as EVERYWHERE
from wijkkit.reports.pages import INDEX, WORDS
from wijkkit.reports.runs import BRIEF, CITY
from wijkkit.study import open_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def test_a_study_holds_what_its_files_say(folder):
    study = open_study(folder)
    assert [wave.id for wave in study.waves] == ["2018", "2021"]
    assert list(study.neighbourhoods) == ["noord", "zuid"]
    assert study.text(study.waves[1].label) == "meting 2"
    assert study.areas().loc[0, "code"] == "BU1"
    assert study.runs == (folder / "runs").resolve()


def test_a_study_is_found_from_a_folder_below(folder, monkeypatch):
    below = folder / "notebooks" / "wijk"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert open_study(folder.name).folder == folder.resolve()


def test_a_study_is_read_again_only_when_one_of_its_files_has_changed(folder):
    before = open_study(folder)
    assert open_study(folder) is before
    replace(folder, "wijken/noord.yml", "Noord", "Noorb")
    assert open_study(folder).neighbourhood("noord").name == "Noorb"
    (folder / "wijken" / "oost.yml").write_text("wijk: oost\nname: Oost\ncode: BU3\narm: none\n")
    assert list(open_study(folder).neighbourhoods) == ["noord", "zuid", "oost"]


def test_what_a_study_holds_cannot_be_changed(folder):
    with pytest.raises(TypeError):
        open_study(folder).neighbourhoods["noord"] = None


def test_a_study_shows_itself_escaped(folder):
    replace(folder, "study.yml", "title: Proef", 'title: "<script>x</script>"')
    study = open_study(folder)
    assert "<script>" not in study._repr_html_()
    assert "&lt;script&gt;" in study._repr_html_()
    assert "2 neighbourhoods, 2 waves, 1 indicators" in repr(study)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("study.yml", "waves:", "wavs:", "study.yml, wavs: unknown key. Did you mean 'waves'?"),
        (
            "study.yml",
            "start: 2021-04-01",
            "start: gisteren",
            "study.yml, waves.1.start: input should be a valid date",
        ),
        (
            "study.yml",
            "2021-04-01",
            "2018-06-01",
            "study.yml, waves.2021: waves overlap or are not in order (found starts 2018-06-01; expected after 2018-07-31). Put the waves in order of time.",
        ),
        (
            "study.yml",
            "indicator: play,",
            "indicator: pley,",
            "study.yml, goals.play.indicator: unknown indicator 'pley' (found pley; expected play). Did you mean 'play'?",
        ),
        (
            "study.yml",
            "column: ses",
            "column: sess",
            "study.yml, groupings.ses.column: unknown column 'sess'",
        ),
        (
            "study.yml",
            "value: 60",
            "value: veel",
            "study.yml, goals.0.target.value: input should be a valid number (found veel). Correct the value.",
        ),
        (
            "codebook.yml",
            "area:",
            "gebied:",
            "codebook.yml, columns: column 'area' is missing (expected area). Add it.",
        ),
        (
            "codebook.yml",
            "type: integer}\n  wave",
            "type: getal}\n  wave",
            "codebook.yml, columns.age.type: input should be 'code', 'category'",
        ),
        (
            "codebook.yml",
            "{source: nr,",
            "{source: {enquette: nr},",
            "codebook.yml, columns.respondent.source: unknown survey source 'enquette' (found enquette; expected enquete). Did you mean 'enquete'?",
        ),
        (
            "codebook.yml",
            "{source: dagen, type: integer}",
            '{source: dagen, type: integer, missing: {9: "weigert"}}',
            "codebook.yml, columns.days.missing: a list was expected. Write it between square brackets, with commas: [..., ...].",
        ),
        (
            "study.yml",
            "city: {name: Proefstad}",
            "city: {name: Proefstad, complete: soms}",
            "study.yml, city.complete: true or false was expected (found soms). Correct the value.",
        ),
        (
            "indicators.yml",
            "direction: higher",
            "direction: up",
            "indicators.yml, play.direction: input should be 'higher', 'lower' or 'none' (found up). Correct the value.",
        ),
        (
            "indicators.yml",
            "{days: days}",
            "{days: dayz}",
            "indicators.yml, play.columns.days: unknown column 'dayz'",
        ),
        (
            "wijken/zuid.yml",
            "arm: comparator",
            "arm: programme",
            "wijken/, arm: programme wijken without any comparator",
        ),
        (
            "study.yml",
            "programme: {name: Programma, start: 2018-09-01}\n",
            "",
            "study.yml, programme: wijken that have the programme, and no programme",
        ),
        (
            "study.yml",
            "{name: Programma, start: 2018-09-01}",
            "{name: Programma}",
            "study.yml, programme: wijken that have the programme, and no programme with a start",
        ),
        (
            "wijken/zuid.yml",
            "wijk: zuid",
            "wijk: ../zuid",
            "wijken/zuid.yml, wijk: use lower-case letters, digits and single hyphens only",
        ),
        (
            "wijken/zuid.yml",
            "wijk: zuid",
            "wijk: oost",
            "wijken/zuid.yml, wijk: the file is named otherwise than its wijk (found oost; expected zuid). Give both the same name.",
        ),
        (
            "wijken/zuid.yml",
            "code: BU2",
            "code: 0363",
            'wijken/zuid.yml, line 3: a value YAML would read as something else (found 0363; expected "0363")',
        ),
        (
            "wijken/zuid.yml",
            "code: BU2",
            "code: BU1",
            "wijken/, code: code 'BU1' is there 2 times. Give each its own.",
        ),
        ("wijken/zuid.yml", "pair: a", "pair: b", "wijken/, pair: pair 'a' is not a pair"),
        (
            "study.yml",
            "{value: 60,",
            "{value: 0.6,",
            "study.yml, goals.play.target.value: a target that is no percentage (found 0.6; "
            "expected 0, or a number from 1 to 100). Write 60.",
        ),
        (
            "indicators.yml",
            "direction: higher",
            "direction: none",
            "study.yml, goals.play: a goal of which it is not said which way is better (found "
            "direction: none; expected higher or lower). Give 'play' a direction in indicators.yml.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(folder, file, old, new, message):
    replace(folder, file, old, new)
    with pytest.raises(StudyError) as caught:
        open_study(folder)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("label: 5", "school_low.label"),
        ("label: {nl: 5}", "school_low.label.nl"),
        ("label: {}", "school_low.label"),
        ("label: []", "school_low.label"),
        ("columns: ses", "school_low.columns"),
        ("columns: [ses]", "school.columns.answer"),
    ],
)
def test_an_indicator_per_answer_is_as_strict_as_any_other(folder, written, place):
    school = {"label": "label: School", "columns": "columns: {answer: ses}"}
    entry = {**school, written.partition(":")[0]: written}
    lines = ["school:", "answers: each", "direction: none", "question_version: a", *entry.values()]
    with (folder / "indicators.yml").open("a") as file:
        file.write("\n  ".join(lines))
    with pytest.raises(StudyError) as caught:
        open_study(folder)
    assert f"indicators.yml, {place}" in {
        p.partition(": ")[0] for p in str(caught.value).split("\n")
    }


@pytest.mark.parametrize("said", ["play", "5", "{play: 1}", "[[play]]"])
def test_directions_said_together_are_lists_of_names(folder, said):
    replace(folder, "indicators.yml", "  direction: higher\n", "")
    with (folder / "indicators.yml").open("a") as file:
        file.write(f"direction: {{higher: {said}}}")
    with pytest.raises(StudyError, match="indicators.yml, direction"):
        open_study(folder)


def test_a_label_is_a_text_in_a_language(folder):
    replace(folder, "study.yml", "title: Proef", "title: {}")
    with pytest.raises(StudyError, match=r"study\.yml, title"):
        open_study(folder)


def test_mistakes_in_several_files_are_reported_together(folder):
    replace(folder, "study.yml", "title: Proef", "titel: Proef")
    replace(folder, "codebook.yml", "type: integer}\n  wave", "type: getal}\n  wave")
    replace(folder, "indicators.yml", "direction: higher", "direction: up")
    with pytest.raises(StudyError) as caught:
        open_study(folder)
    assert {problem.file for problem in caught.value.problems} == {
        "study.yml",
        "codebook.yml",
        "indicators.yml",
    }


def test_an_unknown_wijk_names_the_known_ones(folder):
    with pytest.raises(ParameterError, match="unknown wijk 'west'.*expected noord, zuid"):
        open_study(folder).neighbourhood("west")


@pytest.mark.parametrize("typed", ["nord", "NOORD", "Noord", "noordd"])
def test_a_wijk_that_is_written_otherwise_is_named(folder, typed):
    with pytest.raises(ParameterError, match=r"expected noord\)"):
        open_study(folder).neighbourhood(typed)


def test_a_study_without_a_programme_has_no_start(folder):
    replace(folder, "study.yml", "programme: {name: Programma, start: 2018-09-01}\n", "")
    for wijk, arm in (("noord", "programme"), ("zuid", "comparator")):
        replace(folder, f"wijken/{wijk}.yml", f"arm: {arm}\npair: a\n", "")
    study = open_study(folder)
    assert (study.begun, study.starts, study.start_of("noord")) == ((), {}, None)
    assert set(timeline(study)["kind"]) == {"wave", "corona"}
    with pytest.raises(NotEstimable, match="no baseline"):
        compared_waves(study)


def test_a_folder_without_study_says_how_to_make_one(tmp_path):
    with pytest.raises(StudyError, match="there is no study here.*wijkkit demo"):
        open_study(tmp_path)


@pytest.mark.parametrize("written", ["2020-01-02", "2-1-2020", "02-01-2020"])
def test_a_list_of_wijken_gives_each_its_start(folder, written):
    for path in (folder / "wijken").glob("*.yml"):
        path.unlink()
    (folder / "wijken.csv").write_text(
        f"code;name;arm;pair;start\nBU1;Noord;programme;a;{written}\nBU2;Zuid;comparator;a;\n"
    )
    study = open_study(folder)
    assert study.starts == {"noord": date(2020, 1, 2)}
    assert study.start_of("zuid") == study.settings.programme.start


def test_a_start_that_is_no_day_is_named_with_its_wijk(folder):
    for path in (folder / "wijken").glob("*.yml"):
        path.unlink()
    (folder / "wijken.csv").write_text("code;name;arm;start\nBU1;Noord;programme;spring\n")
    with pytest.raises(StudyError, match=r"wijken.csv, Noord, start: .*spring"):
        open_study(folder)


def test_wijken_with_names_of_other_pages_and_foreign_letters(folder):
    (folder / "wijken.csv").write_text(
        "code;name\n1;City\n2;Stad\n3;Ømø\n4;Élan\n", encoding="utf-8"
    )
    named = {one.name: slug for slug, one in open_study(folder).neighbourhoods.items()}
    expected = {"City": "city-1", "Stad": "stad-2", "Ømø": "omo", "Élan": "elan"}
    assert expected.items() <= named.items()
    for taken in (EVERYWHERE, CITY, INDEX, WORDS, f"west{BRIEF}"):
        (folder / "wijken.csv").write_text(f"code;name;wijk\n1;West;{taken}\n", encoding="utf-8")
        with pytest.raises(StudyError, match="another page or area has this name"):
            open_study(folder)


def test_a_list_of_wijken_may_have_more_columns_but_none_that_is_nearly_ours(folder):
    (folder / "wijken.csv").write_text("code;name;inwoners;code2\n1;West;900;x\n", encoding="utf-8")
    assert open_study(folder).neighbourhoods["west"].arm == "none"
    (folder / "wijken.csv").write_text("code;name;armm\n1;West;programme\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"row 1: unknown column .*armm.* Did you mean 'arm'\?"):
        open_study(folder)


def test_a_list_of_wijken_says_which_was_no_part_of_a_wave(folder):
    for path in (folder / "wijken").glob("*.yml"):
        path.unlink()
    (folder / "wijken").rmdir()
    (folder / "wijken.csv").write_text("code;name;arm;codes\n1;Noord;none;2018=\n2;Zuid;none;\n")
    study = open_study(folder)
    assert study.neighbourhoods["noord"].codes_in("2018") == ()
    assert (study.file_of("noord"), study.file_of()) == ("wijken.csv, Noord", "wijken.csv")
    assert study.codes_written("noord", "2018") == "2018= in a column 'codes'"
