"""How a registry workbook is laid out: what writing and reading it agree on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

#: Raised when an older workbook can no longer be read.
LAYOUT = 1

#: Hidden sheet that says which wijk, language and layout the workbook has.
METADATA_SHEET = "wijkkit"
METADATA_KEYS = ("layout", "wijk", "language", "workbook")
#: What newer workbooks say beside: a print of wijk and workbook, and per kind the keys of its rows.
SEAL, ROWS = "seal", "rows:"

#: Empty rows, with keys for new rows, that a workbook has below its own rows.
SPARE_ROWS = {"attendance": 200, "steps": 6}
DEFAULT_SPARE_ROWS = 40

#: Rows of another sheet that a drop-down looks through, at least.
LIST_ROWS = 300

MAXIMUM_BYTES = 10 * 2**20
MAXIMUM_ROWS = 5000
MAXIMUM_TEXT = 2000

#: The earliest and latest year of a date.
YEARS = (1990, 2099)


def seal(wijk: str, workbook: str) -> str:
    """Return what tells that the wijk of a workbook is the one it was made for."""
    return hashlib.sha256(f"{wijk} {workbook}".encode()).hexdigest()[:16]


def stamp(key: str, version: int) -> str:
    """Return what says which version of which row a workbook's row was made from.

    Examples
    --------
    >>> stamp("I03", 2)
    'I03@2'
    """
    return f"{key}@{version}"


def next_key(prefix: str, taken: Collection[str]) -> str:
    """Return the next free key of a kind.

    Examples
    --------
    >>> next_key("I", {"I01", "I07", "own-code"})
    'I08'
    """
    return next_keys(prefix, taken, 1)[0]


def next_keys(prefix: str, taken: Collection[str], count: int) -> list[str]:
    """Return the next free keys of a kind.

    Examples
    --------
    >>> next_keys("I", {"I09"}, 2)
    ['I10', 'I11']
    """
    rests = [key[len(prefix) :] for key in taken if key.startswith(prefix)]
    last = max((int(rest) for rest in rests if rest.isdecimal()), default=0)
    return [f"{prefix}{number:02d}" for number in range(last + 1, last + 1 + count)]
