"""What a wijk's network registered: partners, meetings, steps, goals, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

ORGANISATIONS = (
    ("Gebiedsorganisatie", "gebiedsadviseur"),
    ("Wijkteam", "wijkteam"),
    ("Centrum voor Jeugd en Gezin", "youth_health_care"),
    ("Basisschool De Linde", "school"),
    ("Basisschool De Brug", "school"),
    ("Kinderopvang Onder de Boom", "childcare"),
    ("Politie", "police"),
    ("Welzijn Lindestad", "welfare"),
    ("Sportservice", "sport"),
    ("Ouderraad", "parents"),
)
_DOMAINS = ("gezond", "veilig", "talentontwikkeling")
_START = date(2018, 9, 1)
#: The last day that anything is registered of.
_LAST = date(2021, 7, 31)
#: Planned first day and length of the six steps of the first cycle, in days from the start.
_STEPS = ((0, 90), (90, 60), (150, 90), (240, 730), (970, 60), (1030, 30))
#: Targets of the goals: study goal, indicator, domain, words, baseline, target.
GOALS = MappingProxyType(
    {
        "outdoor": ("outdoor_play", "gezond", "Meer kinderen spelen bijna elke dag buiten", 62, 72),
        "sport": ("sport", "talentontwikkeling", "Meer kinderen zijn lid van een club", 58, 65),
        "psychosocial": (
            "psychosocial_problems",
            "gezond",
            "Minder kinderen hebben psychosociale problemen",
            11,
            8,
        ),
        "parenting": (
            "parenting_support",
            "veilig",
            "Meer ouders krijgen steun van familie of vrienden",
            36,
            42,
        ),
    }
)


def network(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return partners, meetings and who was there."""
    stakeholders: list[dict[str, Any]] = []
    meetings: list[dict[str, Any]] = []
    attendance: list[dict[str, Any]] = []
    for at, (organisation, role) in enumerate(ORGANISATIONS, start=1):
        stakeholders.append(
            {
                "key": f"P{at:02d}",
                "organisation": organisation,
                "role": role,
                "start": _START + timedelta(days=int(rng.integers(0, 120))),
                "end": date(2020, 6, 30) if at == len(ORGANISATIONS) else None,
            }
        )
    for at in range(9):
        meetings.append(
            {
                "key": f"O{at + 1:02d}",
                "name": f"Netwerkoverleg {at + 1}",
                "date": _START + timedelta(days=60 + 110 * at),
                "domain": _DOMAINS[at % 3] if at % 4 else None,
            }
        )
        for partner in stakeholders:
            presence = rng.choice(["present", "excused", "absent"], p=[0.72, 0.16, 0.12])
            if not _takes_part(partner, meetings[-1]["date"]):
                continue
            attendance.append(
                {
                    "key": f"W{len(attendance) + 1:03d}",
                    "meeting": f"O{at + 1:02d}",
                    "stakeholder": partner["key"],
                    "presence": str(presence),
                }
            )
    return {
        "stakeholders": pd.DataFrame(stakeholders),
        "meetings": pd.DataFrame(meetings),
        "attendance": pd.DataFrame(attendance),
    }


def _takes_part(partner: Mapping, day: date) -> bool:
    return partner["start"] <= day and (partner["end"] is None or day <= partner["end"])


def plan(number: int, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the six steps of the first cycle, slower in each next wijk, and the goals."""
    steps = []
    late = 0
    for at, (start, days) in enumerate(_STEPS, start=1):
        begin = _START + timedelta(days=start)
        late += int(rng.integers(5, 30)) + (30 * number if at > 3 else 0)
        begun = begin + timedelta(days=late) <= _LAST
        end = begin + timedelta(days=days + late)
        done = end <= _LAST
        steps.append(
            {
                "key": f"C{at:02d}",
                "cycle": 1,
                "step": str(at),
                "planned_start": begin,
                "planned_end": begin + timedelta(days=days),
                "actual_start": begin + timedelta(days=late) if begun else None,
                "actual_end": end if done else None,
                "status": "done" if done else "running" if begun else "not_started",
            }
        )
    goals = [
        {
            "key": f"D{at:02d}",
            "name": name,
            "domain": domain,
            "study_goal": goal,
            "indicator": indicator,
            "baseline": baseline + int(rng.integers(-3, 4)),
            "target": target,
            "status": "adopted",
        }
        for at, (goal, (indicator, domain, name, baseline, target)) in enumerate(
            GOALS.items(), start=1
        )
    ]
    return {"steps": pd.DataFrame(steps), "goals": pd.DataFrame(goals)}


def learned(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return documents, decisions and where the plan clashed with the city's."""
    documents = [
        ("DOC1", "Wijkanalyse", "report", date(2018, 12, 1)),
        ("DOC2", "Uitvoeringsplan", "plan", date(2019, 3, 1)),
        ("DOC3", "Verslag netwerkoverleg", "minutes", date(2020, 2, 10)),
    ]
    return {
        "documents": pd.DataFrame(documents, columns=["key", "title", "type", "date"]).assign(
            reference="dossier wijkprogrammering"
        ),
        "decisions": pd.DataFrame(
            [
                {
                    "key": "B01",
                    "decision": "Buiten spelen krijgt voorrang",
                    "reason": "De analyse laat hier de grootste achterstand zien",
                    "date": date(2019, 2, 1),
                    "status": "carried_out",
                    "goal": "D01",
                    "meeting": "O02",
                },
                {
                    "key": "B02",
                    "decision": "Deelname per activiteit bijhouden",
                    "reason": "Zonder cijfers is niet te zien wie wordt bereikt",
                    "date": date(2020, 2, 10) + timedelta(days=int(rng.integers(0, 30))),
                    "status": "open",
                    "due": date(2020, 12, 31),
                },
            ]
        ),
        "flags": pd.DataFrame(
            [
                {
                    "key": "K01",
                    "what": "Het contract voor de hele stad laat geen extra uren in de wijk toe.",
                    "clash": "procurement",
                    "programme": "Sportfonds",
                    "date": date(2019, 11, 4),
                    "intervention": "I03",
                    "owner": "P01",
                    "status": "open",
                }
            ]
        ),
    }
