"""The commands ``wijkkit registry template | import | load | export``, and who opens its pages.

Accounts are kept by ``wijkkit account add | list | remove``; ``wijkkit dashboard`` serves the
pages.
"""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wijkkit.cli.run import Names, PathOrNone, StudyOption
from wijkkit.errors import RegistryError
from wijkkit.study import open_study

if TYPE_CHECKING:
    from wijkkit.live.identity import Account, Accounts

_OPTIONS: dict[str, Any] = {
    "no_args_is_help": True, "pretty_exceptions_enable": False, "rich_markup_mode": None,
}  # fmt: skip
app = typer.Typer(help="Keep what is done in each wijk: workbooks in and out.", **_OPTIONS)
accounts = typer.Typer(help="Who may open the live pages, and keep which wijken.", **_OPTIONS)

NameArgument = Annotated[str, typer.Argument(help="The name to log in with.")]
WijkArgument = Annotated[str, typer.Argument(help="The wijk, as its file is named.")]
OutOption = Annotated[
    PathOrNone, typer.Option("--out", help="File to write; <wijk>.xlsx here where absent.")
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

    opened = open_study(study)
    with open_registry(opened) as registry:
        reports = import_tables(registry, who or getpass.getuser())
    for kind, report in reports.items():
        typer.echo(f"{kind}: {report}")
    if not reports:
        what, file = "there is no table to load", "study.yml"
        expected, remedy = "stakeholders, steps or interventions", "Name the file there."
        raise RegistryError(what, file=file, place="sources", expected=expected, remedy=remedy)


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

    path = _target(wijk, out, force)
    with open_registry(open_study(study)) as registry:
        export_workbook(registry, wijk, path)
    typer.echo(str(path))


def _target(wijk: str, out: Path | None, force: bool) -> Path:
    path = out or Path(f"{wijk}.xlsx")
    if path.exists() and not force:
        remedy = "Give another file with --out, or replace it with --force."
        raise RegistryError("the file is there already", file=str(path), remedy=remedy)
    if not path.parent.is_dir():
        raise RegistryError("there is no such folder", file=str(path.parent), remedy="Make it.")
    return path


@accounts.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="reader, keeper or researcher.")] = "reader",
    wijk: Annotated[Names, typer.Option(help="A wijk that a keeper keeps; once for each.")] = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, hidden=True)
    ] = "",
    study: StudyOption = Path("parameters"),
) -> None:
    """Add an account, or give the one of this name another role and password."""
    print(_said(_accounts(study).add(name, role, tuple(wijk or ()), password)))


@accounts.command(name="list")
def list_accounts(study: StudyOption = Path("parameters")) -> None:
    """List the accounts: name, role, wijken."""
    for account in _accounts(study).all().values():
        print(_said(account))


@accounts.command()
def remove(name: NameArgument, study: StudyOption = Path("parameters")) -> None:
    """Remove an account, and log out whoever uses it."""
    _accounts(study).remove(name)
    print(f"removed: {name}")


def _said(account: Account) -> str:
    return f"{account.name}: {account.role} {', '.join(account.wijken)}".strip()


def _accounts(folder: Path) -> Accounts:
    from wijkkit.live.identity import Accounts

    return Accounts(open_study(folder))


def dashboard(
    study: StudyOption = Path("parameters"),
    ip: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8866,
    host: Annotated[Names, typer.Option(help="A name by which others ask for the pages.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge on this day, not today.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Serve a live page per wijk, with the forms to keep it; only to this machine by default."""
    from wijkkit.live.extension import serve_pages

    day = as_of.date() if as_of else None
    hosts = tuple(name.lower() for name in host or ())
    serve_pages(open_study(study), ip=ip, port=port, browser=browser, hosts=hosts, as_of=day)
