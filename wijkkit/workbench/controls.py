"""The controls of the explorer: one per thing that can be chosen."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets

from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY
from wijkkit.workbench.parameter_set import ParameterSet

Controls = Mapping[str, widgets.Widget]


def make_controls(study: Study, language: str) -> Controls:
    """Return the controls by name: indicator (goals first), wave, group and wijken."""
    waves = [(study.text(wave.label), wave.id) for wave in study.waves]
    wijken = [(hood.name, slug) for slug, hood in study.neighbourhoods.items()]
    say = {
        key: text(f"workbench.choose.{key}", language)
        for key in ("indicator", "wave", "group", "wijken")
    }
    layout = widgets.Layout(width="auto", min_width="16em", max_width="100%")
    return {
        "indicator": widgets.Dropdown(
            options=_indicators(study, language), description=say["indicator"], layout=layout
        ),
        "wave": widgets.Dropdown(
            options=waves, value=waves[-1][1], description=say["wave"], layout=layout
        ),
        "group": widgets.Dropdown(
            options=_groups(study, language), description=say["group"], layout=layout
        ),
        "wijken": widgets.SelectMultiple(
            options=wijken, description=say["wijken"], rows=min(8, len(wijken)), layout=layout
        ),
    }


def read_controls(controls: Controls) -> ParameterSet:
    """Return what is chosen now."""
    group_by, group = controls["group"].value
    return ParameterSet(
        indicator=controls["indicator"].value,
        wave=controls["wave"].value,
        wijken=list(controls["wijken"].value),
        group_by=group_by,
        group=group,
    )


def set_controls(controls: Controls, chosen: ParameterSet) -> None:
    """Show `chosen` in the controls."""
    controls["indicator"].value = chosen.indicator
    controls["wave"].value = chosen.wave
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
