"""A workbook to begin with, one of what is registered, and its import: all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from wijkkit.errors import Problem, RegistryError
from wijkkit.files import write_saved
from wijkkit.language import text
from wijkkit.language.messages import catalogue
from wijkkit.registry import tables as layout
from wijkkit.registry.imports import store
from wijkkit.registry.problems import ImportReport
from wijkkit.registry.registry import Registry
from wijkkit.registry.workbook_read import read_registry_workbook
from wijkkit.registry.workbook_sheet import list_words, write_lists, write_sheet
from wijkkit.study import Study


def write_template(study: Study, wijk: str, path: str | Path) -> None:
    """Write an empty workbook of a wijk, with the study's goals and the first six steps.

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
    steps = {"cycle": 1, "step": layout.CHOICES["step"], "status": "not_started"}
    tables = {"goals": _goals(study), "steps": _with_keys("steps", pd.DataFrame(steps))}
    _write_of(study, wijk, tables, path)


def export_workbook(registry: Registry, wijk: str, path: str | Path) -> None:
    """Write what is registered of a wijk as a workbook, to be changed and imported again.

    Text that begins like a formula stays text.

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
    tables = {kind: registry.table(kind, wijk) for kind in layout.KINDS}
    _write_of(registry.study, wijk, tables, path)


def _write_of(
    study: Study, wijk: str, tables: Mapping[str, pd.DataFrame], path: str | Path
) -> None:
    one = study.neighbourhood(wijk)
    goals = {goal.id: study.text(goal.label) for goal in study.goals}
    indicators = {key: study.text(indicator.label) for key, indicator in study.indicators.items()}
    write_workbook(path, one.wijk, tables, study.language, goals, indicators, one.name)


def _goals(study: Study) -> pd.DataFrame:
    names = ("name", "domain", "study_goal", "indicator", "target")
    rows = [
        (
            study.text(goal.label),
            goal.domain,
            goal.id,
            goal.indicator,
            goal.target and goal.target.value,
        )
        for goal in study.goals
    ]
    return _with_keys("goals", pd.DataFrame(rows, columns=names))


def _with_keys(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    table = table.reindex(columns=[column.name for column in layout.KINDS[kind].columns])
    return table.assign(key=layout.next_keys(layout.KINDS[kind].prefix, (), len(table)))


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
    path : str or Path
        A workbook made by `write_template`, `export_workbook` or `write_workbook`.
    who : str
        Who fills it in, for the history.
    wijk : str, optional
        Its slug, where only a workbook of this wijk will do.

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
        content.wrong("not_this_wijk", found=content.wijk, choices=choices)
    return store(registry, [content], path.name, who)


# A wijk's registry as an Excel workbook.


def write_workbook(
    path: str | Path,
    wijk: str,
    tables: Mapping[str, pd.DataFrame],
    language: str = "nl",
    goals: Mapping[str, str] | None = None,
    indicators: Mapping[str, str] | None = None,
    name: str = "",
) -> None:
    """Write a workbook of one wijk, as `import_workbook` reads it.

    `tables`: Rows by kind, with columns of `wijkkit.registry.COLUMNS` (``wijk`` may be left out,
    and any column that holds nothing). Rows with a ``version`` were read from the registry, and
    update that version when the workbook is imported; rows without one are new. `name`: What its
    readers call the wijk; its slug where that is empty. Raises RegistryError: A kind or a column is
    unknown, a row has no key, or another wijk than `wijk`.

    >>> import tempfile, pandas as pd
    >>> rows = pd.DataFrame({"key": ["P01"], "organisation": ["School"], "role": ["school"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(f"{folder}/wijk.xlsx", "noord", {"stakeholders": rows})
    """
    RegistryError.raise_for(list(_check(tables, wijk)))
    book = Workbook()
    _write_readme(book, name or wijk, language)
    study_lists = {"goals": goals or {}, "indicators": indicators or {}}
    longest = max((len(table) for table in tables.values()), default=0)
    ranges = write_lists(book, language, study_lists, longest + layout.DEFAULT_SPARE_ROWS)
    labels = _reference_labels(tables)
    labels |= {f"list:{name}": list_words(known) for name, known in study_lists.items()}
    for number, (name, kind) in enumerate(layout.KINDS.items(), start=1):
        sheet = write_sheet(book, kind, tables.get(name), language, ranges, labels)
        book.move_sheet(sheet, number - book.index(sheet))
    _write_metadata(book, wijk, language, tables)
    book.calculation.fullCalcOnLoad = True
    write_saved(Path(path), book.save)


def _check(tables: Mapping[str, pd.DataFrame], wijk: str) -> Iterator[Problem]:
    for name, table in tables.items():
        if name not in layout.KINDS:
            yield Problem(
                "unknown kind", place=name, expected=", ".join(layout.KINDS), remedy="Rename it."
            )
            continue
        strangers = [str(column) for column in table if column not in layout.COLUMNS[name]]
        if strangers:
            what, found = "unknown columns", ", ".join(strangers)
            expected, remedy = ", ".join(layout.COLUMNS[name]), "Use these columns."
            yield Problem(what, place=name, found=found, expected=expected, remedy=remedy)
        if "key" not in table or table["key"].isna().any():
            yield Problem("rows without a key", place=name, remedy="Give each a key.")
        if "wijk" in table and not table["wijk"].eq(wijk).all():
            yield Problem("rows of another wijk", place=name, expected=wijk, remedy="Select first.")


def _reference_labels(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    labels = {}
    for name, table in tables.items():
        column = layout.KINDS[name].columns[0]
        if column.type == "text" and column.name in table:
            labels[name] = dict(zip(table["key"], table[column.name].fillna(""), strict=True))
    return labels


def _write_readme(book: Workbook, wijk: str, language: str) -> None:
    sheet = book.active
    sheet.title = text("registry.workbook.readme", language)
    sheet.column_dimensions["A"].width = 110
    sheet.append([text("registry.workbook.title", language, wijk=wijk)])
    for line in catalogue("registry", language)["workbook"]["intro"]:
        sheet.append([line])
    for kind in layout.KINDS.values():
        about = text(f"registry.kind.{kind.name}.about", language)
        sheet.append([f"{text(f'registry.kind.{kind.name}.sheet', language)}: {about}"])


def _write_metadata(
    book: Workbook, wijk: str, language: str, tables: Mapping[str, pd.DataFrame]
) -> None:
    sheet = book.create_sheet(layout.METADATA_SHEET)
    sheet.sheet_state = "hidden"
    digest = hashlib.sha256(wijk.encode())
    for name in sorted(tables):
        digest.update(name.encode() + tables[name].to_csv(index=False).encode())
    values = (layout.LAYOUT, wijk, language, digest.hexdigest()[:16])
    for row in zip(layout.METADATA_KEYS, values, strict=True):
        sheet.append(row)
    sheet.append((layout.SEAL, layout.seal(wijk, values[-1])))
    for name, table in tables.items():
        stored = table[table["version"].notna()] if "version" in table else table.head(0)
        # A cell holds at most 32,767 characters.
        keys = [str(key) for key in stored["key"]]
        for first in range(0, len(keys), 600):
            sheet.append((f"{layout.ROWS}{name}", " ".join(keys[first : first + 600])))
