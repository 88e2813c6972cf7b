"""A document as DOCX with real styles, for those who must edit."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from wijkkit.language import text
from wijkkit.reports import pandoc, paper
from wijkkit.reports.pandoc import Node, words
from wijkkit.reports.paper import for_paper, in_house_style, page_words
from wijkkit.reports.theme import HouseStyle

#: The hyphen that Word does not break at, in the place of the dash of a range.
_RANGE, _UNBROKEN = re.compile(r"(?<=\d)[-–](?=\d)"), "\N{NON-BREAKING HYPHEN}"
_MARGIN = re.compile(r"\([+−]?\d")


def write_docx(document: Node, images: Path, target: Path, house: HouseStyle) -> Path:
    """Write `document` to `target` as DOCX."""
    reference = images / "reference.docx"
    reference.write_bytes(in_house_style("reference.docx", house, page_words(document)))
    joined = pandoc.rewrite_inlines(for_paper(document["blocks"]), _joined)
    blocks = pandoc.rewrite(joined, lambda node: _for_word(node, images))
    meta = {key: value for key, value in document["meta"].items() if key != "toc"}
    if document["meta"].get("toc", {}).get("c") is True:
        blocks = [*_contents(blocks, pandoc.plain(meta.get("lang", {}))), *blocks]
    pandoc.write(
        {**document, "meta": meta, "blocks": blocks},
        "docx",
        "--standalone",
        f"--reference-doc={reference}",
        f"--resource-path={images}",
        "--shift-heading-level-by=-1",
        "--fail-if-warnings",
        f"--output={target}",
    )
    return target


def _contents(blocks: list[Node], language: str) -> list[Node]:
    """Return the table of contents, filled: what Word makes of the headings when it updates it."""
    heads = [node for node in pandoc.elements(blocks, "Header") if node["c"][0] in (2, 3)]
    lines = [_line(node) for node in heads if node["c"][1][0]]
    if not lines:
        return []
    opening = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
        ' TOC \\o "1-2" \\n \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    closing = '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    lines[0] = lines[0].replace("</w:pPr>", f"</w:pPr>{opening}", 1)
    title = {"t": "Para", "c": words(text("reports.contents", language or "nl"))}
    listed = pandoc.raw("".join([*lines, closing]), "openxml")
    return [_styled(pandoc.div([title]), "TOC Heading"), listed]


def _line(heading: Node) -> str:
    level, about, content = heading["c"]
    shown = escape(pandoc.plain(content))
    return (
        f'<w:p><w:pPr><w:pStyle w:val="TOC{level - 1}"/></w:pPr>'
        f'<w:hyperlink w:anchor="{escape(about[0])}"><w:r><w:t xml:space="preserve">{shown}</w:t>'
        "</w:r></w:hyperlink></w:p>"
    )


def _for_word(node: Node, images: Path) -> list[Node] | None:
    classes = pandoc.classes_of(node)
    if node["t"] == "Image":
        return [_sized(node, images)]
    if node["t"] == "Str" and _RANGE.search(node["c"]):
        return [{"t": "Str", "c": _RANGE.sub(_UNBROKEN, node["c"])}]
    if node["t"] == "Figure" and len(node["c"][2]) > 1:
        # Pandoc would put its parts side by side.
        about, caption, (*parts, last) = node["c"]
        above = _styled(pandoc.div(_paragraphs(parts)), "Captioned Figure")
        return [above, {"t": "Figure", "c": [about, caption, [last]]}]
    if node["t"] == "Table":
        return [
            _with_table_text(paper.with_widths(part, always=True)) for part in paper.divided(node)
        ]
    if node["t"] == "Div" and "callout-title-container" in classes:
        return [_styled(node, "Callout Title")]
    if node["t"] == "Div" and "callout-body" in classes:
        return [_styled(node, "Callout")]
    if node["t"] == "Span" and "equation" in classes:
        return [*node["c"][1], *words(f" ({pandoc.attribute(node, 'number')})")]
    return None


def _joined(inlines: list[Node]) -> list[Node]:
    """Keep a number and its margin on one line: ``66% (56-75)``."""
    out = list(inlines)
    for place in range(1, len(out) - 1):
        before, here, after = out[place - 1 : place + 2]
        ends = before["t"] == "Str" and before["c"][-1:] in "0123456789%"
        if here["t"] == "Space" and ends and _MARGIN.match(after.get("c") or ""):
            out[place] = {"t": "Str", "c": "\N{NO-BREAK SPACE}"}
    return out


def _sized(image: Node, images: Path) -> Node:
    """Return an image at a size that fits a page; Pandoc looks at its width only."""
    about, alt, target = image["c"]
    width, height = paper.fitting((images / target[0]).read_bytes())
    sizes = [["width", f"{width:.2f}cm"], ["height", f"{height:.2f}cm"]]
    return {"t": "Image", "c": [[about[0], about[1], sizes], alt, target]}


def _with_table_text(table: Node) -> Node:
    """Return a table whose cells have the styles of a table, smaller where it is dense."""
    size = " Small" if paper.is_dense(table) else ""
    text_style, head_style = f"Table Text{size}", f"Table Head{size}"
    *kept, head, bodies, foot = table["c"]
    below = [
        [*body[:2], _cells(body[2], head_style), _cells(body[3], text_style)] for body in bodies
    ]
    ends = [head[0], _cells(head[1], head_style)], [foot[0], _cells(foot[1], text_style)]
    return {"t": "Table", "c": [*kept, ends[0], below, ends[1]]}


def _cells(rows: list, style: str) -> list:
    """Give the texts of cells a style, which Pandoc takes of paragraphs only."""
    return [
        [about, [[*cell[:4], [_styled(pandoc.div(_paragraphs(cell[4])), style)]] for cell in cells]]
        for about, cells in rows
    ]


def _paragraphs(blocks: list[Node]) -> list[Node]:
    return [{**block, "t": "Para"} if block["t"] == "Plain" else block for block in blocks]


def _styled(node: Node, name: str) -> Node:
    about = pandoc.attributes()
    about[2].append(["custom-style", name])
    return {"t": "Div", "c": [about, node["c"][1]]}
