"""One command at a time writes what a study makes: its runs, its site, its publications."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from wijkkit.errors import BatchError, WijkkitError
from wijkkit.files import is_full

RUN, REPORT, RELEASE = "a run", "a report", "a release"


@contextmanager
def writing(runs: Path, what: str, error: type[WijkkitError] = BatchError) -> Iterator[None]:
    """Hold the lock of a study's runs folder while `what` goes on.

    What a command that holds it does on the way is part of it. The operating system gives the lock
    back when a process is killed. Raises `error`: Another command holds it, or the folder cannot be
    written.
    """
    lock = FileLock(runs / ".lock", is_singleton=True)
    if lock.is_locked:
        yield
        return
    try:
        runs.mkdir(parents=True, exist_ok=True)
        # Somebody who asks for the status holds it for a moment.
        lock.acquire(timeout=1.0)
        _said(runs).write_text(f"{what} since {datetime.now():%H:%M}, process {os.getpid()}")
    except Timeout:
        raise error(
            "another command writes the results of this study",
            file=runs.name,
            found=_read(runs),
            remedy="Wait until it ends, or stop it.",
        ) from None
    except OSError as problem:
        lock.release()
        if is_full(problem):
            raise
        raise error(
            "the runs folder cannot be written",
            file=runs.name,
            found=problem.strerror or str(problem),
            remedy="Make it writable, or set output.runs in study.yml.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_running(runs: Path) -> bool:
    """Return whether a run of this study is going on."""
    if not (runs / ".lock").is_file():
        return False
    try:
        with FileLock(runs / ".lock", timeout=0):
            return False
    except (Timeout, OSError):
        return _read(runs).startswith(RUN)


def _said(runs: Path) -> Path:
    """What writes, beside the lock: a file that is locked cannot be read on every system."""
    return runs / ".writing"


def _read(runs: Path) -> str:
    try:
        return _said(runs).read_text(encoding="utf-8")
    except OSError:
        return ""
