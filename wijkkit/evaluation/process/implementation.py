"""Implementation along RE-AIM: reach, adoption, implementation, maintenance, per intervention.

Glasgow RE, Vogt TM, Boles SM (1999). Evaluating the public health impact of health promotion
interventions: the RE-AIM framework. American Journal of Public Health 89(9), 1322-1327.
Effectiveness, its E, is what `wijkkit.evaluation.effect` estimates.

What was not registered is ``not_registered``, never zero. Registrations are counts of what was
done, not samples, so most measures have no interval; what was observed in a part only (SES of
participants, quality) has one.
"""

from __future__ import annotations

from dataclasses import fields
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

IMPLEMENTATION_COLUMNS = (
    "wijk",
    "intervention",
    "name",
    "dimension",
    "measure",
    "value",
    "lower",
    "upper",
    "unit",
    "numerator",
    "denominator",
    "basis",
    "status",
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
    confidence: float = 0.95,
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
    done, nothing = parts_of(activities, ["wijk", "intervention"])
    invited, nobody = parts_of(partners, ["wijk", "intervention"])
    for item in interventions.to_dict("records"):
        mine = done.get((item["wijk"], item["key"]), nothing)
        asked = invited.get((item["wijk"], item["key"]), nobody)
        measures = {
            **_measures(mine, asked, confidence),
            "reach": reach(mine, item["target_size"]),
            "equity": equity(mine, item["target_low_ses"], item["target_size"], confidence),
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
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Measure how the interventions of each wijk were carried out together.

    As `implementation`, with an empty `intervention`. Reach per target group is left out: target
    groups overlap. ``maintenance`` is the percentage of the interventions old enough to tell.
    ``registered`` is the percentage of interventions, those only planned left out, of which any
    activity was registered.
    """
    rows = []
    done, nothing = parts_of(activities, "wijk")
    invited, nobody = parts_of(partners, "wijk")
    counted = set(zip(activities["wijk"], activities["intervention"], strict=True))
    begun = interventions[~interventions["status"].isin(["planned"])]
    items: dict[str, list[dict]] = {}
    for item in begun.to_dict("records"):
        items.setdefault(item["wijk"], []).append(item)
    for wijk in wijken:
        own = items.get(wijk, [])
        kept = [maintenance(i["start"], i["end"], as_of, maintained_after_days) for i in own]
        known = [found.value for found in kept if found.status == "ok"]
        registered = sum((wijk, item["key"]) in counted for item in own)
        measures = {
            **_measures(done.get(wijk, nothing), invited.get(wijk, nobody), confidence),
            "maintenance": Measure.ratio(known.count(100.0), len(known)),
            "registered": Measure.ratio(registered, len(own)),
        }
        rows += _rows(measures, wijk)
    return pd.DataFrame(rows, columns=list(IMPLEMENTATION_COLUMNS))


def _measures(activities: Columns, partners: Columns, confidence: float) -> dict[str, Measure]:
    """Return what can be said of one intervention as of several together."""
    return {
        "reach_of_plan": sum_ratio(activities, "participants", "planned_participants"),
        "low_ses_reached": low_ses_share(activities, confidence),
        "adoption": adoption(partners["takes_part"]),
        "dose": sum_ratio(activities, "delivered_sessions", "planned_sessions"),
        "frequency": frequency(activities),
        "quality": quality(activities, confidence),
    }


def _rows(
    measures: dict[str, Measure], wijk: str, intervention: str = "", name: str = ""
) -> list[dict[str, object]]:
    of = {"wijk": wijk, "intervention": intervention, "name": name}
    return [
        {**of, "dimension": dimension, "measure": measure, **_fields(measures[measure])}
        for measure, dimension in DIMENSIONS.items()
        if measure in measures
    ]


_FIELDS = tuple(field.name for field in fields(Measure))


def _fields(measure: Measure) -> dict[str, object]:
    return {name: getattr(measure, name) for name in _FIELDS}
