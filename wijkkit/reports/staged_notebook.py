"""An executed notebook made ready for embedding: allowed outputs only, words as cell options."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wijkkit.language.markdown import escaped
from wijkkit.reports.cells import Cell, Output, find_cell
from wijkkit.reports.pandoc import API_VERSION, Node, write
from wijkkit.reports.sanitise import html_tables, markdown_blocks

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def stage_notebook(
    executed: Path | Mapping[str, Any], labels: Iterable[str], target: Path
) -> dict[str, str]:
    """Write the cells with `labels` of an executed notebook to `target`.

    The alt text and caption in an output's metadata become the cell's options, so that both
    engines use words that were made from the numbers.

    Returns
    -------
    dict of str to str
        Labels that promise a figure or a table (``fig-``, ``tbl-``) whose cell shows a text
        instead, with that text as Markdown.
    """
    cells, without = [], {}
    for label in dict.fromkeys(labels):
        cell = find_cell(executed, label)
        if _keeps_promise(cell):
            cells.append(_staged(cell, len(cells) + 1))
        else:
            without[label] = _as_text(cell)
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": _KERNEL},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return without


def _keeps_promise(cell: Cell) -> bool:
    kinds = {
        "fig": lambda output: output.is_image,
        "tbl": lambda output: output.mime == "text/html",
    }
    promised = kinds.get(cell.label.partition("-")[0])
    return promised is None or any(map(promised, cell.outputs))


def _as_text(cell: Cell) -> str:
    shown = [
        _markdown(output.text) if output.mime == "text/markdown" else escaped(output.text)
        for output in cell.outputs
        if not output.is_image
    ]
    return "\n\n".join(shown)


def _staged(cell: Cell, number: int) -> dict[str, Any]:
    options = {**cell.options, "label": cell.label, "echo": False, **_words(cell)}
    lines = [f"#| {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in options.items()]
    return {
        "cell_type": "code",
        "execution_count": number,
        "id": f"c{number}",
        "metadata": {},
        "outputs": [_staged_output(output) for output in cell.outputs],
        "source": "\n".join([*lines, "show()"]),
    }


def _words(cell: Cell) -> dict[str, Any]:
    about = [output.about for output in cell.outputs if output.about]
    alts = [item["alt"] for item in about if item.get("alt")]
    caption = next((item["caption"] for item in about if item.get("caption")), "")
    options: dict[str, Any] = {}
    if alts:
        options["fig-alt"] = alts if len(alts) > 1 else alts[0]
    if caption:
        kind = "tbl-cap" if cell.label.startswith("tbl-") else "fig-cap"
        options[kind] = escaped(caption)
    return options


def _staged_output(output: Output) -> dict[str, Any]:
    return {
        "data": {output.mime: _clean(output)},
        "metadata": {},
        "output_type": "display_data",
    }


def _clean(output: Output) -> str:
    if output.mime == "image/png":
        return base64.b64encode(output.image).decode("ascii")
    if output.mime == "image/svg+xml":
        return output.image.decode("utf-8")
    if output.mime == "text/html":
        return write(_document(html_tables(output.text)), "html5", "--wrap=none")
    return _markdown(output.text) if output.mime == "text/markdown" else output.text


def _markdown(text: str) -> str:
    """Return Markdown in which what looks like HTML is escaped, for engines that would run it."""
    return write(_document(markdown_blocks(text)), "markdown", "--wrap=none").strip()


def _document(blocks: list[Node]) -> Node:
    return {"pandoc-api-version": API_VERSION, "meta": {}, "blocks": blocks}
