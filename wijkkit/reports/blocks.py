"""Callouts, tabsets and conditional content: Quarto's fenced divs as plain elements."""

from __future__ import annotations

from wijkkit.language import text
from wijkkit.reports.pandoc import (
    Node,
    attribute,
    classes_of,
    div,
    link,
    paragraph,
    rewrite,
    rewrite_blocks,
    span,
    words,
)

CALLOUTS = ("note", "tip", "important", "warning", "caution")


def choose_content(document: Node, target: str) -> Node:
    """Return `document` without the content that is not for `target` (html, pdf, docx)."""

    def change(node: Node) -> list[Node] | None:
        if "pagebreak" in classes_of(node):
            return None if target == "pdf" else []
        shown = {"content-visible": True, "content-hidden": False}
        kind = next((name for name in classes_of(node) if name in shown), None)
        if kind is None:
            return None
        wanted, unwanted = attribute(node, "when-format"), attribute(node, "unless-format")
        fits = (wanted is None or wanted == target) and (unwanted is None or unwanted != target)
        return node["c"][1] if fits == shown[kind] else []

    return {**document, "blocks": rewrite(document["blocks"], change)}


def make_callouts(document: Node, language: str) -> Node:
    """Return `document` with callouts as a title and a body.

    A callout without a title gets the name of its kind; one with a title keeps that name for
    screen readers, unless it folds: its title is then the name of a control.
    """

    def change(node: Node) -> list[Node] | None:
        names = [name.removeprefix("callout-") for name in classes_of(node)]
        kind = next((name for name in names if name in CALLOUTS), None)
        if node["t"] != "Div" or kind is None or "callout" in names:
            return None
        body = node["c"][1]
        folded = ["callout-folded"] if attribute(node, "collapse") == "true" else []
        name = words(text(f"reports.callout.{kind}", language))
        title = name
        if body and body[0]["t"] == "Header":
            spoken = [] if folded else [span(name, "screen-reader-only"), {"t": "Space"}]
            title = [*spoken, *body[0]["c"][2]]
            body = body[1:]
        parts = [
            div([paragraph(title, "Plain")], "callout-title-container"),
            div(body, "callout-body"),
        ]
        return [div(parts, "callout", f"callout-{kind}", *folded)]

    return {**document, "blocks": rewrite_blocks(document["blocks"], change)}


def make_tabsets(document: Node) -> Node:
    """Return `document` with tabsets as a list of links and one panel for each."""
    count = 0

    def change(node: Node) -> list[Node] | None:
        nonlocal count
        if node["t"] != "Div" or "panel-tabset" not in classes_of(node):
            return None
        count += 1
        panels = _panels(node["c"][1])
        links = [
            [paragraph([link(title, f"#tabset-{count}-{number}", "nav-link")], "Plain")]
            for number, (title, _) in enumerate(panels, 1)
        ]
        content = [
            div(
                [div([paragraph(title, "Plain")], "tab-title"), *blocks],
                "tab-pane",
                identifier=f"tabset-{count}-{number}",
            )
            for number, (title, blocks) in enumerate(panels, 1)
        ]
        tabs = div([{"t": "BulletList", "c": links}], "nav-tabs")
        return [div([tabs, *content], "panel-tabset")]

    return {**document, "blocks": rewrite_blocks(document["blocks"], change)}


def _panels(blocks: list[Node]) -> list[tuple[list[Node], list[Node]]]:
    panels: list[tuple[list[Node], list[Node]]] = []
    level = next((block["c"][0] for block in blocks if block["t"] == "Header"), 0)
    for block in blocks:
        if block["t"] == "Header" and block["c"][0] == level:
            panels.append((block["c"][2], []))
        elif panels:
            panels[-1][1].append(block)
    return panels
