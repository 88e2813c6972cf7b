"""The commands ``wijkkit study``: a study's files as one workbook, and back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wijkkit.cli.run import PathOrNone, StudyOption

if TYPE_CHECKING:
    from wijkkit.project.layout import Difference


app = typer.Typer(
    name="study", help="A study's files as one workbook, and back.", no_args_is_help=True
)


@app.command("export")
def export_(
    workbook: Annotated[Path, typer.Argument(help="The workbook to write.")] = Path("study.xlsx"),
    study: StudyOption = Path("parameters"),
) -> None:
    """Write study.yml, codebook.yml, indicators.yml and the wijken as one workbook."""
    from wijkkit.proposal.workbook_export import export_study

    typer.echo(f"Workbook: {export_study(study, workbook)}")


@app.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(help="The workbook to read.")],
    study: StudyOption = Path("parameters"),
) -> None:
    """Write the files of a study as a workbook says; say what is wrong by sheet and cell."""
    from wijkkit.proposal.workbook_import import import_study

    for path in import_study(workbook, study):
        typer.echo(f"Written: {path}")
    typer.echo(f"Now: {_check_of(study)}")


def _check_of(study: Path) -> str:
    """Return the command that checks a study, as any shell reads it."""
    plain = re.fullmatch(r"[\w./\\:-]+", str(study))
    return f"wijkkit check --study {study}" if plain else f'wijkkit check --study "{study}"'


# The command ``wijkkit new``.

_COLUMN = "Column of the {}; 'none' where there is none."


def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    survey: Annotated[
        PathOrNone, typer.Option(help="Survey file: sav, dta, csv, xlsx or parquet.")
    ] = None,
    areas: Annotated[
        PathOrNone, typer.Option(help="List of the wijken, csv: code, name, arm, pair, district.")
    ] = None,
    area: Annotated[str | None, typer.Option(help=_COLUMN.format("areas"))] = None,
    age: Annotated[str | None, typer.Option(help=_COLUMN.format("ages in years"))] = None,
    weight: Annotated[str | None, typer.Option(help=_COLUMN.format("survey weights"))] = None,
    stratum: Annotated[str | None, typer.Option(help=_COLUMN.format("strata"))] = None,
    psu: Annotated[str | None, typer.Option(help=_COLUMN.format("sampling units"))] = None,
    wave: Annotated[
        str | None, typer.Option(help="Column of the waves or years, or the one wave of the file.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the file.")] = None,
    separator: Annotated[str | None, typer.Option(help="Separator of a csv file.")] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal sign of a csv file.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    tables: Annotated[
        PathOrNone, typer.Option(help="Configuration of a tables book (xlsx) to take over.")
    ] = None,
    excel: Annotated[bool, typer.Option(help="Write study.xlsx beside the files.")] = False,
) -> None:
    """Start a study: propose its files from a survey or a list of areas, say what to fill in."""
    from wijkkit.project.layout import lay_out
    from wijkkit.proposal.new_study import new_study

    named = {"area": area, "age": age, "weight": weight, "stratum": stratum}
    named |= {"psu": psu, "wave": wave}
    still_open = new_study(
        study,
        survey,
        areas=areas,
        columns={role: column for role, column in named.items() if column is not None},
        separator=separator,
        decimal=decimal,
        encoding=encoding,
        sheet=sheet,
        tables=tables,
    )
    if excel:
        from wijkkit.proposal.workbook_export import export_study

        typer.echo(f"Workbook: {export_study(study.resolve(), study / 'study.xlsx')}")
    written = lay_out(study)
    typer.echo(f"New study: {study}, with {len(written)} files of a project beside it")
    typer.echo("Look at every proposal. What only you know has a mark, '# FILL IN:':")
    for problem in still_open:
        typer.echo(
            f"  {problem.file}, {problem.place}: {problem.what.removeprefix('still open: ')}"
        )
    typer.echo(f"Fill these in and delete the marks, then: {_check_of(study)}")


# The command ``wijkkit check``.


def check(study: StudyOption = Path("parameters")) -> None:
    """Say everything that is wrong or missing in a study, in order of what to do first."""
    from wijkkit.pipeline.checks import account_text, checked, design_lines, missing_parts, remarks

    opened, people, references = checked(study)
    if people is not None:
        for line in design_lines(opened, people, references):
            typer.echo(f"design: {line}")
        typer.echo(account_text(opened, people))
    for problem in [*remarks(opened, people), *missing_parts(opened)]:
        typer.echo(f"note: {problem}")
    typer.echo(f"Nothing is wrong: {opened!r}")


# The command ``wijkkit upgrade``.


def upgrade(
    project: Annotated[Path, typer.Argument(help="Folder that 'wijkkit new' laid out.")] = Path(),
    study: Annotated[
        PathOrNone, typer.Option(help="The same folder, as other commands take it.")
    ] = None,
    accept: Annotated[
        bool | None,
        typer.Option("--accept/--keep", help="Answer for every file that you changed as well."),
    ] = None,
) -> None:
    """Bring newer notebooks and report sources; what you changed is shown and asked about."""
    from wijkkit.project.layout import upgrade as bring

    def ask(found: Difference) -> bool:
        typer.echo(found.lines())
        if accept is not None:
            return accept
        return typer.confirm(f"Replace {found.name}? Yours is kept as {found.name}.own")

    replaced, left = bring((study or project).resolve(), ask)
    for name in replaced:
        typer.echo(f"newer: {name}")
    for name in left:
        typer.echo(f"left as it is: {name}")
    if not replaced and not left:
        typer.echo("Nothing is newer.")


# The command ``wijkkit demo``.


def demo(
    wijken: Annotated[int, typer.Option(help="Number of wijken; 71 is the size of Rotterdam.")] = 6,
    seed: Annotated[int | None, typer.Option(help="Same seed, same study.")] = None,
    folder: Annotated[
        PathOrNone, typer.Option(help="Folder of the study; 'parameters' for the default demo.")
    ] = None,
    replace: Annotated[bool, typer.Option(help="Replace data that is there already.")] = False,
) -> None:
    """Make a fictional study with known true effects, in the formats researchers have."""
    from wijkkit.demo.project import SEED, WIJKEN, make_demo

    if folder is None:
        folder = Path("parameters") if wijken == WIJKEN else Path(f"demo-{wijken}")
    data = folder.parent / "data" if folder.name == "parameters" else folder / "data"
    made = make_demo(
        folder, data, wijken=wijken, seed=SEED if seed is None else seed, replace=replace
    )
    typer.echo(f"Demo study with {wijken} wijken: {made}")
    typer.echo(f"Its data: {data}")
