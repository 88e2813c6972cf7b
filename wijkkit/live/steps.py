"""The six steps of a wijk as one line, with what is late."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wijkkit.language import day, text
from wijkkit.live.snapshot import Snapshot
from wijkkit.live.words import days_word, say


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step: its number and name, how far it is (`state`), whether it is `late`, and words."""

    step: str
    name: str
    state: str
    late: bool
    words: str


def step_marks(snapshot: Snapshot, wijk: str) -> list[StepMark]:
    """Return the steps of the round that a wijk is in; none where it carries no programme out."""
    if snapshot.study.neighbourhood(wijk).arm != "programme":
        return []
    table = current_round(snapshot.facts.pace([wijk]))
    return [_mark(row, snapshot.language) for row in table.to_dict("records")]


def current_round(table: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of the last round that has begun, of one wijk."""
    begun = table[table["state"].isin(["done", "running"])]
    cycle = begun["cycle"].max() if len(begun) else 1
    return table[table["cycle"].eq(cycle)]


def _mark(row: dict, language: str) -> StepMark:
    state, against = row["state"], row["against_plan"]
    said = [text(f"process.state.{state}", language)]
    if state == "done" and not pd.isna(row["actual_end"]):
        said.append(day(row["actual_end"], language))
    late = against in ("late", "overdue") and row["days_late"] > 0
    if late:
        days = days_word(row["days_late"], language)
        said.append(say(f"step.{against}", language, days=days))
    elif against == "ahead" and not pd.isna(row["planned_end"]):
        said.append(say("step.planned", language, day=day(row["planned_end"], language)))
    name = text(f"process.step_short.{row['step']}", language)
    return StepMark(row["step"], name, state, late and against == "overdue", ", ".join(said))
