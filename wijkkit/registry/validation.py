"""Is a row right by itself? Values are brought to their type; everything wrong is a problem."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.loaders.source_table import day_of
from wijkkit.registry.problems import RowError, broken
from wijkkit.registry.tables import MAXIMUM_TEXT, YEARS, Column, Kind

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_PERSONAL = re.compile(
    r"[^\s@]+@[^\s@]+\.[a-z]{2,}|(?<!\d)(?:\+31|0031|0)[\s-]?[1-9](?:[\s-]?\d){8}(?!\d)",
    re.IGNORECASE,
)
#: A number as it is typed. Three digits after one sign may be thousands: that is not a number.
_TYPED = re.compile(r"-?\d{1,9}(?:[.,](?!\d{3}$)\d+)?")
#: Characters without width that come along with pasted text.
_WIDTHLESS = str.maketrans(dict.fromkeys("\u200b\u2060\ufeff"))
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

#: The goals and indicators of a study, for columns that are listed in it.
StudyLists = Mapping[str, Collection[str]]


def clean_row(
    kind: Kind, values: Mapping[str, object], lists: StudyLists
) -> tuple[dict[str, object], list[Problem]]:
    """Return a row's own columns, brought to their types, and everything that is wrong with it.

    `values`: Values by column; a column that is left out is absent.

    >>> from wijkkit.registry.tables import KINDS
    >>> row, problems = clean_row(KINDS["documents"], {"title": " Plan ", "type": "plan",
    ...     "reference": 2021, "date": "31-02-2021"}, {})
    >>> row["title"], row["reference"], [problem.rule for problem in problems]
    ('Plan', '2021', ['not_a_date'])
    """
    row: dict[str, object] = {}
    problems = []
    for column in kind.columns:
        value = values.get(column.name)
        try:
            row[column.name] = _clean(column, value, lists)
            if column.required and row[column.name] is None:
                raise _wrong("required")
        except RowError as error:
            row[column.name] = None
            found = {"found": None if is_absent(value) else value}
            problems += [
                replace(problem, column=column.name, fields={**problem.fields, **found})
                for problem in error.problems
            ]
    problems.extend(_unordered(kind, row))
    return row, problems


def is_key(key: object) -> bool:
    """Return whether `key` may name a row.

    >>> is_key("I03"), is_key("I 03"), is_key("")
    (True, False, False)
    """
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def is_absent(value: object) -> bool:
    """Return whether nothing stands there: None, NaN, NaT, NA or an empty text."""
    if value is None or (isinstance(value, str) and not value.translate(_WIDTHLESS).strip()):
        return True
    return not isinstance(value, str) and pd.api.types.is_scalar(value) and bool(pd.isna(value))


def holds_personal_data(value: str) -> bool:
    """Return whether a text holds an e-mail address or a telephone number.

    >>> holds_personal_data("bel 010-1234567"), holds_personal_data("12 keer in 2021")
    (True, False)
    """
    return _PERSONAL.search(value) is not None


def _clean(column: Column, value: object, lists: StudyLists) -> object:
    if is_absent(value):
        return None
    if column.type == "text":
        return _text(column, value)
    if column.type in ("integer", "number"):
        return _number(column, value)
    if column.type == "date":
        return _day(value)
    if column.type == "reference":
        return str(value).strip()
    return _choice(column, str(value).strip(), lists)


def _text(column: Column, value: object) -> str:
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        value = f"{value:.15g}"
    if not isinstance(value, str):
        raise _wrong("not_text")
    value = value.translate(_WIDTHLESS).replace("\r\n", "\n").strip()
    if len(value) > MAXIMUM_TEXT:
        raise _wrong("too_long", maximum=MAXIMUM_TEXT)
    if _CONTROL.search(value):
        raise _wrong("control_character")
    if column.released and holds_personal_data(value):
        raise _wrong("personal_data")
    return value


def _number(column: Column, value: object) -> float | int:
    if isinstance(value, str) and _TYPED.fullmatch(value.strip()):
        value = float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise _wrong("not_a_number")
    number = float(value)
    if column.type == "integer" and not number.is_integer():
        raise _wrong("not_whole")
    low = -1e9 if column.minimum is None else column.minimum
    high = 1e9 if column.maximum is None else column.maximum
    if not low <= number <= high:
        raise _wrong("out_of_range", minimum=f"{low:.12g}", maximum=f"{high:.12g}")
    return int(number) if column.type == "integer" else number


def _day(value: object) -> date:
    found = day_of(value)
    if found is None:
        raise _wrong("not_a_date")
    first, last = date(YEARS[0], 1, 1), date(YEARS[1], 12, 31)
    if not first <= found <= last:
        raise _wrong("date_out_of_range", minimum=first, maximum=last)
    return found


def _choice(column: Column, value: str, lists: StudyLists) -> str:
    choices = lists.get(column.listed_in, ()) if column.listed_in else column.choices
    if value not in choices:
        raise _wrong("unknown_choice", choices=tuple(choices))
    return value


def _unordered(kind: Kind, row: Mapping[str, Any]) -> Iterator[Problem]:
    for first, second in kind.ordered:
        low, high = row[first], row[second]
        if low is not None and high is not None and low > high:
            rule = "later" if kind[first].type == "date" else "not_ordered"
            yield broken(rule, first, low, {"other": kind[second], "limit": high})


def _wrong(rule: str, **fields: object) -> RowError:
    return RowError(broken(rule, fields=fields))
