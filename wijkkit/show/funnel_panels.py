"""Every wijk around all wijken together: a funnel per indicator, with the limits of chance."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wijkkit.estimates.funnel import funnel as funnel_limits
from wijkkit.language import listed, text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import (
    CITY,
    COMPARATOR,
    INK,
    OWN,
    PALE,
    SMALL,
    WIDTH,
    fitted,
    label_marks,
    style,
)
from wijkkit.show.values import caption_of, language_of

_INSIDE = {"marker": "o", "color": "white", "markeredgecolor": CITY, "markersize": 5.5}
_OUTSIDE = {"marker": "D", "color": COMPARATOR, "markersize": 5.5}
_OWN = {"marker": "o", "color": OWN, "markersize": 8}
#: A panel names the wijken outside the limits where there are no more; the table names all.
_NAMED = 3


def funnel(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw a funnel per indicator: wijken by effective number of children, limits around all.

    Parameters
    ----------
    frame : DataFrame
        ``label, name, own, value, city_value, effective_n, position``, as `CityView.wijken`
        gives them; rows without an effective number (scores, absent numbers) are left out.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> len(wk.show.funnel(view.wijken(["sport"])).axes)
    1
    """
    known = frame[frame["effective_n"].notna()]
    if known.empty:
        return nothing(frame, "show.goals.no_rows")
    language, labels = language_of(frame), list(known["label"].unique())
    columns = min(2, len(labels))
    lines = -(-len(labels) // columns)
    with style():
        figure = Figure(figsize=(WIDTH, 0.6 + 1.9 * lines), layout="constrained")
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes, label in zip(panels, labels, strict=False):
            _draw(axes, known[known["label"].eq(label)])
            axes.set_title(fitted(label, 28, 3), loc="left", fontsize=SMALL)
        for axes in panels[len(labels) :]:
            axes.set_visible(False)
        figure.supxlabel(text("show.funnel.x", language), fontsize=SMALL)
        own = known.loc[known["own"], "name"]
        marks = [(own.iloc[0], _OWN)] if len(own) else []
        marks += [(text(f"show.funnel.{key}", language), look)
                  for key, look in (("inside", _INSIDE), ("outside_mark", _OUTSIDE))]  # fmt: skip
        label_marks(figure, marks)
    said = [_said(known[known["label"].eq(label)], language) for label in labels]
    lead = text("show.alt.funnel", language)
    caption = caption or caption_of(frame, "funnel")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, known)


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    n = rows["effective_n"].to_numpy(dtype=float)
    found = funnel_limits(
        rows["value"] / 100 * n, n, target=rows["city_value"].iloc[0] / 100, multiplier=100
    )
    curve = found.curve
    for level, dashes in (("95", "-"), ("998", (0, (2, 1.4)))):
        for side in ("lower", "upper"):
            axes.plot(
                curve["n"], curve[f"{side}{level}"], color=CITY, linewidth=1, linestyle=dashes
            )
    axes.axhline(found.target, color=INK, linewidth=1)
    mine, outside = rows["own"].astype(bool), rows["position"].ne("inside")
    for these, look in (
        (rows[~mine & ~outside], _INSIDE),
        (rows[~mine & outside], _OUTSIDE),
        (rows[mine], _OWN),
    ):
        axes.plot(these["effective_n"], these["value"], linestyle="none", **look)
    named = rows[~mine & outside]
    for row in named.itertuples() if len(named) <= _NAMED else ():
        right = row.effective_n > curve["n"].mean()
        axes.annotate(
            row.name, (row.effective_n, row.value), xytext=(-6 if right else 6, 0),
            textcoords="offset points", ha="right" if right else "left", va="center", fontsize=8.5,
        )  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.grid(color=PALE, linewidth=0.6)


def _said(rows: pd.DataFrame, language: str) -> str:
    outside = list(rows.loc[rows["position"].ne("inside"), "name"])
    key = "none_outside" if not outside else "one_outside" if len(outside) == 1 else "outside"
    names = listed(outside, language)
    return text(f"show.funnel.{key}", language, indicator=rows["label"].iloc[0], names=names)
