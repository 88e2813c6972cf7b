"""What can be wrong with a row, and the words for it in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from wijkkit.errors import Problem, RegistryError
from wijkkit.language import text
from wijkkit.registry.definition import Column, Kind
from wijkkit.registry.wording import choice_labels, column_label, sheet_name, shown

#: A list of choices in a message ends after so many.
_MANY = 15


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a row.

    Parameters
    ----------
    rule : str
        The rule that is broken: its words are in the catalogue, under ``registry.fault``.
    column : str
        The column it is about; empty for the row as a whole.
    found : object
        What stands there.
    fields : mapping
        What the words need: texts, numbers, days, columns, kinds, stored values, tuples of these.
    """

    rule: str
    column: str = ""
    found: object = None
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredValue:
    """What stands in the registry now, for a message."""

    column: Column
    value: object


@dataclass(frozen=True, slots=True)
class FaultWords:
    """A fault in a reader's language."""

    what: str
    found: str
    expected: str
    remedy: str


class RowError(RegistryError):
    """A row cannot be kept as it is; `faults` says why, for who shows it in another language."""

    def __init__(self, problems: Problem | Iterable[Problem], faults: tuple[Fault, ...] = ()):
        super().__init__(problems)
        self.faults = faults


class ConflictError(RowError):
    """A row was changed by somebody else after it was read; nothing was overwritten."""


#: Rules that say that somebody else was first.
CONFLICTS = ("changed_by_other", "changed_meanwhile", "exists", "removed", "never_there")


def fault_words(fault: Fault, kind: Kind, language: str) -> FaultWords:
    """Return a fault in words.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> fault_words(Fault("required", "name"), KINDS["goals"], "nl").expected
    'Doel'
    """
    column = kind[fault.column] if fault.column else None
    fields = {name: _word(value, kind, language) for name, value in fault.fields.items()}
    if column is not None:
        fields["label"] = column_label(kind, column, language)
        if column.choices:
            fields["choices"] = _word(
                tuple(choice_labels(column, language).values()), kind, language
            )
    key = f"registry.fault.{fault.rule}"
    found = "" if fault.found is None else _word(fault.found, kind, language)
    return FaultWords(
        text(f"{key}.what", language, **fields),
        found,
        text(f"{key}.expected", language, **fields),
        text(f"{key}.remedy", language, **fields),
    )


def refuse(kind: Kind, wijk: str, key: str, faults: Iterable[Fault]) -> RowError:
    """Return the error that reports the faults of a row, in English."""
    faults = tuple(faults)
    problems = []
    for fault in faults:
        words = fault_words(fault, kind, "en")
        place = f"{kind.name} {key} of {wijk}"
        problems.append(
            Problem(
                words.what,
                file="registry",
                place=f"{place}, {fault.column}" if fault.column else place,
                found=words.found,
                expected=words.expected,
                remedy=words.remedy,
            )
        )
    conflict = any(fault.rule in CONFLICTS for fault in faults)
    return (ConflictError if conflict else RowError)(problems, faults)


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
        return shown(Column("", "date", ""), value, language)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)[:120]
