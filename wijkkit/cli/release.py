"""The command ``wijkkit release``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wijkkit.disclosure import Forbidden
    from wijkkit.study import Study

FolderArgument = Annotated[Path, typer.Argument(help="New folder that may be published.")]
StudyOption = Annotated[Path, typer.Option(help="Folder of the study.")]
PreparedOption = Annotated[str, typer.Option(help="Your name, for the sign-off.")]


def release(
    folder: FolderArgument,
    prepared_by: PreparedOption = "",
    study: StudyOption = Path("parameters"),
) -> None:
    """Build the folder of reports that may be published: audited, scanned, with a manifest.

    Pages carry the word concept until a second person has completed the sign-off.
    """
    from wijkkit.disclosure import build_release, signed_off
    from wijkkit.disclosure.sign_off import sign_off_file
    from wijkkit.language import text
    from wijkkit.reports.render import render
    from wijkkit.study import open_study

    opened = open_study(study)
    if signed_off(opened):
        render(opened, approved=True)
    author = prepared_by or opened.settings.report.author
    made = build_release(opened, folder, _forbidden(opened), prepared_by=author)
    state = "signed" if made.signed else "concept"
    fields = {"folder": folder, "files": made.files, "sign_off": sign_off_file(opened)}
    typer.echo(text(f"disclosure.command.{state}", opened.language, **fields))


def _forbidden(study: Study) -> Forbidden:
    """Return what may not be published: respondents, words of interviews, who is logged in.

    Words that a researcher chose to show are cleared.

    ``root`` is a user of every machine and stands in every PDF file; it tells of nobody.
    """
    import getpass

    from wijkkit.disclosure import forbidden_of
    from wijkkit.evaluation.process.quotes import chosen_quotes
    from wijkkit.loaders import load_survey
    from wijkkit.loaders.segments import load_group_interviews

    quotes = load_group_interviews(study).segments["text"].dropna()
    quotes = quotes[~quotes.isin(chosen_quotes(study)["quote"])].tolist()
    users = [name for name in [getpass.getuser()] if name != "root"]
    return forbidden_of(load_survey(study), texts=quotes, users=users)
