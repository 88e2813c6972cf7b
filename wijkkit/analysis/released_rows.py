"""Is what a notebook shows of the released tables what stands there?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.errors import DisclosureError, Problem
from wijkkit.released import CityView
from wijkkit.tables import ESTIMATE_KEYS

#: Tables whose rows have the keys of an estimate.
TABLES = ("estimates", "changes", "gaps", "comparisons", "outputs")
_NUMBERS = ("value", "lower", "upper", "n")


def has_keys(frame: object) -> bool:
    """Return whether an object is a table whose rows name the numbers they hold."""
    return isinstance(frame, pd.DataFrame) and {*ESTIMATE_KEYS, "value"} <= set(frame)


def check_rows(view: CityView, frame: pd.DataFrame, label: str) -> None:
    """Hold the rows of a frame against the released tables.

    Raises
    ------
    DisclosureError
        A number is not the released one of its keys, or has no released row; up to five are
        named, without the number.
    """
    released = pd.concat(
        [view.table(name).reindex(columns=[*ESTIMATE_KEYS, *_NUMBERS]) for name in _there(view)]
    )
    wanted = frame.reset_index(drop=True).assign(at=range(len(frame)))
    keys = list(ESTIMATE_KEYS)
    numbers = [name for name in _NUMBERS if name in frame]
    found = wanted[[*keys, *numbers, "at"]].merge(
        released, on=keys, how="left", suffixes=("", "_released")
    )
    same = np.ones(len(found), dtype=bool)
    for name in numbers:
        shown = pd.to_numeric(found[name], errors="coerce")
        there = found[f"{name}_released"].astype(float)
        same &= shown.isna() | shown.eq(there) | shown.eq(there.round())
    wrong = ~pd.Series(same).groupby(found["at"].to_numpy()).any()
    if wrong.any():
        rows = wanted.loc[wrong[wrong].index[:5], keys]
        raise DisclosureError(
            Problem(
                "a number that was not released",
                file=label,
                place=", ".join(map(str, row)),
                expected="the number of the released table",
                remedy="Show rows of the released tables as they are.",
            )
            for row in rows.itertuples(index=False, name=None)
        )


def _there(view: CityView) -> list[str]:
    return [name for name in TABLES if name in view.released]
