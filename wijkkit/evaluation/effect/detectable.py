"""The smallest detectable effect of each outcome, from the design as it turned out."""

from __future__ import annotations

import numpy as np

from wijkkit.evaluation.effect.power import (
    Design,
    clusters_needed,
    detectable_effect,
    respondents_needed,
)
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats, Sample
from wijkkit.study.settings import EvaluationSettings

DETECTABLE_COLUMNS = (
    "outcome",
    "scale",
    "detectable",
    "baseline",
    "relevant",
    "clusters_needed",
    "respondents_needed",
    "treated",
    "comparators",
    "before",
    "after",
    "icc",
    "power",
    "status",
    "reason",
)


def detectable_row(sample: Sample, settings: EvaluationSettings) -> dict[str, object]:
    """Return the smallest detectable effect of one outcome and what a relevant one would need.

    Parameters
    ----------
    sample : Sample
        Of the two waves that are compared.
    settings : EvaluationSettings

    Raises
    ------
    NotEstimable
        An arm has one cluster.
    """
    sample.require_two_per_arm()
    return row_of_design(
        design_of(sample, settings), baseline_level(sample), sample.binary, settings
    )


def row_of_design(
    design: Design, baseline: float, binary: bool, settings: EvaluationSettings
) -> dict[str, object]:
    """Return what a design can detect.

    Parameters
    ----------
    design : Design
    baseline : float
        Level of the outcome before the start, a share where `binary`.
    binary : bool
    settings : EvaluationSettings

    Returns
    -------
    dict
        ``detectable`` and ``relevant`` are in percentage points, or in the score's own unit;
        ``clusters_needed`` (per arm, with respondents as they are) and ``respondents_needed``
        (per cluster and wave, with clusters as they are) are infinite where none suffice.
    """
    unit = 100.0 if binary else 1.0
    relevant = settings.relevant_points / 100
    if not binary:
        relevant = settings.relevant_score * float(np.sqrt(design.variance))
    return {
        "scale": "points" if binary else "score",
        "detectable": unit * detectable_effect(design, settings.power),
        "baseline": unit * baseline,
        "relevant": unit * relevant,
        "clusters_needed": clusters_needed(design, relevant, settings.power),
        "respondents_needed": respondents_needed(design, relevant, settings.power),
        "treated": design.treated,
        "comparators": design.comparators,
        "before": design.before,
        "after": design.after,
        "icc": design.icc,
        "power": settings.power,
        "status": "ok",
        "reason": "",
    }


def baseline_level(sample: Sample) -> float:
    """Return the weighted mean of the outcome before the start, both arms together."""
    before = ~sample.post[sample.wave]
    return float(np.average(sample.y[before], weights=sample.weight[before]))


def design_of(sample: Sample, settings: EvaluationSettings) -> Design:
    """Return the design as it turned out: clusters, harmonic mean sizes, variance at baseline."""
    sizes = _sizes(sample)
    if (sizes == 0).any():
        raise NotEstimable("empty_cell")
    before, after = (float(len(column) / (1 / column).sum()) for column in sizes.T)
    rows = ~sample.post[sample.wave]
    mean = baseline_level(sample)
    variance = float(np.average((sample.y[rows] - mean) ** 2, weights=sample.weight[rows]))
    if variance <= 0:
        raise NotEstimable("no_variation")
    treated, comparators = sample.arms()
    return Design(
        treated,
        comparators,
        before,
        after,
        variance,
        settings.icc,
        settings.autocorrelation,
        1 - settings.level,
    )


def _sizes(sample: Sample) -> Floats:
    """Return the (G, 2) effective numbers of respondents before and after."""
    cell = 2 * sample.cluster + sample.post[sample.wave]
    total = np.bincount(cell, sample.weight, 2 * sample.clusters)
    squares = np.bincount(cell, sample.weight**2, 2 * sample.clusters)
    return (total**2 / np.maximum(squares, 1e-300)).reshape(-1, 2)
