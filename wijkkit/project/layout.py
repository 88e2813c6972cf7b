"""What a project holds beside its study, where it is found, and how it is laid out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from wijkkit.errors import StudyError
from wijkkit.files import write_whole

#: Parts of a project that wijkkit brings as folders: what is in them that everyone needs.
PARTS = {"notebooks": "stad", "reports": "wijk.qmd"}
#: Single files, beside this module; Python packaging does not carry names that begin with a dot.
FILES = {
    "Makefile": "Makefile",
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "gitattributes": ".gitattributes",
    "requirements.txt": "requirements.txt",
}
#: What was laid out, by name: how an upgrade knows a file that its owner has changed.
RECORD = ".wijkkit.json"
_IGNORED = {"_site", "__pycache__"}
_HERE = Path(__file__).resolve().parent


def packaged(part: str) -> Path:
    """Return the folder of a part as wijkkit brings it: from its wheel, or from its checkout."""
    wheel = _HERE / "parts" / part
    return wheel if wheel.is_dir() else _HERE.parents[1] / part


def find_part(study: Path, part: str) -> Path:
    """Return the folder of ``notebooks`` or ``reports`` that belongs to a study.

    The study's own folder comes first, then the folder it is in (a study beside its notebooks),
    then what wijkkit brings.
    """
    sign = PARTS[part]
    own = (study / part, study.parent / part)
    return next((path for path in own if (path / sign).exists()), packaged(part))


def lay_out(folder: Path) -> list[Path]:
    """Lay the notebooks, the report sources and the project's files into `folder`.

    The files that were written; a file that is there is left alone.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     len(lay_out(Path(place))) > 20, lay_out(Path(place))
    (True, [])
    """
    written, laid = [], read_record(folder)
    for name, content in brought(folder.name):
        path = folder / name
        if path.exists():
            continue
        write_whole(path, content)
        laid[name] = digest(content)
        written.append(path)
    if written:
        write_record(folder, laid)
    return written


def brought(project: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file that this version brings to a project."""
    for part in PARTS:
        base = packaged(part)
        for path in sorted(base.rglob("*")):
            inside = path.relative_to(base)
            hidden = any(part.startswith(".") for part in inside.parts)
            if path.is_file() and not hidden and not _IGNORED & set(inside.parts):
                yield f"{part}/{inside.as_posix()}", path.read_bytes()
    for source, name in FILES.items():
        text = (_HERE / "files" / source).read_text(encoding="utf-8")
        text = text.replace("{project}", project).replace("{version}", version("wijkkit"))
        yield name, text.encode()


def digest(content: bytes) -> str:
    """Return what tells one content from another; line ends of Windows do not count."""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def read_record(folder: Path) -> dict[str, str]:
    """Return what was laid out in `folder`, by name; nothing where nothing was."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_bytes())["files"])
    except (ValueError, KeyError, TypeError):
        raise StudyError(
            "the record of what was laid out cannot be read",
            file=str(path),
            expected="the file as wijkkit wrote it",
            remedy="Take it back from the project's history, or delete it: wijkkit upgrade then "
            "asks about every file that differs.",
        ) from None


def write_record(folder: Path, files: dict[str, str]) -> None:
    """Record what was laid out in `folder`, and by which version."""
    content = {"wijkkit": version("wijkkit"), "files": dict(sorted(files.items()))}
    write_whole(folder / RECORD, json.dumps(content, indent=1).encode() + b"\n")


# Newer notebooks and report sources in a project, without losing what its owner changed.


@dataclass(frozen=True, slots=True)
class Difference:
    """A file of which a newer version was brought.

    `name`: In the project's folder. `changed`: Whether the project's owner changed it since it was
    laid out. `own`, `newer`: What is there, and what is brought; `own` is empty where there is no
    such file.
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
    stays deleted. Returns the names of the files that were replaced or added, and of those left as
    they are. Raises StudyError: Nothing was laid out here.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from wijkkit.project.layout import lay_out
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
        elif (name in laid and not found.own) or (found.changed and not accept(found)):
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
