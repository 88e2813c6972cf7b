"""What the batch needs for one job: its fingerprint, whether it must run, its task."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkkit.batch import fingerprint as marks
from wijkkit.batch.engine.task import WIDGET_VIEW, Task
from wijkkit.batch.fingerprint import UNRELEASED, TableHashes, hash_file, hash_of
from wijkkit.batch.manifest import changed_needs
from wijkkit.batch.plan import CITY, Job, output_path
from wijkkit.study import Study
from wijkkit.study.guard import NOTEBOOK

if TYPE_CHECKING:
    import nbformat

#: What the project's notebooks use: loaded once, by the process that they are forked from.
PRELOAD = tuple(
    "geopandas matplotlib.pyplot pandas pyarrow.parquet scipy.stats seaborn "
    "wijkkit.analysis.people wijkkit.evaluation.effect.evaluate wijkkit.pipeline.estimation "
    "wijkkit.pipeline.process wijkkit.released wijkkit.show".split()
)


@dataclass(frozen=True)
class Work:
    """The study, and what its jobs have in common.

    `common` is the hash of what all depend on, `registry` that of the registry at the start:
    what somebody saves while a run goes on is of the next one.
    """

    study: Study
    engine: str
    common: str
    registry: str
    tables: TableHashes

    @classmethod
    def of(cls, study: Study, engine: str, project: Path) -> Work:
        """Gather what the jobs have in common; `project` is the folder of the lock file."""
        return cls(
            study,
            engine,
            hash_of(marks.study_files(study), marks.package(), marks.installed(project), engine),
            marks.registry(study),
            TableHashes(study.runs),
        )

    def fingerprint(self, job: Job) -> str:
        """Return the hash of the job's code, parameters and, for the city, the sources."""
        parts = [self.common, job.notebook.code, json.dumps(job.parameters)]
        if job.scope == CITY:
            parts += [self.registry, marks.sources(self.study), marks.areas(self.study)]
        return hash_of(*parts)

    def unchanged(self, job: Job, fingerprint: str, last: Mapping[str, Any] | None) -> bool:
        """Return whether the job's last result is still its result."""
        return (
            last is not None
            and last["event"] == "ok"
            and last.get("fingerprint") == fingerprint
            and last.get("output") == hash_file(self.study.runs / job.output)
            and all(self.tables.of(name) == mark for name, mark in last["tables"].items())
            and not changed_needs(self.study.runs, last)
        )

    def needs(self, job: Job) -> dict[str, str]:
        """Return the hashes of the city's notebooks before this one; a wijk's reads tables."""
        needs = job.needs if job.scope == CITY else ()
        return {"/".join(key): hash_file(self.study.runs / output_path(*key)) for key in needs}

    def before(self, job: Job) -> dict[str, str]:
        """Return the hashes of all the job may read; remove its earlier result."""
        for path in (self.study.runs / job.output, self.failed(job)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        if job.scope == CITY:
            shutil.rmtree(self._published(job), ignore_errors=True)
        own = () if job.scope == CITY else (f"{name}@{job.scope}" for name in self.tables.names())
        return {name: self.tables.of(name) for name in (*self.tables.names(), UNRELEASED, *own)}

    def task(self, job: Job) -> Task:
        """Return what a process needs to run the job."""
        return Task(
            notebook=job.notebook.text,
            parameters=job.parameters,
            folder=str(self.study.folder.parent),
            stage=job.notebook.stage,
            limits=self.study.settings.batch,
            engine=self.engine,
            environment={NOTEBOOK: job.notebook.name, **(self.seen if job.scope == CITY else {})},
        )

    @cached_property
    def seen(self) -> dict[str, str]:
        """What lets the city's notebooks see one state of the registry."""
        return marks.seen_of_registry(self.study)

    def published(self, job: Job) -> list[str]:
        """Return what a city notebook published, as `TableHashes` names it."""
        if job.scope != CITY:
            return []
        names = sorted(path.stem for path in self._published(job).glob("*.pkl"))
        return [f"{UNRELEASED}/{job.notebook.name}/{name}" for name in names]

    def _published(self, job: Job) -> Path:
        return self.study.runs / UNRELEASED / job.notebook.name

    def is_there(self, job: Job, last: Mapping[str, Any]) -> bool:
        """Return whether the job's result is there, and the tables that `last` says it used."""
        used = [
            name for name, mark in last["tables"].items() if "@" not in name and mark != "absent"
        ]
        there = all(self.tables.of(name) != "absent" for name in used)
        return there and (self.study.runs / job.output).is_file()

    def failed(self, job: Job) -> Path:
        """Return where the notebook of a job goes that did not succeed."""
        return self.study.runs / "failed" / job.output


# An executed notebook: is it what it should be, and what of it may be kept.

_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)
_SOURCE_IN_MEMORY = re.compile(re.escape(tempfile.gettempdir()) + r"[/\\]ipykernel_\d+[/\\]\d+\.py")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def failures(notebook: nbformat.NotebookNode, source: str) -> Iterator[str]:
    """Yield what is wrong: other cells, out of turn, an error, a labelled cell that is empty."""
    import nbformat  # a run without changes loads no notebook

    before = [cell.source for cell in nbformat.reads(source, as_version=4).cells]
    own = (c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", []))
    if before != [cell.source for cell in own]:
        yield "its cells are not those of the notebook"
    count = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        count += 1
        if cell.execution_count != count:
            yield f"cell {index + 1} did not run in its turn"
            return
        may_fail = "raises-exception" in cell.metadata.get("tags", [])
        if not may_fail and any(output.output_type == "error" for output in cell.outputs):
            yield f"cell {index + 1} has an error"
        label = _LABEL.search(cell.source)
        shown = [o for o in cell.outputs if o.output_type in ("display_data", "execute_result")]
        if label and not any(output.data for output in shown):
            yield f"cell {index + 1} ({label[1]}) shows nothing"


def first_error(notebook: nbformat.NotebookNode) -> tuple[int, str] | None:
    """Return the index of the first cell with an error, and its last line."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                text = _ANSI.sub("", output.evalue).strip().splitlines()
                return index, f"{output.ename}: {text[-1] if text else ''}".removesuffix(": ")
    return None


def cleaned(notebook: nbformat.NotebookNode, folder: str) -> nbformat.NotebookNode:
    """Return a copy without traces of this machine: metadata of the run, paths, names."""
    import nbformat

    copy = nbformat.from_dict(_without_paths(notebook, _paths(folder)))
    copy.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **({"wijkkit": copy.metadata["wijkkit"]} if "wijkkit" in copy.metadata else {}),
        }
    )
    for cell in copy.cells:
        for key in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return copy


def _paths(folder: str) -> list[tuple[str, str]]:
    """Return the paths of this machine, longest first, and what stands for them."""
    package = Path(__file__).resolve().parents[1]
    named = {
        folder: ".",
        str(package): "wijkkit",
        str(package.parent): ".",
        sys.prefix: "python",
        sys.base_prefix: "python",
        tempfile.gettempdir(): "temp",
        os.path.expanduser("~"): "~",
    }
    paths = [(path, name) for path, name in named.items() if len(path) > 1]
    return sorted(paths, key=lambda item: -len(item[0]))


def _without_paths(value: Any, paths: list[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        return {
            key: item if key == "image/png" else _without_paths(item, paths)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_paths(item, paths) for item in value]
    if not isinstance(value, str):
        return value
    value = _SOURCE_IN_MEMORY.sub("cell", value)
    for path, name in paths:
        value = value.replace(f"{path}{os.sep}", f"{name}/")
    return value
