"""Write the demo's study.yml, codebook.yml, indicators.yml and wijken/."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import pandas as pd

from wijkkit.errors import StudyError
from wijkkit.files import write_whole

TEMPLATES = ("study.yml", "codebook.yml", "indicators.yml")
#: Where the templates say the data and the output are.
_DATA, _OUTPUT = "../data", "output: {runs: ../runs, site: ../reports/_site}"


def write_study(folder: Path, data: Path, city: pd.DataFrame) -> list[Path]:
    """Write the study's files that are not there yet; none is overwritten.

    Raises
    ------
    StudyError
        The folder holds a study of other wijken.
    """
    contents = study_files(os.path.relpath(data, folder), city)
    if (folder / "study.yml").exists():
        _check_same_wijken(folder, city)
    written = []
    for name, content in contents.items():
        path = folder / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        written.append(path)
    return written


def study_files(data: str, city: pd.DataFrame) -> dict[str, str]:
    """Return the study's files: name -> content.

    Parameters
    ----------
    data : str
        The data's folder as seen from the study's.
    """
    templates = files("wijkkit.demo") / "study"
    contents = {name: (templates / name).read_text(encoding="utf-8") for name in TEMPLATES}
    if data != _DATA:
        study = contents["study.yml"].replace(f"{_DATA}/", f"{data}/")
        contents["study.yml"] = study.replace(_OUTPUT, "output: {runs: runs, site: site}")
    there = set(city["wijk"])
    lines = contents["study.yml"].splitlines(keepends=True)
    contents["study.yml"] = "".join(line for line in lines if _wijk_of(line) in {"", *there})
    for wijk in city.itertuples():
        contents[f"wijken/{wijk.wijk}.yml"] = _wijk_file(wijk)
    return contents


def _wijk_of(line: str) -> str:
    """Return the wijk whose factors a line of study.yml names, or nothing."""
    found = re.match(r"    ([a-z]+): \[[a-z ,]+\]$", line)
    return found[1] if found else ""


def _wijk_file(wijk) -> str:
    lines = [
        f"wijk: {wijk.wijk}",
        f"name: {wijk.name}",
        f"code: {wijk.code}",
        f"district: {wijk.district}",
        f"arm: {wijk.arm}",
    ]
    if wijk.arm != "none":
        lines.append(f'pair: "{wijk.pair}"')
    return "\n".join(lines) + "\n"


def _check_same_wijken(folder: Path, city: pd.DataFrame) -> None:
    there = {path.stem for path in (folder / "wijken").glob("*.yml")}
    if there and there != set(city["wijk"]):
        raise StudyError(
            "there is another study here",
            file=folder.name,
            found=f"{len(there)} wijken: {', '.join(sorted(there)[:6])}",
            expected=f"an empty folder, or the demo's {len(city)} wijken",
            remedy="Give another folder with --folder.",
        )
