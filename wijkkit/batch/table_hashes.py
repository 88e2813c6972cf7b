"""Hashes of the released tables: whole, or of the rows of one wijk."""

from __future__ import annotations

import os
from pathlib import Path

from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.batch.known import Known

#: The folder of what notebooks published and is not released, and the name of all of it.
UNRELEASED = "unreleased"


class TableHashes:
    """The released tables of a study as they are now; a file is read again when it has changed.

    Parameters
    ----------
    folder : Path
        ``<runs>/released``.
    known : Known
        What earlier runs found of the same tables.
    """

    def __init__(self, folder: Path, known: Known):
        self._folder = folder
        self._answers = known
        self._known: dict[str, tuple[tuple, str]] = {}
        self._rows: dict[str, tuple[str, dict[str, str] | None]] = {}

    def names(self) -> list[str]:
        """Return the names of the tables that are there."""
        return sorted(path.stem for path in self._folder.glob("*.parquet"))

    def of(self, read: str) -> str:
        """Return the hash of what `read` names.

        A table, ``table@wijk`` for one wijk's rows, ``unreleased/<notebook>/<name>`` for what a notebook
        published, ``unreleased`` for all of that.
        """
        if read == UNRELEASED:
            return self._published()
        name, _, wijk = read.partition("@")
        whole = self._whole(name)
        if not wijk or whole == "absent":
            return whole
        if self._rows.get(name, ("", {}))[0] != whole:
            rows = self._answers.get("rows", whole, lambda: self._by_wijk(name))
            self._rows[name] = (whole, rows)
        rows = self._rows[name][1]
        return whole if rows is None else rows.get(wijk, "no rows")

    def _whole(self, name: str) -> str:
        path = self._path(name)
        try:
            stat = os.stat(path)
        except OSError:
            return "absent"
        signature = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if self._known.get(name, ((), ""))[0] != signature:
            self._known[name] = (signature, hash_file(path))
        return self._known[name][1]

    def _path(self, name: str) -> Path:
        folder, _, publication = name.partition("/")
        if folder == UNRELEASED:
            return self._folder.parent / UNRELEASED / f"{publication}.pkl"
        return self._folder / f"{name}.parquet"

    def _published(self) -> str:
        folder = self._folder.parent / UNRELEASED
        paths = sorted(path.relative_to(folder) for path in folder.glob("*/*.pkl"))
        names = [f"{UNRELEASED}/{path.parent.name}/{path.stem}" for path in paths]
        return hash_of(*(f"{name}:{self._whole(name)}" for name in names))

    def _by_wijk(self, name: str) -> dict[str, str] | None:
        """Return a hash per wijk; None for a table that cannot be read or is about no wijk."""
        import pandas as pd  # takes as long to load as a run in which nothing has changed
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._folder / f"{name}.parquet"
        try:
            columns = pq.read_schema(path).names
            area = next(column for column in ("wijk", "area") if column in columns)
            table = pq.read_table(path, partitioning=None).to_pandas()
        except (OSError, pa.ArrowException, UnicodeDecodeError, StopIteration):
            return None
        if area == "area" and "area_level" in table:
            table = table[table["area_level"] == "wijk"]
        columns = ",".join(f"{column}:{kind}" for column, kind in table.dtypes.items())
        rows = pd.util.hash_pandas_object(table.map(repr), index=False)
        return {
            str(wijk): hash_of(columns, group.to_numpy().tobytes())
            for wijk, group in rows.groupby(table[area])
        }
