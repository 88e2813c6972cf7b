"""Numbers of headings, figures, tables and equations, and the references to them."""

from __future__ import annotations

import re
from collections import Counter

from wijkkit.errors import Problem, ReportError
from wijkkit.language import text
from wijkkit.reports.pandoc import (
    Node,
    attributes,
    classes_of,
    elements,
    link,
    paragraph,
    plain,
    rewrite,
    rewrite_blocks,
    span,
    words,
)

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
        caption = [None, [paragraph(content[-1]["c"], "Plain")]]
        return [{"t": "Figure", "c": [attributes(node["c"][0][0]), caption, content[:-1]]}]

    return rewrite_blocks(blocks, change)


def _number_headings(blocks: list[Node], numbers: dict[str, str]) -> list[Node]:
    headings = [node for node in elements(blocks, "Header") if "unnumbered" not in classes_of(node)]
    top = min((node["c"][0] for node in headings), default=1)
    counts: list[int] = []

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Header" or "unnumbered" in classes_of(node):
            return None
        level, about, content = node["c"]
        depth = level - top + 1
        counts[:] = (counts + [0] * depth)[:depth]
        counts[-1] += 1
        number = ".".join(map(str, counts))
        numbers[about[0]] = number
        shown = [span(words(number), "header-section-number"), {"t": "Space"}, *content]
        return [{"t": "Header", "c": [level, about, shown]}]

    return rewrite_blocks(blocks, change)


def _number_floats(blocks: list[Node], numbers: dict[str, str], language: str) -> list[Node]:
    counts: Counter[str] = Counter()
    for node in elements(blocks, "Figure", "Table", "Div"):
        identifier = node["c"][0][0]
        kind = identifier.partition("-")[0]
        if kind in ("fig", "tbl") and "subfigure" not in classes_of(node):
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
        elif "subfigure" in classes_of(node):
            prefix = words(f"({chr(96 + int(identifier.rpartition('-')[2]))}) ")
        else:
            return None
        first = paragraph([*prefix, *caption[1][0]["c"]], "Plain")
        content = [node["c"][0], [caption[0], [first, *caption[1][1:]]], *node["c"][2:]]
        return [{"t": node["t"], "c": content}]

    return rewrite_blocks(blocks, change)


def _number_equations(blocks: list[Node], numbers: dict[str, str]) -> list[Node]:
    def change(node: Node) -> list[Node] | None:
        if node["t"] not in ("Para", "Plain") or not node["c"]:
            return None
        label = _EQUATION.fullmatch(plain(node["c"][-1]))
        if label is None or node["c"][0]["t"] != "Math":
            return None
        count = sum(key.startswith("eq-") for key in numbers) + 1
        numbers[label[1]] = str(count)
        numbered = [label[1], ["equation"], [["number", str(count)]]]
        return [paragraph([{"t": "Span", "c": [numbered, [node["c"][0]]]}])]

    return rewrite_blocks(blocks, change)


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
            out += [*(words(", ") if out else []), link(shown, f"#{key}", "quarto-xref")]
        return out

    blocks = rewrite(blocks, change)
    if missing:
        raise ReportError(
            [
                Problem(
                    f"a reference to '{key}', which is not there",
                    place=f"@{key}",
                    expected=", ".join(numbers),
                    remedy="Correct the reference, or give something this label.",
                )
                for key in missing
            ]
        )
    return blocks


def _reference(kind: str, number: str, language: str, end: str = "") -> list[Node]:
    name = text(f"reports.reference.{kind}", language)
    return [{"t": "Str", "c": f"{name}\N{NO-BREAK SPACE}{number}{end}"}]
