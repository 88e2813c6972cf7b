"""Images whose parts lead to pages: an SVG with links stands in the page itself, not beside it.

An image that a page names cannot be clicked. What both engines wrote as such is therefore put into
the finished page, as far as a page with a strict Content-Security-Policy shows it: no style
elements or attributes, and no name twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LINK, _TITLE = f"{{{_SVG}}}a", f"{{{_SVG}}}title"
_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+\.svg)"[^>]*>')
_ALT = re.compile(r'\balt="([^"]*)"')
#: Parts of a drawing that are not drawn themselves.
_DROPPED = frozenset(f"{{{_SVG}}}{name}" for name in ("style", "metadata"))


def named_links(svg: bytes, names: Mapping[str, str]) -> bytes:
    """Return a clean SVG whose links say where they lead."""
    if not names:
        return svg
    root = fromstring(svg, forbid_dtd=False)
    for link in root.iter(_LINK):
        ElementTree.SubElement(link, _TITLE).text = names.get(link.get(_HREF, ""), "")
    return _written(root).encode("utf-8")


def open_links(page: Path) -> None:
    """Put the images with links into a finished page, where there are any."""
    if not page.is_file():
        return
    before = page.read_text(encoding="utf-8")
    after = _IMAGE.sub(lambda found: _inside(found, page.parent), before)
    if after != before:
        page.write_text(after, encoding="utf-8")


def _inside(found: re.Match[str], folder: Path) -> str:
    path = folder / unquote(found[1])
    svg = path.read_bytes() if path.is_file() else b""
    if b"<a " not in svg:
        return found[0]
    alt = _ALT.search(found[0])
    return inline_svg(svg, unescape(alt[1]) if alt else "", f"{path.stem}-")


def inline_svg(svg: bytes, alt: str, prefix: str) -> str:
    """Return a clean SVG as an element of a page.

    Examples
    --------
    >>> drawn = '<g id="a" style="fill: red"><a x:href="b.html"><title>B</title></a></g>'
    >>> names = f'xmlns="{_SVG}" xmlns:x="http://www.w3.org/1999/xlink"'
    >>> page = inline_svg(f"<svg {names}>{drawn}</svg>".encode(), "Map", "m-")
    >>> 'id="m-a"' in page, 'fill="red"' in page, 'href="b.html" aria-label="B"' in page
    (True, True, True)
    """
    root = fromstring(svg, forbid_dtd=False)
    root.set("role", "group")
    root.set("aria-label", alt)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _DROPPED:
                parent.remove(child)
    for element in root.iter():
        _set_free(element, prefix)
        if element.tag == _LINK:
            element.set("aria-label", element.findtext(_TITLE) or "")
        elif element.get("id", "").startswith(f"{prefix}text_"):
            element.set("pointer-events", "none")
    return _written(root)


def _set_free(element: ElementTree.Element, prefix: str) -> None:
    """Give an element names of its own, and attributes in the place of its style."""
    for key, value in list(element.attrib.items()):
        del element.attrib[key]
        if key == "style":
            element.attrib.update(_declared(value, prefix))
        elif key == "id":
            element.set(key, prefix + value)
        elif key == _HREF:
            element.set("href", f"#{prefix}{value[1:]}" if value[:1] == "#" else value)
        elif key != "target":
            element.set(key, _named(value, prefix))


def _declared(style: str, prefix: str) -> dict[str, str]:
    """Return the declarations of a style as attributes, which every policy allows."""
    pairs = (part.partition(":") for part in style.split(";") if ":" in part)
    return {name.strip(): _named(value.strip(), prefix) for name, _, value in pairs}


def _named(value: str, prefix: str) -> str:
    return value.replace("url(#", f"url(#{prefix}")


def _written(root: ElementTree.Element) -> str:
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    return ElementTree.tostring(root, encoding="unicode")
