"""Images of notebooks: an SVG without what could run, and in the page where its parts lead to
pages.

An image that a page names cannot be clicked. One with links is therefore put into the finished
page of either engine, as far as a page with a strict Content-Security-Policy shows it: no style
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

from wijkkit.batch.fingerprint import hash_of
from wijkkit.errors import ReportError

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HREF = f"{{{_XLINK}}}href"
_LINK, _TITLE = f"{{{_SVG}}}a", f"{{{_SVG}}}title"
_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+\.svg)"[^>]*>')
_ALT = re.compile(r'\balt="([^"]*)"')
#: Parts of a drawing that are not drawn themselves.
_DROPPED = frozenset(f"{{{_SVG}}}{name}" for name in ("style", "metadata"))


#: A report of the site, which a part of an image may lead to.
_PAGE = re.compile(r"[\w-]+\.html")
#: What may stand before an SVG that stays as it is written, and that itself.
_HEAD = re.compile(
    rb'(?:<\?xml version="1\.0" encoding="utf-8"(?: standalone="no")?\?>\s*)?'
    rb'(?:<!DOCTYPE svg PUBLIC "[^"<>]*"\s+"[^"<>]*">\s*)?(<svg\b.*)',
    re.DOTALL,
)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_DROPPED_TAGS = ("script", "foreignObject", "iframe", "animate", "set", "handler", "style")
#: Hashes of images that were cleaned here: what is staged is not cleaned again to be shown.
_CLEAN: set[str] = set()


def svg_image(content: bytes) -> bytes:
    """Return an SVG without scripts, handlers, comments and references to elsewhere."""
    if hash_of(content) in _CLEAN:
        return content
    try:
        root = fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ElementTree.ParseError, ValueError) as error:
        raise ReportError(
            "an image is no valid SVG", found=str(error)[:80], remedy="Run the notebook again."
        ) from None
    plain = _HEAD.fullmatch(content)
    if not _clean_element(root) and plain and b"<?" not in plain[1] and b"<![" not in plain[1]:
        # Without those two, `<!--` begins a comment wherever it stands.
        clean = _COMMENT.sub(b"", plain[1])
        _CLEAN.add(hash_of(clean))
        return clean
    _register()
    clean = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    _CLEAN.add(hash_of(clean))
    return clean


def _clean_element(element: ElementTree.Element) -> bool:
    """Take out of an element what is not allowed, and say whether there was anything."""
    dropped = False
    for key, value in list(element.attrib.items()):
        name = key.rpartition("}")[2].lower()
        outward = name == "href" and not (value.startswith("#") or _leads_to_page(element, value))
        called = "url(" in value.lower() and "url(#" not in value.lower()
        if name.startswith("on") or outward or called:
            del element.attrib[key]
            dropped = True
    for child in list(element):
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "script"
        if name in _DROPPED_TAGS and not _is_plain_style(child):
            element.remove(child)
            dropped = True
        elif _clean_element(child):
            dropped = True
    return dropped


def _leads_to_page(element: ElementTree.Element, target: str) -> bool:
    return element.tag == f"{{{_SVG}}}a" and _PAGE.fullmatch(target) is not None


def _is_plain_style(element: ElementTree.Element) -> bool:
    """Matplotlib writes one style element, with strokes only."""
    text = element.text or ""
    return element.tag == f"{{{_SVG}}}style" and not re.search(r"url|@|\\|<", text)


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
    _register()
    return ElementTree.tostring(root, encoding="unicode")


def _register() -> None:
    """Write the namespaces of an SVG as everybody does."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
