"""What a proposed study still asks of the researcher: its marks, by file and line."""

from __future__ import annotations

from pathlib import Path

from wijkkit.errors import Problem

#: Stands in a comment of a study's file where something could not be guessed.
MARK = "# FILL IN:"


def unfinished(folder: Path) -> list[Problem]:
    """Return every mark that still stands in a study's files, study.yml first.

    Parameters
    ----------
    folder : Path
        The folder with study.yml.

    Examples
    --------
    >>> unfinished(Path("no such folder"))
    []
    """
    names = ["study.yml", "codebook.yml", "indicators.yml"]
    files = [folder / name for name in names] + sorted((folder / "wijken").glob("*.yml"))
    return [problem for file in files if file.is_file() for problem in _marks(file, folder)]


def _marks(file: Path, folder: Path) -> list[Problem]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        Problem(
            "this is still open",
            file=file.relative_to(folder).as_posix(),
            place=f"line {number}",
            expected=line.split(MARK, 1)[1].strip(),
            remedy="Fill it in and delete the mark.",
        )
        for number, line in enumerate(lines, start=1)
        if MARK in line
    ]
