"""Run a study's notebooks."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkkit.batch.engine.client import choose_engine, close_fork_server, execute
from wijkkit.batch.engine.task import Outcome
from wijkkit.batch.fingerprint import UNRELEASED, defined, hash_file
from wijkkit.batch.lock import RUN, writing
from wijkkit.batch.manifest import EventLog, JobResult, RunResult, write_manifest
from wijkkit.batch.plan import CITY, Job, Key, find_notebooks, plan, read_notebooks
from wijkkit.batch.work import PRELOAD, Work, cleaned, failures, first_error
from wijkkit.errors import BatchError
from wijkkit.files import write_whole
from wijkkit.study import Study, open_study

if TYPE_CHECKING:
    import nbformat

#: Told of each job when it starts (no result) and when it has ended.
Progress = Callable[[Job, JobResult | None, int], None]


def run(
    study: str | Path | Study = "parameters",
    *,
    wijken: Iterable[str] | None = None,
    jobs: int = 2,
    engine: str = "auto",
    keep_going: bool = True,
    executor: Executor | None = None,
    progress: Progress | None = None,
    notebooks: str | Path | None = None,
) -> RunResult:
    """Run the notebooks of a study that have changed or are unfinished.

    Parameters
    ----------
    wijken : iterable of str, optional
        Slugs of the neighbourhoods; all where absent. The city's notebooks are always part.
    jobs : int
        Notebooks at the same time.
    engine : {"auto", "fork", "papermill"}
        ``fork`` forks a process per notebook from one that has loaded everything; ``papermill``
        starts a kernel per notebook; ``auto`` is ``fork`` where the system has it.
    keep_going : bool
        Go on with other notebooks after a failure. What depends on the failed one is skipped.
    executor : concurrent.futures.Executor, optional
        Runs the notebooks elsewhere; threads of this process where absent.
    progress : callable, optional
        Called with (job, None, number of jobs) at the start and (job, result, number) at the end.
    notebooks : str or Path, optional
        Folder with ``stad/`` and ``wijk/``; that of the study's project where absent.

    Raises
    ------
    ParameterError
        Before anything runs: parameters do not fit the notebooks.
    BatchError
        Another command writes what this study makes, or the runs folder cannot be written.

    Examples
    --------
    >>> from wijkkit.batch import run
    >>> result = run("parameters")
    >>> result.failed
    ()
    """
    study = study if isinstance(study, Study) else open_study(study)
    folder = find_notebooks(study.folder, notebooks)
    planned = plan(study, read_notebooks(folder), wijken)
    work = Work.of(study, choose_engine(engine), folder.parent)
    name = uuid.uuid4().hex[:12]
    started, began = time.monotonic(), datetime.now(UTC)
    with writing(study.runs, RUN), _executor(executor, jobs) as pool:
        with EventLog(study.runs / "events.jsonl", name) as log:
            loop = _Loop(work, log, pool, jobs, keep_going, progress)
            names = sorted({f"{job.notebook.stage}/{job.notebook.name}" for job in planned})
            log.write("run started", jobs=len(planned), notebooks=names, of=defined(study))
            results = loop.run(planned)
            log.write("run ended")
        work.tables.save()
        result = RunResult(name, tuple(results), time.monotonic() - started)
        write_manifest(study, result, began, work.engine, log.last.values())
    return result


@contextmanager
def _executor(executor: Executor | None, jobs: int) -> Iterator[Executor]:
    if executor is not None:
        yield executor
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    finally:
        close_fork_server()
        pool.shutdown(cancel_futures=True)


class _Loop:
    """Start what is ready, settle what has ended, until nothing is left."""

    def __init__(self, work, log, pool, jobs, keep_going, progress):
        self._work: Work = work
        self._log: EventLog = log
        self._pool: Executor = pool
        self._room = max(1, jobs)
        self._keep_going = keep_going
        self._stopped = False
        self._progress: Progress = progress or (lambda *_: None)
        self._results: dict[Key, JobResult] = {}
        self._running: dict[Future, tuple[Job, str, dict[str, str]]] = {}

    def run(self, planned: tuple[Job, ...]) -> list[JobResult]:
        self._total = len(planned)
        waiting = deque(planned)
        try:
            while waiting or self._running:
                self._begin_ready(waiting)
                if self._running:
                    done, _ = wait(self._running, return_when=FIRST_COMPLETED)
                    if self._keep_going:
                        # Nothing stands still while what has ended is checked and written.
                        self._begin_ready(waiting)
                    for future in done:
                        self._end(future)
            self._tell_of_removed(planned)
        except KeyboardInterrupt:
            close_fork_server()
            self._interrupt(planned)
        return [self._results[job.key] for job in planned]

    def _tell_of_removed(self, planned: tuple[Job, ...]) -> None:
        """A result that somebody removed while the run went on is no success."""
        for job in planned:
            ok = self._results[job.key].status == "ok"
            if ok and not self._work.is_there(job, self._log.last[job.key]):
                message = "its result was removed during the run"
                self._settle(job, JobResult(*job.key, "failed", "unwritable", message))

    def _interrupt(self, planned: tuple[Job, ...]) -> None:
        begun = [job for job, *_ in self._running.values() if job.key not in self._results]
        for job in begun:
            self._settle(job, JobResult(*job.key, "interrupted", message="stopped by the user"))
        for job in planned:
            not_started = JobResult(*job.key, "interrupted", message="not started")
            self._results.setdefault(job.key, not_started)

    def _begin_ready(self, waiting: deque[Job]) -> None:
        """Begin jobs in order while there is room; those that wait for others go on waiting.

        What has ended and is not yet kept takes room too, so that it cannot pile up in memory.
        """
        left = []
        while waiting and self._has_room():
            job = waiting.popleft()
            if not self._begin(job):
                left.append(job)
        waiting.extendleft(reversed(left))

    def _has_room(self) -> bool:
        at_work = sum(not future.done() for future in self._running)
        return at_work < self._room and len(self._running) < 2 * self._room

    def _begin(self, job: Job) -> bool:
        """Start, skip or leave a job; return whether it no longer waits."""
        if any(need not in self._results for need in job.needs):
            return False
        failed = [need for need in job.needs if self._results[need].status != "ok"]
        if failed or self._stopped:
            reason = "an earlier notebook failed"
            if failed:
                reason = f"needs {'/'.join(failed[0])}, which did not succeed"
            self._settle(job, JobResult(*job.key, "skipped", message=reason, ran=False))
            return True
        fingerprint = self._work.fingerprint(job)
        last = self._log.last.get(job.key)
        if self._work.unchanged(job, fingerprint, last):
            self._results[job.key] = JobResult(*job.key, "ok", ran=False)
            self._progress(job, self._results[job.key], self._total)
            return True
        self._log.write("started", job.key)
        before = self._work.before(job)
        self._progress(job, None, self._total)
        work = self._work
        future = self._pool.submit(execute, work.task(job), PRELOAD, str(work.study.folder))
        self._running[future] = (job, fingerprint, before)
        return True

    def _end(self, future: Future) -> None:
        job, fingerprint, before = self._running[future]
        try:
            outcome = future.result()
        except Exception as error:
            outcome = Outcome("killed", message=f"{type(error).__name__}: {error}")
        result, details = check_and_store(self._work, job, fingerprint, before, outcome)
        self._settle(job, result, **details)
        del self._running[future]

    def _settle(self, job: Job, result: JobResult, **details) -> None:
        self._results[job.key] = result
        self._stopped |= result.status == "failed" and not self._keep_going
        self._log.write(
            result.status,
            job.key,
            kind=result.kind,
            message=result.message,
            cell=result.cell,
            seconds=round(result.seconds, 3),
            **details,
        )
        self._progress(job, result, self._total)


# What is kept of a job that has ended: its outcome checked, its notebook written.


def check_and_store(
    work: Work, job: Job, fingerprint: str, before: Mapping[str, str], outcome: Outcome
) -> tuple[JobResult, dict[str, Any]]:
    """Check an outcome and write its notebook; return how the job ended, and more for the log."""
    if outcome.notebook is None:
        return _ended(job, outcome, outcome.status, outcome.message, outcome.cell), {}
    import nbformat  # a run without changes loads no notebook

    notebook = nbformat.reads(outcome.notebook, as_version=4)
    text = nbformat.writes(cleaned(notebook, str(work.study.folder.parent))).encode()
    kind, message, cell = _judged(job, notebook, outcome)
    tables = _tables(work, job, outcome, before)
    if kind == "ok":
        kind, message = _steady(work, job, fingerprint, tables)
    try:
        write_whole(work.study.runs / job.output if kind == "ok" else work.failed(job), text)
    except OSError as error:
        message = f"its result cannot be written: {error.strerror or error}"
        return _ended(job, outcome, "unwritable", message, None), {}
    if kind != "ok":
        return _ended(job, outcome, kind, message, cell), {}
    details = {
        "fingerprint": fingerprint,
        "output": hash_file(work.study.runs / job.output),
        "tables": tables,
        "needs": work.needs(job),
    }
    return _ended(job, outcome, "ok", "", None), details


def _judged(
    job: Job, notebook: nbformat.NotebookNode, outcome: Outcome
) -> tuple[str, str, int | None]:
    wrong = list(failures(notebook, job.notebook.text))
    if outcome.status == "ok" and not wrong:
        return "ok", "", None
    cell, message = first_error(notebook) or (outcome.cell, outcome.message or wrong[0])
    return ("check" if outcome.status == "ok" else outcome.status), message, cell


def _tables(work: Work, job: Job, outcome: Outcome, before: Mapping[str, str]) -> dict[str, str]:
    """Return the hashes of what the job read, as it was before, and of what it wrote."""
    published = work.published(job)
    if outcome.read is None:
        # Nobody noted what it read: all tables, and what others published unless it did itself.
        read = [name for name in before if "@" not in name]
        read = [name for name in read if name != UNRELEASED or not published]
    else:
        read = list(outcome.read)
    none = "absent" if job.scope == CITY else "no rows"
    tables = {name: before.get(name, none if "@" in name else "absent") for name in read}
    if job.scope != CITY:
        return tables
    # City notebooks run one at a time: what is no longer what it was, this one wrote.
    names = {*before, *work.tables.names()} - {UNRELEASED}
    now = {name: work.tables.of(name) for name in (*names, *published) if "@" not in name}
    return tables | {name: mark for name, mark in now.items() if before.get(name) != mark}


def _steady(work: Work, job: Job, fingerprint: str, tables: Mapping[str, str]) -> tuple[str, str]:
    """Return ``ok``, or what changed under the job while it ran."""
    changed = [name for name, mark in tables.items() if work.tables.of(name) != mark]
    if job.scope == CITY and work.fingerprint(job) != fingerprint:
        changed.append("the study's sources")
    if changed:
        return "changed", f"changed while it ran: {', '.join(changed)}"
    return "ok", ""


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


# Run notebooks on the workers of a Dask cluster.


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """Yield an executor on a Dask cluster, and how many notebooks it runs at the same time.

    Each worker starts a fork server of its own at its first notebook; it ends with the worker.
    Workers must see the study's folder under the same path. Executed notebooks come back as
    text and are written here. A notebook whose worker dies is run again by another.

    Raises BatchError: There is no scheduler, it has no workers, or the package distributed is not
    installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BatchError(
            "the package distributed is not installed", remedy="Install wijkkit[dask]."
        ) from None
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError):
        raise BatchError(
            "there is no Dask scheduler here", found=address, remedy="Give --dask tcp://host:port."
        ) from None
    with client:
        slots = sum(client.nthreads().values())
        if not slots:
            raise BatchError("the Dask cluster has no workers", found=address)
        with client.get_executor(pure=False) as executor:
            yield executor, slots
