"""What of the registry may be shown in a report."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from wijkkit.language import text
from wijkkit.registry.registry import Registry, kind_frame
from wijkkit.registry.store import HISTORY, reading, rows_of
from wijkkit.registry.tables import KEY_COLUMNS, KINDS, Column
from wijkkit.registry.validation import holds_personal_data

#: Parts of a name shorter than this are ordinary words too often to look for.
_SHORTEST_NAME = 3
_WORD = re.compile(r"\w+")


def tables_for_release(
    registry: Registry,
    wijk: str | None = None,
    language: str | None = None,
    persons: Persons | None = None,
) -> dict[str, pd.DataFrame]:
    """Return what may be shown in the report of a wijk, by kind.

    Names of persons, contact data, where documents are kept, remarks, and who changed a row are
    left out. A text in which the name of anybody who was ever registered, an e-mail address or a
    telephone number stands is absent as a whole; where a row cannot do without it, words say so
    in its place. Numbers of participants are counts as
    registered: disclosure control of small counts is the caller's.

    Columns ``wijk``, ``key`` and the released columns of the kind.
    """
    persons = persons or registered_persons(registry)
    hidden = text("registry.hidden_text", language or registry.study.language)
    released = {
        name: [column for column in kind.columns if column.released] for name, kind in KINDS.items()
    }
    names = {
        name: [*KEY_COLUMNS, *(column.name for column in columns)]
        for name, columns in released.items()
    }
    with reading(registry.engine) as connection:
        tables = {
            name: kind_frame(
                KINDS[name], rows_of(connection, name, columns, wijk, registry.until), columns
            )
            for name, columns in names.items()
        }
    for name, columns in released.items():
        _hide(tables[name], columns, persons, hidden)
    return tables


def _hide(table: pd.DataFrame, columns: list[Column], persons: Persons, hidden: str) -> None:
    """Take the texts out of a table that say who somebody is."""

    def tells(words: str) -> bool:
        return holds_personal_data(words) or persons.named(words)

    for column in columns:
        if column.type == "text":
            told = table[column.name].map(tells, na_action="ignore").eq(True)
            table.loc[told, column.name] = hidden if column.required else None


@dataclass(frozen=True, slots=True)
class Persons:
    """What finds the name of anybody ever registered, and the words that such names begin with."""

    names: re.Pattern[str] | None = None
    begins: frozenset[str] = frozenset()

    def named(self, words: str) -> bool:
        """Return whether a text names any of them."""
        if self.names is None or self.begins.isdisjoint(_WORD.findall(words.casefold())):
            return False
        return self.names.search(words) is not None


def registered_persons(registry: Registry) -> Persons:
    """Return what finds a full name, or a last name with its capital: many are ordinary words."""
    names: set[str] = set()
    begins: set[str] = set()
    query = sa.select(HISTORY.c.content).where(HISTORY.c.kind == "stakeholders")
    with reading(registry.engine) as connection:
        contents = connection.scalars(query).all()
    for content in contents:
        words = str(content["person"] or "").split()
        if len("".join(words)) >= _SHORTEST_NAME:
            names.add(f"(?i:{re.escape(' '.join(words))})")
            begins.update(_WORD.findall(" ".join(words).casefold())[:1])
        if len(words) > 1 and len(words[-1]) >= _SHORTEST_NAME:
            names.add(re.escape(words[-1].capitalize()))
            begins.update(_WORD.findall(words[-1].casefold())[:1])
    if not names:
        return Persons()
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(names))})(?!\w)")
    return Persons(whole, frozenset(begins))
