"""An executed notebook: is it what it should be, and what of it may be kept."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from wijkkit.batch.engine.task import WIDGET_VIEW

_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)
_SOURCE_IN_MEMORY = re.compile(re.escape(tempfile.gettempdir()) + r"[/\\]ipykernel_\d+[/\\]\d+\.py")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def failures(notebook: nbformat.NotebookNode, source: str) -> Iterator[str]:
    """Yield what is wrong with an executed notebook.

    All code cells of `source` must be there, in order, each with the next execution count; no
    output is an error, and a cell with a label, which a report embeds, has an output.
    """
    before = [cell.source for cell in nbformat.reads(source, as_version=4).cells]
    after = [
        cell.source
        for cell in notebook.cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    if before != after:
        yield "its cells are not those of the notebook"
    count = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        count += 1
        if cell.execution_count != count:
            yield f"cell {index + 1} did not run in its turn"
            return
        if any(output.output_type == "error" for output in cell.outputs):
            if "raises-exception" not in cell.metadata.get("tags", []):
                yield f"cell {index + 1} has an error"
        label = _LABEL.search(cell.source)
        if label and not any(_shows(output) for output in cell.outputs):
            yield f"cell {index + 1} ({label[1]}) shows nothing"


def _shows(output: nbformat.NotebookNode) -> bool:
    return output.output_type in ("display_data", "execute_result") and bool(output.data)


def first_error(notebook: nbformat.NotebookNode) -> tuple[int, str] | None:
    """Return the index of the first cell with an error, and its last line."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                text = _ANSI.sub("", output.evalue).strip().splitlines()
                return index, f"{output.ename}: {text[-1] if text else ''}".removesuffix(": ")
    return None


def cleaned(notebook: nbformat.NotebookNode, folder: str) -> nbformat.NotebookNode:
    """Return a copy without traces of this machine: metadata of the run, paths, names."""
    copy = nbformat.from_dict(_without_paths(notebook, _paths(folder)))
    copy.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **({"wijkkit": copy.metadata["wijkkit"]} if "wijkkit" in copy.metadata else {}),
        }
    )
    for cell in copy.cells:
        for key in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return copy


def _paths(folder: str) -> list[tuple[str, str]]:
    """Return the paths of this machine, longest first, and what stands for them."""
    package = Path(__file__).resolve().parents[1]
    named = {
        folder: ".",
        str(package): "wijkkit",
        str(package.parent): ".",
        sys.prefix: "python",
        sys.base_prefix: "python",
        tempfile.gettempdir(): "temp",
        os.path.expanduser("~"): "~",
    }
    return sorted(
        ((path, name) for path, name in named.items() if len(path) > 1),
        key=lambda item: -len(item[0]),
    )


def _without_paths(value: Any, paths: list[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        return {
            key: item if key == "image/png" else _without_paths(item, paths)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_paths(item, paths) for item in value]
    if not isinstance(value, str):
        return value
    value = _SOURCE_IN_MEMORY.sub("cell", value)
    for path, name in paths:
        value = value.replace(f"{path}{os.sep}", f"{name}/")
    return value
