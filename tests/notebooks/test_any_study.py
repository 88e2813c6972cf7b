"""Every notebook runs on every study, and says in words what a study does not have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

from tests.notebooks.cells import is_left_out, says_nothing, shown_by
from tests.studies import replace, write_study
from wijkkit.errors import StudyError
from wijkkit.language.messages import nouns_of, text
from wijkkit.pipeline.checks import missing_parts, validate
from wijkkit.reports.pages import metadata
from wijkkit.study import open_study

CITY = ("1_schattingen", "2_effectevaluatie", "3_procesevaluatie", "4_leren")
WIJK = ("1_analyse", "2_doelen", "3_interventies", "4_inzet", "5_resultaten", "6_verbetercyclus")
GOALS = 'goals:\n  - {id: play, label: Meer buitenspelen, indicator: play, domain: gezond, target: {value: 60, wave: "2021"}}\n'
GROUPINGS = "groupings:\n  - id: ses\n    label: opleiding\n    column: ses\n    groups: [{id: low, label: laag}, {id: high, label: hoog}]\n"
FIRST_WAVE = '  - {id: "2018", label: meting 1, start: 2018-05-01, end: 2018-07-31}\n'
SURVEY = "  survey:\n    - {id: enquete, path: enquete.csv}\n"


def small_study(folder: Path) -> Path:
    """A study of two wijken and two waves with a survey, and nothing else."""
    write_study(folder)
    replace(folder, "study.yml", "title: Proef\n", "title: Proef\nevaluation: {replications: 99}\n")
    generator = np.random.default_rng(4)
    rows = pd.DataFrame(
        [(buurt, wave) for buurt in ("BU1", "BU2") for wave in ("2018", "2021") for _ in range(60)],
        columns=["buurt", "meting"],
    )
    drawn = {
        "nr": [f"r{number}" for number in range(len(rows))],
        "leeftijd": generator.integers(4, 12, len(rows)),
        "opl": generator.integers(1, 3, len(rows)),
        "dagen": generator.integers(3, 8, len(rows)),
    }
    rows.assign(**drawn).to_csv(folder / "enquete.csv", index=False)
    return folder


def without_goals(folder: Path) -> None:
    replace(folder, "study.yml", GOALS, "")
    replace(folder, "indicators.yml", "  goal: play\n", "")


def without_arms(folder: Path) -> None:
    for name, arm in (("noord", "programme"), ("zuid", "comparator")):
        replace(folder, f"wijken/{name}.yml", f"arm: {arm}\npair: a\n", "arm: none\n")


def without_groupings(folder: Path) -> None:
    replace(folder, "study.yml", GROUPINGS, "")


def one_wave(folder: Path) -> None:
    replace(folder, "study.yml", FIRST_WAVE, "")
    rows = pd.read_csv(folder / "enquete.csv", dtype=str)
    rows[rows["meting"].eq("2021")].to_csv(folder / "enquete.csv", index=False)


def one_wijk(folder: Path) -> None:
    without_arms(folder)
    (folder / "wijken" / "zuid.yml").unlink()


def without_survey(folder: Path) -> None:
    replace(folder, "study.yml", f"sources:\n{SURVEY}", "sources: {}\n")


def in_english(folder: Path) -> None:
    replace(folder, "study.yml", "title: Proef\n", "title: Proef\nlanguage: en\n")


def nothing(folder: Path) -> None:
    for take_away in (without_goals, without_groupings, one_wave, one_wijk, without_survey):
        take_away(folder)


VARIANTS: dict[str, Callable[[Path], None]] = {
    change.__name__: change
    for change in (
        in_english,
        without_goals,
        without_arms,
        without_groupings,
        one_wave,
        one_wijk,
        without_survey,
        nothing,
    )
}


@pytest.fixture(scope="module", params=VARIANTS)
def shown(request, tmp_path_factory) -> tuple[Path, dict]:
    """A study that `wijkkit check` accepts, and what its notebooks show, by label."""
    matplotlib.use("agg")
    folder = small_study(tmp_path_factory.mktemp("any") / "study")
    VARIANTS[request.param](folder)
    validate(folder)
    found: dict = {}
    for notebook in CITY:
        found |= shown_by(f"stad/{notebook}", folder)
    for notebook in WIJK:
        found |= shown_by(f"wijk/{notebook}", folder, wijk="noord")
    return folder, found


def test_no_place_is_empty(shown):
    _, found = shown
    assert len(found) > 60
    assert [label for label, value in found.items() if says_nothing(value)] == []


def test_what_has_no_source_is_left_out_and_tells_no_reader_to_edit_a_file(shown):
    folder, found = shown
    study = open_study(folder)
    programme = [hood for hood in study.neighbourhoods.values() if hood.arm == "programme"]
    with_goals = [hood for hood in study.neighbourhoods.values() if hood.arm != "comparator"]
    for label, there in (
        ("fig-kaart-stad", False),
        ("fig-trechter", study.goals and study.settings.sources.survey),
        ("zin-kloof-stad", study.groupings and study.goals and study.settings.sources.survey),
        ("zin-sleutelfiguren", False),
        ("fig-doelen", study.goals and with_goals),
        ("zin-verklaringen-stad", programme),
        ("fig-netwerk", False),
    ):
        assert is_left_out(found[label]) != bool(there), label
    words = metadata(study, "stad")["text"]
    compared = nouns_of(study.language).comparison_units in words["method_design"]
    assert compared == bool(programme)
    one_wave = words["limit_change"] == text("reports.one_wave", study.language)
    assert one_wave == (len(study.waves) == 1)
    said = [str(value) for value in found.values() if not is_left_out(value)]
    assert not [text for text in said if "study.yml" in text]


def test_check_names_what_is_not_there(tmp_path):
    folder = small_study(tmp_path / "study")
    nothing(folder)
    places = {problem.place for problem in missing_parts(open_study(folder))}
    assert {"goals", "groupings", "sources.survey", "sources.borders", "arm"} <= places


def test_a_study_without_a_wave_is_refused(tmp_path):
    folder = small_study(tmp_path / "study")
    nothing(folder)
    last = (
        '  - {id: "2021", label: {nl: meting 2, en: wave 2}, start: 2021-04-01, end: 2021-07-31}\n'
    )
    replace(folder, "study.yml", f"waves:\n{last}", "")
    with pytest.raises(StudyError, match="there is no wave"):
        validate(folder)


def test_check_reads_every_source(tmp_path):
    folder = small_study(tmp_path / "study")
    replace(folder, "study.yml", SURVEY, SURVEY + "  catalogue: {path: not_there.csv}\n")
    with pytest.raises(Exception, match="not_there.csv") as raised:
        validate(folder)
    assert raised.type.__name__ == "DataError"
