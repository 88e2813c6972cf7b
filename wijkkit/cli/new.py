"""The command ``wijkkit new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_COLUMN = "Column of the {}; 'none' where there is none."


def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    survey: Annotated[
        Path | None, typer.Option(help="Survey file: sav, dta, csv, xlsx or parquet.")
    ] = None,
    areas: Annotated[
        Path | None, typer.Option(help="List of the wijken, csv: code, name, arm, pair, district.")
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
        Path | None, typer.Option(help="Configuration of a tables book (xlsx) to take over.")
    ] = None,
    excel: Annotated[bool, typer.Option(help="Write study.xlsx beside the files.")] = False,
) -> None:
    """Start a study: propose its files from a survey or a list of areas, say what to fill in."""
    from wijkkit.project import lay_out
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
        typer.echo(f"  {problem.file}, {problem.place}: {problem.what.removeprefix('fill in ')}")
    typer.echo(f"Fill these in and delete the marks, then: wijkkit check --study {study}")
