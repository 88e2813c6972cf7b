"""What recurs: the same activities again in the next period, to be checked and saved at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from wijkkit.registry import Registry
from wijkkit.registry.workbook_layout import next_keys

#: What is asked of each activity again.
ASKED = (
    "planned_sessions", "delivered_sessions", "planned_participants", "participants",
    "participants_ses_known", "participants_low_ses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recurring:
    """An activity that may recur: its last row, and the next period."""

    key: str
    intervention: str
    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    last: dict[str, object]


def recurring(registry: Registry, wijk: str, today: pd.Timestamp) -> list[Recurring]:
    """Return the last activity of each intervention that runs, for the period after it.

    The next period has as many months as the last one, a quarter at least; one that is not over
    yet on `today` is not proposed.
    """
    items = registry.table("interventions", wijk)
    running = items[items["status"].eq("running")]
    rows = registry.table("activities", wijk)
    taken = set(registry.history("activities", wijk)["key"])
    found = []
    for item in running.to_dict("records"):
        mine = rows[rows["intervention"].eq(item["key"])]
        if mine.empty:
            continue
        last = mine.sort_values("period_end").iloc[-1].to_dict()
        start, end = next_period(last["period_start"], last["period_end"])
        if end <= today:
            found.append((item["name"], start, end, last))
    keys = next_keys("A", taken, len(found))
    return [
        Recurring(key, name, _named(last["name"], start), start, end, last)
        for key, (name, start, end, last) in zip(keys, found, strict=True)
    ]


def next_period(start: pd.Timestamp, end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the period after one: a quarter after one of at most a quarter, else half a year.

    Examples
    --------
    >>> import pandas as pd
    >>> first, last = next_period(pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-31"))
    >>> f"{first:%Y-%m-%d} {last:%Y-%m-%d}"
    '2021-04-01 2021-06-30'
    """
    months = 3 if (end - start).days <= 100 else 6
    first = end + pd.Timedelta(days=1)
    return first, first + pd.DateOffset(months=months) - pd.Timedelta(days=1)


def first_activity(
    items: pd.DataFrame, rows: pd.DataFrame, intervention: str, today: date
) -> dict[str, object]:
    """Return what a new activity of an intervention begins with: its name and its next period."""
    mine = rows[rows["intervention"].eq(intervention)]
    if len(mine):
        last = mine.sort_values("period_end").iloc[-1]
        start, end = next_period(last["period_start"], last["period_end"])
        return {"name": _named(last["name"], start), "period_start": start, "period_end": end}
    names = items.loc[items["key"].eq(intervention), "name"]
    quarter = pd.Period(today, "Q") - 1
    name = names.iloc[0] if len(names) else ""
    return {"name": name, "period_start": quarter.start_time, "period_end": quarter.end_time}


def _named(name: str, start: pd.Timestamp) -> str:
    """Return the name of an activity; a year at its end becomes that of the next period."""
    head, _, year = name.rpartition(" ")
    return f"{head} {start.year}" if head and year.isdigit() and len(year) == 4 else name
