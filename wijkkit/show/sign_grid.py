"""A grid of marks: wijken by indicators (the tartan rug), or wijken by steps."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from wijkkit.language import text
from wijkkit.language.messages import catalogue
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import (
    BETTER,
    CITY,
    COMPARATOR,
    INK,
    OWN,
    SMALL,
    WORSE,
    fitted,
    new_figure,
    style,
)
from wijkkit.show.values import caption_of, language_of

#: A sign and a colour per state, so that the grid reads without colour.
SIGNS: Mapping[str, tuple[str, str]] = {
    "better": ("▲", BETTER),
    "worse": ("▼", WORSE),
    "not_distinguishable": ("■", CITY),
    "unknown": ("○", CITY),
    "done": ("●", OWN),
    "done_late": ("●!", COMPARATOR),
    "running": ("◐", OWN),
    "running_late": ("◐!", COMPARATOR),
    "not_started": ("○", OWN),
    "not_started_late": ("○!", COMPARATOR),
    "skipped": ("–", CITY),
    "not_registered": ("?", CITY),
}


def matrix(
    frame: pd.DataFrame,
    rows: str = "name",
    columns: str = "label",
    state: str = "state",
    caption: str = "",
    alt: str = "",
) -> ShownFigure | Nothing:
    """Draw a sign per row and column for the state of each.

    Parameters
    ----------
    frame : DataFrame
        A row per cell of the grid.
    rows, columns, state : str
        Columns of `frame`; the state is one of `SIGNS`.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> wijken = wk.open_city("parameters").wijken()
    >>> wk.show.matrix(wijken, state="verdict").axes
    [<Axes: xlabel='▲ gunstiger    ■ niet duidelijk anders    ○ niet te vergelijken'>]
    """
    if frame.empty:
        return nothing(frame)
    language = language_of(frame)
    names, heads = (list(dict.fromkeys(frame[column])) for column in (rows, columns))
    states = list(dict.fromkeys(frame[state]))
    with style():
        figure, axes = new_figure(height=1.5 + 0.3 * len(names))
        for row in frame[[rows, columns, state]].itertuples(index=False):
            sign, colour = SIGNS[row[2]]
            axes.text(heads.index(row[1]), names.index(row[0]), sign, ha="center", va="center",
                      fontsize=12, color=colour)  # fmt: skip
        width = max(8, 60 // max(1, len(heads)))
        axes.set_xticks(
            range(len(heads)), [fitted(str(head), width, 5) for head in heads], fontsize=SMALL
        )
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(names)), [fitted(str(name), 34, 2) for name in names])
        axes.set_xlim(-0.5, len(heads) - 0.5)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.spines[["left", "bottom"]].set_visible(False)
        legend = [f"{SIGNS[key][0]} {_word(key, language)}" for key in SIGNS if key in states]
        lines = ["    ".join(legend[at : at + 3]) for at in range(0, len(legend), 3)]
        axes.set_xlabel("\n".join(lines), fontsize=SMALL, loc="left", color=INK)
    said = [_said(name, frame[frame[rows].eq(name)], columns, state, language) for name in names]
    caption = caption or caption_of(frame, "rug" if state == "verdict" else "")
    lead = text("show.alt.matrix", language)
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _word(state: str, language: str) -> str:
    return str(catalogue("show", language)["sign"][state])  # type: ignore[index]


def _said(name: str, mine: pd.DataFrame, columns: str, state: str, language: str) -> str:
    cells = mine.groupby(state, sort=False)[columns].agg(list)
    parts = [
        f"{_word(key, language)}: {', '.join(map(str, heads))}" for key, heads in cells.items()
    ]
    return f"{name}: {'; '.join(parts)}."
