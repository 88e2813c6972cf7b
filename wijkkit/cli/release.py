"""The command ``wijkkit release``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FolderArgument = Annotated[Path, typer.Argument(help="New folder that may be published.")]
StudyOption = Annotated[Path, typer.Option(help="Folder of the study.")]
CorrectsOption = Annotated[str, typer.Option(help="The publication that this one replaces.")]
ReasonOption = Annotated[str, typer.Option(help="Why it is replaced.")]
LedgerOption = Annotated[
    bool, typer.Option("--new-ledger", help="Nothing was ever published from these data.")
]
PreparedOption = Annotated[str, typer.Option(help="Your name, for the sign-off.")]


def release(
    folder: FolderArgument,
    prepared_by: PreparedOption = "",
    study: StudyOption = Path("parameters"),
    corrects: CorrectsOption = "",
    reason: ReasonOption = "",
    new_ledger: LedgerOption = False,
) -> None:
    """Build the folder of reports that may be published: audited, scanned, with a manifest.

    Pages carry the word concept until a second person has completed the sign-off. What is in the
    folder counts as published: later figures that differ from it in a few children stay as they
    are, unless that publication is replaced with --corrects.
    """
    from wijkkit.disclosure.sign_off import sign_off_file
    from wijkkit.language import text
    from wijkkit.pipeline.publishing import publish_release
    from wijkkit.study import open_study

    opened = open_study(study)
    made = publish_release(
        opened,
        folder,
        prepared_by=prepared_by,
        corrects=corrects,
        reason=reason,
        new_ledger=new_ledger,
    )
    state = "signed" if made.signed else "concept"
    fields = {"folder": folder, "files": made.files, "sign_off": sign_off_file(opened)}
    typer.echo(text(f"disclosure.command.{state}", opened.language, **fields))
