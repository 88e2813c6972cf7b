"""Run the cells of a notebook in this process, as a kernel and nbclient would together."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

from wijkkit.batch.engine.shell import NotebookShell, make_shell
from wijkkit.batch.engine.streams import OutputLimitError, capture
from wijkkit.batch.engine.task import WIDGET_VIEW


class Cells:
    """The notebook's cells and where their messages go.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place: outputs and execution counts.
    output_limit : int
        Characters a notebook may print, per stream, and show in one output.
    """

    def __init__(self, notebook: NotebookNode, output_limit: int):
        self._client = NotebookClient(notebook)
        self._limit = output_limit
        self._cell: NotebookNode | None = None
        self._index = 0
        self._too_much = False
        self.shell: NotebookShell = make_shell(self._collect)
        self._out, self._err, self._descriptors = capture(self._stream, output_limit)

    async def run(self, cell: NotebookNode, index: int) -> bool:
        """Run one code cell; return whether it succeeded."""
        self._cell, self._index = cell, index
        cell.outputs = []
        self._client.clear_before_next_output = False
        cell.execution_count = self.shell.execution_count
        result = await _run_code(self.shell, cell.source)
        self._descriptors.drain()
        self._out.flush()
        self._err.flush()
        if self._too_much or self._descriptors.overflow:
            cell.outputs.append(_limit_error())
            return False
        failed_display = getattr(self.shell, "_last_traceback_during_displayhook", False)
        return bool(result.success) and not failed_display

    def _stream(self, name: str, text: str) -> None:
        session = self.shell.displayhook.session
        session.send(None, "stream", {"name": name, "text": text})

    def _collect(self, message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            sys.stdout.flush()
            sys.stderr.flush()
        data = content.get("data") or {}
        if isinstance(data, dict):
            data.pop(WIDGET_VIEW, None)
            if sum(len(value) for value in data.values() if isinstance(value, str)) > self._limit:
                self._too_much = True
                return
        if not kind.startswith("comm") and self._cell is not None:
            self._client.process_message(message, self._cell, self._index)


def _limit_error() -> NotebookNode:
    return new_output(
        "error",
        ename=OutputLimitError.__name__,
        evalue="the notebook's output is larger than it may be",
        traceback=[],
    )


async def _run_code(shell: NotebookShell, code: str) -> Any:
    """Run code as ipykernel does: awaiting it where it awaits, plainly otherwise."""
    failure = None
    try:
        transformed = shell.transform_cell(code)
    except Exception:
        transformed, failure = code, sys.exc_info()
    if not shell.should_run_async(
        code, transformed_cell=transformed, preprocessing_exc_tuple=failure
    ):
        return shell.run_cell(code, store_history=True)
    result = None
    try:
        result = await shell.run_cell_async(
            code,
            store_history=True,
            transformed_cell=transformed,
            preprocessing_exc_tuple=failure,
        )
    finally:
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
    return result


def run_cells(
    notebook: NotebookNode, started: Callable[[int], None], output_limit: int
) -> int | None:
    """Run all cells, in order, until one fails."""
    return asyncio.run(_run_all(notebook, started, output_limit))


async def _run_all(
    notebook: NotebookNode, started: Callable[[int], None], output_limit: int
) -> int | None:
    cells = Cells(notebook, output_limit)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if not cell.source.strip():
            continue
        started(index)
        succeeded = await cells.run(cell, index)
        if not succeeded and "raises-exception" not in cell.metadata.get("tags", []):
            return index
        if cells.shell.left:
            return index
    return None
