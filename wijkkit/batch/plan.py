"""Which notebooks run with which parameters, and what each waits for."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkkit.batch.fingerprint import hash_of
from wijkkit.errors import ParameterError, Problem, collected
from wijkkit.project.layout import find_part
from wijkkit.study import Study
from wijkkit.study.checks import NO_WAVE

# The notebooks of a project: where they are, what they say of themselves, their parameters.

STAGES = ("stad", "wijk")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook of the project, read once.

    `stage`: ``stad`` or ``wijk``: the folder it is in. `name`: File name without suffix. `text`:
    The file's text: every wijk runs the same, even when the file changes meanwhile. `parameters`:
    The names its ``parameters`` cell sets. `code`: Hash of its code; comments, prose and stored
    outputs do not count. A label is a comment that reports go by, and counts.
    """

    stage: str
    name: str
    text: str
    parameters: frozenset[str]
    code: str

    @property
    def file(self) -> str:
        return f"{self.stage}/{self.name}.ipynb"


def find_notebooks(study: Path, folder: str | Path | None = None) -> Path:
    """Return the folder with ``stad/`` and ``wijk/``: `folder`, or that of the study's project."""
    found = find_part(study, "notebooks") if folder is None else Path(folder)
    if any((found / stage).is_dir() for stage in STAGES):
        return found.resolve()
    what, expected = "there are no notebooks here", "a folder with stad/ and wijk/"
    remedy = "Give another folder with --notebooks, or none: then the project's own are taken."
    raise ParameterError(what, file=str(found), expected=expected, remedy=remedy)


def read_notebooks(folder: Path) -> tuple[Notebook, ...]:
    """Read all notebooks, city first, in numbered order; ParameterError names all that are no good."""
    problems: list[Problem] = []
    notebooks = []
    for stage in STAGES:
        for path in sorted((folder / stage).glob("*.ipynb")):
            with collected(problems):
                notebooks.append(_read(stage, path))
    if not notebooks and not problems:
        problems.append(Problem("no notebooks", file=str(folder.name), expected="*.ipynb"))
    ParameterError.raise_for(problems)
    return tuple(notebooks)


def _read(stage: str, path: Path) -> Notebook:
    """Return a notebook, read as JSON: what makes it a notebook is looked at where it runs."""
    file = f"{stage}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
        tags = [cell["metadata"].get("tags", []) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        what, remedy = "not a readable notebook", "Open and save it in JupyterLab."
        raise ParameterError(what, file=file, remedy=remedy) from None
    parameters, code = [], []
    for source, tag in zip(sources, tags, strict=True):
        labels = [line for line in source.splitlines() if line.startswith("#|")]
        code.append(json.dumps([sorted(tag), labels, _meaning(source)]))
        parameters += [source] if "parameters" in tag else []
    return Notebook(stage, path.stem, text, _parameters(parameters, file), hash_of(*code))


def _meaning(source: str) -> str:
    """Return source without comments and layout; as it is where it is no Python."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return source


def _parameters(cells: list[str], file: str) -> frozenset[str]:
    if len(cells) != 1:
        what = "a notebook has one cell tagged 'parameters'"
        remedy = "Tag the cell that sets the parameters, and no other."
        raise ParameterError(what, file=file, found=str(len(cells)), expected="1", remedy=remedy)
    try:
        tree = ast.parse(cells[0])
    except SyntaxError as error:
        what = "the parameters cell is not Python"
        raise ParameterError(what, file=file, found=str(error)) from None
    targets: list[ast.expr] = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets += statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets.append(statement.target)
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def parameter_problems(notebook: Notebook, parameters: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each parameter that the notebook's parameters cell does not set."""
    for name in parameters:
        if name not in notebook.parameters:
            close = difflib.get_close_matches(name, notebook.parameters, n=1)
            what, place = f"the notebook has no parameter '{name}'", "cell tagged 'parameters'"
            expected = ", ".join(sorted(notebook.parameters)) or "no parameters"
            misspelt = f"Is '{close[0]}' misspelt? " if close else ""
            remedy = f"{misspelt}Set '{name}' in the parameters cell."
            yield Problem(what, notebook.file, place, "", expected, remedy)


CITY = "stad"

#: (scope, notebook): ``stad`` or a wijk's slug, and the notebook's name.
Key = tuple[str, str]


def output_path(scope: str, notebook: str) -> str:
    """Return where an executed notebook goes, relative to the runs folder."""
    folder = CITY if scope == CITY else f"wijk/{scope}"
    return f"{folder}/{notebook}.ipynb"


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook (`scope`: ``stad`` or a wijk's slug) with its parameters and the jobs before it."""

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

    `wijken`: Slugs of the neighbourhoods; all where absent. Raises ParameterError: A study without
    a wave; every parameter that a notebook does not know; every unknown wijk.
    """
    problems = [] if study.waves else [NO_WAVE]
    neighbourhoods = []
    for wijk in study.neighbourhoods if wijken is None else dict.fromkeys(wijken):
        with collected(problems):
            neighbourhoods.append(study.neighbourhood(wijk))
    shared = {"study": study.folder.name}
    of_wijk = [notebook for notebook in notebooks if notebook.stage != CITY]
    jobs: list[Job] = []
    for notebook in notebooks:
        if notebook.stage == CITY:
            jobs.append(Job(CITY, notebook, shared, tuple(job.key for job in jobs)))
    city = tuple(job.key for job in jobs)
    for neighbourhood in neighbourhoods:
        facts = neighbourhood.model_dump(mode="json", exclude={"codes", "start"})
        for notebook in of_wijk:
            # Which wijk it is, and what else of its file the notebook has a parameter for.
            known = {"wijk", *notebook.parameters}
            asked = {key: value for key, value in facts.items() if key in known}
            jobs.append(Job(neighbourhood.wijk, notebook, {**shared, **asked}, city))
    names: dict[Notebook, dict[str, None]] = {notebook: {} for notebook in notebooks}
    for job in jobs:
        names[job.notebook].update(dict.fromkeys(job.parameters))
    for notebook, said in names.items():
        problems.extend(parameter_problems(notebook, said))
    ParameterError.raise_for(problems)
    return tuple(jobs)
