"""The goals of a wijk: those that its network chose, with baseline, now, target and a mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkkit.released.outcomes import outcomes
from wijkkit.released.store import number_at

if TYPE_CHECKING:
    from wijkkit.released.views import WijkView
    from wijkkit.study.model import Goal

_DROPPED = "dropped"


def goals(view: WijkView) -> pd.DataFrame:
    """Return one row per goal of a wijk; without goals of its own those of the study.

    The columns of `outcomes` (for the goal's indicator, which is `measured_as`; `label` is the
    goal's own name), and `goal`, `name`, `domain`, `chosen` (by the network), `target`,
    `target_of` (``wijk`` or ``study``), `registered_baseline`, `measured_in` (the indicator's unit,
    of target and baseline as well), `state` (reached, not_reached, unclear, no_target or no_figure) and
    `reached_before` (the first measurement was already at the target). A comparison wijk has no
    goals.
    """
    shared = {goal.id: goal for goal in view.study.goals}
    own = view.own("goals").to_dict("records") if "goals" in view.released else []
    own = [row for row in own if row["status"] != _DROPPED]
    rows = [_goal(view, shared.get(row.get("study_goal")), row) for row in own]
    if not rows and view.wijk.arm != "comparator":
        rows = [_goal(view, goal, {}) for goal in view.study.goals]
    measured = outcomes(view, dict.fromkeys(row["indicator"] for row in rows if row["indicator"]))
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    frame = frame.merge(measured, on="indicator", how="left")
    # A goal has one name wherever it stands; what its indicator is called comes beside it.
    frame = frame.assign(measured_as=frame["label"].fillna(""), label=frame["name"])
    units = {key: indicator.unit for key, indicator in view.study.indicators.items()}
    frame["measured_in"] = frame["indicator"].map(units).fillna("percent")
    for column in [name for name in frame if name.endswith("_status")]:
        frame[column] = frame[column].fillna("missing")
    absent = dict.fromkeys(("trend", "verdict", "alike"), "unknown")
    absent |= dict.fromkeys(("denominator", "wave_label", "first_wave"), "")
    frame = frame.fillna(absent)
    states, before = [], []
    directions = frame["direction"].fillna("higher")
    for row, direction in zip(frame.to_dict("records"), directions, strict=True):
        own, first = (number_at(row, prefix) for prefix in ("own", "first"))
        known = not pd.isna(row["target"])
        states.append(target_state(own, row["target"], direction) if known else "no_target")
        reached = target_state(first, row["target"], direction, bound=False)
        before.append(reached == "reached")
    return frame.assign(state=states, reached_before=before)


_COLUMNS = (
    *("goal", "name", "domain", "indicator", "chosen"),
    *("target", "target_of", "registered_baseline"),
)


def _goal(view: WijkView, shared: Goal | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a goal: as the network registered it (`own`), of the study (`shared`), or both."""
    key = shared.indicator if shared else own.get("indicator")
    target = own.get("target", float("nan"))
    of_wijk = not pd.isna(target)
    if not of_wijk and shared and shared.target:
        target = shared.target.value
    return {
        "goal": shared.id if shared else own["key"],
        "name": view.study.text(shared.label) if shared else own["name"],
        "domain": (own.get("domain") if own or not shared else shared.domain) or "",
        "indicator": key if shared or key in view.study.indicators else "",
        "chosen": bool(own),
        "target": target,
        "target_of": "" if pd.isna(target) else "wijk" if of_wijk else "study",
        "registered_baseline": own.get("baseline", float("nan")),
    }


def target_state(
    number: dict[str, Any] | pd.Series | None,
    target: float | None,
    direction: str,
    *,
    bound: bool = True,
) -> str:
    """Return where a figure stands against its target: reached, not_reached, unclear or no_figure.

    With `bound` it is on one side of the target only when its whole interval is; without, when
    its value is. Of a `direction` "none" it is not said on which side it should be.

    >>> number = {"value": 70.0, "lower": 66.0, "upper": 74.0, "status": "ok"}
    >>> target_state(number, 65.0, "higher"), target_state(number, 68.0, "higher")
    ('reached', 'unclear')
    >>> target_state(number, 74.0, "lower"), target_state(number, 66.0, "lower")
    ('reached', 'unclear')
    >>> target_state(number, 65.0, "none")
    'unclear'
    """
    if number is None or number["status"] != "ok":
        return "no_figure"
    if target is None or direction not in ("higher", "lower"):
        return "unclear"
    low, high = (number["lower"], number["upper"]) if bound else (number["value"],) * 2
    if pd.isna([target, number["value"], low, high]).any():
        return "unclear"
    worst, best = (low, high) if direction == "higher" else (-high, -low)
    goal = target if direction == "higher" else -target
    return "reached" if worst >= goal else "not_reached" if best < goal else "unclear"
