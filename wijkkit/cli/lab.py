"""The command ``wijkkit lab``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def lab(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
    options: Annotated[
        list[str] | None, typer.Argument(help="Options for JupyterLab, after '--'.")
    ] = None,
) -> None:
    """Open JupyterLab on the notebooks of a study; outputs stay out of git."""
    from wijkkit.workbench.lab import open_lab

    raise typer.Exit(open_lab(study, *(options or ())))
