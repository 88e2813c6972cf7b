"""Import tables of all wijken, and store the rows of files: all of it, or nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

import sqlalchemy as sa
from openpyxl.utils import get_column_letter

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.recode import cell_mistakes
from wijkkit.loaders.source_file import read_source
from wijkkit.loaders.source_table import SourceTable
from wijkkit.registry.changes import (
    Change,
    Outcome,
    State,
    author_problems,
    load_state,
    now,
    settle,
    stamp_of,
    store_changes,
)
from wijkkit.registry.problems import (
    ImportReport,
    WorkbookError,
    broken,
    form_problem,
    row_problem,
    sheet_name,
)
from wijkkit.registry.registry import Registry
from wijkkit.registry.store import HISTORY, InTheWay, writing
from wijkkit.registry.tables import KEY_COLUMNS, KINDS, Column, Kind
from wijkkit.registry.validation import is_absent
from wijkkit.registry.workbook_plan import PlannedRow, called, plan_changes
from wijkkit.registry.workbook_read import KEY, SheetRow, WorkbookContent
from wijkkit.study import Study
from wijkkit.study.guard import require_sources

# From the rows of files to the store: all of it, or nothing.

#: kind and key -> every version of the row: version, who, source, content.
Versions = Mapping[tuple[str, str], list[tuple[int, str, str, Mapping[str, object]]]]


def store(
    registry: Registry, contents: Sequence[WorkbookContent], file: str, who: str
) -> ImportReport:
    """Store the rows of a file, of one wijk or several, or WorkbookError with all that is wrong."""
    problems: list[Problem] = []
    planned = []
    for content in contents:
        planned.append(plan_changes(content, registry.lists, _names(registry, content.wijk)))
        problems += [*content.problems, *_wrong_hands(registry, content, who)]
    strangers = {content.wijk for content in contents} - set(registry.study.neighbourhoods)
    if strangers:
        raise _refused(file, contents[0].language, problems)
    counts: Counter[str] = Counter()
    try:
        with writing(registry.engine) as connection:
            decided = []
            gone: list[str] = []
            for content, changes in zip(contents, planned, strict=True):
                state = load_state(connection, content.wijk)
                versions = _versions(connection, content.wijk)
                source = f"workbook:{content.workbook}"
                rows = _rebased(changes, state, versions, who, source)
                outcomes, conflicts = _settled(rows, state, content.language)
                problems += conflicts
                counts["unchanged"] += len(changes) - len(outcomes)
                gone += _gone(content, changes, state)
                decided.append((content.wijk, source, outcomes))
            if problems:
                raise _refused(file, contents[0].language, problems)
            for wijk, source, settled in decided:
                counts.update(outcome for _, outcome in settled)
                store_changes(connection, wijk, settled, stamp_of(who, source, now()))
    except InTheWay:
        language = contents[0].language
        raise _refused(file, language, [form_problem("in_the_way", language)]) from None
    done: dict[str, Any] = {
        name: counts[name] for name in ("created", "changed", "removed", "unchanged")
    }
    ignored = tuple(name for content in contents for name in content.ignored)
    wijk = contents[0].wijk if len(contents) == 1 else ""
    strange = tuple(name for content in contents for name in content.strange)
    said: dict[str, Any] = {"ignored": ignored, "strange": strange, "gone": tuple(gone)}
    return ImportReport(wijk, contents[0].language, **done, **said)


def _names(registry: Registry, wijk: str) -> dict[str, dict[str, set[str]]]:
    """Return what the study's lists and a wijk's rows are called."""
    study = registry.study
    found = {
        "goals": called((study.text(goal.label), goal.id) for goal in study.goals),
        "indicators": called((study.text(one.label), key) for key, one in study.indicators.items()),
    }
    for name, kind in KINDS.items() if wijk in study.neighbourhoods else ():
        if (first := kind.columns[0]).type == "text":
            rows = registry.table(name, wijk)
            found[f"rows:{name}"] = called(zip(rows[first.name], rows["key"], strict=True))
    return found


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


def _wrong_hands(registry: Registry, content: WorkbookContent, who: str) -> Iterable[Problem]:
    language, kind = content.language, next(iter(KINDS.values()))
    for problem in author_problems(who):
        yield replace(row_problem(problem, kind, "", language), place="")
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
    """Leave out untouched rows; what `who` stored from this workbook before is no other's change."""
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


def _settled(
    rows: list[PlannedRow], state: State, language: str
) -> tuple[list[tuple[Change, Outcome]], list[Problem]]:
    """Return what each row does, and what is wrong with the rows that cannot."""
    changes = [item.change for item in rows]
    outcomes, wrong = settle(changes, [[] for _ in rows], state)
    problems = [
        row_problem(problem, item.row.kind, item.row.cell(problem.column or KEY), language)
        for item, found in zip(rows, wrong, strict=True)
        for problem in found
    ]
    return list(zip(changes, outcomes, strict=True)), problems


def _refused(file: str, language: str, problems: list[Problem]) -> WorkbookError:
    found = dict.fromkeys(problems)
    return WorkbookError([replace(problem, file=file) for problem in found], language)


#: Kinds of which study.yml may name a table (``sources.steps`` and so on).
AS_TABLE = ("stakeholders", "steps", "interventions")


def import_tables(registry: Registry, who: str) -> dict[str, ImportReport]:
    """Store the tables of all wijken that study.yml names, each of them whole or not at all.

    A table has the registry's own column names (``wijkkit.registry.COLUMNS``), with ``wijk`` and
    ``key``, and one row per thing. Importing it again changes nothing; a row that somebody else
    changed since is reported and not overwritten.

    Parameters
    ----------
    registry : Registry
        Its study names the tables: ``sources.stakeholders``, ``sources.steps`` and
        ``sources.interventions``.
    who : str
        Who imports them, for the history.

    Returns
    -------
    dict of str to ImportReport
        Kind -> how many rows are new, changed and the same.

    Raises
    ------
    DataError
        A file cannot be read, or its columns are not the registry's.
    WorkbookError
        With everything that is wrong in a table.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> with wk.open_registry(study) as registry:
    ...     found = wk.import_tables(registry, "demo")
    >>> {kind: report.created for kind, report in found.items()}
    {'stakeholders': 0, 'steps': 0}
    """
    reports = {}
    for name in AS_TABLE:
        source = getattr(registry.study.settings.sources, name)
        if source is not None:
            require_sources(source.path)
            path = registry.study.path(source.path)
            table = read_source(path, source, f"sources.{name}")
            contents = _contents(table, KINDS[name], registry.study)
            if contents:
                reports[name] = store(registry, contents, source.path, who)
    return reports


def _contents(table: SourceTable, kind: Kind, study: Study) -> list[WorkbookContent]:
    """Return what a table says, per wijk, as a sheet of a workbook would."""
    _check_columns(table, kind)
    language, choices = study.language, tuple(study.neighbourhoods)
    letters = {name: get_column_letter(place) for place, name in enumerate(table.cells, start=1)}
    found: dict[str, WorkbookContent] = {}
    for number, cells in zip(table.cells.index, table.cells.to_dict("records"), strict=True):
        values = {name: value for name, value in cells.items() if not is_absent(value)}
        if not values:
            continue
        written = str(values.pop("wijk", "")).strip()
        wijk = written if written in choices else ""
        content = found.setdefault(wijk, WorkbookContent(wijk, language, "table"))
        row = SheetRow(kind, int(number), _typed(kind, values, table.decimal), letters)
        content.rows.append(row)
        if not wijk:
            problem = broken("unknown_wijk", "", written or None, {"choices": choices})
            content.problems.append(row_problem(problem, kind, row.cell("wijk"), language))
    return list(found.values())


def _check_columns(table: SourceTable, kind: Kind) -> None:
    known = [*KEY_COLUMNS, *(column.name for column in kind.columns)]
    needed = [*KEY_COLUMNS, *(column.name for column in kind.columns if column.required)]
    strange = [name for name in table.cells if name not in known]
    absent = [name for name in needed if name not in table.cells]
    problems = [
        Problem(what, table.file, found=", ".join(names), expected=", ".join(known), remedy=remedy)
        for what, names, remedy in (
            ("columns that the registry lacks", strange, "Rename them, or leave them out."),
            ("columns are missing", absent, "Add them."),
        )
        if names
    ]
    problems += cell_mistakes(table)
    DataError.raise_for(problems)


def _typed(kind: Kind, values: dict[str, object], decimal: str) -> dict[str, object]:
    return {
        name: value if name == "key" else _number(kind[name], value, decimal)
        for name, value in values.items()
    }


def _number(column: Column, value: Any, decimal: str) -> object:
    """Return a written number as a number; other text stays as it is and is refused later."""
    written = isinstance(value, str) and column.type in ("integer", "number")
    if written and re.fullmatch(rf"-?\d+({re.escape(decimal)}\d+)?", value.strip()):
        return float(value.strip().replace(decimal, "."))
    return value
