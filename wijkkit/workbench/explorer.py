"""Explore the released tables: choose, and the figure, the table and its code follow."""

from __future__ import annotations

import html

import ipywidgets as widgets

from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.show.explore import explore_figure
from wijkkit.tables import EVERYBODY


def explorer(view: CityView) -> widgets.VBox:
    """Return a panel to explore a study's released tables.

    What is hidden in the released tables stays hidden here. Beneath the figure stands the code
    that makes it, to copy into a notebook.

    Parameters
    ----------
    view : CityView
        As `wijkkit.open_city` gives it.

    Returns
    -------
    ipywidgets.VBox
        Its children: the controls, the figure, the table and the code.
    """
    controls = _controls(view)
    figure, table, code = widgets.HTML(), widgets.HTML(), widgets.Textarea(rows=4, disabled=True)
    code.layout.width = "100%"

    def follow(_change: object = None) -> None:
        chosen = _chosen(controls)
        shown = explore_figure(view, **chosen)
        figure.value = (
            f'<figure role="img" aria-label="{html.escape(shown.alt)}">{_svg(shown.svg())}</figure>'
        )
        table.value = shown.table().html()
        code.value = _code(chosen)

    for control in controls.values():
        control.observe(follow, names="value")
    follow()
    label = widgets.Label(text("show.explore.code", view.language))
    return widgets.VBox([widgets.HBox(list(controls.values())), figure, table, label, code])


def _controls(view: CityView) -> dict[str, widgets.Widget]:
    language, study = view.language, view.study
    goals = {study.text(goal.label): goal.indicator for goal in study.goals}
    others = {
        study.text(indicator.label): key
        for key, indicator in study.indicators.items()
        if key not in goals.values()
    }
    groups = {text("show.explore.everybody", language): ("", EVERYBODY)}
    for grouping in study.groupings:
        for group in grouping.groups:
            name = f"{study.text(grouping.label)}: {study.text(group.label)}"
            groups[name] = (grouping.id, group.id)
    waves = {study.text(wave.label): wave.id for wave in study.waves}
    wijken = {hood.name: slug for slug, hood in study.neighbourhoods.items()}
    say = {
        key: text(f"show.explore.choose_{key}", language)
        for key in ("indicator", "wave", "group", "wijken")
    }
    return {
        "indicator": widgets.Dropdown(options={**goals, **others}, description=say["indicator"]),
        "wave": widgets.Dropdown(
            options=waves, value=list(waves.values())[-1], description=say["wave"]
        ),
        "group": widgets.Dropdown(options=groups, description=say["group"]),
        "wijken": widgets.SelectMultiple(options=wijken, description=say["wijken"], rows=6),
    }


def _chosen(controls: dict[str, widgets.Widget]) -> dict[str, object]:
    group_by, group = controls["group"].value
    return {
        "indicator": controls["indicator"].value,
        "wave": controls["wave"].value,
        "wijken": tuple(controls["wijken"].value),
        "group_by": group_by,
        "group": group,
    }


def _code(chosen: dict[str, object]) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
    return f"wk.show.explore_figure(wk.open_city(study), {arguments})"


def _svg(text_: str) -> str:
    return text_[text_.index("<svg") :]
