"""Whether the pages of a site belong to the run as it is: what ``wijkkit release`` asks of them."""

from __future__ import annotations

from collections.abc import Iterator

from wijkkit.batch.states import last_run, states
from wijkkit.errors import DisclosureError, Problem
from wijkkit.reports.record import owner, read_record
from wijkkit.reports.render import plan_of
from wijkkit.reports.runs import CITY, notebook_states
from wijkkit.study import Study

_RUN, _REPORT = "Run the study: wijkkit run.", "Make the reports again: wijkkit report."


def require_belonging(study: Study, approved: bool = False) -> None:
    """Raise an error unless each page is what `render` would make of the run as it is now.

    Raises
    ------
    DisclosureError
        The last run did not end, a notebook failed, was interrupted or is stale, a page is
        incomplete or made of something else, or a file of the site is not what was made. Every
        problem says which command makes it good.

    Examples
    --------
    >>> import wijkkit as wk
    >>> from wijkkit.reports.belonging import require_belonging
    >>> study = wk.open_study("parameters")
    >>> _ = wk.render(study)
    >>> require_belonging(study)
    """
    problems = list(_of_run(study)) or list(_of_site(study, approved))
    if problems:
        raise DisclosureError(problems)


def _of_run(study: Study) -> Iterator[Problem]:
    rows, (ended, notebooks) = states(study), last_run(study)
    if not rows:
        yield Problem("nothing has run yet", remedy=_RUN)
    elif not ended:
        yield Problem("the last run did not end", remedy=_RUN)
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
    wijken = [slug for slug in study.neighbourhoods if slug in record.pages]
    forms = record.forms or ("html",)
    plan = plan_of(study, notebook_states(study), record.engine, forms, wijken, approved)
    stems = {page.stem for page, *_ in plan.tasks}
    for path in sorted({*plan.found, *plan.record.files}):
        made, there = plan.record.files.get(path), plan.found.get(path)
        if made != there:
            what = "is not in the site" if there is None else "is not as it was made"
            yield Problem(f"a file of the site {what}", file=path, remedy=_REPORT)
        elif owner(path) not in {"", *stems}:
            yield Problem("a page of no wijk of the study", file=path, remedy=_REPORT)
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
