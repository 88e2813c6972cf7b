"""Which of a wijk's goals changed, judged together: one verdict, adjusted for their number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from wijkkit.estimates.compare import Directed, verdicts
from wijkkit.tables import EVERYBODY


def adjusted_level(level: float, goals: int) -> float:
    """Return the level of each interval by which `goals` changes are judged together (Bonferroni).

    Examples
    --------
    >>> round(adjusted_level(0.95, 5), 2)
    0.99
    """
    return 1 - (1 - level) / max(goals, 1)


def goal_changes(
    changes: pd.DataFrame, gaps: pd.DataFrame, indicators: Mapping[str, Directed]
) -> pd.DataFrame:
    """Return the change of every goal in every wijk with a verdict, and so of every gap.

    Returns
    -------
    DataFrame
        Tidy estimate rows of the wijken, and ``looked_at`` (the number of goals judged together)
        and ``verdict`` (better, worse, not_distinguishable, unknown). A gap is better where it
        moves towards zero.
    """
    keys = list(indicators)
    moved = changes[
        changes["area_level"].eq("wijk")
        & changes["group"].eq(EVERYBODY)
        & changes["unit"].isin(["points", "score"])
        & changes["indicator"].isin(keys)
    ]
    apart = gaps[gaps["area_level"].eq("wijk") & gaps["indicator"].isin(keys)]
    first = apart.assign(value_first=apart["value"], wave_first=apart["wave"])
    narrowed = apart.assign(wave_first=apart["wave"].str.split("-", n=1).str[0])
    on = ["indicator", "area", "group_by", "group", "wave_first"]
    narrowed = narrowed[narrowed["wave"].ne(narrowed["wave_first"])].merge(
        first[[*on, "value_first"]], on=on, how="left"
    )
    parts = [
        _judged(moved, moved["indicator"].map(lambda key: indicators[key].direction)),
        _judged(narrowed, np.where(narrowed["value_first"] > 0, "lower", "higher")),
    ]
    found = pd.concat(parts, ignore_index=True).drop(columns=["value_first", "wave_first"])
    last = found.drop_duplicates(["indicator", "area", "group_by"], keep="last")
    return last.assign(looked_at=len(keys)).reset_index(drop=True)


def _judged(rows: pd.DataFrame, direction: pd.Series | np.ndarray) -> pd.DataFrame:
    rows = rows.reset_index(drop=True).assign(direction=np.asarray(direction, dtype=object))
    verdict = pd.Series("unknown", index=rows.index, dtype=object)
    for way, mine in rows.groupby("direction"):
        lower, upper = (mine[end].to_numpy(float) for end in ("lower", "upper"))
        verdict[mine.index] = verdicts(lower, upper, cast(Any, way))
    columns = {"value_first": np.nan, "wave_first": ""}
    missing = {name: value for name, value in columns.items() if name not in rows}
    return rows.drop(columns="direction").assign(**missing, verdict=verdict)
