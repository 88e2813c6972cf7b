"""The built-in engine: the same sources as Quarto, through Pandoc."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from wijkkit.language import day
from wijkkit.reports.blocks import choose_content, make_callouts, make_tabsets
from wijkkit.reports.cells import Output
from wijkkit.reports.citations import resolve_citations
from wijkkit.reports.crossref import number_document
from wijkkit.reports.docx import write_docx
from wijkkit.reports.embed import Store, embed_cells
from wijkkit.reports.frame import NO_FRAME, Frame
from wijkkit.reports.page import write_page
from wijkkit.reports.pandoc import Node, plain, read
from wijkkit.reports.pdf import svg_to_png, write_pdf
from wijkkit.reports.pptx import write_pptx
from wijkkit.reports.shortcodes import fill_metadata, mark_shortcodes
from wijkkit.reports.theme import HouseStyle


def render_html(source: Path, target: Path, frame: Frame = NO_FRAME) -> Path:
    """Render a source to one HTML page with its images beside it."""
    folder = f"{target.stem}_files"
    document = assemble(source, "html", store_images(target.parent, folder))
    page = write_page(document, language_of(document), frame)
    target.write_text(page, encoding="utf-8")
    return target


def render_pdf(source: Path, target: Path, house: HouseStyle, frame: Frame = NO_FRAME) -> Path:
    """Render a source to a tagged PDF that follows PDF/UA-1."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        document = assemble(source, "pdf", store_images(images, "images"))
        return write_pdf(document, source.parent, images, target, house, frame)


def render_docx(source: Path, target: Path, house: HouseStyle) -> Path:
    """Render a source to DOCX with real styles."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        document = assemble(source, "docx", store_images(images, "images", svg=False))
        return write_docx(document, images, target, house)


def render_pptx(source: Path, target: Path, house: HouseStyle, theme: Path) -> Path:
    """Render a staged source of slides to PowerPoint; `theme` may hold a municipality's own."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        document = assemble(source, "pptx", store_images(images, "images", svg=False))
        return write_pptx(document, images, target, house, theme)


def assemble(source: Path, target: str, store: Store) -> Node:
    """Return the document that a source makes for `target` (html, pdf, docx)."""
    document = read(mark_shortcodes(source.read_text(encoding="utf-8")))
    language = language_of(document)
    document = fill_metadata(choose_content(document, target))
    document = embed_cells(document, source.parent, store)
    document = make_tabsets(make_callouts(document, language))
    document = number_document(_with_date(document, language), language)
    return resolve_citations(document, source.parent)


def store_images(parent: Path, folder: str, svg: bool = True) -> Store:
    """Return a function that writes images to `folder` in `parent` and names them from there.

    Without `svg`, an SVG image is stored as PNG.
    """

    def store(name: str, image: Output) -> str:
        (parent / folder).mkdir(parents=True, exist_ok=True)
        content, kind = image.image, "svg" if image.mime == "image/svg+xml" else "png"
        if kind == "svg" and not svg:
            content, kind = svg_to_png(content, parent), "png"
        path = f"{folder}/{name}.{kind}"
        (parent / path).write_bytes(content)
        return path

    return store


def language_of(document: Node) -> str:
    """Return the language of a document, Dutch where it does not say."""
    return plain(document["meta"].get("lang", {})) or "nl"


def _with_date(document: Node, language: str) -> Node:
    written = plain(document["meta"].get("date", {}))
    if not written:
        return document
    shown = {"t": "MetaString", "c": day(date.fromisoformat(written), language)}
    return {**document, "meta": {**document["meta"], "date": shown}}
