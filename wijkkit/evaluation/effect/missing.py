"""Outcomes that are missing, and respondents who differ: weights for them, and imputation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from wijkkit.estimates.interval import pool
from wijkkit.evaluation.effect.fit import least_squares, logistic, steadied_logistic
from wijkkit.evaluation.effect.sample import (
    Bools,
    Estimate,
    Floats,
    NotEstimable,
    Sample,
    sample_of,
    t_estimate,
)

#: The arguments of `did`.
Arrays = dict[str, Any]
Draws = Callable[[np.random.Generator, Floats], Floats]
#: Weights are cut at this multiple of their mean: a few respondents should not decide.
_TRIMMED = 10.0


def imputed(
    arrays: Arrays, test: Callable[[Sample], Estimate], imputations: int, seed: int, level: float
) -> Estimate:
    """Return the effect by `test` with missing outcomes drawn from a regression, by Rubin's rules.

    Coefficients are drawn from their distribution before outcomes are drawn from the model on
    clusters, waves, arm x wave and covariates; degrees of freedom as in Barnard and Rubin 1999.
    """
    known = ~np.isnan(arrays["outcome"])
    if known.all():
        raise NotEstimable("nothing_missing")
    # Numbers are compared and sorted faster than names, again for every imputation.
    arrays = arrays | {"cluster": np.unique(arrays["cluster"], return_inverse=True)[1]}
    names = np.unique(arrays["cluster"])
    clusters = (arrays["cluster"][:, None] == names).astype(float)
    post, arm = (arrays[name].astype(float)[:, None] for name in ("post", "treated"))
    x = np.hstack([clusters, post, arm * post, arrays["covariates"]])
    usable = _with_covariates(arrays)
    rows, gaps = known & usable, ~known & usable
    draw = _binary_draws if arrays["family"] == "logistic" else _score_draws
    drawn = draw(x[rows], arrays["outcome"][rows])
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(imputations):
        y = arrays["outcome"].copy()
        y[gaps] = drawn(rng, x[gaps])
        found.append(test(sample_of(arrays | {"outcome": y})))
    errors = [(one.upper - one.lower) / 2 / stats.t.ppf(0.5 + level / 2, one.df) for one in found]
    estimates, fewest = [one.estimate for one in found], min(one.df for one in found)
    together = pool(estimates, errors, complete_df=fewest, confidence=level)
    return t_estimate(together.value, together.se**2, together.df, level)


def _binary_draws(x: Floats, y: Floats) -> Draws:
    """Return the function that draws 0/1 outcomes at given predictors."""
    fit = steadied_logistic(x, y)
    root = np.linalg.cholesky(fit.bread)

    def draw(rng: np.random.Generator, at: Floats) -> Floats:
        beta = fit.beta + root @ rng.standard_normal(len(root))
        return (rng.random(len(at)) < 1 / (1 + np.exp(-(at @ beta)))).astype(float)

    return draw


def _score_draws(x: Floats, y: Floats) -> Draws:
    """Return the function that draws scores at given predictors."""
    fit = least_squares(x, y, np.ones(len(y)))
    root = np.linalg.cholesky(fit.bread)
    squares, df = float((fit.residual**2).sum()), len(y) - x.shape[1]

    def draw(rng: np.random.Generator, at: Floats) -> Floats:
        deviation = np.sqrt(squares / rng.chisquare(df))
        beta = fit.beta + deviation * (root @ rng.standard_normal(len(root)))
        return at @ beta + deviation * rng.standard_normal(len(at))

    return draw


def _with_covariates(arrays: Arrays) -> Bools:
    return ~np.isnan(arrays["covariates"]).any(axis=1)


def response_weighted(arrays: Arrays) -> Arrays:
    """Return the arrays with weights divided by the chance that the outcome is known.

    A logistic model on the covariates in each arm and wave of its own; where nothing is missing
    the chance is one. Rows without a covariate take part in neither.
    """
    known = ~np.isnan(arrays["outcome"])
    if known.all():
        raise NotEstimable("nothing_missing")
    x = np.column_stack([np.ones(len(known)), arrays["covariates"]])
    chance = np.ones(len(known))
    cells = 2 * arrays["treated"] + arrays["post"]
    for cell in np.unique(cells):
        rows = _with_covariates(arrays) & (cells == cell)
        if not known[rows].all():
            fit = steadied_logistic(x[rows], known[rows].astype(float))
            chance[rows] = 1 / (1 + np.exp(-(x[rows] @ fit.beta)))
    return arrays | {"weight": arrays["weight"] / chance}


def baseline_weights(sample: Sample) -> Floats:
    """Return weights that make every arm and wave look like the treated clusters at baseline.

    For each of the other three cells a logistic model of belonging to the reference cell rather
    than to this one, on the covariates; the weight is its odds.

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
        weights[cell] = np.minimum(odds / odds.mean(), _TRIMMED)
    return weights
