"""The forms of a report that are made of released tables: a tables book, its page, a CSV file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.export.area_csv import write_area_csv
from wijkkit.export.book import Book, book_of
from wijkkit.export.book_page import book_page
from wijkkit.export.book_sheets import write_book
from wijkkit.export.labels import CITY as CITY_AREA
from wijkkit.language import text
from wijkkit.released import open_released
from wijkkit.reports.frame import Frame
from wijkkit.reports.page import write_page
from wijkkit.reports.pandoc import Node, div, paragraph, words
from wijkkit.reports.runs import CITY
from wijkkit.reports.staging import Page, title_of
from wijkkit.study import Study

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
    mark = div([paragraph(words(text("reports.concept", language)))], "concept")
    document: Node = {
        "pandoc-api-version": [1, 23, 1],
        "meta": {
            "title": {"t": "MetaString", "c": book.title},
            "lang": {"t": "MetaString", "c": language},
        },
        "blocks": [*([mark] if page.concept else []), paragraph(words(_PLACE))],
    }
    return write_page(document, language, deeper).replace(f"<p>{_PLACE}</p>", book_page(book))
