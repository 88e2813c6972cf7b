"""The interventions of a wijk: planned, done and reached, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
import pandas as pd

from wijkkit.evaluation.process import measures
from wijkkit.evaluation.process.measures import quality
from wijkkit.language import absence, day, number, percentage, text
from wijkkit.live.snapshot import Snapshot, say, share_status
from wijkkit.registry.tables import GOAL_COLUMNS

#: Days of half a year.
HALF_YEAR = 183
#: Those that run first, those that were stopped last.
_ORDER = {"running": 0, "planned": 1, "stopped": 2}


def intervention_rows(snapshot: Snapshot, wijk: str) -> list[SimpleNamespace]:
    """Return the interventions of a wijk, those that run first."""
    facts = snapshot.facts
    names = {goal["key"]: goal["name"] for goal in facts.records("goals", wijk)}
    items = sorted(
        facts.records("interventions", wijk),
        key=lambda item: (_ORDER.get(item["status"], 1), item["key"]),
    )
    partners = partner_names(snapshot, wijk)
    return [
        _row(snapshot, item, names, partners, facts.activities(wijk, item["key"])) for item in items
    ]


def partner_names(snapshot: Snapshot, wijk: str) -> dict[str, list[str]]:
    """Return who takes part in each intervention, with the day where that is over or to come."""
    facts, language = snapshot.facts, snapshot.language
    called = {one["key"]: one["organisation"] for one in facts.records("stakeholders", wijk)}
    found: dict[str, list[str]] = {}
    for row in facts.records("partners", wijk):
        if row["takes_part"] != "yes" or row["stakeholder"] not in called:
            continue
        name = called[row["stakeholder"]]
        if row["end"] < snapshot.today:
            name = say("partner.until", language, name=name, day=day(row["end"], language))
        elif row["start"] > snapshot.today:
            name = say("partner.from", language, name=name, day=day(row["start"], language))
        found.setdefault(row["intervention"], []).append(name)
    return found


def half_years(rows: measures.Columns, today: pd.Timestamp) -> tuple[float, float]:
    """Return sessions done in percent of the plan, in the last half year and in the one before.

    A period that lies in a half year in part counts for that part of its days.

    >>> import pandas as pd
    >>> from wijkkit.evaluation.process.measures import plain_columns
    >>> rows = pd.DataFrame({"period_start": pd.to_datetime(["2021-01-01", "2020-07-01"]),
    ...     "period_end": pd.to_datetime(["2021-06-30", "2020-12-31"]),
    ...     "delivered_sessions": [6, 3], "planned_sessions": [12, 12]})
    >>> half_years(plain_columns(rows), pd.Timestamp("2021-07-02"))
    (50.0, 25.0)
    """
    ends = [today, today - pd.Timedelta(days=HALF_YEAR), today - pd.Timedelta(days=2 * HALF_YEAR)]
    days = [np.datetime64(end, "D") for end in ends]
    return _share_between(rows, days[1], days[0]), _share_between(rows, days[2], days[1])


def _share_between(rows: measures.Columns, after: np.datetime64, until: np.datetime64) -> float:
    day = np.timedelta64(1, "D")
    start, end = rows["period_start"], rows["period_end"]
    planned, delivered = rows["planned_sessions"], rows["delivered_sessions"]
    inside = np.clip((np.minimum(end, until) - np.maximum(start, after + day)) / day + 1, 0, None)
    part = inside / ((end - start) / day + 1)
    part = np.where(np.isnan(planned) | np.isnan(delivered), 0, part)
    whole = float((part * np.nan_to_num(planned)).sum())
    return 100 * float((part * np.nan_to_num(delivered)).sum()) / whole if whole > 0 else np.nan


def last_day(rows: measures.Columns) -> pd.Timestamp:
    """Return the last day that any of the activities is about; NaT without one."""
    return pd.Timestamp(rows["period_end"].max()) if len(rows["period_end"]) else pd.NaT


def is_silent(item: Mapping[str, object], last: pd.Timestamp, today: pd.Timestamp) -> bool:
    """Return whether an intervention runs while nothing was registered for half a year."""
    began = pd.to_datetime(item["start"])
    young = not pd.isna(began) and began > today - pd.Timedelta(days=HALF_YEAR)
    old = pd.isna(last) or last < today - pd.Timedelta(days=HALF_YEAR)
    return item["status"] == "running" and old and not (young and pd.isna(last))


def _row(
    snapshot: Snapshot,
    item: Mapping,
    names: Mapping[str, str],
    partners: Mapping[str, list[str]],
    rows: measures.Columns,
) -> SimpleNamespace:
    language = snapshot.language
    goals = [names.get(item[column]) for column in GOAL_COLUMNS if not pd.isna(item[column])]
    sessions = measures.sum_ratio(rows, "delivered_sessions", "planned_sessions")
    evidence = "unknown" if pd.isna(item["evidence"]) else item["evidence"]
    status = "unknown" if pd.isna(item["status"]) else item["status"]
    silent = is_silent(item, last_day(rows), snapshot.today)
    return SimpleNamespace(
        key=item["key"],
        name=item["name"],
        goals=tuple(goal for goal in goals if isinstance(goal, str)),
        evidence=say(f"evidence.{evidence}", language),
        status=say(f"status.{status}", language),
        about=_about(item, language),
        partners="; ".join(partners.get(item["key"], ())),
        sessions=_of(sessions, language),
        share=sessions.value,
        half_year=_half_years(rows, snapshot),
        participants=_participants(rows, snapshot),
        target=_target(item, rows, snapshot),
        low_ses=_low_ses(item, rows, snapshot),
        quality=_quality(rows, snapshot),
        cost=_cost(item, rows, language),
        registered=_registered(item, rows, silent, language),
        silent=silent,
        counted=len(rows["name"]) > 0,
    )


def _about(item: Mapping, language: str) -> tuple[str, ...]:
    """Return what an intervention is: its domain, whom it is for, the programme it belongs to."""
    found = []
    if not pd.isna(item["domain"]):
        found.append(text(f"registry.choice.domain.{item['domain']}", language))
    if not pd.isna(item["target_group"]):
        found.append(item["target_group"])
    if not pd.isna(item["programme"]):
        found.append(say("part_of", language, programme=item["programme"]))
    return tuple(found)


def _of(found: measures.Measure, language: str) -> str:
    if found.status != "ok":
        return absence("missing", language)
    fields = {"done": number(found.numerator, language), "of": number(found.denominator, language)}
    return say("of", language, share=percentage(found.value, language), **fields)


def _participants(rows: measures.Columns, snapshot: Snapshot) -> str:
    if _any_few(rows, snapshot):
        return absence("hidden", snapshot.language)
    found = measures.sum_ratio(rows, "participants", "planned_participants")
    return _of(found, snapshot.language)


def _any_few(rows: measures.Columns, snapshot: Snapshot) -> bool:
    """Return whether a period has so few participants that no sum with it is shown.

    A page of yesterday without it, or with another sum than the report's, would give it back.
    """
    people = rows["participants"]
    return bool(((people > 0) & (people < snapshot.policy.min_count)).any())


def _half_years(rows: measures.Columns, snapshot: Snapshot) -> str:
    if not len(rows["name"]):
        return ""
    shares = [
        "–" if pd.isna(share) else percentage(share, snapshot.language)
        for share in half_years(rows, snapshot.today)
    ]
    return say("half_year", snapshot.language, last=shares[0], before=shares[1])


def _target(item: Mapping, rows: measures.Columns, snapshot: Snapshot) -> str:
    language, found = snapshot.language, measures.reach(rows, item["target_size"])
    if found.denominator < snapshot.policy.min_count or _any_few(rows, snapshot):
        return absence("hidden", language)
    if found.status != "ok":
        return absence("missing", language)
    size = number(found.denominator, language)
    if pd.isna(found.lower) or round(found.lower) == round(found.upper):
        return say("target", language, share=percentage(found.value, language), size=size)
    limits = {"lower": number(found.lower, language), "upper": percentage(found.upper, language)}
    return say("target_between", language, size=size, **limits)


def _low_ses(item: Mapping, rows: measures.Columns, snapshot: Snapshot) -> str:
    language, found = snapshot.language, measures.low_ses_share(rows)
    status = share_status(found.numerator, found.denominator, snapshot.policy)
    if found.status != "ok" or status != "ok":
        return absence(status, language)
    low, size = item["target_low_ses"], item["target_size"]
    there = share_status(low, size, snapshot.policy)
    of_target = (
        percentage(100 * low / size, language) if there == "ok" else absence(there, language)
    )
    return say("low_ses", language, share=percentage(found.value, language), target=of_target)


def _quality(rows: measures.Columns, snapshot: Snapshot) -> str:
    language, found = snapshot.language, quality(rows)
    if found.numerator < snapshot.policy.min_count:
        return absence("too_few", language)
    return number(found.value, language) if found.status == "ok" else absence("missing", language)


def _cost(item: Mapping, rows: measures.Columns, language: str) -> tuple[str, ...]:
    spent = rows["cost"][~np.isnan(rows["cost"])]
    said = [say("spent", language, cost=number(spent.sum(), language))] if len(spent) else []
    if not pd.isna(item["cost"]):
        said.append(say("a_year", language, cost=number(item["cost"], language)))
    return tuple(said) or (absence("missing", language),)


def _registered(item: Mapping, rows: measures.Columns, silent: bool, language: str) -> str:
    """Return until when something is registered, and what the last of it was called."""
    last = last_day(rows)
    if pd.isna(last):
        return say("registered.never", language)
    said = say(f"registered.{'since' if silent else 'until'}", language, day=day(last, language))
    name = rows["name"][int(np.argmax(rows["period_end"]))]
    return said if str(name).startswith(item["name"]) else f"{said} ({name})"
