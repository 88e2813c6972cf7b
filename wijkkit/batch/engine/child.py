"""What happens in the process of one notebook."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import signal
import sys
import time
import warnings
from io import BytesIO
from multiprocessing.connection import Connection

import nbformat

from wijkkit.batch.engine import task as frames
from wijkkit.batch.engine.task import Task
from wijkkit.released.store import asked
from wijkkit.study.guard import STAGE

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>

#: Loading one of these takes longer than a whole notebook should.
_LARGE = ("IPython", "matplotlib", "nbclient", "numpy", "pandas", "seaborn")


def run_child(task: Task, connection: Connection) -> None:
    """Run a task here: send ``{"cell": index}`` before each cell, the notebook at the end."""
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
    import resource

    message = {
        "notebook": nbformat.writes(notebook),
        "failed": failed,
        "seconds": time.monotonic() - started,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cold": cold,
        "read": asked(),
    }
    frames.send(connection, message)


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


# What a process does once, however many notebooks it is forked for: convert, draw and show something.
#
# Fonts, catalogues, the modules that libraries load at their first use and the files of the study are
# then there in every child; a child reads the study's files again when they have changed since.


def rehearse(study: str = "") -> None:
    """Rehearse what the loaded libraries do at their first use, and open `study` (a folder)."""
    _take_a_notebook()
    if "matplotlib.pyplot" in sys.modules:
        _draw()
    if "pyarrow.parquet" in sys.modules:
        _convert_table()
    if "wijkkit.language" in sys.modules:
        from wijkkit.language.messages import load_catalogues

        load_catalogues()
    if "wijkkit.show.output" in sys.modules:
        _show()
    if study and "wijkkit.study" in sys.modules:
        # What is wrong with it is for the notebook to say.
        with contextlib.suppress(Exception):
            sys.modules["wijkkit.study"].open_study(study)


def _take_a_notebook() -> None:
    """Read, parametrise and write a notebook of each minor version: a validator is made for each."""
    import nbformat

    for minor in range(nbformat.v4.nbformat_minor + 1):
        cell = nbformat.v4.new_code_cell("a = 0", metadata={"tags": ["parameters"]})
        if minor < 5:
            del cell["id"]
        made = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
        nbformat.writes(parametrised(json.dumps(made), {"a": 1}))


def _draw() -> None:
    """Draw a figure that belongs to no pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().set_title("a")
    FigureCanvasAgg(figure).print_png(BytesIO())


def _convert_table() -> None:
    """Convert a table; reading one would start threads."""
    import pyarrow as pa
    import pyarrow.dataset

    pa.table({"name": ["a"], "value": [1.0]}).to_pandas(use_threads=False)


def _show() -> None:
    """Show a figure and a table as a notebook does."""
    import pandas as pd

    from wijkkit.show.output import ShownFigure, ShownTable
    from wijkkit.show.theme import new_figure, style

    with style():
        ShownFigure(new_figure()[0], "a", "b").svg()
    table = ShownTable(pd.DataFrame({"a": ["b"]}))
    table.html(), repr(table)
