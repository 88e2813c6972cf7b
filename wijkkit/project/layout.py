"""What a project holds beside its study, where it is found, and how it is laid out."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
_IGNORED = {"_site", "__pycache__", ".ipynb_checkpoints", ".quarto"}
_HERE = Path(__file__).resolve().parent


def packaged(part: str) -> Path:
    """Return the folder of a part as wijkkit brings it: from its wheel, or from its checkout."""
    wheel = _HERE / "parts" / part
    return wheel if wheel.is_dir() else _HERE.parents[1] / part


def find_part(study: Path, part: str) -> Path:
    """Return the folder of ``notebooks`` or ``reports`` that belongs to a study.

    The study's own folder comes first, then the folder it is in (a study beside its notebooks),
    then what wijkkit brings.

    Parameters
    ----------
    part : {"notebooks", "reports"}

    Returns
    -------
    Path
        The folder of the part.

    Examples
    --------
    >>> from pathlib import Path
    >>> find_part(Path("parameters"), "notebooks").as_posix()
    'notebooks'
    """
    sign = PARTS[part]
    own = (study / part, study.parent / part)
    return next((path for path in own if (path / sign).exists()), packaged(part))


def lay_out(folder: Path) -> list[Path]:
    """Lay the notebooks, the report sources and the project's files into `folder`.

    Parameters
    ----------
    folder : Path
        Of a study, new or there already.

    Returns
    -------
    list of Path
        The files that were written; a file that is there is left alone.

    Examples
    --------
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
            if path.is_file() and not _IGNORED & set(inside.parts):
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
