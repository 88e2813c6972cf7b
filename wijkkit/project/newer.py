"""Newer notebooks and report sources in a project, without losing what its owner changed."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wijkkit.errors import StudyError
from wijkkit.files import write_whole
from wijkkit.project.layout import RECORD, brought, digest, read_record, write_record


@dataclass(frozen=True, slots=True)
class Difference:
    """A file of which a newer version was brought.

    Parameters
    ----------
    name : str
        The file, in the project's folder.
    changed : bool
        Whether the project's owner changed it since it was laid out.
    own, newer : bytes
        What is there, and what is brought; `own` is empty where there is no such file.
    """

    name: str
    changed: bool
    own: bytes
    newer: bytes

    def lines(self) -> str:
        """Return the difference as a unified diff; of a notebook, that of its cells."""
        own, newer = (_readable(self.name, content) for content in (self.own, self.newer))
        return "\n".join(
            difflib.unified_diff(
                own, newer, f"yours/{self.name}", f"newer/{self.name}", lineterm=""
            )
        )


def upgrade(folder: Path, accept: Callable[[Difference], bool]) -> tuple[list[str], list[str]]:
    """Bring newer versions of the files that were laid out in a project.

    A file that its owner did not change is replaced; one that was changed only if `accept` says
    so, and the owner's version is then kept beside it (``NAME.own``). A file that the owner deleted
    stays deleted.

    Parameters
    ----------
    folder : Path
        The project, laid out by `lay_out`.
    accept : callable
        Asked about each file that both sides changed.

    Returns
    -------
    replaced, left : list of str
        Names of the files that were replaced or added, and of those left as they are.

    Raises
    ------
    StudyError
        Nothing was laid out here.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wijkkit.project import lay_out
    >>> with tempfile.TemporaryDirectory() as place:
    ...     laid = lay_out(Path(place))
    ...     upgrade(Path(place), accept=lambda found: False)
    ([], [])
    """
    laid = read_record(folder)
    if not laid:
        raise StudyError(
            "there is nothing to upgrade here",
            file=str(folder / RECORD),
            expected="a project that 'wijkkit new' laid out",
            remedy="Give the project's folder, or lay one out with: wijkkit new FOLDER.",
        )
    replaced, left = [], []
    for name, newer in brought(folder.name):
        found = _difference(folder, name, newer, laid.get(name))
        if found is None:
            laid[name] = digest(newer)
        elif name in laid and not found.own:
            left.append(name)
        elif found.changed and not accept(found):
            left.append(name)
        else:
            if found.changed:
                write_whole(folder / f"{name}.own", found.own)
            write_whole(folder / name, newer)
            laid[name] = digest(newer)
            replaced.append(name)
    write_record(folder, laid)
    return replaced, left


def _difference(folder: Path, name: str, newer: bytes, laid: str | None) -> Difference | None:
    """Return how a file differs from the newer one; None where it does not, or nothing is newer."""
    path = folder / name
    own = path.read_bytes() if path.is_file() else b""
    if digest(newer) in (laid, digest(own)):
        return None
    return Difference(name, bool(own) and digest(own) != laid, own, newer)


def _readable(name: str, content: bytes) -> list[str]:
    text = content.decode("utf-8", "replace")
    if name.endswith(".ipynb"):
        try:
            cells = json.loads(text)["cells"]
        except (ValueError, KeyError, TypeError):
            return text.splitlines()
        text = "\n\n".join("".join(cell.get("source", ())) for cell in cells)
    return text.splitlines()
