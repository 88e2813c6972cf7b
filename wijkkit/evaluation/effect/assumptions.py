"""What speaks for and against the assumptions of difference-in-differences, missing outcomes
included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from wijkkit.estimates.interval import pool
from wijkkit.evaluation.effect.design_checks import (
    Row,
    contamination_rows,
    estimate_row,
    guarded_row,
    leave_one_out_rows,
    pre_trend_rows,
    recommended,
    scale_of,
)
from wijkkit.evaluation.effect.did import Options
from wijkkit.evaluation.effect.fit import least_squares, logistic, steadied_logistic
from wijkkit.evaluation.effect.outcomes import (
    arrays_of,
    compared_waves,
    covariate_names,
    in_comparison,
)
from wijkkit.evaluation.effect.sample import (
    Bools,
    Estimate,
    Floats,
    NotEstimable,
    Sample,
    sample_of,
    t_estimate,
)
from wijkkit.study import Study

# Missing outcomes by weights and by imputation, and who took part before and after.

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
    """Combine the estimates of completed data by Rubin's rules, see `wijkkit.estimates.pool`."""
    errors = [(one.upper - one.lower) / 2 / stats.t.ppf(0.5 + level / 2, one.df) for one in found]
    together = pool(
        [one.estimate for one in found],
        errors,
        complete_df=min(one.df for one in found),
        confidence=level,
    )
    return t_estimate(together.value, together.se**2, together.df, level)


#: Weights are cut at this multiple of their mean: a few respondents should not decide.
_TRIMMED = 10.0


def composition_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the difference-in-differences of each covariate, and the reweighted effect.

    Raises NotEstimable: ``no_covariates``: the study names none.
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


ASSUMPTION_COLUMNS = tuple(
    "outcome check item scale estimate lower upper p n status reason".split()
)
Check = Callable[[Study, pd.DataFrame, str], Iterator[Row]]

_CHECKS: dict[str, Check] = {
    "pre_trend": pre_trend_rows,
    "composition": composition_rows,
    "missing": missing_rows,
    "contamination": contamination_rows,
    "leave_one_out": leave_one_out_rows,
}


def assumption_table(
    study: Study, respondents: pd.DataFrame, outcomes: tuple[str, ...]
) -> pd.DataFrame:
    """Return the checks of every outcome, one row per number.

    Returns
    -------
    DataFrame
        ``check``, ``item`` (what within the check), ``scale`` (points, score, or sd for a
        covariate in standard deviations), ``estimate``, ``lower``, ``upper``, ``p``, ``n``,
        ``status``, ``reason``. All estimates are the recommended one: cluster-period means.

        - ``pre_trend``: the effect that the programme would have had before it started.
        - ``bounds``: the effect if a departure from parallel trends was at most `item` times
          the largest one before the start.
        - ``composition``: how covariates changed; ``reweighted``: the effect when all arms and
          waves are weighted to look like the programme wijken at baseline.
        - ``missing``: complete cases, inverse probability weights, multiple imputation.
        - ``contamination``: the effect if a share `item` of the comparators was reached.
        - ``leave_one_out``: the effect without a wijk or a pair.
    """
    rows = []
    for outcome in outcomes:
        for name, check in _CHECKS.items():
            rows += [
                {"outcome": outcome, "check": name, **row}
                for row in _guarded(check, study, respondents, outcome)
            ]
    table = pd.DataFrame(rows).reindex(columns=list(ASSUMPTION_COLUMNS))
    numbers = ["estimate", "lower", "upper", "p", "n"]
    return table.assign(**table[numbers].astype(float))


def _guarded(check: Check, study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    try:
        yield from list(check(study, respondents, outcome))
    except NotEstimable as error:
        yield {"item": "all", "status": error.status, "reason": error.reason}
