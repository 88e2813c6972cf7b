"""Respondents in, the same with one column per indicator out."""

from __future__ import annotations

import pandas as pd

from wijkkit.errors import EstimationError, StudyError
from wijkkit.indicators.functions import check_indicators, functions_of
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
            values = functions[definition.function](**inputs, **definition.options)
        except EstimationError as error:
            raise StudyError(
                f"indicator '{key}': {error.problems[0].what}",
                file="indicators.yml",
                place=error.problems[0].place or key,
                found=error.problems[0].found,
                expected=error.problems[0].expected,
                remedy=error.problems[0].remedy,
            ) from error
        columns[key] = values.astype(float).where(was_asked(definition, respondents))
    return pd.concat([respondents, pd.DataFrame(columns, index=respondents.index)], axis=1)


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
