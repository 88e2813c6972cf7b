"""Pace through the six steps, against plan and against the other wijken."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

STEPS = ("1", "2", "3", "4", "5", "6")
_DAYS = ["planned_start", "planned_end", "actual_start", "actual_end"]

PACE_COLUMNS = (
    "wijk",
    "cycle",
    "step",
    *_DAYS,
    "state",
    "against_plan",
    "days_late",
)


def pace(steps: pd.DataFrame, wijken: list[str], *, as_of: date) -> pd.DataFrame:
    """Return how far each wijk is in each step of each cycle.

    Parameters
    ----------
    steps : DataFrame
        The registry's ``steps``.
    wijken : list of str
        The programme's wijken; one without any row has its six steps of cycle 1 all the same.
    as_of : date
        The day on which pace is judged; what lies after it has not happened yet.

    Returns
    -------
    DataFrame
        One row per wijk, cycle and step, columns `PACE_COLUMNS`. `state` is ``done``,
        ``running``, ``not_started``, ``skipped`` or ``not_registered``: what was registered, or
        what the registered days say. `against_plan` is ``on_time``, ``late`` (done after its
        planned end), ``overdue`` (not done, its planned end is past), ``ahead`` (not due yet)
        or ``not_planned``. `days_late` counts from the planned end to the actual end, or to
        `as_of` while overdue; negative when early, absent when it cannot be told.
    """
    rows = steps[["wijk", "cycle", "step", "status", *_DAYS]].copy()
    rows["cycle"] = pd.to_numeric(rows["cycle"]).astype(int)
    rows["step"] = rows["step"].astype(str)
    for column in _DAYS:
        rows[column] = pd.to_datetime(rows[column])
    cells = pd.concat(
        [rows[["wijk", "cycle"]], pd.DataFrame({"wijk": wijken, "cycle": 1})]
    ).drop_duplicates()
    cells = cells[cells["wijk"].isin(wijken)].merge(pd.DataFrame({"step": STEPS}), how="cross")
    table = cells.merge(rows, on=["wijk", "cycle", "step"], how="left")
    today = pd.Timestamp(as_of)
    table["state"] = _state(table, today)
    table["days_late"] = _days_late(table, today)
    table["against_plan"] = _against_plan(table, today)
    table = table.sort_values(["wijk", "cycle", "step"]).reset_index(drop=True)
    return table[list(PACE_COLUMNS)]


def _state(table: pd.DataFrame, today: pd.Timestamp) -> np.ndarray:
    """Return the state of each step: days say more than a status that nobody changed since."""
    start, end = table["actual_start"], table["actual_end"]
    registered = table["status"].astype(object).where(table["status"].notna(), "not_registered")
    return np.select(
        [
            registered.eq("skipped"),
            end.le(today),
            start.gt(today) | (start.isna() & end.gt(today)),
            start.le(today) & (end.gt(today) | registered.isin(["not_registered", "not_started"])),
        ],
        ["skipped", "done", "not_started", "running"],
        registered,
    )


def _days_late(table: pd.DataFrame, today: pd.Timestamp) -> pd.Series:
    done = table["state"].eq("done")
    until = table["actual_end"].where(done)
    open_and_past = table["state"].isin(["running", "not_started"]) & table["planned_end"].lt(today)
    until = until.where(~open_and_past, today)
    return (until - table["planned_end"]).dt.days.astype(float)


def _against_plan(table: pd.DataFrame, today: pd.Timestamp) -> np.ndarray:
    done = table["state"].eq("done")
    late = table["days_late"].gt(0)
    return np.select(
        [
            table["planned_end"].isna() | table["state"].eq("skipped"),
            table["state"].eq("not_registered") | (done & table["days_late"].isna()),
            done & late,
            done,
            late,
        ],
        ["not_planned", "not_registered", "late", "on_time", "overdue"],
        "ahead",
    )


_BY_WIJK = (
    *("wijk", "cycle", "registered", "done", "steps_done", "current_step", "last_done"),
    *("overdue", "days_late"),
)


def pace_by_wijk(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise `pace` per wijk, in its latest cycle that has begun.

    Returns
    -------
    DataFrame
        ``wijk, cycle, registered, done, current_step, last_done, overdue, days_late,
        others_done``: steps registered and done in that cycle (of six), the step that runs, the
        day the last step ended, steps overdue, the largest delay in days of a step that is not
        done, and the median number of steps done (over all cycles) in the other wijken.
        `steps_done` counts over all cycles.
    """
    rows = []
    for wijk, mine in table.groupby("wijk", sort=False):
        begun = mine[mine["state"].isin(["done", "running"])]
        cycle = int(begun["cycle"].max()) if len(begun) else 1
        now = mine[mine["cycle"].eq(cycle)]
        running = now.loc[now["state"].eq("running"), "step"]
        overdue = now[now["against_plan"].eq("overdue")]
        rows.append(
            {
                "wijk": wijk,
                "cycle": cycle,
                "registered": int(now["state"].ne("not_registered").sum()),
                "done": int(now["state"].eq("done").sum()),
                "steps_done": int(mine["state"].eq("done").sum()),
                "current_step": running.iloc[-1] if len(running) else "",
                "last_done": mine.loc[mine["state"].eq("done"), "actual_end"].max(),
                "overdue": len(overdue),
                "days_late": overdue["days_late"].max(),
            }
        )
    found = pd.DataFrame(rows, columns=_BY_WIJK)
    known = found["registered"].gt(0)
    found["others_done"] = [
        found.loc[known & (found["wijk"] != wijk), "steps_done"].median() for wijk in found["wijk"]
    ]
    return found
