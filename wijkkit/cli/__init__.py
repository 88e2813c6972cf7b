"""The command line: one module per command; this one names them and shows errors.

Commands import their rooms when they run, so that the command line starts at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from wijkkit.cli.demo import demo
from wijkkit.cli.report import report
from wijkkit.errors import WijkkitError

app = typer.Typer(
    name="wijkkit",
    help="Evaluate neighbourhood programmes: estimate once, release once, report many.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyOption = Annotated[Path, typer.Option("--study", help="Folder of the study.", show_default=True)]


app.command()(demo)
app.command()(report)


@app.command()
def check(study: StudyOption = Path("parameters")) -> None:
    """Say everything that is wrong or missing in a study, in order of what to do first."""
    from wijkkit.pipeline import check_study_and_sources

    for line in check_study_and_sources(study):
        typer.echo(line)


def main() -> None:
    """Run the command line; a user's mistake is a message and an exit code, never a traceback."""
    try:
        app()
    except WijkkitError as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
