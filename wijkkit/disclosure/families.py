"""Which indicators tell of each other: found in the respondents' own columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

#: A combination of two answers that is never given although so many would be expected by chance,
#: or by so small a share of them, is no chance: one answer follows from the other.
_EXPECTED = 5.0
_FALSE_ALARM = 0.01
_NEARLY = 0.03


def families(people: pd.DataFrame, indicators: list[str], few: int) -> list[tuple[str, ...]]:
    """Return the indicators in sets that are protected as one.

    Two 0/1 indicators belong together where one of the four combinations of their answers does
    not occur (nested, complementary, excluding each other) or hardly ever does (nearly so),
    although it would by chance.

    Parameters
    ----------
    people : DataFrame
        A column of 0, 1 or NaN per indicator.

    Examples
    --------
    >>> score = np.arange(400) % 20
    >>> people = pd.DataFrame({"high": score > 16, "elevated": score > 12,
    ...                        "sport": np.arange(400) % 3 == 0}, dtype=float)
    >>> families(people, ["high", "elevated", "sport"], 5)
    [('high', 'elevated'), ('sport',)]
    """
    if not indicators:
        return []
    values = people[indicators].to_numpy(float)
    there = (~np.isnan(values)).astype(np.float32)
    one = np.nan_to_num(values).astype(np.float32)
    zero = there - one
    size = len(indicators)
    linked = np.zeros((size, size), bool)
    both = there.T @ there
    enough = max(_EXPECTED, np.log(4 * max(size * (size - 1) / 2, 1) / _FALSE_ALARM))
    for left in (one, zero):
        for right in (one, zero):
            found = left.T @ right
            # The expected number among those who answered both.
            expected = (left.T @ there) * (there.T @ right) / np.maximum(both, 1)
            rare = (found == 0) | ((found < few) & (found < _NEARLY * expected))
            linked |= rare & (expected >= enough)
    np.fill_diagonal(linked, True)
    _, label = connected_components(coo_array(linked), directed=False)
    order = dict.fromkeys(label.tolist())
    return [tuple(np.array(indicators)[label == one].tolist()) for one in order]
