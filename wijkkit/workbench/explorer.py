"""Explore the released tables: choose, and the figure, the table and its code follow."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as widgets

from wijkkit.analysis import people
from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.show.explore import explore_figure
from wijkkit.show.output import ShownFigure
from wijkkit.show.reader_table import table as reader_table
from wijkkit.study import Study
from wijkkit.workbench.controls import Controls, make_controls, read_controls, set_controls
from wijkkit.workbench.keeping import keeping_panel
from wijkkit.workbench.parameter_set import ParameterSet
from wijkkit.workbench.questions import question_panel
from wijkkit.workbench.sources import on_purpose, open_sources

#: The class of what a screen reader is told when the figure has changed.
SAID = "wijkkit-said"


def explorer(view: CityView, *, keep: bool = True, sources: bool = False) -> widgets.VBox:
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
    sources : bool
        Explore the sources instead, without disclosure control: for the researcher alone. The
        panel says so, and estimates nothing before a button is pressed.

    Returns
    -------
    ipywidgets.VBox
        Its children: the controls, the figure, the table, the code, the fields to keep it.

    Raises
    ------
    DisclosureError
        `sources` in a batch or on a page that is served.

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> type(wk.explorer(view, keep=False)).__name__
    'VBox'
    """
    study = view.study
    controls = make_controls(study, view.language)
    if sources:
        return on_purpose(study, lambda: _of_sources(study, controls))
    parts = [explore_panel(view, controls), _code_panel(controls, view.language)]
    if keep:
        parts.append(
            keeping_panel(
                study,
                read=lambda: read_controls(controls),
                put=lambda chosen: set_controls(controls, chosen),
            )
        )
    return widgets.VBox(parts)


def _of_sources(study: Study, controls: Controls) -> widgets.VBox:
    """Return the panel on the exact numbers, and the one to ask other questions of people."""
    exact = explore_panel(open_sources(study), controls)
    return widgets.VBox([*exact.children, question_panel(people(study))])


def explore_panel(view: CityView, controls: Controls) -> widgets.VBox:
    """Return the controls with the figure and the table that follow them.

    Parameters
    ----------
    view : CityView
    controls : Controls
        As `wijkkit.workbench.controls.make_controls` gives them.
    """
    said, figure, table = widgets.HTML(), widgets.HTML(), widgets.HTML()
    said.add_class(SAID)

    def show(chosen: ParameterSet) -> None:
        shown = explore_figure(view, **chosen.model_dump())
        said.value = f"<p>{html.escape(shown.caption)}</p>"
        figure.value = _figure_html(shown)
        table.value = reader_table(shown.data, ["label", "value"], shown.caption).html()

    follow(controls, show)
    hint = widgets.HTML(f"<p>{html.escape(text('workbench.choose.hint', view.language))}</p>")
    chosen_row = widgets.Box(
        list(controls.values()), layout=widgets.Layout(flex_flow="row wrap", width="100%")
    )
    return widgets.VBox([chosen_row, hint, said, figure, table])


def follow(controls: Controls, show: Callable[[ParameterSet], None]) -> None:
    """Call `show` with what is chosen now, and again whenever that changes."""

    def changed(_change: object = None) -> None:
        show(read_controls(controls))

    for control in controls.values():
        control.observe(changed, names="value")
    changed()


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


def _code_panel(controls: Controls, language: str) -> widgets.VBox:
    label = widgets.HTML(f"<p>{html.escape(text('workbench.code', language))}</p>")
    code = widgets.HTML()

    def show(chosen: ParameterSet) -> None:
        code.value = f"<pre><code>{html.escape(shown_code(chosen))}</code></pre>"

    follow(controls, show)
    return widgets.VBox([label, code])


def _figure_html(shown: ShownFigure) -> str:
    """Return the figure, its letters as text: half the work of drawing them."""
    drawing = shown.svg(letters="text")
    drawing = drawing[drawing.index("<svg") :].replace(
        "<svg ", '<svg style="max-width: 100%; height: auto" ', 1
    )
    return f'<figure role="img" aria-label="{html.escape(shown.alt)}">{drawing}</figure>'
