"""Rows of the store as data frames with fixed columns and types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from wijkkit.registry.definition import Kind
from wijkkit.registry.tables import COLUMNS

HISTORY_COLUMNS = (
    "number", "kind", "wijk", "key", "version", "action", "who", "at", "source", "content",
)  # fmt: skip

_DTYPES = {
    "text": "str",
    "choice": "str",
    "reference": "str",
    "integer": "Int64",
    "number": "float64",
    "date": "datetime64[us]",
}


def kind_frame(kind: Kind, rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return rows of a kind as a frame; the types do not depend on what the rows hold.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> kind_frame(KINDS["goals"], []).dtypes["target"]
    dtype('float64')
    """
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS[kind.name]), dtype=object)
    types = {column.name: _DTYPES[column.type] for column in kind.columns}
    types |= {"wijk": "str", "key": "str", "version": "int64", "changed_by": "str"}
    frame = frame.astype(types)
    frame["changed_at"] = pd.to_datetime(frame["changed_at"], utc=True)
    return frame


def history_frame(rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return rows of the history as a frame."""
    frame = pd.DataFrame(list(rows), columns=list(HISTORY_COLUMNS), dtype=object)
    texts = ["kind", "wijk", "key", "action", "who", "source"]
    frame = frame.astype({name: "str" for name in texts} | {"number": "int64", "version": "int64"})
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame
