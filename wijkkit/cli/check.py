"""The command ``wijkkit check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
) -> None:
    """Say everything that is wrong or missing in a study, in order of what to do first."""
    from wijkkit.pipeline.checking import checked, missing_parts, remarks
    from wijkkit.pipeline.design_report import account_text, design_lines

    opened, people = checked(study)
    if people is not None:
        for line in design_lines(opened, people):
            typer.echo(f"design: {line}")
        typer.echo(account_text(people))
    for problem in [*remarks(opened, people), *missing_parts(opened)]:
        typer.echo(f"note: {problem}")
    typer.echo(f"Nothing is wrong: {opened!r}")
