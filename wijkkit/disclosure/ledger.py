"""The ledger: what was published of which respondents, kept beside the source data.

A publication is a folder of its own in the ledger, written whole or not at all and never changed:
the released tables, and per respondent a keyed hash of the id, the cells it was counted in and per
indicator a hash of that and the answer. It names nobody, but answers can be worked out from it: it
is to be kept as the survey itself. It belongs to the data, not to a run: every study over the same
files reads it, and nothing that clears a run touches it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.disclosure.sample import Sample
from wijkkit.errors import DisclosureError
from wijkkit.estimates.layout import keys
from wijkkit.files import sha256, write_whole

_ABOUT = "publication.json"
_PEOPLE, _CELLS, _TABLES = "people.parquet", "cells.parquet", "tables"


@dataclass(frozen=True, slots=True)
class About:
    """What a publication says of itself.

    `at`: When it was published. `fingerprint`: Of the released tables, as in the manifest. `salt`:
    Key of its hashes. `units`: Indicator -> its unit. `corrects`, `reason`: The publication that it
    replaces, and why.
    """

    release: str
    at: str
    title: str
    prepared_by: str
    fingerprint: str
    salt: str
    units: Mapping[str, str]
    corrects: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A publication in the ledger, or one that is being prepared.

    `people`: One row per respondent and wave: ``person, weight``, per block of cells the cell it is
    in (``block 0``, ...; -1 for none) and per indicator (``of <indicator>``) the hash of its
    answer, 0 where it has none. `cells`: The cells that the codes of the blocks name: ``block,
    code`` and the key columns without the indicator. `tables`: The released tables. ``estimates``
    has a column `first`: the publication that first showed the figure as it stands.
    """

    about: About
    people: pd.DataFrame = field(repr=False)
    cells: pd.DataFrame = field(repr=False)
    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    def answers(self, key: str) -> np.ndarray:
        """Return the answer of each respondent to a percentage: 0, 1 or NaN."""
        marks, persons = self.people[f"of {key}"].to_numpy(), self.people["person"].to_numpy()
        having = marks == answer_marks(persons, np.ones(len(persons)))
        return np.where(marks == 0, np.nan, having)


def entry_of(about: About, sample: Sample, tables: Mapping[str, pd.DataFrame]) -> Entry:
    """Return the entry of a publication of these tables, made of these respondents."""
    divided = sample.blocks()
    persons = person_marks(sample.people, about.salt)
    columns: dict[str, object] = {
        "person": persons,
        "wave": sample.people["wave"].to_numpy(str),
        "weight": sample.people["weight"].to_numpy(float),
    }
    columns |= {f"block {at}": block.code for at, block in enumerate(divided)}
    for key in sample.units:
        columns[f"of {key}"] = answer_marks(persons, sample.people[key].to_numpy(float))
    where = [
        keys([block], [""]).assign(block=at, code=np.arange(block.size))
        for at, block in enumerate(divided)
    ]
    cells = pd.concat(where, ignore_index=True).drop(columns="indicator")
    return Entry(about, pd.DataFrame(columns), cells, tables)


def person_marks(people: pd.DataFrame, salt: str) -> np.ndarray:
    """Return a keyed hash of each respondent's id, shape (n,)."""
    key = bytes.fromhex(salt)
    ids = people["respondent"].astype(str)
    marks = [hashlib.blake2b(one.encode(), digest_size=8, key=key).digest() for one in ids]
    return np.frombuffer(b"".join(marks), np.uint64).copy()


def answer_marks(persons: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return a hash of each respondent and its answer, shape (n,); 0 without an answer.

    >>> marks = answer_marks(np.array([7, 7, 8], np.uint64), np.array([1.0, 0.0, np.nan]))
    >>> marks[0] == marks[1], int(marks[2])
    (np.False_, 0)
    """
    mixed: Any = persons ^ (np.round(answers, 9) + 0.0).view(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return np.where(np.isnan(answers), np.uint64(0), mixed)


def read_entries(ledgers: Iterable[Path]) -> list[Entry]:
    """Return the publications in these ledgers, oldest first, each once.

    Raises DisclosureError: A publication is damaged, or one that others name is not there: without
    it a release may give earlier ones away.
    """
    found: dict[str, Entry] = {}
    named: dict[str, Path] = {}
    for ledger in ledgers:
        for folder in sorted(_of(ledger)):
            entry, before = _read(folder)
            found.setdefault(entry.about.release, entry)
            named |= dict.fromkeys(before, ledger)
    for release in sorted(set(named) - set(found)):
        raise _refused("a publication is missing from the ledger", named[release] / release, "")
    return sorted(found.values(), key=lambda entry: (entry.about.at, entry.about.release))


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Return the publications that no later one replaces."""
    entries = list(entries)
    replaced = {entry.about.corrects for entry in entries}
    return [entry for entry in entries if entry.about.release not in replaced]


def add_entry(ledgers: Iterable[Path], entry: Entry) -> None:
    """Add a publication to each of these ledgers, whole or not at all."""
    for ledger in ledgers:
        if not (ledger / entry.about.release).exists():
            ledger.mkdir(parents=True, exist_ok=True)
            write_entry(ledger / entry.about.release, entry, [path.name for path in _of(ledger)])


def write_entry(folder: Path, entry: Entry, before: Iterable[str] = ()) -> None:
    """Write an entry to a folder that is not there yet; `before` names those before it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".publication-", dir=folder.parent))
    try:
        (new / _TABLES).mkdir()
        entry.people.to_parquet(new / _PEOPLE, index=False)
        entry.cells.to_parquet(new / _CELLS, index=False)
        for name, table in entry.tables.items():
            table.to_parquet(new / _TABLES / f"{name}.parquet", index=False)
        files = {path.relative_to(new).as_posix(): sha256(path) for path in _files(new)}
        said = {"about": asdict(entry.about), "before": sorted(before), "files": files}
        write_whole(new / _ABOUT, json.dumps(said, ensure_ascii=False, indent=1))
        os.replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def read_entry(folder: Path) -> Entry:
    """Return the entry in a folder; DisclosureError where it is damaged."""
    return _read(folder)[0]


def _read(folder: Path) -> tuple[Entry, list[str]]:
    try:
        said = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        about = About(**said["about"])
        changed = [
            name
            for name in {
                *said["files"],
                *(p.relative_to(folder).as_posix() for p in _files(folder)),
            }
            if name != _ABOUT and _hash(folder / name) != said["files"].get(name)
        ]
        before = [str(name) for name in said["before"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refused("a publication in the ledger is damaged", folder, str(error)) from error
    if changed:
        raise _refused("a publication in the ledger is damaged", folder, ", ".join(changed))
    tables = {path.stem: pd.read_parquet(path) for path in (folder / _TABLES).glob("*.parquet")}
    people, cells = (pd.read_parquet(folder / name) for name in (_PEOPLE, _CELLS))
    return Entry(about, people, cells, tables), before


def _hash(path: Path) -> str:
    return sha256(path) if path.is_file() else ""


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _of(ledger: Path) -> list[Path]:
    """Return the folders of publications; a file that somebody put beside them is none."""
    return [path for path in ledger.glob("*") if path.is_dir() and not path.name.startswith(".")]


def _refused(what: str, folder: Path, found: str) -> DisclosureError:
    return DisclosureError(
        what,
        file=f"{folder.parent.name}/{folder.name}",
        found=found,
        remedy="Restore it from a copy; without it a release may give earlier ones away.",
    )
