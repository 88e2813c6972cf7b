"""The commands ``wijkkit run``, ``status``, ``diff``, ``crate`` and ``lab``, and their progress."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from wijkkit.batch.manifest import JobResult
from wijkkit.batch.plan import Job
from wijkkit.batch.runner import Progress
from wijkkit.study import open_study

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from wijkkit.batch.manifest import RunResult


Names = list[str] | None
PathOrNone = Path | None
StudyOption = Annotated[Path, typer.Option("--study", help="Folder of the study.")]


def run(
    study: StudyOption = Path("parameters"),
    wijk: Annotated[
        Names, typer.Option(help="Only this neighbourhood; may be given again.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks at the same time.")] = 2,
    engine: Annotated[str, typer.Option(help="auto, fork or papermill.")] = "auto",
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--fail-fast", help="Go on after a failure.")
    ] = True,
    notebooks: Annotated[
        PathOrNone, typer.Option(help="Folder of the notebooks; the project's own where absent.")
    ] = None,
    dask: Annotated[str, typer.Option(help="Scheduler of a Dask cluster to run on.")] = "",
) -> None:
    """Run the notebooks that have changed or are unfinished."""
    from wijkkit.batch.runner import dask_executor
    from wijkkit.batch.runner import run as run_study

    where = dask_executor(dask) if dask else nullcontext((None, jobs))
    with _stoppable(), where as (executor, slots), terminal_progress() as progress:
        result = run_study(
            study,
            wijken=wijk or None,
            jobs=slots,
            engine=engine,
            executor=executor,
            keep_going=keep_going,
            progress=progress,
            notebooks=notebooks,
        )
    typer.echo(summary(result))
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def summary(result: RunResult) -> str:
    """Return what a run did, in one line."""
    ran = sum(job.ran and job.status == "ok" for job in result.jobs)
    unchanged = sum(not job.ran and job.status == "ok" for job in result.jobs)
    return (
        f"{ran} notebooks ran, {unchanged} unchanged, {len(result.failed)} without result, "
        f"in {result.seconds:.1f} s"
    )


def status(study: StudyOption = Path("parameters")) -> None:
    """Say how each notebook fared in its last run."""
    from wijkkit.batch.manifest import changed_files, states

    opened = open_study(study)
    rows = states(opened)
    for row in rows:
        cell = "" if row.get("cell") is None else f", cell {row['cell']}"
        detail = f"{cell}: {row['message']}" if row["message"] else ""
        typer.echo(f"{row['status']:<12} {row['scope']}/{row['notebook']}{detail}")
    for file in changed_files(opened) if rows else ():
        typer.echo(f"{'changed':<12} {file}: not the file that was run; wijkkit run")
    if not rows:
        typer.echo("Nothing has run yet.")


def diff(
    before: Annotated[str, typer.Argument(help="A run: its name, 'previous', or a folder.")],
    after: Annotated[str, typer.Argument(help="A run: its name, 'last', or a folder.")] = "last",
    study: StudyOption = Path("parameters"),
) -> None:
    """Say which published numbers changed between two runs, and by how much."""
    import pandas as pd

    from wijkkit.batch.crate import changed_numbers, run_tables

    opened = open_study(study)
    table = changed_numbers(run_tables(opened, before), run_tables(opened, after))
    for row in table.itertuples():
        change = "" if pd.isna(row.change) else f" ({row.change:+g})"
        numbers = " -> ".join("-" if pd.isna(x) else f"{x:g}" for x in (row.before, row.after))
        typer.echo(f"{row.table}: {row.where}, {row.column}: {numbers}{change}")
    typer.echo(f"{len(table)} published numbers differ")


def crate(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    study: StudyOption = Path("parameters"),
) -> None:
    """Export the last run as an RO-Crate."""
    from wijkkit.batch.crate import export_crate

    typer.echo(str(export_crate(open_study(study), folder)))


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM stop a run as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# The command ``wijkkit lab``.


def lab(
    study: StudyOption = Path("parameters"),
    options: Annotated[Names, typer.Argument(help="Options for JupyterLab, after '--'.")] = None,
) -> None:
    """Open JupyterLab on the notebooks of a study; outputs stay out of git."""
    from wijkkit.workbench.lab import open_lab

    raise typer.Exit(open_lab(study, *(options or ())))


# Progress in the terminal: a bar with what is running, plain lines where there is no terminal.


@contextmanager
def terminal_progress(file: TextIO | None = None) -> Iterator[Progress]:
    """Yield the listener that shows the progress of `run` on `file`, standard error by default."""
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
