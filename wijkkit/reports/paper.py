"""What PDF and DOCX share: no tabs, no folding, no words for screen readers only, A4."""

from __future__ import annotations

import re
import struct
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

from wijkkit.reports.pandoc import Node, classes_of, paragraph, rewrite

#: Room for a figure on a page, in centimetres; its caption and the title above it need the rest.
WIDTH, HEIGHT = 16.2, 19.5
_CENTIMETRES = {"pt": 2.54 / 72, "px": 2.54 / 96, "": 2.54 / 96, "in": 2.54, "cm": 1, "mm": 0.1}
#: Pixels of a drawn figure that are an inch.
PPI = 180
_OUTWARD = ("http://", "https://", "mailto:", "#")


def for_paper(blocks: list[Node]) -> list[Node]:
    """Return `blocks` for a form without pages to click through and without raw parts.

    Examples
    --------
    >>> from wijkkit.reports.pandoc import link, plain, words
    >>> plain(for_paper([link(words("other page"), "a.html")])), for_paper([{"t": "RawInline"}])
    ('other page', [])
    """
    return rewrite(blocks, _change)


def _change(node: Node) -> list[Node] | None:
    kind, classes = node["t"], classes_of(node)
    if kind in ("RawBlock", "RawInline") or "screen-reader-only" in classes:
        return []
    if kind == "Div" and "nav-tabs" in classes:
        return []
    if kind == "Div" and {"tab-title", "concept"} & set(classes):
        return [paragraph([{"t": "Strong", "c": block["c"]}]) for block in node["c"][1]]
    if kind == "Link" and not node["c"][2][0].startswith(_OUTWARD):
        return node["c"][1]
    return None


def fitting(image: bytes) -> tuple[float, float]:
    """Return the width and height (cm) at which an image, SVG or PNG, fits a page.

    Examples
    --------
    >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="5in" height="20in"/>'
    >>> [round(side, 2) for side in fitting(svg)]
    [4.88, 19.5]
    """
    width, height = _png_size(image) if image.startswith(b"\x89PNG") else _svg_size(image)
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    return width * scale, height * scale


def _png_size(image: bytes) -> tuple[float, float]:
    width, height = struct.unpack(">II", image[16:24])
    return width / PPI * 2.54, height / PPI * 2.54


def _svg_size(image: bytes) -> tuple[float, float]:
    try:
        root = fromstring(image)
    except ElementTree.ParseError:
        return WIDTH, HEIGHT
    sizes = [_length(root.get(side, "")) for side in ("width", "height")]
    box = [float(part) for part in re.findall(r"[\d.]+", root.get("viewBox", ""))]
    if None in sizes and len(box) == 4:
        sizes = [WIDTH, WIDTH * box[3] / box[2]]
    return sizes[0] or WIDTH, sizes[1] or HEIGHT


def _length(text: str) -> float | None:
    found = re.fullmatch(r"([\d.]+)(pt|px|in|cm|mm)?", text)
    return float(found[1]) * _CENTIMETRES[found[2] or ""] if found else None
