"""What is chosen in the explorer: its controls, and the file that it is kept in and read from."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

import ipywidgets as widgets

from wijkkit.errors import ParameterError, Problem, WijkkitError
from wijkkit.files import write_whole
from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.study.model import Model
from wijkkit.study.strict_yaml import read_yaml, validate
from wijkkit.tables import EVERYBODY

Controls = Mapping[str, widgets.Widget]


class ParameterSet(Model):
    """What is asked, and of what; also a papermill parameter file.

    `indicator`, `second`, `wave`: The second indicator is of a scatter only. `wijken`: Slugs; all
    wijken where empty. `group_by`, `group`: Empty and ``all`` for everybody.
    """

    question: Literal["wijk", "change", "gap", "age", "scatter", "map"] = "wijk"
    indicator: str
    second: str = ""
    wave: str
    wijken: list[str] = []
    group_by: str = ""
    group: str = EVERYBODY


def save_parameter_set(folder: str | Path, name: str, chosen: ParameterSet) -> Path:
    """Write a parameter set to ``<folder>/<name>.yml``, whole or not at all.

    `folder`: Made where it is not there yet.
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

    Raises ParameterError: With everything in it that the study does not have. Raises StudyError:
    The file is missing or no YAML.
    """
    path = Path(path)
    problems: list[Problem] = []
    chosen = validate(read_yaml(path), ParameterSet, path.name, problems)
    if chosen is not None:
        problems.extend(unknown_to(study, chosen, path.name))
    ParameterError.raise_for(problems)
    return chosen


def parameter_file(folder: str | Path, name: str) -> Path:
    """Return the file of a parameter set; ParameterError where `name` cannot be a file's name.

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
        ("second", chosen.second, ["", *study.indicators]),
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


#: What can be asked.
QUESTIONS = get_args(ParameterSet.model_fields["question"].annotation)


def make_controls(study: Study, language: str) -> Controls:
    """Return the controls by name: question, indicators (goals first), wave, group and wijken."""
    waves = [(study.text(wave.label), wave.id) for wave in study.waves]
    wijken = [(neighbourhood.name, wijk) for wijk, neighbourhood in study.neighbourhoods.items()]
    indicators = _indicators(study, language)
    options = {
        "question": [(text(f"people.question.{key}", language), key) for key in QUESTIONS],
        "indicator": indicators,
        "second": indicators,
        "wave": waves,
        "group": _groups(study, language),
    }
    layout = widgets.Layout(width="auto", min_width="16em", max_width="100%")
    whole = {"description_width": "initial"}  # otherwise a longer description is cut off

    def said(key: str) -> str:
        return text(f"workbench.choose.{key}", language)

    controls = {
        key: widgets.Dropdown(options=mine, description=said(key), layout=layout, style=whole)
        for key, mine in options.items()
    }
    controls["wave"].value = waves[-1][1]
    rows = min(8, len(wijken))
    controls["wijken"] = widgets.SelectMultiple(
        options=wijken, description=said("wijken"), rows=rows, layout=layout, style=whole
    )
    return controls


def read_controls(controls: Controls) -> ParameterSet:
    """Return what is chosen now."""
    group_by, group = controls["group"].value
    question = controls["question"].value
    return ParameterSet(
        question=question,
        indicator=controls["indicator"].value,
        second=controls["second"].value if question == "scatter" else "",
        wave=controls["wave"].value,
        wijken=list(controls["wijken"].value),
        group_by=group_by,
        group=group,
    )


def set_controls(controls: Controls, chosen: ParameterSet) -> None:
    """Show `chosen` in the controls."""
    for key in ("question", "indicator", "wave"):
        controls[key].value = getattr(chosen, key)
    controls["second"].value = chosen.second or chosen.indicator
    controls["wijken"].value = tuple(chosen.wijken)
    controls["group"].value = (chosen.group_by, chosen.group)


def _indicators(study: Study, language: str) -> list[tuple[str, str]]:
    goals = [
        (text("workbench.goal", language, goal=study.text(goal.label)), goal.indicator)
        for goal in study.goals
    ]
    measured = {indicator for _, indicator in goals}
    return goals + [
        (study.text(indicator.label), key)
        for key, indicator in study.indicators.items()
        if key not in measured
    ]


def _groups(study: Study, language: str) -> list[tuple[str, tuple[str, str]]]:
    everybody = (text("show.explore.everybody", language), ("", EVERYBODY))
    return [everybody] + [
        (f"{study.text(grouping.label)}: {study.text(group.label)}", (grouping.id, group.id))
        for grouping in study.groupings
        for group in grouping.groups
    ]


def keeping_panel(
    study: Study, read: Callable[[], ParameterSet], put: Callable[[ParameterSet], None]
) -> widgets.VBox:
    """Return fields for a folder and a name, with buttons to save and to load."""

    def word(key: str, **fields: object) -> str:
        return text(f"workbench.keep.{key}", study.language, **fields)

    folder, name = (widgets.Text(description=word(key)) for key in ("folder", "name"))
    save, load = (widgets.Button(description=word(key)) for key in ("save", "load"))
    said = widgets.HTML()

    def pressed(button: widgets.Button) -> None:
        try:
            if not folder.value.strip():
                raise WijkkitError("no folder is named", place="folder", remedy="Name a folder.")
            if button is save:
                path = save_parameter_set(folder.value.strip(), name.value, read())
            else:
                path = parameter_file(folder.value.strip(), name.value)
                put(load_parameter_set(path, study))
            words = word("saved" if button is save else "loaded", path=path)
        except WijkkitError as error:
            words = str(error)
        said.value = f'<p role="status">{html.escape(words)}</p>'

    save.on_click(pressed)
    load.on_click(pressed)
    return widgets.VBox([widgets.HBox([folder, name, save, load]), said])
