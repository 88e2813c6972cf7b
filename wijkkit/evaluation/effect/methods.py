"""The methods of inference that stand side by side, each a function of a sample and a scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from wijkkit.evaluation.effect.cluster_period import (
    cluster_changes,
    respondents_error,
    sampling_variances,
)
from wijkkit.evaluation.effect.estimate import Estimate, NotEstimable, t_estimate
from wijkkit.evaluation.effect.fit import (
    cr1_variance,
    cr2_variance,
    least_squares,
    linearised_variance,
    logistic,
    model_variance,
)
from wijkkit.evaluation.effect.hierarchical import hierarchical
from wijkkit.evaluation.effect.resampling import Weights, draws, randomisation_test, wild_bootstrap
from wijkkit.evaluation.effect.sample import Sample
from wijkkit.evaluation.effect.target import Scale, design_matrix, fit_target, require_cells
from wijkkit.evaluation.effect.two_arms import Ratios, change_test, variance_ratios
from wijkkit.study.settings import EvaluationSettings


@dataclass(frozen=True, slots=True)
class Options:
    """What all methods share.

    Parameters
    ----------
    level : float
        Confidence level.
    replications, seed : int
        Of the bootstrap.
    icc_range : tuple of float
        The intra-cluster correlations that the recommended test allows for in either arm.
    autocorrelation : float
        Correlation of a cluster's level between waves that it takes.
    """

    level: float = 0.95
    replications: int = 9999
    seed: int = 20210701
    icc_range: tuple[float, float] = (0.01, 0.10)
    autocorrelation: float = 0.0

    @classmethod
    def of(cls, settings: EvaluationSettings) -> Options:
        """Return the options that a study's settings ask for."""
        return cls(**{name: getattr(settings, name) for name in cls.__slots__})

    def ratios(self, sample: Sample) -> Ratios:
        """Return the ratios of the arms' variances that the recommended test allows."""
        return variance_ratios(sampling_variances(sample), self.icc_range, self.autocorrelation)


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
    sample.require_variation()
    fit = logistic if scale == "odds_ratio" else least_squares
    full = fit(design_matrix(sample), sample.y, sample.weight)
    drawn = draws(weights, sample.clusters, options.replications, options.seed)
    return wild_bootstrap(full, sample.y, sample.weight, sample.cluster, drawn, options.level)


def randomisation(sample: Sample, scale: Scale, options: Options, *, paired: bool) -> Estimate:
    """Exact randomisation test on the clusters' changes."""
    if paired and sample.pair is None:
        raise NotEstimable("no_pairs")
    pairs = sample.pair if paired else None
    block: Any = np.zeros(sample.clusters, dtype=int) if pairs is None else pairs
    sizes = np.bincount(block)
    treated = np.bincount(block, sample.treated)
    if ((treated == 0) | (treated == sizes)).any():
        raise NotEstimable("no_pairs")
    change = cluster_changes(sample, scale)
    return randomisation_test(
        change, sample.treated, block, options.level, options.replications, options.seed
    )


def cluster_period(sample: Sample, scale: Scale, options: Options) -> Estimate:
    """Cluster-period means with a t-test that allows unequal variances: the recommended test."""
    sample.require_two_per_arm()
    change = cluster_changes(sample, scale)
    least = respondents_error(sample, scale)
    return change_test(change, sample.treated, options.level, options.ratios(sample), least)


def mixed(sample: Sample, scale: Scale, options: Options) -> Estimate:
    """Hierarchical model with effects of cluster and of cluster by wave."""
    sample.require_variation()
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

#: The test that conclusions rest on; `benchmarks/verdicts.py` shows why.
RECOMMENDED = "cluster_period"
