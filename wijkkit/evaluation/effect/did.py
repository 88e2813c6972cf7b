"""Difference-in-differences of one outcome, every method side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from wijkkit.evaluation.effect.fit import (
    Scale,
    cr1_variance,
    cr2_variance,
    fit_target,
    fitted,
    linearised_variance,
    model_variance,
    require_cells,
    scales,
)
from wijkkit.evaluation.effect.hierarchical import hierarchical
from wijkkit.evaluation.effect.resampling import Weights, draws, randomisation_test, wild_bootstrap
from wijkkit.evaluation.effect.sample import (
    Estimate,
    NotEstimable,
    Sample,
    make_sample,
    possible,
    t_estimate,
)
from wijkkit.evaluation.effect.two_arms import (
    Ratios,
    change_test,
    cluster_changes,
    respondents_error,
    sampling_variances,
    variance_ratios,
)
from wijkkit.study.settings import EvaluationSettings

#: A method of inference; they stand side by side.
Method = Callable[[Sample, Scale, EvaluationSettings], Estimate]


def allowed_ratios(sample: Sample, settings: EvaluationSettings) -> Ratios:
    """Return the ratios of the arms' variances that the recommended test allows."""
    return variance_ratios(sampling_variances(sample), settings.icc_range, settings.autocorrelation)


def model_based(sample: Sample, scale: Scale, settings: EvaluationSettings) -> Estimate:
    """As if respondents were independent: what the published analysis most likely did.

    With survey weights or a panel the variance is linearised, as `svyglm` does.
    """
    target = fit_target(sample, scale)
    if sample.weighted or sample.unit is not None:
        variance = linearised_variance(target.fit, target.gradient, sample.unit)
    else:
        variance = model_variance(target.fit, target.gradient)
    n, p = target.fit.x.shape
    df = np.inf if target.fit.logistic else n - p
    return t_estimate(target.estimate, variance, df, settings.level)


def cr1(sample: Sample, scale: Scale, settings: EvaluationSettings) -> Estimate:
    """Cluster-robust, on t with G - 1 degrees of freedom."""
    sample.require_two_per_arm()
    target = fit_target(sample, scale)
    variance = cr1_variance(target.fit, target.gradient, sample.cluster)
    return t_estimate(target.estimate, variance, sample.clusters - 1, settings.level)


def cr2(sample: Sample, scale: Scale, settings: EvaluationSettings) -> Estimate:
    """Bias-reduced cluster-robust, with Satterthwaite degrees of freedom."""
    sample.require_two_per_arm()
    target = fit_target(sample, scale)
    variance, df = cr2_variance(target.fit, target.gradient, sample.cluster)
    return t_estimate(target.estimate, variance, df, settings.level)


def wild(
    sample: Sample, scale: Scale, settings: EvaluationSettings, *, weights: Weights
) -> Estimate:
    """Restricted wild cluster bootstrap; points through the linear probability model."""
    sample.require_two_per_arm()
    require_cells(sample)
    sample.require_variation()
    full = fitted(sample, "logistic" if scale == "odds_ratio" else "linear")
    drawn = draws(weights, sample.clusters, settings.replications, settings.seed)
    return wild_bootstrap(full, sample.y, sample.weight, sample.cluster, drawn, settings.level)


def randomisation(
    sample: Sample, scale: Scale, settings: EvaluationSettings, *, paired: bool
) -> Estimate:
    """Exact randomisation test on the clusters' changes."""
    block: Any = sample.pair if paired else np.zeros(sample.clusters, dtype=int)
    if block is None:
        raise NotEstimable("no_pairs")
    treated = np.bincount(block, sample.treated)
    if ((treated == 0) | (treated == np.bincount(block))).any():
        raise NotEstimable("no_pairs")
    change = cluster_changes(sample, scale)
    return randomisation_test(
        change, sample.treated, block, settings.level, settings.replications, settings.seed
    )


def cluster_period(sample: Sample, scale: Scale, settings: EvaluationSettings) -> Estimate:
    """Cluster-period means with a t-test that allows unequal variances: the recommended test."""
    sample.require_two_per_arm()
    return change_test(
        cluster_changes(sample, scale),
        sample.treated,
        settings.level,
        allowed_ratios(sample, settings),
        respondents_error(sample, scale),
    )


def mixed(sample: Sample, scale: Scale, settings: EvaluationSettings) -> Estimate:
    """Hierarchical model with effects of cluster and of cluster by wave."""
    sample.require_variation()
    return hierarchical(sample, scale, settings.level)


#: The methods by key, in the order of the tables; the words for readers: ``effect.method``.
METHODS: dict[str, Method] = {
    "model_based": model_based,
    "cr1": cr1,
    "cr2": cr2,
    "wild_rademacher": partial(wild, weights="rademacher"),
    "wild_webb": partial(wild, weights="webb"),
    "randomisation": partial(randomisation, paired=False),
    "randomisation_paired": partial(randomisation, paired=True),
    "cluster_period": cluster_period,
    "hierarchical": mixed,
}

#: The test that conclusions rest on; `benchmarks/verdicts.py` shows why.
RECOMMENDED = "cluster_period"


DID_COLUMNS = tuple(
    "contrast method scale estimate lower upper p floor df n clusters status reason".split()
)
#: Width of an interval, in the outcome's unit, below which only rounding is left.
_ROUNDING = 1e-9
_NUMBERS = ("estimate", "lower", "upper", "p", "floor", "df")


def did(
    outcome: ArrayLike,
    treated: ArrayLike,
    post: ArrayLike,
    cluster: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    group: ArrayLike | None = None,
    pair: ArrayLike | None = None,
    unit: ArrayLike | None = None,
    family: Literal["logistic", "linear"] = "logistic",
    methods: Sequence[str] = tuple(METHODS),
    settings: EvaluationSettings | None = None,
) -> pd.DataFrame:
    """Estimate the effect of a programme by difference-in-differences.

    The model is ``outcome ~ arm + waves + arm x post + covariates``; the effect is the product.
    With `group` it is the triple difference: the effect in the group minus that in the others.

    Parameters
    ----------
    outcome : (n,) array
        0/1 for the logistic family; NaN is missing and left out.
    treated, post : (n,) array of bool
        The respondent's cluster has the programme; the wave lies after its start.
    cluster : (n,) array
        The unit that got the programme or not: the wijk.
    wave, weight, unit : (n,) array, optional
        The wave (`post` where absent), survey weight, and respondent in a panel.
    covariates : (n, k) array, optional
        Numbers; categories as dummies.
    group : (n,) array, optional
        1 for the group whose difference with the others is wanted, NaN for neither.
    pair : (n,) array, optional
        Matched pair of the cluster.
    family : {"logistic", "linear"}
    methods : sequence of str
        Keys of `wijkkit.evaluation.effect.did.METHODS`.
    settings : EvaluationSettings, optional
        Confidence level, replications, seed and what the recommended test allows for.

    Returns
    -------
    DataFrame
        One row per method and scale: ``contrast`` (did or ddd), ``method``, ``scale``
        (odds_ratio, points: percentage points, score), ``estimate``, ``lower``, ``upper``,
        ``p``, ``floor`` (smallest p the test can reach), ``df``, ``n``, ``clusters``,
        ``status`` and ``reason`` where the method cannot be had. Numbers are absent unless
        status is ``ok``.

    Raises
    ------
    EstimationError
        The arrays do not fit each other. What data do not allow is a row with its reason.

    Examples
    --------
    >>> import numpy as np
    >>> arm, post = np.repeat([1, 1, 0, 0], 40), np.tile([0, 1], 80)
    >>> cluster = np.repeat(["a", "b", "c", "d"], 40)
    >>> ill = (np.arange(160) % 7 < 3) & ~((arm == 1) & (post == 1) & (np.arange(160) % 3 == 0))
    >>> table = did(ill, arm, post, cluster, methods=["model_based", "cluster_period"])
    >>> table[["method", "scale", "status"]].values.tolist()
    [['model_based', 'odds_ratio', 'ok'], ['model_based', 'points', 'ok'],
     ['cluster_period', 'odds_ratio', 'ok'], ['cluster_period', 'points', 'ok']]
    """
    binary = family == "logistic"
    contrast = "did" if group is None else "ddd"
    settings = settings or EvaluationSettings()
    try:
        sample = make_sample(
            outcome,
            treated,
            post,
            cluster,
            wave=wave,
            weight=weight,
            covariates=covariates,
            group=group,
            pair=pair,
            unit=unit,
            binary=binary,
        )
    except NotEstimable as error:
        return unavailable(contrast, error.reason, binary, methods)
    return pd.concat(
        [estimate_rows(sample, contrast, method, settings) for method in methods],
        ignore_index=True,
    )


def estimate_rows(
    sample: Sample, contrast: str, method: str, settings: EvaluationSettings
) -> pd.DataFrame:
    """Return the rows of one method, one per scale."""
    rows = []
    for scale in scales(sample):
        row: dict[str, Any] = {"contrast": contrast, "method": method, "scale": scale}
        row |= {"n": len(sample.y), "clusters": sample.clusters}
        try:
            found = METHODS[method](sample, scale, settings)
            unit = np.abs(sample.y).max() if scale == "score" else 1.0
            if found.upper - found.lower <= _ROUNDING * unit:
                raise NotEstimable("no_variation")
            row |= _on_scale(found, scale, contrast == "ddd") | {
                "status": "ok",
                "reason": "floor" if found.floor > 1 - settings.level else "",
            }
        except NotEstimable as error:
            row |= {"status": error.status, "reason": error.reason}
        rows.append(row)
    return _table(rows)


def unavailable(
    contrast: str, reason: str, binary: bool, methods: Sequence[str] = tuple(METHODS)
) -> pd.DataFrame:
    """Return the rows of an effect that no method can estimate, for one reason."""
    rows = [
        {"contrast": contrast, "method": method, "scale": scale, "n": 0, "clusters": 0}
        | {"status": NotEstimable(reason).status, "reason": reason}
        for method in methods
        for scale in (("odds_ratio", "points") if binary else ("score",))
    ]
    return _table(rows)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    types = dict.fromkeys(_NUMBERS, "float64") | {"n": "int64", "clusters": "int64"}
    return pd.DataFrame(rows, columns=list(DID_COLUMNS)).astype(types)


def _on_scale(found: Estimate, scale: Scale, triple: bool) -> dict[str, float]:
    limits = np.array([found.estimate, found.lower, found.upper])
    if scale == "odds_ratio":
        with np.errstate(over="ignore"):
            limits = np.exp(limits)
    elif scale == "points":
        limits = possible(100 * limits, scale, triple)
    estimate, lower, upper = map(float, limits)
    return asdict(replace(found, estimate=estimate, lower=lower, upper=upper))
