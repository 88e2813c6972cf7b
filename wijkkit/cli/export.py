"""The commands ``wijkkit export``: released numbers in the forms of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wijkkit.errors import ParameterError

app = typer.Typer(
    help="Hand released numbers on: for Swing, as a data package; or unprotected, for research.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
StudyOption = Annotated[Path, typer.Option(help="Folder of the study.")]


@app.command()
def swing(
    to: Annotated[Path, typer.Option(help="Workbook to write.")] = Path("swing.xlsx"),
    study: StudyOption = Path("parameters"),
) -> None:
    """Write the workbook that Swing imports: data and metadata of the released numbers."""
    from wijkkit.export import write_swing
    from wijkkit.released import open_city

    view = open_city(str(study))
    typer.echo(f"Written: {write_swing(view.study, view.released, to)}")


@app.command()
def data(
    to: Annotated[Path, typer.Option(help="New or empty folder.")] = Path("data_package"),
    study: StudyOption = Path("parameters"),
) -> None:
    """Write all released tables as CSV, with a datapackage.json that describes them."""
    from wijkkit.export import write_data_package
    from wijkkit.released import open_city

    view = open_city(str(study))
    written = write_data_package(view.study, view.released, to)
    typer.echo(f"Written: {len(written) - 1} tables and {written[-1]}")
    if not view.study.settings.report.licence:
        typer.echo("No licence is named: set report.licence in study.yml.", err=True)


@app.command()
def research(
    to: Annotated[Path, typer.Option(help="Folder outside the site and the released tables.")],
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help="You know that these numbers are not protected.")
    ] = False,
    study: StudyOption = Path("parameters"),
) -> None:
    """Write tidy estimates with n, weighted and not, before disclosure control."""
    if not unprotected:
        raise ParameterError(
            "these numbers do not pass disclosure control",
            expected="--unprotected",
            remedy="Say --unprotected, and keep the files on your own machine.",
        )
    from wijkkit.export import write_research
    from wijkkit.export.research import refuse_published
    from wijkkit.pipeline.unprotected import unprotected_estimates
    from wijkkit.study import open_study

    opened = open_study(study)
    refuse_published(opened, to)
    for path in write_research(opened, unprotected_estimates(opened), to):
        typer.echo(f"Written, not protected: {path}")
