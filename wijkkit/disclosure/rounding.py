"""Numbers as people round them: halves away from zero, limits of a coarse step outwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from wijkkit.disclosure.arrays import Floats
from wijkkit.tables import ESTIMATE_KEYS

#: Digits of a number, of which what computing it adds to the last is no part.
_DIGITS = 9


def to_step(values: ArrayLike, step: ArrayLike = 1.0) -> Floats:
    """Round to the nearest multiple of `step`, halves away from zero."""
    values = np.asarray(values, float)
    whole = np.floor(np.round(np.abs(values) / step, _DIGITS) + 0.5)
    return np.round(np.copysign(whole * step, values) + 0.0, _DIGITS)


def down(values: ArrayLike, step: ArrayLike) -> Floats:
    """Round down to a multiple of `step`; `-down(-values, step)` rounds up."""
    whole = np.floor(np.round(np.asarray(values, float) / step, _DIGITS))
    return np.round(whole * step, _DIGITS) + 0.0


def around(
    value: ArrayLike, lower: ArrayLike, upper: ArrayLike, step: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the limits of a value in a coarse step: those of any value that stands as it does.

    Limits that were rounded for themselves would tell where within its step the value lies.
    """
    value, step = np.asarray(value, float), np.asarray(step, float)
    shown = to_step(value, step)
    lowest = shown - step / 2 - (value - np.asarray(lower, float))
    highest = shown + step / 2 + (np.asarray(upper, float) - value)
    return down(lowest, step), -down(-highest, step) + 0.0


def limits(
    value: ArrayLike, lower: ArrayLike, upper: ArrayLike, step: ArrayLike, coarse: ArrayLike
) -> tuple[Floats, Floats]:
    """Return limits to the nearest of their step, or `around` the value in one that is coarse."""
    low, high = around(value, lower, upper, step)
    return np.where(coarse, low, to_step(lower, step)), np.where(coarse, high, to_step(upper, step))


# Where the cells of a table are, by their keys.


class Places:
    """The positions of a table's cells.

    >>> table = pd.DataFrame({"indicator": ["play", "play"], "wave": ["1", "2"]})
    >>> Places(table, ("indicator", "wave")).of(pd.DataFrame({"indicator": ["play", "sport"],
    ...                                                       "wave": ["2", "1"]})).tolist()
    [1, -1]
    """

    def __init__(self, table: pd.DataFrame, keys: Sequence[str] = ESTIMATE_KEYS) -> None:
        self._known = {key: pd.Index(table[key].unique()) for key in keys}
        self._index = pd.Index(self._codes(table)[0])

    def of(self, wanted: pd.DataFrame) -> np.ndarray:
        """Return the position of each wanted cell, -1 where the table has it not."""
        code, known = self._codes(wanted)
        return np.where(known, self._index.get_indexer(code), -1)

    def _codes(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        total = np.zeros(len(table), np.int64)
        known = np.ones(len(table), bool)
        for key, values in self._known.items():
            code = values.get_indexer(table[key])
            known &= code >= 0
            total = total * len(values) + code
        return total, known
