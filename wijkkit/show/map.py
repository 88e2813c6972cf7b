"""The map of the city: this wijk, or the programme's wijken, among all."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from wijkkit.language import text
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import ShownFigure, empty_figure
from wijkkit.show.theme import COMPARATOR, INK, OWN, PALE, SMALL, label_marks, new_figure, style

_HATCHES = {"comparator": "///"}


def city_map(view: CityView) -> ShownFigure:
    """Draw the city's wijken; a wijk view marks its own, a city view the arms of the study.

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
    >>> print(wk.show.city_map(view).caption)
    Programmawijken en vergelijkingswijken ...
    """
    language = view.language
    borders = view.table("borders")
    borders = borders[borders["area_level"] == "wijk"]
    if borders.empty:
        return empty_figure(text("show.map.no_borders", language), _caption(view))
    roles = _roles(view, borders)
    with style():
        figure, axes = new_figure(width=4.4, height=3.6)
        for role, color in (
            ("other", PALE),
            ("comparator", COMPARATOR),
            ("programme", OWN),
            ("own", OWN),
        ):
            shapes = borders[roles == role]
            patches = [PathPatch(path) for geometry in shapes.geometry for path in _paths(geometry)]
            axes.add_collection(
                PatchCollection(
                    patches,
                    facecolor=color,
                    edgecolor="white",
                    linewidth=0.8,
                    hatch=_HATCHES.get(role),
                )
            )
        _name_marked(axes, view, borders, roles)
        if not isinstance(view, WijkView):
            label_marks(axes, _marks(view, roles))
        axes.set_aspect("equal")
        axes.autoscale_view()
        axes.set_axis_off()
    return ShownFigure(
        figure,
        alt=_alt(view, borders, roles),
        caption=_caption(view),
        data=_names(view, borders, roles),
    )


def _roles(view: CityView, borders: gpd.GeoDataFrame) -> pd.Series:
    if isinstance(view, WijkView):
        return (borders["area"] == view.slug).map({True: "own", False: "other"})
    arms = {slug: hood.arm for slug, hood in view.study.neighbourhoods.items()}
    return borders["area"].map(arms).replace("none", "other").fillna("other")


def _paths(geometry) -> list[Path]:
    polygons = getattr(geometry, "geoms", [geometry])
    paths = []
    for polygon in polygons:
        rings = [polygon.exterior, *polygon.interiors]
        corners = [np.asarray(ring.coords)[:, :2] for ring in rings]
        paths.append(Path.make_compound_path(*(Path(points, closed=True) for points in corners)))
    return paths


def _name_marked(axes, view: CityView, borders: gpd.GeoDataFrame, roles: pd.Series) -> None:
    marked = borders[roles.isin(["own", "programme", "comparator"])]
    if len(marked) > 12:
        return
    whole = borders.geometry.area.sum()
    for name, geometry in zip(marked["name"], marked.geometry, strict=True):
        point = geometry.representative_point()
        # The name of a small wijk stands beneath it, so that the wijk can be seen.
        small = geometry.area < _SMALL_SHARE * whole
        axes.annotate(
            name,
            (point.x, point.y),
            xytext=(0, -16 if small else 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )


#: A wijk with a smaller share of the city's surface is too small to hold its name.
_SMALL_SHARE = 0.04


def _marks(view: CityView, roles: pd.Series) -> list[tuple[str, dict]]:
    looks = {"programme": {"color": OWN}, "comparator": {"color": COMPARATOR, "marker": "D"}}
    return [
        (text(f"show.role.{role}", view.language), {"marker": "s", "markersize": 8, **look})
        for role, look in looks.items()
        if roles.eq(role).any()
    ]


def _alt(view: CityView, borders: gpd.GeoDataFrame, roles: pd.Series) -> str:
    city, count = view.study.settings.city.name, len(borders)
    if isinstance(view, WijkView):
        return text("show.map.alt", view.language, city=city, count=count, name=view.name)
    if not _has_arms(view):
        return text("show.map.alt_plain", view.language, city=city, count=count)
    names = {
        role: ", ".join(borders["name"][roles == role]) for role in ("programme", "comparator")
    }
    return text("show.map.alt_city", view.language, city=city, count=count, **names)


def _caption(view: CityView) -> str:
    city = view.study.settings.city.name
    if isinstance(view, WijkView):
        return text("show.map.caption", view.language, name=view.name, city=city)
    key = "caption_city" if _has_arms(view) else "caption_plain"
    return text(f"show.map.{key}", view.language, city=city)


def _has_arms(view: CityView) -> bool:
    return any(hood.arm != "none" for hood in view.study.neighbourhoods.values())


def _names(view: CityView, borders: gpd.GeoDataFrame, roles: pd.Series) -> pd.DataFrame:
    """Return the marked wijken, or all where none is, with their district and their role."""
    hoods, language = view.study.neighbourhoods, view.language
    shown = borders["area"][roles.ne("other") | roles.eq("other").all()]
    marked = [hoods[area] for area in shown if area in hoods]
    return pd.DataFrame(
        {
            text("show.head.wijk", language): [hood.name for hood in marked],
            text("show.head.district", language): [hood.district for hood in marked],
            text("show.head.role", language): [
                text(f"show.role.{hood.arm}", language) for hood in marked
            ],
        }
    )
