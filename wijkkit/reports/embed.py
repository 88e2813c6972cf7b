"""Bring the outputs of notebook cells into a document."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from wijkkit.reports import pandoc
from wijkkit.reports.cells import (
    Cell,
    Output,
    blocks_of,
    find_cells,
    from_attribute,
    markdown_blocks,
    read_outputs_ahead,
)
from wijkkit.reports.pandoc import Node

#: Stores an image and returns the paths of its parts as the document names them.
Store = Callable[[str, Output], list[str]]

#: Text in which every mark is escaped (`language.markdown.escaped`): Pandoc need not read it.
_ESCAPED = re.compile(r"(\\[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~\n])*")


def embed_cells(document: Node, folder: Path, store: Store) -> Node:
    """Return `document` with its embeds replaced by the outputs of the notebooks in `folder`."""

    wanted: dict[str, list[str]] = {}
    for node in filter(_is_embed, pandoc.elements(document["blocks"], "Div")):
        notebook, label = _target(node)
        wanted.setdefault(notebook, []).append(label)
    cells = {
        (notebook, cell.label): cell
        for notebook, labels in wanted.items()
        for cell in find_cells(folder / notebook, labels)
    }
    texts = [output for cell in cells.values() for output in cell.outputs if not output.is_image]
    read_outputs_ahead((output.mime, output.text) for output in texts)

    def change(node: Node) -> list[Node] | None:
        return cell_blocks(cells[_target(node)], store) if _is_embed(node) else None

    return {**document, "blocks": pandoc.rewrite_blocks(document["blocks"], change)}


def _is_embed(node: Node) -> bool:
    return node["t"] == "Div" and "shortcode" in pandoc.classes_of(node)


def _target(node: Node) -> tuple[str, str]:
    return pandoc.attribute(node, "notebook") or "", pandoc.attribute(node, "label") or ""


def cell_blocks(cell: Cell, store: Store) -> list[Node]:
    """Return the blocks of one cell: figures and tables with caption, texts as they are."""
    images = [output for output in cell.outputs if output.is_image]
    blocks: list[Node] = []
    if images:
        blocks.append(_figure(cell, images, store))
    for output in cell.outputs:
        if not output.is_image:
            plain = {"t": "CodeBlock", "c": [pandoc.attributes(), output.text]}
            blocks.extend([plain] if output.mime == "text/plain" else blocks_of(output))
    if cell.label.startswith("tbl-"):
        blocks = _with_caption(blocks, cell)
    return blocks


def _figure(cell: Cell, images: list[Output], store: Store) -> Node:
    alts = [from_attribute(alt) for alt in _as_list(cell.options.get("fig-alt"))]
    captions = _as_list(cell.options.get("fig-subcap"))
    parts = [
        _image(alt or "", path)
        for number, (image, alt) in enumerate(zip_longest(images, alts[: len(images)]), 1)
        for path in store(f"{cell.label}-{number}", image)
    ]
    if captions:
        parts = [
            _float(f"{cell.label}-{number}", caption or "", [part], "subfigure")
            for number, (part, caption) in enumerate(zip_longest(parts, captions[: len(parts)]), 1)
        ]
        columns = cell.options.get("layout-ncol", 1)
        parts = [pandoc.div(parts, "quarto-layout-panel", f"columns-{int(columns)}")]
    identifier = cell.label if cell.label.startswith("fig-") else ""
    return _float(identifier, str(cell.options.get("fig-cap", "")), parts)


def _float(identifier: str, caption: str, content: list[Node], *classes: str) -> Node:
    shown = [pandoc.paragraph(inlines(caption), "Plain")] if caption else []
    return {"t": "Figure", "c": [pandoc.attributes(identifier, *classes), [None, shown], content]}


def _image(alt: str, path: str) -> Node:
    text = [{"t": "Str", "c": alt}] if alt else []
    return pandoc.paragraph([{"t": "Image", "c": [pandoc.attributes(), text, [path, ""]]}], "Plain")


def _with_caption(blocks: list[Node], cell: Cell) -> list[Node]:
    caption = from_attribute(str(cell.options.get("tbl-cap", "")))
    tables = [block for block in blocks if block["t"] == "Table"]
    if not tables:
        return [pandoc.div(blocks, identifier=cell.label)]
    labelled = tables[0]["c"].copy()
    labelled[0] = pandoc.attributes(cell.label)
    labelled[1] = [None, [pandoc.paragraph(inlines(caption), "Plain")] if caption else []]
    return [{"t": "Table", "c": labelled} if block is tables[0] else block for block in blocks]


def inlines(text: str) -> list[Node]:
    r"""Return one paragraph of Markdown as inline elements.

    >>> inlines("a\\*")
    [{'t': 'Str', 'c': 'a*'}]
    """
    if _ESCAPED.fullmatch(text):
        return pandoc.words(re.sub(r"\\(.)", r"\1", text))
    blocks = markdown_blocks(text)
    return blocks[0]["c"] if blocks and blocks[0]["t"] == "Para" else pandoc.words(text)


def _as_list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
