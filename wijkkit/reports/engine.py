"""Make pages side by side: stage each and render it, and say everything that is wrong."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from wijkkit.batch.fingerprint import hash_file, hash_of
from wijkkit.errors import Problem, ReportError, WijkkitError
from wijkkit.export.book import Book, book_of, book_page
from wijkkit.export.book_sheets import write_book
from wijkkit.export.rows import CITY as CITY_AREA
from wijkkit.export.rows import write_area_csv
from wijkkit.language import day, text
from wijkkit.released import open_released
from wijkkit.reports import crossref, pandoc
from wijkkit.reports.cells import Output
from wijkkit.reports.docx import write_docx
from wijkkit.reports.embed import Store, embed_cells
from wijkkit.reports.images import open_links
from wijkkit.reports.page import NO_FRAME, Frame, write_page, write_site_pages
from wijkkit.reports.pages import find_sources
from wijkkit.reports.pandoc import Node
from wijkkit.reports.paper import cut, shortened
from wijkkit.reports.pdf import TYPST_USED, draw_stored, write_pdf
from wijkkit.reports.quarto import TARGETS, render_project, write_project
from wijkkit.reports.runs import BRIEF, CITY, States
from wijkkit.reports.site_check import side_by_side
from wijkkit.reports.slides import slides_of, write_pptx
from wijkkit.reports.staging import Page, stage, stage_ahead, title_of
from wijkkit.reports.theme import HouseStyle
from wijkkit.study import Study

# The built-in engine: the same sources as Quarto, through Pandoc.


def render_html(source: Path, target: Path, frame: Frame = NO_FRAME) -> Path:
    """Render a source to one HTML page with its images beside it."""
    render_site_pages([(source, target, frame)])
    return target


def render_site_pages(pages: Sequence[tuple[Path, Path, Frame]]) -> None:
    """Render sources to HTML pages, all in one run of Pandoc, with their images beside them."""
    documents = []
    for source, target, frame in pages:
        images = store_images(target.parent, f"{target.stem}_files")
        document = assemble(source, "html", images)
        documents.append((document, language_of(document), frame))
    for (_, target, _), page in zip(pages, write_site_pages(documents), strict=True):
        target.write_text(page, encoding="utf-8")
        open_links(target)


def render_pdf(source: Path, target: Path, house: HouseStyle, frame: Frame = NO_FRAME) -> Path:
    """Render a source to a tagged PDF that follows PDF/UA-1."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        document = assemble(source, "pdf", store_images(images, "images", paper=True))
        if source.stem.endswith(BRIEF):
            blocks = shortened(document["blocks"], language_of(document))
            document = {**document, "blocks": blocks}
        return write_pdf(document, source.parent, images, target, house, frame)


def render_docx(source: Path, target: Path, house: HouseStyle) -> Path:
    """Render a source to DOCX with real styles."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        store = store_images(images, "images", svg=False, paper=True)
        document = assemble(source, "docx", store)
        draw_stored(images)
        return write_docx(document, images, target, house)


def render_pptx(source: Path, target: Path, house: HouseStyle, theme: Path) -> Path:
    """Render a staged source of slides to PowerPoint; `theme` may hold a municipality's own."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        document = assemble(source, "pptx", store_images(images, "images", svg=False))
        draw_stored(images)
        return write_pptx(document, images, target, house, theme)


def assemble(source: Path, target: str, store: Store) -> Node:
    """Return the document that a source makes for `target` (html, pdf, docx)."""
    document = pandoc.read(pandoc.mark_shortcodes(source.read_text(encoding="utf-8")))
    language = language_of(document)
    document = pandoc.fill_metadata(crossref.choose_content(document, target))
    document = embed_cells(document, source.parent, store)
    document = crossref.make_tabsets(crossref.make_callouts(document, language))
    document = crossref.number_document(_with_date(document, language), language)
    return crossref.resolve_citations(document, source.parent)


def store_images(parent: Path, folder: str, svg: bool = True, paper: bool = False) -> Store:
    """Return what writes images to `folder`: without `svg` named as PNG, on `paper` cut into pages."""

    def store(name: str, image: Output) -> list[str]:
        (parent / folder).mkdir(parents=True, exist_ok=True)
        kind = "svg" if image.mime == "image/svg+xml" else "png"
        parts = cut(image.image) if paper and kind == "svg" else [image.image]
        ends = ["", *(f"-{at}" for at in range(2, len(parts) + 1))]
        for end, part in zip(ends, parts, strict=True):
            (parent / folder / f"{name}{end}.{kind}").write_bytes(part)
        return [f"{folder}/{name}{end}.{kind if svg else 'png'}" for end in ends]

    return store


def language_of(document: Node) -> str:
    """Return the language of a document, Dutch where it does not say."""
    return pandoc.plain(document["meta"].get("lang", {})) or "nl"


def _with_date(document: Node, language: str) -> Node:
    written = pandoc.plain(document["meta"].get("date", {}))
    if not written:
        return document
    shown = {"t": "MetaString", "c": day(date.fromisoformat(written), language)}
    return {**document, "meta": {**document["meta"], "date": shown}}


# The forms of a report that are made of released tables: a tables book, its page, a CSV file.

#: Released tables that these forms read.
_TABLES = ("estimates", "comparisons", "gaps")
#: Stands in a page where the tables come; no text that is escaped holds it.
_PLACE = "tables-of-this-page"


def has_tables(study: Study) -> bool:
    """Say whether there are released tables to make these forms of."""
    return (study.runs / "released" / f"{_TABLES[0]}.parquet").is_file()


def tables_mark(study: Study) -> str:
    """Return the hash of the tables that these forms read."""
    paths = (study.runs / "released" / f"{name}.parquet" for name in _TABLES)
    return hash_of(*(hash_file(path) for path in paths if path.is_file()))


def tables_page(stem: str) -> str:
    """Return the file in the site of a report's tables as a page."""
    return f"{stem}_files/tabellen.html"


def write_data_forms(
    study: Study, page: Page, site: Path, frame: Frame, forms: tuple[str, ...]
) -> None:
    """Write those of a report's forms that are made of released tables to `site`."""
    area = CITY_AREA if page.stem == CITY else page.stem
    released = open_released(study)
    if "csv" in forms:
        write_area_csv(study, released, area, site / f"{page.stem}.csv", concept=page.concept)
    if "xlsx" in forms:
        book = book_of(study, released, area)
        target = site / f"{page.stem}.xlsx"
        about = page.origin.colophon(study.language)
        write_book(book, target, title=title_of(page), about=about, concept=page.concept)
        target = site / tables_page(page.stem)
        target.parent.mkdir(exist_ok=True)
        target.write_text(_page(book, page, frame), encoding="utf-8")


def _page(book: Book, page: Page, frame: Frame) -> str:
    """Return the tables of a book as a page of the site, a folder deeper than the report."""
    language = book.study.language
    deeper = replace(
        frame,
        logo=f"../{frame.logo}" if frame.logo else "",
        pages=tuple((f"../{file}", name) for file, name in frame.pages),
        current="",
        downloads=tuple((f"../{file}", name) for file, name in frame.downloads),
        root="../",
    )
    concept = pandoc.paragraph(pandoc.words(text("reports.concept", language)))
    mark = [pandoc.div([concept], "concept")] if page.concept else []
    blocks = [*mark, pandoc.paragraph(pandoc.words(_PLACE))]
    document = pandoc.document(blocks, title=book.title, lang=language)
    return write_page(document, language, deeper).replace(f"<p>{_PLACE}</p>", book_page(book))


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
    """Make pages in `site`, `jobs` at the same time; ReportError has the problems of all."""
    tasks = list(tasks)
    project = study.runs / "reports"
    write_project(find_sources(study), project, house)
    maker = _Maker(study, states, project, site, house, engine)
    # Typst's threads are not in a process that is forked after it ran here.
    goes = _goes(tasks, jobs)
    found = side_by_side(maker.make, goes, jobs, apart=True, fork=not TYPST_USED.is_set())
    problems = [problem for of_page in found for problem in of_page]
    if problems:
        raise ReportError(dict.fromkeys(problems))
    if engine == "builtin":
        return ()
    asked = {
        page.stem: tuple(form for form in forms if form in TARGETS) for page, _, forms in tasks
    }
    return render_project(project, asked, site, study.settings.report.quarto_seconds)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes pages with either engine; Quarto renders what is staged here afterwards."""

    study: Study
    states: States
    project: Path
    site: Path
    house: HouseStyle
    engine: str

    def make(self, some: list[Task]) -> list[Problem]:
        """Make the pages of one go: what many of them embed is read and written together."""
        problems: list[Problem] = []
        staged = self._stage(some, problems)
        with contextlib.suppress(WijkkitError):
            _read_sources(staged)
        pages = []
        for source, (page, frame, forms) in staged:
            with _noted(page, problems):
                self._forms(source, page, frame, forms)
                if self.engine == "builtin" and "html" in forms:
                    pages.append((page, (source, self.site / f"{page.stem}.html", frame)))
        try:
            render_site_pages([made for _, made in pages])
        except WijkkitError:
            for page, made in pages:
                with _noted(page, problems):
                    render_site_pages([made])
        return problems

    def _stage(self, some: list[Task], problems: list[Problem]) -> list[tuple[Path, Task]]:
        with contextlib.suppress(WijkkitError):  # said below, of the page that it is wrong in
            stage_ahead(self.study, [page for page, *_ in some], self.states)
        staged = []
        for task in some:
            page, frame, forms = task
            about = (self.study, page, self.states, self.project, self.house)
            with _noted(page, problems):
                staged.append((stage(*about, frame, forms), task))
        return staged

    def _forms(self, source: Path, page: Page, frame: Frame, forms: tuple[str, ...]) -> None:
        """Make all forms of a staged page but the page itself."""
        target, theme = self.site / page.stem, self.project / "theme"
        write_data_forms(self.study, page, self.site, frame, forms)
        if "pptx" in forms:
            render_pptx(slides_of(source), target.with_suffix(".pptx"), self.house, theme)
        if "pdf" in forms and self.engine == "builtin":
            render_pdf(source, target.with_suffix(".pdf"), self.house, frame)
        if "docx" in forms and self.engine == "builtin":
            render_docx(source, target.with_suffix(".docx"), self.house)


#: The largest number of pages rendered together.
_AT_ONCE = 20


def _goes(tasks: list[Task], jobs: int) -> list[list[Task]]:
    """Return the pages of each go: as few goes as keep all jobs at work."""
    goes = max(jobs, -(-len(tasks) // _AT_ONCE))
    goes = max(1, min(len(tasks), -(-goes // jobs) * jobs))
    return [tasks[number::goes] for number in range(goes)]


def _read_sources(staged: Iterable[tuple[Path, Task]]) -> None:
    """Read staged pages and their slides together, for `assemble` to find."""
    paths = [
        path
        for source, (*_, forms) in staged
        for path in (source, *([slides_of(source)] if "pptx" in forms else []))
    ]
    pandoc.read_ahead(
        (pandoc.mark_shortcodes(path.read_text(encoding="utf-8")), pandoc.MARKDOWN)
        for path in paths
    )


@contextlib.contextmanager
def _noted(page: Page, problems: list[Problem]) -> Iterator[None]:
    """Note what is wrong with a page among the `problems`, and go on."""
    try:
        yield
    except WijkkitError as error:
        problems += [_of_page(problem, page) for problem in error.problems]


def _of_page(problem: Problem, page: Page) -> Problem:
    return problem if problem.file else replace(problem, file=page.source.name)
