"""What a wijk's network registered: partners, meetings, steps, goals, decisions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.files import write_whole
from wijkkit.registry import open_registry
from wijkkit.registry.imports import import_tables
from wijkkit.registry.workbook import import_workbook, write_workbook
from wijkkit.study import Study

ORGANISATIONS = (
    ("Gebiedsorganisatie", "gebiedsadviseur"), ("Wijkteam", "wijkteam"),
    ("Centrum voor Jeugd en Gezin", "youth_health_care"), ("Basisschool De Linde", "school"),
    ("Basisschool De Brug", "school"), ("Kinderopvang Onder de Boom", "childcare"),
    ("Politie", "police"), ("Welzijn Lindestad", "welfare"), ("Sportservice", "sport"),
    ("Ouderraad", "parents"),
)  # fmt: skip
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
        "psychosocial": ("psychosocial_problems", "gezond",
                         "Minder kinderen hebben psychosociale problemen", 11, 8),
        "parenting": ("parenting_support", "veilig",
                      "Meer ouders krijgen steun van familie of vrienden", 36, 42),
    }
)  # fmt: skip


def _table(rows: list[tuple], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def network(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return partners, meetings and who was there."""
    stakeholders: list[tuple] = []
    meetings: list[tuple] = []
    attendance: list[tuple] = []
    for at, (organisation, role) in enumerate(ORGANISATIONS, start=1):
        start = _START + timedelta(days=int(rng.integers(0, 120)))
        end = date(2020, 6, 30) if at == len(ORGANISATIONS) else None
        stakeholders.append((f"P{at:02d}", organisation, role, start, end))
    for at in range(9):
        key, day = f"O{at + 1:02d}", _START + timedelta(days=60 + 110 * at)
        domain = _DOMAINS[at % 3] if at % 4 else None
        meetings.append((key, f"Netwerkoverleg {at + 1}", day, domain))
        for partner, _, _, start, end in stakeholders:
            presence = str(rng.choice(["present", "excused", "absent"], p=[0.72, 0.16, 0.12]))
            if start <= day and (end is None or day <= end):
                attendance.append((f"W{len(attendance) + 1:03d}", key, partner, presence))
    return {
        "stakeholders": _table(stakeholders, "key organisation role start end"),
        "meetings": _table(meetings, "key name date domain"),
        "attendance": _table(attendance, "key meeting stakeholder presence"),
    }


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
        status = "done" if done else "running" if begun else "not_started"
        planned = (begin, begin + timedelta(days=days))
        actual = (begin + timedelta(days=late) if begun else None, end if done else None)
        steps.append((f"C{at:02d}", 1, str(at), *planned, *actual, status))
    goals = []
    for at, (goal, (indicator, domain, name, baseline, target)) in enumerate(GOALS.items(), 1):
        baseline += int(rng.integers(-3, 4))
        goals.append((f"D{at:02d}", name, domain, goal, indicator, baseline, target, "adopted"))
    days_of = "planned_start planned_end actual_start actual_end"
    return {
        "steps": _table(steps, f"key cycle step {days_of} status"),
        "goals": _table(goals, "key name domain study_goal indicator baseline target status"),
    }


def learned(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return documents, decisions and where the plan clashed with the city's."""
    documents = [
        ("DOC1", "Wijkanalyse", "report", date(2018, 12, 1)),
        ("DOC2", "Uitvoeringsplan", "plan", date(2019, 3, 1)),
        ("DOC3", "Verslag netwerkoverleg", "minutes", date(2020, 2, 10)),
    ]
    first = "Buiten spelen krijgt voorrang"
    why = "De analyse laat hier de grootste achterstand zien"
    count = "Deelname per activiteit bijhouden"
    unseen = "Zonder cijfers is niet te zien wie wordt bereikt"
    later, due = date(2020, 2, 10) + timedelta(days=int(rng.integers(0, 30))), date(2020, 12, 31)
    decisions = [
        ("B01", first, why, date(2019, 2, 1), "carried_out", "D01", "O02", None),
        ("B02", count, unseen, later, "open", None, None, due),
    ]
    what = "Het contract voor de hele stad laat geen extra uren in de wijk toe."
    flag = ("K01", what, "procurement", "Sportfonds", date(2019, 11, 4), "I03", "P01", "open")
    kept = {"reference": "dossier wijkprogrammering"}
    return {
        "documents": _table(documents, "key title type date").assign(**kept),
        "decisions": _table(decisions, "key decision reason date status goal meeting due"),
        "flags": _table([flag], "key what clash programme date intervention owner status"),
    }


# What a wijk registered of its interventions: partners that take part, and activities.

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
    rows = {"interventions": pd.DataFrame(interventions), "activities": pd.DataFrame(activities)}
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


# What the wijken did: rows of the registry's kinds, as their advisors would write them.

#: What each programme wijk chose from the catalogue, in turn; comparators have the city's offer.
CHOSEN = (
    ("buitenspeeluur", "speelstraat", "buurtsportcoach", "samen-opvoeden", "klas-zonder-pesten"),
    ("buitenspeeluur", "speelplek-samen", "sportfonds", "oudercafe", "stevig-in-je-schoenen"),
    ("buitenspeeluur", "speelstraat", "clubproef", "opvoedmaatje", "kring-drukke-kinderen"),
)


def registry_rows(
    city: pd.DataFrame, catalogue: pd.DataFrame, seed: int
) -> dict[str, dict[str, pd.DataFrame]]:
    """Return what each wijk registered."""
    rng = np.random.default_rng([seed, 8])
    made, number = {}, 0
    for wijk in city.itertuples():
        programme = wijk.arm == "programme"
        chosen = CHOSEN[number % len(CHOSEN)] if programme else CITY_WIDE
        unregistered = chosen[-2:] if programme and number % len(CHOSEN) == 2 else ()
        rows = interventions(chosen, catalogue, wijk, unregistered, rng)
        if programme:
            rows = network(rng) | plan(number, rng) | rows | learned(rng)
            number += 1
        made[wijk.wijk] = rows
    return made


# Write what the wijken did: a workbook per wijk, and two tables that a city keeps itself.

#: Kinds that come as one csv file of all wijken rather than in the workbooks.
AS_CSV = ("stakeholders", "steps")


def write_registry(city: pd.DataFrame, folder: Path, seed: int) -> None:
    """Write ``<wijk>.xlsx`` per wijk, ``stakeholders.csv``, ``steps.csv`` and ``catalogue.csv``."""
    content = (files("wijkkit.demo") / "content" / "catalogue.csv").read_text(encoding="utf-8")
    write_whole(folder / "catalogue.csv", content)
    catalogue = pd.read_csv(
        folder / "catalogue.csv", dtype="str", keep_default_na=False, index_col="intervention"
    )
    rows = registry_rows(city, catalogue, seed)
    for wijk, kinds in rows.items():
        sheets = {kind: table for kind, table in kinds.items() if kind not in AS_CSV}
        write_workbook(folder / f"{wijk}.xlsx", wijk, sheets)
    for kind in AS_CSV:
        parts = [kinds[kind].assign(wijk=wijk) for wijk, kinds in rows.items() if kind in kinds]
        table = pd.concat(parts, ignore_index=True)
        table = table[["wijk", *(column for column in table if column != "wijk")]]
        text = table.to_csv(sep=";", index=False, lineterminator="\n")
        write_whole(folder / f"{kind}.csv", text)


# Fill the demo's registry from its files, as a municipality would.

#: In the history of the registry.
WHO = "demo"


def fill_registry(study: Study, folder: Path) -> None:
    """Store the tables of all wijken, then import each wijk's workbook from `folder`."""
    with open_registry(study) as registry:
        import_tables(registry, WHO)
        for wijk in study.neighbourhoods:
            import_workbook(registry, folder / f"{wijk}.xlsx", WHO)
