"""From the rows of a workbook to the changes they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wijkkit.registry.changes import Change
from wijkkit.registry.problems import broken, choice_labels, choice_of, key_of, sheet_name
from wijkkit.registry.tables import KINDS, Column, next_key
from wijkkit.registry.validation import StudyLists, clean_row, is_absent, is_key
from wijkkit.registry.workbook_read import KEY, REMOVE, STAMP, SheetRow, WorkbookContent

_STAMP = re.compile(r"([A-Za-z0-9_-]+)@([0-9]{1,9})")
#: Whether a row is to be removed is asked as the partners of an intervention are.
_YES_NO = KINDS["partners"]["takes_part"]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the workbook and the change it asks for; `kept` are columns that it lacks."""

    row: SheetRow
    change: Change
    kept: tuple[str, ...] = ()


#: kind -> key -> the first row that has it.
Keys = dict[str, dict[str, int]]
#: What the study's lists (by name) and rows (``rows:`` and the kind) are called: name -> keys.
Names = Mapping[str, Mapping[str, set[str]]]


def called(pairs: Iterable[tuple[object, str]]) -> dict[str, set[str]]:
    """Return the keys of what each name stands for, whatever its capitals."""
    found: dict[str, set[str]] = {}
    for name, key in pairs:
        found.setdefault(str(name).strip().casefold(), set()).add(key)
    return found


def plan_changes(content: WorkbookContent, lists: StudyLists, names: Names) -> list[PlannedRow]:
    """Return the change of every row with a key, and note what is wrong with the others."""
    planned = []
    keys: Keys = {name: {} for name in KINDS}
    for row in content.rows:
        keys[row.kind.name].setdefault(_written_key(row), row.number)
    known = {**names, **_called(content, names)}
    for row in content.rows:
        key = _key(row, keys, content)
        version = _version(row, key, keys, content)
        remove = _remove(row, content)
        plain = {
            column.name: _plain(column, row.values.get(column.name), content.language, known)
            for column in row.kind.columns
        }
        values, faults = clean_row(row.kind, plain, lists)
        kept = tuple(column.name for column in row.kind.columns if column.name not in row.letters)
        for problem in () if remove else faults:
            if problem.column not in kept:
                content.wrong_row(row, problem)
        if key and version is not None:
            change = Change(row.kind.name, key, {} if remove else values, version, remove)
            planned.append(PlannedRow(row, change, kept))
    return planned


def _called(content: WorkbookContent, names: Names) -> Names:
    """Return what rows are called: in the workbook itself, or else in the registry."""
    first = {name: kind.columns[0].name for name, kind in KINDS.items()}
    found = {}
    for name, column in first.items():
        rows = [row for row in content.rows if row.kind.name == name]
        written = [(row.values.get(column), _written_key(row)) for row in rows]
        own = called((word, key) for word, key in written if isinstance(word, str))
        found[f"rows:{name}"] = {**names.get(f"rows:{name}", {}), **own}
    return found


def _written_key(row: SheetRow) -> str:
    value = row.values.get(KEY)
    return "" if is_absent(value) else str(value).strip()


def _key(row: SheetRow, keys: Keys, content: WorkbookContent) -> str:
    key, name = _written_key(row), sheet_name(row.kind, content.language)
    known = keys[row.kind.name]
    example = next_key(row.kind.prefix, set(known))
    if not key:
        content.wrong("no_key", name, row.cell(KEY), example=example)
    elif not is_key(key):
        content.wrong_row(row, broken("bad_key", "", key, {"example": example}))
    elif known[key] != row.number:
        content.wrong("double_key", name, row.cell(KEY), key, other=known[key], example=example)
    else:
        return key
    return ""


def _version(row: SheetRow, key: str, keys: Keys, content: WorkbookContent) -> int | None:
    """Return the version a row was made from; 0 for a new row, or a copy; None with another key."""
    if is_absent(row.values.get(STAMP)):
        return 0
    written, name = str(row.values[STAMP]).strip(), sheet_name(row.kind, content.language)
    found = _STAMP.fullmatch(written)
    if found is None:
        content.wrong("bad_stamp", name, row.cell(STAMP), written)
        return 0
    original, version = found[1], int(found[2])
    if original == key:
        return version
    if key and original not in keys[row.kind.name]:
        content.wrong("changed_key", name, row.cell(KEY), key, original=original)
        return None
    return 0


def _remove(row: SheetRow, content: WorkbookContent) -> bool:
    value = row.values.get(REMOVE)
    if is_absent(value):
        return False
    choice = choice_of(_YES_NO, str(value), content.language)
    if choice not in _YES_NO.choices:
        labels = tuple(choice_labels(_YES_NO, content.language).values())
        problem = broken("unknown_choice", "", str(value), {"choices": labels})
        content.wrong_row(row, problem, REMOVE)
    return choice == "yes"


def _plain(column: Column, value: object, language: str, names: Names) -> object:
    if is_absent(value) or column.type not in ("choice", "reference"):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if column.choices:
        return choice_of(column, str(value), language)
    known = names.get(f"rows:{column.refers_to}" if column.refers_to else column.listed_in, {})
    keys = known.get(str(value).strip().casefold(), set())
    # A name of two things stands for neither.
    return next(iter(keys)) if len(keys) == 1 else key_of(str(value))
