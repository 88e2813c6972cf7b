"""Make the demo: a fictional study with all its files, in the formats researchers have."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import pandas as pd

from wijkkit.demo import city as truth
from wijkkit.demo.city import build_city, write_area_figures, write_borders
from wijkkit.demo.interviews import write_chosen_quotes, write_group_interviews, write_key_figures
from wijkkit.demo.registry import fill_registry, write_registry
from wijkkit.demo.survey import simulate, write_monitor, write_parents_education, write_survey
from wijkkit.errors import DataError, ParameterError, StudyError
from wijkkit.files import write_whole
from wijkkit.study import open_study

# Write the demo's study.yml, codebook.yml, indicators.yml and wijken/.

TEMPLATES = ("study.yml", "codebook.yml", "indicators.yml")
#: Where the templates say the data and the output are.
_DATA, _OUTPUT = "../data", "output: {runs: ../runs, site: ../reports/_site}"


def write_study(folder: Path, data: Path, city: pd.DataFrame) -> list[Path]:
    """Write the study's files that are not there yet; StudyError where it is one of other wijken."""
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
    """Return the study's files: name -> content."""
    templates = files("wijkkit.demo") / "study"
    contents = {name: (templates / name).read_text(encoding="utf-8") for name in TEMPLATES}
    if data != _DATA:
        study = contents["study.yml"].replace(f"{_DATA}/", f"{data}/")
        contents["study.yml"] = study.replace(_OUTPUT, "output: {runs: runs, site: site}")
    there = set(city["wijk"])
    # Lines with the factors of a wijk go where the city has no such wijk.
    contents["study.yml"] = re.sub(
        r"(?m)^    ([a-z]+): \[[a-z ,]+\]\n",
        lambda line: line[0] if line[1] in there else "",
        contents["study.yml"],
    )
    for wijk in city.itertuples():
        contents[f"wijken/{wijk.wijk}.yml"] = _wijk_file(wijk)
    return contents


def _wijk_file(wijk) -> str:
    keys = ("wijk", "name", "code", "district", "arm")
    lines = [f"{key}: {getattr(wijk, key)}" for key in keys]
    if wijk.arm != "none":
        lines.append(f'pair: "{wijk.pair}"')
    return "\n".join(lines) + "\n"


def _check_same_wijken(folder: Path, city: pd.DataFrame) -> None:
    there = {path.stem for path in (folder / "wijken").glob("*.yml")}
    if there and there != set(city["wijk"]):
        what = "there is another study here"
        found = f"{len(there)} wijken: {', '.join(sorted(there)[:6])}"
        expected = f"an empty folder, or the demo's {len(city)} wijken"
        remedy = "Give another folder with --folder."
        raise StudyError(what, file=folder.name, found=found, expected=expected, remedy=remedy)


WIJKEN, SEED = 6, 12
MAXIMUM_WIJKEN = 99


def make_demo(
    folder: str | Path,
    data: str | Path,
    *,
    wijken: int = WIJKEN,
    seed: int = SEED,
    replace: bool = False,
) -> Path:
    """Make a demo study, and return its folder.

    `folder`: The study's. Files of the study that are there already are kept as they are. `data`:
    The folder for its data. `seed`: Same seed, same study. `replace`: Whether data that is there
    already may be replaced. Raises ParameterError, StudyError, DataError: The number of wijken is
    not from 2 to 99, the folder holds another study, or there is data already.
    """
    if not 2 <= wijken <= MAXIMUM_WIJKEN:
        what, expected = "a demo city cannot have this many wijken", f"2 to {MAXIMUM_WIJKEN}"
        remedy = "Give another number with --wijken."
        raise ParameterError(what, found=str(wijken), expected=expected, remedy=remedy)
    folder, data = Path(folder).resolve(), Path(data).resolve()
    if data.is_dir() and any(data.iterdir()) and not replace:
        what, remedy = "there is data here already", "Remove it, or replace it with --replace."
        raise DataError(what, file=data.name, expected="an empty folder", remedy=remedy)
    city = build_city(wijken, seed)
    write_study(folder, data, city)
    for part in ("survey", "areas", "process", "registry"):
        (data / part).mkdir(parents=True, exist_ok=True)
    for wave, people in simulate(city, seed).items():
        write_survey(people, wave, data / "survey" / f"kindmonitor_{wave}.sav", seed)
    write_monitor(data / "survey")
    write_area_figures(city, data / "areas", seed)
    write_parents_education(city, data / "areas" / f"opleiding_ouders_{truth.WAVES[1]}.csv")
    write_borders(city, data / "areas" / "borders.gpkg", seed)
    write_key_figures(city, data / "process" / "key_figures.csv", seed)
    write_group_interviews(city, data / "process" / "group_interviews.qdpx", seed)
    write_registry(city, data / "registry", seed)
    for old in (data / "registry").glob("registry.sqlite*"):
        old.unlink()
    study = open_study(folder)
    write_chosen_quotes(study, data / "process" / "citaten.csv")
    fill_registry(study, data / "registry")
    return folder
