"""Pick the rows a figure is about from the released estimates."""

from __future__ import annotations

import pandas as pd

from wijkkit.released import CityView
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Goal, Wave
from wijkkit.tables import EVERYBODY


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
