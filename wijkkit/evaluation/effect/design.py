"""The design matrix of difference-in-differences and of the triple difference."""

from __future__ import annotations

import numpy as np

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
