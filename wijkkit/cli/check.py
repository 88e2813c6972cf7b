"""The command ``wijkkit check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
) -> None:
    """Say everything that is wrong or missing in a study, in order of what to do first."""
    from wijkkit.pipeline.checking import missing_parts, remarks, validate
    from wijkkit.pipeline.design_report import account_text, design_lines
    from wijkkit.pipeline.respondents import load_respondents

    opened = validate(study)
    if opened.settings.sources.survey:
        people = load_respondents(opened)
        for line in design_lines(opened, people):
            typer.echo(f"design: {line}")
        typer.echo(account_text(people))
    for problem in [*remarks(opened), *missing_parts(opened)]:
        typer.echo(f"note: {problem}")
    typer.echo(f"Nothing is wrong: {opened!r}")
