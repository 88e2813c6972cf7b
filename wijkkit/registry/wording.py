"""The registry's words for readers: sheets, columns, choices and rows in a language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from wijkkit.language import text
from wijkkit.registry.tables import Column, Kind

#: What stands between a key and its label; keys have no spaces.
SEPARATOR = " "


def sheet_name(kind: Kind, language: str) -> str:
    """Return what readers call a kind.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> sheet_name(KINDS["interventions"], "nl")
    'Interventies'
    """
    return text(f"registry.kind.{kind.name}.sheet", language)


def column_label(kind: Kind, column: Column, language: str) -> str:
    """Return what readers call a column."""
    return text(f"registry.kind.{kind.name}.columns.{column.name}.label", language)


def column_hint(kind: Kind, column: Column, language: str) -> str:
    """Return what a reader should fill in."""
    return text(f"registry.kind.{kind.name}.columns.{column.name}.hint", language)


def choice_labels(column: Column, language: str) -> dict[str, str]:
    """Return the labels of a column's own choices, by choice.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> choice_labels(KINDS["flags"]["status"], "nl")
    {'open': 'open', 'solved': 'opgelost'}
    """
    return {
        choice: text(f"registry.choice.{column.choice_set}.{choice}", language)
        for choice in column.choices
    }


def choice_of(column: Column, label: str, language: str) -> str:
    """Return the choice that a label stands for, or the label where it stands for none.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> choice_of(KINDS["flags"]["status"], "Opgelost", "nl")
    'solved'
    """
    wanted = label.strip().casefold()
    for choice, known in choice_labels(column, language).items():
        if wanted in (known.casefold(), choice):
            return choice
    return label


def with_label(key: str, label: str) -> str:
    """Return a key with its label, as drop-downs show it; `key_of` gives the key back.

    Examples
    --------
    >>> with_label("I03", "Buiten spelen")
    'I03 Buiten spelen'
    """
    return f"{key}{SEPARATOR}{label}".strip()


def key_of(shown: str) -> str:
    """Return the key of what a drop-down showed.

    Examples
    --------
    >>> key_of("I03 Buiten spelen")
    'I03'
    """
    return shown.strip().split(SEPARATOR, 1)[0]


def row_label(kind: Kind, row: Mapping[str, object], language: str) -> str:
    """Return which row is meant, in words: its first column, or the columns that make it unique.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> row_label(KINDS["meetings"], {"name": "Netwerk", "key": "O1"}, "nl")
    'Netwerk'
    >>> row_label(KINDS["steps"], {"cycle": 1, "step": "2"}, "nl")
    '1, 2. Doelen'
    """
    names = kind.unique or (kind.columns[0].name,)
    return ", ".join(shown(kind[name], row.get(name), language) for name in names)


def shown(column: Column, value: object, language: str) -> str:
    """Return a value as a reader sees it in a list of problems or a history."""
    if value is None:
        return text("registry.import.empty", language)
    if isinstance(value, datetime | date):
        return f"{value:%d-%m-%Y}"
    if column.choices:
        return choice_labels(column, language).get(str(value), str(value))
    return str(value)
