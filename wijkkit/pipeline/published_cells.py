"""Rows of published results: there where each cell that they rest on may be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy, policy_for
from wijkkit.disclosure.derived import RATIO_STEP
from wijkkit.disclosure.rounding import limits, to_step
from wijkkit.disclosure.rules import finest_steps, percent_step, statuses
from wijkkit.pipeline.effect import P_STEP
from wijkkit.released import open_released
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS, REST

_KEYS = list(ESTIMATE_KEYS)
_RATIOS = ("ratio", "odds_ratio")
_COUNTS = ("n", "step", "effective_n")
_CHANCES = ("p", "floor")


def released_rows(study: Study, frame: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a published result as they are released.

    Returns
    -------
    DataFrame
        `frame` with numbers rounded as people round them, absent where a cell may not be shown;
        standard errors and counts are not in it.
    """
    policy = policy_for(study)
    judged = cells.assign(**cell_status(study, cells, policy))
    by_row = judged.groupby("row")
    worst = by_row["status"].agg(lambda found: next((one for one in found if one != "ok"), "ok"))
    at = pd.Series(range(len(frame)))
    held, step = at.map(worst).fillna("hidden"), at.map(by_row["step"].max())
    own = frame["status"].to_numpy()
    status = np.where(own == "ok", held, own)
    ratio = frame["unit"].isin(_RATIOS).to_numpy()
    status = np.where(ratio & (status == "ok") & (step > percent_step(policy)), "hidden", status)
    step = np.where(ratio, RATIO_STEP, step)
    return _shown(frame, status, step, percent_step(policy))


def _shown(
    frame: pd.DataFrame, status: np.ndarray, step: np.ndarray, finest: float
) -> pd.DataFrame:
    """Return the rows with numbers to their step, absent where the status is not ok."""
    made = frame.drop(columns=["se", "df", "x"], errors="ignore").assign(status=status)
    numbers = [name for name in made if made[name].dtype.kind == "f" and name not in _COUNTS]
    fine = np.where(frame["unit"].eq("percent"), finest, step)
    lower, upper = limits(made["lower"], made["upper"], step, fine)
    rounded = {name: to_step(made[name], P_STEP if name in _CHANCES else step) for name in numbers}
    made = made.assign(**rounded | {"lower": lower, "upper": upper}, step=step)
    absent = made["status"].ne("ok").to_numpy()
    there = dict.fromkeys([*numbers, "n", "step"])
    blank = {name: np.where(absent, np.nan, made[name].astype(float)) for name in there}
    words = [name for name in ("verdict", "position") if name in made]
    return made.assign(**blank, **{name: made[name].mask(absent, "unknown") for name in words})


def cell_status(study: Study, cells: pd.DataFrame, policy: Policy) -> dict[str, np.ndarray]:
    """Return of each cell its status and step.

    A cell of the study's own tables has those that it was released with. Another one is held
    against the rules of the policy; and where one group of an area may not be shown, none of
    the area is, nor of one more area of its arm and district, so that no total gives it back.
    """
    known = _known(study, cells)
    there = cells.assign(status=np.where(cells["n"] > 0, "ok", "missing"))
    own, step = statuses(there, policy), finest_steps(there, policy)
    released = known["status"].notna().to_numpy()
    # Others of a division of the study are the release's own care; where there are none, all
    # is well.
    settled = cells["row"].isin(cells["row"][released]) | cells["n"].eq(0)
    own = np.where(cells["group"].eq(REST) & settled, "ok", own)
    status = np.where(released, known["status"], own)
    step = np.where(released, known["step"], step)
    grouped = cells["group_by"].ne("").to_numpy() & ~released
    if grouped.any():
        status = _protected(study, cells, status, grouped)
    return {"status": status, "step": step}


def _known(study: Study, cells: pd.DataFrame) -> pd.DataFrame:
    """Return status and step of cells that the release itself holds; absent for others."""
    table = open_released(study).table("estimates").set_index(_KEYS)[["status", "step"]]
    keys = pd.MultiIndex.from_frame(cells[_KEYS].astype(str))
    return table.reindex(keys).reset_index(drop=True)


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
