"""A document as DOCX with real styles, for those who must edit."""

from __future__ import annotations

from html import escape
from pathlib import Path

from wijkkit.language import text
from wijkkit.reports.columns import with_widths
from wijkkit.reports.pandoc import (
    Node,
    attribute,
    attributes,
    classes_of,
    div,
    elements,
    plain,
    raw,
    rewrite,
    words,
    write,
)
from wijkkit.reports.paper import fitting, for_paper
from wijkkit.reports.reference import reference_document
from wijkkit.reports.theme import HouseStyle


def write_docx(document: Node, images: Path, target: Path, house: HouseStyle) -> Path:
    """Write `document` to `target` as DOCX.

    Parameters
    ----------
    document : Node
        A document whose images are named relative to `images`.
    images : Path
        Folder of the images, and of the reference document that is made here.
    target : Path
    house : HouseStyle
        Its colours become the colours of the styles.
    """
    reference = images / "reference.docx"
    reference.write_bytes(reference_document(house.colours, page_words(document)))
    blocks = rewrite(for_paper(document["blocks"]), lambda node: _for_word(node, images))
    meta = {key: value for key, value in document["meta"].items() if key != "toc"}
    if document["meta"].get("toc", {}).get("c") is True:
        blocks = [*_contents(blocks, plain(meta.get("lang", {}))), *blocks]
    write(
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


def page_words(document: Node) -> str:
    """Return what stands at the head of every page: the title, and that it is a concept."""
    said = (plain(document["meta"].get(key, {})) for key in ("title", "mark"))
    return " · ".join(filter(None, said))


def _contents(blocks: list[Node], language: str) -> list[Node]:
    """Return the table of contents, filled: what Word makes of the headings when it updates it."""
    heads = [node for node in elements(blocks, "Header") if node["c"][0] in (2, 3)]
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
    listed = raw("".join([*lines, closing]), "openxml")
    return [_styled(div([title]), "TOC Heading"), listed]


def _line(heading: Node) -> str:
    level, about, content = heading["c"]
    shown = escape(plain(content))
    return (
        f'<w:p><w:pPr><w:pStyle w:val="TOC{level - 1}"/></w:pPr>'
        f'<w:hyperlink w:anchor="{escape(about[0])}"><w:r><w:t xml:space="preserve">{shown}</w:t>'
        "</w:r></w:hyperlink></w:p>"
    )


def _for_word(node: Node, images: Path) -> list[Node] | None:
    classes = classes_of(node)
    if node["t"] == "Image":
        return [_sized(node, images)]
    if node["t"] == "Table":
        return [_with_table_text(with_widths(node, always=True))]
    if node["t"] == "Div" and "callout-title-container" in classes:
        return [_styled(node, "Callout Title")]
    if node["t"] == "Div" and "callout-body" in classes:
        return [_styled(node, "Callout")]
    if node["t"] == "Span" and "equation" in classes:
        return [*node["c"][1], *words(f" ({attribute(node, 'number')})")]
    return None


def _sized(image: Node, images: Path) -> Node:
    """Return an image at a size that fits a page; Pandoc looks at its width only."""
    about, alt, target = image["c"]
    width, height = fitting((images / target[0]).read_bytes())
    sizes = [["width", f"{width:.2f}cm"], ["height", f"{height:.2f}cm"]]
    return {"t": "Image", "c": [[about[0], about[1], sizes], alt, target]}


def _with_table_text(table: Node) -> Node:
    """Return a table whose cells have the styles of a table."""
    about, caption, columns, head, bodies, foot = table["c"]
    return {
        "t": "Table",
        "c": [
            about,
            caption,
            columns,
            [head[0], _cells(head[1], "Table Head")],
            [
                [body[0], body[1], _cells(body[2], "Table Head"), _cells(body[3], "Table Text")]
                for body in bodies
            ],
            [foot[0], _cells(foot[1], "Table Text")],
        ],
    }


def _cells(rows: list, style: str) -> list:
    return [
        [about, [[*cell[:4], [_styled(div(cell[4]), style)]] for cell in cells]]
        for about, cells in rows
    ]


def _styled(node: Node, name: str) -> Node:
    about = attributes()
    about[2].append(["custom-style", name])
    return {"t": "Div", "c": [about, node["c"][1]]}
