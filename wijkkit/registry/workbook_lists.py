"""The hidden sheet behind a workbook's drop-downs."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from wijkkit.language import text
from wijkkit.registry.choices import CHOICES
from wijkkit.registry.definition import Column
from wijkkit.registry.tables import KINDS
from wijkkit.registry.wording import choice_labels, sheet_name, with_label
from wijkkit.registry.workbook_layout import LIST_ROWS

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

    Examples
    --------
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
