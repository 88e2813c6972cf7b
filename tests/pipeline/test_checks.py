"""What the check says of a study's design and sources, by hand."""

from __future__ import annotations

from dataclasses import replace as with_
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.studies import replace, write_study
from wijkkit.errors import DataError, WijkkitError
from wijkkit.pipeline import checks
from wijkkit.pipeline.checks import account_text, design_lines, missing_parts
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.registry import open_registry
from wijkkit.study import open_study
from wijkkit.tables import tidy


@pytest.fixture
def folder(tmp_path):
    return write_study(tmp_path / "study")


def weighted(folder, *names: str):
    """A codebook with weights of these names, each of a column of the file with an r before it."""
    said = "".join(f"  {name}: {{source: r{name}, type: number}}\n" for name in names)
    replace(folder, "codebook.yml", "columns:\n", f"columns:\n{said}")
    return folder


def rows(**columns) -> pd.DataFrame:
    there = {"respondent": [*"abcd"], "wave": ["2018"] * 4, "weight": [1.0] * 4} | columns
    return pd.DataFrame(there)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "4 respondents; {equal}; no strata; each respondent drawn"),
        # Kish: 4 * (1 + 1 + 1 + 9) / 6**2.
        (
            {"weight": [1.0, 1.0, 1.0, 3.0]},
            "4 respondents; weighted by rweight, mean 1.5, 1 to 3, design effect 1.33; no strata; "
            "each respondent drawn",
        ),
        # Who has no weight is in the design of no wave.
        ({"weight": [1.0, 1.0, 0.0, 0.0]}, "2 respondents; {equal}; no strata; "
                                           "each respondent drawn"),
        # A stratum of two schools, and two of one.
        (
            {"stratum": ["a", "a", "b", None], "psu": [1, 2, 3, 4]},
            "4 respondents; {equal}; 3 strata, 2 with one unit; each respondent drawn",
        ),
        (
            {"stratum": ["a", "a", "b", "b"], "psu": [1, 1, 1, 1]},
            "4 respondents; {equal}; 2 strata, 2 with one unit; 2 sampling units",
        ),
        ({"psu": [1, 1, 2, 3], "stratum": [None] * 4},
         "4 respondents; {equal}; no strata; 3 sampling units"),
    ],
)  # fmt: skip
def test_the_design_of_a_wave_in_words_and_numbers(folder, columns, said):
    study = open_study(weighted(folder, "weight"))
    said = said.format(equal="not weighted: all weights of rweight are equal")
    assert list(design_lines(study, rows(**columns))) == [f"wave 2018: {said}"]


def test_without_a_column_of_weights_none_is_named(folder):
    (said,) = design_lines(open_study(folder), rows())
    assert said == "wave 2018: 4 respondents; not weighted; no strata; each respondent drawn"


def test_the_same_respondents_in_two_waves_are_counted(folder):
    both = pd.concat([rows(), rows().head(3).assign(wave="2021")])
    said = list(design_lines(open_study(folder), both.assign(respondent=[*"abcd", *"abe"])))
    assert said[-1].startswith("2 respondent numbers are in several waves: ")


def test_other_weights_and_populations_above_are_said(folder):
    path = weighted(folder, "weight", "late") / "codebook.yml"
    said = 'design:\n  weights: [{weight: late, waves: ["2021"], level: city}, {weight: late, indicators: [play]}]\n'
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    path = folder / "study.yml"
    above = "references:\n  - {id: region, label: Regio, survey: [{id: r, path: r.csv}], weight: late}\n"
    above += "  - {id: country, label: Land, figures: {path: country.csv}}\n"
    path.write_text(path.read_text(encoding="utf-8") + above, encoding="utf-8")
    # Of the second wave: two with this weight, of whom one has no other.
    people = rows(wave=["2018", "2021", "2021", "2021"], late=[9.0, 1.0, 1.0, 0.0])
    people["weight"] = [2.0, 2.0, 0.0, 2.0]
    region = {"region": rows(wave=["2021"] * 4)}
    equal = "{} respondents; not weighted: all weights of {} are equal; no strata; each respondent drawn"
    assert list(design_lines(open_study(folder), people, region)) == [
        f"wave 2018: {equal.format(1, 'rweight')}",
        f"wave 2021: {equal.format(2, 'rweight')}",
        "weighted by rlate: city; 2021; 2 respondents, 1 of them without rweight",
        "weighted by rlate: play; 3 respondents, 1 of them without rweight",
        f"reference region, wave 2021: {equal.format(4, 'rlate')}",
        "reference country: published figures",
    ]


def of_survey(account, dropped=None) -> pd.DataFrame:
    found = pd.DataFrame()
    found.attrs = {"dropped": dropped or {}, "account": account, "cells": []}
    return found


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ([("2018", "noord"), ("2021", "noord"), ("2018", "zuid"), ("2021", "zuid")], []),
        ([("2018", "noord"), ("2018", "zuid"), ("2021", "zuid")], [("noord", "codes", "BU1")]),
        ([("2018", "noord"), ("2021", "noord")], [("zuid", "code", "BU2")]),
    ],
)
def test_a_wijk_without_respondents_is_told(folder, there, told):
    account = [("enquete", wave, wijk, "", 5) for wave, wijk in there]
    account += [("enquete", "2018", "zuid", "no weight", 5)]
    found = list(
        checks._without_respondents(open_study(folder), of_survey(account, {"2018": 3, "2021": 4}))
    )
    assert [(one.file, one.place, one.found) for one in found] == [
        (f"wijken/{wijk}.yml", place, code) for wijk, place, code in told
    ]
    assert all("7 live in no" in one.what for one in found if one.place == "code")


def test_a_wijk_that_was_no_part_of_a_wave_may_say_so(folder):
    replace(folder, "wijken/noord.yml", "code: BU1", 'code: BU1\ncodes: {"2021": []}')
    account = [("enquete", "2018", "noord", "", 5)]
    account += [("enquete", wave, "zuid", "", 5) for wave in ("2018", "2021")]
    assert list(checks._without_respondents(open_study(folder), of_survey(account))) == []


@pytest.mark.parametrize(
    ("answers", "waves", "silent", "remedy"),
    [
        ([1.0, None, 0.0], (), None, ""),
        ([1.0, 0.0, None], (), "2021", "waves: ['2018']"),
        ([None, None, 0.0], (), "2018", "waves: ['2021']"),
        ([None, None, None], (), "2018, 2021", "its columns"),
        # Of a wave in which it was not asked nothing is told, nor of one without respondents.
        ([1.0, 0.0, None], ("2018",), None, ""),
        ([1.0, None], (), None, ""),
    ],
)
def test_an_indicator_that_nobody_of_a_wave_has_is_told(folder, answers, waves, silent, remedy):
    study = open_study(folder)
    asked = {"play": study.indicators["play"].model_copy(update={"waves": waves})}
    people = pd.DataFrame({"wave": ["2018", "2018", "2021"][: len(answers)], "play": answers})
    found = list(checks._without_answers(with_(study, indicators=asked), people))
    assert [one.place for one in found] == ["play"] * (silent is not None)
    assert all(f"of wave {silent} has" in one.what and remedy in one.remedy for one in found)


@pytest.mark.parametrize(
    ("status", "told"),
    [(("missing", "missing"), ["noord"]), (("missing", "ok"), []), (("ok", "ok"), [])],
)
def test_a_wijk_without_any_area_figure_is_told(folder, monkeypatch, status, told):
    table = pd.DataFrame(
        {"source": "cbs.csv", "area": ["noord", "noord", "zuid", "city"], "status": [*status, "ok", "missing"],
         "area_level": ["wijk", "wijk", "wijk", "city"]}
    )  # fmt: skip
    monkeypatch.setattr(checks, "load_area_figures", lambda _: table)
    found = list(checks._without_figures(open_study(folder)))
    assert [one.what for one in found] == [f"no figure of '{wijk}'" for wijk in told]
    assert all((one.file, one.found) == ("cbs.csv", "BU1") for one in found)


@pytest.mark.parametrize(
    ("catalogue", "told"),
    [
        ([["sport"], ["school", "sport"]], ["sprot"]),
        # No more of them than can be read.
        ([["sport"], ["school"], [f"x{at:02d}" for at in range(30)]], ["sprot"]),
        ([], []),
    ],
)
def test_a_factor_that_no_intervention_works_on_is_told(folder, monkeypatch, catalogue, told):
    study = open_study(folder)
    choice = study.settings.choice.model_copy(update={"factors": {"noord": ("school", "sprot")}})
    study = with_(study, settings=study.settings.model_copy(update={"choice": choice}))
    monkeypatch.setattr(checks, "load_catalogue", lambda _: pd.DataFrame({"factors": catalogue}))
    found = list(checks._unserved_factors(study))
    assert [one.found for one in found] == told
    served = sorted(factor for factors in catalogue for factor in factors)
    expected = ", ".join(dict.fromkeys(served[:20] if len(served) > 20 else served))
    assert all((one.expected, one.place) == (expected, "choice.factors.noord") for one in found)


def test_what_a_study_has_not_is_told_and_what_it_has_is_not(folder):
    places = {problem.place for problem in missing_parts(open_study(folder))}
    assert not places & {"sources.survey", "goals", "groupings", "arm"}
    assert {"sources.area_figures", "sources.borders", "process.children_figure"} <= places
    replace(folder, "wijken/noord.yml", "arm: programme\npair: a", "arm: comparator")
    replace(folder, "wijken/zuid.yml", "pair: a", "")
    assert "arm" in {problem.place for problem in missing_parts(open_study(folder))}


def test_a_sound_study_is_opened_and_all_that_is_wrong_is_raised_at_once(folder):
    path = folder / "enquete.csv"
    path.write_text("nr,buurt,leeftijd,meting,opl,dagen\n1,BU1,5,2018,1,7\n2,BU2,6,2021,2,3\n")
    study = checks.validate(folder)
    assert list(study.neighbourhoods) == ["noord", "zuid"]
    # Each wijk lacks a wave; that is read from the survey where it is not given.
    for people in (None, load_respondents(study)):
        told = [(one.file, one.place) for one in checks.remarks(study, people)]
        assert told == [("wijken/noord.yml", "codes"), ("wijken/zuid.yml", "codes")]
    text = (folder / "study.yml").read_text(encoding="utf-8")
    (folder / "study.yml").write_text(text + "  catalogue: {path: no.csv}\n", encoding="utf-8")
    for missing in ({"no.csv"}, {"enquete.csv", "no.csv"}):
        if len(missing) > 1:
            path.unlink()
        with pytest.raises(DataError) as caught:
            checks.validate(folder)
        assert {problem.file for problem in caught.value.problems} == missing


def test_what_became_of_the_rows_is_a_table_in_the_words_of_the_study(folder):
    study = open_study(folder)
    said = account_text(study, of_survey([("enquete", "2018", "noord", "", 5)])).splitlines()
    assert "neighbourhood" in said[0] and "noord" in said[1] and "5" in said[1]
    assert account_text(study, of_survey([])) == "no rows"


@pytest.mark.parametrize(
    ("disclosure", "said"),
    [("min_n: 10", "without a reason"), ("protection: 5", "protection"), ("min_n: 40", "")],
)
def test_a_policy_that_no_release_would_be_made_under_is_named(folder, disclosure, said):
    replace(folder, "study.yml", "goals:", f"disclosure: {{{disclosure}}}\ngoals:")
    # This study has no survey file either; all that is wrong is named at once.
    with pytest.raises(WijkkitError, match="the file is missing") as caught:
        checks.validate(folder)
    assert said in str(caught.value) and ("disclosure." in str(caught.value)) == bool(said)


def test_it_is_said_that_all_that_was_registered_came_after_the_day_of_judgement(folder):
    item = {"wijk": "noord", "key": "I1", "name": "Club"}
    activity = {"wijk": "noord", "name": "Club", "intervention": "I1"}
    with open_registry(open_study(folder)) as registry:
        registry.save("interventions", item, "A")
        said = []
        for day in ("2021-08-01", "2021-07-31"):
            period = {"period_start": day, "period_end": "2021-12-31"}
            registry.save("activities", activity | period, "A")
            found = checks.remarks(open_study(folder), rows_of_nobody())
            said.append([one.found for one in found if one.place == "process.as_of"])
    assert said == [["2021-07-31"], []]


def rows_of_nobody() -> pd.DataFrame:
    """Respondents of whom nothing has to be said here."""
    people = rows(wijk=["noord", "noord", "zuid", "zuid"], play=[1.0, 0.0, 1.0, 0.0])
    people.attrs |= {"dropped": {}, "account": [], "cells": []}
    return people


def test_public_figures_that_are_not_the_study_s_are_named_before_a_run(folder, monkeypatch):
    replace(folder, "study.yml", "goals:", "disclosure: {published_elsewhere: [p.csv]}\ngoals:")
    with pytest.raises(WijkkitError, match=r"p\.csv.*No such file or directory;.*Correct the file"):
        checks.validate(folder)
    own = {"indicator": "play", "area": "noord", "area_level": "wijk", "wave": "2021"}
    table = tidy(pd.DataFrame([own | {"group": "all", "value": 50.0, "unit": "percent"}]))
    estimates = SimpleNamespace(estimates=SimpleNamespace(table=table))
    monkeypatch.setattr(checks, "load_respondents", lambda _: rows())
    monkeypatch.setattr(checks, "estimate", lambda *_: estimates)
    for figures, said in (
        ("indicator,area,wave\nplay,noord,2021\n", r"p\.csv.*no column value.*Correct the file"),
        ("indicator,area,wave,value\nplay,noord,2021,0.5\n", r"p\.csv, line 2: another value"),
        ("indicator,area,wave,value\nplay,weg,2021,50\n", r"p\.csv, line 2: no figure of"),
    ):
        (folder / "p.csv").write_text(figures, encoding="utf-8")
        with pytest.raises(WijkkitError, match=said):
            checks.validate(folder)
