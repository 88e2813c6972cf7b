"""Pick the rows a figure is about from the released estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from wijkkit.language import small_first
from wijkkit.released import CityView
from wijkkit.released.store import Released
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Goal, Wave
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY


@dataclass(frozen=True, slots=True)
class _Rows:
    """A tidy table and where each of its rows stands."""

    table: pd.DataFrame
    at: Mapping[tuple[str, ...], int]


def _rows(view: CityView, name: str) -> _Rows:
    """Return the rows of a released table."""
    return _looked_up(view.released, name, view.released.version(name))


@lru_cache(maxsize=8)
def _looked_up(released: Released, name: str, version: tuple[int, ...]) -> _Rows:
    """Read a table once for all figures; `version` says which version of it."""
    table = released.table(name)
    keys = zip(*(table[key].to_list() for key in ESTIMATE_KEYS), strict=True)
    return _Rows(table, {key: position for position, key in enumerate(keys)})


def is_shown(row: pd.Series | None) -> bool:
    """Return whether a row of a tidy table has a number."""
    return row is not None and row["status"] == "ok" and not pd.isna(row["value"])


def short_name(view: CityView, indicator: Indicator) -> str:
    """Return what a sentence calls an indicator: its label, without the capital."""
    return small_first(view.study.text(indicator.label))


def pick(
    view: CityView,
    indicator: str,
    area: str,
    area_level: str,
    wave: str,
    group_by: str = "",
    group: str = EVERYBODY,
    *,
    name: str = "estimates",
) -> pd.Series | None:
    """Return the one row of the released table `name` with these keys, or None."""
    rows = _rows(view, name)
    position = rows.at.get((indicator, area, area_level, wave, group_by, group))
    return None if position is None else rows.table.iloc[position]


def wijk_rows(view: CityView, key: str, wave: Wave) -> pd.DataFrame:
    """Return the shown estimates of one indicator for all wijken and everybody, lowest first."""
    rows = _rows(view, "estimates")
    keys = ((key, slug, "wijk", wave.id, "", EVERYBODY) for slug in view.study.neighbourhoods)
    found = rows.table.iloc[[rows.at[key] for key in keys if key in rows.at]]
    found = found[(found["status"] == "ok").to_numpy()]
    return found.sort_values(["value", "area"]).reset_index(drop=True)


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
    return table[
        table["wijk"].isin([hood.wijk for hood in hoods.values() if hood.arm == "programme"])
    ]
