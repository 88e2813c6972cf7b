"""The side of the batch: start a fork server, give it tasks, keep to their time."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import IO, cast

from wijkkit.batch.engine import task as frames
from wijkkit.batch.engine.task import TOO_LONG, Outcome, Task
from wijkkit.errors import BatchError, ParameterError

#: Threads of BLAS and OpenMP: one per process, the batch itself runs several.
_ENVIRONMENT = {
    **{
        f"{library}_NUM_THREADS": "1"
        for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")
    },
    # Arrow would start a thread when it is imported.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


class ForkServer:
    """A running fork server that has loaded `preload`; a context manager that ends all it started.

    >>> with ForkServer() as server:
    ...     outcome = server.run(Task('{"cells": [], "metadata": {}, "nbformat": 4, '
    ...                               '"nbformat_minor": 5}', {}, ".", "wijk"))
    >>> outcome.status
    'ok'
    """

    def __init__(self, preload: Sequence[str] = (), study: str = ""):
        self._folder = tempfile.mkdtemp(prefix="wijkkit-")
        self._address = str(Path(self._folder) / "fork")
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "wijkkit.batch.engine.server", self._address, study, *preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ENVIRONMENT},
            start_new_session=True,
            text=True,
        )
        ready = cast(IO[str], self._process.stdout).readline().split()
        if not ready:
            self.close()
            raise BatchError("the fork server did not start", remedy="Use --engine papermill.")
        self.not_loaded = tuple(ready[1:])

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def run(self, task: Task, started: Callable[[int], None] | None = None) -> Outcome:
        """Run one task in a process of its own; safe to call from several threads."""
        return _Conversation(task, started).hold(self._address)

    def close(self) -> None:
        """End the server, and with it every process it started."""
        with contextlib.suppress(OSError):
            cast(IO[str], self._process.stdin).close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        cast(IO[str], self._process.stdout).close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class _Conversation:
    """What is known of one task while it runs."""

    def __init__(self, task: Task, on_cell: Callable[[int], None] | None):
        self._task = task
        self._on_cell = on_cell or (lambda index: None)
        self._started = time.monotonic()
        self._ends = self._started + task.limits.notebook_seconds
        self._cell_ends = self._ends
        self._cell: int | None = None
        self._pid = 0
        self._result: dict = {}
        self._late = False

    def hold(self, address: str) -> Outcome:
        try:
            with Client(address, "AF_UNIX") as connection:
                frames.send(connection, self._task.to_json())
                while "exit" not in self._result:
                    self._next(connection)
        except (EOFError, OSError):
            return self._outcome("killed", "the process that runs notebooks has ended")
        return self._judge()

    def _next(self, connection: Connection) -> None:
        left = min(self._ends, self._cell_ends) - time.monotonic()
        if not connection.poll(30.0 if self._late else max(left, 0.01)):
            if self._late:
                raise EOFError
            self._late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
            return
        message = frames.receive(connection)
        self._pid = message.pop("pid", self._pid)
        if "cell" in message:
            self._cell = message["cell"]
            self._cell_ends = time.monotonic() + self._task.limits.cell_seconds
            self._on_cell(self._cell)
        else:
            self._result.update(message)

    def _judge(self) -> Outcome:
        if self._late:
            return self._outcome("timeout", TOO_LONG)
        if "notebook" in self._result:
            failed = self._result["failed"]
            return self._outcome("ok" if failed is None else "failed", "", failed)
        if "error" in self._result:
            return self._outcome("failed", self._result["error"])
        code = self._result["exit"]
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return self._outcome("killed", f"its process ended with {how}")

    def _outcome(self, status: str, message: str, cell: int | None = None) -> Outcome:
        return Outcome(
            status,
            notebook=self._result.get("notebook"),
            cell=self._cell if status != "ok" and cell is None else cell,
            message=message,
            seconds=self._result.get("seconds", time.monotonic() - self._started),
            memory_mb=self._result.get("memory_mb", 0.0),
            cold=tuple(self._result.get("cold", ())),
            read=tuple(self._result["read"]) if "read" in self._result else None,
        )


_server: ForkServer | None = None
_starting = threading.Lock()


def fork_server(preload: Sequence[str] = (), study: str = "") -> ForkServer:
    """Return this process's fork server, started at the first call."""
    global _server
    with _starting:
        if _server is None or _server.owner != os.getpid() or not _server.alive:
            _server = ForkServer(preload, study)
    return _server


def close_fork_server() -> None:
    """End this process's fork server, if it has one."""
    global _server
    with _starting:
        if _server is not None and _server.owner == os.getpid():
            _server.close()
        _server = None


atexit.register(close_fork_server)


# Run one task with the engine it asks for: what every executor of the batch calls.

ENGINES = ("auto", "fork", "papermill")


def choose_engine(engine: str) -> str:
    """Return ``fork`` or ``papermill``; ``auto`` is ``fork`` on Linux: on macOS a fork may hang.

    >>> choose_engine("papermill")
    'papermill'
    """
    if engine not in ENGINES:
        raise ParameterError(
            f"unknown engine '{engine}'", found=engine, expected=", ".join(ENGINES)
        )
    if engine == "auto":
        return "fork" if sys.platform == "linux" else "papermill"
    if engine == "fork" and not hasattr(os, "fork"):
        raise ParameterError(
            "this system cannot fork a process",
            place="engine",
            found=engine,
            expected="papermill",
            remedy="Use --engine papermill, or leave it out.",
        )
    return engine


def execute(task: Task, preload: Sequence[str] = (), study: str = "") -> Outcome:
    """Run one task in a process of its own; see `ForkServer` for what is loaded beforehand."""
    if task.engine == "papermill":
        from wijkkit.batch.engine.kernel import run_with_kernel

        return run_with_kernel(task)
    return fork_server(tuple(preload), study).run(task)
