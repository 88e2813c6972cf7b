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
    content = {**document, "meta": meta, "blocks": _typst(document["blocks"], images)}
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
    TYPST_USED.set()
    try:
        made = typst.compile(
            images / "report.typ",
            root=images,
            font_paths=[_fonts(), *([folder / "theme"] if house.font_file else [])],
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


def _fonts() -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _typst(blocks: list[Node], images: Path) -> list[Node]:
    return pandoc.rewrite(paper.for_paper(blocks), lambda node: _for_typst(node, images))


def _for_typst(node: Node, images: Path) -> list[Node] | None:
    if node["t"] == "Image":
        alt, path = pandoc.plain(node["c"][1]), node["c"][2][0]
        width, _ = paper.fitting((images / path).read_bytes())
        given = f"{_quoted(path)}, alt: {_quoted(alt)}, width: {width:.2f}cm"
        return [pandoc.raw(f"#image({given})", "typst", "RawInline")]
    if node["t"] == "Span" and "equation" in pandoc.classes_of(node):
        return _equation(node)
    if node["t"] == "Figure" and len(node["c"][2]) > 1:
        return _over_pages(node)
    if node["t"] == "Table":
        return [block for part in paper.divided(node) for block in _table(part)]
    if node["t"] != "Div":
        made = {"Math": _described, "DefinitionList": _in_columns}.get(node["t"])
        return made(node) if made else None
    if "callout" in pandoc.classes_of(node):
        title, body = node["c"][1]
        kind = "warning" if set(_WARNINGS) & set(pandoc.classes_of(node)) else "plain"
        opening = pandoc.raw(f"#{kind}-callout[", "typst")
        return [opening, title, pandoc.raw("][", "typst"), body, pandoc.raw("]", "typst")]
    if "colophon" in pandoc.classes_of(node):
        return [pandoc.raw("#colophon[", "typst"), *node["c"][1], pandoc.raw("]", "typst")]
    if "pagebreak" in pandoc.classes_of(node):
        return [pandoc.raw("#pagebreak(weak: true)", "typst")]
    if "quarto-layout-panel" in pandoc.classes_of(node):
        return _grid(node)
    return None


def _over_pages(figure: Node) -> list[Node]:
    """Let a figure of several parts go on on the next page, the last one with the caption."""
    about, caption, (*parts, last) = figure["c"]
    kept = [pandoc.raw("#block(sticky: true)[", "typst"), last, pandoc.raw("]", "typst")]
    opening = pandoc.raw("#[#show figure: set block(breakable: true)", "typst")
    return [
        opening,
        {"t": "Figure", "c": [about, caption, [*parts, *kept]]},
        pandoc.raw("]", "typst"),
    ]


def _table(node: Node) -> list[Node]:
    table = paper.with_widths(_left_aligned(node))
    whole = [pandoc.raw("#whole[", "typst"), table, pandoc.raw("]", "typst")]
    return whole if paper.is_short(node) else [table]


def _in_columns(words: Node) -> list[Node]:
    """Return words and their meanings as paragraphs in two columns, which a list cannot be."""
    out = [pandoc.raw("#two-columns(", "typst")]
    for term, meanings in words["c"]:
        first, *others = (block for meaning in meanings for block in meaning)
        head = [{"t": "Strong", "c": term}, {"t": "LineBreak"}]
        said = [pandoc.paragraph([*head, *first["c"]]), *others]
        out += [pandoc.raw("[", "typst"), *said, pandoc.raw("],", "typst")]
    return [*out, pandoc.raw(")", "typst")]


def _left_aligned(table: Node) -> Node:
    """Say of every column how it is aligned; without it a table takes over what surrounds it."""
    about, caption, columns, *rows = table["c"]
    left = {"AlignDefault": {"t": "AlignLeft"}}
    aligned = [[left.get(align["t"], align), width] for align, width in columns]
    return {"t": "Table", "c": [about, caption, aligned, *rows]}


def _grid(node: Node) -> list[Node]:
    name = next(name for name in pandoc.classes_of(node) if name.startswith("columns-"))
    columns = int(name.removeprefix("columns-"))
    out = [pandoc.raw(f"#grid(columns: (1fr,) * {columns}, gutter: 12pt,", "typst")]
    for part in node["c"][1]:
        out += [pandoc.raw("[", "typst"), part, pandoc.raw("],", "typst")]
    return [*out, pandoc.raw(")", "typst")]


def _described(math: Node) -> list[Node]:
    opening = f"#[#set math.equation(alt: {_quoted(math['c'][1].strip())}); "
    return [pandoc.raw(opening, "typst", "RawInline"), math, pandoc.raw("]", "typst", "RawInline")]


def _equation(node: Node) -> list[Node]:
    opening = f"#numbered-equation[({pandoc.attribute(node, 'number')})]["
    closing = f"] <{node['c'][0][0]}>"
    return [
        pandoc.raw(opening, "typst", "RawInline"),
        *node["c"][1],
        pandoc.raw(closing, "typst", "RawInline"),
    ]


def _quoted(text: str) -> str:
    """Return `text` as a string of Typst, which has JSON's escapes but for control characters."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return json.dumps(clean, ensure_ascii=False)
