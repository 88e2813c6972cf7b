"""Which executed notebooks a report may use: those whose status in the run is ok."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkkit.batch import status
from wijkkit.language import text
from wijkkit.study import Study

#: (wijk's slug, or "stad"; the notebook's name without suffix) -> its state.
States = Mapping[tuple[str, str], "NotebookState"]

CITY = "stad"


@dataclass(frozen=True, slots=True)
class NotebookState:
    """How a notebook fared in the run: `status` is ``ok``, or the report may not use it."""

    status: str
    message: str = ""


def executed_notebook(study: Study, scope: str, name: str) -> Path:
    """Return where a run keeps an executed notebook."""
    folder = study.runs / "stad" if scope == CITY else study.runs / "wijk" / scope
    return folder / f"{name}.ipynb"


def state_of(study: Study, states: States, scope: str, name: str) -> NotebookState:
    """Return the state of one notebook; ``missing`` where it did not run or left no file."""
    state = states.get((scope, name), NotebookState("missing"))
    if state.status == "ok" and not executed_notebook(study, scope, name).is_file():
        return NotebookState("missing")
    return state


def notebook_states(study: Study) -> States:
    """Return the states of all notebooks in the study's run, as the batch knows them."""
    table = status(study).fillna({"cell": 0})
    return {
        (row.scope, row.notebook): NotebookState(row.status, _message(row, study.language))
        for row in table.itertuples()
    }


def _message(row: Any, language: str) -> str:
    """Return what went wrong; for another state than failed the state itself says enough."""
    if row.status != "failed" or not row.message:
        return ""
    what = f"{row.kind}: {row.message}" if row.kind else row.message
    return text("reports.at_cell", language, cell=row.cell, what=what) if row.cell else what
