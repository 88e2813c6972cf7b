"""Design: the smallest effect that the verdict's own rule finds, and the design an effect needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from wijkkit.evaluation.effect.sample import NotEstimable, Sample, mean_and_variance
from wijkkit.evaluation.effect.two_arms import Ratios, power_at, sampling_variances, variance_ratios
from wijkkit.study.settings import EvaluationSettings

DETECTABLE_COLUMNS = tuple(
    "outcome scale detectable ceiling baseline relevant clusters_needed respondents_needed "
    "treated comparators before after sampling_ratio icc outcomes power status reason".split()
)
#: Those that are fields of `Design`.
_OF_DESIGN = DETECTABLE_COLUMNS[8:15]


@dataclass(frozen=True, slots=True)
class Design:
    """A difference-in-differences design of repeated cross-sections in clusters.

    `before`, `after`: Respondents per cluster in each wave (the harmonic mean where clusters
    differ). `variance`: Variance of the outcome between respondents: p (1 - p) for a share p.
    `icc`: Share of that variance which lies between clusters within a wave. `autocorrelation`:
    Correlation of a cluster's level between the waves; the part of the clusters' variance that
    stays the same drops out of a difference in differences. `alpha`: Two-sided level of the family
    of outcomes. `outcomes`: Their number: by Holm's rule one that is found beside others that are
    not is tested at alpha / outcomes. `sampling_ratio`: Sampling variance of a treated cluster's
    change over that of another's: above 1 where the treated clusters have fewer respondents.
    `icc_range`: The correlations that the test allows for in either arm. `share`: Level before of a
    0/1 outcome: an effect changes the variance as well. `favourable`: 1 where an effect that counts
    is a rise of the share, -1 where it is a fall.
    """

    treated: int
    comparators: int
    before: float
    after: float
    variance: float
    icc: float
    autocorrelation: float = 0.0
    alpha: float = 0.05
    outcomes: int = 1
    sampling_ratio: float = 1.0
    icc_range: tuple[float, float] = (0.01, 0.10)
    share: float | None = None
    favourable: int = -1

    @property
    def sizes(self) -> tuple[int, int]:
        return self.treated, self.comparators

    @property
    def inverse_sizes(self) -> tuple[float, float]:
        """1 / before + 1 / after of a treated cluster and of a comparator."""
        clusters = self.treated + self.comparators
        both = 1 / self.before + 1 / self.after
        others = both * clusters / (self.treated * self.sampling_ratio + self.comparators)
        return self.sampling_ratio * others, others

    @property
    def ratios(self) -> Ratios:
        """The ratios of the arms' variances that the test allows."""
        return variance_ratios(self.inverse_sizes, self.icc_range, self.autocorrelation)

    @property
    def ceiling(self) -> float:
        """The largest favourable effect that the level before leaves room for."""
        if self.share is None:
            return np.inf
        return self.share if self.favourable < 0 else 1 - self.share

    def change_variances(self, effect: float = 0.0) -> tuple[float, float]:
        """Return the variance of a treated cluster's change and of a comparator's."""
        first = after = self.variance
        if self.share is not None:
            share = float(np.clip(self.share + self.favourable * abs(effect), 0, 1))
            after = share * (1 - share)
        both = 1 / self.before + 1 / self.after

        def of(inverse: float, last: float) -> float:
            common = 2 * self.autocorrelation * np.sqrt(first * last)
            own = first / self.before + last / self.after
            return self.icc * (first + last - common) + (1 - self.icc) * own * inverse / both

        treated, others = self.inverse_sizes
        return of(treated, after), of(others, self.variance)

    @property
    def respondents_error(self) -> float:
        """The error that the numbers of respondents alone leave, which the test never goes below."""
        treated, others = self.inverse_sizes
        return float(np.sqrt(self.variance * (treated / self.treated + others / self.comparators)))

    @property
    def standard_error(self) -> float:
        """Of the effect where there is none: sqrt(v1 / G1 + v0 / G0) of `change_variances`."""
        treated, others = self.change_variances()
        return float(np.sqrt(treated / self.treated + others / self.comparators))


def power(design: Design, effect: float) -> float:
    """Return the chance that a favourable effect is shown, by the rule of the verdict.

    The recommended test (`two_arms.change_test`) at ``alpha / outcomes``, in closed form for
    normal changes.
    """
    treated, others = design.change_variances(effect)
    error = np.sqrt(treated / design.treated + others / design.comparators)
    return power_at(
        float(abs(effect) / error),
        float(treated / others),
        design.alpha / design.outcomes,
        design.sizes,
        design.ratios,
        design.respondents_error / float(error),
    )


def detectable_effect(design: Design, wanted: float = 0.8) -> float:
    """Return the smallest effect that is shown with the wanted power.

    It may exceed `Design.ceiling`: then no favourable effect would have been shown.

    `wanted`: Power, above alpha and below 1.

    Hooper R, Teerenstra S, de Hoop E, Eldridge S (2016), Stat Med 35:4718-4728 (variance).
    """
    top = design.standard_error
    while power(design, top) < wanted:
        top *= 2
    return float(optimize.brentq(lambda effect: power(design, effect) - wanted, 0, top, xtol=1e-6))


def clusters_needed(design: Design, effect: float, wanted: float = 0.8, most: int = 500) -> float:
    """Return the clusters per arm that find an effect; infinite where `most` are too few."""

    def reached(clusters: int) -> bool:
        return power(replace(design, treated=clusters, comparators=clusters), effect) >= wanted

    return _least(reached, 2, most)


def respondents_needed(design: Design, effect: float, wanted: float = 0.8) -> float:
    """Return the respondents per cluster and wave that find an effect with these clusters.

    Infinite where no number does: the clusters' own fluctuation hides the effect.
    """

    def reached(n: int) -> bool:
        return power(replace(design, before=n, after=n, sampling_ratio=1.0), effect) >= wanted

    return _least(reached, 1, 10**6)


def _least(reached: Callable[[int], bool], least: int, most: int) -> float:
    """Return the smallest whole number that suffices, by halving; infinite where none does."""
    if not reached(most):
        return np.inf
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if reached(middle) else (middle + 1, most)
    return least


def design_of(
    sample: Sample, settings: EvaluationSettings, outcomes: int = 1, favourable: int = -1
) -> Design:
    """Return the design as it turned out: clusters, harmonic mean sizes, variance at baseline.

    Raises NotEstimable: An arm has one cluster, or the outcome does not vary.
    """
    sample.require_two_per_arm()
    rows = ~sample.post[sample.wave]
    mean, variance = mean_and_variance(sample.y[rows], sample.weight[rows])
    if variance <= 0:
        raise NotEstimable("no_variation")
    sizes = []
    for post in (False, True):
        period = sample.post[sample.wave] == post
        cluster, weight = sample.cluster[period], sample.weight[period]
        total = np.bincount(cluster, weight, sample.clusters)
        squares = np.bincount(cluster, weight**2, sample.clusters)
        sizes.append(float(sample.clusters / (squares / total**2).sum()))
    before, after = sizes
    treated, others = sampling_variances(sample)
    return Design(
        *sample.arms(),
        before,
        after,
        variance,
        settings.icc,
        settings.autocorrelation,
        1 - settings.level,
        outcomes,
        treated / others,
        settings.icc_range,
        mean if sample.binary else None,
        favourable,
    )


def detectable_row(design: Design, level: float, settings: EvaluationSettings) -> dict[str, object]:
    """Return what a design can detect of an outcome with a `level` before the start.

    ``detectable``, ``ceiling`` (the largest favourable change possible) and ``relevant`` are in
    percentage points, or in the score's own unit; ``clusters_needed`` (per arm, with respondents as
    they are) and ``respondents_needed`` (per cluster and wave, with clusters as they are) are
    infinite where none suffice.
    """
    binary, unit = design.share is not None, 100.0 if design.share is not None else 1.0
    spread = float(np.sqrt(design.variance))
    relevant = settings.relevant_points / 100 if binary else settings.relevant_score * spread
    return {
        "scale": "points" if binary else "score",
        "detectable": unit * detectable_effect(design, settings.power),
        "ceiling": unit * design.ceiling,
        "baseline": unit * level,
        "relevant": unit * relevant,
        "clusters_needed": clusters_needed(design, relevant, settings.power),
        "respondents_needed": respondents_needed(design, relevant, settings.power),
        **{name: getattr(design, name) for name in _OF_DESIGN},
        "power": settings.power,
        "status": "ok",
        "reason": "",
    }
