"""What is estimated: an indicator of the study, or a column that a researcher made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.estimates.survey_mean import outcome_values
from wijkkit.study import Study


@dataclass(frozen=True, slots=True)
class Outcome:
    """A column of the respondents that is estimated.

    Parameters
    ----------
    key : str
        The column.
    label : str
        Its name for readers.
    waves : tuple of str
        Whom it was asked, as of an indicator of the study.
    direction : {"higher", "lower", ""}
        Which way is better, where the study says so.
    """

    key: str
    label: str
    unit: Literal["percent", "score"]
    ages: tuple[int, int] | None = None
    waves: tuple[str, ...] = ()
    direction: str = ""


def outcome_of(study: Study, frame: pd.DataFrame, key: str) -> Outcome:
    """Return what is known of the column `key`: a 0/1 column is a percentage, another a score."""
    known = study.indicators.get(key)
    if known is not None and key in frame:
        return Outcome(
            key, study.text(known.label), known.unit, known.ages, known.waves, known.direction
        )
    values = outcome_values(frame, key)
    binary = np.isin(values[~np.isnan(values)], (0.0, 1.0)).all()
    return Outcome(key, key.replace("_", " "), "percent" if binary else "score")


def require_percentage(outcome: Outcome, what: str) -> None:
    """Raise EstimationError where the outcome is a score."""
    if outcome.unit != "percent":
        raise EstimationError(
            f"a {what} needs a 0/1 outcome",
            place=outcome.key,
            found="a score",
            expected="0 and 1",
            remedy="Use mean, or make a 0/1 column with assign.",
        )
