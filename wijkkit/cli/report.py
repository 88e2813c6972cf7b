"""The command ``wijkkit report``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wijkkit.errors import ReportError


class EngineChoice(StrEnum):
    auto = "auto"
    quarto = "quarto"
    builtin = "builtin"


class FormatChoice(StrEnum):
    html = "html"
    pdf = "pdf"
    docx = "docx"
    pptx = "pptx"
    xlsx = "xlsx"


def report(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
    engine: Annotated[
        EngineChoice, typer.Option(help="auto is the built-in engine; quarto must be on the path.")
    ] = EngineChoice.auto,
    form: Annotated[
        list[FormatChoice] | None, typer.Option("--format", help="Besides HTML; may be repeated.")
    ] = None,
    wijk: Annotated[
        list[str] | None, typer.Option(help="Only these wijken; may be repeated.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Reports made at the same time.")] = 2,
) -> None:
    """Make the reports from the executed notebooks and say where they are."""
    from wijkkit.reports.render import render
    from wijkkit.study import open_study

    opened = open_study(study)
    made = render(
        opened,
        engine=engine.value,
        formats=[choice.value for choice in form or ()],
        wijken=wijk or None,
        jobs=jobs,
    )
    typer.echo(
        f"Engine: {made.engine}. {len(made.files)} files; "
        f"{len(made.made)} pages made anew, the others were as they should be."
    )
    for line in made.warnings:
        typer.echo(f"Quarto warned: {line}", err=True)
    for stem, notebooks in made.failed.items():
        for notebook, why in notebooks.items():
            typer.echo(f"Not complete: {stem}.html has no {notebook} ({why})", err=True)
    typer.echo(f"Look at {made.site / 'index.html'}")
    if made.failed:
        raise typer.Exit(ReportError.exit_code)
