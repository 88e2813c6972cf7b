"""One kind of rows as a sheet, and the hidden sheet behind its drop-downs."""

from __future__ import annotations

from collections.abc import Mapping
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
from wijkkit.registry.problems import (
    choice_labels,
    column_hint,
    column_label,
    sheet_name,
    with_label,
)
from wijkkit.registry.tables import (
    CHOICES,
    DEFAULT_SPARE_ROWS,
    KINDS,
    LIST_ROWS,
    MAXIMUM_ROWS,
    MAXIMUM_TEXT,
    SPARE_ROWS,
    YEARS,
    Column,
    Kind,
    next_keys,
    stamp,
)

#: Kinds that other kinds refer to.
REFERRED = tuple(
    dict.fromkeys(
        column.refers_to for kind in KINDS.values() for column in kind.columns if column.refers_to
    )
)


def write_lists(
    book: Workbook, language: str, study_lists: Mapping[str, Mapping[str, str]], rows: int
) -> dict[str, str]:
    """Write the hidden sheet; return the range of every list by its name.

    A drop-down of rows of another sheet looks through `rows` of them.

    Lists of rows of other sheets are formulas, so that a new intervention can be chosen for an
    activity at once.
    """
    sheet = book.create_sheet(text("registry.workbook.lists", language))
    sheet.sheet_state = "hidden"
    lists = {name: list(_labels(name, language).values()) for name in CHOICES}
    for name, labels in study_lists.items():
        lists[name] = list(list_words(labels).values())
    ranges = {}
    for name, entries in lists.items():
        ranges[name] = _write_column(sheet, name, entries)
    for name in REFERRED:
        formula = _row_formula(sheet_name(KINDS[name], language))
        ranges[name] = _write_column(sheet, name, [formula] * max(rows, LIST_ROWS))
    return ranges


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


def list_name(column: Column) -> str:
    """Return the list a column is chosen from, or an empty text."""
    return column.refers_to or column.listed_in or column.choice_set


def _labels(name: str, language: str) -> dict[str, str]:
    return choice_labels(
        Column(name, "choice", "", choices=CHOICES[name], choice_set=name), language
    )


def _write_column(sheet: Worksheet, name: str, entries: list[str]) -> str:
    number = sheet.max_column + 1 if sheet["A1"].value else 1
    letter = get_column_letter(number)
    sheet[f"{letter}1"] = name
    for row, entry in enumerate(entries, start=2):
        cell = sheet[f"{letter}{row}"]
        cell.value = entry.format(row=row) if entry.startswith("=") else entry
    return f"'{sheet.title}'!${letter}$2:${letter}${max(len(entries), 1) + 1}"


def _row_formula(sheet: str) -> str:
    # INDEX on whole columns survives rows that a reader inserts, deletes or sorts.
    key, label = (f"INDEX('{sheet}'!${letter}:${letter},{{row}})" for letter in "AB")
    return f'=IF({label}="","",{key}&" "&{label})'


_HEADER = PatternFill("solid", fgColor="1F3B57")
_NOT_RELEASED = PatternFill("solid", fgColor="6B6B6B")
#: Excel shows at most this much of a prompt.
_PROMPT = 255


def write_sheet(
    book: Workbook,
    kind: Kind,
    table: pd.DataFrame | None,
    language: str,
    ranges: Mapping[str, str],
    labels: Mapping[str, Mapping[str, str]],
) -> Worksheet:
    """Add the sheet of `kind`: its rows, and spare rows whose key stands ready."""
    sheet = book.create_sheet(sheet_name(kind, language))
    last = len(kind.columns) + 1
    _write_header(sheet, 1, text("registry.workbook.key", language), "key_hint", language)
    for number, column in enumerate(kind.columns, start=2):
        _write_column_header(sheet, number, kind, column, language)
        _add_validation(sheet, number, kind, column, language, ranges)
    _write_header(
        sheet, last + 1, text("registry.workbook.remove", language), "remove_hint", language
    )
    _add_list(sheet, last + 1, ranges["yes_no"], language)
    _write_header(
        sheet, last + 2, text("registry.workbook.stamp", language), "stamp_hint", language
    )
    sheet.column_dimensions[get_column_letter(last + 2)].hidden = True
    sheet.freeze_panes = "C2"
    rows = [] if table is None else table.to_dict("records")
    for number, row in enumerate(rows, start=2):
        _write_row(sheet, number, kind, row, language, labels)
    _write_spare_keys(sheet, kind, {str(row["key"]) for row in rows}, len(rows) + 2)
    return sheet


def put(cell: Cell, value: object) -> None:
    """Write a value; text is never a formula, whatever it starts with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = True


def _write_header(sheet: Worksheet, number: int, label: str, hint: str, language: str) -> None:
    _style_header(sheet.cell(1, number), label, text(f"registry.workbook.{hint}", language))


def _write_column_header(
    sheet: Worksheet, number: int, kind: Kind, column: Column, language: str
) -> None:
    label = column_label(kind, column, language) + ("*" if column.required else "")
    cell = sheet.cell(1, number)
    _style_header(cell, label, column_hint(kind, column, language))
    if not column.released:
        cell.fill = _NOT_RELEASED
    wide = column.type in ("text", "reference")
    sheet.column_dimensions[cell.column_letter].width = 32 if wide else max(14, len(label) + 3)


def _style_header(cell: Cell, label: str, hint: str) -> None:
    put(cell, label)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = _HEADER
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.comment = Comment(hint, "wijkkit")


def _add_validation(
    sheet: Worksheet,
    number: int,
    kind: Kind,
    column: Column,
    language: str,
    ranges: Mapping[str, str],
) -> None:
    if list_name(column):
        rule = DataValidation(type="list", formula1=ranges[list_name(column)])
    elif column.type == "date":
        first, last = YEARS
        rule = DataValidation(
            type="date",
            operator="between",
            formula1=f"DATE({first},1,1)",
            formula2=f"DATE({last},12,31)",
        )
    elif column.type == "text":
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=MAXIMUM_TEXT)
    else:
        rule = _number_rule(column)
    rule.prompt = f"{column_hint(kind, column, language)}"[:_PROMPT]
    rule.error = text(f"registry.workbook.type.{column.type}", language, maximum=MAXIMUM_TEXT)
    _apply(sheet, number, rule, language)


def _number_rule(column: Column) -> DataValidation:
    low = -1e9 if column.minimum is None else column.minimum
    high = 1e9 if column.maximum is None else column.maximum
    kind = "whole" if column.type == "integer" else "decimal"
    return DataValidation(type=kind, operator="between", formula1=low, formula2=high)


def _add_list(sheet: Worksheet, number: int, where: str, language: str) -> None:
    rule = DataValidation(type="list", formula1=where)
    rule.error = text("registry.workbook.type.choice", language)
    _apply(sheet, number, rule, language)


def _apply(sheet: Worksheet, number: int, rule: DataValidation, language: str) -> None:
    rule.allow_blank = True
    rule.showErrorMessage = True
    rule.showInputMessage = bool(rule.prompt)
    rule.errorTitle = text("registry.workbook.not_allowed", language)
    letter = get_column_letter(number)
    rule.add(f"{letter}2:{letter}{MAXIMUM_ROWS + 1}")
    sheet.add_data_validation(rule)


def _write_row(
    sheet: Worksheet,
    number: int,
    kind: Kind,
    row: Mapping[str, object],
    language: str,
    labels: Mapping[str, Mapping[str, str]],
) -> None:
    put(sheet.cell(number, 1), str(row["key"]))
    for place, column in enumerate(kind.columns, start=2):
        value = row.get(column.name)
        if value is None or pd.isna(value):
            continue
        cell = sheet.cell(number, place)
        put(cell, _cell_value(column, value, language, labels))
        if column.type == "date":
            cell.number_format = "DD-MM-YYYY"
    version: Any = row.get("version")
    if version is not None and not pd.isna(version):
        put(sheet.cell(number, len(kind.columns) + 3), stamp(str(row["key"]), int(version)))


def _cell_value(
    column: Column, value: Any, language: str, labels: Mapping[str, Mapping[str, str]]
) -> object:
    if column.refers_to:
        return with_label(str(value), labels.get(column.refers_to, {}).get(str(value), ""))
    if column.listed_in:
        return labels.get(f"list:{column.listed_in}", {}).get(str(value), str(value))
    if column.choices:
        return choice_labels(column, language).get(str(value), str(value))
    if column.type == "date":
        return pd.Timestamp(value).date()
    if column.type == "integer":
        return int(value)
    if column.type == "number":
        return float(value)
    return str(value)


def _write_spare_keys(sheet: Worksheet, kind: Kind, taken: set[str], row: int) -> None:
    spare = SPARE_ROWS.get(kind.name, DEFAULT_SPARE_ROWS)
    for number, key in enumerate(next_keys(kind.prefix, taken, spare), start=row):
        put(sheet.cell(number, 1), key)
