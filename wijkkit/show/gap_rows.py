"""The gap between two groups: both ends of a row, joined by a line."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from wijkkit.language import text
from wijkkit.released.cells import is_shown, number_at
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import (
    COMPARATOR,
    INK,
    OWN,
    PALE,
    label_marks,
    new_figure,
    percent_axis,
    rows_axis,
    style,
)
from wijkkit.show.values import language_of, shown_value

_LOOKS = {
    "first": {"marker": "s", "color": COMPARATOR, "markersize": 7.5},
    "last": {"marker": "o", "color": OWN, "markersize": 7.5},
}


def dumbbells(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw the least and the most advantaged group of each row, joined by a line.

    Parameters
    ----------
    frame : DataFrame
        ``label, grouping, first_group, last_group`` and the numbers ``first`` and ``last``, as
        `CityView.gaps` gives them.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.dumbbells(wk.open_city("parameters").gaps()).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame, "show.gap.no_groups")
    language, names = language_of(frame), frame.iloc[0]
    rows = [{end: number_at(row, end) for end in _LOOKS} for _, row in frame.iterrows()]
    groups = {"first": names["first_group"], "last": names["last_group"]}
    values = [_both(row, groups, language) for row in rows]
    with style():
        figure, axes = new_figure(height=0.8 + 0.6 * len(frame))
        percent_axis(axes, lowest=-1, highest=101)
        axes.set_xticks(range(0, 101, 20))
        rows_axis(axes, list(frame["label"]), values)
        for position, row in enumerate(rows):
            _draw(axes, position, row)
        looks = [{**look, "linestyle": "-", "linewidth": 1.4} for look in _LOOKS.values()]
        words = [f"{names['grouping']}: {groups['first']}", groups["last"]]
        label_marks(axes, list(zip(words, looks, strict=True)))
    said = [f"{label}: {value}." for label, value in zip(frame["label"], values, strict=True)]
    lead = text("show.alt.dumbbells", language, **groups)
    caption = caption or frame.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _both(row: dict, groups: dict[str, str], language: str) -> str:
    """Return both values beside a row, or the reason once where it holds for both."""
    first, last = (shown_value(row[end], language) for end in _LOOKS)
    if first == last and not is_shown(row["first"]):
        return first
    return f"{groups['first']} {first}, {groups['last']} {last}"


def _draw(axes: Axes, position: int, row: dict) -> None:
    axes.plot([0, 100], [position] * 2, color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)
    places = {"first": position - 0.09, "last": position + 0.09}
    if all(is_shown(number) for number in row.values()):
        ends = [number["value"] for number in row.values()]
        axes.plot(ends, list(places.values()), color=INK, linewidth=1.6, zorder=1.5)
    for end, look in _LOOKS.items():
        number = row[end]
        if is_shown(number):
            limits = [number["lower"], number["upper"]]
            axes.plot(limits, [places[end]] * 2, color=look["color"], linewidth=1.4)
            axes.plot(number["value"], places[end], linestyle="none", **look)
