"""Rows of the store as data frames with fixed columns and types."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from wijkkit.registry.tables import COLUMNS, KINDS, Kind

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


def kind_frame(
    kind: Kind, rows: Iterable[Sequence[object]], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return rows of a kind as a frame; the types do not depend on what the rows hold.

    `columns` names what a row holds; all of ``COLUMNS[kind]`` where absent.
    """
    types = {column.name: _DTYPES[column.type] for column in kind.columns}
    types |= {"wijk": "str", "key": "str", "version": "int64", "changed_by": "str"}
    names = list(columns or COLUMNS[kind.name])
    cells = dict(zip(names, zip(*rows, strict=True), strict=False)) or dict.fromkeys(names, ())
    found = {name: _column(cells[name], types.get(name, "")) for name in names}
    return pd.DataFrame(found)


def _column(cells: Sequence[object], dtype: str) -> pd.Series:
    if not dtype:
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object), utc=True))
    if dtype == "float64":
        return pd.Series(np.array(cells, dtype=float))
    return pd.Series(list(cells), dtype=object).astype(dtype)


class KindTables(Mapping[str, pd.DataFrame]):
    """Rows of each kind as they came from the store; a table of them is made when it is asked for.

    `names`: Kind -> what a row holds. `rows`: Kind -> its rows.
    """

    def __init__(
        self, names: Mapping[str, Sequence[str]], rows: Mapping[str, Sequence[Sequence[object]]]
    ):
        self.names, self.rows = names, rows
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, kind: str) -> pd.DataFrame:
        if kind not in self._made:
            self._made[kind] = kind_frame(KINDS[kind], self.rows[kind], self.names[kind])
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def records(self, kind: str) -> list[dict[str, object]]:
        """Return the rows one by one: days as timestamps, an absent day or number as NaT or NaN."""
        names = self.names[kind]
        types = {column.name: column.type for column in KINDS[kind].columns}
        makes = [_CELLS.get(types.get(name, "text")) for name in names]
        return [
            {
                name: cell if make is None else make(cell)
                for name, cell, make in zip(names, row, makes, strict=True)
            }
            for row in self.rows[kind]
        ]

    def columns(self, kind: str) -> dict[str, Sequence[object]]:
        """Return the rows as their columns."""
        names = self.names[kind]
        return dict(zip(names, zip(*self.rows[kind], strict=True), strict=False)) or dict.fromkeys(
            names, ()
        )

    def of_each(self, wijken: Iterable[str]) -> dict[str, KindTables]:
        """Return the tables of each wijk."""
        found: dict[str, dict[str, list]] = {wijk: {kind: [] for kind in self} for wijk in wijken}
        for kind, rows in self.rows.items():
            place = self.names[kind].index("wijk")
            for row in rows:
                if (wijk := str(row[place])) in found:
                    found[wijk][kind].append(row)
        return {wijk: KindTables(self.names, rows) for wijk, rows in found.items()}


#: How a cell of a type is given where rows are taken one by one; as it is where none is named.
_CELLS = {
    "date": lambda cell: pd.NaT if cell is None else pd.Timestamp(cell),
    "number": lambda cell: math.nan if cell is None else cell,
    "integer": lambda cell: math.nan if cell is None else cell,
}


def history_frame(rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return rows of the history as a frame."""
    frame = pd.DataFrame(list(rows), columns=list(HISTORY_COLUMNS), dtype=object)
    texts = ["kind", "wijk", "key", "action", "who", "source"]
    frame = frame.astype(dict.fromkeys(texts, "str") | {"number": "int64", "version": "int64"})
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame
