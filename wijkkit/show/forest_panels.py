"""The effect by every method: a panel per outcome, in percentage points."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wijkkit.language import signed, text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import INK, OWN, PALE, SMALL, WIDTH, fitted, style
from wijkkit.show.values import language_of

#: The axis reaches no further, in percentage points; what lies outside is drawn up to the edge.
_FURTHEST = 60.0


def forest(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw a panel per outcome and a row per method around no difference; right is favourable.

    Parameters
    ----------
    frame : DataFrame
        ``label, method, scale, value, lower, upper, status``, as `CityView.methods` gives them;
        outcomes on another scale than percentage points are left to the table.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> methods = wk.open_city("parameters").methods()
    >>> len(wk.show.forest(methods[methods.outcome == "sport"]).axes)
    1
    """
    rows = frame[frame["scale"].eq("points")]
    if rows.empty:
        return nothing(frame, "effect_show.only_scores" if len(frame) else "effect_show.no_outcome")
    language = language_of(frame)
    outcomes, methods = list(rows["label"].unique()), list(rows["method"].unique())
    ends = rows[["lower", "upper"]].to_numpy(dtype=float)
    known = np.abs(ends[np.isfinite(ends)])
    edge = min(_FURTHEST, 10.0 * (1 + max([10.0, *known]) // 10))
    columns = min(2, len(outcomes))
    lines = -(-len(outcomes) // columns)
    with style():
        figure = Figure(figsize=(WIDTH, lines * (0.8 + 0.26 * len(methods))), layout="constrained")
        panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, outcome in zip(panels, outcomes, strict=False):
            _draw(axes, rows[rows["label"].eq(outcome)], methods, edge)
            axes.set_title(fitted(outcome, 20, 4), loc="left", fontsize=SMALL)
        for axes in panels[len(outcomes) :]:
            axes.set_visible(False)
        for axes in panels[max(0, len(outcomes) - columns) : len(outcomes)]:
            axes.tick_params(axis="x", labelbottom=True)
        for axes in panels[::columns]:
            names = [
                textwrap.fill(text(f"effect_show.short.{method}", language), 20)
                for method in methods
            ]
            axes.set_yticks(range(len(methods)), names)
            axes.tick_params(axis="y", labelsize=8.5)
            axes.set_ylim(len(methods) - 0.4, -0.6)
            axes.xaxis.set_major_formatter(lambda x, _: signed(x, language))
        figure.supxlabel(text("effect_show.axis", language), fontsize=SMALL)
    lead = text("effect_show.alt", language, outcomes=len(outcomes), methods=len(methods))
    said = [_said(rows[rows["label"].eq(outcome)], language) for outcome in outcomes]
    caption = caption or frame.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, rows)


def _draw(axes: Axes, rows: pd.DataFrame, methods: list[str], edge: float) -> None:
    axes.axvline(0, color=INK, linewidth=1)
    for row in rows[rows["status"].eq("ok")].itertuples():
        position = methods.index(row.method)
        if np.isfinite([row.lower, row.upper]).all():
            limits = np.clip([row.lower, row.upper], -edge, edge)
            axes.plot(limits, [position] * 2, color=OWN, linewidth=2)
        if -edge <= row.value <= edge:
            axes.plot(row.value, position, "o", color=OWN, markersize=5)
    axes.set_xlim(-edge, edge)
    axes.grid(axis="x", color=PALE, linewidth=0.8)


def _said(rows: pd.DataFrame, language: str) -> str:
    """Say between which values the methods lie."""
    known = rows[rows["status"].eq("ok")]
    label = rows["label"].iloc[0]
    if known.empty:
        return text("effect_show.alt_none", language, outcome=label)
    least, most = (signed(end, language) for end in known["value"].agg(["min", "max"]))
    return text("effect_show.alt_row", language, outcome=label, least=least, most=most)
