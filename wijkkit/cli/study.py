"""The commands ``wijkkit study``: a study's files as one workbook, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="study", help="A study's files as one workbook, and back.", no_args_is_help=True
)
_STUDY = Annotated[Path, typer.Option(help="Folder of the study.")]


@app.command("export")
def export_(
    workbook: Annotated[Path, typer.Argument(help="The workbook to write.")] = Path("study.xlsx"),
    study: _STUDY = Path("parameters"),
) -> None:
    """Write study.yml, codebook.yml, indicators.yml and the wijken as one workbook."""
    from wijkkit.proposal.workbook_export import export_study

    typer.echo(f"Workbook: {export_study(study, workbook)}")


@app.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(help="The workbook to read.")],
    study: _STUDY = Path("parameters"),
) -> None:
    """Write the files of a study as a workbook says; say what is wrong by sheet and cell."""
    from wijkkit.proposal.workbook_import import import_study

    for path in import_study(workbook, study):
        typer.echo(f"Written: {path}")
    typer.echo(f"Now: wijkkit check --study {study}")
