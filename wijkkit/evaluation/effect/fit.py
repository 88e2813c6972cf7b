"""The regression beneath most methods, and its variances: of independent respondents, CR1 and CR2."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from scipy import linalg

from wijkkit.evaluation.effect.sample import Floats, Ints, NotEstimable, Sample, kept

_ITERATIONS = 30
#: Linear predictors beyond this mean fitted probabilities of 0 or 1: the data are separated.
_SEPARATED = 12.0
_NO_INFORMATION = 1e-5


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression.

    `working`: Weights of the information matrix: w for least squares, w mu (1 - mu) for logistic.
    `residual`: Weighted residuals w (y - mu); the scores are x times these. `bread`: Inverse of the
    information matrix X' diag(working) X. `slope`: Derivative of the mean with respect to the
    linear predictor: 1, or mu (1 - mu).
    """

    x: Floats
    beta: Floats
    working: Floats
    residual: Floats
    bread: Floats
    slope: Floats
    logistic: bool


def least_squares(x: Floats, y: Floats, weight: Floats) -> Fit:
    """Fit weighted least squares."""
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

    `start`: Coefficients near the estimate, of columns that were fitted before. Raises
    NotEstimable: ``separation``: an estimate is infinite; ``collinear``: columns depend on each
    other.

    >>> import numpy as np
    >>> y = np.array([1.0, 0.0, 0.0, 0.0])
    >>> fit = logistic(np.ones((4, 1)), y, np.ones(4))
    >>> float(np.exp(fit.beta[0]).round(6))
    0.333333
    """
    beta = start
    if beta is None:
        inverse_information((x * weight[:, None]).T @ x)
        beta = np.zeros(x.shape[1])
    for _ in range(_ITERATIONS):
        eta = np.clip(x @ beta + offset, -30, 30)
        mean = 1 / (1 + np.exp(-eta))
        working = weight * mean * (1 - mean)
        try:
            step = np.linalg.solve((x * working[:, None]).T @ x, x.T @ (weight * (y - mean)))
        except np.linalg.LinAlgError:
            break
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
    weight = 1 + p / n
    return logistic(x, (y + p / n / 2) / weight, np.full(n, weight))


def _finished(x: Floats, y: Floats, weight: Floats, offset: Floats | float, beta: Floats) -> Fit:
    eta = x @ beta
    if np.abs(eta).max() > _SEPARATED:
        raise NotEstimable("separation")
    mean = 1 / (1 + np.exp(-np.clip(eta + offset, -30, 30)))
    slope = mean * (1 - mean)
    bread = inverse_information((x * (weight * slope)[:, None]).T @ x)
    return Fit(x, beta, weight * slope, weight * (y - mean), bread, slope, True)


def inverse_information(information: Floats) -> Floats:
    """Return the inverse of an information matrix; NotEstimable where there is none."""
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (scale > _NO_INFORMATION).all():
        raise NotEstimable("separation")
    scaled = information / np.outer(scale, scale)
    if np.linalg.cond(scaled) > 1e12:
        raise NotEstimable("collinear")
    return np.linalg.inv(scaled) / np.outer(scale, scale)


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
    """
    influence = np.bincount(cluster, fit.x @ (fit.bread @ gradient) * fit.residual)
    clusters = len(influence)
    n, p = fit.x.shape
    correction = clusters / (clusters - 1)
    if not fit.logistic:
        correction *= (n - 1) / (n - p)
    return correction * float((influence**2).sum())


#: Smallest eigenvalue, as a share of the largest, that is not zero.
_SINGULAR = 1e-9


def cr2_variance(fit: Fit, gradient: Floats, cluster: Ints) -> tuple[float, float]:
    """Return the CR2 variance of ``gradient @ beta`` and its Satterthwaite degrees of freedom.

    Residuals of each cluster are multiplied by the matrix that makes the variance unbiased if
    the working model is right (variance mu (1 - mu) / w, or 1 / w for least squares); the
    degrees of freedom come from the first two moments of the variance under that model.

    Raises NotEstimable: A cluster determines its own residuals altogether.

    Bell RM, McCaffrey DF (2002), Survey Methodology 28:169-181. Pustejovsky JE, Tipton E (2018), J
    Bus Econ Stat 36:672-683 (the definition of R clubSandwich).
    """
    # On the scale of the outcome: slopes x, weights 1 / phi, residuals y - mu.
    x = fit.x * fit.slope[:, None]
    phi = fit.slope**2 / fit.working
    residual = fit.residual * fit.slope / fit.working
    direction = x @ (fit.bread @ gradient) / phi
    clusters = int(cluster.max()) + 1
    adjusted = np.zeros((clusters, len(cluster)))
    for g in range(clusters):
        rows = np.flatnonzero(cluster == g)
        adjusted[g, rows] = _adjusted(direction[rows], x[rows], phi[rows], fit.bread)
    variance = float(((adjusted @ residual) ** 2).sum())
    # df = 2 E(V)^2 / var(V) for V the sum of squares of adjusted @ (I - H) y, where
    # (I - H) phi (I - H)' = phi - x bread x', since H = x bread x' / phi.
    through = adjusted @ x
    products = (adjusted * phi) @ adjusted.T - through @ fit.bread @ through.T
    return variance, float(np.trace(products) ** 2 / (products**2).sum())


def _adjusted(vector: Floats, x: Floats, phi: Floats, bread: Floats) -> Floats:
    """Return A vector for A = D' (D B D')^(-1/2) D, D = phi^(1/2), B = phi - x bread x'."""
    root = np.sqrt(phi)
    rooted = root[:, None] * x
    leverage = linalg.eigvals((x / phi[:, None]).T @ x @ bread).real.max()
    lowest = (1 - leverage) * phi.min() ** 2
    if lowest < _SINGULAR * phi.max() ** 2:
        return root * _pseudo_root(root * vector, phi, rooted, bread)
    return root * _inverse_root(root * vector, phi, rooted, bread, lowest)


def _inverse_root(
    vector: Floats, phi: Floats, rooted: Floats, bread: Floats, lowest: float
) -> Floats:
    """Return M^(-1/2) vector for M = phi^2 - rooted bread rooted', without forming M.

    M^(-1/2) is (2 s / pi) times the integral over [0, pi/2] of (s^2 sin^2 + M cos^2)^(-1), a
    periodic function for which the midpoint rule converges geometrically; each inverse is that
    of a diagonal plus p columns.
    """
    highest = phi.max() ** 2
    scale = (lowest * highest) ** 0.25
    ratio = (highest / lowest) ** 0.25
    nodes = int(np.ceil(np.log(1e-14) / (2 * np.log((ratio - 1) / (ratio + 1) + 1e-3)))) + 2
    total = np.zeros_like(vector)
    precision = np.linalg.inv(bread)
    for angle in (np.arange(nodes) + 0.5) * np.pi / (2 * nodes):
        part = np.cos(angle) ** 2
        diagonal = (scale * np.sin(angle)) ** 2 + part * phi**2
        plain, columns = vector / diagonal, rooted / diagonal[:, None]
        core = precision / part - rooted.T @ columns
        total += plain + columns @ np.linalg.solve(core, rooted.T @ plain)
    return scale / nodes * total


def _pseudo_root(vector: Floats, phi: Floats, rooted: Floats, bread: Floats) -> Floats:
    """Return the pseudo-inverse root times vector, for a cluster that determines a coefficient."""
    values, vectors = linalg.eigh(np.diag(phi**2) - rooted @ bread @ rooted.T)
    kept = values > _SINGULAR * values.max()
    if not kept.any():
        raise NotEstimable("one_cluster_in_an_arm")
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return vectors @ (inverse * (vectors.T @ vector))


# The design matrix, and what is estimated on it: odds ratio, percentage points, points of a score.


@kept
def design_matrix(sample: Sample) -> Floats:
    """Return the (n, p) design matrix; its last column carries the effect.

    Without groups: 1, arm, wave dummies, covariates, arm x post. With groups also the group and
    its products with arm, waves and arm x post; the last column is then the triple product.
    """
    return matrix_at(sample, sample.treated[sample.cluster], sample.wave, sample.group)


def matrix_at(sample: Sample, treated: object, wave: object, group: object = None) -> Floats:
    """Return the design matrix with arm, wave and group set to the given values.

    `treated`, `wave`, `group`: `group` is needed where the sample has groups.
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

    `gradient`: Its derivative with respect to the coefficients.
    """

    fit: Fit
    estimate: float
    gradient: Floats


def scales(sample: Sample) -> tuple[Scale, ...]:
    """Return the scales on which the effect on an outcome is given."""
    return ("odds_ratio", "points") if sample.binary else ("score",)


@kept
def fitted(sample: Sample, model: Literal["logistic", "linear"]) -> Fit:
    """Fit the difference-in-differences model; its last coefficient is the effect."""
    fit = logistic if model == "logistic" else least_squares
    return fit(design_matrix(sample), sample.y, sample.weight)


@kept
def fit_target(sample: Sample, scale: Scale) -> Target:
    """Fit the difference-in-differences model and return the effect on `scale`.

    The odds ratio (as its logarithm) and the score difference are the last coefficient. For
    ``points`` the logistic model is standardised: predicted shares with everybody in each arm
    and wave, their difference in differences, and its gradient for the delta method.

    Raises NotEstimable: An arm has no respondents in a wave, or the data are separated.
    """
    require_cells(sample)
    if scale == "points":
        return _standardised(sample, fitted(sample, "logistic"))
    fit = fitted(sample, "logistic" if scale == "odds_ratio" else "linear")
    gradient = np.zeros(len(fit.beta))
    gradient[-1] = 1.0
    return Target(fit, float(fit.beta[-1]), gradient)


def require_cells(sample: Sample) -> None:
    """Raise NotEstimable where an arm (and group) has no respondents in a wave."""
    groups, group = (1, 0) if sample.group is None else (2, sample.group.astype(int))
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
