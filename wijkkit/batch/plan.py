"""Which notebooks run with which parameters, and what each waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from wijkkit.batch.notebooks import Notebook, parameter_problems
from wijkkit.errors import ParameterError, Problem
from wijkkit.study import Study
from wijkkit.study.checks import NO_WAVE

CITY = "stad"
#: In ``needs``: every city notebook that stands before this one, such as the release needs.
EARLIER = "*"

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
    notebook : Notebook
    parameters : dict
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
    """Return all jobs of a run, in order.

    Parameters
    ----------
    study : Study
    notebooks : sequence of Notebook
    wijken : iterable of str, optional
        Slugs of the neighbourhoods; all where absent.

    Raises
    ------
    ParameterError
        A study without a wave; every parameter that a notebook does not know, every table or notebook that is
        needed and that nothing makes, every unknown wijk.
    """
    problems = [] if study.waves else [NO_WAVE]
    hoods = []
    for slug in study.neighbourhoods if wijken is None else dict.fromkeys(wijken):
        try:
            hoods.append(study.neighbourhood(slug))
        except ParameterError as error:
            problems.extend(error.problems)
    problems.extend(_needs_problems(notebooks))
    shared = {"study": study.folder.name}
    jobs = []
    for notebook in notebooks:
        needs = tuple((CITY, name) for name in sorted(_needs(notebook, notebooks)))
        sets = {CITY: shared}
        if notebook.stage != CITY:
            sets = {hood.wijk: {**shared, **hood.model_dump(mode="json")} for hood in hoods}
        names = dict.fromkeys(name for parameters in sets.values() for name in parameters)
        problems.extend(parameter_problems(notebook, names))
        jobs.extend(Job(scope, notebook, values, needs) for scope, values in sets.items())
    if problems:
        raise ParameterError(problems)
    return tuple(_by_scope(jobs))


def _by_scope(jobs: list[Job]) -> Iterator[Job]:
    """Order: the city's notebooks, then neighbourhood by neighbourhood."""
    scopes: dict[str, list[Job]] = {}
    for job in jobs:
        scopes.setdefault(job.scope, []).append(job)
    return chain.from_iterable(scopes.values())


def _needs(notebook: Notebook, notebooks: Sequence[Notebook]) -> set[str]:
    """Return the city notebooks that come before: those named, and the writers of its tables.

    A neighbourhood notebook that does not say what it reads waits for every notebook that
    writes a table.
    """
    needs = set(notebook.needs) - {EARLIER}
    if EARLIER in notebook.needs:
        needs |= {o.name for o in notebooks if o.stage == CITY and o.name < notebook.name}
    reads = notebook.reads
    if reads is None and notebook.stage != CITY:
        reads = tuple(table for other in notebooks for table in other.writes)
    for other in notebooks:
        if other.stage == CITY and other.name != notebook.name:
            if set(other.writes) & {*(reads or ()), *notebook.own}:
                needs.add(other.name)
    return needs


def _needs_problems(notebooks: Sequence[Notebook]) -> Iterator[Problem]:
    city = {notebook.name: notebook for notebook in notebooks if notebook.stage == CITY}
    written = {table for notebook in city.values() for table in notebook.writes}
    for notebook in notebooks:
        for name in notebook.needs:
            if name not in city and name != EARLIER:
                yield _unknown(notebook, "needs", name, "notebook in stad/", city)
        for table in (*(notebook.reads or ()), *notebook.own):
            if table not in written:
                yield _unknown(notebook, "reads", table, "table that a notebook writes", written)
    yield from _circles(city, notebooks)


def _unknown(
    notebook: Notebook, key: str, name: str, expected: str, known: Iterable[str]
) -> Problem:
    return Problem(
        f"'{name}' is no {expected}",
        file=notebook.file,
        place=f"metadata.wijkkit.{key}",
        expected=", ".join(sorted(known)) or "none",
        remedy="Correct the notebook's metadata.",
    )


def _circles(city: dict[str, Notebook], notebooks: Sequence[Notebook]) -> Iterator[Problem]:
    left = {name: _needs(notebook, notebooks) & set(city) for name, notebook in city.items()}
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    for name in left:
        yield Problem(
            "city notebooks wait for each other",
            file=city[name].file,
            place="metadata.wijkkit.needs",
            found=", ".join(sorted(left)),
            remedy="Let each need only those before it.",
        )
