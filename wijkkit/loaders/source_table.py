"""A source file as it stands: cells untouched, with what the file itself says of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pandas as pd

from wijkkit.errors import DataError, Problem

S = TypeVar("S")
R = TypeVar("R")

#: A survey of one city has fewer rows than this.
MAXIMUM_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The cells of a file and its own metadata.

    `file`: How messages call the file. `cells`: One column per column of the file; the index holds
    the row as a researcher counts it. `written`: Whether all cells are text because the format
    knows nothing else (csv). `decimal`: Decimal sign of written numbers. `ambiguous`: Whether a
    point may as well be a thousand separator: the file is separated by semicolons, as Dutch
    programs do it, and nobody said what the decimal sign is. `missing`: User-missing values and
    ranges that the file declares, per column. `labels`: Value labels that the file declares, per
    column: value -> label. `titles`: The label of each column that has one. `ticked`: Columns of a
    multiple response set -> the value that means "chosen"; the rest is not. `percentages`: Columns
    of a workbook -> how many of their cells were shown as percentages; such a cell holds what is
    shown (12.5 where the workbook shows 12.5%).
    """

    file: str
    cells: pd.DataFrame
    written: bool = False
    decimal: str = "."
    ambiguous: bool = False
    missing: Mapping[str, Sequence[tuple[float, float] | str]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    ticked: Mapping[str, float | str] = field(default_factory=dict)
    percentages: Mapping[str, int] = field(default_factory=dict)


def read_each(sources: Iterable[S], read: Callable[[S], R]) -> list[R]:
    """Read every source; raise DataError with what is wrong in all of them together."""
    found: list[R] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            found.append(read(source))
        except DataError as error:
            problems.extend(error.problems)
    DataError.raise_for(problems)
    return found


#: So many rows and columns are named.
_FEW = 3


def check_header(header: Sequence[object], file: str) -> Iterator[Problem]:
    """Yield what is wrong with the names of a file's columns: empty or double ones."""
    seen: dict[str, int] = {}
    unnamed = sum(name is None or not str(name).strip() for name in header)
    if unnamed > _FEW:
        what, remedy = f"{unnamed} columns without a name", "Name them, or delete them."
        remedy += " Do the names stand in the second row? Delete the first."
        yield Problem(what, file=file, place="first row", remedy=remedy)
    for position, name in enumerate(header, start=1):
        text = "" if name is None else str(name).strip()
        if not text and unnamed > _FEW:
            continue
        if not text:
            what, remedy = "a column without a name", "Name it, or delete it."
            yield Problem(what, file=file, place=f"column {position}", remedy=remedy)
        elif text in seen:
            what, found = "two columns have the same name", f"columns {seen[text]} and {position}"
            remedy = "Rename or delete one."
            yield Problem(what, file=file, place=f"column '{text}'", found=found, remedy=remedy)
        seen.setdefault(text, position)


def check_size(rows: int, file: str) -> None:
    """Refuse a file with more rows than a survey of one city can have."""
    if rows > MAXIMUM_ROWS:
        what, expected = "the file has too many rows", f"at most {MAXIMUM_ROWS:,}"
        remedy = "Select the respondents of the study's waves."
        raise DataError(what, file=file, found=f"{rows:,}", expected=expected, remedy=remedy)


def rows_text(rows: Sequence[object]) -> str:
    """Return row numbers in words.

    >>> rows_text([4]), rows_text([4, 8, 9, 12, 13])
    ('row 4', 'rows 4, 8, 9 and 2 more')
    """
    first, more = ", ".join(map(str, rows[:_FEW])), len(rows) - _FEW
    rest = f" and {more:,} more" if more > 0 else ""
    return f"row{'s' if len(rows) > 1 else ''} {first}{rest}"


# What stands in one cell: as the codebook writes it, as a number, as a date, or a mistake.

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
#: A day as it is typed: the day or the year first; programs add a time.
_TYPED_DAY = re.compile(
    r"(\d{1,2}|\d{4})([-/.])(\d{1,2})\2(\d{1,2}|\d{4})(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
)
_OTHER_DECIMAL = {".": (",", "a decimal comma"), ",": (".", "a decimal point")}
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,' ]\d{3})+([.,]\d+)?", re.ASCII)


def written(raw: object) -> str:
    """Return a cell as codebook.yml writes it: whole numbers without decimals, text stripped.

    >>> written(2.0), written(0.5), written(" BU0599 "), written(True)
    ('2', '0.5', 'BU0599', 'TRUE')
    """
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, Problem):
        return raw.found
    if isinstance(raw, bool | np.bool_):
        return str(raw).upper()
    if isinstance(raw, int | np.integer):
        return str(int(raw))
    if isinstance(raw, float | np.number | Decimal):
        number = float(raw)
        return str(int(number)) if number.is_integer() else repr(number)
    if isinstance(raw, datetime) and raw.time() == datetime.min.time():
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    return str(raw).strip()


def is_number(text: str) -> bool:
    """Return whether a text is a number with a decimal point and nothing else."""
    return _NUMBER.fullmatch(text) is not None


def parse_number(raw: object, table: SourceTable) -> float | Problem:
    """Return a cell as a number by the table's decimal sign, or what stands there instead."""
    if isinstance(raw, date):
        what = "a date where a number was expected"
        return Problem(what, expected="a number", remedy="Give the column another format.")
    if isinstance(raw, int | float | np.number | Decimal):
        return float(raw)
    text = str(raw).strip()
    if _OTHER_DECIMAL[table.decimal][0] in text:
        return _not_a_number(text, table.decimal)
    if table.ambiguous and re.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}", text):
        return _two_readings(text, ".")
    plain = text.replace(table.decimal, ".")
    if not _NUMBER.fullmatch(plain):
        return _not_a_number(text, table.decimal)
    return float(plain)


def _not_a_number(text: str, decimal: str) -> Problem:
    other, name = _OTHER_DECIMAL[decimal]
    if _THOUSANDS.fullmatch(text) and (decimal in text or text.count(other) > 1 or " " in text):
        return Problem(
            "a number with thousand separators", expected="digits only", remedy="Export it without."
        )
    if _THOUSANDS.fullmatch(text) and text.count(other) == 1:
        return _two_readings(text, other)
    if _NUMBER.fullmatch(text.replace(other, ".", 1)) and text.count(other) == 1:
        remedy = f"Set decimal: '{other}' in study.yml, or export the file again."
        return Problem(name, expected=f"'{decimal}' as the decimal sign", remedy=remedy)
    remedy = "Correct the cell, or list it in codebook.yml (missing:) if it means missing."
    return Problem("text where a number was expected", expected="a number", remedy=remedy)


def _two_readings(text: str, sign: str) -> Problem:
    return Problem(
        "a number that can be read in two ways",
        expected=f"digits without '{sign}', or the decimal sign said",
        remedy=f"If '{sign}' parts thousands, export the file without it; if it is the decimal sign, "
        f"say decimal: '{sign}' in study.yml.",
    )


def parse_date(raw: object) -> pd.Timestamp | Problem:
    """Return a cell as a day, or what stands there instead."""
    day = day_of(raw)
    if day is not None and day.year > 31:
        return pd.Timestamp(day)
    expected = "a day, as 2021-04-30 or 30-4-2021"
    return Problem("not a date", expected=expected, remedy="Export dates that way.")


def day_of(raw: object) -> date | None:
    """Return a day, or text that is one with the year or, as Dutch files have it, the day first.

    >>> day_of("30/4/2021"), day_of("2021-04-30 14:05:00"), day_of("4-30-2021")
    (datetime.date(2021, 4, 30), datetime.date(2021, 4, 30), None)
    """
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    typed = _TYPED_DAY.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if typed is None:
        return None
    first, month, last = int(typed[1]), int(typed[3]), int(typed[4])
    year, day = (first, last) if first > 31 else (last, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None
