"""Model-based and cluster-robust (CR1) variance of an effect."""

from __future__ import annotations

import numpy as np

from wijkkit.evaluation.effect.fit import Fit
from wijkkit.evaluation.effect.sample import Floats, Ints


def model_variance(fit: Fit, gradient: Floats) -> float:
    """Return the variance of ``gradient @ beta`` if respondents were independent.

    Logistic: the inverse information. Linear: the same times the residual variance, as
    `lm` and `glm` give them.
    """
    variance = float(gradient @ fit.bread @ gradient)
    if fit.logistic:
        return variance
    n, p = fit.x.shape
    return variance * float((fit.residual**2 / fit.working).sum()) / (n - p)


def linearised_variance(fit: Fit, gradient: Floats, unit: Ints | None = None) -> float:
    """Return the design-based variance with respondents as sampling units, as `svyglm` does.

    n / (n - 1) times the variance of the summed influence values: right for survey weights and,
    with `unit`, for respondents who are there more than once.
    """
    influence = fit.x @ (fit.bread @ gradient) * fit.residual
    if unit is not None:
        influence = np.bincount(unit, influence).astype(float)
    n = len(influence)
    return float(n / (n - 1) * ((influence - influence.mean()) ** 2).sum())


def cr1_variance(fit: Fit, gradient: Floats, cluster: Ints) -> float:
    """Return the cluster-robust variance of ``gradient @ beta`` (Liang and Zeger 1986).

    Summed scores per cluster, times G / (G - 1), and for least squares also
    (n - 1) / (n - p): Stata's and R sandwich's ``vcovCL`` defaults.

    Parameters
    ----------
    fit : Fit
    gradient : (p,) array
    cluster : (n,) array of int
    """
    influence = np.bincount(cluster, fit.x @ (fit.bread @ gradient) * fit.residual)
    clusters = len(influence)
    n, p = fit.x.shape
    correction = clusters / (clusters - 1)
    if not fit.logistic:
        correction *= (n - 1) / (n - p)
    return correction * float((influence**2).sum())
