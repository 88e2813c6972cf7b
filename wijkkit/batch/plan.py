"""Which notebooks run with which parameters, and what each waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from wijkkit.batch.notebooks import Notebook, parameter_problems
from wijkkit.errors import ParameterError
from wijkkit.study import Study
from wijkkit.study.checks import NO_WAVE

CITY = "stad"

#: (scope, notebook): ``stad`` or a wijk's slug, and the notebook's name.
Key = tuple[str, str]


def output_path(scope: str, notebook: str) -> str:
    """Return where an executed notebook goes, relative to the runs folder.

    Examples
    --------
    >>> output_path("alfa", "1_analyse")
    'wijk/alfa/1_analyse.ipynb'
    """
    folder = CITY if scope == CITY else f"wijk/{scope}"
    return f"{folder}/{notebook}.ipynb"


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook with one set of parameters.

    Parameters
    ----------
    scope : str
        ``stad`` or the wijk's slug.
    needs : tuple of Key
        Jobs that must have succeeded before.
    """

    scope: str
    notebook: Notebook
    parameters: dict[str, Any]
    needs: tuple[Key, ...]

    @property
    def key(self) -> Key:
        return (self.scope, self.notebook.name)

    @property
    def output(self) -> str:
        """Where the executed notebook goes, relative to the runs folder."""
        return output_path(self.scope, self.notebook.name)

    def __str__(self) -> str:
        return f"{self.scope}/{self.notebook.name}"


def plan(
    study: Study, notebooks: Sequence[Notebook], wijken: Iterable[str] | None = None
) -> tuple[Job, ...]:
    """Return all jobs of a run: the city's notebooks one after the other, then the wijken's.

    Parameters
    ----------
    wijken : iterable of str, optional
        Slugs of the neighbourhoods; all where absent.

    Raises
    ------
    ParameterError
        A study without a wave; every parameter that a notebook does not know; every unknown wijk.
    """
    problems = [] if study.waves else [NO_WAVE]
    hoods = []
    for slug in study.neighbourhoods if wijken is None else dict.fromkeys(wijken):
        try:
            hoods.append(study.neighbourhood(slug))
        except ParameterError as error:
            problems.extend(error.problems)
    shared = {"study": study.folder.name}
    jobs: list[Job] = []
    city = [(CITY, notebook.name) for notebook in notebooks if notebook.stage == CITY]
    for notebook in notebooks:
        own = (CITY, notebook.name)
        needs = tuple(city[: city.index(own)] if notebook.stage == CITY else city)
        sets = {CITY: shared}
        if notebook.stage != CITY:
            sets = {
                hood.wijk: {
                    **shared,
                    **_asked(hood.model_dump(mode="json", exclude={"codes", "start"}), notebook),
                }
                for hood in hoods
            }
        names = dict.fromkeys(name for parameters in sets.values() for name in parameters)
        problems.extend(parameter_problems(notebook, names))
        jobs.extend(Job(scope, notebook, values, needs) for scope, values in sets.items())
    if problems:
        raise ParameterError(problems)
    return tuple(_by_scope(jobs))


def _asked(facts: dict[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Return which wijk it is, and what else of its file the notebook has a parameter for."""
    return {key: facts[key] for key in facts if key == "wijk" or key in notebook.parameters}


def _by_scope(jobs: list[Job]) -> Iterator[Job]:
    """Order: the city's notebooks, then neighbourhood by neighbourhood."""
    scopes: dict[str, list[Job]] = {}
    for job in jobs:
        scopes.setdefault(job.scope, []).append(job)
    return chain.from_iterable(scopes.values())
