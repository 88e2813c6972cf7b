"""What a job's result depends on, as hashes: the same hashes, the same result."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.batch.imports import FOLDER, Reach, modules, reach
from wijkkit.batch.known import Known
from wijkkit.batch.notebooks import Notebook
from wijkkit.batch.source import described
from wijkkit.disclosure.ledger import ledgers_of
from wijkkit.study import Study

#: Modules that make every executed notebook, whatever it imports.
_ALWAYS = ("wijkkit.batch.engine", "wijkkit.batch.executed", "wijkkit.batch.keeping")


class PackageCode:
    """wijkkit's own source: what notebooks reach of it, and hashes of that, without comments."""

    def __init__(self, known: Known):
        self._known = known
        self._modules: dict[str, dict[str, Any]] = {}
        self._data = [(path.relative_to(FOLDER), hash_file(path)) for path in _data_files()]

    def reach(self, notebook: Notebook) -> Reach:
        """Return the modules that a notebook can reach."""
        return reach(notebook.mentions, lambda name: self._said(name)["mentions"])

    def reached_from(self, notebook: Notebook) -> str:
        """Return the hash of the modules that a notebook can reach, and of their rooms' data."""
        names = set(self.reach(notebook).own)
        rooms = {name.split(".")[1] for name in names if "." in name}
        names.update(name for name in modules() if name.startswith(_ALWAYS))
        data = [f"{path}:{mark}" for path, mark in self._data if path.parts[0] in rooms]
        return hash_of(*data, *(f"{name}:{self._said(name)['means']}" for name in sorted(names)))

    def _said(self, name: str) -> dict[str, Any]:
        if name not in self._modules:
            source = modules()[name].read_bytes()
            self._modules[name] = self._known.get(
                "module", hash_of(source), lambda: described(source.decode())
            )
        return self._modules[name]


def _data_files() -> list[Path]:
    """Return wijkkit's files that are no Python: message catalogues and the like."""
    kinds = {".yml", ".json", ".csv", ".mako"}
    return sorted(path for path in FOLDER.rglob("*") if path.suffix in kinds)


def installed(project: Path) -> str:
    """Return the hash of the project's lock file, or of what is installed where there is none."""
    lock = project / "requirements.lock"
    if lock.is_file():
        return hash_file(lock)
    packages = {f"{d.name}=={d.version}" for d in importlib.metadata.distributions()}
    return hash_of(*sorted(packages))


def sources(study: Study) -> str:
    """Return the hash of the study's source files, its registry and what was published of it."""
    said = study.settings.sources.model_dump(mode="json")
    paths = sorted({*_paths(said), study.settings.registry.path})
    published = [
        f"{folder.name}:{hash_file(folder / 'publication.json')}"
        for ledger in ledgers_of(study)
        for folder in sorted(ledger.glob("*"))
    ]
    correction = hash_file(study.runs / "corrects.json")
    return hash_of(
        *(f"{path}:{hash_file(study.path(path))}" for path in paths), *published, correction
    )


def _paths(said: object) -> list[str]:
    if isinstance(said, dict):
        own = [said[key] for key in ("path", "weights") if isinstance(said.get(key), str)]
        return own + [path for value in said.values() for path in _paths(value)]
    if isinstance(said, list | tuple):
        return [path for value in said for path in _paths(value)]
    return []


def study_files(study: Study) -> str:
    """Return the hash of the files that define the study, its disclosure policy among them.

    A wijk's own file is no part of it: its content are the parameters of its notebooks.
    """
    names = ("study.yml", "codebook.yml", "indicators.yml", "indicators.py")
    return hash_of(*(f"{name}:{hash_file(study.folder / name)}" for name in names))


def areas(study: Study) -> str:
    """Return the hash of all wijken: what the city's notebooks see of wijken/."""
    return hash_of(*(hood.model_dump_json() for hood in study.neighbourhoods.values()))
