"""Read a registry workbook: cells with their places, and everything that is wrong with its form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from wijkkit.errors import DataError, Problem
from wijkkit.language import text
from wijkkit.language.messages import LANGUAGES
from wijkkit.loaders.workbook import UNREADABLE, check_archive, shown_value
from wijkkit.registry import tables
from wijkkit.registry.problems import column_label, form_problem, row_problem, sheet_name

#: Merged cells in the XML of a sheet.
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]*?ref=\"([A-Z0-9:]{2,20})\"")

#: What a row has beside the kind's own columns.
KEY, REMOVE, STAMP = "key", "remove", "stamp"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One filled row of a sheet: values by column name, and the letter of each column."""

    kind: tables.Kind
    number: int
    values: Mapping[str, Any]
    letters: Mapping[str, str]

    def cell(self, column: str) -> str:
        """Return the place of a column in this row, such as ``C5``."""
        return f"{self.letters.get(column, self.letters[KEY])}{self.number}"


@dataclass(slots=True)
class WorkbookContent:
    """What a workbook says, before it is held against the registry."""

    wijk: str = ""
    language: str = "nl"
    workbook: str = ""
    rows: list[SheetRow] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    exported: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(
        self, rule: str, sheet: str = "", cell: str = "", found: str = "", **fields: object
    ) -> None:
        """Note what is wrong with the workbook's form, see `form_problem`."""
        self.problems.append(form_problem(rule, self.language, sheet, cell, found, **fields))

    def wrong_row(self, row: SheetRow, problem: Problem, column: str = "") -> None:
        """Note a broken rule of a row at the cell of its column, or of the row's key."""
        cell = row.cell(column or problem.column or KEY)
        self.problems.append(row_problem(problem, row.kind, cell, self.language))


def read_sheet(sheet: Any, kind: tables.Kind, name: str, content: WorkbookContent) -> None:
    """Add the filled rows of a sheet to `content`, and its problems."""
    _note_merged(sheet, name, content)
    rows = sheet.iter_rows()
    header = next(rows, ())
    columns, strange = _header(header, kind, name, content)
    letters = {column: header[place].column_letter for place, column in columns.items()}
    if KEY not in letters:
        return
    count = 0
    for row in rows:
        for place, cell in enumerate(row):
            # Nothing is left out in silence, not even what stands beside the columns.
            if place not in columns and place not in strange and cell.value not in (None, ""):
                content.wrong("outside", name, cell.coordinate, str(cell.value)[:80])
        cells = {columns[place]: cell for place, cell in enumerate(row) if place in columns}
        filled = {key: cell for key, cell in cells.items() if cell.value not in (None, "")}
        if not set(filled) - {KEY}:
            continue
        count += 1
        if count > tables.MAXIMUM_ROWS:
            content.wrong("too_many_rows", name, maximum=tables.MAXIMUM_ROWS)
            return
        values: dict[str, Any] = {}
        found = SheetRow(kind, next(iter(filled.values())).row, values, letters)
        for column, cell in filled.items():
            rule = {"f": "formula", "e": "error_value"}.get(cell.data_type)
            if rule:
                shown = str(getattr(cell.value, "text", cell.value))[:80]
                content.wrong(rule, name, found.cell(column), shown)
            values[column] = None if rule else shown_value(cell)
        content.rows.append(found)


def _note_merged(sheet: Any, name: str, content: WorkbookContent) -> None:
    """Note the cells that were merged: Excel kept the first of their values and lost the others."""
    # openpyxl does not tell of merged cells when it only reads.
    with sheet._get_source() as source:
        rest = b""
        while part := source.read(2**20):
            found = list(_MERGED.finditer(rest + part))
            for cells in found:
                content.wrong("merged", name, cells[1].decode())
            rest = (rest + part)[max(found[-1].end() if found else 0, len(rest + part) - 200) :]


def _header(
    header: tuple[Any, ...], kind: tables.Kind, name: str, content: WorkbookContent
) -> tuple[dict[int, str], set[int]]:
    """Return the registry's columns by place, and the places of other columns."""
    language = content.language
    labels = {column_label(kind, column, language): column.name for column in kind.columns}
    labels |= {text(f"registry.workbook.{key}", language): key for key in (KEY, REMOVE, STAMP)}
    columns: dict[int, str] = {}
    strange: dict[int, str] = {}
    for place, cell in enumerate(header):
        label = str(cell.value or "").strip().removesuffix("*").strip()
        column = labels.get(label)
        if label and column is None:
            strange[place] = label
        elif column in columns.values():
            content.wrong("double_column", name, cell.coordinate, label)
        elif column is not None:
            columns[place] = column
    content.strange += tuple(f"{name}: {label}" for label in strange.values())
    needed = {KEY, STAMP, *(column.name for column in kind.columns if column.required)}
    for label, column in labels.items():
        if column not in columns.values() and column in needed:
            content.wrong("no_column", name, found=", ".join(strange.values()), label=label)
    return columns, set(strange)


def read_registry_workbook(path: Path, language: str) -> WorkbookContent:
    """Read a workbook that `write_workbook` laid out."""
    content = WorkbookContent(language=language)
    try:
        _check_file(path, content)
        if not content.problems:
            book = load_workbook(path, read_only=True, keep_links=False)
            with closing(book):
                _read_metadata(book, content)
                if not content.problems:
                    _read_sheets(book, content)
    except (*UNREADABLE, DataError):
        content.wrong("unreadable", found=path.name)
    return content


def _check_file(path: Path, content: WorkbookContent) -> None:
    if not path.is_file():
        content.wrong("no_file", found=path.name)
    elif path.suffix.lower() != ".xlsx":
        content.wrong("unreadable", found=path.name)
    elif path.stat().st_size > tables.MAXIMUM_BYTES:
        maximum = f"{tables.MAXIMUM_BYTES // 2**20} MB"
        content.wrong("too_large", maximum=maximum)
    else:
        check_archive(path, path.name)


def _read_metadata(book: Any, content: WorkbookContent) -> None:
    if tables.METADATA_SHEET not in book.sheetnames:
        content.wrong("not_a_registry")
        return
    rows = list(book[tables.METADATA_SHEET].iter_rows(max_row=200, max_col=2, values_only=True))
    said = {str(row[0]): row[1] for row in rows if len(row) == 2}
    if (
        any(said.get(key) is None for key in tables.METADATA_KEYS)
        or said["language"] not in LANGUAGES
    ):
        content.wrong("not_a_registry")
        return
    if said["layout"] != tables.LAYOUT:
        content.wrong("newer", found=str(said["layout"]), expected=tables.LAYOUT)
    content.wijk, content.workbook = str(said["wijk"]), str(said["workbook"])[:40]
    if said["language"] != content.language:
        # The study's own language stays as it is: its nouns are in the headings.
        content.language = str(said["language"])
    if said.get(tables.SEAL) not in (None, tables.seal(content.wijk, str(said["workbook"]))):
        content.wrong("changed_wijk", found=content.wijk)
    exported: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if len(row) == 2 and str(row[0]).startswith(tables.ROWS):
            name = str(row[0]).removeprefix(tables.ROWS)
            exported[name] = (*exported.get(name, ()), *str(row[1] or "").split())
    content.exported = exported


def _read_sheets(book: Any, content: WorkbookContent) -> None:
    language = content.language
    names = {sheet_name(kind, language): kind for kind in tables.KINDS.values()}
    own = {tables.METADATA_SHEET, text("registry.workbook.readme", language)}
    own.add(text("registry.workbook.lists", language))
    content.ignored = tuple(name for name in book.sheetnames if name not in {*names, *own})
    for name, kind in names.items():
        if name in book.sheetnames:
            read_sheet(book[name], kind, name, content)
        else:
            content.wrong("no_sheet", name)
