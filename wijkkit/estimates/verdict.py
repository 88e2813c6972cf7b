"""Better, worse or not to be told apart: the judgement of a difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.estimates.asked import Asked

#: What an area is compared with.
Against = Literal["city", "comparable"]

#: Columns of a table of comparisons, one row per indicator, area, wave and reference.
COMPARISON_COLUMNS = (
    "indicator",
    "area",
    "area_level",
    "wave",
    "against",
    "difference",
    "lower",
    "upper",
    "unit",
    "verdict",
)


class Directed(Asked, Protocol):
    """An indicator of which is known which way is better."""

    @property
    def direction(self) -> Literal["higher", "lower", "none"]: ...


def judged(
    table: pd.DataFrame, against: Against, numbers: Iterable[NDArray], indicator: Directed
) -> pd.DataFrame:
    """Complete a table of key columns to one of comparisons."""
    difference, lower, upper = numbers
    return table.assign(
        against=against,
        difference=difference,
        lower=lower,
        upper=upper,
        unit="score" if indicator.unit == "score" else "points",
        verdict=verdicts(lower, upper, indicator.direction),
    )


def no_comparisons() -> pd.DataFrame:
    """Return a table of comparisons without rows."""
    return pd.DataFrame(columns=list(COMPARISON_COLUMNS))


def verdicts(
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    direction: Literal["higher", "lower", "none"],
) -> NDArray[np.str_]:
    """Judge differences by their interval and by which way is better; where neither is, not at all.

    Examples
    --------
    >>> verdicts(np.array([1.0, -2, np.nan]), np.array([3.0, 2, np.nan]), "lower").tolist()
    ['worse', 'not_distinguishable', 'unknown']
    """
    if direction == "none":
        return np.full(np.shape(lower), "unknown")
    above, below = ("better", "worse") if direction == "higher" else ("worse", "better")
    return np.select(
        [np.isnan(lower) | np.isnan(upper), lower > 0, upper < 0],
        ["unknown", above, below],
        default="not_distinguishable",
    )
