"""Import a workbook into the registry: all of it, or nothing."""

from __future__ import annotations

from pathlib import Path

from wijkkit.registry.import_problems import form_problem
from wijkkit.registry.import_report import ImportReport
from wijkkit.registry.registry import Registry
from wijkkit.registry.storing import store
from wijkkit.registry.workbook_read import read_registry_workbook


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
