"""Explore the released tables: choose, and the figure, the table and its code follow."""

from __future__ import annotations

import html

import ipywidgets as widgets

from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.show.explore import explore_figure
from wijkkit.workbench.controls import Controls, make_controls, read_controls, set_controls
from wijkkit.workbench.keeping import keeping_panel
from wijkkit.workbench.parameter_set import ParameterSet


def explorer(view: CityView, *, keep: bool = True) -> widgets.VBox:
    """Return a panel to explore a study's released tables.

    What is hidden in the released tables stays hidden here. Beneath the figure stands the code
    that makes it, to copy into a notebook.

    Parameters
    ----------
    view : CityView
        As `wijkkit.open_city` gives it.
    keep : bool
        With fields to save what is chosen as a parameter set and to load it back; without them
        the panel writes nothing.

    Returns
    -------
    ipywidgets.VBox
        Its children: the controls, the figure, the table, the code, the fields to keep it.
    """
    study = view.study
    controls = make_controls(study, view.language)
    panel = explore_panel(view, controls)
    if not keep:
        return panel
    keeping = keeping_panel(
        study,
        read=lambda: read_controls(controls),
        put=lambda chosen: set_controls(controls, chosen),
    )
    return widgets.VBox([*panel.children, keeping])


def explore_panel(view: CityView, controls: Controls) -> widgets.VBox:
    """Return the controls with the figure, the table and the code that follow them.

    Parameters
    ----------
    view : CityView
    controls : Controls
        As `wijkkit.workbench.controls.make_controls` gives them.
    """
    figure, table, code = widgets.HTML(), widgets.HTML(), widgets.HTML()

    def follow(_change: object = None) -> None:
        chosen = read_controls(controls)
        shown = explore_figure(view, **chosen.model_dump())
        figure.value = _as_html(shown.svg(), shown.alt)
        table.value = shown.table().html()
        code.value = f"<pre><code>{html.escape(shown_code(chosen))}</code></pre>"

    for control in controls.values():
        control.observe(follow, names="value")
    follow()
    label = widgets.HTML(f"<p>{html.escape(text('workbench.code', view.language))}</p>")
    chosen_row = widgets.Box(
        list(controls.values()), layout=widgets.Layout(flex_flow="row wrap", width="100%")
    )
    return widgets.VBox([chosen_row, figure, table, label, code])


def shown_code(chosen: ParameterSet) -> str:
    """Return the code that makes the figure of `chosen` from a study's folder.

    Examples
    --------
    >>> print(shown_code(ParameterSet(indicator="sport", wave="2021")))
    wk.show.explore_figure(wk.open_city(study), indicator='sport', wave='2021')
    """
    said = chosen.model_dump(exclude_defaults=True)
    arguments = ", ".join(f"{name}={value!r}" for name, value in said.items())
    return f"wk.show.explore_figure(wk.open_city(study), {arguments})"


def _as_html(svg: str, alt: str) -> str:
    drawing = svg[svg.index("<svg") :]
    return f'<figure role="img" aria-label="{html.escape(alt)}">{drawing}</figure>'
