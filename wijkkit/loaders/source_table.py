"""A source file as it stands: cells untouched, with what the file itself says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from wijkkit.errors import DataError, Problem

#: A survey of one city has fewer rows than this.
MAXIMUM_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The cells of a file and its own metadata.

    Parameters
    ----------
    file : str
        How messages call the file.
    cells : DataFrame
        One column per column of the file; the index holds the row as a researcher counts it.
    written : bool
        Whether all cells are text because the format knows nothing else (csv).
    decimal : str
        Decimal sign of written numbers.
    ambiguous : bool
        Whether a point may as well be a thousand separator: the file is separated by semicolons,
        as Dutch programs do it, and nobody said what the decimal sign is.
    missing : mapping of str to sequence of (low, high) or str
        User-missing values and ranges that the file declares, per column.
    labels : mapping of str to mapping
        Value labels that the file declares, per column: value -> label.
    titles : mapping of str to str
        The label of each column that has one.
    ticked : mapping of str to float or str
        Columns of a multiple response set -> the value that means "chosen"; the rest is not.
    percentages : mapping of str to int
        Columns of a workbook -> how many of their cells were shown as percentages; such a cell
        holds what is shown (12.5 where the workbook shows 12.5%).
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


def check_header(header: Sequence[object], file: str) -> Iterator[Problem]:
    """Yield what is wrong with the names of a file's columns: empty or double ones."""
    seen: dict[str, int] = {}
    for position, name in enumerate(header, start=1):
        text = "" if name is None else str(name).strip()
        if not text:
            yield Problem(
                "a column without a name",
                file=file,
                place=f"column {position}",
                remedy="Name it, or delete it.",
            )
        elif text in seen:
            yield Problem(
                "two columns have the same name",
                file=file,
                place=f"column '{text}'",
                found=f"columns {seen[text]} and {position}",
                remedy="Rename or delete one.",
            )
        seen.setdefault(text, position)


def check_size(rows: int, file: str) -> None:
    """Refuse a file with more rows than a survey of one city can have."""
    if rows > MAXIMUM_ROWS:
        raise DataError(
            "the file has too many rows",
            file=file,
            found=f"{rows:,}",
            expected=f"at most {MAXIMUM_ROWS:,}",
            remedy="Select the respondents of the study's waves.",
        )


def rows_text(rows: Sequence[object], shown: int = 3) -> str:
    """Return row numbers in words.

    Examples
    --------
    >>> rows_text([4]), rows_text([4, 8, 9, 12, 13])
    ('row 4', 'rows 4, 8, 9 and 2 more')
    """
    first = ", ".join(str(row) for row in rows[:shown])
    more = len(rows) - shown
    return f"row{'s' if len(rows) > 1 else ''} {first}" + (
        f" and {more:,} more" if more > 0 else ""
    )
