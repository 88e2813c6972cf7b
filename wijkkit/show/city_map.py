"""The map of the city: the own wijk, or the arms of the study, among all."""

from __future__ import annotations

import numpy as np
from geopandas import GeoDataFrame
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from wijkkit.language import listed, text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import COMPARATOR, INK, OWN, PALE, SMALL, label_marks, new_figure, style
from wijkkit.show.values import language_of

_LOOKS = {
    "other": {"facecolor": PALE},
    "comparator": {"facecolor": COMPARATOR, "hatch": "///"},
    "programme": {"facecolor": OWN},
    "own": {"facecolor": OWN},
}
#: A wijk with a smaller share of the city's surface is too small to hold its name.
_SMALL_SHARE = 0.04
_NAMED = 12


def map(borders: GeoDataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw the wijken in the colour of their role, with the names of those that have one.

    Parameters
    ----------
    borders : GeoDataFrame
        ``name, role, geometry``, as `CityView.borders` gives them; where it has a ``page``, the
        wijk leads there on a page of the site.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.map(wk.open_city("parameters").borders()).axes
    [<Axes: >]
    """
    if borders.empty:
        return nothing(borders, "show.map.no_borders")
    language = language_of(borders)
    with style():
        figure, axes = new_figure(width=4.4, height=3.6)
        for role, look in _LOOKS.items():
            shapes = borders[borders["role"].eq(role)]
            patches = PatchCollection(
                [PathPatch(_path(geometry)) for geometry in shapes.geometry],
                edgecolor="white", linewidth=0.8, **look,
            )  # fmt: skip
            patches.set_urls([page or None for page in _pages(shapes)])
            axes.add_collection(patches)
        _name(axes, borders[borders["role"].ne("other")], borders.geometry.area.sum())
        marks = [
            (text(f"show.role.{role}", language), {"marker": "s", "markersize": 8, "color": color})
            for role, color in (("programme", OWN), ("comparator", COMPARATOR))
            if borders["role"].eq(role).any()
        ]
        if marks:
            label_marks(axes, marks)
        axes.set_aspect("equal")
        axes.autoscale_view()
        axes.set_axis_off()
    said = [
        text(f"show.alt.map_{role}", language, names=listed(borders.loc[mine, "name"], language))
        for role in ("own", "programme", "comparator")
        if (mine := borders["role"].eq(role)).any()
    ]
    lead = text("show.alt.map", language, count=len(borders))
    caption = caption or borders.attrs.get("caption", "")
    pages = {page: name for page, name in zip(_pages(borders), borders["name"], strict=True) if page}
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, borders, pages)


def _pages(borders: GeoDataFrame) -> list[str]:
    return list(borders["page"]) if "page" in borders else [""] * len(borders)


def _path(geometry) -> Path:
    """Return all rings of a border as one path."""
    polygons = getattr(geometry, "geoms", [geometry])
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    points = [np.asarray(ring.coords)[:, :2] for ring in rings]
    return Path.make_compound_path(*(Path(corners, closed=True) for corners in points))


def _name(axes: Axes, marked: GeoDataFrame, whole: float) -> None:
    if len(marked) > _NAMED:
        return
    for name, geometry in zip(marked["name"], marked.geometry, strict=True):
        point = geometry.representative_point()
        # The name of a small wijk stands beneath it, so that the wijk can be seen.
        shift = -16 if geometry.area < _SMALL_SHARE * whole else 0
        axes.annotate(
            name, (point.x, point.y), xytext=(0, shift), textcoords="offset points", ha="center",
            va="center", fontsize=SMALL, color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
