"""Bars: a score or a share per row, the longest first if the frame has it so."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import number, text
from wijkkit.language.messages import catalogue
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import CITY, INK, OWN, PALE, label_marks, new_figure, style
from wijkkit.show.values import language_of

#: Rows that a figure has room for; the table has all.
_ROOM = 10


def bars(
    frame: pd.DataFrame,
    label: str = "name",
    value: str = "value",
    marked: str = "",
    caption: str = "",
    alt: str = "",
) -> ShownFigure | Nothing:
    """Draw a bar per row; rows where the column `marked` is true are hatched and named so.

    Parameters
    ----------
    frame : DataFrame
    label, value : str
        Its columns.
    marked : str, optional
        A boolean column; the legend calls it by its head in the catalogue.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import pandas as pd
    >>> bars(pd.DataFrame({"name": ["Sport"], "value": [40.0]})).axes
    [<Axes: xlabel='Waarde'>]
    """
    if frame.empty:
        return nothing(frame, "show.choice.none")
    language, rows = language_of(frame), frame.head(_ROOM)
    with style():
        figure, axes = new_figure(height=0.7 + 0.32 * len(rows))
        for position, row in enumerate(rows.to_dict("records")):
            special = bool(marked and row[marked])
            axes.barh(position, row[value], color="white" if special else OWN, height=0.62,
                      edgecolor=OWN, hatch="///" if special else None)  # fmt: skip
            axes.text(
                row[value] + 1, position, number(row[value], language), va="center", color=INK
            )
        axes.set_yticks(range(len(rows)), list(rows[label]))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.08 * max(1.0, rows[value].max()))
        axes.set_xlabel(_axis(value, language))
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        if marked and rows[marked].any():
            look = {"marker": "s", "markersize": 8, "color": "white", "markeredgecolor": CITY}
            label_marks(axes, [(text(f"show.legend.{marked}", language), look)])
    said = [f"{row[label]}: {number(row[value], language)}." for row in rows.to_dict("records")]
    caption = caption or frame.attrs.get("caption", "")
    lead = text("show.alt.bars", language)
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _axis(value: str, language: str) -> str:
    return str(catalogue("show", language)["head"].get(value, ""))  # type: ignore[attr-defined]
