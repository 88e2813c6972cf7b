"""Regression for survey data: weighted estimates, design-based standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.design import SurveyDesign
from wijkkit.estimates.interval import check_confidence, none_of
from wijkkit.estimates.linearisation import domains, units_and_strata, variance

Floats = NDArray[np.float64]

#: Distribution of the outcome, with its usual link: identity, logit.
Family = Literal["gaussian", "binomial"]

#: Columns of length 1 that together are less than this say nothing new.
_COLLINEAR = 1e-10
#: As in R: relative change of the deviance at which a fit has converged, and most steps.
_CONVERGED, _ITERATIONS = 1e-8, 25
#: Condition of the information beyond which it says nothing; a fitted chance that is none.
_WORST, _APART = 1e15, 1e-7


@dataclass(frozen=True, slots=True)
class ModelFit:
    """A regression that was fitted to survey data.

    `coefficients`: ``term, value, se, lower, upper, t, p``, on the scale of the link. `df`:
    Residual degrees of freedom: units minus strata, plus one, minus p.
    """

    coefficients: pd.DataFrame
    covariance: Floats
    df: float
    n: int
    family: Family


def survey_model(
    outcome: Floats,
    predictors: pd.DataFrame,
    design: SurveyDesign,
    *,
    family: Family = "gaussian",
    confidence: float = 0.95,
) -> ModelFit:
    r"""Fit a generalised linear model by weighted pseudo-likelihood, as R's ``svyglm``.

    The coefficients solve :math:`\sum_i w_i x_i (y_i-\mu_i) = 0`, with canonical links. Their
    covariance is that of the total of the influence values :math:`A^{-1} w_i x_i (y_i-\mu_i)`,
    with :math:`A = \sum_i w_i v(\mu_i) x_i x_i^\top`, by Taylor linearisation over the stages of
    the design.

    `outcome`: Missing where absent. `predictors`: The model matrix, with its constant; a row with a
    missing value is left out. Such rows keep their place in the design. `family`: Binomial for 0/1,
    with odds ratios ``exp(value)``. `confidence`: Coverage of the intervals, which are ``value ±
    t(df) se``. Raises EstimationError: An unknown family, columns that follow from each other, an
    outcome that the family does not have, answers that the predictors separate, or a stratum with
    one unit.

    Binder DA (1983). On the variances of asymptotically normal estimators from complex surveys.
    International Statistical Review 51, 279-292. Lumley T, Scott A (2017). Fitting regression
    models to survey data. Statistical Science 32, 265-278.

    >>> from wijkkit.estimates.design import survey_design
    >>> y = np.array([1.0, 2, 4, 3, 6])
    >>> x = pd.DataFrame({"one": 1.0, "x": [1.0, 2, 3, 4, 5]})
    >>> fit = survey_model(y, x, survey_design(x))
    >>> fit.coefficients["value"].round(3).tolist(), fit.df
    ([-0.1, 1.1], 3.0)
    """
    check_confidence(confidence)
    used = ~np.isnan(outcome) & ~predictors.isna().any(axis=1).to_numpy()
    x, y, weight = predictors.to_numpy(float)[used], outcome[used], design.weight[used]
    _check(predictors, x, y, family)
    beta, score, information = _fitted(x, y, weight / weight.mean(), family)
    influence = np.zeros((len(outcome), x.shape[1]))
    influence[used] = score @ np.linalg.inv(information)
    covariance = total_covariance(influence, design, used)
    over = domains(np.zeros(len(outcome), dtype=np.int64), 1, design)
    units, strata = units_and_strata(over, used)
    df, se = float(units[0] - strata[0] + 1 - x.shape[1]), np.sqrt(np.diag(covariance))
    t = beta / se
    half = (stats.t.ppf(0.5 + confidence / 2, df) if df > 0 else np.nan) * se
    p = 2 * stats.t.sf(np.abs(t), df) if df > 0 else np.full(len(t), np.nan)
    columns = {"value": beta, "se": se, "lower": beta - half, "upper": beta + half, "t": t, "p": p}
    table = pd.DataFrame({"term": list(predictors), **columns})
    return ModelFit(table, covariance, df, int(used.sum()), family)


def _check(predictors: pd.DataFrame, x: Floats, y: Floats, family: str) -> None:
    EstimationError.raise_for(none_of(Family, "family", "family", family))
    if len(y) <= x.shape[1]:
        raise EstimationError(
            "no more respondents than coefficients", found=f"{len(y)} and {x.shape[1]}"
        )
    wrong = ~np.isin(y, (0, 1))
    if family == "binomial" and wrong.any():
        raise EstimationError(
            f"not an outcome of the {family} family", found=f"{y[wrong][0]:g}", place="outcome"
        )
    size = np.linalg.norm(x, axis=0)
    _, sizes, directions = np.linalg.svd(x / np.where(size > 0, size, 1.0), full_matrices=False)
    if sizes[-1] < _COLLINEAR:
        raise EstimationError(
            "columns of the model follow from each other",
            place="formula",
            found=", ".join(map(str, predictors.columns[directions[-1] ** 2 > 1e-6])),
            remedy="Leave one of them out.",
        )


def _fitted(x: Floats, y: Floats, weight: Floats, family: str) -> tuple[Floats, Floats, Floats]:
    """Return coefficients, scores (n, p) and information, by iterated weighted least squares.

    It starts, and stops, as R's ``glm`` does: what is printed is then equal to the last digits.
    """
    binomial, deviance = family == "binomial", np.inf
    mean = (weight * y + 0.5) / (weight + 1) if binomial else y
    eta = special.logit(mean) if binomial else mean
    for _ in range(_ITERATIONS):
        # The variance of the outcome is the derivative of the mean of a canonical link.
        spread = mean * (1 - mean) if binomial else np.ones(len(mean))
        working = weight * spread
        information = x.T @ (x * working[:, None])
        if not np.isfinite(information).all() or np.linalg.cond(information) > _WORST:
            break
        beta = np.asarray(
            np.linalg.solve(information, x.T @ (working * (eta + (y - mean) / spread))), float
        )
        eta = x @ beta
        mean = special.expit(eta) if binomial else eta
        before, deviance = deviance, _deviance(y, mean, weight, binomial)
        if np.isfinite(before) and abs(deviance - before) < _CONVERGED * (abs(deviance) + 0.1):
            if binomial and np.minimum(mean, 1 - mean).min() < _APART:
                raise _no_estimate("a group in which everybody answers alike")
            residual = (y - mean) / (mean * (1 - mean) if binomial else 1)
            return beta, x * (working * residual)[:, None], information
    raise _no_estimate("no convergence")


def _no_estimate(found: str) -> EstimationError:
    return EstimationError(
        "the model has no finite estimate",
        place="formula",
        found=found,
        remedy="Leave that group out, or pool it with another.",
    )


def _deviance(y: Floats, mean: Floats, weight: Floats, binomial: bool) -> float:
    if binomial:
        likely = special.xlogy(y, mean) + special.xlog1py(1 - y, -mean)
        return float(-2 * (weight * likely).sum())
    return float((weight * (y - mean) ** 2).sum())


def total_covariance(influence: Floats, design: SurveyDesign, used: NDArray[np.bool_]) -> Floats:
    """Return the covariance of the totals of the columns of `influence`, shape (p, p).

    That of two is a quarter of the variance of their sum minus that of their difference. Raises
    EstimationError: A stratum with one sampled unit, where the design does not say what it adds.
    """
    over = domains(np.zeros(len(influence), dtype=np.int64), 1, design)

    def of(column: Floats) -> float:
        spread, lonely = variance(column, over, used)
        if lonely.any() and design.lonely_psu in ("absent", "average"):
            raise EstimationError(
                "a stratum with one sampled unit",
                place="design",
                remedy="Pool it with another stratum.",
            )
        return float(spread[0])

    size = np.sqrt((influence**2).sum(axis=0))
    size = np.where(size > 0, size, 1.0)
    columns = (influence / size).T
    both = np.array([[of(one + other) for other in columns] for one in columns])
    apart = np.array([[of(one - other) for other in columns] for one in columns])
    return (both - apart) / 4 * np.outer(size, size)
