"""Rows with a number each: one or more marks per row, with their intervals and a target."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from wijkkit.language import signed, text
from wijkkit.released.cells import is_shown, number_at
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import (
    CITY,
    INK,
    OWN,
    PALE,
    SMALL,
    label_marks,
    new_figure,
    percent_axis,
    rows_axis,
    style,
)
from wijkkit.show.values import language_of, shown_interval, shown_value

#: The look of the first mark of a row, which has an interval, and of the ones after it.
_FIRST = {"marker": "o", "color": OWN, "markersize": 8}
_UNCLEAR = {"marker": "D", "color": CITY, "markersize": 6.5}
_NEXT = (
    {"marker": "D", "color": "white", "markeredgecolor": CITY, "markersize": 8.5, "markeredgewidth": 1.6},
    {"marker": "s", "color": "white", "markeredgecolor": OWN, "markersize": 6.5, "markeredgewidth": 1.6},
)  # fmt: skip
_TARGET = {"marker": "|", "color": INK, "markersize": 15, "markeredgewidth": 2.2}


def intervals(
    frame: pd.DataFrame,
    marks: Mapping[str, str] | None = None,
    *,
    target: str = "",
    label: str = "label",
    caption: str = "",
    alt: str = "",
) -> ShownFigure | Nothing:
    """Draw a row per label with the number of each mark; the first one with its interval.

    Parameters
    ----------
    frame : DataFrame
        Columns `label`, and per mark ``<mark>_value``, ``_lower``, ``_upper``, ``_status``;
        without `marks` the number without a prefix.
    marks : mapping of str to str, optional
        Prefix -> what the legend calls it, at most three.
    target : str, optional
        Column with the target of a row.
    label, caption, alt : str

    Returns
    -------
    ShownFigure
        What has no number has a word in its place, never a mark. Differences (unit ``points``)
        are drawn around zero.

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.intervals(view.goals(), {"own": view.name, "city": view.everywhere}).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame)
    language = language_of(frame)
    names = dict(marks or {"": ""})
    if "city" in names and len(names) <= len(_NEXT):
        # Of the populations above the study the figure has room for the first.
        names |= dict([*frame.attrs.get("references", {}).items()][: 1 + len(_NEXT) - len(names)])
    rows = [_numbers(row, names) for _, row in frame.iterrows()]
    labels = list(frame[label])
    around_zero = any(row[0].get("unit") == "points" for row in rows)
    shown = [_beside(row[0], language) for row in rows]
    with style():
        figure, axes = new_figure(height=0.8 + 0.6 * len(frame))
        edge = _scale(axes, rows, around_zero, language)
        if around_zero:
            axes.set_xlabel(text("show.difference_axis", language), fontsize=SMALL)
        rows_axis(axes, labels, shown)
        for position, row in enumerate(rows):
            axes.plot([-edge if around_zero else 0, edge], [position] * 2, color=PALE, linewidth=5,
                      solid_capstyle="butt", zorder=1)  # fmt: skip
            if target and not pd.isna(frame[target].iloc[position]):
                axes.plot(frame[target].iloc[position], position, linestyle="none", **_TARGET)
            _draw_row(axes, position, row, edge, _own_look(frame, position))
        legend = [
            (words, look) for words, look in zip(names.values(), _looks(), strict=False) if words
        ] or _certainty(frame, language)
        if target:
            legend.append((text("show.legend.target", language), {**_TARGET, "markersize": 11}))
        if legend:
            label_marks(axes, legend)
    said = [_said(words, value, row, names, language)
            for words, value, row in zip(labels, shown, rows, strict=True)]  # fmt: skip
    marked = " / ".join(filter(None, names.values()))
    lead = text(f"show.alt.intervals{'_of' if marked else ''}", language, names=marked)
    caption = caption or frame.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _beside(number: dict, language: str) -> str:
    """Return a number as it stands at its row; the axis has the unit of a difference."""
    if number.get("unit") != "points" or not is_shown(number):
        return shown_interval(number, language)
    ends = {key: signed(number[key], language) for key in ("value", "lower", "upper")}
    return text("show.difference_with_interval", language, **ends)


def _numbers(row: pd.Series, names: Mapping[str, str]) -> list[dict]:
    return [number_at(row, prefix) if prefix else row.to_dict() for prefix in names]


def _looks() -> list[dict]:
    return [{**_FIRST, "linestyle": "-", "linewidth": 2.6}, *_NEXT]


def _scale(axes: Axes, rows: list[list[dict]], around_zero: bool, language: str) -> float:
    """Give the axis the scale of the numbers, and return where it ends."""
    known = [row[0] for row in rows if is_shown(row[0])]
    if around_zero:
        ends = [
            abs(row[key])
            for row in known
            for key in ("value", "lower", "upper")
            if abs(row[key]) < 1e6
        ]
        edge = 5.0 * (1 + max([5.0, *ends]) // 5)
        axes.set_xlim(-edge, edge)
        axes.xaxis.set_major_formatter(lambda x, _: signed(x, language))
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1.5)
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.spines["left"].set_visible(False)
        return edge
    if all(row.get("unit", "percent") in ("percent", "") for row in known):
        percent_axis(axes, lowest=-1, highest=101)
        axes.set_xticks(range(0, 101, 20))
        return 100
    edge = 1.1 * max([1.0, *(row["upper"] for row in known if not pd.isna(row["upper"]))])
    axes.set_xlim(0, edge)
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    return edge


def _own_look(frame: pd.DataFrame, position: int) -> dict:
    """Return the look of a row's first mark: grey where the frame says that it is not clear."""
    return _FIRST if "clear" not in frame or frame["clear"].iloc[position] else _UNCLEAR


def _certainty(frame: pd.DataFrame, language: str) -> list[tuple[str, dict]]:
    """Return the legend of what is clear and what is not, where the frame says so."""
    if "clear" not in frame:
        return []
    looks = {"clear": (True, _FIRST), "unclear": (False, _UNCLEAR)}
    return [
        (text(f"show.legend.{key}", language), {**look, "linestyle": "-", "linewidth": 2.6})
        for key, (clear, look) in looks.items()
        if frame["clear"].eq(clear).any()
    ]


def _draw_row(axes: Axes, position: int, row: list[dict], edge: float, look: dict) -> None:
    for number, other in zip(row[1:], _NEXT, strict=False):
        if is_shown(number):
            axes.plot(number["value"], position, linestyle="none", **other)
    own = row[0]
    if is_shown(own):
        if not pd.isna(own["lower"]) and not pd.isna(own["upper"]):
            ends = [max(own["lower"], -edge), min(own["upper"], edge)]
            axes.plot(
                ends, [position] * 2, color=look["color"], linewidth=2.6, solid_capstyle="butt"
            )
        axes.plot(own["value"], position, linestyle="none", **look)
    elif own["status"] == "above":
        axes.plot(
            [own["lower"], 100], [position] * 2, color=OWN, linewidth=2.6, linestyle=(0, (1.5, 0.8))
        )


def _said(label: str, value: str, row: list[dict], names: Mapping[str, str], language: str) -> str:
    others = [
        f"{name} {shown_value(number, language)}"
        for name, number in zip(list(names.values())[1:], row[1:], strict=True)
    ]
    return f"{label}: {', '.join([value, *others])}."
