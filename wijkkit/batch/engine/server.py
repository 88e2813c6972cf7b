"""The fork server: loads what notebooks import once, then forks a process for each notebook.

``python -m wijkkit.batch.engine.server ADDRESS STUDY [MODULE ...]`` listens on a Unix socket. Each
connection brings one task; the child that is forked for it keeps the connection. The server has
one thread, ends every process group it started when its own parent closes standard input, and
ends with it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import select
import selectors
import signal
import socket
import sys
import traceback
from multiprocessing.connection import Connection

from wijkkit.batch.engine import task as frames
from wijkkit.batch.engine.child import rehearse

#: What every notebook in the batch needs.
BASE = tuple(
    "asyncio bdb encodings.utf_8_sig IPython.core.application IPython.core.completerlib "
    "IPython.core.crashhandler IPython.core.logger IPython.core.oinspect "
    "IPython.utils.wildcard ipykernel.zmqshell nbclient nbformat papermill.parameterize "
    "resource wijkkit.batch.engine.cells wijkkit.batch.engine.child".split()
)


def preload(modules: list[str], study: str = "") -> list[str]:
    """Import `modules`, read the study's files and rehearse; return what cannot be imported."""
    failed = []
    # Modules stay: looking for what could go while they are loaded finds nothing.
    gc.set_threshold(50_000)
    # A grammar that takes a second to load, for a kind of address that no notebook file has.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    for module in (*BASE, *modules):
        if select.select([0], [], [], 0)[0]:
            sys.exit()  # standard input, on which nothing ever comes, was closed: nobody is left
        try:
            importlib.import_module(module)
        except Exception:
            failed.append(module)
    del sys.modules["rfc3987_syntax"]
    # A library that logs to the terminal once it is loaded would have every notebook do so.
    logging.root.handlers.clear()
    rehearse(study)
    gc.collect()
    gc.freeze()
    return failed


def serve(listener: socket.socket) -> None:
    """Fork a child per connection until standard input closes."""
    running: dict[int, Connection] = {}
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        for source in (listener, wake_read, 0):
            selector.register(source, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if wake_read in ready:
                os.read(wake_read, 4096)
                _reap(running)
            if 0 in ready:
                for child in running:
                    _end_group(child)
                return
            if listener in ready:
                connection = Connection(listener.accept()[0].detach())
                running[_fork(connection, listener)] = connection


def _fork(connection: Connection, listener: socket.socket) -> int:
    child = os.fork()
    if child:
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        return child
    status = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        listener.close()
        status = _child(connection)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _child(connection: Connection) -> int:
    from wijkkit.batch.engine.child import die_with_parent, run_child
    from wijkkit.batch.engine.task import Task

    die_with_parent()
    frames.send(connection, {"pid": os.getpid()})
    task = Task.from_json(frames.receive(connection))
    try:
        run_child(task, connection)
    except BaseException as error:
        frames.send(connection, {"error": f"{type(error).__name__}: {error}"})
        return 1
    return 0


def _reap(running: dict[int, Connection]) -> None:
    """Tell each ended child's exit status to whom it worked for, and end what it left behind."""
    while running:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not child:
            return
        _end_group(child)
        with contextlib.suppress(OSError), running.pop(child) as connection:
            frames.send(connection, {"exit": os.waitstatus_to_exitcode(status)})


def _end_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def main() -> None:
    address, study, *modules = sys.argv[1:]
    failed = preload(modules, study)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(128)
        print(" ".join(["ready", *failed]), flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
