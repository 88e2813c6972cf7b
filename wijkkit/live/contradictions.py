"""What was registered of a wijk and cannot both be so."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.language import day
from wijkkit.live.snapshot import Snapshot
from wijkkit.live.words import say


def contradictions(snapshot: Snapshot, wijk: str) -> list[str]:
    """Return what to look at again, one sentence each."""
    return [*_early(snapshot, wijk), *_future(snapshot, wijk)]


def _early(snapshot: Snapshot, wijk: str) -> Iterator[str]:
    """An intervention that began before the network began to choose."""
    steps = snapshot.facts.kept("steps", wijk)
    choice = steps[steps["cycle"].eq(1) & steps["step"].eq("3")]["actual_start"]
    began = pd.to_datetime(choice).min()
    if pd.isna(began):
        return
    items = snapshot.facts.kept("interventions", wijk)
    early = pd.to_datetime(items["start"]).lt(began) & items["scope"].ne("city_wide")
    for row in items[early].to_dict("records"):
        yield say(
            "contradiction.early",
            snapshot.language,
            name=row["name"],
            start=day(pd.Timestamp(row["start"]), snapshot.language),
            choice=day(began, snapshot.language),
        )


def _future(snapshot: Snapshot, wijk: str) -> Iterator[str]:
    """A step that was really begun or done on a day that is still to come."""
    steps = snapshot.facts.kept("steps", wijk)
    for row in steps.to_dict("records"):
        for column in ("actual_start", "actual_end"):
            at = pd.to_datetime(row[column])
            if not pd.isna(at) and at > snapshot.today:
                yield say(
                    "contradiction.future",
                    snapshot.language,
                    step=row["step"],
                    day=day(at, snapshot.language),
                )
