"""One released number: the row with its keys, and its columns in a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

import pandas as pd

from wijkkit.released.store import Released
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.released.views import CityView

#: What a frame holds of each number, after its prefix: ``own_value``, ``own_lower``, ...
NUMBER = ("value", "lower", "upper", "n", "step", "status", "unit")
#: Units of a difference; a ratio of the same two numbers is another row.
_DIFFERENCES = ("points", "score")


@dataclass(frozen=True, slots=True)
class _Rows:
    """A tidy table and where each of its rows stands."""

    table: pd.DataFrame
    at: Mapping[tuple[str, ...], int]


def rows_of(view: CityView, name: str = "estimates") -> _Rows:
    """Return a released tidy table with its rows by key; read once for all frames."""
    return _looked_up(view.released, name, view.released.version(name))


@lru_cache(maxsize=16)
def _looked_up(released: Released, name: str, version: tuple[int, ...]) -> _Rows:
    table = released.table(name)
    if name not in ("estimates", "references"):
        table = table[table["unit"].isin(_DIFFERENCES)].reset_index(drop=True)
    at: dict[tuple[str, ...], int] = {}
    keys = zip(*(table[key].to_list() for key in ESTIMATE_KEYS), strict=True)
    for position, key in enumerate(keys):
        at.setdefault(key, position)
    return _Rows(table, at)


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
    rows = rows_of(view, name)
    position = rows.at.get((indicator, area, area_level, wave, group_by, group))
    return None if position is None else rows.table.iloc[position]


def is_shown(row: Mapping[str, Any] | pd.Series | None) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a row has a number."""
    return row is not None and row["status"] == "ok" and not pd.isna(row["value"])


def number_columns(prefix: str, row: Mapping[str, Any] | pd.Series | None) -> dict[str, Any]:
    """Return a row as the columns of one number in a frame; None is a number without data.

    Without a prefix the columns are called ``value``, ``lower``, ...

    Examples
    --------
    >>> number_columns("own", None)["own_status"]
    'missing'
    """
    absent = {"status": "missing", "unit": "", "step": 1.0}
    known = {} if row is None else row
    head = f"{prefix}_" if prefix else ""
    return {f"{head}{key}": known.get(key, absent.get(key, float("nan"))) for key in NUMBER}


def number_at(row: Any, prefix: str) -> dict[str, Any]:
    """Return the number with this prefix in one row of a frame (a tuple or a Series)."""
    get = row.get if isinstance(row, (pd.Series, dict)) else lambda key: getattr(row, key, None)
    return {key: get(f"{prefix}_{key}") for key in NUMBER}
