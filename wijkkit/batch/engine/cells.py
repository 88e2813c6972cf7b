"""Run the cells of a notebook in this process, as a kernel and nbclient would together."""

from __future__ import annotations

import asyncio
import builtins
import getpass
import io
import os
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

import comm
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Type
from traitlets.config import Config

from wijkkit.batch.engine.task import WIDGET_VIEW

# ipykernel's interactive shell whose messages are collected instead of sent.


class CollectingSession(Session):
    """A session that hands each message to `sink`."""

    sink: Callable[[dict[str, Any]], None]

    def send(self, stream, msg_or_type, content=None, parent=None, **details):
        """Hand over a message; `stream` and everything about transport is without meaning."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content=content, parent=parent)
        self.sink(message)
        return message


class NotebookShell(ZMQInteractiveShell):
    """The shell of a notebook in the batch: no kernel, no history on disk, no windows."""

    compiler_class = Type(XCachingCompiler)
    left = False

    def enable_gui(self, gui: Any = None) -> None:
        """Windows have no place in a batch."""

    def ask_exit(self) -> None:
        """``exit`` and ``quit`` end the notebook after this cell, as they end a kernel."""
        self.left = True


def _refuse_input(prompt: str = "", *more: Any, **options: Any) -> str:
    raise StdinNotImplementedError(
        "raw_input was called, but this frontend does not support input requests."
    )


def make_shell(sink: Callable[[dict[str, Any]], None]) -> NotebookShell:
    """Make the shell of this process; every message goes to `sink`, and widgets show as their text."""
    comm.create_comm = comm.DummyComm
    comm.get_comm_manager = comm._get_comm_manager
    builtins.input = _refuse_input  # type: ignore[assignment]
    getpass.getpass = _refuse_input
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell = NotebookShell.instance(config=config)
    session = CollectingSession(username="", key=b"")
    session.sink = sink
    for part in (shell.displayhook, shell.display_pub):
        part.session = session
        part.pub_socket = object()
    shell.displayhook.get_execution_count = lambda: shell.execution_count
    shell.displayhook.topic = b"execute_result"
    return shell


# What a notebook prints: Python's streams, and what goes past them to file descriptors 1 and 2.


class OutputLimitError(RuntimeError):
    """A notebook printed more than it may."""


class CapturedStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr``: holds up to `limit` characters until `emit` is given them."""

    encoding = "UTF-8"

    def __init__(self, name: str, emit: Callable[[str, str], None], limit: int):
        self.name = name
        self._emit = emit
        self._left = limit
        self._held: list[str] = []
        self._lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def write(self, string: str) -> int:
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        with self._lock:
            self._left -= len(string)
            if self._left < 0:
                raise OutputLimitError(f"the notebook wrote too much to {self.name}")
            self._held.append(string)
        return len(string)

    def flush(self) -> None:
        with self._lock:
            text, self._held = "".join(self._held), []
        if text:
            self._emit(self.name, text)


class DescriptorCapture:
    """Lead file descriptors 1 and 2 into Python's streams, for what C code and programs print."""

    def __init__(self, streams: dict[int, CapturedStream]):
        self._streams = streams
        self._arrived = {fd: threading.Event() for fd in streams}
        self._marker = uuid.uuid4().hex.encode()
        self.overflow = False
        for fd, stream in streams.items():
            read, write = os.pipe()
            os.dup2(write, fd)
            os.close(write)
            threading.Thread(target=self._copy, args=(read, fd, stream), daemon=True).start()

    def drain(self, seconds: float = 5.0) -> None:
        """Wait until everything written so far has reached the streams."""
        for fd, arrived in self._arrived.items():
            arrived.clear()
            try:
                os.write(fd, self._marker)
            except OSError:  # the notebook closed it
                arrived.set()
        for arrived in self._arrived.values():
            arrived.wait(seconds)

    def _copy(self, read: int, fd: int, stream: CapturedStream) -> None:
        rest = b""
        while chunk := os.read(read, 65536):
            rest += chunk
            while self._marker in rest:
                before, _, rest = rest.partition(self._marker)
                self._write(stream, before)
                self._arrived[fd].set()
            keep = len(self._marker) - 1
            if len(rest) > keep:
                self._write(stream, rest[:-keep])
                rest = rest[-keep:]

    def _write(self, stream: CapturedStream, data: bytes) -> None:
        try:
            stream.write(data.decode(errors="replace"))
        except OutputLimitError:
            self.overflow = True


def capture(
    emit: Callable[[str, str], None], limit: int
) -> tuple[CapturedStream, CapturedStream, DescriptorCapture]:
    """Replace ``sys.stdout`` and ``sys.stderr`` and descriptors 1 and 2; return what replaced them."""
    out, err = (CapturedStream(name, emit, limit) for name in ("stdout", "stderr"))
    descriptors = DescriptorCapture({1: out, 2: err})
    sys.stdout, sys.stderr = out, err
    return out, err, descriptors


class Cells:
    """The notebook's cells, changed in place, and where their messages go."""

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
            said = "the notebook's output is larger than it may be"
            name = OutputLimitError.__name__
            cell.outputs.append(new_output("error", ename=name, evalue=said, traceback=[]))
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
            code, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=failure
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
