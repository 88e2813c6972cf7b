"""One run of a study at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wijkkit.errors import BatchError


@contextmanager
def only_run(runs: Path) -> Iterator[None]:
    """Hold the lock of a study's runs folder; BatchError where another run holds it.

    The operating system gives the lock back when a run is killed.
    """
    try:
        runs.mkdir(parents=True, exist_ok=True)
        lock = FileLock(runs / ".lock")
        # Somebody who asks for the status holds it for a moment.
        lock.acquire(timeout=1.0)
    except Timeout:
        raise BatchError(
            "another run of this study is going on",
            file=runs.name,
            remedy="Wait until it ends, or stop it.",
        ) from None
    except OSError as error:
        raise BatchError(
            "the runs folder cannot be written",
            file=runs.name,
            found=error.strerror or str(error),
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
        return True
