"""Respondents with their indicators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from wijkkit.disclosure.sample import Sample
from wijkkit.errors import Problem, StudyError, did_you_mean, first_of
from wijkkit.estimates.grid import asked_outcome, with_sampled
from wijkkit.estimates.layout import asked_rows
from wijkkit.indicators import compute
from wijkkit.loaders.survey import load_survey
from wijkkit.study import Study


def load_respondents(study: Study) -> pd.DataFrame:
    """Load the study's survey and compute its indicators.

    Returns
    -------
    DataFrame
        One row per respondent: the survey's standard columns and one column per indicator.
        `attrs["dropped"]` counts the respondents of areas outside the study, per wave;
        `attrs["population"]` is the study's, as JSON.

    Raises
    ------
    DataError, StudyError
        Everything wrong in the survey files, or in the study's indicators.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> set(study.indicators) <= set(wk.load_respondents(study).columns)
    True
    """
    respondents = load_survey(study)
    computed = in_population(study, compute(study, respondents))
    population = study.settings.population.model_dump_json()
    computed.attrs = {**respondents.attrs, "population": population}
    return computed


def in_population(study: Study, respondents: pd.DataFrame) -> pd.DataFrame:
    """Return the respondents whom the study is about, with the design of the whole survey.

    Raises StudyError: The population names a column or a value that the survey does not have, or
    nobody.
    """
    population = study.settings.population
    if not population.where and population.ages is None:
        return respondents
    problems = [
        problem
        for column, values in population.where.items()
        for problem in _problems(respondents, column, values)
    ]
    StudyError.raise_for(problems)
    inside = pd.Series(True, index=respondents.index)
    for column, values in population.where.items():
        inside &= respondents[column].astype("str").isin(values)
    if population.ages is not None:
        first, end = population.ages
        inside &= respondents["age"].ge(first) & respondents["age"].lt(end)
    if not inside.any():
        expected = "respondents of these ages and values"
        remedy = "Widen population.ages or population.where, or correct the ages of the survey."
        raise StudyError(
            "nobody is in the population", "study.yml", "population", "", expected, remedy
        )
    return with_sampled(respondents)[inside.astype(bool)].reset_index(drop=True)


def sample_of(
    study: Study,
    respondents: pd.DataFrame,
    groupings: Mapping[str, tuple[str, tuple[str, ...]]],
    areas: pd.DataFrame,
    weights: Mapping[tuple[str, str], np.ndarray] | None = None,
) -> Sample:
    """Return respondents as disclosure control reads them: absent where nobody was asked."""
    asked = {
        key: asked_outcome(respondents, key, indicator, asked_rows(respondents, indicator))
        for key, indicator in study.indicators.items()
    }
    units = {key: indicator.unit for key, indicator in study.indicators.items()}
    waves = tuple(wave.id for wave in study.waves)
    return Sample(respondents.assign(**asked), units, waves, groupings, areas, weights or {})


def _problems(respondents: pd.DataFrame, column: str, values: tuple[str, ...]) -> Iterator[Problem]:
    place = f"population.where.{column}"
    if column not in respondents:
        columns = list(map(str, respondents.columns))
        what, expected = f"no column '{column}'", first_of(columns, 40)
        remedy = did_you_mean(column, columns, "Use one of these.")
        yield Problem(what, "study.yml", place, column, expected, remedy)
        return
    known = sorted(respondents[column].dropna().astype("str").unique())
    for value in values:
        if value not in known:
            yield Problem(
                "a value that nobody has",
                file="study.yml",
                place=place,
                found=value,
                expected=first_of(known, 20),
                remedy=did_you_mean(value, known, "Use one of these."),
            )
