"""The fast engine as papermill's own: ``papermill --engine wijkkit in.ipynb out.ipynb``."""

from __future__ import annotations

import os

import nbformat
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager
from papermill.exceptions import PapermillException

from wijkkit.batch.engine.client import fork_server
from wijkkit.batch.engine.task import Outcome, Task
from wijkkit.study.guard import STAGE
from wijkkit.study.settings import BatchSettings

_NO_LIMIT = 7 * 24 * 3600.0


class WijkkitEngine(Engine):
    """Run a notebook in a process forked from one that has loaded IPython already.

    Notebooks in other languages, and systems without fork, get papermill's own engine.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        execution_timeout: float | None = None,
        **options,
    ) -> None:
        """Run the notebook of `nb_man`; outputs arrive when it has ended."""
        language = nb_man.nb.metadata.get("kernelspec", {}).get("language", "python")
        if not hasattr(os, "fork") or language != "python":
            NBClientEngine.execute_managed_notebook(
                nb_man, kernel_name, execution_timeout=execution_timeout, **options
            )
            return
        steps = _Steps(nb_man)
        task = Task(
            notebook=nbformat.writes(nb_man.nb),
            parameters={},
            folder=os.getcwd(),
            stage=os.environ.get(STAGE, ""),
            limits=BatchSettings(
                cell_seconds=execution_timeout or _NO_LIMIT,
                notebook_seconds=_NO_LIMIT,
                memory_mb=1 << 20,
            ),
        )
        outcome = fork_server().run(task, steps.start)
        steps.end(outcome)
        if outcome.notebook is None:
            raise PapermillException(f"cell {outcome.cell}: {outcome.message}")


# papermill's entry point names this module, not the class: it loads entry points while it is itself
# imported, so that an import that starts here finds the class not made yet.
execute_notebook = WijkkitEngine.execute_notebook
nb_kernel_name = WijkkitEngine.nb_kernel_name
nb_language = WijkkitEngine.nb_language


class _Steps:
    """Tell papermill of each cell's start and end."""

    def __init__(self, nb_man: NotebookExecutionManager):
        self._man = nb_man
        self._index: int | None = None

    def start(self, index: int) -> None:
        self._complete()
        self._index = index
        self._man.cell_start(self._man.nb.cells[index], index)

    def end(self, outcome: Outcome) -> None:
        cells = self._man.nb.cells
        if outcome.notebook is not None:
            executed = nbformat.reads(outcome.notebook, as_version=4)
            for cell, done in zip(cells, executed.cells, strict=True):
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = done.outputs, done.execution_count
        if outcome.status != "ok" and self._index is not None:
            self._man.cell_exception(cells[self._index], self._index)
        self._complete()

    def _complete(self) -> None:
        if self._index is not None:
            self._man.cell_complete(self._man.nb.cells[self._index], self._index)
