"""Every wijk around the city: a funnel per goal, with the limits of chance."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wijkkit.estimates.funnel import Funnel, funnel
from wijkkit.language import text
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import ShownFigure, empty_figure
from wijkkit.show.select import goals_with_indicator, last_wave, pick, wijk_rows
from wijkkit.show.theme import CITY, COMPARATOR, INK, OWN, PALE, SMALL, WIDTH, label_marks, style
from wijkkit.show.values import shown_interval, shown_value

_Z = 1.959964


@dataclass(frozen=True)
class _Panel:
    """One indicator: its wijken around the city, and where each stands."""

    label: str
    city: pd.Series
    wijken: pd.DataFrame
    names: list[str]
    found: Funnel


def funnel_figure(view: CityView) -> ShownFigure:
    """Draw a funnel per goal: wijken by effective number of children, limits around the city.

    A wijk's view marks that wijk.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.funnel_figure(view).caption)
    Alle wijken rond ...
    """
    language, panels = view.language, _panels(view)
    caption = text("show.funnel.caption", language)
    if not panels:
        key = "no_rows" if view.study.goals else "none"
        return empty_figure(text(f"show.goals.{key}", language), caption)
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    own = view.slug if isinstance(view, WijkView) else ""
    with style():
        figure = Figure(figsize=(WIDTH, 0.6 + 1.9 * lines), layout="constrained")
        axes = figure.subplots(lines, columns, squeeze=False).ravel()
        for at, panel in zip(axes, panels, strict=False):
            _draw(at, panel, own)
        for at in axes[len(panels) :]:
            at.set_visible(False)
        figure.supxlabel(text("show.funnel.x", language), fontsize=SMALL)
        label_marks(figure, _marks(view))
    return ShownFigure(figure, _alt(view, panels), caption, _data(view, panels))


def _panels(view: CityView) -> list[_Panel]:
    panels = []
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        city = pick(view, goal.indicator, "city", "city", wave.id)
        wijken = wijk_rows(view, goal.indicator, wave)
        if indicator.unit != "percent" or city is None or city["status"] != "ok" or wijken.empty:
            continue
        n = effective_n(wijken)
        found = funnel(wijken["value"] / 100 * n, n, target=city["value"] / 100, multiplier=100)
        names = [view.study.neighbourhood(slug).name for slug in wijken["area"]]
        panels.append(_Panel(view.study.text(indicator.label), city, wijken, names, found))
    return panels


def effective_n(rows: pd.DataFrame) -> np.ndarray:
    """Return the number of children a simple random sample would need for the same interval.

    From the released interval: :math:`p(1-p) (z / h)^2` with half width `h`, never more than n.
    """
    share = rows["value"].to_numpy() / 100
    half = (rows["upper"] - rows["lower"]).to_numpy() / 200
    with np.errstate(divide="ignore", invalid="ignore"):
        found = share * (1 - share) * (_Z / half) ** 2
    n = rows["n"].to_numpy(dtype=float)
    return np.maximum(1.0, np.where(np.isfinite(found) & (found > 0), np.minimum(found, n), n))


_INSIDE = {"marker": "o", "color": "white", "markeredgecolor": CITY, "markersize": 5.5}
_OUTSIDE = {"marker": "D", "color": COMPARATOR, "markersize": 5.5}
_OWN = {"marker": "o", "color": OWN, "markersize": 8}
#: A panel names the wijken outside the limits where there are no more; the table names all.
_NAMED = 3


def _marks(view: CityView) -> list[tuple[str, dict]]:
    marks = [("inside", _INSIDE), ("outside_mark", _OUTSIDE)]
    said = [(text(f"show.funnel.{key}", view.language), look) for key, look in marks]
    return [(view.name, _OWN), *said] if isinstance(view, WijkView) else said


def _draw(axes, panel: _Panel, own: str) -> None:
    curve = panel.found.curve
    for level, dashes in (("95", "-"), ("998", (0, (2, 1.4)))):
        for side in ("lower", "upper"):
            axes.plot(
                curve["n"], curve[f"{side}{level}"], color=CITY, linewidth=1, linestyle=dashes
            )
    axes.axhline(panel.found.target, color=INK, linewidth=1)
    areas = panel.found.areas.assign(wijk=panel.wijken["area"].to_numpy(), name=panel.names)
    mine, outside = areas["wijk"].eq(own), areas["position"].ne("inside")
    for these, look in (
        (areas[~mine & ~outside], _INSIDE),
        (areas[~mine & outside], _OUTSIDE),
        (areas[mine], _OWN),
    ):
        axes.plot(these["n"], these["value"], linestyle="none", **look)
    named = areas[~mine & outside]
    for row in named.itertuples() if len(named) <= _NAMED else ():
        right = row.n > curve["n"].mean()
        axes.annotate(
            row.name, (row.n, row.value), xytext=(-6 if right else 6, 0),
            textcoords="offset points", ha="right" if right else "left", va="center", fontsize=8.5,
        )  # fmt: skip
    axes.set_title(textwrap.fill(panel.label, 28), loc="left", fontsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.grid(color=PALE, linewidth=0.6)


def _alt(view: CityView, panels: list[_Panel]) -> str:
    language = view.language
    said = []
    for panel in panels:
        outside = [
            name
            for name, position in zip(panel.names, panel.found.areas["position"], strict=True)
            if position != "inside"
        ]
        key = "outside" if outside else "none_outside"
        said.append(
            text(
                f"show.funnel.{key}",
                language,
                indicator=panel.label,
                city=shown_value(panel.city, language),
                names=", ".join(outside),
            )
        )
    return text("show.funnel.alt", language, rows=" ".join(said))


def _data(view: CityView, panels: list[_Panel]) -> pd.DataFrame:
    """Return the numbers: of all wijken, or of this one and of those outside the limits."""
    language = view.language
    heads = [
        text(f"show.head.{key}", language) for key in ("indicator", "wijk", "value", "verdict")
    ]
    cells = []
    for panel in panels:
        wijken = zip(
            panel.names, panel.wijken.iterrows(), panel.found.areas["position"], strict=True
        )
        cells += [
            [
                panel.label,
                name,
                shown_interval(row, language),
                text(f"show.funnel.position.{position}", language),
            ]
            for name, (_, row), position in wijken
            if not isinstance(view, WijkView) or position != "inside" or row["area"] == view.slug
        ]
    return pd.DataFrame(cells, columns=heads)
