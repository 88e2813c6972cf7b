"""The commands ``wijkkit registry template | import | load | export``."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from wijkkit.errors import RegistryError

app = typer.Typer(
    name="registry",
    help="Keep what is done in each wijk: workbooks in and out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyOption = Annotated[Path, typer.Option("--study", help="Folder of the study.")]
WijkArgument = Annotated[str, typer.Argument(help="The wijk, as its file is named.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="File to write; <wijk>.xlsx here where absent.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


@app.command("template")
def template(
    wijk: WijkArgument,
    out: OutOption = None,
    study: StudyOption = Path("parameters"),
    force: ForceOption = False,
) -> None:
    """Write an empty workbook of a wijk, to be filled in and imported."""
    from wijkkit.registry.workbook import write_template
    from wijkkit.study import open_study

    path = _target(wijk, out, force)
    write_template(open_study(study), wijk, path)
    typer.echo(str(path))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The workbook.")],
    who: Annotated[str, typer.Option("--who", help="Who filled it in, for the history.")] = "",
    study: StudyOption = Path("parameters"),
) -> None:
    """Store what a workbook says; nothing is stored where anything in it is wrong."""
    from wijkkit.registry import open_registry
    from wijkkit.registry.workbook import import_workbook
    from wijkkit.study import open_study

    with open_registry(open_study(study)) as registry:
        typer.echo(str(import_workbook(registry, file, who or getpass.getuser())))


@app.command("load")
def load(
    who: Annotated[str, typer.Option("--who", help="Who loads them, for the history.")] = "",
    study: StudyOption = Path("parameters"),
) -> None:
    """Store the tables of all wijken that study.yml names: stakeholders, steps, interventions."""
    from wijkkit.registry import open_registry
    from wijkkit.registry.imports import import_tables
    from wijkkit.study import open_study

    opened = open_study(study)
    with open_registry(opened) as registry:
        reports = import_tables(registry, who or getpass.getuser())
    for kind, report in reports.items():
        typer.echo(f"{kind}: {report}")
    if not reports:
        raise RegistryError(
            "there is no table to load",
            file="study.yml",
            place="sources",
            expected="stakeholders, steps or interventions",
            remedy="Name the file there.",
        )


@app.command("export")
def export(
    wijk: WijkArgument,
    out: OutOption = None,
    study: StudyOption = Path("parameters"),
    force: ForceOption = False,
) -> None:
    """Write what is registered of a wijk as a workbook, to be changed and imported again."""
    from wijkkit.registry import open_registry
    from wijkkit.registry.workbook import export_workbook
    from wijkkit.study import open_study

    path = _target(wijk, out, force)
    with open_registry(open_study(study)) as registry:
        export_workbook(registry, wijk, path)
    typer.echo(str(path))


def _target(wijk: str, out: Path | None, force: bool) -> Path:
    path = out or Path(f"{wijk}.xlsx")
    if path.exists() and not force:
        raise RegistryError(
            "the file is there already",
            file=str(path),
            remedy="Give another file with --out, or replace it with --force.",
        )
    if not path.parent.is_dir():
        raise RegistryError("there is no such folder", file=str(path.parent), remedy="Make it.")
    return path
