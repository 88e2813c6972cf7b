"""The commands ``wijkkit account add | list | remove``: who may open the live pages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="account",
    help="Who may open the live pages, and keep which wijken.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyOption = Annotated[Path, typer.Option("--study", help="Folder of the study.")]
NameArgument = Annotated[str, typer.Argument(help="The name to log in with.")]


@app.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="reader, keeper or researcher.")] = "reader",
    wijk: Annotated[
        list[str] | None, typer.Option(help="A wijk that a keeper keeps; once for each.")
    ] = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, hidden=True)
    ] = "",
    study: StudyOption = Path("parameters"),
) -> None:
    """Add an account, or give the one of this name another role and password."""
    account = _accounts(study).add(name, role, tuple(wijk or ()), password)
    print(f"{account.name}: {account.role} {', '.join(account.wijken)}".strip())


@app.command(name="list")
def list_accounts(study: StudyOption = Path("parameters")) -> None:
    """List the accounts: name, role, wijken."""
    for account in _accounts(study).all().values():
        print(f"{account.name}: {account.role} {', '.join(account.wijken)}".strip())


@app.command()
def remove(name: NameArgument, study: StudyOption = Path("parameters")) -> None:
    """Remove an account; whoever is logged in under it is so no longer."""
    _accounts(study).remove(name)
    print(f"removed: {name}")


def _accounts(folder: Path):
    from wijkkit.live.identity import Accounts
    from wijkkit.study import open_study

    return Accounts(open_study(folder))


# The command ``wijkkit dashboard``.


def dashboard(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
    ip: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8866,
    host: Annotated[
        list[str] | None, typer.Option(help="A name by which others ask for the pages.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge on this day, not today.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Serve a live page per wijk, with the forms to keep it; only to this machine by default."""
    from wijkkit.live.extension import serve_pages
    from wijkkit.study import open_study

    day = as_of.date() if as_of else None
    hosts = tuple(name.lower() for name in host or ())
    serve_pages(open_study(study), ip=ip, port=port, browser=browser, hosts=hosts, as_of=day)
