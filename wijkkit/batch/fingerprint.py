"""What a job's result depends on, as hashes: the same hashes, the same result."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import wijkkit
from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.study import Study

#: Rooms that no notebook reaches: a change in one makes no result stale.
_APART = ("cli", "demo", "live", "project", "proposal", "reports")
_SOURCE = {".py", ".yml", ".json", ".csv", ".mako"}


def package() -> str:
    """Return the hash of wijkkit's own source that notebooks can reach."""
    folder = Path(wijkkit.__file__).parent
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _SOURCE)
    names = ((path, path.relative_to(folder)) for path in paths)
    found = ((path, name) for path, name in names if name.parts[0] not in _APART)
    return hash_of(*(f"{name.as_posix()}:{hash_file(path)}" for path, name in found))


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
        for ledger in study.ledgers
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
