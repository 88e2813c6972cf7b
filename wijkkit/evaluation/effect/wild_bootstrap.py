"""The restricted wild cluster bootstrap, for least squares and for logistic regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from wijkkit.evaluation.effect.estimate import Estimate
from wijkkit.evaluation.effect.fit import Fit, inverse_information, least_squares, logistic
from wijkkit.evaluation.effect.inversion import invert
from wijkkit.evaluation.effect.membership import membership
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Ints

Weights = Literal["rademacher", "webb"]
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Draws:
    """Bootstrap weights and the smallest p-value they allow.

    Parameters
    ----------
    weights : (B, G) float
        The first row is all ones (the data themselves) where everything is enumerated.
    enumerated : bool
    floor : float
    """

    weights: Floats
    enumerated: bool
    floor: float


@lru_cache(maxsize=16)
def draws(kind: Weights, clusters: int, replications: int, seed: int) -> Draws:
    """Return the bootstrap weights of a design.

    Rademacher weights (-1, 1) are enumerated where 2^G is at most `replications`; Webb's six
    points are drawn.

    Examples
    --------
    >>> draws("rademacher", 6, 9999, 1).floor
    0.03125
    """
    if kind == "rademacher" and 2**clusters <= replications:
        weights = np.array(list(product((1.0, -1.0), repeat=clusters)))
        return Draws(weights, True, 2.0 / 2**clusters)
    rng = np.random.default_rng(seed)
    points = np.array([-1.0, 1.0]) if kind == "rademacher" else np.concatenate([-_WEBB, _WEBB])
    weights = rng.choice(points, size=(replications, clusters))
    return Draws(weights, False, max(1 / (replications + 1), 2 / len(points) ** clusters))


def wild_p(fit: Fit, member: csr_array, drawn: Draws) -> float:
    """Return the p-value of the last column of a fit under the null; `member` (n, G) is 0/1.

    `fit` is fitted with the last coefficient held at its null value, so that its residuals
    obey the null. The statistic is the cluster-robust t of one Newton step from there: for
    least squares the t-statistic itself, for logistic regression its linearisation (the WCLR
    bootstrap). Ties count as being as extreme, so that no p-value lies below the floor.

    References
    ----------
    Cameron AC, Gelbach JB, Miller DL (2008), Rev Econ Stat 90:414-427. Webb MD (2023), Can J
    Econ 56:839-858. MacKinnon JG, Nielsen MO, Webb MD (2023), cluster-robust bootstrap
    inference for logistic regression.
    """
    direction = fit.bread[-1]
    scores = member.T @ (fit.x * fit.residual[:, None])
    information = member.T @ (fit.x * (fit.working * (fit.x @ direction))[:, None])
    own = scores @ direction
    through = information @ fit.bread @ scores.T
    observed = _statistic(np.ones((1, len(own))), own, through)[0]
    drawn_t = _statistic(drawn.weights, own, through)
    extreme = int((drawn_t >= observed * (1 - _TIE)).sum())
    if drawn.enumerated:
        return extreme / len(drawn_t)
    return (1 + extreme) / (1 + len(drawn_t))


def _statistic(weights: Floats, own: Floats, through: Floats) -> Floats:
    """Return |effect| / its cluster-robust error for each row of weights."""
    influence = weights @ (np.diag(own) - through.T)
    error = np.sqrt(np.einsum("bg,bg->b", influence, influence))
    return np.abs(weights @ own) / np.maximum(error, 1e-300)


def wild_bootstrap(
    full: Fit, y: Floats, weight: Floats, cluster: Ints, drawn: Draws, level: float
) -> Estimate:
    """Return the effect (last coefficient) with the bootstrap's p-value and inverted interval.

    Parameters
    ----------
    full : Fit
        The unrestricted fit.
    y, weight : (n,) array
    cluster : (n,) array of int
    drawn : Draws
    level : float
        Confidence level.
    """
    restricted = _restricted(full, y, weight)
    member = membership(cluster, drawn.weights.shape[1])

    def p_value(null: float) -> float:
        try:
            return wild_p(restricted(null), member, drawn)
        except NotEstimable:
            return 1.0

    estimate = float(full.beta[-1])
    influence = np.bincount(cluster, full.x @ full.bread[-1] * full.residual)
    step = 2 * float(np.sqrt((influence**2).sum()))
    lower, upper = invert(p_value, estimate, step, level, drawn.floor)
    return Estimate(estimate, lower, upper, p_value(0.0), floor=drawn.floor)


def _restricted(full: Fit, y: Floats, weight: Floats) -> Callable[[float], Fit]:
    """Return the function that fits with the last coefficient held at a null value."""
    others, last = full.x[:, :-1], full.x[:, -1]

    def linear(null: float) -> Fit:
        fit = least_squares(others, y - null * last, weight)
        return replace(full, residual=fit.residual)

    def logit(null: float) -> Fit:
        fit = logistic(others, y, weight, null * last, full.beta[:-1])
        information = full.x.T @ (fit.working[:, None] * full.x)
        return replace(fit, x=full.x, bread=inverse_information(information))

    return logit if full.logistic else linear
