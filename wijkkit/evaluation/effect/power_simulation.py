"""Power by simulation: the check on the closed form."""

from __future__ import annotations

import numpy as np
from scipy import stats

from wijkkit.evaluation.effect.power import Design
from wijkkit.evaluation.effect.sample import Floats


def simulated_power(
    design: Design, effect: float, share: float, simulations: int = 2000, seed: int = 1
) -> float:
    """Return the power by simulating 0/1 outcomes; the check on the closed form.

    Cluster levels are normal around the share, with the design's correlations; the effect is added to
    the shares of the treated clusters after the start.

    Parameters
    ----------
    design : Design
    effect : float
        Difference in shares.
    share : float
        Expected share without the programme.
    simulations, seed : int
    """
    rng = np.random.default_rng(seed)
    clusters = design.treated + design.comparators
    treated = np.arange(clusters) < design.treated
    levels = _levels(rng, design, share, (simulations, clusters))
    levels[..., 1] += effect * treated
    sizes = np.array([round(design.before), round(design.after)])
    shares = rng.binomial(sizes, np.clip(levels, 0, 1)) / sizes
    change = shares[..., 1] - shares[..., 0]
    test = stats.ttest_ind(change[:, treated], change[:, ~treated], axis=1)
    return float((test.pvalue <= design.alpha).mean())


def _levels(
    rng: np.random.Generator, design: Design, share: float, shape: tuple[int, int]
) -> Floats:
    between = design.icc * share * (1 - share)
    lasting = rng.standard_normal(shape)[..., None] * np.sqrt(between * design.autocorrelation)
    passing = rng.standard_normal((*shape, 2)) * np.sqrt(between * (1 - design.autocorrelation))
    return share + lasting + passing
