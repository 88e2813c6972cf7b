"""ipykernel's interactive shell whose messages are collected instead of sent."""

from __future__ import annotations

import builtins
import getpass
from collections.abc import Callable
from typing import Any

import comm
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from traitlets import Type
from traitlets.config import Config


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
    """Make the shell of this process; every message of a cell goes to `sink`.

    Widgets get a comm without a kernel, so that they show as their text.
    """
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
