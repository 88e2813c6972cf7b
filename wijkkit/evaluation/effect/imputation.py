"""Multiple imputation of missing outcomes, pooled by Rubin's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from wijkkit.estimates.multiple_imputation import pool
from wijkkit.evaluation.effect.check_rows import recommended
from wijkkit.evaluation.effect.estimate import Estimate, t_estimate
from wijkkit.evaluation.effect.fit import least_squares, steadied_logistic
from wijkkit.evaluation.effect.methods import Options
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, Floats, sample_of

Arrays = dict[str, Any]
Draws = Callable[[np.random.Generator, Floats], Floats]


def imputed(arrays: Arrays, known: Bools, imputations: int, options: Options) -> Estimate:
    """Return the effect with missing outcomes drawn from a regression, by Rubin's rules.

    Coefficients are drawn from their distribution before outcomes are drawn from the model on
    clusters, waves, arm x wave and covariates; degrees of freedom as in Barnard and Rubin 1999.
    """
    if known.all():
        raise NotEstimable("nothing_missing")
    x, usable = _predictors(arrays)
    rows = known & usable
    draw = _binary_draws if arrays["family"] == "logistic" else _score_draws
    drawn = draw(x[rows], arrays["outcome"][rows])
    rng = np.random.default_rng(options.seed)
    gaps = ~known & usable
    found = []
    for _ in range(imputations):
        y = arrays["outcome"].copy()
        y[gaps] = drawn(rng, x[gaps])
        found.append(recommended(sample_of(arrays | {"outcome": y}), options))
    return pooled(found, options.level)


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
    """Combine the estimates of completed data by Rubin's rules, see `wijkkit.estimates.pool`.

    Examples
    --------
    >>> one, other = t_estimate(1.0, 1.0, 4, 0.95), t_estimate(2.0, 1.0, 4, 0.95)
    >>> both = pooled([one, other], 0.95)
    >>> both.estimate, round(both.df, 3)
    (1.5, 1.256)
    """
    errors = [(one.upper - one.lower) / 2 / stats.t.ppf(0.5 + level / 2, one.df) for one in found]
    together = pool(
        [one.estimate for one in found],
        errors,
        complete_df=min(one.df for one in found),
        confidence=level,
    )
    return t_estimate(together.value, together.se**2, together.df, level)
