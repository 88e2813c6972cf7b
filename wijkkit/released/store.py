"""Write and read released tables: one parquet file each in ``<runs>/released``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from wijkkit.errors import BatchError
from wijkkit.files import replacing
from wijkkit.released.reads import note
from wijkkit.showing import ShowsItself
from wijkkit.study import Study


@dataclass(frozen=True, slots=True, repr=False)
class Released(ShowsItself):
    """The released tables of one study.

    Parameters
    ----------
    folder : Path
        ``<runs>/released``.
    """

    folder: Path

    def _facts(self) -> Mapping[str, object]:
        return {"tables": ", ".join(self)}

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self.folder.glob("*.parquet")))

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        self._note(name)
        return self._path(name).is_file()

    def table(self, name: str, own: str = "") -> pd.DataFrame:
        """Return a released table; BatchError says how to make it where it is not there.

        Parameters
        ----------
        name : str
        own : str
            The wijk, for a caller that goes on with its rows only: what the caller shows then
            does not depend on the other rows.
        """
        return _read(self._path(name), self.version(name, own)).copy()

    def version(self, name: str, own: str = "") -> tuple[int, ...]:
        """Return what changes when a released table is written again; asked for as by `table`."""
        self._note(name, own)
        path = self._path(name)
        if not path.is_file():
            raise BatchError(
                f"there is no released table '{name}' yet",
                file=f"released/{path.name}",
                found=", ".join(self) or "no tables",
                remedy="Run the city notebooks first: wijkkit run.",
            )
        stat = path.stat()
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def _note(self, name: str, own: str = "") -> None:
        """Note what was read; exact tables before the release are no released ones."""
        if self.folder.name == "released":
            note(name, own)

    def _path(self, name: str) -> Path:
        return self.folder / f"{_checked(name)}.parquet"


def open_released(study: Study) -> Released:
    """Return the released tables of `study`.

    Returns
    -------
    Released

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.released import open_released
    >>> "estimates" in list(open_released(study))
    True
    """
    return Released(study.runs / "released")


def write_released(study: Study, name: str, table: pd.DataFrame) -> Path:
    """Write a table to the released tables, whole or not at all.

    Parameters
    ----------
    name : str
        Lower-case letters, digits and underscores.
    table : DataFrame or GeoDataFrame
        What disclosure control let through.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import pandas as pd
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> write_released(study, "own_table", pd.DataFrame({"wijk": ["ankerveld"]})).name
    'own_table.parquet'
    """
    path = study.runs / "released" / f"{_checked(name)}.parquet"
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False)
    return path


@lru_cache(maxsize=64)
def _read(path: Path, state: tuple[int, ...]) -> pd.DataFrame:
    """Read a table; `state` says which version of the file it is."""
    if path.stem == "borders":
        import geopandas

        return geopandas.read_parquet(path)
    # One thread: a caller may fork afterwards.
    return pq.read_table(path, use_threads=False, partitioning=None).to_pandas(use_threads=False)


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"not a table name: {name!r}")
    return name
