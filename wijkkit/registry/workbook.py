"""A workbook to begin with, one of what is registered, and its import: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from wijkkit.registry.faults import ImportReport, form_problem
from wijkkit.registry.registry import Registry
from wijkkit.registry.tables import CHOICES, KINDS, next_keys
from wijkkit.registry.workbook_read import read_registry_workbook
from wijkkit.registry.workbook_store import store
from wijkkit.registry.workbook_write import write_workbook
from wijkkit.study import Study


def write_template(study: Study, wijk: str, path: str | Path) -> None:
    """Write an empty workbook of a wijk, with the study's goals and the first six steps.

    Parameters
    ----------
    path : str or Path
        The file to write.

    Raises
    ------
    ParameterError
        The study has no such wijk.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from pathlib import Path
    >>> path = Path("empty.xlsx")
    >>> wk.write_template(study, "ankerveld", path)
    >>> path.is_file()
    True
    """
    hood = study.neighbourhood(wijk)
    tables = {"goals": _goals(study), "steps": _steps()}
    write_workbook(path, hood.wijk, tables, study.language, **_lists(study), name=hood.name)


def export_workbook(registry: Registry, wijk: str, path: str | Path) -> None:
    """Write what is registered of a wijk as a workbook, to be changed and imported again.

    Text that begins like a formula stays text.

    Parameters
    ----------
    registry : Registry
    path : str or Path
        The file to write.

    Raises
    ------
    ParameterError
        The study has no such wijk.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> registry = wk.open_registry(study)
    >>> from pathlib import Path
    >>> path = Path("ankerveld.xlsx")
    >>> wk.export_workbook(registry, "ankerveld", path)
    >>> path.is_file()
    True
    """
    study = registry.study
    hood = study.neighbourhood(wijk)
    tables = {kind: registry.table(kind, hood.wijk) for kind in KINDS}
    write_workbook(path, hood.wijk, tables, study.language, **_lists(study), name=hood.name)


def _lists(study: Study) -> dict[str, dict[str, str]]:
    return {
        "goals": {goal.id: study.text(goal.label) for goal in study.goals},
        "indicators": {
            key: study.text(indicator.label) for key, indicator in study.indicators.items()
        },
    }


def _goals(study: Study) -> pd.DataFrame:
    rows = [
        {
            "name": study.text(goal.label),
            "domain": goal.domain,
            "study_goal": goal.id,
            "indicator": goal.indicator,
            "target": goal.target.value if goal.target else None,
        }
        for goal in study.goals
    ]
    return _with_keys("goals", rows)


def _steps() -> pd.DataFrame:
    rows = [{"cycle": 1, "step": step, "status": "not_started"} for step in CHOICES["step"]]
    return _with_keys("steps", rows)


def _with_keys(kind: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    columns = [column.name for column in KINDS[kind].columns]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(key=next_keys(KINDS[kind].prefix, (), len(table)))


def import_workbook(
    registry: Registry, path: str | Path, who: str, wijk: str | None = None
) -> ImportReport:
    """Store what a workbook says, or nothing where anything in it is wrong.

    A row of the workbook that was not changed since the export is left as it is in the registry.
    A row that somebody else changed meanwhile is reported and not overwritten. A row that is not
    in the workbook stays; to remove one, choose so in the workbook. Importing the same workbook
    again changes nothing.

    Parameters
    ----------
    registry : Registry
    path : str or Path
        A workbook made by `write_template`, `export_workbook` or `write_workbook`.
    who : str
        Who fills it in, for the history.
    wijk : str, optional
        Its slug, where only a workbook of this wijk will do.

    Returns
    -------
    ImportReport
        How many rows are new, changed, removed and the same.

    Raises
    ------
    WorkbookError
        With everything that is wrong: sheet, cell, what, found, expected and what to do, in the
        workbook's language.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> registry = wk.open_registry(study)
    >>> from pathlib import Path
    >>> path = Path("ankerveld.xlsx")
    >>> wk.export_workbook(registry, "ankerveld", path)
    >>> wk.import_workbook(registry, path, "area adviser").changed
    0
    """
    path = Path(path)
    content = read_registry_workbook(path, registry.study.language)
    if wijk is not None and content.wijk and content.wijk != wijk:
        choices = registry.study.neighbourhood(wijk).name
        problem = form_problem(
            "not_this_wijk", content.language, found=content.wijk, choices=choices
        )
        content.problems.append(problem)
    return store(registry, [content], path.name, who)
