"""The commands ``wijkkit run``, ``status``, ``diff`` and ``crate``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wijkkit.batch.manifest import RunResult


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
    notebooks: Annotated[
        Path | None, typer.Option(help="Folder of the notebooks; the project's own where absent.")
    ] = None,
    dask: Annotated[str, typer.Option(help="Scheduler of a Dask cluster to run on.")] = "",
) -> None:
    """Run the notebooks that have changed or are unfinished."""
    from wijkkit.batch.progress import terminal_progress
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
    from wijkkit.batch.states import states
    from wijkkit.study import open_study

    rows = states(open_study(study))
    for row in rows:
        cell = "" if row.get("cell") is None else f", cell {row['cell']}"
        detail = f"{cell}: {row['message']}" if row["message"] else ""
        typer.echo(f"{row['status']:<12} {row['scope']}/{row['notebook']}{detail}")
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
    from wijkkit.study import open_study

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
    from wijkkit.study import open_study

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
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
    options: Annotated[
        list[str] | None, typer.Argument(help="Options for JupyterLab, after '--'.")
    ] = None,
) -> None:
    """Open JupyterLab on the notebooks of a study; outputs stay out of git."""
    from wijkkit.workbench.lab import open_lab

    raise typer.Exit(open_lab(study, *(options or ())))
