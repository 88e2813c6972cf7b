"""Publish a release: pages that belong to the audited tables, scanned, in a folder of their own."""

from __future__ import annotations

import getpass
from pathlib import Path

from wijkkit.disclosure import Forbidden, Publication, build_release, forbidden_of, signed_off
from wijkkit.evaluation.process.quotes import chosen_quotes
from wijkkit.loaders import load_survey
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.reports.belonging import require_belonging
from wijkkit.reports.record import read_record
from wijkkit.reports.render import render
from wijkkit.study import Study


def publish_release(study: Study, folder: Path, *, prepared_by: str = "") -> Publication:
    """Build the folder of reports that may be published.

    A release that a second person has signed off has its pages made again without the word
    concept; that changes nothing else in them, since it is refused where they are not those of
    the run.

    Parameters
    ----------
    study : Study
    folder : Path
        A new or empty folder.
    prepared_by : str
        Who prepares it; the author of the reports where empty.

    Returns
    -------
    Publication

    Raises
    ------
    DisclosureError
        The pages are not those of the audited tables and of a run in which everything succeeded,
        or something in them may not be published. No folder is left.
    """
    signed = signed_off(study)
    if signed:
        record = read_record(study)
        render(study, engine=record.engine or "auto", formats=record.forms, approved=True)
    require_belonging(study, approved=signed)
    return build_release(
        study,
        folder,
        forbidden(study),
        prepared_by=prepared_by or study.settings.report.author,
        made=read_record(study).files,
    )


def forbidden(study: Study) -> Forbidden:
    """Return what may not be published: respondents, words of interviews, who is logged in.

    Words that a researcher chose to show are cleared. ``root`` is a user of every machine and
    stands in every PDF file; it tells of nobody.
    """
    quotes = load_group_interviews(study).segments["text"].dropna()
    quotes = quotes[~quotes.isin(chosen_quotes(study)["quote"])].tolist()
    users = [name for name in [getpass.getuser()] if name != "root"]
    return forbidden_of(load_survey(study), texts=quotes, users=users)
