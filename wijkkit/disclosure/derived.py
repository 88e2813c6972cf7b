"""Figures derived from released ones: hidden where a part is, computed from what is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.release import Release
from wijkkit.tables import EVERYBODY, tidy

_PLACE = ["indicator", "area", "area_level"]


def release_derived(derived: pd.DataFrame, released: Release) -> pd.DataFrame:
    """Release changes between waves and gaps between groups.

    Parameters
    ----------
    derived : DataFrame
        Tidy; `wave` names one wave or two (``2018-2021``), `group` one group or two
        (``low-high``).
    released : Release
        What was released of the estimates they are derived from.

    Returns
    -------
    DataFrame
        The same rows. A row is hidden where one of its parts is. Differences are those of the
        released values and limits are whole, so that no decimals give away what was rounded.
        Ratios are hidden with their parts and keep two figures.
    """
    parts = released.table.set_index([*_PLACE, "wave", "group_by", "group"])
    rows = [_row(row, parts) for row in derived.to_dict("records")]
    return tidy(pd.DataFrame(rows, columns=derived.columns))


def _row(row: dict, parts: pd.DataFrame) -> dict:
    found = [_part(parts, row, *key) for key in _keys(row)]
    absent = [part["status"] for part in found if part["status"] != "ok"]
    if row["status"] != "ok" or absent:
        return {**row, "status": row["status"] if row["status"] != "ok" else absent[0]}
    step = 1.0 if row["unit"] == "points" else 0.1
    rounded = {name: _round(row[name], step) for name in ("value", "lower", "upper")}
    if row["unit"] in ("points", "score"):
        rounded["value"] = _difference([part["value"] for part in found])
    return {**row, **rounded, "n": min(part["n"] for part in found)}


def _keys(row: dict) -> list[tuple[str, str, str]]:
    """Return (wave, grouping, group) of the parts: later minus first, first minus last group."""
    waves = row["wave"].split("-") if "-" in row["wave"] else [row["wave"]]
    groups = row["group"].split("-") if "-" in row["group"] else [row["group"]]
    if row["group"] == EVERYBODY:
        groups = [EVERYBODY]
    return [(wave, row["group_by"], group) for wave in reversed(waves) for group in groups]


def _part(parts: pd.DataFrame, row: dict, wave: str, group_by: str, group: str) -> dict:
    key = (row["indicator"], row["area"], row["area_level"], wave, group_by, group)
    if key not in parts.index:
        return {"status": "missing", "value": np.nan, "n": np.nan}
    return parts.loc[key].to_dict()


def _difference(values: list[float]) -> float:
    if len(values) == 4:
        return (values[0] - values[1]) - (values[2] - values[3])
    return values[0] - values[1]


def _round(value: float, step: float) -> float:
    return float(np.floor(value / step + 0.5) * step)
