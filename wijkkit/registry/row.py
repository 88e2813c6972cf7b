"""Save one row: is it the study's, does it fit, and was nobody else first?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

import sqlalchemy as sa

from wijkkit.errors import Problem
from wijkkit.registry.changes import (
    Change,
    Outcome,
    State,
    apply_change,
    decide,
    misfits,
    stamp_of,
)
from wijkkit.registry.faults import RowError, broken, refuse
from wijkkit.registry.store import AUTHOR_LENGTH
from wijkkit.registry.tables import COLUMNS, KINDS, Kind
from wijkkit.registry.validation import is_key
from wijkkit.study import Study

#: Where a row came from when it was saved by itself.
FORM = "form"


def check_row(study: Study, kind: Kind, row: Mapping[str, object], who: str) -> str:
    """Return the wijk of a row; RowError where its wijk, key or columns, or `who`, are wrong."""
    wijk, key = str(row.get("wijk") or ""), row.get("key")
    known = COLUMNS[kind.name]
    faults = [
        broken("unknown_column", "", name, {"choices": known}) for name in row if name not in known
    ]
    if wijk not in study.neighbourhoods:
        faults.append(broken("unknown_wijk", "", wijk, {"choices": tuple(study.neighbourhoods)}))
    if key and not is_key(key):
        faults.append(broken("bad_key", "", key, {"example": f"{kind.prefix}01"}))
    faults.extend(author_faults(who))
    if faults:
        raise refuse(kind, wijk, str(key or ""), faults)
    return wijk


def store_change(
    connection: sa.Connection,
    wijk: str,
    change: Change,
    state: State,
    faults: Iterable[Problem],
    who: str,
) -> int:
    """Store a change and return the row's version.

    Raises RowError, ConflictError: There are faults, or somebody else was first.
    """
    outcome = decide(change, state)
    if isinstance(outcome, Problem):
        raise refuse(KINDS[change.kind], wijk, change.key, [outcome])
    if found := list(faults):
        raise refuse(KINDS[change.kind], wijk, change.key, found)
    if outcome == "unchanged":
        stored = state[change.kind].get(change.key)
        return int(cast(int, stored["version"])) if stored else 0
    return apply_change(connection, wijk, change, outcome, stamp_of(who, FORM, now()))


def decided(
    changes: Sequence[Change], faults: Sequence[list[Problem]], state: State
) -> list[Outcome]:
    """Return what each of several changes does.

    Raises RowsError: Any of them cannot be made, with its faults.
    """
    found = [list(one) for one in faults]
    places = {id(change): number for number, change in enumerate(changes)}
    for change, fault in misfits(changes, state):
        found[places[id(change)]].append(fault)
    outcomes: list[Outcome] = []
    for number, change in enumerate(changes):
        outcome = decide(change, state)
        if isinstance(outcome, Problem):
            found[number] = [outcome]
        else:
            outcomes.append(outcome)
    if any(found):
        raise RowsError(changes, found)
    return outcomes


class RowsError(RowError):
    """Several rows were to be kept and none was; `rows` has the faults of each."""

    def __init__(self, changes: Sequence[Change], faults: Sequence[list[Problem]]):
        each = [
            refuse(KINDS[change.kind], "", change.key, wrong)
            for change, wrong in zip(changes, faults, strict=True)
            if wrong
        ]
        super().__init__(problem for error in each for problem in error.problems)
        self.rows = tuple(tuple(wrong) for wrong in faults)


def author_faults(who: str) -> list[Problem]:
    """Return what is wrong with the name of who makes a change.

    >>> author_faults("An Advisor"), [fault.rule for fault in author_faults(" ")]
    ([], ['no_author'])
    """
    if isinstance(who, str) and who.strip() and len(who) <= AUTHOR_LENGTH and who.isprintable():
        return []
    return [broken("no_author", found=who)]


def now() -> datetime:
    """Return the time, UTC, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
