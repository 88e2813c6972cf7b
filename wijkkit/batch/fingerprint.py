"""What a job's result depends on, as hashes: the same hashes, the same result."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

import wijkkit
from wijkkit.errors import RegistryError
from wijkkit.files import sha256, write_whole
from wijkkit.study import Study
from wijkkit.study.guard import REGISTRY

# Hashes that name contents.


def hash_of(*parts: bytes | str) -> str:
    """Return one hash of several parts, in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """Return the hash of a file's content, or ``absent``."""
    try:
        return sha256(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return "absent"


#: Rooms that no notebook reaches: a change in one makes no result stale.
_APART = ("cli", "demo", "live", "project", "proposal", "reports")
_SOURCE = {".py", ".yml", ".json", ".csv", ".mako"}


def package() -> str:
    """Return the hash of wijkkit's own source that notebooks can reach."""
    folder = Path(wijkkit.__file__).parent
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.suffix in _SOURCE)
    found = [name for name in names if name.parts[0] not in _APART]
    return hash_of(*(f"{name.as_posix()}:{hash_file(folder / name)}" for name in found))


def installed(project: Path) -> str:
    """Return the hash of the project's lock file, or of what is installed where there is none."""
    lock = project / "requirements.lock"
    if lock.is_file():
        return hash_file(lock)
    packages = {f"{d.name}=={d.version}" for d in importlib.metadata.distributions()}
    return hash_of(*sorted(packages))


def sources(study: Study) -> str:
    """Return the hash of the study's source files and of what was published of it."""
    published = [
        f"{folder.name}:{hash_file(folder / 'publication.json')}"
        for ledger in study.ledgers
        for folder in sorted(ledger.glob("*"))
    ]
    correction = hash_file(study.runs / "corrects.json")
    files = (f"{path}:{mark}" for path, mark in _files(study).items())
    return hash_of(*files, *published, correction)


def defined(study: Study) -> dict[str, str]:
    """Return the hash of each file that a publication is about: the study's own and its sources.

    The registry goes on between a run and its publication.
    """
    return {**_own_files(study), "wijken": areas(study), **_files(study)}


def _files(study: Study) -> dict[str, str]:
    """Return the hash of each source file."""
    quotes = study.settings.process.quotes
    said = _paths(study.settings.sources.model_dump(mode="json")) + ([quotes] if quotes else [])
    return {path: hash_file(study.path(path)) for path in sorted(set(said))}


def registry(study: Study) -> str:
    """Return the hash of the registry's file, or the number of the last change in a database."""
    said = study.settings.registry
    if not (said.url or said.url_variable):
        return hash_file(study.path(said.path))
    from wijkkit.registry import open_registry  # a run of a registry in a file loads no database

    with open_registry(study) as opened:
        return str(opened.mark())


def seen_of_registry(study: Study) -> dict[str, str]:
    """Return the variable that lets notebooks see the registry as it is now, whoever saves later.

    Empty where there is none that can be read: the notebook that asks for it says why.
    """
    from wijkkit.registry import open_registry  # a run without changes loads no database
    from wijkkit.registry.store import is_kept

    if not is_kept(study):
        return {REGISTRY: "0"}
    with contextlib.suppress(RegistryError), open_registry(study) as opened:
        return {REGISTRY: str(opened.mark())}
    return {}


def _paths(said: object) -> list[str]:
    if isinstance(said, dict):
        own = [said[key] for key in ("path", "weights") if isinstance(said.get(key), str)]
        return own + [path for value in said.values() for path in _paths(value)]
    if isinstance(said, list | tuple):
        return [path for value in said for path in _paths(value)]
    return []


def study_files(study: Study) -> str:
    """Return the hash of the files that define the study; a wijk's own are parameters instead."""
    return hash_of(*(f"{name}:{mark}" for name, mark in _own_files(study).items()))


def _own_files(study: Study) -> dict[str, str]:
    names = ("study.yml", "codebook.yml", "indicators.yml", "indicators.py")
    return {name: hash_file(study.folder / name) for name in names}


def areas(study: Study) -> str:
    """Return the hash of all wijken: what the city's notebooks see of wijken/."""
    return hash_of(*(one.model_dump_json() for one in study.neighbourhoods.values()))


# Hashes of the released tables: whole, or of the rows of one wijk.

#: The folder of what notebooks published and is not released, and the name of all of it.
UNRELEASED = "unreleased"


class TableHashes:
    """The hashes of released tables as they are now; those of rows are kept in ``known.json``."""

    def __init__(self, runs: Path):
        self._folder, self._path_of_known = runs / "released", runs / "known.json"
        self._known: dict[str, tuple[tuple, str]] = {}
        self._rows: dict[str, dict[str, str] | None] = {}
        self._earlier: dict[str, dict[str, str] | None] = {}
        self._by = hash_of(sys.version, version("pandas"), hash_file(Path(__file__)))
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            content = json.loads(self._path_of_known.read_bytes())
            self._earlier = dict(content["rows"]) if content["by"] == self._by else {}

    def save(self) -> None:
        """Keep what was found of rows for the next run; what nobody asked for is forgotten."""
        if self._rows != self._earlier:
            content = json.dumps({"by": self._by, "rows": self._rows})
            write_whole(self._path_of_known, content)

    def names(self) -> list[str]:
        """Return the names of the tables that are there."""
        return sorted(path.stem for path in self._folder.glob("*.parquet"))

    def of(self, read: str) -> str:
        """Return the hash of what `read` names.

        A table, ``table@wijk`` for one wijk's rows, ``unreleased/<notebook>/<name>`` for what a
        notebook published, ``unreleased`` for all of that.
        """
        if read == UNRELEASED:
            return self._published()
        name, _, wijk = read.partition("@")
        whole = self._whole(name)
        if not wijk or whole == "absent":
            return whole
        if whole not in self._rows:
            known = whole in self._earlier
            self._rows[whole] = self._earlier[whole] if known else self._by_wijk(name)
        rows = self._rows[whole]
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
