"""Write and read released tables: one parquet file each in ``<runs>/released``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import pandas as pd
import pyarrow.parquet as pq

from wijkkit.display import ShowsItself
from wijkkit.errors import BatchError
from wijkkit.files import replacing
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.released.views import CityView


# Which released tables this process has asked for: what a notebook's result depends on.

_asked: set[str] = set()


def note(name: str, own: str = "") -> None:
    """Note that a table was asked for; `own` is the wijk whose rows alone are used."""
    _asked.add(f"{name}@{own}" if own else name)


def asked() -> tuple[str, ...]:
    """Return what was asked for: ``name``, or ``name@wijk`` for the rows of one wijk."""
    return tuple(sorted(_asked))


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
        """Return a released table; `own`: the wijk whose rows alone the caller uses."""
        return _read(self._path(name), self.version(name, own)).copy()

    def version(self, name: str, own: str = "") -> tuple[int, ...]:
        """Return what changes when a released table is written again; asked for as by `table`."""
        self._note(name, own)
        path = self._path(name)
        if not path.is_file():
            what, file = f"there is no released table '{name}' yet", f"released/{path.name}"
            remedy = "Run the city notebooks first: wijkkit run."
            raise BatchError(what, file=file, found=", ".join(self) or "no tables", remedy=remedy)
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
    """Write a table to the released tables, whole or not at all."""
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


# One released number: the row with its keys, and its columns in a frame.

#: What a frame holds of each number, after its prefix: ``own_value``, ``own_lower``, ...
NUMBER = ("value", "lower", "upper", "n", "step", "status", "unit")
#: Units of a difference; a ratio of the same two numbers is another row.
_DIFFERENCES = ("points", "score")


#: A tidy table, and where each of its rows stands.
_Rows = tuple[pd.DataFrame, Mapping[tuple[str, ...], int]]


def rows_of(view: CityView, name: str = "estimates") -> _Rows:
    """Return a released tidy table with its rows by key; read once for all frames."""
    return _looked_up(view.released, name, view.released.version(name))


@lru_cache(maxsize=16)
def _looked_up(released: Released, name: str, version: tuple[int, ...]) -> _Rows:
    table = released.table(name)
    if name not in ("estimates", "references"):
        table = table[table["unit"].isin(_DIFFERENCES)].reset_index(drop=True)
    at: dict[tuple[str, ...], int] = {}
    keys = zip(*(table[key].to_list() for key in ESTIMATE_KEYS), strict=True)
    for position, key in enumerate(keys):
        at.setdefault(key, position)
    return table, at


def pick(
    view: CityView,
    indicator: str,
    area: str,
    area_level: str,
    wave: str,
    group_by: str = "",
    group: str = EVERYBODY,
    *,
    name: str = "estimates",
) -> pd.Series | None:
    """Return the one row of the released table `name` with these keys, or None."""
    table, at = rows_of(view, name)
    position = at.get((indicator, area, area_level, wave, group_by, group))
    return None if position is None else table.iloc[position]


def is_shown(row: Mapping[str, Any] | pd.Series | None) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a row has a number."""
    return row is not None and row["status"] == "ok" and not pd.isna(row["value"])


def number_columns(prefix: str, row: Mapping[str, Any] | pd.Series | None) -> dict[str, Any]:
    """Return a row as the columns of one number in a frame; None is a number without data.

    Without a prefix the columns are called ``value``, ``lower``, ...

    >>> number_columns("own", None)["own_status"]
    'missing'
    """
    absent = {"status": "missing", "unit": "", "step": 1.0}
    known = {} if row is None else row
    head = f"{prefix}_" if prefix else ""
    return {f"{head}{key}": known.get(key, absent.get(key, float("nan"))) for key in NUMBER}


def number_at(row: Any, prefix: str) -> dict[str, Any]:
    """Return the number with this prefix in one row of a frame (a tuple or a Series)."""
    get = row.get if isinstance(row, (pd.Series, dict)) else lambda key: getattr(row, key, None)
    return {key: get(f"{prefix}_{key}") for key in NUMBER}
