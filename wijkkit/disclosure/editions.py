"""Editions: this release and the publications before it, as who holds all of them sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.earlier_figures import divided, divided_then, same_waves, shares_then
from wijkkit.disclosure.ledger import Entry, person_marks
from wijkkit.disclosure.rounding import Places
from wijkkit.disclosure.sample import Sample


@dataclass(frozen=True, slots=True)
class Edition:
    """A publication, or what is about to be one, of one wave.

    `codes`: The cell of each child, per block; -1 for none. `cells`: Per cell and question: ``cell,
    question, level, slot`` (of `loss.Cells`)``, value`` (exact), ``shown`` (as published; of this release NaN),
    ``step, secret, kept, row`` (in the table of this release; -1 for a publication) and ``weight``
    (which of `weights`). `weights`: 0 for who is not counted, or was not asked then.
    """

    codes: list[Ints]
    cells: pd.DataFrame
    weights: list[Floats]


def editions_of(
    sample: Sample,
    entries: Sequence[Entry],
    table: pd.DataFrame,
    by_rule: Mask,
    kept: Mask,
    wave: str,
) -> tuple[pd.DataFrame, list[Edition]]:
    """Return the answers of everybody in a wave of any edition, and the editions, this one first."""
    here = np.flatnonzero(sample.people["wave"].to_numpy(str) == wave)
    asked = [key for key, unit in sample.units.items() if unit == "percent"]
    answers = sample.people.iloc[here][asked].astype(float).reset_index(drop=True)
    found = []
    for number, entry in enumerate(entries):
        persons = person_marks(sample.people, entry.about.salt)
        for before in [then for now, then in same_waves(sample, entry, persons) if now == wave]:
            rows = np.flatnonzero(entry.people["wave"].to_numpy(str) == before)
            ids = entry.people["person"].to_numpy()[rows]
            place = pd.Index(persons[here]).get_indexer(ids)
            gone = place < 0
            place[gone] = len(answers) + np.arange(gone.sum())
            answers = answers.reindex(range(len(answers) + gone.sum()))
            name = {}
            for key in (key for key, unit in entry.about.units.items() if unit == "percent"):
                own = np.full(len(answers), np.nan)
                own[place] = entry.answers(key)[rows]
                name[key] = _question(answers, own, f"{number} {key}")
            if name:
                found.append((entry, before, rows, place, name))
    size = len(answers)
    editions = [_now(sample, table, by_rule, kept, wave, here, size)] if asked else []
    return answers, editions + [_then(*one, size) for one in found]


def _question(answers: pd.DataFrame, own: Floats, name: str) -> str:
    """Return the question that was answered so: one that is there, or a new one."""
    for one in answers:
        there = answers[one].to_numpy(float)
        both = ~np.isnan(there) & ~np.isnan(own)
        if both.any() and (there[both] == own[both]).all():
            answers[one] = np.where(np.isnan(there), own, there)
            return str(one)
    answers[name] = own
    return name


def _placed(code: Ints, rows: Ints, place: Ints, size: int, first: int) -> Ints:
    out = np.full(size, -1)
    out[place] = np.where(code[rows] >= 0, first + code[rows], code[rows])
    return out


def _named(cells: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"level": cells["area_level"], "slot": cells["group_by"].ne("").astype(int)}
    )


def _now(
    sample: Sample,
    table: pd.DataFrame,
    by_rule: Mask,
    kept: Mask,
    wave: str,
    here: Ints,
    size: int,
) -> Edition:
    place, many = np.arange(len(here)), len(table) // len(sample.units)
    codes = [_placed(code, here, place, size, first) for first, _, code in divided(sample)]
    weights, parts = [], []
    for at, (key, unit) in enumerate(sample.units.items()):
        if unit != "percent":
            continue
        asked = sample.people[key].notna().to_numpy()[here]
        for level in ("wijk", "city"):
            own = np.zeros(size)
            own[place] = asked * sample.weight(key, level)[here]
            weights.append(own)
        rows = np.arange(at * many, (at + 1) * many)
        part = _named(table.iloc[rows]).assign(cell=rows - rows[0], row=rows, question=key)
        part["weight"] = len(weights) - 1 - part["level"].ne("city")
        part = part.assign(
            value=table["value"], shown=np.nan, step=np.nan, secret=by_rule[rows], kept=kept[rows]
        )
        parts.append(part[table["wave"].iloc[rows].eq(wave) & table["status"].iloc[rows].eq("ok")])
    return Edition(codes, pd.concat(parts, ignore_index=True), weights)


def _then(
    entry: Entry, wave: str, rows: Ints, place: Ints, name: dict[str, str], size: int
) -> Edition:
    blocks, then = divided_then(entry), entry.tables["estimates"]
    codes = [_placed(code, rows, place, size, first) for first, _, code in blocks]
    where = entry.cells
    at_wave = where["wave"].eq(wave).to_numpy()
    weights, parts = [], []
    for number, (key, question) in enumerate(name.items()):
        asked = entry.people[f"of {key}"].to_numpy()[rows] != 0
        weights.append(np.zeros(size))
        weights[-1][place] = asked * entry.people["weight"].to_numpy(float)[rows]
        at = Places(then).of(where.assign(indicator=key))
        row = then.iloc[at].reset_index(drop=True)
        there = at_wave & (at >= 0) & row["status"].isin(["ok", "hidden", "too_few", "above"])
        if "first" in row:
            # What was kept then is a figure of the publication before it.
            there &= row["first"].eq(entry.about.release)
        part = _named(where).assign(cell=np.arange(len(where)), row=-1, question=question)
        part["value"] = shares_then(entry, key, blocks)
        shown = row["value"].where(row["status"].eq("ok"))
        part = part.assign(shown=shown, step=row["step"], secret=shown.isna(), kept=False)
        parts.append(part.assign(weight=number)[there.to_numpy()])
    return Edition(codes, pd.concat(parts, ignore_index=True), weights)
