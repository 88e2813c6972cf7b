"""The command ``wijkkit upgrade``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wijkkit.project import Difference


def upgrade(
    project: Annotated[Path, typer.Argument(help="Folder that 'wijkkit new' laid out.")] = Path(),
    accept: Annotated[
        bool | None,
        typer.Option("--accept/--keep", help="Answer for every file that you changed as well."),
    ] = None,
) -> None:
    """Bring newer notebooks and report sources; what you changed is shown and asked about."""
    from wijkkit.project import upgrade as bring

    def ask(found: Difference) -> bool:
        typer.echo(found.lines())
        if accept is not None:
            return accept
        return typer.confirm(f"Replace {found.name}? Yours is kept as {found.name}.own")

    replaced, left = bring(project.resolve(), ask)
    for name in replaced:
        typer.echo(f"newer: {name}")
    for name in left:
        typer.echo(f"left as it is: {name}")
    if not replaced and not left:
        typer.echo("Nothing is newer.")
