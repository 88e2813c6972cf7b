"""Implementation along RE-AIM: reach, adoption, implementation, maintenance, per intervention.

Glasgow RE, Vogt TM, Boles SM (1999). Evaluating the public health impact of health promotion
interventions: the RE-AIM framework. American Journal of Public Health 89(9), 1322-1327.
Effectiveness, its E, is what `wijkkit.evaluation.effect` estimates.

What was not registered is ``not_registered``, never zero. Registrations are counts of what was
done, not samples, so most measures have no interval; what was observed in a part only (SES of
participants, quality) has one.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pandas as pd

from wijkkit.evaluation.process.measures import (
    Measure,
    adoption,
    equity,
    frequency,
    low_ses_share,
    maintenance,
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

    Parameters
    ----------
    interventions, activities, partners : DataFrame
        Tables of the registry.
    as_of : date
        The day on which the registry is judged.
    maintained_after_days : int
        Maintained is: still running so many days after the first day.
    confidence : float
        Of intervals of what was observed in a part.

    Returns
    -------
    DataFrame
        One row per intervention and measure, columns `IMPLEMENTATION_COLUMNS`. Percentages are
        0-100. `basis` is ``count`` (all of it was registered: no interval), ``sample``
        (interval from those observed) or ``overlap`` (the same people may be in several rows:
        the limits hold whatever the overlap). `status` is ``ok``, ``not_registered`` or
        ``too_early``; a value that is not ``ok`` is absent.

        ``reach``: participants per target group. ``reach_of_plan``: participants per planned
        participants. ``low_ses_reached``: low SES among participants whose SES is known.
        ``equity``: that share minus the share in the target group (points). ``adoption``:
        partners taking part per partners asked. ``dose``, ``frequency``: delivered
        per planned. ``quality``: mean score, 0-100. ``maintenance``: 100
        when maintained, 0 when stopped before.
    """
    rows = []
    done, invited = _by_intervention(activities), _by_intervention(partners)
    for item in interventions.to_dict("records"):
        mine = done.get((item["wijk"], item["key"]), activities.head(0))
        asked = invited.get((item["wijk"], item["key"]), partners.head(0))
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
    for wijk in wijken:
        mine = activities[activities["wijk"].eq(wijk)]
        begun = interventions["wijk"].eq(wijk) & ~interventions["status"].isin(["planned"])
        own = interventions[begun]
        kept = [
            maintenance(start, end, as_of, maintained_after_days)
            for start, end in zip(own["start"], own["end"], strict=True)
        ]
        known = [found.value for found in kept if found.status == "ok"]
        measures = {
            **_measures(mine, partners[partners["wijk"].eq(wijk)], confidence),
            "maintenance": Measure.ratio(known.count(100.0), len(known)),
            "registered": Measure.ratio(own["key"].isin(mine["intervention"]).sum(), len(own)),
        }
        rows += _rows(measures, wijk)
    return pd.DataFrame(rows, columns=list(IMPLEMENTATION_COLUMNS))


def _measures(
    activities: pd.DataFrame, partners: pd.DataFrame, confidence: float
) -> dict[str, Measure]:
    """Return what can be said of one intervention as of several together."""
    return {
        "reach_of_plan": sum_ratio(activities, "participants", "planned_participants"),
        "low_ses_reached": low_ses_share(activities, confidence),
        "adoption": adoption(partners["takes_part"]),
        "dose": sum_ratio(activities, "delivered_sessions", "planned_sessions"),
        "frequency": frequency(activities),
        "quality": quality(activities, confidence),
    }


def _by_intervention(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    return dict(iter(table.groupby(["wijk", "intervention"])))


def _rows(
    measures: dict[str, Measure], wijk: str, intervention: str = "", name: str = ""
) -> list[dict[str, object]]:
    of = {"wijk": wijk, "intervention": intervention, "name": name}
    return [
        {**of, "dimension": dimension, "measure": measure, **asdict(measures[measure])}
        for measure, dimension in DIMENSIONS.items()
        if measure in measures
    ]
