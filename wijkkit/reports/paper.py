"""What PDF and DOCX share: no tabs, no folding, no words for screen readers only."""

from __future__ import annotations

from wijkkit.reports.pandoc import Node, classes_of, paragraph, rewrite

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
