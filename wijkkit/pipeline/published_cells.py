"""Rows of published results: there where each cell that they rest on may be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.released import open_released
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS

_KEYS = list(ESTIMATE_KEYS)
#: Digits of what is shown, by unit; a percentage and a difference of two are whole.
_DECIMALS = {"percent": 0, "points": 0, "count": 0, "score": 1, "ratio": 2, "odds_ratio": 2}


def released_rows(study: Study, frame: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a published result as they are released.

    Parameters
    ----------
    study : Study
        Its estimates are released.
    frame, cells : DataFrame
        Of a `wijkkit.analysis.Result`.

    Returns
    -------
    DataFrame
        `frame` with numbers rounded as people round them, absent where a cell may not be shown;
        standard errors and counts are not in it.
    """
    status = cell_status(study, cells)
    worst = (
        pd.Series(status, index=cells.index)
        .groupby(cells["row"].to_numpy())
        .agg(lambda found: next((one for one in found if one != "ok"), "ok"))
    )
    held = pd.Series(range(len(frame))).map(worst).fillna("hidden").to_numpy()
    own = frame["status"].to_numpy()
    shown = frame.drop(columns=["se", "df", "x"], errors="ignore")
    status = np.where(own == "ok", held, own)
    numbers = [name for name in shown if shown[name].dtype.kind == "f" and name != "step"]
    rounded = {name: _rounded(shown[name], shown["unit"]) for name in numbers}
    made = shown.assign(**rounded, status=status)
    hidden = made["status"].ne("ok")
    more = [name for name in ("n", "step", "verdict", "position") if name in made]
    there = list(dict.fromkeys([*numbers, *more]))
    made[there] = made[there].astype(object).mask(hidden)
    return made.astype({name: "float64" for name in [*numbers, "n", "step"] if name in made})


def _rounded(values: pd.Series, unit: pd.Series) -> np.ndarray:
    """Return numbers rounded for display, halves away from zero."""
    factor = 10.0 ** unit.map(_DECIMALS).fillna(1).to_numpy()
    numbers = values.to_numpy(float)
    return np.sign(numbers) * np.floor(np.abs(numbers) * factor + 0.5) / factor


def cell_status(study: Study, cells: pd.DataFrame) -> np.ndarray:
    """Return of each cell whether it may be shown: ``ok``, ``too_few`` or ``hidden``.

    A cell of the study's own tables has the status that it was released with. Another one needs
    the least number of respondents, with the answer and without it; and where one group of an
    area may not be shown, none of the area is, nor of one more area of its arm and district, so
    that no total gives it back.
    """
    policy = policy_for(study)
    known = _known(study, cells)
    n, x = cells["n"].to_numpy(float), cells["x"].to_numpy(float)
    percent = cells["unit"].eq("percent").to_numpy()
    few = ~(n >= policy.min_n)
    small = percent & ~(np.minimum(x, n - x) >= policy.min_count)
    own = np.select([few, small], ["too_few", "hidden"], "ok")
    found = np.where(known.eq("").to_numpy(), own, known.to_numpy())
    grouped = cells["group_by"].ne("").to_numpy() & known.eq("").to_numpy()
    if not grouped.any():
        return found
    return _protected(study, cells, found, grouped)


def _known(study: Study, cells: pd.DataFrame) -> pd.Series:
    """Return the status of cells that the release itself holds; empty for others."""
    table = open_released(study).table("estimates").set_index(_KEYS)["status"]
    keys = pd.MultiIndex.from_frame(cells[_KEYS].astype(str))
    return pd.Series(table.reindex(keys).to_numpy(), index=cells.index).fillna("")


def _protected(
    study: Study, cells: pd.DataFrame, status: np.ndarray, grouped: np.ndarray
) -> np.ndarray:
    """Hide whole areas, and never a single one of those that make up a total."""
    status = status.astype(object)
    family = cells[["indicator", "wave", "area_level", "group_by"]].agg("|".join, axis=1)
    areas = study.areas().set_index("wijk")
    for name in dict.fromkeys(family[grouped]):
        mine = family.eq(name).to_numpy() & grouped
        hidden = set(cells.loc[mine & (status != "ok"), "area"])
        sizes = cells[mine].groupby("area")["n"].sum()
        for column in ("arm", "district", None):
            inside = areas[column].reindex(sizes.index) if column else pd.Series("", sizes.index)
            for _, unit in sizes.groupby(inside.fillna("").to_numpy()):
                if len(hidden & set(unit.index)) == 1 and len(unit) > 1:
                    hidden.add(unit.drop(list(hidden & set(unit.index))).idxmin())
        inside = mine & cells["area"].isin(hidden).to_numpy() & (status == "ok")
        status[inside] = "hidden"
    return status
