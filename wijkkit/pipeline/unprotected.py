"""Estimates before disclosure control, for research on the machine that has the survey."""

from __future__ import annotations

import pandas as pd

from wijkkit.estimates.grid import estimate_grid
from wijkkit.pipeline.estimation import groupings
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.study import Study

#: What of a survey's design makes an estimate weighted.
_DESIGN = ("stratum", "psu")


def unprotected_estimates(study: Study) -> dict[str, pd.DataFrame]:
    """Return the tidy estimates of a study with the survey's weights and without any.

    Returns
    -------
    dict of str to DataFrame
        ``weighted`` with the survey's weights and design; ``unweighted`` as if every respondent
        was drawn alike.
    """
    respondents = load_respondents(study)
    alike = respondents.assign(weight=1.0)
    alike = alike.drop(columns=[column for column in _DESIGN if column in alike])
    return {
        "weighted": _grid(study, respondents),
        "unweighted": _grid(study, alike),
    }


def _grid(study: Study, respondents: pd.DataFrame) -> pd.DataFrame:
    waves = [wave.id for wave in study.waves]
    areas = study.areas()[["wijk", "district", "arm"]]
    grid = estimate_grid(respondents, study.indicators, waves, groupings(study), areas=areas)
    return grid.table
