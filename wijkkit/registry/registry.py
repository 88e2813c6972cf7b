"""The registry of a study: read it as tables, save a row, see who changed what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import cast

import pandas as pd
import sqlalchemy as sa

from wijkkit.errors import RegistryError
from wijkkit.registry.changes import Change, apply_change, load_state, misfits, stamp_of
from wijkkit.registry.frames import HISTORY_COLUMNS, history_frame, kind_frame
from wijkkit.registry.row import FORM, check_row, decided, now, store_change
from wijkkit.registry.store import HISTORY, TABLES, open_store, reading, writing
from wijkkit.registry.tables import COLUMNS, KINDS, Kind, next_key
from wijkkit.registry.validation import clean_row
from wijkkit.showing import ShowsItself
from wijkkit.study import Study
from wijkkit.study.guard import require_sources


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
    return Registry(study, open_store(study))


@dataclass(frozen=True, repr=False)
class Registry(ShowsItself):
    """What was registered of each wijk of a study, opened by `open_registry`.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of the store.
    """

    study: Study
    engine: sa.Engine

    def _facts(self) -> Mapping[str, object]:
        return {"study": repr(self.study), "kinds": ", ".join(KINDS)}

    def table(self, kind: str, wijk: str | None = None) -> pd.DataFrame:
        """Return the rows of a kind, by wijk and key; removed rows are not among them.

        Parameters
        ----------
        kind : str
            One of `wijkkit.registry.KINDS`.
        wijk : str, optional
            Its slug; all wijken where absent.

        Returns
        -------
        DataFrame
            Columns ``COLUMNS[kind]``. Texts, choices and references are strings, whole numbers
            ``Int64``, numbers floats, dates ``datetime64``; absent is missing, never zero.
        """
        table = TABLES[_kind(kind).name]
        query = sa.select(*(table.c[name] for name in COLUMNS[kind])).where(~table.c.removed)
        if wijk is not None:
            query = query.where(table.c.wijk == self.study.neighbourhood(wijk).wijk)
        with reading(self.engine) as connection:
            rows = connection.execute(query.order_by(table.c.wijk, table.c.key)).all()
        return kind_frame(KINDS[kind], rows)

    def save(self, kind: str, row: Mapping[str, object], who: str) -> int:
        """Store one row and return its version.

        Parameters
        ----------
        kind : str
        who : str
            Who saves it, for the history.

        Raises
        ------
        RowError
            Values that are not possible, references to rows that are not there.
        ConflictError
            Somebody else changed, removed or made the row meanwhile; nothing is overwritten.

        Examples
        --------
        ``registry.save("documents", {"wijk": "noord", "title": "Plan", "type": "plan",
        "reference": "2021-14"}, who="An Advisor")`` makes a row; saving it again takes the
        ``version`` that this gave.
        """
        definition = _kind(kind)
        wijk = check_row(self.study, definition, row, who)
        values, faults = clean_row(definition, row, self.lists)
        version = int(cast(int, row.get("version") or 0))
        with writing(self.engine) as connection:
            state = load_state(connection, wijk)
            key = str(row.get("key") or next_key(definition.prefix, set(state[kind])))
            change = Change(kind, key, values, version)
            faults += [fault for _, fault in misfits([change], state)]
            return store_change(connection, wijk, change, state, faults, who)

    def save_all(
        self, wijk: str, rows: Sequence[tuple[str, Mapping[str, object]]], who: str
    ) -> None:
        """Store several rows of a wijk, or none.

        Parameters
        ----------
        wijk : str
        rows : sequence of (str, mapping)
            Kind and row, as `save` takes it, each with its ``key``; ``remove`` in a row removes
            it, ``confirmed`` says that doubtful values are right.
        who : str

        Raises
        ------
        RowsError
            Any of them cannot be kept; its `rows` has the faults of each.
        """
        marks = ("remove", "confirmed")
        for kind, row in rows:
            own = {name: value for name, value in row.items() if name not in marks}
            check_row(self.study, _kind(kind), {"wijk": wijk, **own}, who)
        with writing(self.engine) as connection:
            state = load_state(connection, wijk)
            changes, faults = [], []
            for kind, row in rows:
                remove = bool(row.get("remove"))
                values, wrong = clean_row(_kind(kind), row, self.lists)
                faults.append([] if remove else wrong)
                flags = {"remove": remove, "confirmed": bool(row.get("confirmed"))}
                version = int(cast(int, row.get("version") or 0))
                kept = {} if remove else values
                changes.append(Change(kind, str(row["key"]), kept, version, **flags))
            outcomes = decided(changes, faults, state)
            by, order = stamp_of(who, FORM, now()), list(KINDS)
            todo = sorted(
                zip(changes, outcomes, strict=True),
                key=lambda item: (not item[0].remove, order.index(item[0].kind)),
            )
            for change, outcome in todo:
                if outcome != "unchanged":
                    apply_change(connection, wijk, change, outcome, by)

    def remove(self, kind: str, wijk: str, key: str, version: int, who: str) -> int:
        """Remove the row that was read at `version`; the history keeps it.

        Raises
        ------
        RowError
            Another row refers to it.
        ConflictError
            Somebody else changed it meanwhile.
        """
        definition = _kind(kind)
        check_row(self.study, definition, {"wijk": wijk, "key": key}, who)
        with writing(self.engine) as connection:
            state = load_state(connection, wijk)
            change = Change(kind, key, {}, version, remove=True)
            faults = [fault for _, fault in misfits([change], state)]
            return store_change(connection, wijk, change, state, faults, who)

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

        Returns
        -------
        DataFrame
            ``number, kind, wijk, key, version, action`` (created, changed, removed), ``who``,
            ``at`` (UTC), ``source`` (``form``, or the workbook it came from) and ``content``
            (the row's own columns as a dict; dates as ISO text).
        """
        query = sa.select(*(HISTORY.c[name] for name in HISTORY_COLUMNS))
        for column, value in (("kind", kind), ("wijk", wijk), ("key", key)):
            if value is not None:
                query = query.where(HISTORY.c[column] == value)
        with reading(self.engine) as connection:
            return history_frame(connection.execute(query.order_by(HISTORY.c.number)).all())

    def last_changes(self, after: int = 0) -> dict[tuple[str, str], int]:
        """Return the number of the last change of each kind of each wijk that changed.

        Parameters
        ----------
        after : int
            Changes up to this number are known already.

        Returns
        -------
        dict
            ``(wijk, kind)`` -> the number in the history.
        """
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise RegistryError(
            f"the registry keeps no '{name}'",
            found=name,
            expected=", ".join(KINDS),
            remedy="Use one of these.",
        )
    return KINDS[name]
