"""What a job's result depends on, as one hash: the same hash, the same result."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path

import nbformat

from wijkkit.batch.files import hash_file, hash_of
from wijkkit.batch.plan import CITY, Job
from wijkkit.study import Study

_PACKAGE = Path(__file__).resolve().parents[1]


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


def package_code() -> str:
    """Return the hash of wijkkit's own files."""
    parts = []
    for path in sorted(_PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            parts += [path.relative_to(_PACKAGE).as_posix(), hash_file(path)]
    return hash_of(*parts)


def fingerprint(job: Job, study: Study, common: str, tables: Mapping[str, str]) -> str:
    """Return the fingerprint of one job.

    Parameters
    ----------
    job : Job
    study : Study
    common : str
        Hash of what all jobs depend on.
    tables : mapping of str to str
        Hash of each released table.
    """
    reads = job.notebook.reads
    if job.scope == CITY:
        reads = reads or ()
    read = sorted({*(tables if reads is None else reads), *job.notebook.own})
    return hash_of(
        common,
        notebook_code(job.notebook.text),
        json.dumps(job.parameters, sort_keys=True, default=str),
        json.dumps({name: tables.get(name, "absent") for name in read}),
        sources(study) if job.scope == CITY else "",
    )


def sources(study: Study) -> str:
    """Return the hash of the study's source files."""
    return hash_of(*(f"{path.name}:{hash_file(path)}" for path in source_files(study)))


def source_files(study: Study) -> list[Path]:
    """Return the files of a study's sources and its registry."""
    said = study.settings.sources.model_dump(mode="json")
    paths = [*_paths(said), study.settings.registry.path]
    return sorted({study.path(path) for path in paths})


def _paths(said: object) -> list[str]:
    if isinstance(said, dict):
        own = [said["path"]] if isinstance(said.get("path"), str) else []
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


def tables(study: Study) -> dict[str, str]:
    """Return the hash of each released table."""
    folder = study.runs / "released"
    return {path.stem: hash_file(path) for path in sorted(folder.glob("*.parquet"))}
