"""Where the cells of a table are, by their keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wijkkit.tables import ESTIMATE_KEYS


class Places:
    """The positions of a table's cells.

    Examples
    --------
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
            total = total * max(len(values), 1) + np.maximum(code, 0)
        return total, known
