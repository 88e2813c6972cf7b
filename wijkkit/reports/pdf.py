"""A document as a tagged PDF that follows PDF/UA-1, through Typst."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, cast

import matplotlib
import typst

from wijkkit.batch.fingerprint import hash_file
from wijkkit.errors import ReportError
from wijkkit.reports import pandoc, paper
from wijkkit.reports.page import Frame, frame_metadata
from wijkkit.reports.pandoc import Node
from wijkkit.reports.theme import HouseStyle

#: Whether this process used Typst: it starts threads that a fork of the process lacks, so that a
#: forked process that uses it waits without an end.
TYPST_USED = threading.Event()
_WARNINGS = ("callout-important", "callout-warning", "callout-caution")


def write_pdf(
    document: Node, folder: Path, images: Path, target: Path, house: HouseStyle, frame: Frame
) -> Path:
    """Write `document` as PDF/UA-1; ReportError where Typst cannot, for lack of an alt text mostly."""
    language = pandoc.plain(document["meta"]["lang"])
    publisher = " · ".join(filter(None, (frame.organisation, frame.contact)))
    meta = {
        **document["meta"],
        **frame_metadata(frame, language),
        "publisher": {"t": "MetaString", "c": publisher},
    }
    blocks = paper.for_paper(document["blocks"])
    blocks = pandoc.rewrite(blocks, lambda node: _for_typst(node, images))
    content = {**document, "meta": meta, "blocks": blocks}
    template = images / "report.template"
    parts = (
        paper.print_style(house, folder / "theme"),
        paper.print_part("typst-show.typ"),
        "$body$\n",
    )
    template.write_text("\n".join(parts), encoding="utf-8")
    source = pandoc.write(
        content,
        "typst-citations",
        "--standalone",
        f"--template={template}",
        "--shift-heading-level-by=-1",
        "--fail-if-warnings",
        "--wrap=none",
    )
    # Pandoc puts a table in the middle of its caption.
    source = source.replace("align(center)[#table(", "align(left)[#table(")
    (images / "report.typ").write_text(source, encoding="utf-8")
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    TYPST_USED.set()
    try:
        made = typst.compile(
            images / "report.typ",
            root=images,
            font_paths=[fonts, *([folder / "theme"] if house.font_file else [])],
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        what, found = f"Typst could not make the PDF: {error.message}", " ".join(error.hints)
        remedy = "Every figure and formula needs an alt text."
        raise ReportError(what, file=target.name, found=found, remedy=remedy) from None
    target.write_bytes(made)
    return target


#: Drawn figures by the hash of their SVG: a report shows the same ones in Word and on slides.
_DRAWN: dict[str, bytes] = {}
#: Figures that are kept; those of some reports.
_MOST = 128


def draw_stored(folder: Path) -> None:
    """Draw every SVG below `folder` as a PNG beside it, for programs that cannot show SVG."""
    found = {path: hash_file(path) for path in sorted(folder.rglob("*.svg"))}
    new = {mark: path for path, mark in found.items() if mark not in _DRAWN}
    if new:
        TYPST_USED.set()
        figures = [
            f"#image({_quoted(path.relative_to(folder).as_posix())})" for path in new.values()
        ]
        pages = "#set page(width: auto, height: auto, margin: 0pt)\n" + "#pagebreak()\n".join(
            figures
        )
        made = typst.compile(
            cast(Any, pages.encode()), root=str(folder), format="png", ppi=paper.PPI
        )
        _DRAWN.update(zip(new, made if isinstance(made, list) else [made], strict=True))
    for path, mark in found.items():
        path.with_suffix(".png").write_bytes(_DRAWN[mark])
    while len(_DRAWN) > _MOST:
        del _DRAWN[next(iter(_DRAWN))]


def _for_typst(node: Node, images: Path) -> list[Node] | None:
    kind, classes = node["t"], pandoc.classes_of(node)
    if kind == "Image":
        alt, path = pandoc.plain(node["c"][1]), node["c"][2][0]
        width, _ = paper.fitting((images / path).read_bytes())
        given = f"{_quoted(path)}, alt: {_quoted(alt)}, width: {width:.2f}cm"
        return [pandoc.raw(f"#image({given})", "typst", "RawInline")]
    if kind == "Math":
        opening = f"#[#set math.equation(alt: {_quoted(node['c'][1].strip())}); "
        return _within(opening, [node], "]", "RawInline")
    if kind == "Span" and "equation" in classes:
        opening = f"#numbered-equation[({pandoc.attribute(node, 'number')})]["
        return _within(opening, node["c"][1], f"] <{node['c'][0][0]}>", "RawInline")
    if kind == "Figure" and len(node["c"][2]) > 1:
        return _over_pages(node)
    if kind in ("Table", "DefinitionList"):
        return _tables(node) if kind == "Table" else _in_columns(node)
    if "callout" in classes:
        title, body = node["c"][1]
        look = "warning" if set(_WARNINGS) & set(classes) else "plain"
        return _within(f"#{look}-callout[", [title, pandoc.raw("][", "typst"), body], "]")
    if "colophon" in classes:
        return _within("#colophon[", node["c"][1], "]")
    if "pagebreak" in classes:
        return [pandoc.raw("#pagebreak(weak: true)", "typst")]
    if "quarto-layout-panel" in classes:
        columns = next(name.removeprefix("columns-") for name in classes if "columns-" in name)
        parts = [block for part in node["c"][1] for block in _within("[", [part], "],")]
        return _within(f"#grid(columns: (1fr,) * {columns}, gutter: 12pt,", parts, ")")
    return None


def _within(opening: str, content: list[Node], closing: str, kind: str = "RawBlock") -> list[Node]:
    """Return content between two pieces of Typst."""
    return [pandoc.raw(opening, "typst", kind), *content, pandoc.raw(closing, "typst", kind)]


def _over_pages(figure: Node) -> list[Node]:
    """Let a figure of several parts go on on the next page, the last one with the caption."""
    about, caption, (*parts, last) = figure["c"]
    parts += _within("#block(sticky: true)[", [last], "]")
    opening = "#[#show figure: set block(breakable: true)"
    return _within(opening, [{"t": "Figure", "c": [about, caption, parts]}], "]")


def _tables(node: Node) -> list[Node]:
    out = []
    for part in paper.divided(node):
        table = paper.with_widths(_left_aligned(part))
        out += _within("#whole[", [table], "]") if paper.is_short(part) else [table]
    return out


def _in_columns(words: Node) -> list[Node]:
    """Return words and their meanings as paragraphs in two columns, which a list cannot be."""
    out = []
    for term, meanings in words["c"]:
        first, *others = (block for meaning in meanings for block in meaning)
        head = [{"t": "Strong", "c": term}, {"t": "LineBreak"}]
        out += _within("[", [pandoc.paragraph([*head, *first["c"]]), *others], "],")
    return _within("#two-columns(", out, ")")


def _left_aligned(table: Node) -> Node:
    """Say of every column how it is aligned; without it a table takes over what surrounds it."""
    about, caption, columns, *rows = table["c"]
    left = {"AlignDefault": {"t": "AlignLeft"}}
    aligned = [[left.get(align["t"], align), width] for align, width in columns]
    return {"t": "Table", "c": [about, caption, aligned, *rows]}


def _quoted(text: str) -> str:
    """Return `text` as a string of Typst, which has JSON's escapes but for control characters."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return json.dumps(clean, ensure_ascii=False)
