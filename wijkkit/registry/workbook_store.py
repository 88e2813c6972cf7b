"""From the rows of files to the store: all of it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from wijkkit.errors import Problem
from wijkkit.registry.changes import (
    Change,
    Outcome,
    State,
    apply_change,
    decide,
    load_state,
    misfits,
    stamp_of,
)
from wijkkit.registry.faults import (
    ImportReport,
    WorkbookError,
    form_problem,
    row_problem,
    sheet_name,
)
from wijkkit.registry.registry import Registry
from wijkkit.registry.row import author_faults, now
from wijkkit.registry.store import HISTORY, InTheWay, writing
from wijkkit.registry.tables import KINDS
from wijkkit.registry.workbook_plan import PlannedRow, plan_changes
from wijkkit.registry.workbook_read import KEY, WorkbookContent

#: kind and key -> every version of the row: version, who, source, content.
Versions = Mapping[tuple[str, str], list[tuple[int, str, str, Mapping[str, object]]]]


def store(
    registry: Registry, contents: Sequence[WorkbookContent], file: str, who: str
) -> ImportReport:
    """Store the rows of a file, of one wijk or of several, or nothing where anything is wrong.

    Raises WorkbookError: With everything that is wrong.
    """
    problems: list[Problem] = []
    planned = []
    for content in contents:
        problems += [*content.problems, *_wrong_hands(registry, content, who)]
        changes, wrong = plan_changes(content, registry.lists, _names(registry, content.wijk))
        planned.append(changes)
        problems += wrong
    strangers = {content.wijk for content in contents} - set(registry.study.neighbourhoods)
    if strangers:
        raise _refused(file, contents[0].language, problems)
    counts: Counter[str] = Counter()
    with _in_words(file, contents[0].language), writing(registry.engine) as connection:
        decided = []
        gone: list[str] = []
        for content, changes in zip(contents, planned, strict=True):
            state = load_state(connection, content.wijk)
            versions = _versions(connection, content.wijk)
            source = f"workbook:{content.workbook}"
            rows = _rebased(changes, state, versions, who, source)
            outcomes, conflicts = _outcomes(rows, state, content.language)
            problems += conflicts
            counts["unchanged"] += len(changes) - len(outcomes)
            gone += _gone(content, changes, state)
            decided.append((content.wijk, source, outcomes))
        if problems:
            raise _refused(file, contents[0].language, problems)
        for wijk, source, outcomes in decided:
            by = stamp_of(who, source, now())
            for change, outcome in outcomes:
                counts[outcome] += 1
                if outcome != "unchanged":
                    apply_change(connection, wijk, change, outcome, by)
    done: dict[str, Any] = {
        name: counts[name] for name in ("created", "changed", "removed", "unchanged")
    }
    ignored = tuple(name for content in contents for name in content.ignored)
    wijk = contents[0].wijk if len(contents) == 1 else ""
    strange = tuple(name for content in contents for name in content.strange)
    said: dict[str, Any] = {"ignored": ignored, "strange": strange, "gone": tuple(gone)}
    return ImportReport(wijk, contents[0].language, **done, **said)


def _names(registry: Registry, wijk: str) -> dict[str, dict[str, str]]:
    """Return what the study's lists and a wijk's rows are called, where a name is of one thing."""
    study = registry.study
    found: dict[str, list[tuple[str, str]]] = {
        "goals": [(study.text(goal.label), goal.id) for goal in study.goals],
        "indicators": [(study.text(item.label), key) for key, item in study.indicators.items()],
    }
    if wijk in study.neighbourhoods:
        for name, kind in KINDS.items():
            if kind.columns[0].type == "text":
                rows = registry.table(name, wijk)
                pairs = zip(rows[kind.columns[0].name], rows["key"], strict=True)
                found.setdefault(f"rows:{name}", []).extend(pairs)
    counts = {name: Counter(str(word).casefold() for word, _ in of) for name, of in found.items()}
    return {
        name: {
            str(word).casefold(): key for word, key in of if counts[name][str(word).casefold()] == 1
        }
        for name, of in found.items()
    }


def _gone(content: WorkbookContent, changes: list[PlannedRow], state: State) -> list[str]:
    """Return the rows that the workbook was made with and that are no longer in it."""
    there = {(item.change.kind, item.change.key) for item in changes}
    return [
        f"{sheet_name(KINDS[kind], content.language)} {key}"
        for kind, keys in content.exported.items()
        for key in keys
        if kind in KINDS
        and (kind, key) not in there
        and not state[kind].get(key, {"removed": True})["removed"]
    ]


@contextmanager
def _in_words(file: str, language: str) -> Iterator[None]:
    """Say in the workbook's language that two changes stand in each other's way."""
    try:
        yield
    except InTheWay:
        raise _refused(file, language, [form_problem("in_the_way", language)]) from None


def _wrong_hands(registry: Registry, content: WorkbookContent, who: str) -> Iterable[Problem]:
    language, kind = content.language, next(iter(KINDS.values()))
    for fault in author_faults(who):
        yield replace(row_problem(fault, kind, "", language), place="")
    if content.wijk and content.wijk not in registry.study.neighbourhoods:
        choices = ", ".join(registry.study.neighbourhoods)
        yield form_problem("other_wijk", language, found=content.wijk, choices=choices)


def _versions(connection: sa.Connection, wijk: str) -> Versions:
    columns = [HISTORY.c[name] for name in ("kind", "key", "version", "who", "source", "content")]
    found: dict[tuple[str, str], list] = {}
    for kind, key, *version in connection.execute(
        sa.select(*columns).where(HISTORY.c.wijk == wijk).order_by(HISTORY.c.number)
    ):
        found.setdefault((kind, key), []).append(tuple(version))
    return found


def _rebased(
    planned: list[PlannedRow], state: State, versions: Versions, who: str, source: str
) -> list[PlannedRow]:
    """Leave out rows that the workbook did not touch, and bring its own earlier changes up to date.

    What the same person stored from the same workbook is no change by somebody else.
    """
    rows = []
    for item in planned:
        change, kept = item.change, versions.get((item.change.kind, item.change.key), [])
        base = [content for version, _, _, content in kept if version == change.version]
        if item.kept and not change.remove:
            before = state[change.kind].get(change.key) or {}
            change = replace(
                change, values={**change.values, **{name: before.get(name) for name in item.kept}}
            )
        if base and not change.remove and _same(change.values, base[0]):
            continue
        stored = state[change.kind].get(change.key)
        later = [(by, where) for version, by, where, _ in kept if version > change.version]
        if stored and (base or not change.version) and set(later) == {(who, source)}:
            change = replace(change, version=cast(int, stored["version"]))
        rows.append(PlannedRow(item.row, change, item.kept))
    return rows


def _same(values: Mapping[str, object], content: Mapping[str, object]) -> bool:
    return all(_plain(value) == _plain(content.get(name)) for name, value in values.items())


def _plain(value: object) -> object:
    # The history keeps dates as text, and SQLite numbers in fifteen digits.
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.12g}"
    return value


def _outcomes(
    rows: list[PlannedRow], state: State, language: str
) -> tuple[list[tuple[Change, Outcome]], list[Problem]]:
    """Return what each row does, removals first, and the rows that cannot."""
    problems = []
    outcomes = []
    places = {id(item.change): item.row for item in rows}
    for item in rows:
        outcome = decide(item.change, state)
        if isinstance(outcome, Problem):
            cell = item.row.cell(KEY)
            problems.append(row_problem(outcome, item.row.kind, cell, language))
        else:
            outcomes.append((item.change, outcome))
    for change, fault in misfits([item.change for item in rows], state):
        row = places[id(change)]
        cell = row.cell(fault.column or KEY)
        problems.append(row_problem(fault, row.kind, cell, language))
    order = list(KINDS)
    outcomes.sort(key=lambda item: (item[1] != "removed", order.index(item[0].kind)))
    return outcomes, problems


def _refused(file: str, language: str, problems: list[Problem]) -> WorkbookError:
    found = dict.fromkeys(problems)
    return WorkbookError([replace(problem, file=file) for problem in found], language)
