"""An executed notebook made ready for embedding: allowed outputs only, words as cell options."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from wijkkit.errors import Problem, ReportError
from wijkkit.language.messages import escaped
from wijkkit.released.unreleased import released_output
from wijkkit.reports.cells import (
    Cell,
    Output,
    blocks_of,
    cell_options,
    find_cells,
    in_markdown,
    joined,
    keep_tree,
    read_notebook,
    read_outputs_ahead,
    to_attribute,
)
from wijkkit.reports.images import named_links
from wijkkit.reports.pandoc import Node, convert, document, found, remember, rows_of
from wijkkit.study import Study

#: An executed notebook (its file, or its content), the labels wanted of it, and where they go.
Part = tuple[Path | Mapping[str, Any], Iterable[str], Path]

#: What an output of a type is written as, once cleaned.
_TARGETS = {"text/html": "html5", "text/markdown": "markdown"}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def stage_notebooks(parts: Iterable[Part]) -> list[dict[str, str]]:
    """Write the embedded cells; return per notebook the text of labels that show one instead."""
    found = [(find_cells(executed, labels), target) for executed, labels, target in parts]
    clean = _clean_texts(cell for cells, _ in found for cell in cells)
    return [_write_notebook(cells, clean, target) for cells, target in found]


def clean_ahead(parts: Iterable[Part]) -> None:
    """Read and clean what many reports embed in two runs of Pandoc, for `stage_notebooks` to find."""
    _clean_texts(cell for executed, labels, _ in parts for cell in find_cells(executed, labels))


def _write_notebook(found: list[Cell], clean: Mapping[Output, str], target: Path) -> dict[str, str]:
    notebook = {
        "cells": [_staged(cell, clean) for cell in found if _keeps_promise(cell)],
        "metadata": {"kernelspec": _KERNEL},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return {cell.label: _as_text(cell, clean) for cell in found if not _keeps_promise(cell)}


def _keeps_promise(cell: Cell) -> bool:
    kinds = {
        "fig": lambda output: output.is_image,
        "tbl": lambda output: output.mime == "text/html",
    }
    promised = kinds.get(cell.label.partition("-")[0])
    return promised is None or any(map(promised, cell.outputs))


def _clean_texts(cells: Iterable[Cell]) -> dict[Output, str]:
    """Return all outputs as safe text: tables without attributes, Markdown escaped."""
    outputs = [output for cell in cells for output in cell.outputs if output.mime in _TARGETS]
    asked = {output: ("clean", output.mime, output.text) for output in outputs}
    new = list({key: output for output, key in asked.items() if found(key) is None}.values())
    read_outputs_ahead((output.mime, output.text) for output in new)
    parts = [(output, blocks_of(output)) for output in new]
    written = _written(parts)
    fresh = {}
    for output, blocks in parts:
        fresh[asked[output]] = clean = written[output]
        remember(asked[output], clean)
        keep_tree(output.mime, clean, _tree(blocks), blocks)
    return {output: fresh.get(key) or found(key) or "" for output, key in asked.items()}


def _written(parts: list[tuple[Output, list[Node]]]) -> dict[Output, str]:
    """Return clean outputs as text, written in one run; a table keeps its own, for the page."""
    pieces = [
        (output, piece)
        for output, blocks in parts
        for piece in ([[table] for table in blocks] if output.mime == "text/html" else [blocks])
    ]
    asked = [(_tree(piece), "json", _TARGETS[output.mime]) for output, piece in pieces]
    texts: dict[Output, list[str]] = {output: [] for output, _ in parts}
    for (output, piece), made in zip(pieces, convert(asked), strict=True):
        texts[output].append(made.strip())
        if output.mime == "text/html":
            rows_of(piece[0]).html = made.strip()
    return {output: "\n".join(made) for output, made in texts.items()}


def _tree(blocks: list[Node]) -> str:
    return json.dumps(document(blocks))


def _as_text(cell: Cell, clean: Mapping[Output, str]) -> str:
    shown = [
        clean[output] if output.mime == "text/markdown" else escaped(output.text)
        for output in cell.outputs
        if not output.is_image
    ]
    return "\n\n".join(shown)


def _staged(cell: Cell, clean: Mapping[Output, str]) -> dict[str, Any]:
    options = {**cell.options, "label": cell.label, "echo": False, **_words(cell)}
    lines = [f"#| {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in options.items()]
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": cell.label,
        "metadata": {},
        "outputs": [_staged_output(output, clean) for output in cell.outputs],
        "source": "\n".join([*lines, "show()"]),
    }


def _words(cell: Cell) -> dict[str, Any]:
    """Return alt text and caption, escaped for where Quarto writes them: attribute or Markdown."""
    about = [output.about for output in cell.outputs if output.about]
    alts = [to_attribute(item["alt"]) for item in about if item.get("alt")]
    caption = next((item["caption"] for item in about if item.get("caption")), "")
    options: dict[str, Any] = {}
    if alts:
        options["fig-alt"] = alts if len(alts) > 1 else alts[0]
    if caption and cell.label.startswith("tbl-"):
        options["tbl-cap"] = to_attribute(escaped(caption).replace("\\'", "&#39;"))
    elif caption:
        options["fig-cap"] = escaped(caption)
    return options


def _staged_output(output: Output, clean: Mapping[Output, str]) -> dict[str, Any]:
    if output.mime == "image/png":
        content = base64.b64encode(output.image).decode("ascii")
    elif output.mime == "image/svg+xml":
        content = named_links(output.image, cast(Any, output.about.get("links", {}))).decode(
            "utf-8"
        )
    elif output.mime == "text/html":
        return _shown("text/markdown", in_markdown(clean[output]))
    else:
        content = clean.get(output, output.text)
    return _shown(output.mime, content)


def _shown(mime: str, content: str) -> dict[str, Any]:
    return {"data": {mime: content}, "metadata": {}, "output_type": "display_data"}


# What of an executed notebook a report may take: what was published, as it was released.


def with_released(study: Study, path: Path, labels: Iterable[str]) -> dict[str, Any]:
    """Return what a report may take: released or published outputs; ReportError names others."""
    notebook = read_notebook(path)
    own = dict(_labelled(notebook))
    problems: list[Problem] = []
    for label in labels:
        output = released_output(study, label)
        if output is not None:
            source = f"#| label: {label}"
            own[label] = {"cell_type": "code", "source": source, "outputs": [output]}
        elif label in own:
            own[label], wrong = _taken(path, label, own[label])
            problems.extend(wrong)
    ReportError.raise_for(problems)
    return {"cells": list(own.values()), "name": "/".join(path.parts[-2:])}


def _labelled(notebook: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Yield the cells with a label, from their first line or from what was published in them."""
    for cell in notebook["cells"]:
        if cell.get("cell_type") != "code":
            continue
        source = joined(cell.get("source", ""))
        options = cell_options(source)
        about = [_about(output) for output in cell.get("outputs", ())]
        named = {str(one.get(key, "")) for one in about for key in ("published", "unreleased")}
        for label in {str(options.get("label", "")), *named} - {""}:
            lines = {**options, "label": label}.items()
            head = "\n".join(f"#| {key}: {json.dumps(value)}" for key, value in lines)
            yield label, {**cell, "source": head}


def _about(output: Mapping[str, Any]) -> Mapping[str, Any]:
    about = output.get("metadata", {}).get("wijkkit", {})
    return about if isinstance(about, dict) else {}


def _taken(path: Path, label: str, cell: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return a cell with the outputs that were published under its label, or why there are none."""
    outputs = [one for one in cell.get("outputs", ()) if _about(one).get("published") == label]
    if outputs:
        return {**cell, "outputs": outputs}, []
    place: dict[str, Any] = {"file": "/".join(path.parts[-2:]), "place": label}
    if any(_about(output).get("unreleased") for output in cell.get("outputs", ())):
        problem = Problem(
            "this output was published and is not released",
            remedy="Run the notebook that releases: wijkkit run.",
            **place,
        )
    else:
        problem = Problem(
            "this output was not published",
            expected="what went through publish",
            remedy=f"Write wk.publish(..., label='{label}') in that cell.",
            **place,
        )
    return dict(cell), [problem]
