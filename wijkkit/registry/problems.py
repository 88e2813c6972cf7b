"""What can be wrong with a row or a workbook, in each language, and what an import stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from wijkkit.display import ShowsItself
from wijkkit.errors import Problem, RegistryError
from wijkkit.language import text
from wijkkit.language.numbers import local
from wijkkit.registry.tables import Column, Kind

# The registry's words for readers: sheets, columns, choices and rows in a language.

#: What stands between a key and its label; keys have no spaces.
SEPARATOR = " "


def sheet_name(kind: Kind, language: str) -> str:
    """Return what readers call a kind."""
    return text(f"registry.kind.{kind.name}.sheet", language)


def column_label(kind: Kind, column: Column, language: str) -> str:
    """Return what readers call a column."""
    return text(f"registry.kind.{kind.name}.columns.{column.name}.label", language)


def column_hint(kind: Kind, column: Column, language: str) -> str:
    """Return what a reader should fill in."""
    return text(f"registry.kind.{kind.name}.columns.{column.name}.hint", language)


def choice_labels(column: Column, language: str) -> dict[str, str]:
    """Return the labels of a column's own choices, by choice.

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
    """Return a key with its label, as drop-downs show it; `key_of` gives the key back."""
    return f"{key}{SEPARATOR}{label}".strip()


def key_of(shown: str) -> str:
    """Return the key of what a drop-down showed.

    >>> key_of("I03 Buiten spelen")
    'I03'
    """
    return shown.strip().split(SEPARATOR, 1)[0]


def row_label(kind: Kind, row: Mapping[str, object], language: str) -> str:
    """Return which row is meant, in words: its first column, or the columns that make it unique.

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
    return choice_labels(column, language).get(str(value), str(value))


#: A list of choices in a message ends after so many.
_MANY = 15


def broken(
    rule: str, column: str = "", found: object = None, fields: Mapping[str, object] | None = None
) -> Problem:
    """Return a broken rule, of a column or the whole row, for `in_words` to say in any language."""
    return Problem(rule, rule=rule, column=column, fields={"found": found, **(fields or {})})


@dataclass(frozen=True, slots=True)
class StoredValue:
    """What stands in the registry now, for a message."""

    column: Column
    value: object


class RowError(RegistryError):
    """A row cannot be kept as it is."""


class ConflictError(RowError):
    """A row was changed by somebody else after it was read; nothing was overwritten."""


#: Rules that say that somebody else was first.
CONFLICTS = ("changed_by_other", "changed_meanwhile", "exists", "removed", "never_there")


def in_words(problem: Problem, kind: Kind, language: str) -> Problem:
    """Return a broken rule in a reader's language, without its place.

    >>> from wijkkit.registry.tables import KINDS
    >>> in_words(broken("required", "name"), KINDS["goals"], "nl").expected
    'Doel'
    """
    column = kind[problem.column] if problem.column else None
    fields = {
        name: "" if value is None else _word(value, kind, language)
        for name, value in problem.fields.items()
    }
    if column is not None:
        fields["label"] = column_label(kind, column, language)
        if column.choices:
            labels = tuple(choice_labels(column, language).values())
            fields["choices"] = _word(labels, kind, language)
    said = _said(f"registry.fault.{problem.rule}", language, fields)
    return replace(problem, file="", place="", found=fields["found"], **said)


def refuse(kind: Kind, wijk: str, key: str, problems: Iterable[Problem]) -> RowError:
    """Return the error that reports the broken rules of a row, in English."""
    place = f"{kind.name} {key} of {wijk}"
    said = []
    for problem in problems:
        where = f"{place}, {problem.column}" if problem.column else place
        said.append(replace(in_words(problem, kind, "en"), file="registry", place=where))
    conflict = any(problem.rule in CONFLICTS for problem in said)
    return (ConflictError if conflict else RowError)(said)


def _word(value: object, kind: Kind, language: str) -> str:
    if isinstance(value, Column):
        return column_label(kind, value, language)
    if isinstance(value, StoredValue):
        stands = shown(value.column, value.value, language)
        return f"{column_label(kind, value.column, language)}: {stands}"
    if isinstance(value, Kind):
        return sheet_name(value, language)
    if isinstance(value, tuple):
        words = [_word(item, kind, language) for item in value[:_MANY]]
        return ", ".join(words) + (" ..." if len(value) > _MANY else "")
    if isinstance(value, date):
        at = local(value).date() if isinstance(value, datetime) else value
        return shown(Column("", "date", ""), at, language)
    if isinstance(value, float):
        return f"{value:.12g}".replace(".", "," if language == "nl" else ".")
    return str(value)[:120]


def form_problem(
    rule: str, language: str, sheet: str = "", cell: str = "", found: str = "", **fields: object
) -> Problem:
    """Return a problem of the workbook's form: a file, sheet, column, key or formula.

    >>> form_problem("formula", "nl", "Doelen", "C5", "=1+1").remedy
    'Kopieer de cel en plak alleen de waarde.'
    """
    said = _said(f"registry.import.fault.{rule}", language, {"sheet": sheet, **fields})
    return Problem(place=sheet, cell=cell, found=found, **said)


def _said(key: str, language: str, fields: Mapping[str, object]) -> dict[str, Any]:
    """Return what is wrong, what was expected and what to do, and the words between them."""
    parts = ("what", "expected", "remedy")
    said: dict[str, Any] = {part: text(f"{key}.{part}", language, **fields) for part in parts}
    words = (text(f"registry.import.words.{n}", language) for n in ("found", "expected", "cell"))
    return {**said, "words": tuple(words)}


def row_problem(problem: Problem, kind: Kind, cell: str, language: str) -> Problem:
    """Return a broken rule of a row as a problem of its cell."""
    return replace(in_words(problem, kind, language), place=sheet_name(kind, language), cell=cell)


@dataclass(frozen=True, slots=True, repr=False)
class ImportReport(ShowsItself):
    """What an import stored.

    Parameters
    ----------
    wijk : str
        Empty for a table of several wijken.
    created, changed, removed, unchanged : int
        Rows of the workbook.
    ignored : tuple of str
        Sheets that do not belong to the registry.
    strange : tuple of str
        Columns that do not; they were left alone.
    gone : tuple of str
        Rows that the workbook was made with and that are no longer in it; they stay.
    """

    wijk: str
    language: str
    created: int
    changed: int
    removed: int
    unchanged: int
    ignored: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = {name: getattr(self, name) for name in ("created", "changed", "removed")}
        key = "done" if any(counts.values()) else "nothing"
        lines = [text(f"registry.import.{key}", self.language, unchanged=self.unchanged, **counts)]
        rows = ", ".join(self.gone[:20]) + (" ..." if len(self.gone) > 20 else "")
        said = {
            "ignored": {"sheets": ", ".join(self.ignored)},
            "strange": {"columns": ", ".join(self.strange)},
            "gone": {"rows": rows},
        }
        for name, fields in said.items():
            if getattr(self, name):
                lines.append(text(f"registry.import.{name}", self.language, **fields))
        if self.wijk and any(counts.values()):
            lines.append(text("registry.import.renew", self.language, wijk=self.wijk))
        return "\n".join(lines)


class WorkbookError(RegistryError):
    """A workbook was refused and nothing was stored; `problems` is everything wrong with it."""

    def __init__(self, problems: Problem | Iterable[Problem], language: str = "en"):
        super().__init__(problems)
        self.language = language
        self.lead = text("registry.import.lead", language)

    def table(self) -> pd.DataFrame:
        """Return what is wrong as a table in the workbook's language."""
        names = ("place", "cell", "what", "found", "expected", "remedy")
        labels = [text(f"registry.import.columns.{name}", self.language) for name in names]
        rows = [[getattr(problem, name) for name in names] for problem in self.problems]
        return pd.DataFrame(rows, columns=labels, dtype="str")
