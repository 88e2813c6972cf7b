"""What was chosen in the explorer, kept in a file and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from wijkkit.errors import ParameterError, Problem
from wijkkit.files import write_whole
from wijkkit.study import Study
from wijkkit.study.model import Model
from wijkkit.study.strict_yaml import read_yaml
from wijkkit.study.validation import validate
from wijkkit.tables import EVERYBODY


class ParameterSet(Model):
    """The arguments of `wijkkit.show.explore_figure`; also a papermill parameter file.

    Parameters
    ----------
    indicator, wave : str
    wijken : list of str
        Slugs; all wijken where empty.
    group_by, group : str
        Empty and ``all`` for everybody.
    """

    indicator: str
    wave: str
    wijken: list[str] = []
    group_by: str = ""
    group: str = EVERYBODY


def save_parameter_set(folder: str | Path, name: str, chosen: ParameterSet) -> Path:
    """Write a parameter set to ``<folder>/<name>.yml``, whole or not at all.

    Parameters
    ----------
    folder : str or Path
        Made where it is not there yet.
    name : str
        Letters, digits, ``-`` and ``_``. A set of that name is replaced.
    chosen : ParameterSet

    Raises
    ------
    ParameterError
        The name cannot be a file's name, or the folder cannot be written to.
    """
    path = parameter_file(folder, name)
    # Each value as JSON, which is YAML in which every text is quoted.
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in chosen.model_dump().items()
    ]
    try:
        write_whole(path, "".join(lines))
    except OSError as error:
        raise ParameterError(
            "the parameter set cannot be written here",
            file=str(path),
            found=error.strerror or str(error),
            remedy="Name a folder that you may write to.",
        ) from None
    return path


def load_parameter_set(path: str | Path, study: Study) -> ParameterSet:
    """Read a parameter set and hold it against the study.

    Raises
    ------
    ParameterError
        With everything in it that the study does not have.
    StudyError
        The file is missing or no YAML.
    """
    path, problems = Path(path), []
    chosen = validate(read_yaml(path), ParameterSet, path.name, problems)
    if chosen is not None:
        problems.extend(unknown_to(study, chosen, path.name))
    if problems:
        raise ParameterError(problems)
    return chosen


def parameter_file(folder: str | Path, name: str) -> Path:
    """Return the file of a parameter set; ParameterError where `name` cannot be a file's name.

    Examples
    --------
    >>> parameter_file("sets", "../study")
    Traceback (most recent call last):
        ...
    wijkkit.errors.ParameterError: ... cannot name a file (found '../study'; ...
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", name):
        raise ParameterError(
            "this cannot name a file",
            place="name",
            found=repr(name),
            expected="letters, digits, - and _",
            remedy="Choose another name.",
        )
    return Path(folder) / f"{name}.yml"


def unknown_to(study: Study, chosen: ParameterSet, file: str) -> Iterator[Problem]:
    """Yield everything in a parameter set that the study does not have."""
    groups = {("", EVERYBODY)} | {
        (grouping.id, group.id) for grouping in study.groupings for group in grouping.groups
    }
    known: list[tuple[str, object, Iterable]] = [
        ("indicator", chosen.indicator, study.indicators),
        ("wave", chosen.wave, [wave.id for wave in study.waves]),
        ("group", (chosen.group_by, chosen.group), sorted(groups)),
        *(("wijken", wijk, study.neighbourhoods) for wijk in chosen.wijken),
    ]
    for place, value, allowed in known:
        if value not in allowed:
            yield Problem(
                "the study does not have this",
                file=file,
                place=place,
                found=str(value),
                expected=", ".join(map(str, allowed)),
                remedy="Correct it, or save the set again from the explorer.",
            )
