"""What happens in the process of one notebook."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import sys
import time
import warnings

import nbformat

from wijkkit.batch.engine import frames
from wijkkit.batch.engine.task import Task
from wijkkit.released.reads import asked
from wijkkit.study.guard import STAGE

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>

#: Loading one of these takes longer than a whole notebook should.
_LARGE = ("IPython", "matplotlib", "nbclient", "numpy", "pandas", "seaborn")


def run_child(task: Task, connection: socket.socket) -> None:
    """Run a task in this fresh process and report over `connection`.

    Messages are ``{"cell": index}`` before each cell and at the end the executed notebook.
    """
    cold = [name for name in _LARGE if name not in sys.modules]
    started = time.monotonic()
    _settle(task)
    notebook = parametrised(task.notebook, task.parameters)

    from wijkkit.batch.engine.cells import run_cells

    myself = os.getpid()

    def begin(index: int) -> None:
        # A process that the notebook forked must not speak for it.
        if os.getpid() != myself:
            os._exit(0)
        frames.send(connection, {"cell": index})

    failed = run_cells(notebook, begin, task.limits.output_mb * 2**20)
    if os.getpid() != myself:
        os._exit(0)
    frames.send(
        connection,
        {
            "notebook": nbformat.writes(notebook),
            "failed": failed,
            "seconds": time.monotonic() - started,
            "memory_mb": _peak_mb(),
            "cold": cold,
            "read": asked(),
        },
    )


def _settle(task: Task) -> None:
    """Give the process its own group, limits, folder, environment and random state."""
    os.chdir(task.folder)
    # A program that the notebook starts and that reads its input finds none, and does not wait.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ.update({STAGE: task.stage, **task.environment})
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    _limit_memory(task.limits.memory_mb)


def _limit_memory(megabytes: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that forked it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def parametrised(text: str, parameters: dict) -> nbformat.NotebookNode:
    """Return the notebook with papermill's cell of injected parameters."""
    from papermill.parameterize import parameterize_notebook

    notebook = nbformat.v4.upgrade(nbformat.reads(text, as_version=4))
    notebook.metadata["papermill"] = {}
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
    if not parameters:
        return notebook
    notebook = parameterize_notebook(notebook, parameters, kernel_name="python3", language="python")
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.tags:
            cell["id"] = "injected-parameters"  # papermill's is random
    return notebook
