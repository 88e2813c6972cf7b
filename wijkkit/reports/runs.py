"""Which executed notebooks a report may use: those whose status in the run is ok."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wijkkit.batch.fingerprint import hash_of
from wijkkit.batch.manifest import states
from wijkkit.batch.plan import CITY, output_path
from wijkkit.language import day, text
from wijkkit.study import Study

#: (wijk's slug, or "stad"; the notebook's name without suffix) -> its state.
States = Mapping[tuple[str, str], "NotebookState"]

#: What the stem of a summary of two pages ends with; the wijk or the city stands before it.
BRIEF = "-kort"


@dataclass(frozen=True, slots=True)
class NotebookState:
    """How a notebook fared in the run: `status` is ``ok``, or the report may not use it."""

    status: str
    message: str = ""
    fingerprint: str = ""
    at: str = ""


def scope_of(stem: str, notebook: str) -> tuple[str, str]:
    """Return whose notebook it is that the page `stem` embeds, and its name.

    >>> scope_of("wijk-a", "wijk/1_analyse.ipynb"), scope_of("wijk-a", "stad/2_effect.ipynb")
    (('wijk-a', '1_analyse'), ('stad', '2_effect'))
    >>> scope_of("wijk-a-kort", "wijk/1_analyse.ipynb")
    ('wijk-a', '1_analyse')
    """
    kind, _, name = notebook.removesuffix(".ipynb").rpartition("/")
    return (CITY if kind == CITY else stem.removesuffix(BRIEF)), name


def executed_notebook(study: Study, scope: str, name: str) -> Path:
    """Return where a run keeps an executed notebook."""
    return study.runs / output_path(scope, name)


def state_of(study: Study, states: States, scope: str, name: str) -> NotebookState:
    """Return the state of one notebook; ``missing`` where it did not run or left no file."""
    state = states.get((scope, name), NotebookState("missing"))
    if state.status == "ok" and not executed_notebook(study, scope, name).is_file():
        return NotebookState("missing")
    return state


def notebook_states(study: Study) -> States:
    """Return the states of all notebooks in the study's run, as the batch knows them."""
    return {
        (row["scope"], row["notebook"]): NotebookState(
            row["status"],
            _message(row, study.language),
            row.get("fingerprint", ""),
            row.get("at", ""),
        )
        for row in states(study)
    }


def _message(row: Mapping[str, Any], language: str) -> str:
    """Return what went wrong; for another state than failed the state itself says enough."""
    if row["status"] != "failed" or not row["message"]:
        return ""
    what = f"{row['kind']}: {row['message']}" if row["kind"] else row["message"]
    cell = row.get("cell")
    return text("reports.at_cell", language, cell=cell, what=what) if cell else what


# Of which run a page is: the notebooks it shows, with their fingerprints, and when they ran.

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Origin:
    """What a page was made of: fingerprints by ``scope/notebook``, the last time, the version."""

    notebooks: Mapping[str, str]
    at: datetime | None
    wijkkit: str

    @property
    def fingerprint(self) -> str:
        """The short hash over the fingerprints of the notebooks; empty where there are none."""
        marks = sorted(self.notebooks.items())
        return hash_of(*(part for item in marks for part in item))[:_SHORT] if marks else ""

    def date(self, study: Study) -> date | None:
        """Return the date on the page: as the study says, or when the last notebook ended."""
        said = study.settings.report.date
        return date.fromisoformat(said) if said else self.at and self.at.date()

    def colophon(self, language: str) -> str:
        """Return in a sentence of which run the page is, and what made it."""
        if self.at is None:
            return text("reports.made_with", language, version=self.wijkkit)
        return text(
            "reports.made_of_run",
            language,
            version=self.wijkkit,
            day=day(self.at.date(), language),
            time=f"{self.at:%H:%M}",
            fingerprint=self.fingerprint,
        )


#: The origin of a page that shows no notebook of a run.
NO_RUN = Origin({}, None, version("wijkkit"))


def origin_of(study: Study, states: States, stem: str, notebooks: Iterable[str]) -> Origin:
    """Return the origin of the page `stem`, which embeds `notebooks`."""
    keys = dict.fromkeys(scope_of(stem, notebook) for notebook in notebooks)
    shown = {key: state_of(study, states, *key) for key in keys}
    used = {key: state for key, state in shown.items() if state.status == "ok" and state.at}
    return Origin(
        {"/".join(key): state.fingerprint for key, state in used.items()},
        max((datetime.fromisoformat(state.at) for state in used.values()), default=None),
        version("wijkkit"),
    )
