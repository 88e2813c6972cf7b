"""Weighted least squares and logistic regression, with what robust variances need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats

_ITERATIONS = 30
#: Linear predictors beyond this mean fitted probabilities of 0 or 1: the data are separated.
_SEPARATED = 12.0
_NO_INFORMATION = 1e-5


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression.

    Parameters
    ----------
    x : (n, p) float
        Design matrix.
    beta : (p,) float
        Coefficients.
    working : (n,) float
        Weights of the information matrix: w for least squares, w mu (1 - mu) for logistic.
    residual : (n,) float
        Weighted residuals w (y - mu); the scores are x times these.
    bread : (p, p) float
        Inverse of the information matrix X' diag(working) X.
    slope : (n,) float
        Derivative of the mean with respect to the linear predictor: 1, or mu (1 - mu).
    logistic : bool
    """

    x: Floats
    beta: Floats
    working: Floats
    residual: Floats
    bread: Floats
    slope: Floats
    logistic: bool


def least_squares(x: Floats, y: Floats, weight: Floats) -> Fit:
    """Fit weighted least squares.

    Parameters
    ----------
    x : (n, p) array
    y, weight : (n,) array

    Raises
    ------
    NotEstimable
        The columns of `x` are linearly dependent.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.column_stack([np.ones(3), [0.0, 1.0, 2.0]])
    >>> least_squares(x, np.array([1.0, 3.0, 5.0]), np.ones(3)).beta.round(6)
    array([1., 2.])
    """
    bread = inverse_information((x * weight[:, None]).T @ x)
    beta = bread @ (x.T @ (weight * y))
    return Fit(x, beta, weight, weight * (y - x @ beta), bread, np.ones(len(y)), False)


def logistic(
    x: Floats,
    y: Floats,
    weight: Floats,
    offset: Floats | float = 0.0,
    start: Floats | None = None,
) -> Fit:
    """Fit logistic regression by maximum (pseudo-)likelihood, with iterated least squares.

    Parameters
    ----------
    x : (n, p) array
    y, weight : (n,) array
    offset : (n,) array or float
        Added to the linear predictor.
    start : (p,) array, optional
        Coefficients to start from.

    Raises
    ------
    NotEstimable
        ``separation``: an estimate is infinite; ``no_variation``: columns depend on each other.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([1.0, 0.0, 0.0, 0.0])
    >>> fit = logistic(np.ones((4, 1)), y, np.ones(4))
    >>> float(np.exp(fit.beta[0]).round(6))
    0.333333
    """
    inverse_information((x * weight[:, None]).T @ x)
    beta = np.zeros(x.shape[1]) if start is None else start
    for _ in range(_ITERATIONS):
        eta = np.clip(x @ beta + offset, -30, 30)
        mean = 1 / (1 + np.exp(-eta))
        working = weight * mean * (1 - mean)
        step = _solved((x * working[:, None]).T @ x, x.T @ (weight * (y - mean)))
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            return _finished(x, y, weight, offset, beta)
    raise NotEstimable("separation")


def steadied_logistic(x: Floats, y: Floats) -> Fit:
    """Fit logistic regression that stays finite where a category has one answer only.

    Every row is there once more with each answer, together with the weight of one respondent
    per coefficient (White, Daniel and Royston 2010, Comput Stat Data Anal 54:2267-2275).
    """
    n, p = x.shape
    weight = np.concatenate([np.ones(n), np.full(2 * n, p / (2 * n))])
    answers = np.concatenate([y, np.ones(n), np.zeros(n)])
    return logistic(np.vstack([x, x, x]), answers, weight)


def _finished(x: Floats, y: Floats, weight: Floats, offset: Floats | float, beta: Floats) -> Fit:
    eta = x @ beta
    if np.abs(eta).max() > _SEPARATED:
        raise NotEstimable("separation")
    mean = 1 / (1 + np.exp(-np.clip(eta + offset, -30, 30)))
    slope = mean * (1 - mean)
    bread = inverse_information((x * (weight * slope)[:, None]).T @ x)
    return Fit(x, beta, weight * slope, weight * (y - mean), bread, slope, True)


def _solved(information: Floats, score: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(information, score), dtype=float)
    except np.linalg.LinAlgError:
        raise NotEstimable("separation") from None


def inverse_information(information: Floats) -> Floats:
    """Return the inverse of an information matrix; NotEstimable where there is none."""
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (scale > _NO_INFORMATION).all():
        raise NotEstimable("separation")
    scaled = information / np.outer(scale, scale)
    if np.linalg.cond(scaled) > 1e12:
        raise NotEstimable("no_variation")
    return np.linalg.inv(scaled) / np.outer(scale, scale)
