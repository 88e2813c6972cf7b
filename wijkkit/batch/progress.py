"""Progress in the terminal: a bar with what is running, plain lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from wijkkit.batch.manifest import JobResult
from wijkkit.batch.plan import Job
from wijkkit.batch.runner import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


@contextmanager
def terminal_progress(file: TextIO | None = None) -> Iterator[Progress]:
    """Yield what `run` tells of its jobs, shown on `file`; standard error where absent."""
    file = file or sys.stderr
    if not file.isatty():
        yield _Lines(file)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[running]}"),
        console=Console(file=file, highlight=False),
        transient=True,
    ) as bar:
        yield _Bar(bar)


def failure_line(result: JobResult) -> str:
    """Return one line for a notebook that did not succeed: where, and the error's last line."""
    cell = f", cell {result.cell}" if result.cell is not None else ""
    reason = f" ({result.kind})" if result.kind not in ("", "error") else ""
    return f"{result.status}: {result.scope}/{result.notebook}{cell}{reason}: {result.message}"


class _Lines:
    """A line per failure, and one per tenth of the work with the time that is left."""

    def __init__(self, file: TextIO):
        self._file = file
        self._done = 0
        self._ran = 0
        self._started = time.monotonic()

    def __call__(self, job: Job, result: JobResult | None, total: int) -> None:
        if result is None:
            return
        self._done += 1
        self._ran += result.ran
        if result.status != "ok":
            print(failure_line(result), file=self._file, flush=True)
        if self._done * 10 // total != (self._done - 1) * 10 // total:
            print(f"{self._done}/{total} notebooks{self._left(total)}", file=self._file, flush=True)

    def _left(self, total: int) -> str:
        """Return how long the rest takes if all of it must run, at the pace of what ran."""
        if not self._ran or self._done == total:
            return ""
        each = (time.monotonic() - self._started) / self._ran
        return f", about {each * (total - self._done):.0f} s left"


class _Bar:
    """A bar that shows which notebooks are running."""

    def __init__(self, bar: Bar):
        self._bar = bar
        self._task = bar.add_task("notebooks", total=None, running="")
        self._running: list[str] = []

    def __call__(self, job: Job, result: JobResult | None, total: int) -> None:
        if result is None:
            self._running.append(str(job))
        else:
            self._running = [name for name in self._running if name != str(job)]
            if result.status != "ok":
                self._bar.console.print(failure_line(result), markup=False, soft_wrap=True)
        self._bar.update(
            self._task,
            total=total,
            advance=0 if result is None else 1,
            running=", ".join(self._running),
        )
