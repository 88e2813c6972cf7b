"""The styles of a Word document: Pandoc's own in the house style, with a head and a foot."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import cache
from html import escape

from wijkkit.reports.pandoc import program
from wijkkit.reports.theme import Colours

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
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
        "[Content_Types].xml": lambda part: _before(part, "</Types>", _types()),
        "word/_rels/document.xml.rels": lambda part: _before(part, "</Relationships>", _relations()),
        "word/document.xml": _sections,
        "word/settings.xml": lambda part: _before(part, "<w:drawingGridH", "<w:autoHyphenation/>"),
        "word/styles.xml": lambda part: _styles(part, colours),
    }  # fmt: skip
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_pandoc_reference())) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for item in source.infolist():
            content = source.read(item)
            if item.filename in changes:
                content = changes[item.filename](content.decode("utf-8")).encode("utf-8")
            written.writestr(item.filename, content)
        for name, part in made.items():
            written.writestr(name, part)
    return target.getvalue()


@cache
def _pandoc_reference() -> bytes:
    command = [program(), "--print-default-data-file", "reference.docx"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _part(kind: str, content: str, side: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{kind} xmlns:w="{_NAMESPACE}"><w:p><w:pPr>'
        f'<w:jc w:val="{side}"/></w:pPr>{content}</w:p></w:{kind}>'
    )


def _types() -> str:
    return "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_KIND}.{kind}+xml"/>'
        for name, kind in (("head", "header"), ("foot", "footer"))
    )


def _relations() -> str:
    return "".join(
        f'<Relationship Id="rId{name.title()}" Type="{_OFFICE}/{kind}" Target="{name}.xml"/>'
        for name, kind in (("head", "header"), ("foot", "footer"))
    )


def _sections(part: str) -> str:
    part = _before(part, "<w:footnotePr>", _PAGE)
    return _before(part, "</w:sectPr>", _PAPER)


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
    added = [
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_key(name)}"><w:name '
        f'w:val="{name}"/><w:basedOn w:val="{base}"/><w:qFormat/><w:pPr>'
        f"{paragraph.format(edge=edge, fill=fill)}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
        for name, base, paragraph, letters in _STYLES
    ]
    return _before(styles, "</w:styles>", "".join(added))


def _key(name: str) -> str:
    return name.upper().replace(" ", "") if name.startswith("toc") else name.replace(" ", "")
