"""The command ``wijkkit report``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wijkkit.cli.run import Names, StudyOption
from wijkkit.errors import ParameterError, ReportError
from wijkkit.study import open_study


class EngineChoice(StrEnum):
    auto = "auto"
    quarto = "quarto"
    builtin = "builtin"


FormatChoice = StrEnum("FormatChoice", "html pdf docx pptx xlsx")


def report(
    study: StudyOption = Path("parameters"),
    engine: Annotated[
        EngineChoice, typer.Option(help="auto is the built-in engine; quarto must be on the path.")
    ] = EngineChoice.auto,
    form: Annotated[
        list[FormatChoice] | None, typer.Option("--format", help="Besides HTML; may be repeated.")
    ] = None,
    wijk: Annotated[Names, typer.Option(help="Only these wijken; may be repeated.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Reports made at the same time.")] = 2,
) -> None:
    """Make the reports from the executed notebooks and say where they are."""
    from wijkkit.batch.manifest import changed_files
    from wijkkit.reports.render import render

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
    for file in changed_files(opened):
        typer.echo(f"Not the file that was run: {file}. Run the study again: wijkkit run", err=True)
    typer.echo(f"Look at {made.site / 'index.html'}")
    if made.failed:
        raise typer.Exit(ReportError.exit_code)


# The command ``wijkkit release``.


def release(
    folder: Annotated[Path, typer.Argument(help="New folder that may be published.")],
    prepared_by: Annotated[str, typer.Option(help="Your name, for the sign-off.")] = "",
    study: StudyOption = Path("parameters"),
    corrects: Annotated[
        str,
        typer.Option(
            help="The publication that this one replaces: 'release' in its manifest.json, and its "
            "folder in publications/ beside the survey."
        ),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why it is replaced.")] = "",
    new_ledger: Annotated[
        bool, typer.Option("--new-ledger", help="Nothing was ever published from these data.")
    ] = False,
) -> None:
    """Build the folder of reports that may be published: audited, scanned, with a manifest.

    Pages carry the word concept until a second person has completed the sign-off. What is in the
    folder counts as published: later figures that differ from it in a few children stay as they
    are, unless that publication is replaced with --corrects.
    """
    from wijkkit.disclosure.sign_off import sign_off_file
    from wijkkit.language import text
    from wijkkit.pipeline.publication import publish_release

    opened = open_study(study)
    made = publish_release(
        opened,
        folder,
        prepared_by=prepared_by,
        corrects=corrects,
        reason=reason,
        new_ledger=new_ledger,
    )
    state = "signed" if made.signed else "concept"
    fields = {"folder": folder, "files": made.files, "sign_off": sign_off_file(opened)}
    typer.echo(text(f"disclosure.command.{state}", opened.language, **fields))


# The commands ``wijkkit export``: released numbers in the forms of other programs.

app = typer.Typer(
    help="Hand released numbers on: for Swing, as a data package; or unprotected, for research.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def swing(
    to: Annotated[Path, typer.Option(help="Workbook to write.")] = Path("swing.xlsx"),
    study: StudyOption = Path("parameters"),
) -> None:
    """Write the workbook that Swing imports: data and metadata of the released numbers."""
    from wijkkit.export.formats import write_swing
    from wijkkit.released import open_city

    view = open_city(str(study))
    typer.echo(f"Written: {write_swing(view.study, view.released, to)}")


@app.command()
def data(
    to: Annotated[Path, typer.Option(help="New or empty folder.")] = Path("data_package"),
    study: StudyOption = Path("parameters"),
) -> None:
    """Write all released tables as CSV, with a datapackage.json that describes them."""
    from wijkkit.export.formats import write_data_package
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
        what = "these numbers do not pass disclosure control"
        remedy = "Say --unprotected, and keep the files on your own machine."
        raise ParameterError(what, expected="--unprotected", remedy=remedy)
    from wijkkit.export.rows import refuse_published, write_research
    from wijkkit.pipeline.estimation import unprotected_estimates

    opened = open_study(study)
    refuse_published(opened, to)
    for path in write_research(opened, unprotected_estimates(opened), to):
        typer.echo(f"Written, not protected: {path}")
