"""Whom a study is about, and what disclosure control reads of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.studies import write_study
from wijkkit.errors import StudyError
from wijkkit.pipeline.respondents import in_population, sample_of
from wijkkit.study import open_study
from wijkkit.study.settings import PopulationSettings

PEOPLE = pd.DataFrame(
    {
        "wave": ["2018", "2018", "2021", "2021"],
        "weight": 1.0,
        "sex": ["girl", "boy", "girl", None],
        "age": [5.9, 6.0, 8.0, 7.99],
        "play": [1.0, 0.0, 1.0, np.nan],
    }
)


def study_of(folder, **population):
    study = open_study(write_study(folder / "study"))
    settings = study.settings.model_copy(update={"population": PopulationSettings(**population)})
    return replace(study, settings=settings)


@pytest.mark.parametrize(
    ("population", "rows", "sampled"),
    [
        ({"where": {"sex": ("girl",)}}, [0, 2], [2, 2]),
        ({"where": {"sex": ("girl", "boy")}}, [0, 1, 2], [2, 2, 2]),
        ({"ages": (6.0, 8.0)}, [1, 3], [2, 2]),
        ({"ages": (6.0, 8.1), "where": {"sex": ("girl",)}}, [2], [2]),
    ],
)
def test_a_part_of_the_respondents_keeps_the_design_of_all(tmp_path, population, rows, sampled):
    found = in_population(study_of(tmp_path, **population), PEOPLE)
    assert found["age"].tolist() == PEOPLE["age"].iloc[rows].tolist()
    assert found["sampled"].tolist() == sampled and found.index.tolist() == list(range(len(rows)))


def test_everybody_is_everybody_as_they_are(tmp_path):
    assert in_population(study_of(tmp_path), PEOPLE) is PEOPLE


@pytest.mark.parametrize(
    ("population", "told"),
    [
        ({"where": {"gender": ("girl",)}}, ["no column 'gender'"]),
        ({"where": {"sex": ("girl", "x", "y")}}, ["a value that nobody has"] * 2),
        ({"ages": (8.1, 9.0)}, ["nobody is in the population"]),
        ({"ages": (6.0, 7.0), "where": {"sex": ("girl",)}}, ["nobody is in the population"]),
    ],
)
def test_a_population_that_the_survey_does_not_have_is_refused(tmp_path, population, told):
    with pytest.raises(StudyError) as caught:
        in_population(study_of(tmp_path, **population), PEOPLE)
    assert [problem.what for problem in caught.value.problems] == told
    assert all(problem.remedy for problem in caught.value.problems)


def test_a_column_and_a_value_that_can_be_are_named_as_far_as_can_be_read(tmp_path):
    many = pd.concat([PEOPLE] * 10, ignore_index=True)
    many = many.assign(code=[f"c{at:02d}" for at in range(40)])
    many = many.assign(**{f"x{at:02d}": 0 for at in range(60)})
    for column, known in (("code", many["code"][:20]), ("other", many.columns[:40])):
        study = study_of(tmp_path / column, where={column: ("nothing",)})
        with pytest.raises(StudyError) as caught:
            in_population(study, many)
        assert caught.value.problems[0].expected.startswith(", ".join(known))


def test_control_reads_no_answer_of_who_was_not_asked(tmp_path):
    study = study_of(tmp_path)
    new = {"waves": ("2021",), "ages": (6, 8)}
    asked = {"play": study.indicators["play"].model_copy(update=new)}
    answers = PEOPLE.assign(age=[7.0, 7.0, 7.9, 8.0], play=[1.0, 1.0, 0.0, 1.0])
    sample = sample_of(replace(study, indicators=asked), answers, {}, pd.DataFrame())
    assert sample.people["play"].tolist() == pytest.approx([np.nan, np.nan, 0, np.nan], nan_ok=True)
    assert sample.weights == {}
    weights = {("play", "city"): np.ones(4)}
    assert sample_of(study, answers, {}, pd.DataFrame(), weights).weights == weights
    assert sample.waves == ("2018", "2021") and sample.units == {"play": "percent"}


def test_a_division_has_the_groups_of_the_population_and_two_at_least(tmp_path):
    def groups(**where):
        study = study_of(tmp_path / "".join([*where, *map("".join, where.values())]), where=where)
        return {one.id: [group.id for group in one.groups] for one in study.groupings}

    every = groups()
    assert groups(sex=("girl",)) == every
    (ses,) = every.values()
    assert groups(ses=tuple(ses[:1])) == {}
    assert groups(ses=tuple(ses[1:])) == ({"ses": ses[1:]} if len(ses) > 2 else {})
