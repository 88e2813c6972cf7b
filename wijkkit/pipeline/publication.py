"""Publish a release: pages that belong to the audited tables, scanned, in a folder of their own.

Only this adds to the ledger of what was published; a run reads it and binds nobody.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from wijkkit.batch.lock import RELEASE, writing
from wijkkit.batch.manifest import changed_files, last_run, states
from wijkkit.disclosure.ledger import Entry, add_entry, read_entries, standing
from wijkkit.disclosure.publication import Publication, build_release
from wijkkit.disclosure.scan import Forbidden, forbidden_of
from wijkkit.disclosure.sign_off import fingerprint, require_prepared_by, signed_off
from wijkkit.errors import DisclosureError, Problem
from wijkkit.evaluation.process.interviews import chosen_quotes
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.loaders.survey import load_survey
from wijkkit.pipeline.earlier import Correction, correct, correction_file, correction_of, prepared
from wijkkit.reports.record import owner, read_record
from wijkkit.reports.render import plan_of, render
from wijkkit.reports.runs import CITY, notebook_states
from wijkkit.study import Study

# Whether the pages of a site belong to the run as it is: what ``wijkkit release`` asks of them.

_RUN, _REPORT = "Run the study: wijkkit run.", "Make the reports again: wijkkit report."


def require_belonging(study: Study, approved: bool = False) -> None:
    """Raise an error unless each page is what `render` would make of the run as it is now."""
    DisclosureError.raise_for(list(_of_run(study)) or _of_site(study, approved))


def _of_run(study: Study) -> Iterator[Problem]:
    rows, (ended, notebooks, _) = states(study), last_run(study)
    if not rows:
        yield Problem("nothing has run yet", remedy=_RUN)
    elif not ended:
        yield Problem("the last run did not end", remedy=_RUN)
    for file in changed_files(study) if rows and ended else ():
        what = "this file is no longer the one that was run"
        yield Problem(what, file=file, remedy=f"{_RUN} {_REPORT}")
    scopes = {CITY: CITY} | dict.fromkeys(study.neighbourhoods, "wijk")
    for row in rows:
        there = f"{scopes.get(row['scope'])}/{row['notebook']}" in notebooks
        if there and row["status"] != "ok":
            yield Problem(
                f"a notebook is {row['status']}",
                file=f"{row['scope']}/{row['notebook']}",
                found=str(row["message"]),
                remedy=_RUN,
            )


def _of_site(study: Study, approved: bool) -> Iterator[Problem]:
    record = read_record(study)
    if not record.pages:
        yield Problem("there is no record of the site", file="reports.json", remedy=_REPORT)
        return
    wijken = [wijk for wijk in study.neighbourhoods if wijk in record.pages]
    forms = record.forms or ("html",)
    plan = plan_of(study, notebook_states(study), record.engine, forms, wijken, approved)
    stems = {page.stem for page, *_ in plan.tasks}
    for path in sorted({*plan.found, *plan.record.files}):
        made, there = plan.record.files.get(path), plan.found.get(path)
        if made != there:
            what = "is not in the site" if there is None else "is not as it was made"
            yield Problem(f"a file of the site {what}", file=path, remedy=_REPORT)
        elif owner(path) not in {"", *stems}:
            yield Problem(
                "a page of an earlier report, or of a wijk that is gone", file=path, remedy=_REPORT
            )
    for stem, inputs in plan.inputs.items():
        if plan.record.pages.get(stem, {}).get("inputs") != inputs:
            yield Problem(
                "a page was made of something else than the run as it is now",
                file=f"{stem}.html",
                remedy=_REPORT,
            )
        for notebook, why in plan.failed[stem].items():
            yield Problem(
                "a page is not complete",
                file=f"{stem}.html",
                place=notebook,
                found=why,
                remedy=_RUN,
            )


def publish_release(
    study: Study,
    folder: Path,
    *,
    prepared_by: str = "",
    corrects: str = "",
    reason: str = "",
    new_ledger: bool = False,
) -> Publication:
    """Build the folder of reports that may be published, and add it to the ledger.

    A release that a second person has signed off has its pages made again without the word
    concept; that changes nothing else in them, since it is refused where they are not those of
    the run.

    `folder`: A new or empty folder. `prepared_by`: Who prepares it; the author of the reports where
    empty. `corrects`, `reason`: The earlier publication that this one replaces as a whole, and why.
    The study has to run again for it, so the first time this is noted and refused. `new_ledger`:
    Begin a ledger where there is none: nothing was ever published from these data. Raises
    DisclosureError: The pages are not those of the audited tables and of a run in which everything
    succeeded, something in them may not be published, it is not known what was published before,
    or another command writes what this study makes. No folder is left.
    """
    author = require_prepared_by(prepared_by or study.settings.report.author)
    with writing(study.runs, RELEASE, DisclosureError):
        entry = _entry(study, author, corrects, reason, new_ledger)
        signed = signed_off(study)
        if signed:
            record = read_record(study)
            render(
                study,
                engine=cast(Any, record.engine or "auto"),
                formats=record.forms,
                approved=True,
            )
        require_belonging(study, approved=signed)
        made = build_release(
            study,
            folder,
            forbidden(study),
            prepared_by=author,
            made=read_record(study).files,
            said={
                part: getattr(entry.about, part) if entry else ""
                for part in ("release", "corrects", "reason")
            },
            keep=lambda: add_entry(study.ledgers, entry) if entry else None,
        )
        correction_file(study).unlink(missing_ok=True)
        return made


def _entry(study: Study, author: str, corrects: str, reason: str, new_ledger: bool) -> Entry | None:
    """Return what this publication adds to the ledger; the one that is there if it is the same.

    A study without a survey publishes nothing of respondents.
    """
    ledgers = study.ledgers
    if not ledgers:
        return None
    _require_ledgers(ledgers, new_ledger)
    entries = standing(read_entries(ledgers))
    _require_correction(study, entries, corrects, reason)
    mark = fingerprint(study)
    entry = prepared(study)
    for one in entries:
        if one.about.fingerprint == mark and corrects in ("", one.about.corrects):
            return one
        if one.about.fingerprint == mark:
            correction_file(study).unlink(missing_ok=True)
            raise DisclosureError(
                f"the tables are those of {one.about.release}, so that nothing is replaced",
                place="--corrects",
                found=corrects,
                remedy="Leave out --corrects and --reason.",
            )
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    release = f"{at[:10]}-{mark[:8]}"
    estimates = entry.tables["estimates"]
    first = estimates["first"].where(estimates["first"].ne(""), release)
    about = replace(
        entry.about,
        release=release,
        at=at,
        prepared_by=author,
        fingerprint=mark,
        corrects=corrects,
        reason=reason,
    )
    return replace(
        entry, about=about, tables={**entry.tables, "estimates": estimates.assign(first=first)}
    )


def _require_ledgers(ledgers: tuple[Path, ...], new_ledger: bool) -> None:
    absent = [path for path in ledgers if not any(path.glob("*/publication.json"))]
    if absent and not new_ledger:
        raise DisclosureError(
            "there is no ledger of what was published from these data before",
            file=f"{absent[0].parent.name}/{absent[0].name}",
            expected="the publications so far, beside the files of the survey",
            remedy="Restore it from a copy. If nothing was ever published from these data, "
            "give --new-ledger.",
        )


def _require_correction(study: Study, entries: list[Entry], corrects: str, reason: str) -> None:
    """Refuse a correction of nothing, or one that the released tables were not made for."""
    noted = correction_of(study)
    known = [entry.about.release for entry in entries]
    if not corrects and noted is not None:
        raise DisclosureError(
            f"these tables were made to replace {noted.release}",
            file=correction_file(study).name,
            remedy=f"Give --corrects {noted.release} --reason TEXT, or remove the file and run "
            "the study again: wijkkit run.",
        )
    if not corrects and reason.strip():
        raise DisclosureError(
            "a reason, and no publication that is replaced",
            place="--corrects",
            expected=", ".join(known),
            remedy="Name the publication as well, or leave out --reason.",
        )
    if not corrects:
        return
    remedy = "Give the name of a publication that stands, and why it is replaced."
    if corrects not in known:
        named = {"found": corrects, "expected": ", ".join(known), "remedy": remedy}
        raise DisclosureError("no such publication", place="--corrects", **named)
    if not reason.strip():
        wanted = {"expected": "why it is replaced", "remedy": remedy}
        raise DisclosureError("no reason is given", place="--reason", **wanted)
    if noted is None or noted.release != corrects or prepared(study).about.corrects != corrects:
        correct(study, Correction(corrects, reason.strip()))
        raise DisclosureError(
            f"the tables still keep figures of {corrects}",
            remedy="That it is replaced is noted. Run the study again: wijkkit run, "
            "wijkkit report, and then this command.",
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
