"""Whether other people took part in the second wave, and the effect if they had not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.check_rows import (
    Row,
    estimate_row,
    guarded_row,
    recommended,
    scale_of,
)
from wijkkit.evaluation.effect.covariates import covariate_names
from wijkkit.evaluation.effect.fit import logistic
from wijkkit.evaluation.effect.methods import Options
from wijkkit.evaluation.effect.outcome_arrays import arrays_of, in_comparison
from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Sample, sample_of
from wijkkit.study import Study

#: Weights are cut at this multiple of their mean: a few respondents should not decide.
_TRIMMED = 10.0


def composition_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the difference-in-differences of each covariate, and the reweighted effect.

    Raises
    ------
    NotEstimable
        ``no_covariates``: the study names none.
    """
    if not study.settings.evaluation.covariates:
        raise NotEstimable("no_covariates")
    arrays = arrays_of(study, respondents, outcome, compared_waves(study))
    sample = sample_of(arrays)
    options = Options.of(study.settings.evaluation)
    rows = in_comparison(study, respondents, outcome, compared_waves(study))
    names = covariate_names(rows, study.settings.evaluation.covariates)
    for position, name in enumerate(names):
        values = sample.covariates[:, position]
        yield guarded_row(name, partial(_shift, sample, values, name, options))

    def reweighted() -> Row:
        plain = replace(
            sample, weight=sample.weight * baseline_weights(sample), covariates=_none(sample)
        )
        return estimate_row(
            "covariates", recommended(plain, options), len(sample.y), scale_of(sample)
        )

    yield {"check": "reweighted"} | guarded_row("covariates", reweighted)


def _none(sample: Sample) -> Floats:
    return np.empty((len(sample.y), 0))


def _shift(sample: Sample, values: Floats, name: str, options: Options) -> Row:
    spread = float(values.std())
    if spread == 0:
        raise NotEstimable("no_variation")
    standardised = replace(sample, y=values / spread, covariates=_none(sample), binary=False)
    return estimate_row(name, recommended(standardised, options), len(values), "sd")


def baseline_weights(sample: Sample) -> Floats:
    """Return weights that make every arm and wave look like the treated clusters at baseline.

    For each of the other three cells a logistic model of belonging to the reference cell rather
    than to this one, on the covariates; the weight is its odds.

    References
    ----------
    Stuart EA et al. (2014), Health Serv Outcomes Res Methodol 14:166-182.
    """
    arm, after = sample.treated[sample.cluster], sample.post[sample.wave]
    reference = arm & ~after
    weights = np.ones(len(sample.y))
    for cell in (arm & after, ~arm & ~after, ~arm & after):
        rows = reference | cell
        x = np.column_stack([np.ones(rows.sum()), sample.covariates[rows]])
        fit = logistic(x, reference[rows].astype(float), sample.weight[rows])
        odds = np.exp(x @ fit.beta)[cell[rows]]
        odds = odds / odds.mean()
        weights[cell] = np.minimum(odds, _TRIMMED)
    return weights
