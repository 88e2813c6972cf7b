"""A document as DOCX with real styles, for those who must edit."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import cache
from pathlib import Path

from wijkkit.reports.pandoc import (
    Node,
    attribute,
    attributes,
    classes_of,
    program,
    rewrite,
    words,
    write,
)
from wijkkit.reports.paper import for_paper
from wijkkit.reports.theme import Colours, HouseStyle

_STYLE = (
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
    '<w:basedOn w:val="BodyText"/><w:qFormat/><w:pPr>{keep}<w:pBdr><w:left w:val="single" '
    'w:sz="24" w:space="8" w:color="{edge}"/></w:pBdr><w:shd w:val="clear" w:color="auto" '
    'w:fill="{fill}"/><w:ind w:left="200"/></w:pPr><w:rPr>{bold}</w:rPr></w:style>'
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTER = (
    '<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:p><w:pPr><w:jc w:val="right"/></w:pPr><w:fldSimple '
    'w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
)
#: What makes a page of the document A4 with its number at the foot: per part, what goes before what.
_PAGE = {
    "[Content_Types].xml": [
        (
            b"</Types>",
            f'<Override PartName="/word/footer1.xml" ContentType="{_WORD}.footer+xml"/>'.encode(),
        )
    ],
    "word/_rels/document.xml.rels": [
        (
            b"</Relationships>",
            f'<Relationship Id="rIdFooter1" Type="{_OFFICE}/footer" Target="footer1.xml"/>'.encode(),
        )
    ],
    "word/document.xml": [
        (
            b"</w:sectPr>",
            b'<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1361" w:right="1361" '
            b'w:bottom="1361" w:left="1361" w:header="709" w:footer="709" w:gutter="0"/>',
        ),
        (b"<w:footnotePr>", b'<w:footerReference w:type="default" r:id="rIdFooter1"/>'),
    ],
}


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
    reference.write_bytes(reference_document(house.colours))
    write(
        {**document, "blocks": rewrite(for_paper(document["blocks"]), _for_word)},
        "docx",
        "--standalone",
        f"--reference-doc={reference}",
        f"--resource-path={images}",
        "--shift-heading-level-by=-1",
        "--fail-if-warnings",
        f"--output={target}",
    )
    return target


def reference_document(colours: Colours) -> bytes:
    """Return Pandoc's own reference document with the house style's colours and callouts."""
    source = zipfile.ZipFile(io.BytesIO(_pandoc_reference()))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "word/styles.xml":
                content = _styles(content.decode("utf-8"), colours).encode("utf-8")
            for end, added in _PAGE.get(item.filename, ()):
                content = content.replace(end, added + end)
            made.writestr(item.filename, content)
        made.writestr("word/footer1.xml", _FOOTER)
    return target.getvalue()


@cache
def _pandoc_reference() -> bytes:
    command = [program(), "--print-default-data-file", "reference.docx"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _styles(styles: str, colours: Colours) -> str:
    heading = colours.heading.removeprefix("#").upper()
    styles = re.sub(
        r'<w:color w:val="(0F4761|345A8A|4F81BD)"[^>]*/>', f'<w:color w:val="{heading}"/>', styles
    )
    fill, edge = (colour.removeprefix("#").upper() for colour in (colours.tint, colours.link))
    added = [
        _STYLE.format(key="Callout", name="Callout", keep="", edge=edge, fill=fill, bold=""),
        _STYLE.format(
            key="CalloutTitle",
            name="Callout Title",
            keep="<w:keepNext/>",
            edge=edge,
            fill=fill,
            bold="<w:b/>",
        ),
    ]
    return styles.replace("</w:styles>", "".join(added) + "</w:styles>")


def _for_word(node: Node) -> list[Node] | None:
    classes = classes_of(node)
    if node["t"] == "Div" and "callout-title-container" in classes:
        return [_styled(node, "Callout Title")]
    if node["t"] == "Div" and "callout-body" in classes:
        return [_styled(node, "Callout")]
    if node["t"] == "Span" and "equation" in classes:
        return [*node["c"][1], *words(f" ({attribute(node, 'number')})")]
    return None


def _styled(node: Node, name: str) -> Node:
    about = attributes()
    about[2].append(["custom-style", name])
    return {"t": "Div", "c": [about, node["c"][1]]}
