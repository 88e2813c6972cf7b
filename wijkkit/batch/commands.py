"""The commands ``wijkkit run`` and ``wijkkit status``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from wijkkit.batch.progress import terminal_progress
from wijkkit.batch.result import RunResult
from wijkkit.batch.runner import run as run_study
from wijkkit.batch.states import status as study_status

StudyOption = Annotated[Path, typer.Option("--study", help="Folder of the study.")]


def run(
    study: StudyOption = Path("parameters"),
    wijk: Annotated[
        list[str] | None, typer.Option(help="Only this neighbourhood; may be given again.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks at the same time.")] = 2,
    engine: Annotated[str, typer.Option(help="auto, fork or papermill.")] = "auto",
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--fail-fast", help="Go on after a failure.")
    ] = True,
    notebooks: Annotated[Path, typer.Option(help="Folder of the notebooks.")] = Path("notebooks"),
) -> None:
    """Run the notebooks that have changed or are unfinished."""
    with _stoppable(), terminal_progress() as progress:
        result = run_study(
            study,
            wijken=wijk or None,
            jobs=jobs,
            engine=engine,
            keep_going=keep_going,
            progress=progress,
            notebooks=notebooks,
        )
    typer.echo(summary(result))
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def summary(result: RunResult) -> str:
    """Return what a run did, in one line.

    Examples
    --------
    >>> summary(RunResult("a", (), 1.25))
    '0 notebooks ran, 0 unchanged, 0 without result, in 1.2 s'
    """
    ran = sum(job.ran and job.status == "ok" for job in result.jobs)
    unchanged = sum(not job.ran and job.status == "ok" for job in result.jobs)
    return (
        f"{ran} notebooks ran, {unchanged} unchanged, {len(result.failed)} without result, "
        f"in {result.seconds:.1f} s"
    )


def status(study: StudyOption = Path("parameters")) -> None:
    """Say how each notebook fared in its last run."""
    table = study_status(study)
    for row in table.itertuples():
        cell = "" if pd.isna(row.cell) else f", cell {row.cell}"
        detail = f"{cell}: {row.message}" if row.message else ""
        typer.echo(f"{row.status:<12} {row.scope}/{row.notebook}{detail}")
    if table.empty:
        typer.echo("Nothing has run yet.")


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
