"""Release what is derived from cells: changes, gaps and changes of gaps."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.release import Release
from wijkkit.errors import DisclosureError, Problem
from wijkkit.tables import ESTIMATE_KEYS, tidy

_KEYS = list(ESTIMATE_KEYS)
#: On which scale the parts of a derived figure are subtracted.
_RATIOS = ("ratio", "odds_ratio")
#: Ratios are rounded to this.
_RATIO_STEP = 0.01


def release_derived(derived: pd.DataFrame, released: Release) -> pd.DataFrame:
    """Release differences and ratios of cells.

    A row is derived from two cells where its `wave` or its `group` names two, joined by a
    hyphen, and from four where both do: wave ``2018-2021`` is the change from 2018 to 2021,
    group ``low-high`` the gap, low minus high. Each figure is computed again from the released
    numbers, so that it tells nothing they do not; where one of them is hidden, it is.

    Intervals are those of Zou & Donner (2008, *Statistics in Medicine* 27; Newcombe's where the
    parts have Wilson's): with d = a - b, from d - sqrt((a - a_low)^2 + (b_high - b)^2) to
    d + sqrt((a_high - a)^2 + (b - b_low)^2). Ratios and odds ratios are differences of
    logarithms and log odds.

    Parameters
    ----------
    derived : DataFrame
        Tidy table of derived figures.
    released : Release

    Returns
    -------
    DataFrame
        Tidy, in the order of `derived`; n is absent.

    Raises
    ------
    DisclosureError
        Rows whose wave and group name no cells.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> key = {"indicator": "play", "area": "a", "area_level": "wijk", "group_by": "",
    ...        "group": "all", "unit": "percent"}
    >>> table = tidy(pd.DataFrame([
    ...     key | {"wave": "1", "value": 40.0, "lower": 30.0, "upper": 50.0},
    ...     key | {"wave": "2", "value": 52.0, "lower": 42.0, "upper": 62.0}]))
    >>> derived = tidy(pd.DataFrame([key | {"wave": "1-2", "unit": "points"}]))
    >>> out = release_derived(derived, Release(table, table[:0], {}, GGD))
    >>> out[["value", "lower", "upper", "status"]].values.tolist()
    [[12.0, -3.0, 27.0, 'ok']]
    """
    rows = derived.reset_index(drop=True)
    if rows.empty:
        return tidy(rows)
    parts = _parts(rows, released.table)
    numbers = _figures(parts, rows["unit"].to_numpy(), released.policy)
    status = _status(rows["status"], parts)
    return tidy(rows.assign(**numbers, n=np.nan, status=status))


def _parts(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the released cells that rows are made of: `row`, `sign` and their columns."""
    named = rows[_KEYS].rename_axis("row").reset_index()
    groups = table.groupby("group_by")["group"].unique().to_dict()
    waves = set(table["wave"])
    by_wave = {name: _ends(name, waves, first=-1) for name in named["wave"].unique()}
    by_group = {
        key: _ends(key[1], set(groups.get(key[0], ())), first=1)
        for key in named[["group_by", "group"]].drop_duplicates().itertuples(index=False, name=None)
    }
    cells, problems = [], []
    for row in named.itertuples(index=False):
        pairs = [
            (wave, group, sign * other)
            for wave, sign in by_wave[row.wave]
            for group, other in by_group[row.group_by, row.group]
        ]
        if not pairs:
            problems.append(_unnamed(row))
        cells += [
            (row.row, row.indicator, row.area, row.area_level, wave, row.group_by, group, sign)
            for wave, group, sign in pairs
        ]
    if problems:
        raise DisclosureError(problems)
    wanted = pd.DataFrame(cells, columns=["row", *_KEYS, "sign"]).astype(dict.fromkeys(_KEYS, str))
    found = wanted.merge(table, on=_KEYS, how="left")
    return found.assign(status=found["status"].fillna("missing"))


def _ends(name: str, known: Collection[str], first: int) -> list[tuple[str, int]]:
    """Return the parts that a name names, with their signs; none when it names nothing known."""
    if name in known:
        return [(name, 1)]
    hyphens = [at for at, letter in enumerate(name) if letter == "-"]
    for at in hyphens:
        if name[:at] in known and name[at + 1 :] in known:
            return [(name[:at], first), (name[at + 1 :], -first)]
    return []


def _unnamed(row: object) -> Problem:
    return Problem(
        "a derived figure of cells that are not in the release",
        place=f"{row.indicator}, {row.area_level} {row.area}",
        found=f"wave {row.wave}, group {row.group}",
        expected="waves and groups of the release, two of them joined by a hyphen",
        remedy="Release the cells it is derived from.",
    )


def _figures(parts: pd.DataFrame, unit: np.ndarray, policy: Policy) -> dict[str, np.ndarray]:
    """Return value, lower and upper of each row, from those of its parts."""
    scaled = {
        name: _on_scale(parts[name].to_numpy(float), unit[parts["row"]])
        for name in ("value", "lower", "upper")
    }
    total, below, above = combined(parts.assign(**scaled), len(unit))
    ratio = np.isin(unit, _RATIOS)
    step = np.where(unit == "score", policy.mean_step, policy.percent_step)
    step = np.where(ratio, _RATIO_STEP, step)

    def back(numbers: np.ndarray) -> np.ndarray:
        return np.where(ratio, np.exp(np.where(ratio, numbers, 0)), numbers) / step

    return {
        "value": np.round(np.round(back(total), 6).round() * step, 10),
        "lower": np.round(np.floor(back(total - below) + 1e-9) * step, 10),
        "upper": np.round(np.ceil(back(total + above) - 1e-9) * step, 10),
    }


def combined(parts: pd.DataFrame, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sums of parts, and how far their intervals reach below and above; each of (size,).

    Parameters
    ----------
    parts : DataFrame
        ``row`` (0 to size - 1), ``sign`` (by what the part is multiplied), ``value, lower,
        upper``. Where one of a row's parts is absent, so are its results.
    size : int

    Examples
    --------
    >>> parts = pd.DataFrame({"row": 0, "sign": [1, -1], "value": [60.0, 50], "lower": [56.0, 47],
    ...                       "upper": [65.0, 53]})
    >>> [float(number[0]) for number in combined(parts, 1)]
    [10.0, 5.0, 5.830951894845301]
    """
    row, sign = parts["row"].to_numpy(), parts["sign"].to_numpy(float)
    value, lower, upper = (parts[name].to_numpy(float) for name in ("value", "lower", "upper"))
    with np.errstate(invalid="ignore"):
        down = (sign * np.where(sign > 0, value - lower, upper - value)) ** 2
        up = (sign * np.where(sign > 0, upper - value, value - lower)) ** 2
    total, below, above = (
        np.bincount(row, weights, minlength=size) for weights in (sign * value, down, up)
    )
    return total, np.sqrt(below), np.sqrt(above)


def _on_scale(numbers: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return numbers on the scale on which the parts of a figure are subtracted."""
    share = np.where(np.isin(unit, _RATIOS), numbers / 100, 0.5)
    with np.errstate(divide="ignore"):
        odds = share / np.where(share < 1, 1 - share, np.nan)
        log = np.where(unit == "ratio", np.log(share), np.log(odds))
    return np.where(np.isin(unit, _RATIOS), log, numbers)


def _status(own: pd.Series, parts: pd.DataFrame) -> np.ndarray:
    """Return the status of each row: of its parts' the first that says why it is absent.

    A figure the estimates could not give stays absent, as it was.
    """
    order = ("hidden", "too_few", "not_asked", "missing")
    present = [
        own.eq(name) | parts["status"].eq(name).groupby(parts["row"]).any().reindex(own.index)
        for name in order
    ]
    return np.select([which.to_numpy(bool) for which in present], order, default="ok")
