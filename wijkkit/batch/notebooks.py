"""The notebooks of a project: where they are, what they say of themselves, their parameters."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkkit.batch.hashes import hash_of
from wijkkit.batch.known import Known
from wijkkit.batch.source import meaning, mentions
from wijkkit.errors import ParameterError, Problem
from wijkkit.project import find_part

STAGES = ("stad", "wijk")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook of the project, read once.

    Parameters
    ----------
    stage : str
        ``stad`` or ``wijk``: the folder it is in.
    name : str
        File name without suffix.
    text : str
        The file's text: every wijk runs the same, even when the file changes meanwhile.
    parameters : frozenset of str
        The names its ``parameters`` cell sets.
    code : str
        Hash of its code; comments, prose and stored outputs do not count. A label is a comment
        that reports go by, and counts.
    mentions : tuple of str
        What its code imports (`source.mentions`).
    needs : tuple of str
        City notebooks that must have succeeded before.
    reads, writes : tuple of str
        Released tables it reads and writes.
    own : tuple of str
        Released tables of which it reads the rows of its own wijk only.
    """

    stage: str
    name: str
    text: str
    parameters: frozenset[str]
    code: str
    mentions: tuple[str, ...]
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] | None = None
    writes: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.stage}/{self.name}.ipynb"


def find_notebooks(study: Path, folder: str | Path | None = None) -> Path:
    """Return the folder with ``stad/`` and ``wijk/``: `folder`, or that of the study's project."""
    found = find_part(study, "notebooks") if folder is None else Path(folder)
    if any((found / stage).is_dir() for stage in STAGES):
        return found.resolve()
    raise ParameterError(
        "there are no notebooks here",
        file=str(found),
        expected="a folder with stad/ and wijk/",
        remedy="Give another folder with --notebooks, or none: then the project's own are taken.",
    )


def read_notebooks(folder: Path, known: Known | None = None) -> tuple[Notebook, ...]:
    """Read all notebooks of a project, city first, in numbered order.

    Parameters
    ----------
    folder : Path
        With ``stad/`` and ``wijk/``.
    known : Known, optional
        What earlier runs found of the same notebooks.

    Raises
    ------
    ParameterError
        With every notebook that cannot be read, has no parameters cell or more than one, or
        says of itself what the batch does not understand.
    """
    known = known or Known(Path())
    problems: list[Problem] = []
    notebooks = []
    for stage in STAGES:
        for path in sorted((folder / stage).glob("*.ipynb")):
            try:
                notebooks.append(_read(stage, path, known))
            except ParameterError as error:
                problems.extend(error.problems)
    if not notebooks and not problems:
        problems.append(Problem("no notebooks", file=str(folder.name), expected="*.ipynb"))
    if problems:
        raise ParameterError(problems)
    return tuple(notebooks)


def _read(stage: str, path: Path, known: Known) -> Notebook:
    file = f"{stage}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise _unreadable(file) from None
    said = known.get("notebook", hash_of(file, text), lambda: _described(text, file))
    lists = {key: tuple(value) for key, value in said.items() if key != "code"}
    lists["parameters"] = frozenset(lists["parameters"])
    return Notebook(stage=stage, name=path.stem, text=text, code=said["code"], **lists)


def _unreadable(file: str) -> ParameterError:
    return ParameterError(
        "not a readable notebook", file=file, remedy="Open and save it in JupyterLab."
    )


def _described(text: str, file: str) -> dict[str, Any]:
    """Return what a notebook says of itself and what its code is, as JSON can hold it."""
    import nbformat  # takes as long to load as a run in which nothing has changed

    try:
        content = nbformat.reads(text, as_version=4)
        nbformat.validate(content)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError):
        raise _unreadable(file) from None
    cells = [cell for cell in content.cells if cell.cell_type == "code"]
    return {
        "parameters": sorted(_parameters(cells, file)),
        "code": hash_of(*(_code(cell) for cell in cells)),
        "mentions": mentions(_without_magics(cells)),
        **_metadata(content.metadata.get("wijkkit", {}), file),
    }


def _code(cell: Any) -> str:
    labels = [line for line in cell.source.splitlines() if line.startswith("#|")]
    return json.dumps([sorted(cell.metadata.get("tags", [])), labels, meaning(cell.source)])


def _without_magics(cells: Iterable[Any]) -> str:
    lines = [line for cell in cells for line in cell.source.split("\n")]
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)


def _metadata(said: dict[str, Any], file: str) -> dict[str, list[str]]:
    """Return what the notebook's metadata ``wijkkit`` says; unknown keys are errors."""
    known = ("needs", "reads", "writes", "own")
    unknown = [key for key in said if key not in (*known, "stage")]
    wrong = [
        key
        for key in known
        if key in said
        and not (isinstance(said[key], list) and all(isinstance(x, str) for x in said[key]))
    ]
    if unknown or wrong:
        raise ParameterError(
            Problem(
                "metadata that the batch does not understand",
                file=file,
                place=f"metadata.wijkkit.{key}",
                expected=f"lists of names in {', '.join(known)}",
                remedy="Correct the notebook's metadata.",
            )
            for key in (*unknown, *wrong)
        )
    return {key: said[key] for key in known if key in said}


def _parameters(cells: Iterable[Any], file: str) -> set[str]:
    cells = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ParameterError(
            "a notebook has one cell tagged 'parameters'",
            file=file,
            found=str(len(cells)),
            expected="1",
            remedy="Tag the cell that sets the parameters, and no other.",
        )
    try:
        tree = ast.parse(cells[0].source)
    except SyntaxError as error:
        raise ParameterError(
            "the parameters cell is not Python", file=file, found=str(error)
        ) from None
    return set(_assigned(tree))


def _assigned(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else ()
        if isinstance(statement, ast.AnnAssign):
            targets = (statement.target,)
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def parameter_problems(notebook: Notebook, parameters: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each parameter that the notebook's parameters cell does not set."""
    for name in parameters:
        if name not in notebook.parameters:
            close = difflib.get_close_matches(name, notebook.parameters, n=1)
            yield Problem(
                f"the notebook has no parameter '{name}'",
                file=notebook.file,
                place="cell tagged 'parameters'",
                expected=", ".join(sorted(notebook.parameters)) or "no parameters",
                remedy=(f"Is '{close[0]}' misspelt? " if close else "")
                + f"Set '{name}' in the parameters cell.",
            )
