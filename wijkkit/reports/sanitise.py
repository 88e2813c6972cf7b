"""What notebook outputs may bring into a report: an allow-list of elements, and no attributes.

Tables arrive as HTML and sentences as Markdown; both become a tree in which only the elements
below are left, so that the same content is safe in HTML, Typst and DOCX.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

from wijkkit.batch.hashes import hash_of
from wijkkit.errors import ReportError
from wijkkit.reports.pandoc import (
    HTML,
    TEXT,
    Node,
    attributes,
    elements,
    keep,
    plain,
    read,
    read_ahead,
    words,
)

_KEPT = frozenset(
    "Para Plain BulletList OrderedList DefinitionList BlockQuote Table Str Space SoftBreak "
    "LineBreak Emph Strong Superscript Subscript Quoted".split()
)
#: A web or mail address, a place on the page, or a page of the site, at most a folder away.
_SAFE_TARGET = re.compile(
    r"https?://|mailto:|#[\w-]+$|(\.\./)?([\w-]+/)?[\w-]+\.(html|csv|pdf|docx|xlsx|pptx)(#[\w-]*)?$"
)
#: A report of the site, which a part of an image may lead to.
_PAGE = re.compile(r"[\w-]+\.html")
_DROPPED_TAGS = ("script", "foreignObject", "iframe", "animate", "set", "handler", "style")
#: Hashes of images that were cleaned here: what is staged is not cleaned again to be shown.
_CLEAN: set[str] = set()
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"


def html_tables(html: str) -> list[Node]:
    """Return the tables of an HTML output.

    Examples
    --------
    >>> cells = html_tables('<table><tr><td onclick="x()">a<script>b</script></td></tr></table>')
    >>> plain(cells), "onclick" in str(cells)
    ('a', False)
    """
    return allowed(list(elements(read(without_scripts(html), HTML)["blocks"], "Table")))


def without_scripts(html: str) -> str:
    """Return HTML without the text of scripts and style sheets, which is no text of a table."""
    return re.sub(r"<(script|style)\b.*?</\1\s*>", "", html, flags=re.DOTALL | re.IGNORECASE)


def read_outputs_ahead(outputs: Iterable[tuple[str, str]]) -> None:
    """Read outputs (type, text) together, for `html_tables` and `markdown_blocks` to find."""
    read_ahead(_fragment(mime, text) for mime, text in outputs)


def keep_tree(mime: str, text: str, tree: str) -> None:
    """Keep `tree`, of which the output `text` was written, for those who would read it back."""
    keep(_fragment(mime, text), tree)


def _fragment(mime: str, text: str) -> tuple[str, str]:
    return (without_scripts(text), HTML) if mime == "text/html" else (text, TEXT)


def markdown_blocks(markdown: str) -> list[Node]:
    """Return the blocks of a Markdown output; what looks like HTML in it is text.

    Examples
    --------
    >>> plain(markdown_blocks("**a** <script>b</script>"))
    'a <script>b</script>'
    """
    return allowed(read(markdown, TEXT)["blocks"])


def allowed(nodes: list[Node]) -> list[Node]:
    """Return `nodes` with everything that is not on the list replaced by its text."""
    return [kept for node in nodes for kept in _allowed(node)]


def _allowed(node: Node) -> list[Node]:
    kind = node["t"]
    if kind == "Table":
        return [{"t": "Table", "c": _bare(node["c"])}]
    if kind == "Link" and is_safe_target(node["c"][2][0]):
        return [{"t": "Link", "c": [attributes(), allowed(node["c"][1]), [node["c"][2][0], ""]]}]
    if kind in _KEPT:
        return [{**node, "c": _content(node["c"])} if "c" in node else node]
    if kind in ("RawBlock", "RawInline", "Image", "Note"):
        return []
    text = words(plain(node))
    return text if kind in _INLINES else [{"t": "Para", "c": text}]


_INLINES = ("Link", "Span", "Code", "Math", "Cite", "Underline", "Strikeout", "SmallCaps")


def _content(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    if content and all(isinstance(item, dict) and "t" in item for item in content):
        return allowed(content)
    return [_content(item) for item in content]


def _bare(part: Any) -> Any:
    """Return the parts of a table without identifiers, classes and other attributes."""
    if isinstance(part, list):
        if len(part) == 3 and isinstance(part[0], str) and isinstance(part[1], list):
            return attributes()
        if part and all(isinstance(item, dict) and "t" in item for item in part):
            columns = [item["t"] for item in part if item["t"].startswith(("Align", "ColWidth"))]
            return part if columns else allowed(part)
        return [_bare(item) for item in part]
    return part


def is_safe_target(target: str) -> bool:
    """Say whether a link may stay: to a web address, a mail address or a page of the site.

    Examples
    --------
    >>> is_safe_target("https://a.nl"), is_safe_target("javascript:alert(1)")
    (True, False)
    >>> is_safe_target("../howto/index.html"), is_safe_target("//a.nl/index.html")
    (True, False)
    """
    return _SAFE_TARGET.match(target.strip()) is not None


def svg_image(content: bytes) -> bytes:
    """Return an SVG without scripts, handlers, comments and references to elsewhere."""
    if hash_of(content) in _CLEAN:
        return content
    try:
        root = fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ElementTree.ParseError, ValueError) as error:
        raise ReportError(
            "an image is no valid SVG",
            found=str(error)[:80],
            remedy="Run the notebook again.",
        ) from None
    _clean_element(root)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    clean = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    _CLEAN.add(hash_of(clean))
    return clean


def _clean_element(element: ElementTree.Element) -> None:
    for key, value in list(element.attrib.items()):
        name = key.rpartition("}")[2].lower()
        outward = name == "href" and not (value.startswith("#") or _leads_to_page(element, value))
        called = "url(" in value.lower() and "url(#" not in value.lower()
        if name.startswith("on") or outward or called:
            del element.attrib[key]
    for child in list(element):
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "script"
        if name in _DROPPED_TAGS and not _is_plain_style(child):
            element.remove(child)
        else:
            _clean_element(child)


def _leads_to_page(element: ElementTree.Element, target: str) -> bool:
    return element.tag == f"{{{_SVG}}}a" and _PAGE.fullmatch(target) is not None


def _is_plain_style(element: ElementTree.Element) -> bool:
    """Matplotlib writes one style element, with strokes only."""
    text = element.text or ""
    return element.tag == f"{{{_SVG}}}style" and not re.search(r"url|@|\\|<", text)
