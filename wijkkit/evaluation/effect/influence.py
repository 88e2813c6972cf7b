"""How far one respondent can move an effect: two releases may differ in no more than that."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wijkkit.evaluation.effect.sample import Sample

#: A covariate is standardised; one respondent counts for five units where 4 % are in a category.
_STANDARDISED = 5.0


def influence(sample: Sample) -> Iterator[tuple[str, float]]:
    """Yield each scale, and how far leaving out one respondent moves the recommended effect.

    In percentage points or in the score's unit, in log odds, and in standard deviations of a
    covariate.

    Parameters
    ----------
    sample : Sample

    Examples
    --------
    >>> from wijkkit.evaluation.effect.sample import make_sample
    >>> arm, post = np.repeat([1, 0], 40), np.tile([0, 1], 40)
    >>> sample = make_sample(np.arange(80) % 4 == 0, arm, post, np.repeat(["a", "b"], 40))
    >>> [(scale, round(size, 2)) for scale, size in influence(sample)]
    [('points', 2.63), ('odds_ratio', 1.1), ('sd', 0.25)]
    """
    cell = sample.cluster * len(sample.post) + sample.wave
    if sample.group is not None:
        cell = 2 * cell + sample.group
    _, cell = np.unique(cell, return_inverse=True)
    total = np.bincount(cell, sample.weight)
    mean = np.bincount(cell, sample.weight * sample.y) / total
    clusters = min(sample.arms())
    others = np.maximum(total[cell] - sample.weight, sample.weight)
    moved = float((sample.weight * np.abs(sample.y - mean[cell]) / others).max()) / clusters
    n = total**2 / np.bincount(cell, sample.weight**2)
    if sample.binary:
        yield "points", 100 * moved
        few = max(1.0, float(np.minimum(n * mean, n * (1 - mean)).min()))
        yield "odds_ratio", float(np.log((few + 0.5) / (few - 0.5))) / clusters
    else:
        yield "score", moved
    yield "sd", _STANDARDISED / float(n.min()) / clusters
