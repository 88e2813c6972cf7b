"""Design: the smallest effect a design can detect, and the design an effect needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats

from wijkkit.errors import EstimationError


@dataclass(frozen=True, slots=True)
class Design:
    """A difference-in-differences design of repeated cross-sections in clusters.

    Parameters
    ----------
    treated, comparators : int
        Clusters per arm.
    before, after : float
        Respondents per cluster in each wave (the harmonic mean where clusters differ).
    variance : float
        Variance of the outcome between respondents: p (1 - p) for a share p.
    icc : float
        Share of that variance which lies between clusters within a wave.
    autocorrelation : float
        Correlation of a cluster's level between the waves; the part of the clusters' variance
        that stays the same drops out of a difference in differences.
    alpha : float
        Two-sided level of the test: t with G - 2 degrees of freedom on the clusters' changes.
    """

    treated: int
    comparators: int
    before: float
    after: float
    variance: float
    icc: float
    autocorrelation: float = 0.0
    alpha: float = 0.05

    def __post_init__(self) -> None:
        if min(self.treated, self.comparators) < 2 or min(self.before, self.after) <= 0:
            raise EstimationError(
                "the design has no test",
                found=f"{self.treated} and {self.comparators} clusters",
                expected="at least two clusters per arm, and respondents in both waves",
                remedy="Add clusters.",
            )
        if not (0 <= self.icc < 1 and 0 <= self.autocorrelation <= 1 and self.variance > 0):
            raise EstimationError(
                "an intra-cluster correlation, autocorrelation or variance out of range",
                found=f"{self.icc}, {self.autocorrelation}, {self.variance}",
                expected="0 <= icc < 1, 0 <= autocorrelation <= 1, variance > 0",
                remedy="Correct it.",
            )

    @property
    def df(self) -> int:
        return self.treated + self.comparators - 2

    @property
    def standard_error(self) -> float:
        """sqrt(v [2 icc (1 - r) + (1 - icc) (1/n0 + 1/n1)] [1/G1 + 1/G0])."""
        between = 2 * self.icc * (1 - self.autocorrelation)
        within = (1 - self.icc) * (1 / self.before + 1 / self.after)
        arms = 1 / self.treated + 1 / self.comparators
        return float(np.sqrt(self.variance * (between + within) * arms))


def power(design: Design, effect: float) -> float:
    """Return the chance that the cluster-level t-test finds an effect, in closed form.

    The two-sided power of the noncentral t distribution.

    Examples
    --------
    >>> round(power(Design(3, 3, 100, 100, 0.25, 0.0), 0.0), 3)
    0.05
    """
    shift = abs(effect) / design.standard_error
    critical = stats.t.ppf(1 - design.alpha / 2, design.df)
    upper = stats.nct.sf(critical, design.df, shift)
    lower = stats.nct.sf(critical, design.df, -shift)
    return float(upper + np.nan_to_num(lower))


def detectable_effect(design: Design, wanted: float = 0.8) -> float:
    """Return the smallest effect that is found with the wanted power.

    Parameters
    ----------
    design : Design
    wanted : float
        Power, above alpha and below 1.

    References
    ----------
    Hooper R, Teerenstra S, de Hoop E, Eldridge S (2016), Stat Med 35:4718-4728 (variance).

    Examples
    --------
    >>> effect = detectable_effect(Design(3, 3, 164, 69, 0.24, 0.01))
    >>> round(100 * effect, 1)
    30.2
    """
    if not design.alpha < wanted < 1:
        raise EstimationError(
            "the power is out of range", found=str(wanted), expected=f"between {design.alpha} and 1"
        )
    top = 60 * design.standard_error
    return float(optimize.brentq(lambda effect: power(design, effect) - wanted, 0, top))


def clusters_needed(design: Design, effect: float, wanted: float = 0.8, most: int = 500) -> float:
    """Return the clusters per arm that find an effect; infinite where `most` are too few.

    Examples
    --------
    >>> clusters_needed(Design(3, 3, 164, 69, 0.24, 0.01), 0.10)
    17
    """
    for clusters in range(2, most + 1):
        if power(replace(design, treated=clusters, comparators=clusters), effect) >= wanted:
            return clusters
    return np.inf


def respondents_needed(design: Design, effect: float, wanted: float = 0.8) -> float:
    """Return the respondents per cluster and wave that find an effect with these clusters.

    Infinite where no number does: the clusters' own fluctuation hides the effect.

    Examples
    --------
    >>> respondents_needed(Design(3, 3, 1, 1, 0.24, 0.01), 0.05)
    inf
    """

    def reached(n: float) -> float:
        return power(replace(design, before=n, after=n), effect) - wanted

    if reached(1e9) < 0:
        return np.inf
    if reached(1.0) >= 0:
        return 1.0
    return float(np.ceil(np.exp(optimize.brentq(lambda x: reached(np.exp(x)), 0, np.log(1e9)))))
