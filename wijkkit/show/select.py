"""Pick the rows a figure is about from the released estimates."""

from __future__ import annotations

import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.language import small_first
from wijkkit.released import CityView
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Goal, Wave
from wijkkit.tables import EVERYBODY

_CELL = ["indicator", "area", "area_level", "wave", "group_by", "group"]
#: Reason of disclosure control -> what readers are told; for the others only that it is hidden.
_REASONS = {
    "too_few": "too_few",
    "few_inside": "too_few",
    "few_outside": "too_few",
    "dominance": "too_few",
    "large_share": "large_share",
}


def estimates_of(view: CityView) -> pd.DataFrame:
    """Return the released estimates, with in `status` why a hidden number is not there.

    ``too_few``: few children, or few with one of the answers. ``large_share``: more children than
    the share in `lower` (percent), which is as much as the policy lets be said. ``hidden``: the
    number would give another one away.
    """
    table, hidden = view.table("estimates"), view.table("hidden")
    if hidden.empty:
        return table
    policy = policy_for(view.study)
    reasons = dict(zip(map(tuple, hidden[_CELL].to_numpy()), hidden["reason"], strict=True))
    at = table["status"].eq("hidden")
    cells = map(tuple, table.loc[at, _CELL].to_numpy())
    said = [_REASONS.get(reasons.get(cell, ""), "hidden") for cell in cells]
    if policy.max_share_both:
        said = ["hidden" if status == "large_share" else status for status in said]
    table = table.copy()
    table.loc[at, "status"] = said
    table.loc[table["status"].eq("large_share"), "lower"] = 100 * policy.max_share
    return table


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
