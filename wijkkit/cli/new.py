"""The command ``wijkkit new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    survey: Annotated[Path, typer.Option(help="Survey file: sav, dta, csv, xlsx or parquet.")],
    separator: Annotated[str, typer.Option(help="Separator of a csv file.")] = ",",
    decimal: Annotated[str, typer.Option(help="Decimal sign of a csv file.")] = ".",
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
) -> None:
    """Start a study from a survey file: propose its files and say what to fill in."""
    from wijkkit.project import lay_out
    from wijkkit.workbench.new_study import new_study

    still_open = new_study(study, survey, separator=separator, decimal=decimal, sheet=sheet)
    written = lay_out(study)
    typer.echo(f"New study: {study}, with {len(written)} files of a project beside it")
    typer.echo("Look at every proposal. What could not be guessed has a mark, '# FILL IN:':")
    for problem in still_open:
        typer.echo(f"  {problem.file}, {problem.place}: {problem.what.removeprefix('fill in ')}")
    typer.echo(f"Fill these in and delete the marks, then: wijkkit check --study {study}")
