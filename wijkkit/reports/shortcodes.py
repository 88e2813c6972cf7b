"""Quarto's shortcodes ``{{< embed notebook#label >}}`` and ``{{< meta key >}}``."""

from __future__ import annotations

import re
from collections.abc import Callable

from wijkkit.errors import ReportError
from wijkkit.reports.pandoc import Node, attribute, classes_of, rewrite

#: Keeps two marks apart, so that Quarto sees no shortcode in a name; takes no room.
JOINER = "\N{WORD JOINER}"
_SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+(.*?)\s*>\}\}")
_EMBED = re.compile(r"^[ \t]*\{\{<\s*embed\s+(\S+?\.ipynb)#([\w-]+)\s*>\}\}[ \t]*$", re.MULTILINE)
_PAGE_BREAK = re.compile(r"^\{\{<\s*pagebreak\s*>\}\}[ \t]*$", re.MULTILINE)
_META = re.compile(r"\{\{<\s*meta\s+([\w.-]+)\s*>\}\}")


def embedded(source: str) -> list[tuple[str, str]]:
    """Return what a source embeds: notebook and label, in order.

    Examples
    --------
    >>> embedded("{{< embed wijk/a.ipynb#fig-b >}}")
    [('wijk/a.ipynb', 'fig-b')]
    """
    return _EMBED.findall(source)


def replace_embeds(source: str, change: Callable[[str, str], str | None]) -> str:
    """Return `source` with embeds replaced by ``change(notebook, label)`` unless that is None."""
    return _EMBED.sub(lambda found: change(found[1], found[2]) or found[0], source)


def embed(notebook: str, label: str) -> str:
    """Return the shortcode that embeds the outputs of a cell."""
    return f"{{{{< embed {notebook}#{label} >}}}}"


def mark_shortcodes(source: str) -> str:
    """Return `source` with its shortcodes as elements that Pandoc reads.

    Examples
    --------
    >>> mark_shortcodes("In {{< meta wijk >}}.")
    'In []{.shortcode key=wijk}.'
    """
    source = source.replace(JOINER, "")
    source = _EMBED.sub(r"::: {.shortcode notebook='\1' label=\2}\n:::", source)
    source = _PAGE_BREAK.sub("::: {.pagebreak}\n:::", source)
    source = _META.sub(r"[]{.shortcode key=\1}", source)
    unknown = _SHORTCODE.search(source)
    if unknown:
        raise ReportError(
            f"unknown shortcode '{unknown[1]}'",
            found=unknown[0],
            expected="embed or pagebreak on a line of its own, or meta",
            remedy="Use what both engines render.",
        )
    return source


def fill_metadata(document: Node) -> Node:
    """Return `document` with every ``meta`` shortcode replaced by the value of its key."""
    metadata = document["meta"]

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Span" or "shortcode" not in classes_of(node):
            return None
        return _inlines(metadata, attribute(node, "key") or "")

    blocks = rewrite(document["blocks"], change)
    titles = {
        key: rewrite(metadata[key], change) for key in ("title", "subtitle") if key in metadata
    }
    return {**document, "meta": {**metadata, **titles}, "blocks": blocks}


def _inlines(metadata: Node, key: str) -> list[Node]:
    value: Node = {"t": "MetaMap", "c": metadata}
    for part in key.split("."):
        if value.get("t") != "MetaMap" or part not in value["c"]:
            raise ReportError(
                f"the metadata have no '{key}'",
                expected=", ".join(metadata),
                remedy="Correct the key in {{< meta ... >}}.",
            )
        value = value["c"][part]
    if value["t"] == "MetaInlines":
        return value["c"]
    if value["t"] == "MetaBlocks":
        return [inline for block in value["c"] for inline in block["c"]]
    return [{"t": "Str", "c": str(value["c"])}]
