"""What a wijk registered of its interventions: partners that take part, and activities."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.demo.registry_plan import GOALS

CITY_WIDE = ("spreekuur-jgz", "sportfonds")

#: Periods that activities are registered for; the share of the plan that COVID-19 left of each.
_PERIODS = (
    (date(2019, 5, 1), date(2019, 12, 31), 0.92),
    (date(2020, 1, 1), date(2020, 12, 31), 0.55),
    (date(2021, 1, 1), date(2021, 6, 30), 0.75),
)
_LOW_SES = {"low": 0.20, "middle": 0.30, "high": 0.45}


def interventions(
    chosen: tuple[str, ...],
    catalogue: pd.DataFrame,
    wijk,
    unregistered: Collection[str],
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Return the interventions of a wijk, with partners and activities."""
    programme = wijk.arm == "programme"
    goals = {goal: f"D{at:02d}" for at, goal in enumerate(GOALS, start=1)} if programme else {}
    interventions: list[dict[str, Any]] = []
    partners: list[dict[str, Any]] = []
    activities: list[dict[str, Any]] = []
    for at, name in enumerate(chosen, start=1):
        entry = catalogue.loc[name]
        key = f"I{at:02d}"
        size = int(400 * wijk.size * rng.uniform(0.8, 1.2))
        works_on = [goals[g.strip()] for g in entry["goals"].split(";") if g.strip() in goals]
        interventions.append(
            {
                "key": key,
                "name": entry["name"],
                **dict(zip(("goal", "second_goal"), works_on, strict=False)),
                "target_group": "kinderen van 4 tot en met 12 jaar",
                "target_size": size,
                "target_low_ses": int(size * _LOW_SES[wijk.severity]),
                "evidence": "none" if entry["evidence"] == "0" else entry["evidence"] or None,
                "prevention": "universal" if at < 4 else "selective",
                "scope": "city_wide" if name in CITY_WIDE else "local",
                "procured_by": "gemeente" if name in CITY_WIDE else "gebied",
                "cost": float(entry["cost"]),
                "status": "running",
                "start": date(2019, 5, 1) if programme else date(2016, 1, 1),
                "catalogue": name,
            }
        )
        if programme:
            partners += _partners(key, len(partners), rng)
        if name not in unregistered:
            activities += _activities(entry["name"], key, size, len(activities), rng)
    rows = {
        "interventions": pd.DataFrame(interventions),
        "activities": pd.DataFrame(activities),
    }
    return rows | ({"partners": pd.DataFrame(partners)} if programme else {})


def _partners(key: str, known: int, rng: np.random.Generator) -> list[dict]:
    asked = rng.choice(range(2, 10), size=4, replace=False)
    return [
        {
            "key": f"M{known + at:02d}",
            "intervention": key,
            "stakeholder": f"P{partner:02d}",
            "takes_part": "yes" if rng.random() < 0.75 else "no",
            "start": date(2019, 5, 1),
        }
        for at, partner in enumerate(sorted(asked), start=1)
    ]


def _activities(name: str, key: str, size: int, known: int, rng: np.random.Generator) -> list[dict]:
    rows = []
    for at, (start, end, left) in enumerate(_PERIODS, start=1):
        months = round((end - start).days / 30.4)
        planned, reach = 6 * months, int(size * rng.uniform(0.3, 0.5))
        participants = int(reach * left * rng.uniform(0.7, 1.05))
        ses_known = int(participants * rng.uniform(0.5, 0.8))
        delivered = int(planned * left * rng.uniform(0.85, 1.0))
        rows.append(
            {
                "key": f"A{known + at:02d}",
                "name": f"{name} {start.year}",
                "intervention": key,
                "period_start": start,
                "period_end": end,
                "planned_sessions": planned,
                "delivered_sessions": delivered,
                "planned_participants": reach,
                "participants": participants,
                "participants_ses_known": ses_known,
                "participants_low_ses": int(ses_known * rng.uniform(0.15, 0.4)),
                "quality": round(float(rng.normal(72, 6)), 1),
                "quality_n": int(rng.integers(6, 20)),
                "quality_sd": round(float(rng.uniform(8, 14)), 1),
                "cost": round(1_000.0 * months * left * rng.uniform(0.9, 1.1)),
            }
        )
    return rows
