"""Pace through the six steps, against plan and against the other wijken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date

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

    `wijken`: The programme's wijken; one without any row has its six steps of cycle 1 all the same.
    `as_of`: The day on which pace is judged; what lies after it has not happened yet. One row per
    wijk, cycle and step, columns `PACE_COLUMNS`. `state` is ``done``, ``running``, ``not_started``,
    ``skipped`` or ``not_registered``: what was registered, or what the registered days say.
    `against_plan` is ``on_time``, ``late`` (done after its planned end), ``overdue`` (not done, its
    planned end is past), ``ahead`` (not due yet) or ``not_planned``. `days_late` counts from the
    planned end to the actual end, or to `as_of` while overdue; negative when early, absent when it
    cannot be told.
    """
    table = steps[["wijk", "cycle", "step", "status", *_DAYS]]
    table = table.assign(**{name: pd.to_datetime(table[name]) for name in _DAYS})
    rows = judged_steps(table.to_dict("records"), wijken, as_of)
    found = pd.DataFrame(rows, columns=list(PACE_COLUMNS))
    texts = dict.fromkeys(("wijk", "step", "state", "against_plan"), "str")
    return found.astype(texts | dict.fromkeys(_DAYS, "datetime64[us]") | {"cycle": "int64"})


def judged_steps(rows: Iterable[Mapping], wijken: list[str], as_of: date) -> list[dict]:
    """Return the rows of `pace` one by one, from the registry's rows with days as timestamps."""
    registered = {
        (row["wijk"], int(row["cycle"]), str(row["step"])): row
        for row in rows
        if row["wijk"] in wijken
    }
    rounds = sorted({(wijk, 1) for wijk in wijken} | {key[:2] for key in registered})
    today = pd.Timestamp(as_of)
    return [
        _judged(wijk, cycle, step, registered.get((wijk, cycle, step), {}), today)
        for wijk, cycle in rounds
        for step in STEPS
    ]


def _judged(wijk: str, cycle: int, step: str, row: Mapping, today: pd.Timestamp) -> dict:
    days = {name: row.get(name, pd.NaT) for name in _DAYS}
    planned_end, end = days["planned_end"], days["actual_end"]
    state = _state(row.get("status"), days["actual_start"], end, today)
    until = pd.NaT
    if state == "done":
        until = end
    elif state in ("running", "not_started") and planned_end < today:
        until = today
    late = math.nan if pd.isna(until) or pd.isna(planned_end) else float((until - planned_end).days)
    named = {"wijk": wijk, "cycle": cycle, "step": step, **days}
    against = _against_plan(state, planned_end, late)
    return {**named, "state": state, "against_plan": against, "days_late": late}


def _state(status: object, start: pd.Timestamp, end: pd.Timestamp, today: pd.Timestamp) -> str:
    """Return the state of a step: days say more than a status that nobody changed since."""
    registered = "not_registered" if pd.isna(status) else str(status)
    if registered == "skipped":
        return "skipped"
    if end <= today:
        return "done"
    if start > today or (pd.isna(start) and end > today):
        return "not_started"
    if start <= today and (end > today or registered in ("not_registered", "not_started")):
        return "running"
    return registered


def _against_plan(state: str, planned_end: pd.Timestamp, late: float) -> str:
    if pd.isna(planned_end) or state == "skipped":
        return "not_planned"
    if state == "not_registered" or (state == "done" and math.isnan(late)):
        return "not_registered"
    if state == "done":
        return "late" if late > 0 else "on_time"
    return "overdue" if late > 0 else "ahead"


_BY_WIJK = (
    *("wijk", "cycle", "registered", "done", "steps_done", "current_step", "last_done"),
    *("overdue", "days_late"),
)


def pace_by_wijk(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise `pace` per wijk, in its latest cycle that has begun.

    ``wijk, cycle, registered, done, current_step, last_done, overdue, days_late, others_done``:
    steps registered and done in that cycle (of six), the step that runs, the day the last step
    ended, steps overdue, the largest delay in days of a step that is not done, and the median
    number of steps done (over all cycles) in the other wijken. `steps_done` counts over all cycles.
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
