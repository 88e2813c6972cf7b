"""What the batch does with one job: its fingerprint, its task, and keeping its result."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat

from wijkkit.batch import fingerprint as marks
from wijkkit.batch.engine.task import Limits, Outcome, Task
from wijkkit.batch.executed import cleaned, failures, first_error
from wijkkit.batch.files import hash_file, hash_of, write_whole
from wijkkit.batch.plan import CITY, Job
from wijkkit.study import Study

if TYPE_CHECKING:
    from wijkkit.batch.runner import JobResult

#: What notebooks of a project use, directly or through wijkkit.
PRELOAD = (
    "pandas",
    "matplotlib.pyplot",
    "seaborn",
    "geopandas",
    "pyarrow.parquet",
    "great_tables",
    "wijkkit.study",
    "wijkkit.released",
    "wijkkit.show",
)


@dataclass(frozen=True)
class Work:
    """The study and what all its jobs have in common."""

    study: Study
    engine: str
    common: str
    preload: tuple[str, ...]

    @classmethod
    def of(cls, study: Study, planned: Sequence[Job], engine: str) -> Work:
        common = hash_of(marks.package_code(), marks.study_files(study))
        return cls(study, engine, common, PRELOAD)

    def fingerprint(self, job: Job) -> str:
        return marks.fingerprint(job, self.study, self.common, marks.tables(self.study))

    def unchanged(self, job: Job, fingerprint: str, last: Mapping[str, Any] | None) -> bool:
        """Return whether the job's last result is still its result."""
        return (
            last is not None
            and last["event"] == "ok"
            and last.get("fingerprint") == fingerprint
            and last.get("output") == hash_file(self.study.runs / job.output)
            and last.get("tables", {}) == self._written(job)
        )

    def forget(self, job: Job) -> None:
        """Remove what an earlier run left, so that nothing older can be taken for this run's."""
        for path in (self.study.runs / job.output, self._failed(job)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def task(self, job: Job) -> Task:
        return Task(
            notebook=job.notebook.text,
            parameters=job.parameters,
            folder=str(self.study.folder.parent),
            stage=job.notebook.stage,
            limits=Limits(**self.study.settings.batch.model_dump()),
            engine=self.engine,
        )

    def keep(
        self, job: Job, fingerprint: str, outcome: Outcome
    ) -> tuple[JobResult, dict[str, Any]]:
        """Check an outcome and write its notebook; return how the job ended, for the log as well."""
        if outcome.notebook is None:
            return self._result(job, outcome, outcome.status, outcome.message, outcome.cell), {}
        notebook = nbformat.reads(outcome.notebook, as_version=4)
        error = first_error(notebook)
        wrong = list(failures(notebook, job.notebook.text))
        text = nbformat.writes(cleaned(notebook, str(self.study.folder.parent))).encode()
        try:
            if outcome.status != "ok" or wrong:
                write_whole(self._failed(job), text)
                cell, message = error or (outcome.cell, outcome.message or (wrong or ["?"])[0])
                kind = outcome.status if outcome.status != "ok" else "check"
                return self._result(job, outcome, kind, message, cell), {}
            if fingerprint != self.fingerprint(job):
                message = "its input changed while it ran"
                return self._result(job, outcome, "changed", message, None), {}
            write_whole(self.study.runs / job.output, text)
        except OSError as error:
            message = f"its result cannot be written: {error.strerror or error}"
            return self._result(job, outcome, "unwritable", message, None), {}
        details = {
            "fingerprint": fingerprint,
            "output": hash_file(self.study.runs / job.output),
            "tables": self._written(job),
        }
        return self._result(job, outcome, "ok", "", None), details

    def _written(self, job: Job) -> dict[str, str]:
        folder = self.study.runs / "released"
        return {name: hash_file(folder / f"{name}.parquet") for name in job.notebook.writes}

    def _failed(self, job: Job):
        folder = CITY if job.scope == CITY else f"wijk/{job.scope}"
        return self.study.runs / "failed" / folder / f"{job.notebook.name}.ipynb"

    @staticmethod
    def _result(job: Job, outcome: Outcome, kind: str, message: str, cell: int | None) -> JobResult:
        from wijkkit.batch.runner import JobResult

        status = kind if kind in ("ok", "interrupted") else "failed"
        kinds = {"ok": "", "interrupted": "", "failed": "error"}
        return JobResult(
            *job.key,
            status,
            kind=kinds.get(kind, kind),
            message=message,
            cell=None if cell is None else cell + 1,
            seconds=outcome.seconds,
        )
