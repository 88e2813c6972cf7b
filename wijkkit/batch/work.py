"""What the batch does with one job: its fingerprint, its task, and keeping its result."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from wijkkit.batch import fingerprint as marks
from wijkkit.batch.engine.task import Limits, Outcome, Task
from wijkkit.batch.executed import cleaned, failures, first_error
from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.batch.imports import code_of, preload
from wijkkit.batch.plan import CITY, Job
from wijkkit.batch.result import JobResult
from wijkkit.batch.table_hashes import TableHashes
from wijkkit.files import write_whole
from wijkkit.study import Study


@dataclass(frozen=True)
class Work:
    """The study, and what its jobs have in common.

    Parameters
    ----------
    study : Study
    engine : str
    common : str
        Hash of what all jobs depend on.
    code : PackageCode
    tables : TableHashes
    preload : tuple of str
        Modules the notebooks import.
    """

    study: Study
    engine: str
    common: str
    code: marks.PackageCode
    tables: TableHashes
    preload: tuple[str, ...]
    _notebooks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, planned: Sequence[Job], engine: str, project: Path) -> Work:
        """Gather what the jobs have in common; `project` is the folder of the lock file."""
        notebooks = {job.notebook.file: job.notebook for job in planned}.values()
        many = [n for n in notebooks if n.stage != CITY] or list(notebooks)
        return cls(
            study,
            engine,
            hash_of(marks.study_files(study), marks.installed(project), engine),
            marks.PackageCode(_known_code(study.runs)),
            TableHashes(study.runs / "released"),
            preload(code_of(notebook.text) for notebook in many),
        )

    def fingerprint(self, job: Job) -> str:
        """Return the hash of the job's code, parameters and, for the city, the sources."""
        notebook = job.notebook
        if notebook.file not in self._notebooks:
            self._notebooks[notebook.file] = hash_of(
                marks.notebook_code(notebook.text), self.code.reached_from(notebook.text)
            )
        parts = [self.common, self._notebooks[notebook.file], json.dumps(job.parameters)]
        if job.scope == CITY:
            parts += [marks.sources(self.study), marks.areas(self.study)]
        return hash_of(*parts)

    def unchanged(self, job: Job, fingerprint: str, last: Mapping[str, Any] | None) -> bool:
        """Return whether the job's last result is still its result."""
        return (
            last is not None
            and last["event"] == "ok"
            and last.get("fingerprint") == fingerprint
            and last.get("output") == hash_file(self.study.runs / job.output)
            and all(self.tables.of(name) == mark for name, mark in last["tables"].items())
        )

    def before(self, job: Job) -> dict[str, str]:
        """Return the hashes of everything the job may read, and remove its earlier result."""
        for path in (self.study.runs / job.output, self._failed(job)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        own = () if job.scope == CITY else (f"{name}@{job.scope}" for name in self.tables.names())
        return {name: self.tables.of(name) for name in (*self.tables.names(), *own)}

    def task(self, job: Job) -> Task:
        """Return what a process needs to run the job."""
        return Task(
            notebook=job.notebook.text,
            parameters=job.parameters,
            folder=str(self.study.folder.parent),
            stage=job.notebook.stage,
            limits=Limits(**self.study.settings.batch.model_dump()),
            engine=self.engine,
        )

    def keep(
        self, job: Job, fingerprint: str, before: Mapping[str, str], outcome: Outcome
    ) -> tuple[JobResult, dict[str, Any]]:
        """Check an outcome and write its notebook; return how the job ended, and more for the log."""
        if outcome.notebook is None:
            return _ended(job, outcome, outcome.status, outcome.message, outcome.cell), {}
        notebook = nbformat.reads(outcome.notebook, as_version=4)
        text = nbformat.writes(cleaned(notebook, str(self.study.folder.parent))).encode()
        kind, message, cell = self._judged(job, notebook, outcome)
        tables = self._tables(job, outcome, before)
        if kind == "ok":
            kind, message = self._steady(job, fingerprint, tables)
        try:
            write_whole(self.study.runs / job.output if kind == "ok" else self._failed(job), text)
        except OSError as error:
            message = f"its result cannot be written: {error.strerror or error}"
            return _ended(job, outcome, "unwritable", message, None), {}
        if kind != "ok":
            return _ended(job, outcome, kind, message, cell), {}
        details = {
            "fingerprint": fingerprint,
            "output": hash_file(self.study.runs / job.output),
            "tables": tables,
        }
        return _ended(job, outcome, "ok", "", None), details

    def save_code(self) -> None:
        """Keep the hashes of wijkkit's source for the next run."""
        write_whole(self.study.runs / "code.json", json.dumps(self.code.known).encode())

    def _judged(
        self, job: Job, notebook: nbformat.NotebookNode, outcome: Outcome
    ) -> tuple[str, str, int | None]:
        wrong = list(failures(notebook, job.notebook.text))
        if outcome.status == "ok" and not wrong:
            return "ok", "", None
        cell, message = first_error(notebook) or (outcome.cell, outcome.message or wrong[0])
        return ("check" if outcome.status == "ok" else outcome.status), message, cell

    def _tables(self, job: Job, outcome: Outcome, before: Mapping[str, str]) -> dict[str, str]:
        """Return the hashes of what the job read, as it was before, and of what it wrote."""
        if outcome.read is None:
            read = [name for name in before if "@" not in name]
        else:
            read = list(outcome.read)
        own = set(job.notebook.writes)
        tables = {name: before.get(name, "absent") for name in read if name not in own}
        if job.scope != CITY:
            tables |= {n: before.get(n, "no rows") for n in read if "@" in n}
        return tables | {name: self.tables.of(name) for name in own}

    def _steady(self, job: Job, fingerprint: str, tables: Mapping[str, str]) -> tuple[str, str]:
        """Return ``ok``, or what changed under the job while it ran."""
        changed = [name for name, mark in tables.items() if self.tables.of(name) != mark]
        if job.scope == CITY and self.fingerprint(job) != fingerprint:
            changed.append("the study's sources")
        if changed:
            return "changed", f"changed while it ran: {', '.join(changed)}"
        absent = [name for name in job.notebook.writes if tables[name] == "absent"]
        if absent:
            return "check", f"it did not write the table {', '.join(absent)}"
        return "ok", ""

    def _failed(self, job: Job) -> Path:
        return self.study.runs / "failed" / job.output


def _known_code(runs: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        known = json.loads((runs / "code.json").read_bytes())
        if isinstance(known, dict):
            return known
    return {}


def _ended(job: Job, outcome: Outcome, kind: str, message: str, cell: int | None) -> JobResult:
    ok = kind == "ok"
    return JobResult(
        *job.key,
        "ok" if ok else "failed",
        kind="" if ok else {"failed": "error"}.get(kind, kind),
        message=message,
        cell=None if cell is None else cell + 1,
        seconds=outcome.seconds,
        memory_mb=outcome.memory_mb,
    )
