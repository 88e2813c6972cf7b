"""The command ``wijkkit release``."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from wijkkit.disclosure.publication import build_release
from wijkkit.disclosure.scan import forbidden_of
from wijkkit.language import text
from wijkkit.loaders import load_survey
from wijkkit.study import open_study

FolderArgument = Annotated[Path, typer.Argument(help="New folder that may be published.")]
StudyOption = Annotated[Path, typer.Option("--study", help="Folder of the study.")]
PreparedOption = Annotated[str, typer.Option("--prepared-by", help="Your name, for the sign-off.")]


def release(
    folder: FolderArgument,
    prepared_by: PreparedOption = "",
    study: StudyOption = Path("parameters"),
) -> None:
    """Build the folder of reports that may be published: audited, scanned, with a manifest."""
    opened = open_study(study)
    forbidden = forbidden_of(load_survey(opened), users=[getpass.getuser()])
    made = build_release(
        opened, folder, forbidden, prepared_by=prepared_by or opened.settings.report.author
    )
    state = "signed" if made.signed else "concept"
    typer.echo(
        text(f"disclosure.command.{state}", opened.language, folder=folder, files=made.files)
    )
