"""The registry of a study: read it as tables, save a row, see who changed what."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import sqlalchemy as sa

from wijkkit.display import ShowsItself
from wijkkit.errors import RegistryError
from wijkkit.registry.changes import (
    FORM,
    Change,
    RowsError,
    check_row,
    load_state,
    now,
    settle,
    stamp_of,
    store_changes,
    version_after,
)
from wijkkit.registry.store import HISTORY, TABLES, open_store, reading, rows_of, writing
from wijkkit.registry.tables import COLUMNS, KINDS, Kind, next_key
from wijkkit.registry.validation import clean_row
from wijkkit.study import Study
from wijkkit.study.guard import REGISTRY, require_sources

# Rows of the store as data frames with fixed columns and types.

HISTORY_COLUMNS = (
    "number", "kind", "wijk", "key", "version", "action", "who", "at", "source", "content",
)  # fmt: skip

_DTYPES = {
    "text": "str", "choice": "str", "reference": "str", "integer": "Int64", "number": "float64",
    "date": "datetime64[us]",
}  # fmt: skip


def kind_frame(
    kind: Kind, rows: Iterable[Sequence[object]], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return rows of a kind (of some `columns`, or all) as a frame with fixed types."""
    types = {column.name: _DTYPES[column.type] for column in kind.columns}
    types |= {"wijk": "str", "key": "str", "version": "int64", "changed_by": "str"}
    names = list(columns or COLUMNS[kind.name])
    cells: dict[str, Sequence[object]] = dict.fromkeys(names, ())
    cells |= zip(names, zip(*rows, strict=True), strict=False)
    return pd.DataFrame({name: _column(own, types.get(name, "")) for name, own in cells.items()})


def _column(cells: Sequence[object], dtype: str) -> pd.Series:
    if not dtype:
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object), utc=True))
    if dtype == "float64":
        return pd.Series(np.array(cells, dtype=float))
    return pd.Series(list(cells), dtype=object).astype(dtype)


def history_frame(rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return rows of the history as a frame."""
    frame = pd.DataFrame(list(rows), columns=list(HISTORY_COLUMNS), dtype=object)
    texts = ["kind", "wijk", "key", "action", "who", "source"]
    frame = frame.astype(dict.fromkeys(texts, "str") | {"number": "int64", "version": "int64"})
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame


def open_registry(study: Study) -> Registry:
    """Open the registry of a study; it is made where it is not there yet.

    Returns
    -------
    Registry
        To be closed with `close`, or used in a ``with`` statement.

    Raises
    ------
    RegistryError
        The database cannot be opened, is no registry, or was made by a newer wijkkit.
    DisclosureError
        A neighbourhood notebook asked for it in a batch run.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> with wk.open_registry(study) as registry:
    ...     n = len(registry.table("interventions", "ankerveld"))
    >>> n > 0
    True
    """
    require_sources("registry")
    until = os.environ.get(REGISTRY)
    return Registry(study, open_store(study), None if until is None else int(until))


@dataclass(frozen=True, repr=False)
class Registry(ShowsItself):
    """What was registered of each wijk of a study, opened by `open_registry`.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of the store.
    until : int, optional
        The last change that tables show, by its number in the history; all where absent. A run
        sees the registry as it was at its start.
    """

    study: Study
    engine: sa.Engine
    until: int | None = None

    def _facts(self) -> Mapping[str, object]:
        return {"study": repr(self.study), "kinds": ", ".join(KINDS)}

    def table(self, kind: str, wijk: str | None = None) -> pd.DataFrame:
        """Return the rows of a kind, of one wijk or of all, by wijk and key; no removed ones.

        Columns ``COLUMNS[kind]``. Texts, choices and references are strings, whole numbers
        ``Int64``, numbers floats, dates ``datetime64``; absent is missing, never zero.
        """
        definition = _kind(kind)
        own = None if wijk is None else self.study.neighbourhood(wijk).wijk
        with reading(self.engine) as connection:
            rows = rows_of(connection, kind, COLUMNS[kind], own, self.until)
        return kind_frame(definition, rows)

    def save(self, kind: str, row: Mapping[str, object], who: str) -> int:
        """Store one row and return its version; `who` saves it, for the history.

        ``registry.save("documents", {"wijk": "noord", "title": "Plan", "type": "plan",
        "reference": "2021-14"}, who="An Advisor")`` makes a row; saving it again takes the
        ``version`` that this gave. Raises RowError: Values that are not possible, references to
        rows that are not there. Raises ConflictError: Somebody else changed, removed or made the
        row meanwhile; nothing is overwritten.
        """
        wijk = check_row(self.study, _kind(kind), row, who)
        return self._keep_one(wijk, kind, row, who)

    def save_all(
        self, wijk: str, rows: Sequence[tuple[str, Mapping[str, object]]], who: str
    ) -> None:
        """Store several rows of a wijk, or none.

        `rows`: Kind and row, as `save` takes it, each with its ``key``; ``remove`` in a row removes
        it, ``confirmed`` says that doubtful values are right. Raises RowsError: Any of them cannot
        be kept; its `rows` has the problems of each.
        """
        self._keep(wijk, rows, who)

    def remove(self, kind: str, wijk: str, key: str, version: int, who: str) -> int:
        """Remove the row that was read at `version`; the history keeps it.

        Raises RowError: Another row refers to it. Raises ConflictError: Somebody else changed it.
        """
        row = {"key": key, "version": version, "remove": True}
        return self._keep_one(wijk, kind, row, who)

    def _keep_one(self, wijk: str, kind: str, row: Mapping[str, object], who: str) -> int:
        try:
            return self._keep(wijk, [(kind, row)], who)[0]
        except RowsError as error:
            raise error.each[0] from None

    def _keep(
        self, wijk: str, rows: Sequence[tuple[str, Mapping[str, object]]], who: str
    ) -> list[int]:
        """Store rows of a wijk, or none, and return their versions."""
        marks = ("remove", "confirmed")
        for kind, row in rows:
            own = {name: value for name, value in row.items() if name not in marks}
            check_row(self.study, _kind(kind), {"wijk": wijk, **own}, who)
        with writing(self.engine) as connection:
            state = load_state(connection, wijk)
            changes, problems = [], []
            for kind, row in rows:
                remove = bool(row.get("remove"))
                values, unclean = clean_row(_kind(kind), row, self.lists)
                problems.append([] if remove else unclean)
                key = str(row.get("key") or next_key(KINDS[kind].prefix, set(state[kind])))
                version, kept = int(cast(int, row.get("version") or 0)), {} if remove else values
                changes.append(Change(kind, key, kept, version, remove, bool(row.get("confirmed"))))
            outcomes, wrong = settle(changes, problems, state)
            if any(wrong):
                raise RowsError(wijk, changes, wrong)
            settled = list(zip(changes, outcomes, strict=True))
            store_changes(connection, wijk, settled, stamp_of(who, FORM, now()))
        return [version_after(change, outcome, state) for change, outcome in settled]

    def next_key(self, kind: str, wijk: str) -> str:
        """Return a key for a new row; keys of removed rows are not used again."""
        table = TABLES[_kind(kind).name]
        with reading(self.engine) as connection:
            taken = connection.scalars(sa.select(table.c.key).where(table.c.wijk == wijk))
            return next_key(KINDS[kind].prefix, set(taken))

    def history(
        self, kind: str | None = None, wijk: str | None = None, key: str | None = None
    ) -> pd.DataFrame:
        """Return every version of every row, oldest first.

        ``number, kind, wijk, key, version, action`` (created, changed, removed), ``who``, ``at``
        (UTC), ``source`` (``form``, or the workbook it came from) and ``content`` (the row's own
        columns as a dict; dates as ISO text).
        """
        query = sa.select(*(HISTORY.c[name] for name in HISTORY_COLUMNS))
        for column, value in (("kind", kind), ("wijk", wijk), ("key", key)):
            if value is not None:
                query = query.where(HISTORY.c[column] == value)
        with reading(self.engine) as connection:
            return history_frame(connection.execute(query.order_by(HISTORY.c.number)).all())

    def last_changes(self, after: int = 0) -> dict[tuple[str, str], int]:
        """Return the number of the last change of each (wijk, kind) that changed after a change."""
        last = sa.func.max(HISTORY.c.number)
        query = sa.select(HISTORY.c.wijk, HISTORY.c.kind, last).where(HISTORY.c.number > after)
        with reading(self.engine) as connection:
            rows = connection.execute(query.group_by(HISTORY.c.wijk, HISTORY.c.kind))
            return {(wijk, kind): number for wijk, kind, number in rows}

    def mark(self) -> int:
        """Return the number of the last change; 0 where nothing was registered yet."""
        with reading(self.engine) as connection:
            return connection.scalar(sa.select(sa.func.max(HISTORY.c.number))) or 0

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """The goals and indicators of the study, from which some columns are chosen."""
        return {
            "goals": tuple(goal.id for goal in self.study.goals),
            "indicators": tuple(self.study.indicators),
        }

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _kind(name: str) -> Kind:
    if name not in KINDS:
        what = f"the registry keeps no '{name}'"
        raise RegistryError(what, found=name, expected=", ".join(KINDS), remedy="Use one of these.")
    return KINDS[name]
