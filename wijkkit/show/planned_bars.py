"""Done of planned: an open bar for the plan, a full one for what was done."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import number, text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import CITY, OWN, PALE, label_marks, new_figure, rows_axis, style
from wijkkit.show.values import language_of

_PLANNED = {"facecolor": "white", "edgecolor": CITY, "linewidth": 1.2}


def done_of_planned(
    frame: pd.DataFrame, label: str = "name", caption: str = "", alt: str = ""
) -> ShownFigure | Nothing:
    """Draw a row per label with what was planned and what was done.

    Parameters
    ----------
    frame : DataFrame
        ``planned, done`` and `label`; a row without numbers says that nothing was registered.
    label, caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.done_of_planned(view.interventions()).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame, "show.delivery.none")
    language = language_of(frame)
    values = [_shown(row, language) for row in frame.itertuples()]
    with style():
        figure, axes = new_figure(height=0.8 + 0.52 * len(frame))
        for position, row in enumerate(frame[["planned", "done"]].fillna(0).itertuples()):
            axes.barh(position, row.planned, height=0.3, **_PLANNED)
            axes.barh(position, row.done, height=0.16, color=OWN)
        most = frame[["planned", "done"]].max().max()
        axes.set_xlim(0, 1.02 * max(1.0, 0 if pd.isna(most) else most))
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        rows_axis(axes, list(frame[label]), values)
        square = {"marker": "s", "markersize": 8}
        planned = {**square, "color": "white", "markeredgecolor": CITY}
        words = [text(f"show.delivery.{key}", language) for key in ("planned", "held")]
        label_marks(axes, list(zip(words, (planned, {**square, "color": OWN}), strict=True)))
    said = [f"{name}: {value}." for name, value in zip(frame[label], values, strict=True)]
    caption = caption or frame.attrs.get("caption", "")
    lead = text("show.alt.delivery", language)
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _shown(row, language: str) -> str:
    if pd.isna(row.planned) or pd.isna(row.done):
        status = getattr(row, "sessions_status", "not_registered")
        known = isinstance(status, str) and status != "ok"
        return text(f"process.{status if known else 'not_registered'}", language)
    words = {"delivered": number(row.done, language), "planned": number(row.planned, language)}
    return text("show.delivery.of", language, **words)
