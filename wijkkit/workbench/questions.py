"""Ask people a question by choosing, and see the code that answers it."""

from __future__ import annotations

import html

import ipywidgets as widgets
import pandas as pd

from wijkkit.analysis import People
from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.show.output import ShownFigure

#: What can be asked, and the code that answers it: of an indicator, and of a second one.
QUESTIONS = {
    "wijk": "people.{method}({first!r}, by='wijk').plot()",
    "change": "people.change({first!r}, by='wijk').plot()",
    "gap": "people.gap({first!r}, by='arm').plot()",
    "age": "people.assign(from_age=lambda p: p.age // 3 * 3).{method}({first!r}, by='from_age').plot()",
    "scatter": "people.{method}({first!r}, by='wijk').scatter(people.{other}({second!r}, by='wijk'))",
    "map": "people.{method}({first!r}, by='wijk').map()",
}


def answering_code(people: People, question: str, first: str, second: str) -> str:
    """Return the code that answers a question; `people` is the name of the respondents in it.

    Examples
    --------
    >>> import wijkkit as wk
    >>> print(answering_code(wk.people("parameters"), "change", "sport", "sport"))
    people.change('sport', by='wijk').plot()
    """
    return QUESTIONS[question].format(
        first=first, second=second, method=_method(people, first), other=_method(people, second)
    )


def _method(people: People, indicator: str) -> str:
    return "proportion" if people.study.indicators[indicator].unit == "percent" else "mean"


def question_panel(people: People) -> widgets.VBox:
    """Return a panel to ask people a question: what, of which indicator; figure and code follow.

    The code beneath the figure is what was run. The figure is of exact numbers, for the
    researcher alone.
    """
    study, language = people.study, people.study.language
    indicators = [(study.text(one.label), key) for key, one in study.indicators.items()]
    asked = [(text(f"people.question.{key}", language), key) for key in QUESTIONS]
    layout = widgets.Layout(width="auto", min_width="16em", max_width="100%")
    controls = {
        key: widgets.Dropdown(
            options=options, description=text(f"people.question.{key}", language), layout=layout
        )
        for key, options in (("what", asked), ("first", indicators), ("second", indicators))
    }
    code, figure = widgets.HTML(), widgets.HTML()

    def show(_change: object = None) -> None:
        what, first, second = (control.value for control in controls.values())
        controls["second"].disabled = what != "scatter"
        line = answering_code(people, what, first, second)
        code.value = f"<pre><code>{html.escape(line)}</code></pre>"
        figure.value = _answered(people, line)

    for control in controls.values():
        control.observe(show, names="value")
    show()
    return widgets.VBox([*controls.values(), figure, code])


def _answered(people: People, line: str) -> str:
    """Return the figure that a line of code draws, or why there is none."""
    try:
        axes = eval(line, {"people": people})  # one of QUESTIONS, with keys of the study
    except WijkkitError as error:
        return f'<p role="alert">{html.escape(str(error))}</p>'
    drawing = ShownFigure(axes.figure, alt="", caption="", data=pd.DataFrame()).svg(letters="text")
    return f'<figure role="img" aria-label="{html.escape(line)}">{drawing[drawing.index("<svg") :]}</figure>'
