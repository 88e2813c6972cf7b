"""Missing outcomes: complete cases, inverse probability weights, multiple imputation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from wijkkit.evaluation.effect.check_rows import (
    Row,
    estimate_row,
    guarded_row,
    recommended,
    scale_of,
)
from wijkkit.evaluation.effect.estimate import Estimate, t_estimate
from wijkkit.evaluation.effect.fit import least_squares, logistic
from wijkkit.evaluation.effect.outcomes import arrays_of, compared_waves
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, Floats, sample_of
from wijkkit.study import Study

Arrays = dict[str, Any]


def missing_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the effect in complete cases, reweighted for and filled in for missing outcomes."""
    settings = study.settings.evaluation
    arrays = arrays_of(study, respondents, outcome, compared_waves(study))
    known = ~np.isnan(arrays["outcome"])
    complete = sample_of(arrays)
    scale, level = scale_of(complete), settings.level

    def row(item: str, found: Estimate, n: int) -> Row:
        return estimate_row(item, found, n, scale)

    yield guarded_row(
        "complete_cases",
        lambda: row("complete_cases", recommended(complete, level), len(complete.y)),
    )
    yield guarded_row(
        "inverse_probability",
        lambda: row(
            "inverse_probability",
            recommended(sample_of(response_weighted(arrays, known)), level),
            len(complete.y),
        ),
    )
    yield guarded_row(
        "multiple_imputation",
        lambda: row(
            "multiple_imputation",
            imputed(arrays, known, settings.imputations, settings.seed, level),
            len(known),
        ),
    )
    unit = NotEstimable("no_respondents_known")
    yield {"item": "unit_nonresponse", "status": unit.status, "reason": unit.reason}


def response_weighted(arrays: Arrays, known: Bools) -> Arrays:
    """Return the arrays with weights divided by the chance that the outcome is known.

    A logistic model on arm, wave, their product and the covariates; rows without a covariate
    take part in neither.
    """
    if known.all():
        raise NotEstimable("nothing_missing")
    x, usable = _predictors(arrays)
    fit = logistic(x[usable], known[usable].astype(float), np.ones(int(usable.sum())))
    chance = np.ones(len(known))
    chance[usable] = 1 / (1 + np.exp(-(x[usable] @ fit.beta)))
    return arrays | {"weight": arrays["weight"] / chance}


def imputed(arrays: Arrays, known: Bools, imputations: int, seed: int, level: float) -> Estimate:
    """Return the effect with missing outcomes drawn from a regression, by Rubin's rules.

    Coefficients are drawn from their distribution before outcomes are drawn from the model on
    clusters, waves, arm x wave and covariates; degrees of freedom as in Barnard and Rubin 1999.
    """
    if known.all():
        raise NotEstimable("nothing_missing")
    x, usable = _predictors(arrays)
    draw = _drawer(arrays, x, known & usable)
    rng = np.random.default_rng(seed)
    gaps = ~known & usable
    found = []
    for _ in range(imputations):
        y = arrays["outcome"].copy()
        y[gaps] = draw(rng, x[gaps])
        found.append(recommended(sample_of(arrays | {"outcome": y}), level))
    return pooled(found, level)


def _drawer(arrays: Arrays, x: Floats, rows: Bools):
    y, weight = arrays["outcome"][rows], np.ones(int(rows.sum()))
    if arrays["family"] == "logistic":
        fit = logistic(x[rows], y, weight)
        root = np.linalg.cholesky(fit.bread)

        def draw(rng: np.random.Generator, at: Floats) -> Floats:
            beta = fit.beta + root @ rng.standard_normal(len(root))
            return (rng.random(len(at)) < 1 / (1 + np.exp(-(at @ beta)))).astype(float)

        return draw
    fit = least_squares(x[rows], y, weight)
    root = np.linalg.cholesky(fit.bread)
    df = len(y) - x.shape[1]
    squares = float((fit.residual**2).sum())

    def draw_score(rng: np.random.Generator, at: Floats) -> Floats:
        deviation = np.sqrt(squares / rng.chisquare(df))
        beta = fit.beta + deviation * (root @ rng.standard_normal(len(root)))
        return at @ beta + deviation * rng.standard_normal(len(at))

    return draw_score


def _predictors(arrays: Arrays) -> tuple[Floats, Bools]:
    """Return clusters, wave, arm x wave and covariates as columns, and the rows that have them."""
    covariates = arrays["covariates"]
    usable = ~np.isnan(covariates).any(axis=1)
    names = np.unique(arrays["cluster"])
    clusters = (arrays["cluster"][:, None] == names).astype(float)
    post = arrays["post"].astype(float)[:, None]
    arm = arrays["treated"].astype(float)[:, None]
    return np.hstack([clusters, post, arm * post, covariates]), usable


def pooled(found: list[Estimate], level: float) -> Estimate:
    """Combine the estimates of completed data by Rubin's rules.

    References
    ----------
    Rubin DB (1987), Multiple Imputation for Nonresponse in Surveys. Barnard J, Rubin DB (1999),
    Biometrika 86:948-955.

    Examples
    --------
    >>> one, other = t_estimate(1.0, 1.0, 4, 0.95), t_estimate(2.0, 1.0, 4, 0.95)
    >>> both = pooled([one, other], 0.95)
    >>> both.estimate, round(both.df, 3)
    (1.5, 1.256)
    """
    m = len(found)
    complete_df = found[0].df
    reach = stats.t.ppf(0.5 + level / 2, complete_df)
    variances = [((one.upper - one.lower) / 2 / reach) ** 2 for one in found]
    within = float(np.mean(variances))
    between = float(np.var([one.estimate for one in found], ddof=1))
    total = within + (1 + 1 / m) * between
    fraction = (1 + 1 / m) * between / total
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - fraction)
    large = (m - 1) / max(fraction, 1e-12) ** 2
    df = 1 / (1 / large + 1 / observed)
    return t_estimate(float(np.mean([one.estimate for one in found])), total, df, level)
