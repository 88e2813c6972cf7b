"""One kind of rows as a sheet, and the hidden sheet behind its drop-downs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from wijkkit.language import text
from wijkkit.registry import tables
from wijkkit.registry.problems import (
    choice_labels,
    column_hint,
    column_label,
    sheet_name,
    with_label,
)

#: Kinds that other kinds refer to.
REFERRED = tuple(
    dict.fromkeys(
        column.refers_to
        for kind in tables.KINDS.values()
        for column in kind.columns
        if column.refers_to
    )
)


def write_lists(
    book: Workbook, language: str, study_lists: Mapping[str, Mapping[str, str]], rows: int
) -> dict[str, str]:
    """Write the hidden sheet and return the range of every list; rows of sheets are formulas."""
    sheet = book.create_sheet(text("registry.workbook.lists", language))
    sheet.sheet_state = "hidden"
    lists = {}
    for name, choices in tables.CHOICES.items():
        column = tables.Column(name, "choice", "", choices=choices, choice_set=name)
        lists[name] = list(choice_labels(column, language).values())
    for name, labels in study_lists.items():
        lists[name] = list(list_words(labels).values())
    for name in REFERRED:
        # INDEX on whole columns survives rows that a reader inserts, deletes or sorts.
        other = sheet_name(tables.KINDS[name], language)
        key, label = (f"INDEX('{other}'!${letter}:${letter},{{row}})" for letter in "AB")
        formula = f'=IF({label}="","",{key}&" "&{label})'
        lists[f"rows:{name}"] = [formula] * max(rows, tables.LIST_ROWS)
    return {name: _write_column(sheet, name, entries) for name, entries in lists.items()}


def list_words(labels: Mapping[str, str]) -> dict[str, str]:
    """Return what a drop-down shows for each key: its label, with the key where two have one label.

    >>> list_words({"play": "Buiten spelen", "a": "Sport", "b": "Sport"})
    {'play': 'Buiten spelen', 'a': 'a Sport', 'b': 'b Sport'}
    """
    words = list(labels.values())
    return {
        key: label if words.count(label) == 1 else with_label(key, label)
        for key, label in labels.items()
    }


def _write_column(sheet: Worksheet, name: str, entries: list[str]) -> str:
    number = sheet.max_column + 1 if sheet["A1"].value else 1
    letter = get_column_letter(number)
    sheet[f"{letter}1"] = name
    for row, entry in enumerate(entries, start=2):
        cell = sheet[f"{letter}{row}"]
        cell.value = entry.format(row=row) if entry.startswith("=") else entry
    return f"'{sheet.title}'!${letter}$2:${letter}${max(len(entries), 1) + 1}"


_HEADER = PatternFill("solid", fgColor="1F3B57")
_NOT_RELEASED = PatternFill("solid", fgColor="6B6B6B")
#: Excel shows at most this much of a prompt.
_PROMPT = 255


def write_sheet(
    book: Workbook,
    kind: tables.Kind,
    table: pd.DataFrame | None,
    language: str,
    ranges: Mapping[str, str],
    labels: Mapping[str, Mapping[str, str]],
) -> Worksheet:
    """Add the sheet of `kind`: its rows, and spare rows whose key stands ready."""
    sheet = book.create_sheet(sheet_name(kind, language))
    writer = _SheetWriter(sheet, kind, language)
    remove, stamped = len(kind.columns) + 2, len(kind.columns) + 3
    for number, name in ((1, "key"), (remove, "remove"), (stamped, "stamp")):
        hint = text(f"registry.workbook.{name}_hint", language)
        writer.header(number, text(f"registry.workbook.{name}", language), hint)
    for number, column in enumerate(kind.columns, start=2):
        writer.column(number, column, ranges)
    writer.validate(remove, DataValidation(type="list", formula1=ranges["yes_no"]), "choice")
    sheet.column_dimensions[get_column_letter(stamped)].hidden = True
    sheet.freeze_panes = "C2"
    rows = [] if table is None else table.to_dict("records")
    for number, row in enumerate(rows, start=2):
        writer.row(number, row, labels)
    taken, spare = (
        {str(row["key"]) for row in rows},
        tables.SPARE_ROWS.get(kind.name, tables.DEFAULT_SPARE_ROWS),
    )
    for number, key in enumerate(tables.next_keys(kind.prefix, taken, spare), start=len(rows) + 2):
        put(sheet.cell(number, 1), key)
    return sheet


def put(cell: Cell, value: object) -> None:
    """Write a value; text is never a formula, whatever it starts with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = True


@dataclass(frozen=True, slots=True)
class _SheetWriter:
    """Writes the headings, rules and rows of one kind, in one language."""

    sheet: Worksheet
    kind: tables.Kind
    language: str

    def header(self, number: int, label: str, hint: str) -> Cell:
        cell = self.sheet.cell(1, number)
        put(cell, label)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEADER
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.comment = Comment(hint, "wijkkit")
        return cell

    def column(self, number: int, column: tables.Column, ranges: Mapping[str, str]) -> None:
        """Write the heading of a column and what may stand below it."""
        label = column_label(self.kind, column, self.language) + ("*" if column.required else "")
        hint = column_hint(self.kind, column, self.language)
        cell = self.header(number, label, hint)
        if not column.released:
            cell.fill = _NOT_RELEASED
        wide = column.type in ("text", "reference")
        width = 32 if wide else max(14, len(label) + 3)
        self.sheet.column_dimensions[cell.column_letter].width = width
        rule = _rule(column, ranges)
        rule.prompt = hint[:_PROMPT]
        self.validate(number, rule, column.type)

    def validate(self, number: int, rule: DataValidation, kind: str) -> None:
        rule.error = text(
            f"registry.workbook.type.{kind}", self.language, maximum=tables.MAXIMUM_TEXT
        )
        rule.allow_blank = True
        rule.showErrorMessage = True
        rule.showInputMessage = bool(rule.prompt)
        rule.errorTitle = text("registry.workbook.not_allowed", self.language)
        letter = get_column_letter(number)
        rule.add(f"{letter}2:{letter}{tables.MAXIMUM_ROWS + 1}")
        self.sheet.add_data_validation(rule)

    def row(
        self, number: int, row: Mapping[str, object], labels: Mapping[str, Mapping[str, str]]
    ) -> None:
        put(self.sheet.cell(number, 1), str(row["key"]))
        for place, column in enumerate(self.kind.columns, start=2):
            value = row.get(column.name)
            if value is not None and not pd.isna(value):
                cell = self.sheet.cell(number, place)
                put(cell, _cell_value(column, value, self.language, labels))
                if column.type == "date":
                    cell.number_format = "DD-MM-YYYY"
        version: Any = row.get("version")
        if version is not None and not pd.isna(version):
            cell = self.sheet.cell(number, len(self.kind.columns) + 3)
            put(cell, tables.stamp(str(row["key"]), int(version)))


def _rule(column: tables.Column, ranges: Mapping[str, str]) -> DataValidation:
    """Return what a spreadsheet program lets stand in a column: from a list, or within limits."""
    rows = f"rows:{column.refers_to}" if column.refers_to else ""
    if chosen_from := rows or column.listed_in or column.choice_set:
        return DataValidation(type="list", formula1=ranges[chosen_from])
    if column.type == "text":
        return DataValidation(
            type="textLength", operator="lessThanOrEqual", formula1=tables.MAXIMUM_TEXT
        )
    low: float | str = -1e9 if column.minimum is None else column.minimum
    high: float | str = 1e9 if column.maximum is None else column.maximum
    kind = {"integer": "whole", "number": "decimal"}.get(column.type, "date")
    if kind == "date":
        low, high = (
            f"DATE({year},{day})" for year, day in zip(tables.YEARS, ("1,1", "12,31"), strict=True)
        )
    return DataValidation(type=kind, operator="between", formula1=low, formula2=high)


def _cell_value(
    column: tables.Column, value: Any, language: str, labels: Mapping[str, Mapping[str, str]]
) -> object:
    if column.refers_to:
        return with_label(str(value), labels.get(column.refers_to, {}).get(str(value), ""))
    if column.listed_in:
        return labels.get(f"list:{column.listed_in}", {}).get(str(value), str(value))
    if column.choices:
        return choice_labels(column, language).get(str(value), str(value))
    if column.type == "date":
        return pd.Timestamp(value).date()
    return {"integer": int, "number": float}.get(column.type, str)(value)
