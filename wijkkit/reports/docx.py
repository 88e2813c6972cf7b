"""A document as DOCX with real styles, for those who must edit."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from wijkkit.language import text
from wijkkit.reports import pandoc, paper
from wijkkit.reports.pandoc import Node, words
from wijkkit.reports.paper import for_paper
from wijkkit.reports.theme import Colours, HouseStyle

# The styles of a Word document: Pandoc's own in the house style, with a head and a foot.

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPE = (
    '<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.{kind}+xml"/>'
)
_RELATION = (
    '<Relationship Id="rId{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{name}.xml"/>'
)
_EDGED = (
    '<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{edge}"/></w:pBdr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/><w:ind w:left="200"/>'
)
_SMALL = '<w:spacing w:before="20" w:after="20"/>'
#: Styles that Pandoc's document has not: name, style it rests on, its paragraph, its letters.
_STYLES = (
    ("Callout", "BodyText", _EDGED, ""),
    ("Callout Title", "BodyText", "<w:keepNext/>" + _EDGED, "<w:b/>"),
    ("Table Text", "Compact", _SMALL, '<w:sz w:val="18"/><w:szCs w:val="18"/>'),
    (
        "Table Head",
        "Compact",
        "<w:keepNext/>" + _SMALL,
        '<w:b/><w:sz w:val="18"/><w:szCs w:val="18"/>',
    ),
    ("Table Text Small", "TableText", "", '<w:sz w:val="16"/><w:szCs w:val="16"/>'),
    ("Table Head Small", "TableHead", "", '<w:sz w:val="16"/><w:szCs w:val="16"/>'),
    ("toc 1", "BodyText", '<w:spacing w:before="60" w:after="0"/>', ""),
    ("toc 2", "BodyText", '<w:spacing w:before="0" w:after="0"/><w:ind w:left="440"/>', ""),
)
_PAGE = (
    '<w:headerReference w:type="default" r:id="rIdHead"/>'
    '<w:footerReference w:type="default" r:id="rIdFoot"/>'
)
_PAPER = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1361" w:right="1361" w:bottom="1361" '
    'w:left="1361" w:header="709" w:footer="709" w:gutter="0"/>'
)


def reference_document(colours: Colours, words: str = "") -> bytes:
    """Return Pandoc's reference document in the house style, on A4."""
    made = {
        "word/head.xml": _part("hdr", f"<w:r><w:t>{escape(words)}</w:t></w:r>", "left"),
        "word/foot.xml": _part("ftr", '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>', "right"),
    }  # fmt: skip
    changes = {
        "[Content_Types].xml": lambda part: _before(part, "</Types>", _parts(_TYPE)),
        "word/_rels/document.xml.rels": lambda part: _before(part, "</Relationships>", _parts(_RELATION)),
        "word/document.xml": lambda part: _before(_before(part, "<w:footnotePr>", _PAGE), "</w:sectPr>", _PAPER),
        "word/settings.xml": lambda part: _before(part, "<w:drawingGridH", "<w:autoHyphenation/>"),
        "word/styles.xml": lambda part: _styles(part, colours),
    }  # fmt: skip
    return paper.rewritten_zip(pandoc.default_file("reference.docx"), changes.get, made)


def _part(kind: str, content: str, side: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{kind} xmlns:w="{_NAMESPACE}"><w:p><w:pPr>'
        f'<w:jc w:val="{side}"/></w:pPr>{content}</w:p></w:{kind}>'
    )


def _parts(written: str) -> str:
    """Return what is written of the head and the foot of each page."""
    return "".join(
        written.format(name=name, id=name.title(), kind=kind)
        for name, kind in (("head", "header"), ("foot", "footer"))
    )


def _before(part: str, end: str, added: str) -> str:
    return part.replace(end, added + end, 1)


def _styles(styles: str, colours: Colours) -> str:
    heading, edge, fill = (
        colour.removeprefix("#").upper() for colour in (colours.heading, colours.link, colours.tint)
    )
    styles = re.sub(
        r'<w:color w:val="(0F4761|345A8A|4F81BD)"[^>]*/>', f'<w:color w:val="{heading}"/>', styles
    )
    styles = re.sub(r'(<w:(left|right)) w:w="108"', r'\1 w:w="60"', styles)
    styles = styles.replace('<w:sz w:val="24" />', '<w:sz w:val="21" />', 1)
    above = r'(?s)(w:styleId="TableCaption".*?<w:keepNext />)'
    styles = re.sub(above, r'\1<w:spacing w:before="200"/>', styles, count=1)
    added = [
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_key(name)}"><w:name '
        f'w:val="{name}"/><w:basedOn w:val="{base}"/><w:qFormat/><w:pPr>'
        f"{paragraph.format(edge=edge, fill=fill)}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
        for name, base, paragraph, letters in _STYLES
    ]
    return _before(styles, "</w:styles>", "".join(added))


def _key(name: str) -> str:
    return name.upper().replace(" ", "") if name.startswith("toc") else name.replace(" ", "")


#: The hyphen that Word does not break at, in the place of the dash of a range.
_RANGE, _UNBROKEN = re.compile(r"(?<=\d)[-–](?=\d)"), "\N{NON-BREAKING HYPHEN}"
_MARGIN = re.compile(r"\([+−]?\d")


def write_docx(document: Node, images: Path, target: Path, house: HouseStyle) -> Path:
    """Write `document` to `target` as DOCX."""
    reference = images / "reference.docx"
    reference.write_bytes(reference_document(house.colours, paper.page_words(document)))
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
