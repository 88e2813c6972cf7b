"""What a job's result depends on, as hashes: the same hashes, the same result."""

from __future__ import annotations

import ast
import importlib.metadata
import json
from pathlib import Path

import nbformat

from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.batch.imports import PACKAGE, code_of, modules, reach
from wijkkit.study import Study

#: Modules that make every executed notebook, whatever it imports.
_ALWAYS = ("wijkkit.batch.engine", "wijkkit.batch.executed", "wijkkit.batch.work")


def notebook_code(text: str) -> str:
    """Return the hash of a notebook's code: comments, prose and stored outputs do not count.

    A label is a comment that reports go by, and counts.
    """
    cells = []
    for cell in nbformat.reads(text, as_version=4).cells:
        if cell.cell_type == "code":
            labels = [line for line in cell.source.splitlines() if line.startswith("#|")]
            cells.append([sorted(cell.metadata.get("tags", [])), labels, meaning(cell.source)])
    return hash_of(json.dumps(cells))


def meaning(source: str) -> str:
    """Return source as what it means: without comments and layout; as it is where it is no Python.

    Examples
    --------
    >>> meaning("x = 1  # one") == meaning("x=1")
    True
    """
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return source


class PackageCode:
    """Hashes of wijkkit's own source, without comments.

    Parameters
    ----------
    known : dict of str to str
        Hash of a file's bytes -> hash of what its source means, from an earlier run; grows.
    """

    def __init__(self, known: dict[str, str]):
        self.known = known
        self._data = [(path.relative_to(PACKAGE), hash_file(path)) for path in _data_files()]

    def reached_from(self, notebook: str) -> str:
        """Return the hash of the modules that a notebook can reach, and of their rooms' data."""
        names = set(reach(code_of(notebook)).own)
        rooms = {name.split(".")[1] for name in names if "." in name}
        names.update(name for name in modules() if name.startswith(_ALWAYS))
        data = [f"{path}:{mark}" for path, mark in self._data if path.parts[0] in rooms]
        return hash_of(*data, *(f"{name}:{self._module(name)}" for name in sorted(names)))

    def _module(self, name: str) -> str:
        raw = hash_file(modules()[name])
        if raw not in self.known:
            source = modules()[name].read_text(encoding="utf-8")
            self.known[raw] = hash_of(meaning(source))
        return self.known[raw]


def _data_files() -> list[Path]:
    """Return wijkkit's files that are no Python: message catalogues and the like."""
    kinds = {".yml", ".json", ".csv", ".mako"}
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in kinds)


def installed(project: Path) -> str:
    """Return the hash of the project's lock file, or of what is installed where there is none."""
    lock = project / "requirements.lock"
    if lock.is_file():
        return hash_file(lock)
    packages = {f"{d.name}=={d.version}" for d in importlib.metadata.distributions()}
    return hash_of(*sorted(packages))


def sources(study: Study) -> str:
    """Return the hash of the study's source files and its registry."""
    said = study.settings.sources.model_dump(mode="json")
    paths = sorted({*_paths(said), study.settings.registry.path})
    return hash_of(*(f"{path}:{hash_file(study.path(path))}" for path in paths))


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
