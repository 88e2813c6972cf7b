"""Missing outcomes: complete cases, inverse probability weights, multiple imputation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.check_rows import (
    Row,
    estimate_row,
    guarded_row,
    recommended,
    scale_of,
)
from wijkkit.evaluation.effect.estimate import Estimate
from wijkkit.evaluation.effect.fit import steadied_logistic
from wijkkit.evaluation.effect.imputation import imputed
from wijkkit.evaluation.effect.methods import Options
from wijkkit.evaluation.effect.outcome_arrays import arrays_of
from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, sample_of
from wijkkit.study import Study

Arrays = dict[str, Any]


def missing_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the effect in complete cases, reweighted for and filled in for missing outcomes."""
    settings = study.settings.evaluation
    arrays = arrays_of(study, respondents, outcome, compared_waves(study))
    known = ~np.isnan(arrays["outcome"])
    complete = sample_of(arrays)
    scale, options = scale_of(complete), Options.of(settings)

    def row(item: str, found: Estimate, n: int) -> Row:
        return estimate_row(item, found, n, scale)

    yield guarded_row(
        "complete_cases",
        lambda: row("complete_cases", recommended(complete, options), len(complete.y)),
    )
    yield guarded_row(
        "inverse_probability",
        lambda: row(
            "inverse_probability",
            recommended(sample_of(response_weighted(arrays, known)), options),
            len(complete.y),
        ),
    )
    yield guarded_row(
        "multiple_imputation",
        lambda: row(
            "multiple_imputation",
            imputed(arrays, known, settings.imputations, options),
            len(known),
        ),
    )
    unit = NotEstimable("no_respondents_known")
    yield {"item": "unit_nonresponse", "status": unit.status, "reason": unit.reason}


def response_weighted(arrays: Arrays, known: Bools) -> Arrays:
    """Return the arrays with weights divided by the chance that the outcome is known.

    A logistic model on the covariates in each arm and wave of its own; where nothing is missing
    the chance is one. Rows without a covariate take part in neither.
    """
    if known.all():
        raise NotEstimable("nothing_missing")
    covariates = arrays["covariates"]
    usable = ~np.isnan(covariates).any(axis=1)
    x = np.column_stack([np.ones(len(known)), covariates])
    chance = np.ones(len(known))
    cells = 2 * arrays["treated"] + arrays["post"]
    for cell in np.unique(cells):
        rows = usable & (cells == cell)
        if known[rows].all():
            continue
        fit = steadied_logistic(x[rows], known[rows].astype(float))
        chance[rows] = 1 / (1 + np.exp(-(x[rows] @ fit.beta)))
    return arrays | {"weight": arrays["weight"] / chance}
