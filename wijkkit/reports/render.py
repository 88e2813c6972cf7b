"""Make all reports of a study: stage, render, and put the whole site in place at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from wijkkit.errors import Problem, ReportError, WijkkitError
from wijkkit.reports.builtin import render_docx, render_html, render_pdf
from wijkkit.reports.frame import frame_of
from wijkkit.reports.pages import INDEX, WORDS, find_sources, pages
from wijkkit.reports.quarto import find_quarto, render_quarto
from wijkkit.reports.runs import States, notebook_states
from wijkkit.reports.site import new_site, swap, write_assets
from wijkkit.reports.staging import Page, StagedPage, stage
from wijkkit.reports.theme import HouseStyle, load_house_style
from wijkkit.study import Study

FORMATS = ("html", "pdf", "docx")
Engine = Literal["auto", "quarto", "builtin"]


@dataclass(frozen=True, slots=True)
class ReportResult:
    """The reports that were made.

    Parameters
    ----------
    engine : {"quarto", "builtin"}
        Which engine ran.
    site : Path
        Folder of the site; ``index.html`` is where to begin.
    files : tuple of Path
        The reports in every form.
    failed : mapping of str to mapping
        Per incomplete page the notebooks it had to do without, and why.
    """

    engine: str
    site: Path
    files: tuple[Path, ...]
    failed: Mapping[str, Mapping[str, str]]


def render(
    study: Study,
    *,
    engine: Engine = "auto",
    formats: Iterable[str] = ("html",),
    wijken: Iterable[str] | None = None,
    jobs: int = 2,
    approved: bool = False,
) -> ReportResult:
    """Render the reports of `study` from its executed notebooks.

    Parameters
    ----------
    study : Study
    engine : {"auto", "quarto", "builtin"}
        Quarto where it is on the path, or one of the two.
    formats : iterable of {"html", "pdf", "docx"}
        Forms of each report. The site always has HTML.
    wijken : iterable of str, optional
        Slugs of the wijken whose reports are made anew; all by default. The city report and the
        index are always made.
    jobs : int
        Reports rendered at the same time.
    approved : bool
        A second person has signed the release off; otherwise every page says it is a concept.

    Returns
    -------
    ReportResult

    Raises
    ------
    ReportError
        A source or the house style is wrong, or an engine is not there. The site is then as it
        was before.
    """
    return render_states(
        study,
        notebook_states(study),
        engine=engine,
        formats=formats,
        wijken=wijken,
        jobs=jobs,
        approved=approved,
    )


def render_states(
    study: Study,
    states: States,
    *,
    engine: Engine = "auto",
    formats: Iterable[str] = ("html",),
    wijken: Iterable[str] | None = None,
    jobs: int = 2,
    approved: bool = False,
) -> ReportResult:
    """Render as `render` does, from notebooks whose states are given."""
    chosen = _choose_engine(engine)
    forms = _choose_formats(formats)
    slugs = [study.neighbourhood(slug).wijk for slug in wijken or study.neighbourhoods]
    theme = find_sources(study) / "theme"
    house = load_house_style(theme)
    made = pages(study, states, slugs, report_date(study), forms, approved)
    if wijken is None:
        shutil.rmtree(study.runs / "reports", ignore_errors=True)
    new = new_site(study.site, keep=wijken is not None)
    try:
        write_assets(new, theme, house)

        def make(page: Page) -> StagedPage:
            staged = stage(study, page, states, study.runs / "reports" / page.stem)
            _render_page(study, staged, new, house, chosen, forms)
            return staged

        staged = _all(make, made, jobs)
        swap(new, study.site)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    files = tuple(
        study.site / f"{page.stem}.{form}" for page in made for form in _forms(page, forms)
    )
    failed = {item.page.stem: item.failed for item in staged if item.failed}
    return ReportResult(chosen, study.site, files, failed)


def report_date(study: Study) -> date:
    """Return the date on the reports: as the study says, or when the last notebook ran."""
    if study.settings.report.date:
        return date.fromisoformat(study.settings.report.date)
    times = [path.stat().st_mtime for path in study.runs.glob("**/*.ipynb")]
    return date.fromtimestamp(max(times)) if times else date.today()


def _render_page(
    study: Study,
    staged: StagedPage,
    site: Path,
    house: HouseStyle,
    engine: str,
    forms: tuple[str, ...],
) -> None:
    stem, wanted = staged.page.stem, _forms(staged.page, forms)
    if engine == "quarto":
        render_quarto(staged.source, site, wanted)
        return
    frame = frame_of(study, house, stem, forms)
    render_html(staged.source, site / f"{stem}.html", frame)
    if "pdf" in wanted:
        render_pdf(staged.source, site / f"{stem}.pdf", house, frame)
    if "docx" in wanted:
        render_docx(staged.source, site / f"{stem}.docx", house)


def _forms(page: Page, forms: tuple[str, ...]) -> tuple[str, ...]:
    """The index and the words are no reports: they have no other form than HTML."""
    return ("html",) if page.stem in (INDEX, WORDS) else forms


def _all(make: Callable[[Page], StagedPage], made: list[Page], jobs: int) -> list[StagedPage]:
    """Make all pages and report everything that is wrong with any of them."""
    problems: list[Problem] = []
    staged = []
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for page, future in [(page, pool.submit(make, page)) for page in made]:
            try:
                staged.append(future.result())
            except WijkkitError as error:
                problems += [_of_page(problem, page) for problem in error.problems]
    if problems:
        raise ReportError(dict.fromkeys(problems))
    return staged


def _of_page(problem: Problem, page: Page) -> Problem:
    if problem.file:
        return problem
    fields = {key: getattr(problem, key) for key in Problem.__slots__}
    return Problem(**{**fields, "file": page.source.name})


def _choose_engine(engine: str) -> str:
    if engine not in ("auto", "quarto", "builtin"):
        raise ReportError(
            "unknown engine", found=engine, expected="auto, quarto, builtin", remedy="Use one."
        )
    if engine == "quarto" and not find_quarto():
        raise ReportError(
            "Quarto is not on the path",
            expected="the program quarto",
            remedy="Install it, or use the built-in engine.",
        )
    return "quarto" if engine != "builtin" and find_quarto() else "builtin"


def _choose_formats(formats: Iterable[str]) -> tuple[str, ...]:
    wanted = set(formats)
    unknown = sorted(wanted - set(FORMATS))
    if unknown:
        raise ReportError(
            "unknown format",
            found=", ".join(unknown),
            expected=", ".join(FORMATS),
            remedy="Use these.",
        )
    return tuple(form for form in FORMATS if form == "html" or form in wanted)
