"""What the batch needs for one job: its fingerprint, whether it must run, its task."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkkit.batch import fingerprint as marks
from wijkkit.batch.engine.task import Limits, Task
from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.batch.known import Known
from wijkkit.batch.plan import CITY, Job, output_path
from wijkkit.batch.states import changed_needs
from wijkkit.batch.table_hashes import UNRELEASED, TableHashes
from wijkkit.study import Study
from wijkkit.study.guard import NOTEBOOK

#: What the project's notebooks use: loaded once, by the process that they are forked from.
PRELOAD = (
    "geopandas",
    "matplotlib.pyplot",
    "pandas",
    "pyarrow.parquet",
    "scipy.stats",
    "seaborn",
    "wijkkit.analysis.people",
    "wijkkit.evaluation.effect.evaluate",
    "wijkkit.pipeline.estimation",
    "wijkkit.pipeline.process",
    "wijkkit.released",
    "wijkkit.show",
)


@dataclass(frozen=True)
class Work:
    """The study, and what its jobs have in common.

    Parameters
    ----------
    common : str
        Hash of what all jobs depend on.
    """

    study: Study
    engine: str
    common: str
    tables: TableHashes

    @classmethod
    def of(cls, study: Study, engine: str, project: Path, known: Known) -> Work:
        """Gather what the jobs have in common; `project` is the folder of the lock file."""
        return cls(
            study,
            engine,
            hash_of(marks.study_files(study), marks.package(), marks.installed(project), engine),
            TableHashes(study.runs / "released", known),
        )

    def fingerprint(self, job: Job) -> str:
        """Return the hash of the job's code, parameters and, for the city, the sources."""
        parts = [self.common, job.notebook.code, json.dumps(job.parameters)]
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
            and not changed_needs(self.study.runs, last)
        )

    def needs(self, job: Job) -> dict[str, str]:
        """Return the hashes of the city's notebooks that one of the city came after.

        What a wijk's notebook depends on are the tables it reads.
        """
        needs = job.needs if job.scope == CITY else ()
        return {"/".join(key): hash_file(self.study.runs / output_path(*key)) for key in needs}

    def before(self, job: Job) -> dict[str, str]:
        """Return the hashes of everything the job may read, and remove its earlier result.

        What it published goes too: it may no longer publish it.
        """
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
            limits=Limits(**self.study.settings.batch.model_dump()),
            engine=self.engine,
            environment={NOTEBOOK: job.notebook.name},
        )

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
        used = (
            name for name, mark in last["tables"].items() if "@" not in name and mark != "absent"
        )
        there = all(self.tables.of(name) != "absent" for name in used)
        return there and (self.study.runs / job.output).is_file()

    def failed(self, job: Job) -> Path:
        """Return where the notebook of a job goes that did not succeed."""
        return self.study.runs / "failed" / job.output
