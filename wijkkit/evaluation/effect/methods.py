"""The methods of inference that stand side by side, each a function of a sample and a scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from wijkkit.evaluation.effect.cluster_period import change_test, cluster_changes
from wijkkit.evaluation.effect.cr2 import cr2_variance
from wijkkit.evaluation.effect.design import design_matrix
from wijkkit.evaluation.effect.estimate import Estimate, t_estimate
from wijkkit.evaluation.effect.fit import least_squares, logistic
from wijkkit.evaluation.effect.hierarchical import hierarchical
from wijkkit.evaluation.effect.randomisation import randomisation_test
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Sample
from wijkkit.evaluation.effect.sandwich import cr1_variance, linearised_variance, model_variance
from wijkkit.evaluation.effect.target import Scale, fit_target, require_cells
from wijkkit.evaluation.effect.wild_bootstrap import Weights, draws, wild_bootstrap


@dataclass(frozen=True, slots=True)
class Options:
    """What all methods share: confidence level, and the bootstrap's draws and seed."""

    level: float = 0.95
    replications: int = 9999
    seed: int = 20210701


Method = Callable[[Sample, Scale, Options], Estimate]


def model_based(sample: Sample, scale: Scale, options: Options) -> Estimate:
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
    return t_estimate(target.estimate, variance, df, options.level)


def cr1(sample: Sample, scale: Scale, options: Options) -> Estimate:
    """Cluster-robust, on t with G - 1 degrees of freedom."""
    sample.require_two_per_arm()
    target = fit_target(sample, scale)
    variance = cr1_variance(target.fit, target.gradient, sample.cluster)
    return t_estimate(target.estimate, variance, sample.clusters - 1, options.level)


def cr2(sample: Sample, scale: Scale, options: Options) -> Estimate:
    """Bias-reduced cluster-robust, with Satterthwaite degrees of freedom."""
    sample.require_two_per_arm()
    target = fit_target(sample, scale)
    variance, df = cr2_variance(target.fit, target.gradient, sample.cluster)
    return t_estimate(target.estimate, variance, df, options.level)


def wild(sample: Sample, scale: Scale, options: Options, *, weights: Weights) -> Estimate:
    """Restricted wild cluster bootstrap; points through the linear probability model."""
    sample.require_two_per_arm()
    require_cells(sample)
    fit = logistic if scale == "odds_ratio" else least_squares
    full = fit(design_matrix(sample), sample.y, sample.weight)
    drawn = draws(weights, sample.clusters, options.replications, options.seed)
    return wild_bootstrap(full, sample.y, sample.weight, sample.cluster, drawn, options.level)


def randomisation(sample: Sample, scale: Scale, options: Options, *, paired: bool) -> Estimate:
    """Exact randomisation test on the clusters' changes."""
    if paired and sample.pair is None:
        raise NotEstimable("no_pairs")
    block = sample.pair if paired else np.zeros(sample.clusters, dtype=int)
    sizes = np.bincount(block)
    treated = np.bincount(block, sample.treated)
    if ((treated == 0) | (treated == sizes)).any():
        raise NotEstimable("no_pairs")
    change = cluster_changes(sample, scale)
    return randomisation_test(
        change, sample.treated, block, options.level, options.replications, options.seed
    )


def cluster_period(sample: Sample, scale: Scale, options: Options) -> Estimate:
    """Cluster-period means with t(G - 2), or Welch's t: the recommended test."""
    sample.require_two_per_arm()
    return change_test(cluster_changes(sample, scale), sample.treated, options.level)


def mixed(sample: Sample, scale: Scale, options: Options) -> Estimate:
    """Hierarchical model with effects of cluster and of cluster by wave."""
    return hierarchical(sample, scale, options.level)


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

#: The test that conclusions rest on; `benchmarks/size.py` shows why.
RECOMMENDED = "cluster_period"
