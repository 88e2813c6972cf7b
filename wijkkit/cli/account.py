"""The commands ``wijkkit account add | list | remove``: who may open the live pages."""

from __future__ import annotations

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
    from wijkkit.live.accounts import Accounts
    from wijkkit.study import open_study

    return Accounts(open_study(folder))
