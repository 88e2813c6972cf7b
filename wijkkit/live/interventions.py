"""The interventions of a wijk: planned, done and reached, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkkit.evaluation.process.measures import Measure, low_ses_share, quality, reach, sum_ratio
from wijkkit.language import day, number, percentage
from wijkkit.live.people import share_status, without_small
from wijkkit.live.snapshot import Snapshot
from wijkkit.live.words import absent, say
from wijkkit.registry.tables import GOAL_COLUMNS

#: Days of half a year.
HALF_YEAR = 183


@dataclass(frozen=True, slots=True)
class InterventionRow:
    """One intervention as a page shows it; every field but `key`, `share` and `silent` is words.

    Parameters
    ----------
    share : float
        Sessions done, in percent of what was planned; absent where that is not known.
    silent : bool
        Whether it runs and nothing was registered in the last half year.
    counted : bool
        Whether any activity was registered.
    """

    key: str
    name: str
    goals: tuple[str, ...]
    evidence: str
    status: str
    target_group: str
    sessions: str
    share: float
    half_year: str
    participants: str
    target: str
    low_ses: str
    quality: str
    cost: tuple[str, ...]
    registered: str
    silent: bool
    counted: bool


def intervention_rows(snapshot: Snapshot, wijk: str) -> list[InterventionRow]:
    """Return the interventions of a wijk, those that run first."""
    facts = snapshot.facts
    goals = facts.kept("goals", wijk)
    names = dict(zip(goals["key"], goals["name"], strict=True))
    done = facts.kept("activities", wijk)
    done = done.assign(participants=without_small(done["participants"], snapshot.policy))
    table = facts.kept("interventions", wijk)
    order = table["status"].map({"running": 0, "planned": 1, "stopped": 2}).fillna(1)
    table = table.assign(order=order).sort_values(["order", "key"], kind="stable")
    groups = dict(iter(done.groupby("intervention")))
    nothing = done.head(0)
    return [
        _row(snapshot, item, names, groups.get(item["key"], nothing))
        for item in table.to_dict("records")
    ]


def half_years(rows: pd.DataFrame, today: pd.Timestamp) -> tuple[float, float]:
    """Return sessions done in percent of the plan, in the last half year and in the one before.

    A period that lies in a half year in part counts for that part of its days.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"period_start": pd.to_datetime(["2021-01-01", "2020-07-01"]),
    ...     "period_end": pd.to_datetime(["2021-06-30", "2020-12-31"]),
    ...     "delivered_sessions": [6, 3], "planned_sessions": [12, 12]})
    >>> half_years(rows, pd.Timestamp("2021-07-02"))
    (50.0, 25.0)
    """
    known = rows.dropna(subset=["delivered_sessions", "planned_sessions"])
    ends = [today, today - pd.Timedelta(days=HALF_YEAR), today - pd.Timedelta(days=2 * HALF_YEAR)]
    spans = zip(ends, ends[1:], strict=False)
    last, before = (_share_between(known, start, end) for end, start in spans)
    return last, before


def _share_between(rows: pd.DataFrame, after: pd.Timestamp, until: pd.Timestamp) -> float:
    if rows.empty:
        return float("nan")
    day = np.timedelta64(1, "D")
    start = rows["period_start"].to_numpy("datetime64[D]")
    end = rows["period_end"].to_numpy("datetime64[D]")
    first = np.maximum(start, np.datetime64(after, "D") + day)
    inside = np.clip((np.minimum(end, np.datetime64(until, "D")) - first) / day + 1, 0, None)
    part = inside / ((end - start) / day + 1)
    planned = float(part @ rows["planned_sessions"].to_numpy(float))
    delivered = float(part @ rows["delivered_sessions"].to_numpy(float))
    return 100 * delivered / planned if planned > 0 else float("nan")


def last_period(rows: pd.DataFrame) -> pd.Timestamp:
    """Return the last day that any of the activities is about; NaT without one."""
    return pd.to_datetime(rows["period_end"]).max() if len(rows) else pd.NaT


def last_periods(rows: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """Return the last day that the activities of each intervention are about."""
    return rows.groupby("intervention")["period_end"].max().to_dict()


def is_silent(item: Mapping[str, object], last: pd.Timestamp, today: pd.Timestamp) -> bool:
    """Return whether an intervention runs while nothing was registered for half a year."""
    began = pd.to_datetime(item["start"])
    young = not pd.isna(began) and began > today - pd.Timedelta(days=HALF_YEAR)
    old = pd.isna(last) or last < today - pd.Timedelta(days=HALF_YEAR)
    return item["status"] == "running" and old and not (young and pd.isna(last))


def _row(
    snapshot: Snapshot, item: Mapping, names: Mapping[str, str], rows: pd.DataFrame
) -> InterventionRow:
    language = snapshot.language
    goals = [names.get(item[column]) for column in GOAL_COLUMNS if not pd.isna(item[column])]
    sessions = sum_ratio(rows, "delivered_sessions", "planned_sessions")
    evidence = "unknown" if pd.isna(item["evidence"]) else item["evidence"]
    status = "unknown" if pd.isna(item["status"]) else item["status"]
    silent = is_silent(item, last_period(rows), snapshot.today)
    return InterventionRow(
        key=item["key"],
        name=item["name"],
        goals=tuple(goal for goal in goals if isinstance(goal, str)),
        evidence=say(f"evidence.{evidence}", language),
        status=say(f"status.{status}", language),
        target_group="" if pd.isna(item["target_group"]) else item["target_group"],
        sessions=_of(sessions, language),
        share=sessions.value,
        half_year=_half_years(rows, snapshot),
        participants=_of(sum_ratio(rows, "participants", "planned_participants"), language),
        target=_target(item, rows, snapshot),
        low_ses=_low_ses(item, rows, snapshot),
        quality=_quality(rows, snapshot),
        cost=_cost(item, rows, language),
        registered=_registered(rows, silent, language),
        silent=silent,
        counted=len(rows) > 0,
    )


def _of(found: Measure, language: str) -> str:
    if found.status != "ok":
        return absent("missing", language)
    fields = {"done": number(found.numerator, language), "of": number(found.denominator, language)}
    return say("of", language, share=percentage(found.value, language), **fields)


def _half_years(rows: pd.DataFrame, snapshot: Snapshot) -> str:
    if rows.empty:
        return ""
    shares = [
        "–" if pd.isna(share) else percentage(share, snapshot.language)
        for share in half_years(rows, snapshot.today)
    ]
    return say("half_year", snapshot.language, last=shares[0], before=shares[1])


def _target(item: Mapping, rows: pd.DataFrame, snapshot: Snapshot) -> str:
    language, found = snapshot.language, reach(rows, item["target_size"])
    if found.denominator < snapshot.policy.min_count:
        return absent("hidden", language)
    if found.status != "ok":
        return absent("missing", language)
    size = number(found.denominator, language)
    if pd.isna(found.lower) or round(found.lower) == round(found.upper):
        return say("target", language, share=percentage(found.value, language), size=size)
    limits = {"lower": number(found.lower, language), "upper": percentage(found.upper, language)}
    return say("target_between", language, size=size, **limits)


def _low_ses(item: Mapping, rows: pd.DataFrame, snapshot: Snapshot) -> str:
    language, found = snapshot.language, low_ses_share(rows)
    status = share_status(found.numerator, found.denominator, snapshot.policy)
    if found.status != "ok" or status != "ok":
        return absent(status, language)
    target = Measure.ratio(item["target_low_ses"] or 0, item["target_size"])
    there = share_status(item["target_low_ses"], item["target_size"], snapshot.policy)
    of_target = percentage(target.value, language) if there == "ok" else absent(there, language)
    return say("low_ses", language, share=percentage(found.value, language), target=of_target)


def _quality(rows: pd.DataFrame, snapshot: Snapshot) -> str:
    language, found = snapshot.language, quality(rows)
    if found.numerator < snapshot.policy.min_count:
        return absent("too_few", language)
    return number(found.value, language) if found.status == "ok" else absent("missing", language)


def _cost(item: Mapping, rows: pd.DataFrame, language: str) -> tuple[str, ...]:
    spent = rows["cost"].dropna()
    said = [say("spent", language, cost=number(spent.sum(), language))] if len(spent) else []
    if not pd.isna(item["cost"]):
        said.append(say("a_year", language, cost=number(item["cost"], language)))
    return tuple(said) or (absent("missing", language),)


def _registered(rows: pd.DataFrame, silent: bool, language: str) -> str:
    last = last_period(rows)
    if pd.isna(last):
        return say("registered.never", language)
    return say(f"registered.{'since' if silent else 'until'}", language, day=day(last, language))
