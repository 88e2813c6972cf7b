"""Which executed notebooks a report may use: those whose status in the run is ok."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkkit.batch import status
from wijkkit.batch.events import last_events
from wijkkit.language import text
from wijkkit.study import Study

#: (wijk's slug, or "stad"; the notebook's name without suffix) -> its state.
States = Mapping[tuple[str, str], "NotebookState"]

CITY = "stad"
#: What the stem of a summary of two pages ends with; the wijk or the city stands before it.
BRIEF = "-kort"


@dataclass(frozen=True, slots=True)
class NotebookState:
    """How a notebook fared in the run: `status` is ``ok``, or the report may not use it.

    Its fingerprint and the time it ended are those of the run's manifest.
    """

    status: str
    message: str = ""
    fingerprint: str = ""
    at: str = ""


def scope_of(stem: str, notebook: str) -> tuple[str, str]:
    """Return whose notebook it is that the page `stem` embeds, and its name.

    Examples
    --------
    >>> scope_of("wijk-a", "wijk/1_analyse.ipynb"), scope_of("wijk-a", "stad/2_effect.ipynb")
    (('wijk-a', '1_analyse'), ('stad', '2_effect'))
    >>> scope_of("wijk-a-kort", "wijk/1_analyse.ipynb")
    ('wijk-a', '1_analyse')
    """
    kind, _, name = notebook.removesuffix(".ipynb").rpartition("/")
    return (CITY if kind == CITY else stem.removesuffix(BRIEF)), name


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
    events = last_events(study.runs / "events.jsonl")
    return {
        (row.scope, row.notebook): NotebookState(
            row.status,
            _message(row, study.language),
            events.get((row.scope, row.notebook), {}).get("fingerprint", ""),
            events.get((row.scope, row.notebook), {}).get("at", ""),
        )
        for row in table.itertuples()
    }


def _message(row: Any, language: str) -> str:
    """Return what went wrong; for another state than failed the state itself says enough."""
    if row.status != "failed" or not row.message:
        return ""
    what = f"{row.kind}: {row.message}" if row.kind else row.message
    return text("reports.at_cell", language, cell=row.cell, what=what) if row.cell else what
