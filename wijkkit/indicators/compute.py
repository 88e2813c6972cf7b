"""Respondents in, the same with one column per indicator out."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import pandas as pd

from wijkkit.errors import EstimationError, StudyError
from wijkkit.indicators.functions import IndicatorFunction, check_indicators, functions_of
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator


def compute(study: Study, respondents: pd.DataFrame) -> pd.DataFrame:
    """Add the study's indicators to its respondents.

    An indicator is absent, not false, where its question was not asked: outside its ages, in
    another wave, or where the survey file has no such column.

    Parameters
    ----------
    respondents : DataFrame
        As `wijkkit.load_survey` gives them: at least `age`, `wave` and the indicators' columns.

    Returns
    -------
    DataFrame
        `respondents` with one float column per indicator, named by its key.

    Raises
    ------
    StudyError
        indicators.yml names a function or argument that is not there, or a function refuses
        its columns.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.indicators import compute
    >>> compute(study, wk.load_survey(study))["outdoor_play"].dropna().unique().tolist()
    [0.0, 1.0]
    """
    problems = check_indicators(study)
    StudyError.raise_for(problems)
    functions = functions_of(study)
    columns = {}
    for key, definition in study.indicators.items():
        inputs = {argument: respondents[names] for argument, names in definition.columns.items()}
        try:
            values = _computed(functions[definition.function], {**inputs, **definition.options})
            columns[key] = _checked(definition, values, respondents)
        except EstimationError as error:
            raise StudyError(
                f"indicator '{key}': {error.problems[0].what}",
                file="indicators.yml",
                place=error.problems[0].place or key,
                found=error.problems[0].found,
                expected=error.problems[0].expected,
                remedy=error.problems[0].remedy,
            ) from error
    return pd.concat([respondents, pd.DataFrame(columns, index=respondents.index)], axis=1)


def _computed(function: IndicatorFunction, arguments: Mapping[str, Any]) -> object:
    """Return what a function makes of its columns; what fails in it is a mistake in its code."""
    try:
        return function(**arguments)
    except EstimationError:
        raise
    except Exception as error:
        own = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in own if frame.filename.endswith("indicators.py")]
        raise EstimationError(
            f"the function {function.__name__} fails",
            place=f"indicators.py, line {lines[-1]}" if lines else "",
            found=f"{type(error).__name__}: {error}",
            remedy="Correct the code there.",
        ) from error


def _checked(definition: Indicator, values: object, respondents: pd.DataFrame) -> pd.Series:
    """Return a number for who was asked; 0 or 1 for a percentage."""
    if not isinstance(values, pd.Series) or not values.index.equals(respondents.index):
        raise EstimationError(
            f"{definition.function} gives no number per respondent",
            found=type(values).__name__,
            expected="a Series with a value in each row of its columns",
            remedy="Correct what the function returns.",
        )
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    if len(text := values[values.notna() & numbers.isna()]):
        raise EstimationError(
            f"{definition.function} gives no number per respondent",
            found=repr(text.iloc[0]),
            expected="numbers, or missing",
            remedy="Correct what the function returns.",
        )
    found = numbers.where(was_asked(definition, respondents))
    other = found[found.notna() & ~found.isin([0, 1])]
    if definition.unit == "percent" and len(other):
        raise EstimationError(
            "a percentage of other values than 0 and 1",
            found=f"{other.iloc[0]:g}",
            expected="0, 1 or missing",
            remedy="Say unit: score for a mean, or correct what the function returns.",
        )
    return found


def was_asked(definition: Indicator, respondents: pd.DataFrame) -> pd.Series:
    """Return for each respondent whether the indicator's question was meant for them.

    Age limits hold for exact and for completed years alike: ``first <= age < end``. A respondent
    of unknown age was not asked anything that depends on age.
    """
    asked = pd.Series(True, index=respondents.index)
    if definition.ages is not None:
        first, end = definition.ages
        age = respondents["age"].astype(float)
        asked &= (age >= first) & (age < end)
    if definition.waves:
        asked &= respondents["wave"].isin(definition.waves)
    return asked
