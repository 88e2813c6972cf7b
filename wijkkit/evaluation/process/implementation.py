"""Implementation along RE-AIM: reach, adoption, implementation, maintenance, per intervention.

Glasgow RE, Vogt TM, Boles SM (1999). Evaluating the public health impact of health promotion
interventions: the RE-AIM framework. American Journal of Public Health 89(9), 1322-1327.
Effectiveness, its E, is what `wijkkit.evaluation.effect` estimates.

What was not registered is ``not_registered``, never zero. Registrations are counts of what was
done, not samples, so most measures have no interval; what was observed in a part only (SES of
participants, quality) has one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date

import pandas as pd

from wijkkit.evaluation.process.measures import (
    Columns,
    Measure,
    adoption,
    equity,
    frequency,
    low_ses_share,
    maintenance,
    parts_of,
    quality,
    reach,
    sum_ratio,
)

IMPLEMENTATION_COLUMNS = tuple(
    "wijk intervention name dimension measure value lower upper unit numerator denominator "
    "basis status".split()
)

#: Measure -> its RE-AIM dimension, in the order of a report.
DIMENSIONS = {
    "reach": "reach",
    "reach_of_plan": "reach",
    "low_ses_reached": "reach",
    "equity": "reach",
    "adoption": "adoption",
    "dose": "implementation",
    "frequency": "implementation",
    "quality": "implementation",
    "maintenance": "maintenance",
    "registered": "implementation",
}


def implementation(
    interventions: pd.DataFrame,
    activities: pd.DataFrame,
    partners: pd.DataFrame,
    *,
    as_of: date,
    maintained_after_days: int = 365,
) -> pd.DataFrame:
    """Measure how each intervention of each wijk was carried out.

    `as_of`: The day on which the registry is judged. One row per intervention and measure, columns
    `IMPLEMENTATION_COLUMNS`. Percentages are 0-100. `basis` is ``count`` (all of it was registered:
    no interval), ``sample`` (interval from those observed) or ``overlap`` (the same people may be
    in several rows: the limits hold whatever the overlap). `status` is ``ok``, ``not_registered``
    or ``too_early``; a value that is not ``ok`` is absent. ``reach``: participants per target
    group. ``reach_of_plan``: participants per planned participants. ``low_ses_reached``: low SES
    among participants whose SES is known. ``equity``: that share minus the share in the target
    group (points). ``adoption``: partners taking part per partners asked. ``dose``, ``frequency``:
    delivered per planned. ``quality``: mean score, 0-100. ``maintenance``: 100 when maintained, 0
    when stopped before.
    """
    rows = []
    done, asked = (parts_of(table, ["wijk", "intervention"]) for table in (activities, partners))
    for item in interventions.to_dict("records"):
        mine = done[item["wijk"], item["key"]]
        measures = {
            **_measures(mine, asked[item["wijk"], item["key"]]),
            "reach": reach(mine, item["target_size"]),
            "equity": equity(mine, item["target_low_ses"], item["target_size"]),
            "maintenance": maintenance(item["start"], item["end"], as_of, maintained_after_days),
        }
        rows += _rows(measures, item["wijk"], item["key"], item["name"])
    return pd.DataFrame(rows, columns=list(IMPLEMENTATION_COLUMNS))


def implementation_by_wijk(
    wijken: list[str],
    interventions: pd.DataFrame,
    activities: pd.DataFrame,
    partners: pd.DataFrame,
    *,
    as_of: date,
    maintained_after_days: int = 365,
) -> pd.DataFrame:
    """Measure how the interventions of each wijk were carried out together.

    As `implementation`, with an empty `intervention`. Reach per target group is left out: target
    groups overlap. ``maintenance`` is the percentage of the interventions old enough to tell.
    ``registered`` is the percentage of interventions, those only planned left out, of which any
    activity was registered.
    """
    rows = []
    done, asked = (parts_of(table, "wijk") for table in (activities, partners))
    counted = set(zip(activities["wijk"], activities["intervention"], strict=True))
    begun = interventions[interventions["status"].ne("planned")].to_dict("records")
    for wijk in wijken:
        own = [item for item in begun if item["wijk"] == wijk]
        kept = [maintenance(i["start"], i["end"], as_of, maintained_after_days) for i in own]
        known = [found.value for found in kept if found.status == "ok"]
        registered = sum((wijk, item["key"]) in counted for item in own)
        measures = {
            **_measures(done[wijk], asked[wijk]),
            "maintenance": Measure.ratio(known.count(100.0), len(known)),
            "registered": Measure.ratio(registered, len(own)),
        }
        rows += _rows(measures, wijk)
    return pd.DataFrame(rows, columns=list(IMPLEMENTATION_COLUMNS))


def _measures(activities: Columns, partners: Columns) -> dict[str, Measure]:
    """Return what can be said of one intervention as of several together."""
    return {
        "reach_of_plan": sum_ratio(activities, "participants", "planned_participants"),
        "low_ses_reached": low_ses_share(activities),
        "adoption": adoption(partners["takes_part"]),
        "dose": sum_ratio(activities, "delivered_sessions", "planned_sessions"),
        "frequency": frequency(activities),
        "quality": quality(activities),
    }


def _rows(
    measures: dict[str, Measure], wijk: str, intervention: str = "", name: str = ""
) -> list[dict[str, object]]:
    of = {"wijk": wijk, "intervention": intervention, "name": name}
    return [
        {**of, "dimension": dimension, "measure": measure, **asdict(measures[measure])}
        for measure, dimension in DIMENSIONS.items()
        if measure in measures
    ]


# Pace through the six steps, against plan and against the other wijken.

STEPS = ("1", "2", "3", "4", "5", "6")
_DAYS = ["planned_start", "planned_end", "actual_start", "actual_end"]

PACE_COLUMNS = ("wijk", "cycle", "step", *_DAYS, "state", "against_plan", "days_late")


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
    table = table.assign(**table[_DAYS].apply(pd.to_datetime))
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
    waits = state in ("running", "not_started") and planned_end < today
    until = end if state == "done" else today if waits else pd.NaT
    late = math.nan if pd.isna(until) or pd.isna(planned_end) else float((until - planned_end).days)
    named = {"wijk": wijk, "cycle": cycle, "step": step, **days, "state": state}
    return {**named, "against_plan": _against_plan(state, planned_end, late), "days_late": late}


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


def pace_by_wijk(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise `pace` per wijk, in its latest cycle that has begun.

    ``wijk, cycle, registered, done, current_step, last_done, overdue, days_late, others_done``:
    steps registered and done in that cycle (of six), the step that runs, the day the last step
    ended, steps overdue, the largest delay in days of a step that is not done, and the median
    number of steps done (over all cycles) in the other wijken. `steps_done` counts over all cycles.
    """
    rows = []
    for wijk, mine in table.groupby("wijk", sort=False):
        done = mine["state"].eq("done")
        begun = mine[mine["state"].isin(["done", "running"])]
        cycle = int(begun["cycle"].max()) if len(begun) else 1
        now = mine[mine["cycle"].eq(cycle)]
        running = now.loc[now["state"].eq("running"), "step"]
        late = now.loc[now["against_plan"].eq("overdue"), "days_late"]
        counts = now["state"].ne("not_registered").sum(), done[now.index].sum(), done.sum()
        current, last = "".join(running.tail(1)), mine.loc[done, "actual_end"].max()
        rows.append((wijk, cycle, *map(int, counts), current, last, len(late), late.max()))
    columns = "wijk cycle registered done steps_done current_step last_done overdue days_late"
    found = pd.DataFrame(rows, columns=columns.split())
    known = found["registered"].gt(0)
    found["others_done"] = [
        found.loc[known & (found["wijk"] != wijk), "steps_done"].median() for wijk in found["wijk"]
    ]
    return found
