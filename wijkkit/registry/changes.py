"""Changes of rows: do they fit the study and the wijk's other rows, and who was first?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from wijkkit.errors import Problem
from wijkkit.registry.problems import RowError, StoredValue, broken, refuse, row_label
from wijkkit.registry.store import AUTHOR_LENGTH, TABLES
from wijkkit.registry.tables import COLUMNS, KINDS, Kind, next_key
from wijkkit.registry.validation import is_key
from wijkkit.study import Study

Outcome = Literal["created", "changed", "removed", "unchanged"]
#: All rows of a wijk as stored, removed ones too: kind -> key -> row.
State = dict[str, dict[str, dict[str, object]]]
#: The rows as they would be after all changes, removed ones left out: kind -> key -> row.
Rows = dict[str, dict[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a row (clean `values`) made from a `version`: 0 for a new row."""

    kind: str
    key: str
    values: Mapping[str, object]
    version: int = 0
    remove: bool = False
    confirmed: bool = False


def load_state(connection: sa.Connection, wijk: str) -> State:
    """Read all rows of a wijk."""
    state: State = {}
    for name, table in TABLES.items():
        rows = connection.execute(sa.select(table).where(table.c.wijk == wijk)).mappings()
        state[name] = {row["key"]: dict(row) for row in rows}
    return state


def decide(change: Change, state: State) -> Outcome | Problem:
    """Return what a change does, or why it cannot: somebody else was first."""
    kind, rows = KINDS[change.kind], state[change.kind]
    stored = rows.get(change.key)
    example = next_key(kind.prefix, set(rows))
    if stored is None:
        if change.version:
            return broken("never_there", found=change.key)
        return "unchanged" if change.remove else "created"
    if stored["removed"]:
        fields = {"who": stored["changed_by"], "when": stored["changed_at"], "example": example}
        return "unchanged" if change.remove else broken("removed", "", change.key, fields)
    different = different_columns(kind, change.values, stored)
    if not different and not change.remove:
        return "unchanged"
    if change.version == stored["version"]:
        return "removed" if change.remove else "changed"
    if change.version == 0:
        fields = {"who": stored["changed_by"], "other": row_label(kind, stored, "en")}
        return broken("exists", "", change.key, {**fields, "example": example})
    values = tuple(StoredValue(kind[column], stored[column]) for column in different)
    fields = {"who": stored["changed_by"], "when": stored["changed_at"], "columns": values}
    return broken("changed_by_other", found=change.key, fields=fields)


def different_columns(
    kind: Kind, values: Mapping[str, object], stored: Mapping[str, object]
) -> list[str]:
    """Return the kind's columns in which two rows differ."""
    return [
        column.name for column in kind.columns if values.get(column.name) != stored[column.name]
    ]


def settle(
    changes: Sequence[Change], problems: Sequence[list[Problem]], state: State
) -> tuple[list[Outcome], list[list[Problem]]]:
    """Return what each change does, and all that is wrong with it beside the `problems` it had."""
    after = _after(changes, state)
    outcomes: list[Outcome] = []
    wrong = []
    for change, found in zip(changes, problems, strict=True):
        outcome = decide(change, state)
        if isinstance(outcome, Problem):
            outcomes.append("unchanged")
            wrong.append([outcome])
            continue
        checks = (_still_used,) if change.remove else _CHECKS
        misfits = [problem for check in checks for problem in check(change, after, state)]
        outcomes.append(outcome)
        wrong.append([*found, *misfits])
    return outcomes, wrong


def store_changes(
    connection: sa.Connection,
    wijk: str,
    settled: Iterable[tuple[Change, Outcome]],
    by: Mapping[str, object],
) -> None:
    """Store what several changes do: removals first, then each kind after those it refers to."""
    order = list(KINDS)
    for change, outcome in sorted(
        settled, key=lambda item: (item[1] != "removed", order.index(item[0].kind))
    ):
        if outcome != "unchanged":
            apply_change(connection, wijk, change, outcome, by)


def apply_change(
    connection: sa.Connection, wijk: str, change: Change, outcome: Outcome, by: Mapping[str, object]
) -> int:
    """Store one change and return the new version; ConflictError where the row has another."""
    table = TABLES[change.kind]
    new = {**by, "version": change.version + 1, "removed": outcome == "removed"}
    values = {} if outcome == "removed" else dict(change.values)
    if outcome == "created":
        row = {"wijk": wijk, "key": change.key, **values, **new, "version": 1}
        connection.execute(table.insert().values(row))
        return 1
    found = connection.execute(
        table.update()
        .where(table.c.wijk == wijk, table.c.key == change.key, table.c.version == change.version)
        .values({**values, **new})
    )
    if found.rowcount != 1:
        raise refuse(KINDS[change.kind], wijk, change.key, [broken("changed_meanwhile")])
    return change.version + 1


def stamp_of(who: str, source: str, now: datetime) -> dict[str, object]:
    """Return who changes a row, when and from where, as the store keeps it."""
    return {"changed_by": who, "changed_at": now, "source": source}


def _after(changes: Iterable[Change], state: State) -> Rows:
    after: Rows = {
        name: {key: row for key, row in rows.items() if not row["removed"]}
        for name, rows in state.items()
    }
    for change in changes:
        if change.remove:
            after[change.kind].pop(change.key, None)
        else:
            after[change.kind][change.key] = change.values
    return after


def _dangling(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    for column in KINDS[change.kind].columns:
        value = change.values.get(column.name)
        if column.refers_to and value is not None and value not in after[column.refers_to]:
            fields = {"kind": KINDS[column.refers_to], "choices": tuple(after[column.refers_to])}
            yield broken("unknown_row", column.name, value, fields)


def _double(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    kind = KINDS[change.kind]
    same = [change.values.get(name) for name in kind.unique]
    if not same or None in same:
        return
    for key, row in after[change.kind].items():
        if key != change.key and [row[name] for name in kind.unique] == same:
            columns = tuple(kind[name] for name in kind.unique)
            yield broken(
                "not_unique", kind.unique[-1], same[-1], {"other": key, "columns": columns}
            )
            return


def _copied(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    """Give a new row that is another one: it says the same, or is an intervention of that name in
    the same time. It would count twice.
    """
    kind = KINDS[change.kind]
    if kind.unique or kind.repeatable or change.key in state[change.kind]:
        return
    for key, row in after[change.kind].items():
        if key != change.key and not different_columns(kind, change.values, row):
            yield broken("copied", "", change.key, {"other": key})
            return
        if key != change.key and kind.name == "interventions" and _is_again(change.values, row):
            yield broken("again", "name", change.values["name"], {"other": key})
            return


def _is_again(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two interventions have one name, but for capitals and signs, and days in
    common.
    """
    first, second = (re.sub(r"[\W_]", "", str(row["name"]).casefold()) for row in (one, other))
    starts, ends = ([row[end] for row in (one, other) if row[end]] for end in ("start", "end"))
    apart = len(ends) > 0 and len(starts) > 0 and max(starts) > min(ends)
    return first == second and not apart


def _doubtful(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    """Give a value that is new and looks like one on another scale."""
    stored = state[change.kind].get(change.key, {})
    for column in KINDS[change.kind].columns:
        value: Any = change.values.get(column.name)
        if value is None or change.confirmed or value == stored.get(column.name):
            continue
        if column.doubtful_to and 0 < value <= column.doubtful_to:
            meant = 100 / column.doubtful_to * value
        elif column.doubtful_to and value > 100:
            meant = value / 10 ** math.ceil(math.log10(value / 100))
        else:
            continue
        yield broken("doubtful", column.name, value, {"times": meant, "value": float(value)})


def _not_there(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    """Give a partner who attends a meeting before taking part, or after leaving."""
    if change.kind not in ("attendance", "stakeholders", "meetings"):
        return
    for key, row in after["attendance"].items():
        concerned = {
            "attendance": key,
            "stakeholders": row["stakeholder"],
            "meetings": row["meeting"],
        }
        meeting = after["meetings"].get(row["meeting"])
        partner = after["stakeholders"].get(row["stakeholder"])
        if concerned[change.kind] != change.key or row["presence"] != "present":
            continue
        if meeting is None or partner is None or meeting["date"] is None:
            continue
        start, end, day = partner.get("start"), partner.get("end"), meeting["date"]
        if (start and day < start) or (end and day > end):
            column = {"attendance": "stakeholder", "stakeholders": "end", "meetings": "date"}
            fields = {"partner": partner["organisation"], "day": day}
            yield broken("not_there", column[change.kind], None, fields)
            return


def _too_early(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    """Give an intervention of the wijk itself that starts before the network began to choose."""
    begun = [
        row["actual_start"]
        for row in after["steps"].values()
        if row["cycle"] == 1 and row["step"] == "3" and row["actual_start"] is not None
    ]
    if not begun or change.kind not in ("interventions", "steps"):
        return
    if change.kind == "interventions":
        items = [change.values] if _moved(change, state, "start", "scope") else []
    else:
        moved = _moved(change, state, "cycle", "step", "actual_start")
        items = list(after["interventions"].values()) if moved else []
    for item in items:
        if item["start"] is None or item["start"] >= min(begun) or item["scope"] == "city_wide":
            continue
        fields = {"name": item["name"], "start": item["start"], "choice": min(begun)}
        if change.kind == "interventions":
            yield broken("too_early", "start", item["start"], fields)
        elif change.values["actual_start"] == min(begun):
            yield broken("chosen_later", "actual_start", min(begun), fields)
            return


def _not_running(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    """Give an activity that was wholly before its intervention began, or after it ended."""
    if change.kind == "activities":
        moved = _moved(change, state, "intervention", "period_start", "period_end")
        rows = [change.values] if moved else []
    elif change.kind == "interventions" and _moved(change, state, "start", "end"):
        activities = after["activities"].values()
        rows = [row for row in activities if row["intervention"] == change.key]
    else:
        return
    for row in rows:
        item = after["interventions"].get(str(row["intervention"]))
        if item is None or row["period_start"] is None or row["period_end"] is None:
            continue
        before = item["start"] is not None and row["period_end"] < item["start"]
        later = item["end"] is not None and row["period_start"] > item["end"]
        if before or later:
            own = (
                ("period_end", "period_start") if change.kind == "activities" else ("start", "end")
            )
            fields = {"intervention": item["name"], "activity": row["name"]}
            fields |= {"first": row["period_start"], "last": row["period_end"]}
            yield broken("not_running", own[later], None, fields)
            return


def _moved(change: Change, state: State, *columns: str) -> bool:
    """Return whether a change says something else of these columns than what is stored."""
    stored = state[change.kind].get(change.key, {})
    return any(change.values.get(name) != stored.get(name) for name in columns)


def _still_used(change: Change, after: Rows, state: State) -> Iterator[Problem]:
    for kind in KINDS.values():
        columns = [column.name for column in kind.columns if column.refers_to == change.kind]
        users = [
            key
            for key, row in after[kind.name].items()
            if change.key in [row.get(name) for name in columns]
        ]
        if users:
            yield broken("still_used", "", change.key, {"used_by": (kind, *users)})


_CHECKS = (_dangling, _double, _doubtful, _not_there, _too_early, _not_running, _copied)


# Save one row: is it the study's, does it fit, and was nobody else first?

#: Where a row came from when it was saved by itself.
FORM = "form"


def check_row(study: Study, kind: Kind, row: Mapping[str, object], who: str) -> str:
    """Return the wijk of a row; RowError where its wijk, key or columns, or `who`, are wrong."""
    wijk, key = str(row.get("wijk") or ""), row.get("key")
    known = COLUMNS[kind.name]
    problems = [
        broken("unknown_column", "", name, {"choices": known}) for name in row if name not in known
    ]
    if wijk not in study.neighbourhoods:
        problems.append(broken("unknown_wijk", "", wijk, {"choices": tuple(study.neighbourhoods)}))
    if key and not is_key(key):
        problems.append(broken("bad_key", "", key, {"example": f"{kind.prefix}01"}))
    problems.extend(author_problems(who))
    if problems:
        raise refuse(kind, wijk, str(key or ""), problems)
    return wijk


def version_after(change: Change, outcome: Outcome, state: State) -> int:
    """Return the version of a row after a change of it; 0 where there is no such row."""
    if outcome != "unchanged":
        return change.version + 1
    stored = state[change.kind].get(change.key)
    return int(cast(int, stored["version"])) if stored else 0


class RowsError(RowError):
    """Rows were to be kept and none was: an error for `each` wrong one; `rows` has all problems."""

    def __init__(self, wijk: str, changes: Sequence[Change], problems: Sequence[list[Problem]]):
        self.each = [
            refuse(KINDS[change.kind], wijk, change.key, wrong)
            for change, wrong in zip(changes, problems, strict=True)
            if wrong
        ]
        super().__init__(problem for error in self.each for problem in error.problems)
        self.rows = tuple(tuple(wrong) for wrong in problems)


def author_problems(who: str) -> list[Problem]:
    """Return what is wrong with the name of who makes a change.

    >>> author_problems("An Advisor"), [problem.rule for problem in author_problems(" ")]
    ([], ['no_author'])
    """
    if isinstance(who, str) and who.strip() and len(who) <= AUTHOR_LENGTH and who.isprintable():
        return []
    return [broken("no_author", found=who)]


def now() -> datetime:
    """Return the time, UTC, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
