"""The design matrix, and what is estimated on it: odds ratio, percentage points, points of a score."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from wijkkit.evaluation.effect.estimate import NotEstimable
from wijkkit.evaluation.effect.fit import Fit, least_squares, logistic
from wijkkit.evaluation.effect.sample import Floats, Sample


def design_matrix(sample: Sample) -> Floats:
    """Return the (n, p) design matrix; its last column carries the effect.

    Without groups: 1, arm, wave dummies, covariates, arm x post. With groups also the group and
    its products with arm, waves and arm x post; the last column is then the triple product.
    """
    return matrix_at(sample, sample.treated[sample.cluster], sample.wave, sample.group)


def matrix_at(sample: Sample, treated: object, wave: object, group: object = None) -> Floats:
    """Return the design matrix with arm, wave and group set to the given values.

    Parameters
    ----------
    treated, wave, group : scalar or (n,) array
        `group` is needed where the sample has groups.
    """
    n = len(sample.y)
    arm = np.broadcast_to(np.asarray(treated, dtype=float), n)
    wave = np.broadcast_to(np.asarray(wave), n)
    waves = (wave[:, None] == np.arange(1, len(sample.post))).astype(float)
    effect = (arm * sample.post[wave])[:, None]
    arm = arm[:, None]
    columns = [np.ones((n, 1)), arm, waves]
    if sample.group is not None:
        least = np.broadcast_to(np.asarray(group, dtype=float), n)[:, None]
        columns += [least, least * arm, least * waves, effect]
        effect = least * effect
    return np.hstack([*columns, sample.covariates, effect])


def wave_contrast(sample: Sample) -> Floats:
    """Return the (T,) weights of after minus before: each period's waves count equally.

    Examples
    --------
    >>> from wijkkit.evaluation.effect.sample import make_sample
    >>> wave_contrast(make_sample([0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1], ["a", "b", "b", "a"]))
    array([-1.,  1.])
    """
    after = sample.post / sample.post.sum()
    return after - ~sample.post / (~sample.post).sum()


#: ``points`` are percentage points of a 0/1 outcome, ``score`` the unit of a score.
Scale = Literal["odds_ratio", "points", "score"]


@dataclass(frozen=True, slots=True)
class Target:
    """A fitted model and the effect in it.

    Parameters
    ----------
    estimate : float
        The effect.
    gradient : (p,) float
        Its derivative with respect to the coefficients.
    """

    fit: Fit
    estimate: float
    gradient: Floats


def scales(sample: Sample) -> tuple[Scale, ...]:
    """Return the scales on which the effect on an outcome is given."""
    return ("odds_ratio", "points") if sample.binary else ("score",)


def fit_target(sample: Sample, scale: Scale) -> Target:
    """Fit the difference-in-differences model and return the effect on `scale`.

    The odds ratio (as its logarithm) and the score difference are the last coefficient. For
    ``points`` the logistic model is standardised: predicted shares with everybody in each arm
    and wave, their difference in differences, and its gradient for the delta method.

    Raises
    ------
    NotEstimable
        An arm has no respondents in a wave, or the data are separated.
    """
    require_cells(sample)
    x = design_matrix(sample)
    if scale == "points":
        return _standardised(sample, logistic(x, sample.y, sample.weight))
    fit = (logistic if scale == "odds_ratio" else least_squares)(x, sample.y, sample.weight)
    gradient = np.zeros(x.shape[1])
    gradient[-1] = 1.0
    return Target(fit, float(fit.beta[-1]), gradient)


def require_cells(sample: Sample) -> None:
    """Raise NotEstimable where an arm (and group) has no respondents in a wave."""
    group = np.zeros(len(sample.y), int) if sample.group is None else sample.group.astype(int)
    groups = 1 if sample.group is None else 2
    arm = sample.treated[sample.cluster].astype(int)
    cell = (arm * len(sample.post) + sample.wave) * groups + group
    if (np.bincount(cell, minlength=2 * len(sample.post) * groups) == 0).any():
        raise NotEstimable("empty_cell")


def _standardised(sample: Sample, fit: Fit) -> Target:
    """Marginal standardisation of the difference in differences of predicted shares."""
    weight = sample.weight / sample.weight.sum()
    estimate, gradient = 0.0, np.zeros(len(fit.beta))
    groups = ((None, 1.0),) if sample.group is None else ((1, 1.0), (0, -1.0))
    after_minus_before = wave_contrast(sample)
    for (group, sign), arm, wave in product(groups, (0, 1), range(len(sample.post))):
        x = matrix_at(sample, arm, wave, group)
        share = 1 / (1 + np.exp(-(x @ fit.beta)))
        part = sign * (1 if arm else -1) * after_minus_before[wave]
        estimate += part * float(weight @ share)
        gradient += part * (x.T @ (weight * share * (1 - share)))
    return Target(fit, estimate, gradient)
