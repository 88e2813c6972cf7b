"""Respondents with their indicators."""

from __future__ import annotations

import pandas as pd

from wijkkit.indicators import compute
from wijkkit.loaders import load_survey
from wijkkit.study import Study


def load_respondents(study: Study) -> pd.DataFrame:
    """Load the study's survey and compute its indicators.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        One row per respondent: the survey's standard columns and one column per indicator.
        `attrs["dropped"]` counts the respondents of areas outside the study, per wave.

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
    computed = compute(study, respondents)
    computed.attrs = dict(respondents.attrs)
    return computed
