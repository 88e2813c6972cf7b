"""Numbers of headings, figures, tables and equations, and the references to them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from wijkkit.errors import Problem, ReportError
from wijkkit.language import text
from wijkkit.reports import pandoc
from wijkkit.reports.pandoc import Node

KINDS = ("fig", "tbl", "sec", "eq")
_EQUATION = re.compile(r"\{#(eq-[\w-]+)\}")


def number_document(document: Node, language: str) -> Node:
    """Return `document` with its headings, floats and equations numbered and referred to."""
    blocks = _divs_to_floats(document["blocks"])
    numbers: dict[str, str] = {}
    if document["meta"].get("number-sections", {}).get("c") is True:
        blocks = _number_headings(blocks, numbers)
    blocks = _number_floats(blocks, numbers, language)
    blocks = _number_equations(blocks, numbers)
    return {**document, "blocks": _refer(blocks, numbers, language)}


def _divs_to_floats(blocks: list[Node]) -> list[Node]:
    """A div with the id of a figure is one; its last paragraph is the caption."""

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Div" or not node["c"][0][0].startswith(("fig-", "tbl-")):
            return None
        content = node["c"][1]
        if not content or content[-1]["t"] != "Para":
            return None
        caption = [None, [pandoc.paragraph(content[-1]["c"], "Plain")]]
        return [{"t": "Figure", "c": [pandoc.attributes(node["c"][0][0]), caption, content[:-1]]}]

    return pandoc.rewrite_blocks(blocks, change)


def _number_headings(blocks: list[Node], numbers: dict[str, str]) -> list[Node]:
    headings = [
        node
        for node in pandoc.elements(blocks, "Header")
        if "unnumbered" not in pandoc.classes_of(node)
    ]
    top = min((node["c"][0] for node in headings), default=1)
    counts: list[int] = []

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Header" or "unnumbered" in pandoc.classes_of(node):
            return None
        level, about, content = node["c"]
        depth = level - top + 1
        counts[:] = (counts + [0] * depth)[:depth]
        counts[-1] += 1
        number = ".".join(map(str, counts))
        numbers[about[0]] = number
        shown = [
            pandoc.span(pandoc.words(number), "header-section-number"),
            {"t": "Space"},
            *content,
        ]
        return [{"t": "Header", "c": [level, about, shown]}]

    return pandoc.rewrite_blocks(blocks, change)


def _number_floats(blocks: list[Node], numbers: dict[str, str], language: str) -> list[Node]:
    counts: Counter[str] = Counter()
    for node in pandoc.elements(blocks, "Figure", "Table", "Div"):
        identifier = node["c"][0][0]
        kind = identifier.partition("-")[0]
        if kind in ("fig", "tbl") and "subfigure" not in pandoc.classes_of(node):
            counts[kind] += 1
            numbers[identifier] = str(counts[kind])

    def change(node: Node) -> list[Node] | None:
        if node["t"] not in ("Figure", "Table"):
            return None
        identifier, caption = node["c"][0][0], node["c"][1]
        if not caption[1]:
            return None
        if identifier in numbers:
            kind = identifier.partition("-")[0]
            prefix = [*_reference(kind, numbers[identifier], language, ":"), {"t": "Space"}]
        elif "subfigure" in pandoc.classes_of(node):
            prefix = pandoc.words(f"({chr(96 + int(identifier.rpartition('-')[2]))}) ")
        else:
            return None
        first = pandoc.paragraph([*prefix, *caption[1][0]["c"]], "Plain")
        content = [node["c"][0], [caption[0], [first, *caption[1][1:]]], *node["c"][2:]]
        return [{"t": node["t"], "c": content}]

    return pandoc.rewrite_blocks(blocks, change)


def _number_equations(blocks: list[Node], numbers: dict[str, str]) -> list[Node]:
    def change(node: Node) -> list[Node] | None:
        if node["t"] not in ("Para", "Plain") or not node["c"]:
            return None
        label = _EQUATION.fullmatch(pandoc.plain(node["c"][-1]))
        if label is None or node["c"][0]["t"] != "Math":
            return None
        count = sum(key.startswith("eq-") for key in numbers) + 1
        numbers[label[1]] = str(count)
        numbered = [label[1], ["equation"], [["number", str(count)]]]
        return [pandoc.paragraph([{"t": "Span", "c": [numbered, [node["c"][0]]]}])]

    return pandoc.rewrite_blocks(blocks, change)


def _refer(blocks: list[Node], numbers: dict[str, str], language: str) -> list[Node]:
    missing: list[str] = []

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Cite":
            return None
        keys = [citation["citationId"] for citation in node["c"][0]]
        if keys[0].partition("-")[0] not in KINDS:
            return None
        out: list[Node] = []
        for key in keys:
            missing.extend([key] if key not in numbers else [])
            shown = _reference(key.partition("-")[0], numbers.get(key, ""), language)
            out += [
                *(pandoc.words(", ") if out else []),
                pandoc.link(shown, f"#{key}", "quarto-xref"),
            ]
        return out

    blocks = pandoc.rewrite_sources(blocks, change)
    ReportError.raise_for(
        Problem(
            f"a reference to '{key}', which is not there",
            place=f"@{key}",
            expected=", ".join(numbers),
            remedy="Correct the reference, or give something this label.",
        )
        for key in missing
    )
    return blocks


def _reference(kind: str, number: str, language: str, end: str = "") -> list[Node]:
    name = text(f"reports.reference.{kind}", language)
    return [{"t": "Str", "c": f"{name}\N{NO-BREAK SPACE}{number}{end}"}]


# Callouts, tabsets and conditional content: Quarto's fenced divs as plain elements.

CALLOUTS = ("note", "tip", "important", "warning", "caution")


def choose_content(document: Node, target: str) -> Node:
    """Return `document` without the content that is not for `target` (html, pdf, docx)."""

    def change(node: Node) -> list[Node] | None:
        if "pagebreak" in pandoc.classes_of(node):
            return None if target == "pdf" else []
        shown = {"content-visible": True, "content-hidden": False}
        kind = next((name for name in pandoc.classes_of(node) if name in shown), None)
        if kind is None:
            return None
        wanted, unwanted = (
            pandoc.attribute(node, "when-format"),
            pandoc.attribute(node, "unless-format"),
        )
        fits = (wanted is None or wanted == target) and (unwanted is None or unwanted != target)
        return node["c"][1] if fits == shown[kind] else []

    return {**document, "blocks": pandoc.rewrite(document["blocks"], change)}


def make_callouts(document: Node, language: str) -> Node:
    """Return `document` with callouts as a title, which says their kind, and a body."""

    def change(node: Node) -> list[Node] | None:
        names = [name.removeprefix("callout-") for name in pandoc.classes_of(node)]
        kind = next((name for name in names if name in CALLOUTS), None)
        if node["t"] != "Div" or kind is None or "callout" in names:
            return None
        body = node["c"][1]
        folded = ["callout-folded"] if pandoc.attribute(node, "collapse") == "true" else []
        name = pandoc.words(text(f"reports.callout.{kind}", language))
        title = name
        if body and body[0]["t"] == "Header":
            spoken = [] if folded else [pandoc.span(name, "screen-reader-only"), {"t": "Space"}]
            title = [*spoken, *body[0]["c"][2]]
            body = body[1:]
        parts = [
            pandoc.div([pandoc.paragraph(title, "Plain")], "callout-title-container"),
            pandoc.div(body, "callout-body"),
        ]
        return [pandoc.div(parts, "callout", f"callout-{kind}", *folded)]

    return {**document, "blocks": pandoc.rewrite_blocks(document["blocks"], change)}


def make_tabsets(document: Node) -> Node:
    """Return `document` with tabsets as a list of links and one panel for each."""
    count = 0

    def change(node: Node) -> list[Node] | None:
        nonlocal count
        if node["t"] != "Div" or "panel-tabset" not in pandoc.classes_of(node):
            return None
        count += 1
        panels = _panels(node["c"][1])
        links = [
            [
                pandoc.paragraph(
                    [pandoc.link(title, f"#tabset-{count}-{number}", "nav-link")], "Plain"
                )
            ]
            for number, (title, _) in enumerate(panels, 1)
        ]
        content = [
            pandoc.div(
                [pandoc.div([pandoc.paragraph(title, "Plain")], "tab-title"), *blocks],
                "tab-pane",
                identifier=f"tabset-{count}-{number}",
            )
            for number, (title, blocks) in enumerate(panels, 1)
        ]
        tabs = pandoc.div([{"t": "BulletList", "c": links}], "nav-tabs")
        return [pandoc.div([tabs, *content], "panel-tabset")]

    return {**document, "blocks": pandoc.rewrite_blocks(document["blocks"], change)}


def _panels(blocks: list[Node]) -> list[tuple[list[Node], list[Node]]]:
    panels: list[tuple[list[Node], list[Node]]] = []
    level = next((block["c"][0] for block in blocks if block["t"] == "Header"), 0)
    for block in blocks:
        if block["t"] == "Header" and block["c"][0] == level:
            panels.append((block["c"][2], []))
        elif panels:
            panels[-1][1].append(block)
    return panels


# Citations and the list of literature, by Pandoc's citeproc, once for all pages that cite alike.

#: What citeproc goes by, in the metadata of a document.
_KEYS = ("bibliography", "csl", "lang", "nocite")


def resolve_citations(document: Node, folder: Path) -> Node:
    """Return `document` with citations and literature as text; ReportError names unknown keys."""
    cited = list(pandoc.elements(document["blocks"], "Cite"))
    meta = {key: document["meta"][key] for key in _KEYS if key in document["meta"]}
    if not cited and "nocite" not in meta:
        return document
    asked = [*(pandoc.paragraph([cite]) for cite in cited), pandoc.div([], identifier="refs")]
    small = {**document, "meta": meta, "blocks": asked}
    key: tuple[Any, ...] = (json.dumps(small), *_files(meta, folder))
    *citations, listed = json.loads(pandoc.found(key) or _citeproc(small, folder, key))["blocks"]
    resolved = iter(block["c"] for block in citations)

    def change(node: Node) -> list[Node] | None:
        if node["t"] == "Cite":
            return next(resolved)
        return [listed] if node["t"] == "Div" and node["c"][0][0] == "refs" else None

    blocks = pandoc.rewrite_sources(document["blocks"], change)
    has_place = any(node["c"][0][0] == "refs" for node in pandoc.elements(blocks, "Div"))
    return {**document, "blocks": blocks if has_place else [*blocks, listed]}


def _files(meta: Node, folder: Path) -> list[bytes]:
    """Return the files that citeproc reads: the same files and citations, the same text."""
    said = [meta[key] for key in ("bibliography", "csl") if key in meta]
    names = [
        pandoc.plain(item)
        for one in said
        for item in (one["c"] if one["t"] == "MetaList" else [one])
    ]
    return [(folder / name).read_bytes() for name in names if (folder / name).is_file()]


def _citeproc(document: Node, folder: Path, key: tuple[Any, ...]) -> str:
    options = ("--citeproc", "--metadata=link-citations:true", "--fail-if-warnings")
    made = pandoc.write(document, "json", *options, folder=folder)
    pandoc.remember(key, made)
    return made
