"""Make pages side by side: stage each and render it, and say everything that is wrong."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from wijkkit.errors import Problem, ReportError, WijkkitError
from wijkkit.reports.builtin import render_docx, render_html, render_pdf, render_pptx
from wijkkit.reports.data_forms import write_data_forms
from wijkkit.reports.frame import Frame
from wijkkit.reports.pages import find_sources
from wijkkit.reports.quarto import render_project
from wijkkit.reports.quarto_project import TARGETS, write_project
from wijkkit.reports.runs import States
from wijkkit.reports.slides import slides_of
from wijkkit.reports.staging import Page, stage
from wijkkit.reports.theme import HouseStyle
from wijkkit.study import Study

#: A page, what surrounds it, and its forms.
Task = tuple[Page, Frame, tuple[str, ...]]


def make_pages(
    study: Study,
    states: States,
    tasks: Iterable[Task],
    site: Path,
    house: HouseStyle,
    engine: str,
    jobs: int,
) -> tuple[str, ...]:
    """Make pages in `site`, `jobs` at the same time.

    Half of the work is Python's, so it is done in forked processes; in threads where there are
    threads already, which a fork would not survive, or where the system cannot fork.

    Raises
    ------
    ReportError
        With the problems of all pages.
    """
    tasks = list(tasks)
    project = study.runs / "reports"
    write_project(find_sources(study), project, house)

    def make(task: Task) -> None:
        page, frame, forms = task
        source = stage(study, page, states, project, house, frame, forms)
        write_data_forms(study, page, site, frame, forms)
        if "pptx" in forms:
            render_pptx(slides_of(source), site / f"{page.stem}.pptx", house, project / "theme")
        if engine == "builtin":
            _render(source, site, house, frame, forms)

    def problems_of(number: int) -> list[Problem]:
        try:
            make(tasks[number])
        except WijkkitError as error:
            return [_of_page(problem, tasks[number][0]) for problem in error.problems]
        return []

    with _pool(min(max(1, jobs), len(tasks)), problems_of) as pool:
        found = list(pool.map(_work, range(len(tasks))))
    problems = [problem for of_page in found for problem in of_page]
    if problems:
        raise ReportError(dict.fromkeys(problems))
    if engine == "builtin":
        return ()
    asked = {
        page.stem: tuple(form for form in forms if form in TARGETS) for page, _, forms in tasks
    }
    return render_project(project, asked, site, study.settings.report.quarto_seconds)


#: What the processes or threads of a pool do with the number of a task.
_DOES: list[Callable[[int], list[Problem]]] = []


def _pool(jobs: int, does: Callable[[int], list[Problem]]) -> Executor:
    """Return a pool whose workers do `does`: forked ones have it, and need not be sent it."""
    _DOES[:] = [does]
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    if jobs == 1 or not can_fork or threading.active_count() > 1:
        return ThreadPoolExecutor(max_workers=jobs)
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"))


def _work(number: int) -> list[Problem]:
    return _DOES[0](number)


def _render(
    source: Path, site: Path, house: HouseStyle, frame: Frame, forms: tuple[str, ...]
) -> None:
    if "html" in forms:
        render_html(source, site / f"{source.stem}.html", frame)
    if "pdf" in forms:
        render_pdf(source, site / f"{source.stem}.pdf", house, frame)
    if "docx" in forms:
        render_docx(source, site / f"{source.stem}.docx", house)


def _of_page(problem: Problem, page: Page) -> Problem:
    if problem.file:
        return problem
    fields = {key: getattr(problem, key) for key in Problem.__slots__}
    return Problem(**{**fields, "file": page.source.name})
