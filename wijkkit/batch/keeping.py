"""What is kept of a job that has ended: its outcome checked, its notebook written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import nbformat

from wijkkit.batch.engine.task import Outcome
from wijkkit.batch.executed import cleaned, failures, first_error
from wijkkit.batch.hashes import hash_file
from wijkkit.batch.plan import CITY, Job
from wijkkit.batch.result import JobResult
from wijkkit.batch.table_hashes import UNRELEASED
from wijkkit.batch.work import Work
from wijkkit.files import write_whole


def keep(
    work: Work, job: Job, fingerprint: str, before: Mapping[str, str], outcome: Outcome
) -> tuple[JobResult, dict[str, Any]]:
    """Check an outcome and write its notebook; return how the job ended, and more for the log."""
    if outcome.notebook is None:
        return _ended(job, outcome, outcome.status, outcome.message, outcome.cell), {}
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
    tables = {name: before.get(name, "absent") for name in read}
    if job.scope != CITY:
        return tables | {n: before.get(n, "no rows") for n in read if "@" in n}
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
