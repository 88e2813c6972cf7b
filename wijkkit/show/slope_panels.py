"""Change over the waves: a small panel per indicator, a line per area."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wijkkit.language import percentage, text
from wijkkit.released.cells import is_shown
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import CITY, OWN, PALE, SMALL, WIDTH, fitted, label_marks, style
from wijkkit.show.values import language_of, shown_value


def slopes(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw a panel per label with every wave: the own area bold, the others as a thin line.

    Parameters
    ----------
    frame : DataFrame
        ``label, wave, name, own`` and the number, as `CityView.waves` gives them.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> len(wk.show.slopes(view.waves(["sport", "outdoor_play"])).axes)
    2
    """
    if frame.empty or frame["wave"].nunique() < 2:
        return nothing(frame, "show.change.one_wave")
    language, labels = language_of(frame), list(frame["label"].unique())
    lines = -(-len(labels) // 2)
    with style():
        figure = Figure(figsize=(WIDTH, 0.4 + 1.75 * lines), layout="constrained")
        panels = figure.subplots(lines, 2, squeeze=False, sharey=True).ravel()
        for axes, label in zip(panels, labels, strict=False):
            _draw_panel(axes, frame[frame["label"].eq(label)], language)
            axes.set_title(fitted(label, 28, 3), loc="left", fontsize=SMALL)
        for axes in panels[len(labels) :]:
            axes.set_visible(False)
        names = dict(zip(frame["own"], frame["name"], strict=True))
        label_marks(figure, [(names[own], _look(own)) for own in (True, False) if own in names])
    said = [_said(label, frame[frame["label"].eq(label)], language) for label in labels]
    lead = text("show.alt.slopes", language, names=" / ".join(dict.fromkeys(frame["name"])))
    caption = caption or frame.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _look(own: bool) -> dict:
    return {
        "marker": "o" if own else "D", "markersize": 6.5 if own else 5,
        "color": OWN if own else CITY, "linestyle": "-", "linewidth": 2.2 if own else 1.2,
    }  # fmt: skip


def _draw_panel(axes: Axes, rows: pd.DataFrame, language: str) -> None:
    waves = list(dict.fromkeys(rows["wave"]))
    series: dict[bool, list[tuple[float, pd.Series]]] = {}
    for own, shift in ((False, 0.06), (True, -0.06)):
        mine = rows[rows["own"].eq(own)]
        found = [
            (waves.index(row["wave"]) + shift, row) for _, row in mine.iterrows() if is_shown(row)
        ]
        look = _look(own)
        axes.plot([x for x, _ in found], [row["value"] for _, row in found], **look)
        for x, row in found:
            axes.plot([x, x], [row["lower"], row["upper"]], color=look["color"], linewidth=1.2)
        series[own] = found
    _say_absent(axes, rows[rows["own"]], language)
    last = len(waves) - 1
    for at, side in ((0, "right"), (last, "left")):
        _label_values(axes, series, at, side, language)
    axes.set_xticks(range(len(waves)), waves)
    axes.set_xlim(-0.5, last + 0.5)
    if rows["unit"].isin(["percent", ""]).all():
        axes.set_ylim(0, 100)
        axes.set_yticks(range(0, 101, 25))
        axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.grid(axis="y", color=PALE, linewidth=0.8)


def _say_absent(axes: Axes, own: pd.DataFrame, language: str) -> None:
    """Say in the panel why the own area has no mark at a wave."""
    said = [
        f"{row['wave']}: {shown_value(row, language)}"
        for _, row in own.iterrows()
        if not is_shown(row)
    ]
    low = any(is_shown(row) and row["value"] < 50 for _, row in own.iterrows())
    axes.text(
        0.03, 0.97 if low else 0.04, "\n".join(said), va="top" if low else "bottom",
        fontsize=8.5, style="italic", color=OWN, transform=axes.transAxes,
    )  # fmt: skip


def _label_values(axes: Axes, series: dict, at: int, side: str, language: str) -> None:
    """Write the values of a wave beside their marks, so far apart that both can be read."""
    here = {own: row["value"] for own, rows in series.items() for x, row in rows if round(x) == at}
    places = list(here.values())
    if len(places) == 2 and (least := 13 - abs(places[0] - places[1])) > 0:
        push = least / 2 if places[0] >= places[1] else -least / 2
        places = [places[0] + push, places[1] - push]
    for (own, value), place in zip(here.items(), places, strict=True):
        axes.text(
            at + (0.14 if side == "left" else -0.14), min(max(place, 4), 96),
            percentage(value, language), ha=side, va="center", fontsize=SMALL,
            color=_look(own)["color"], fontweight="bold" if own else "normal",
        )  # fmt: skip


def _said(label: str, rows: pd.DataFrame, language: str) -> str:
    own = rows[rows["own"]]
    waves = ", ".join(f"{row['wave']} {shown_value(row, language)}" for _, row in own.iterrows())
    return f"{label}: {waves}."
