"""What a proposed study still asks of the researcher: its marks, by file and line."""

from __future__ import annotations

from pathlib import Path

from wijkkit.errors import Problem

#: Stands in a comment of a study's file where something could not be guessed.
MARK = "# FILL IN:"


def unfinished(folder: Path) -> list[Problem]:
    """Return every mark that still stands in a study's files, study.yml first.

    What is asked in the same words in many wijken is one problem.

    Examples
    --------
    >>> unfinished(Path("no such folder"))
    []
    """
    names = ["study.yml", "codebook.yml", "indicators.yml"]
    files = [folder / name for name in names]
    one_by_one = [_problem(name, at, asked) for file in files for name, at, asked in _marks(file)]
    alike: dict[tuple[str, str], list[str]] = {}
    for file in sorted((folder / "wijken").glob("*.yml")):
        for name, at, asked in _marks(file):
            alike.setdefault((at, asked), []).append(f"wijken/{name}")
    return one_by_one + [_problem(_files(names), *asked) for asked, names in alike.items()]


def _marks(file: Path) -> list[tuple[str, str, str]]:
    """Return file, line and what is asked of each mark in a file."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        (file.name, f"line {number}", line.split(MARK, 1)[1].strip())
        for number, line in enumerate(lines, start=1)
        if MARK in line
    ]


def _problem(file: str, place: str, asked: str) -> Problem:
    return Problem(f"fill in {asked}", file=file, place=place, remedy="Then delete the mark.")


def _files(names: list[str]) -> str:
    """Return one name, or the first of many with their number: seventy wijken ask the same."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
