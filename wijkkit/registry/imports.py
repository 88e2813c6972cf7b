"""Import a table of all wijken, such as the log of steps that a city keeps itself."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.recode import cell_mistakes
from wijkkit.loaders.source_file import read_source
from wijkkit.loaders.source_table import SourceTable
from wijkkit.registry.faults import ImportReport, broken, row_problem
from wijkkit.registry.registry import Registry
from wijkkit.registry.tables import KEY_COLUMNS, KINDS, Column, Kind
from wijkkit.registry.workbook_read import SheetRow, WorkbookContent
from wijkkit.registry.workbook_store import store
from wijkkit.study import Study
from wijkkit.study.guard import require_sources

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
    letters = {name: _letter(place) for place, name in enumerate(table.cells)}
    found: dict[str, WorkbookContent] = {}
    for number, cells in zip(table.cells.index, table.cells.to_dict("records"), strict=True):
        values = {name: value for name, value in cells.items() if not _empty(value)}
        if not values:
            continue
        written = str(values.pop("wijk", "")).strip()
        wijk = written if written in choices else ""
        content = found.setdefault(wijk, WorkbookContent(wijk, language, "table"))
        row = SheetRow(kind, int(number), _typed(kind, values, table.decimal), letters)
        content.rows.append(row)
        if not wijk:
            fault = broken("unknown_wijk", "", written or None, {"choices": choices})
            content.problems.append(row_problem(fault, kind, row.cell("wijk"), language))
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
    if problems:
        raise DataError(problems)


def _typed(kind: Kind, values: dict[str, object], decimal: str) -> dict[str, object]:
    return {
        name: value if name == "key" else _number(kind[name], value, decimal)
        for name, value in values.items()
    }


def _number(column: Column, value: Any, decimal: str) -> object:
    """Return a written number as a number; what is none stays, and is told of later."""
    written = isinstance(value, str) and column.type in ("integer", "number")
    if written and re.fullmatch(rf"-?\d+({re.escape(decimal)}\d+)?", value.strip()):
        return float(value.strip().replace(decimal, "."))
    return value


def _empty(value: object) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _letter(place: int) -> str:
    """Return the letter of a column, as a spreadsheet program shows it."""
    first, second = divmod(place, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)
