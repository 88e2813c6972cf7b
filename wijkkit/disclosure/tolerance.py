"""How exactly a solver counts: what differs by less is the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wijkkit.disclosure.arrays import Floats, Mask

TINY = 1e-6


def at_least(value: ArrayLike, least: ArrayLike) -> Mask:
    """Return which values are so large.

    >>> at_least([2.0, 2.0 - 1e-6, 2.0 - 2e-6], 2.0).tolist()
    [True, True, False]
    """
    return np.asarray(value, float) >= np.subtract(least, TINY)


def between(value: ArrayLike, least: ArrayLike, most: ArrayLike) -> Mask:
    """Return which values lie between these, the ends included.

    >>> between([1.0, 2.0 + 1e-7, 2.0 + 2e-6, 0.9], 1.0, [2.0, 2.0, 2.0, np.inf]).tolist()
    [True, True, False, False]
    >>> between([2.0 + 1e-6, 2.0 + 2e-6], 1.0, 2.0).tolist()
    [True, False]
    """
    return at_least(value, least) & (np.asarray(value, float) <= np.add(most, TINY))


def whole(value: Floats) -> bool:
    """Return whether all values are whole numbers.

    >>> whole(np.array([1.0, 2.0 - 1e-7])), whole(np.array([1.0, 0.5]))
    (True, False)
    """
    return bool(between(value, np.round(value), np.round(value)).all())
