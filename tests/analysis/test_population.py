"""A study of some respondents: chosen once, for everything, with the design of the whole survey."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

import wijkkit as wk
from tests.conftest import ROOT
from tests.studies import keep
from wijkkit.errors import EstimationError, StudyError
from wijkkit.reports.pages import metadata


def test_a_study_of_girls_estimates_what_people_give_of_girls(folder, people):
    study = wk.open_study(folder).select(sex="girl")
    found = wk.people(study).proportion("sport", by="wijk").frame
    girls = people[people.sex == "girl"].proportion("sport", by="wijk").frame
    for name in ("value", "lower", "upper", "n", "se"):
        assert found[name].tolist() == pytest.approx(girls[name].tolist(), rel=1e-12)
    table = wk.estimate(study, wk.load_respondents(study)).estimates.table
    rows = table.query("indicator == 'sport' and area_level == 'wijk' and group == 'all'")
    rows = rows[rows["wave"].eq("2021")]
    assert rows["upper"].tolist() == pytest.approx(girls["upper"].tolist(), rel=1e-12)


@pytest.mark.parametrize("population", [{"where": {"sex": ["girl"]}}, {"ages": [6.0, 13.0]}])
def test_a_population_runs_to_a_release(folder, tmp_path, population):
    import shutil

    shutil.copytree(folder, tmp_path / "parameters")
    (tmp_path / "data").symlink_to(folder.parent / "data")
    path = keep(tmp_path / "parameters", {"sport"}, {"ses"}) / "study.yml"
    path.write_text(path.read_text() + "\n" + yaml.safe_dump({"population": population}))
    study = wk.open_study(tmp_path / "parameters")
    respondents = wk.load_respondents(study)
    released = wk.release(study, wk.estimate(study, respondents))
    shown = released.table[released.table["status"].eq("ok")]
    assert len(shown) > 20
    whole = shown.query("area_level == 'city' and group == 'all' and indicator == 'sport'")
    answered = respondents[respondents["sport"].notna()].groupby("wave").size()
    assert whole.set_index("wave")["n"].to_dict() == answered.to_dict()


@pytest.mark.parametrize("make", [wk.evaluate_effect, wk.estimate])
def test_what_is_of_a_study_is_not_of_some_of_its_people_unsaid(people, make):
    girls = people[people.sex == "girl"]
    for table in (girls.frame, girls.sample):
        with pytest.raises(EstimationError, match=r"found sex=girl.*population: in study\.yml"):
            make(people.study, table)
    assert "chosen" not in people.frame.attrs


def test_choices_add_up_and_ages_are_half_open(folder):
    study = wk.open_study(folder).select(sex="girl").select(ages=(6, 9))
    found = wk.load_respondents(study)
    assert found["sex"].eq("girl").all() and found["age"].between(6, 9, inclusive="left").all()


def test_a_population_of_nobody_is_an_error(folder):
    study = wk.open_study(folder)
    for wrong, words in (
        ({"sex": "meisje"}, "girl"),
        ({"geslacht": "girl"}, "no column 'geslacht'"),
        ({"ages": (50, 60)}, "nobody is in the population"),
    ):
        with pytest.raises(StudyError) as error:
            wk.load_respondents(study.select(**wrong))
        assert words in str(error.value)


def test_a_population_in_force_is_named_in_summaries_and_method_in_words_of_the_study():
    study = wk.open_study(ROOT / "parameters")
    girls = study.select(sex="girl", ages=(4, 8.5))
    assert study.among == "" and girls.among == "van 4 tot 8,5 jaar; Jongen of meisje: meisjes"
    words = metadata(girls, "wijk", "ankerveld")["text"]["method_survey"]
    assert "een deel van de kinderen" in words and "meisjes" in words
    assert "een deel van" not in metadata(study, "stad")["text"]["method_survey"]
    english = girls.settings.model_copy(update={"language": "en"})
    assert replace(girls, settings=english).among == "aged 4 to 8.5; Boy or girl: girls"
