"""Pick the rows a figure is about from the released estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.language import small_first
from wijkkit.released import CityView
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Goal, Wave
from wijkkit.tables import EVERYBODY

_CELL = ["indicator", "area", "area_level", "wave", "group_by", "group"]
#: Reasons of disclosure control of which readers are told that there are too few children.
_FEW = ("too_few", "few_inside", "few_outside", "dominance")


def estimates_of(view: CityView) -> pd.DataFrame:
    """Return the released estimates, with in `status` why a hidden number is not there.

    ``too_few``: few children, or few with one of the answers. ``large_share``: more than the
    percentage in `lower`, which is all that may be told. ``hidden``: the number would give
    another one away.
    """
    table, hidden = view.table("estimates"), view.table("hidden")
    if hidden.empty:
        return table
    told = hidden.assign(
        told=np.where(
            hidden["above"].notna(),
            "large_share",
            np.where(hidden["reason"].isin(_FEW), "too_few", "hidden"),
        )
    )
    found = table[_CELL].merge(told[[*_CELL, "told", "above"]], on=_CELL, how="left")
    at = table["status"].eq("hidden").to_numpy() & found["told"].notna().to_numpy()
    above = at & found["above"].notna().to_numpy()
    return table.assign(
        status=np.where(at, found["told"], table["status"]),
        lower=np.where(above, found["above"], table["lower"]),
    )


def is_shown(row: pd.Series | None) -> bool:
    """Return whether a row of a tidy table has a number."""
    return row is not None and row["status"] == "ok" and not pd.isna(row["value"])


def short_name(view: CityView, indicator: Indicator) -> str:
    """Return what a sentence calls an indicator: its label, without the capital."""
    return small_first(view.study.text(indicator.label))


def pick(
    table: pd.DataFrame,
    indicator: str,
    area: str,
    area_level: str,
    wave: str,
    group_by: str = "",
    group: str = EVERYBODY,
) -> pd.Series | None:
    """Return the one row of a tidy table with these keys, or None."""
    rows = table[
        (table["indicator"] == indicator)
        & (table["area"] == area)
        & (table["area_level"] == area_level)
        & (table["wave"] == wave)
        & (table["group_by"] == group_by)
        & (table["group"] == group)
    ]
    return rows.iloc[0] if len(rows) else None


def goals_with_indicator(view: CityView) -> list[tuple[Goal, Indicator]]:
    """Return the study's goals with the indicator that measures each, in the study's order."""
    return [(goal, view.study.indicators[goal.indicator]) for goal in view.study.goals]


def waves_of(view: CityView, indicator: Indicator) -> list[Wave]:
    """Return the waves in which an indicator was asked, the first one first."""
    return [wave for wave in view.study.waves if not indicator.waves or wave.id in indicator.waves]


def last_wave(view: CityView, indicator: Indicator) -> Wave:
    """Return the last wave in which an indicator was asked."""
    return waves_of(view, indicator)[-1]


def programme_rows(view: CityView, name: str) -> pd.DataFrame:
    """Return the rows of a released table that are about the programme's wijken."""
    hoods, table = view.study.neighbourhoods, view.table(name)
    return table[[hoods[slug].arm == "programme" for slug in table["wijk"]]]
