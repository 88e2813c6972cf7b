"""Make all reports of a study: stage, render, and put the whole site in place at once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wijkkit.batch.fingerprint import hash_of
from wijkkit.batch.lock import REPORT, writing
from wijkkit.display import ShowsItself
from wijkkit.errors import ReportError
from wijkkit.reports import record as site_record
from wijkkit.reports.engine import has_tables, tables_mark
from wijkkit.reports.images import open_links
from wijkkit.reports.page import frame_of
from wijkkit.reports.pages import INDEX, WORDS, find_sources, pages
from wijkkit.reports.quarto import find_quarto
from wijkkit.reports.runs import BRIEF, States, notebook_states
from wijkkit.reports.site_check import check_site
from wijkkit.reports.staging import Page, failed_notebooks, title_of
from wijkkit.reports.theme import STYLESHEET, HouseStyle, load_house_style, write_assets
from wijkkit.study import Study

# The folder of the site: made beside the old one, which it replaces at once.


def new_site(site: Path, keep: Iterable[str]) -> Path:
    """Return a new folder beside `site`, with the files of `site` that stay."""
    if site.is_dir() and any(site.iterdir()) and not (site / STYLESHEET).is_file():
        what = "the folder of the site holds something else"
        expected = "an earlier site, or an empty folder"
        remedy = "Set output.site in study.yml to another folder."
        raise ReportError(what, file=site.name, expected=expected, remedy=remedy)
    site.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{site.name}-", dir=site.parent))
    new.chmod(0o755)
    for name in keep:
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(site / name, new / name)
    return new


def swap(new: Path, site: Path) -> None:
    """Put `new` in the place of `site`; readers see the old site or the new one."""
    old = new.with_name(f"{new.name}-old")
    if site.exists():
        os.replace(site, old)
    os.replace(new, site)
    shutil.rmtree(old, ignore_errors=True)


FORMATS = ("html", "pdf", "docx", "pptx", "xlsx")
Engine = Literal["auto", "quarto", "builtin"]


@dataclass(frozen=True, slots=True, repr=False)
class ReportResult(ShowsItself):
    """The reports that were made: `failed` pages lack notebooks, those `made` are new."""

    engine: str
    site: Path
    files: tuple[Path, ...]
    failed: Mapping[str, Mapping[str, str]]
    made: tuple[str, ...]
    warnings: tuple[str, ...]


def render(
    study: Study,
    *,
    engine: Engine = "auto",
    formats: Iterable[str] = ("html",),
    wijken: Iterable[str] | None = None,
    jobs: int = 2,
    approved: bool = False,
) -> ReportResult:
    """Render the reports of `study` from its executed notebooks, where anything changed.

    Parameters
    ----------
    engine : {"auto", "quarto", "builtin"}
        The built-in engine (also ``auto``), or Quarto, which must be on the path.
    formats : iterable of {"html", "pdf", "docx", "pptx", "xlsx"}
        Forms of each report. The site always has HTML, and the numbers of each report as CSV.
    wijken : iterable of str, optional
        Slugs of the wijken whose reports are looked at; all by default. The city report and the
        index always are.
    jobs : int
        Reports rendered at the same time.
    approved : bool
        A second person has signed the release off; otherwise every page says it is a concept.

    Raises
    ------
    ReportError
        A source or the house style is wrong, an engine is not there, or another command writes
        what this study makes. The site is then as it was before.

    Examples
    --------
    >>> import wijkkit as wk
    >>> result = wk.render(wk.open_study("parameters"), wijken=["ankerveld"])
    >>> [path.name for path in result.files]
    ['ankerveld.html', 'ankerveld.csv', 'stad.html', 'stad.csv', 'index.html', 'woorden.html']
    """
    with writing(study.runs, REPORT, ReportError):
        states = notebook_states(study)
        if not states:
            raise ReportError("nothing has run yet", remedy="Run the study: wijkkit run.")
        return render_states(study, states, engine, formats, wijken, jobs, approved)


def render_states(
    study: Study,
    states: States,
    engine: Engine = "auto",
    formats: Iterable[str] = ("html",),
    wijken: Iterable[str] | None = None,
    jobs: int = 2,
    approved: bool = False,
) -> ReportResult:
    """Render as `render` does, from notebooks whose states are given."""
    chosen, forms = _choose_engine(engine), _choose_formats(formats)
    slugs = [study.neighbourhood(wijk).wijk for wijk in wijken or study.neighbourhoods]
    plan = plan_of(study, states, chosen, forms, slugs, approved)
    anew = {page.stem for page, *_ in plan.todo}
    stay = {"", *plan.same, *(_reports(study) - anew - {f"{stem}{BRIEF}" for stem in anew})}
    keep = [path for path in plan.found if site_record.owner(path) in stay]
    warnings: tuple[str, ...] = ()
    if plan.todo or plan.found != plan.record.files or len(keep) != len(plan.found):
        new = new_site(study.site, keep)
        try:
            write_assets(new, plan.sources / "theme", plan.house)
            warnings = _make(study, states, plan.todo, new, plan.house, chosen, jobs)
            for page, *_ in plan.todo if chosen == "quarto" else ():
                open_links(new / f"{page.stem}.html")
            _check(study, new, plan, jobs)
            files = site_record.site_files(new)
            swap(new, study.site)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        _write_record(study, plan, files)
    return ReportResult(
        chosen,
        study.site,
        tuple(study.site / f"{page.stem}.{form}" for page, _, own in plan.tasks for form in own),
        {stem: why for stem, why in plan.failed.items() if why},
        tuple(page.stem for page, *_ in plan.todo),
        warnings,
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The pages as they would be made now (`tasks`, `inputs`), and as they were (`record`)."""

    engine: str
    forms: tuple[str, ...]
    sources: Path
    house: HouseStyle
    tasks: list
    failed: Mapping[str, Mapping[str, str]]
    inputs: Mapping[str, str]
    record: site_record.Record
    found: Mapping[str, str]

    @property
    def same(self) -> set[str]:
        """The pages that the site has as they would be made."""
        return site_record.unchanged(self.record, self.inputs, self.found)

    @property
    def todo(self) -> list:
        """The tasks of the pages that would be made anew."""
        same = self.same
        return [task for task in self.tasks if task[0].stem not in same]


def plan_of(
    study: Study,
    states: States,
    engine: str,
    forms: tuple[str, ...],
    wijken: Iterable[str],
    approved: bool,
) -> Plan:
    """Return what would be made of these wijken, the city, the index and the words."""
    sources = find_sources(study)
    house = load_house_style(sources / "theme")
    asked = pages(study, states, wijken, forms, approved)
    failed = {page.stem: failed_notebooks(study, page, states) for page in asked}
    own = {page.stem: _forms(study, page, forms) for page in asked}
    tasks = [
        (page, frame_of(study, house, page.stem, own[page.stem]), own[page.stem]) for page in asked
    ]
    shared = hash_of(site_record.shared_inputs(sources, engine), tables_mark(study))
    inputs = {
        page.stem: site_record.page_inputs(study, page, failed[page.stem], shared, *others)
        for page, *others in tasks
    }
    record, found = site_record.read_record(study), site_record.site_files(study.site)
    return Plan(engine, forms, sources, house, tasks, failed, inputs, record, found)


def _check(study: Study, site: Path, plan: Plan, jobs: int) -> None:
    """Look at the new site: all that is promised is there, and no link leads nowhere."""
    promised = {
        f"{page.stem}.{form}": "" if form == "csv" else title_of(page)
        for page, _, own in plan.tasks
        for form in own
    }
    known = {f"{stem}.{form}" for stem in _reports(study) for form in (*plan.forms, "csv")}
    check_site(site, promised, known, jobs)


def _make(study: Study, states: States, todo: list, *others: Any) -> tuple[str, ...]:
    """Make pages, with the modules that render: a second of imports that others need not pay."""
    if not todo:
        return ()
    from wijkkit.reports.engine import make_pages

    return make_pages(study, states, todo, *others)


def _write_record(study: Study, plan: Plan, files: Mapping[str, str]) -> None:
    """Record the pages of the new site, and forget those that are no longer in it."""
    there = {site_record.owner(path) for path in files}
    made = {
        page.stem: site_record.recorded(page, plan.inputs[page.stem]) for page, *_ in plan.tasks
    }
    entries = {**plan.record.pages, **made}
    kept = {stem: entries[stem] for stem in entries if stem in there}
    site_record.write_record(study, site_record.Record(kept, files, plan.engine, plan.forms))
    project = study.runs / "reports"
    for source in project.glob("*.qmd"):
        if source.stem not in there:
            source.unlink()
            shutil.rmtree(project / source.stem, ignore_errors=True)


def _reports(study: Study) -> set[str]:
    """Return the stems of the reports of the wijken and of their summaries of two pages."""
    return {f"{wijk}{end}" for wijk in study.neighbourhoods for end in ("", BRIEF)}


def _forms(study: Study, page: Page, forms: tuple[str, ...]) -> tuple[str, ...]:
    """The index and the words are no reports: they have no other form than HTML.

    A summary of two pages is a PDF. Where nothing was released there are no tables to make a book
    or a CSV file of.
    """
    if page.stem in (INDEX, WORDS):
        return ("html",)
    if page.stem.endswith(BRIEF):
        return ("pdf",)
    return (*forms, "csv") if has_tables(study) else tuple(one for one in forms if one != "xlsx")


def _choose_engine(engine: str) -> str:
    if engine not in ("auto", "quarto", "builtin"):
        raise ReportError(
            "unknown engine", found=engine, expected="auto, quarto, builtin", remedy="Use one."
        )
    if engine == "quarto" and not find_quarto():
        remedy = "Install it, or use the built-in engine."
        raise ReportError("Quarto is not on the path", expected="the program quarto", remedy=remedy)
    return "quarto" if engine == "quarto" else "builtin"


def _choose_formats(formats: Iterable[str]) -> tuple[str, ...]:
    wanted = set(formats)
    unknown = sorted(wanted - set(FORMATS))
    if unknown:
        what, found = "unknown format", ", ".join(unknown)
        raise ReportError(what, found=found, expected=", ".join(FORMATS), remedy="Use these.")
    return tuple(form for form in FORMATS if form == "html" or form in wanted)
