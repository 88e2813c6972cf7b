"""Explore a study: choose a question, and the figure, the table and their code follow."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets

from wijkkit.analysis import People, people
from wijkkit.analysis.result import Result
from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.show.output import Nothing, ShownFigure
from wijkkit.show.theme import WORSE
from wijkkit.show.values import table as reader_table
from wijkkit.study import Study
from wijkkit.study.guard import require_desk
from wijkkit.tables import EVERYBODY
from wijkkit.workbench.parameter_set import (
    Controls,
    ParameterSet,
    keeping_panel,
    make_controls,
    read_controls,
    set_controls,
)

#: The class of what a screen reader is told when the figure has changed.
SAID = "wijkkit-said"
#: Question -> the line that answers it of released tables; `numbers` are those of an indicator.
_OF_RELEASED = {
    "wijk": "wk.show.intervals({numbers})",
    "change": "wk.show.intervals({numbers})",
    "gap": "wk.show.intervals({numbers})",
    "age": "wk.show.intervals({numbers})",
    "scatter": "wk.show.scatter({numbers}, {others})",
    "map": "wk.show.map(view.borders(), {numbers})",
}
#: Question -> the lines that answer it of the respondents.
_OF_PEOPLE = {
    "wijk": "answer = {whom}.{method}({first!r}, by='wijk')\nanswer.plot()",
    "change": "answer = {whom}.change({first!r}, by='wijk')\nanswer.plot()",
    "gap": "answer = {whom}.gap({first!r}, {between}by={level!r})\nanswer.plot()",
    "age": "aged = {whom}.assign(from_age=lambda p: p.age // 3 * 3)\n"
    "answer = aged.{method}({first!r}, by='from_age')\nanswer.plot()",
    # By a grouping of the study, where it has no ages.
    "group": "answer = {whom}.{method}({first!r}, by={column!r})\nanswer.plot()",
    "scatter": "answer = {whom}.{method}({first!r}, by='wijk')\n"
    "answer.scatter({whom}.{other}({second!r}, by='wijk'))",
    "map": "answer = {whom}.{method}({first!r}, by='wijk')\nanswer.map()",
}


def explorer(view: CityView, *, keep: bool = True, sources: bool = False) -> widgets.VBox:
    """Return a panel to explore a study's released tables.

    One indicator per wijk, its change, the gap between groups, by age or another grouping, two
    indicators against each other, on the map. What is hidden in the released tables stays hidden
    here. Beneath the figure stands the code that made it, to copy into a notebook.

    Parameters
    ----------
    keep : bool
        With fields to save what is chosen as a parameter set and to load it back; without them
        the panel writes nothing.
    sources : bool
        Ask the respondents instead, without disclosure control: for the researcher alone. The
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
    if sources:
        return _on_purpose(study, lambda: _of_people(people(study)))
    controls = make_controls(study, view.language)
    panel = explore_panel(study, controls, partial(released_code, study), {"study": study})
    if not keep:
        return panel
    keeping = keeping_panel(
        study, partial(read_controls, controls), partial(set_controls, controls)
    )
    return widgets.VBox([*panel.children, keeping])


def _of_people(asked: People) -> widgets.VBox:
    """Return the panel to ask people a question; its figures are of exact numbers."""
    controls = make_controls(asked.study, asked.study.language)
    return explore_panel(asked.study, controls, partial(people_code, asked), {"people": asked})


def released_code(study: Study, chosen: ParameterSet) -> str:
    """Return the code that answers what is chosen from the released tables of a study.

    >>> import wijkkit as wk
    >>> chosen = ParameterSet(question="change", indicator="sport", wave="2021")
    >>> print(released_code(wk.open_study("parameters"), chosen))
    view = wk.open_city(study)
    wk.show.intervals(view.places('sport', wave='2021', of='changes'))
    """
    numbers, others = (
        _numbers(study, chosen, key)
        for key in (chosen.indicator, chosen.second or chosen.indicator)
    )
    line = _OF_RELEASED[chosen.question].format(numbers=numbers, others=others)
    return f"view = wk.open_city(study)\n{line}"


def _numbers(study: Study, chosen: ParameterSet, indicator: str) -> str:
    """Return the call that gives the numbers of an indicator."""
    if chosen.question == "age":
        # The grouping by age, or else the first one.
        known = sorted(
            study.groupings, key=lambda one: not {"age", "leeftijd"} & {*one.column.split("_")}
        )
        grouping = chosen.group_by or "".join(one.id for one in known[:1])
        return f"view.groups({indicator!r}, {grouping!r}, wave={chosen.wave!r})"
    said: dict[str, Any] = {"wave": chosen.wave}
    if chosen.wijken:
        said["wijken"] = chosen.wijken
    if chosen.group_by:
        said["group_by"] = chosen.group_by
    if chosen.group != EVERYBODY and chosen.question != "gap":
        said["group"] = chosen.group
    if chosen.question in ("change", "gap"):
        said["of"] = f"{chosen.question}s"
    arguments = ", ".join(f"{name}={value!r}" for name, value in said.items())
    return f"view.places({indicator!r}, {arguments})"


def people_code(asked: People, chosen: ParameterSet) -> str:
    """Return the code that answers what is chosen; `people` is the name of the respondents in it.

    >>> import wijkkit as wk
    >>> chosen = ParameterSet(question="change", indicator="sport", wave="2021")
    >>> print(people_code(wk.people("parameters"), chosen))
    answer = people.change('sport', by='wijk')
    answer.plot()
    """
    study, second = asked.study, chosen.second or chosen.indicator
    column = {grouping.id: grouping.column for grouping in study.groupings}.get(chosen.group_by)
    conditions = []
    if chosen.question not in ("change", "gap"):
        conditions.append(f"people.wave == {chosen.wave!r}")
    if column and chosen.question != "gap":
        conditions.append(f"people.{column} == {chosen.group!r}")
    if chosen.wijken:
        conditions.append(f"people.wijk.isin({chosen.wijken!r})")
    by_age = "age" in asked.frame and asked.frame["age"].notna().any()
    question = "group" if chosen.question == "age" and not by_age else chosen.question
    several = f"({') & ('.join(conditions)})" if len(conditions) > 1 else "".join(conditions)
    return _OF_PEOPLE[question].format(
        whom=f"people[{several}]" if several else "people",
        first=chosen.indicator,
        second=second,
        method=_method(study, chosen.indicator),
        other=_method(study, second),
        between=f"between={chosen.group_by!r}, " if chosen.group_by else "",
        column=column or next((one.column for one in study.groupings), "arm"),
        level="wijk" if study.areas()["arm"].eq("none").all() else "arm",
    )


def _method(study: Study, indicator: str) -> str:
    return "proportion" if study.indicators[indicator].unit == "percent" else "mean"


def explore_panel(
    study: Study,
    controls: Controls,
    code_of: Callable[[ParameterSet], str],
    names: Mapping[str, Any],
) -> widgets.VBox:
    """Return the controls with the figure, the table and the code that follow them."""
    said, figure, table, code = (widgets.HTML() for _ in range(4))
    said.add_class(SAID)

    def show(_change: object = None) -> None:
        chosen = read_controls(controls)
        controls["second"].disabled = chosen.question != "scatter"
        lines = code_of(chosen)
        code.value = f"<pre><code>{html.escape(lines)}</code></pre>"
        said.value, figure.value, table.value = answered(lines, names)

    for control in controls.values():
        control.observe(show, names="value")
    show()
    hint, label = (
        widgets.HTML(f"<p>{html.escape(text(f'workbench.{key}', study.language))}</p>")
        for key in ("choose.hint", "code")
    )
    row = widgets.Layout(flex_flow="row wrap", width="100%")
    chosen_row = widgets.Box(list(controls.values()), layout=row)
    return widgets.VBox([chosen_row, hint, said, figure, table, label, code])


def answered(lines: str, names: Mapping[str, Any]) -> tuple[str, str, str]:
    """Run the code and return what is said of its figure, the figure and its table, as HTML."""
    import wijkkit as wk

    space: dict[str, Any] = {"wk": wk, **names}
    *before, last = lines.split("\n")
    try:
        exec("\n".join(before), space)  # lines of this module, with keys of the study
        shown = eval(last, space)
    except WijkkitError as error:
        return f'<p role="alert">{html.escape(str(error))}</p>', "", ""
    if isinstance(shown, Nothing):
        return f"<p>{html.escape(str(shown))}</p>", "", ""
    if isinstance(shown, ShownFigure):
        data = shown.data
        called = next(name for name in ("label", "name") if name in data)
        heads = {called: "", **({"value": ""} if "value" in data else data.attrs["heads"])}
        numbers = reader_table(data, heads).html()  # type: ignore[union-attr]
    else:
        result: Result = space["answer"]
        shown = ShownFigure(shown.figure, result.sentence(), result.title)
        numbers = result.shown.round(1).to_html(index=False, border=0)
    return f"<p>{html.escape(shown.caption)}</p>", _figure_html(shown), numbers


def _figure_html(shown: ShownFigure) -> str:
    """Return the figure, its letters as text: half the work of drawing them."""
    drawing = shown.svg(letters="text")
    drawing = drawing[drawing.index("<svg") :].replace(
        "<svg ", '<svg style="max-width: 100%; height: auto" ', 1
    )
    return f'<figure role="img" aria-label="{html.escape(shown.alt)}">{drawing}</figure>'


def _on_purpose(study: Study, make: Callable[[], widgets.Widget]) -> widgets.VBox:
    """Return a warning and a button; only when it is pressed, the panel that `make` gives.

    A notebook that is executed with nobody at the desk has nobody to press it, so that its
    outputs and its widget state hold no number of the sources.
    """
    require_desk("the explorer on the sources")
    warning = widgets.HTML(_warning(text("workbench.sources.warning", study.language)))
    button = widgets.Button(
        description=text("workbench.sources.open", study.language),
        layout=widgets.Layout(width="auto"),
    )
    panel = widgets.VBox([warning, button])

    def pressed(_button: widgets.Button) -> None:
        try:
            require_desk("the explorer on the sources")
            panel.children = [warning, make()]
        except WijkkitError as error:
            warning.value = _warning(str(error))

    button.on_click(pressed)
    return panel


def _warning(words: str) -> str:
    look = f"border: 3px solid {WORSE}; padding: 0.5em 1em; font-weight: bold"
    return f'<p role="alert" style="{look}">{html.escape(words)}</p>'
