"""All wijken at once: on the map, in a grid of marks, and by two indicators."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from wijkkit.language import listed, text
from wijkkit.language.messages import catalogue
from wijkkit.released.store import NUMBER, is_shown
from wijkkit.show import theme
from wijkkit.show.output import Nothing, ShownFigure, drawn, language_of, nothing
from wijkkit.show.values import shown_interval, shown_value

_LOOKS = {
    "other": {"facecolor": theme.PALE},
    "comparator": {"facecolor": theme.COMPARATOR, "hatch": "///"},
    "programme": {"facecolor": theme.OWN},
    "own": {"facecolor": theme.OWN},
}
_SHADES = LinearSegmentedColormap.from_list("shades", ["#cfe0f0", theme.OWN])
#: A wijk with a smaller share of the city's surface is too small to hold its name.
_SMALL_SHARE = 0.04
_NAMED = 12
#: A grid has fewer rows and columns; more are drawn below it. More heads than a few are upright.
_GRID, _LEVEL = 21, 8
#: A sign and a colour per state, so that the grid reads without colour.
SIGNS: Mapping[str, tuple[str, str]] = {
    "better": ("▲", theme.BETTER),
    "worse": ("▼", theme.WORSE),
    "not_distinguishable": ("■", theme.CITY),
    "unknown": ("○", theme.CITY),
    "done": ("●", theme.OWN),
    "done_late": ("●!", theme.COMPARATOR),
    "running": ("◐", theme.OWN),
    "running_late": ("◐!", theme.COMPARATOR),
    "not_started": ("○", theme.OWN),
    "not_started_late": ("○!", theme.COMPARATOR),
    "skipped": ("–", theme.CITY),
    "not_registered": ("?", theme.CITY),
}


def map(borders: pd.DataFrame, numbers: pd.DataFrame | None = None) -> ShownFigure | Nothing:
    """Draw the wijken in the colour of their role, or the darker the larger their number is.

    Columns ``area, name, role, geometry`` of `CityView.borders`, where a ``page`` is one that the
    wijk leads to; and ``area`` with a number of `CityView.places`, without which a wijk is pale.
    """
    if borders.empty:
        return nothing(borders, "show.map.no_borders")
    language = language_of(borders)
    lead = text("show.alt.map", language, count=len(borders))
    with theme.style():
        figure, axes = theme.new_figure(width=4.4, height=3.6)
        if numbers is None:
            said = _draw_roles(axes, borders, language)
        else:
            lead = f"{lead} {text('show.alt.map_values', language)}"
            borders = _with(borders, numbers)
            draw_values(axes, borders, language)
            rows = borders.to_dict("records")
            said = [f"{row['name']}: {shown_interval(row, language)}." for row in rows]
        axes.set_aspect("equal")
        axes.autoscale_view()
        axes.set_axis_off()
    pages = zip(_pages(borders), borders["name"], strict=True)
    return replace(drawn(figure, borders, lead, said), links={at: name for at, name in pages if at})


def _with(borders: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """Return borders with the number of each wijk, and the words of the numbers."""
    columns = ["area", *(name for name in NUMBER if name in numbers)]
    shown = [is_shown(row) for row in numbers.to_dict("records")]
    known = numbers[columns].assign(value=numbers["value"].where(shown))
    found = borders.merge(known, on="area", how="left").fillna({"status": "missing"})
    found.attrs = numbers.attrs
    return found


def _draw_roles(axes: Axes, borders: pd.DataFrame, language: str) -> list[str]:
    """Draw the roles, and return which wijken have which."""
    for role, look in _LOOKS.items():
        _fill(axes, borders[borders["role"].eq(role)], **look)
    _name(axes, borders[borders["role"].ne("other")], borders)
    marks = [
        (text(f"show.role.{role}", language), {"marker": "s", "markersize": 8, "color": color})
        for role, color in (("programme", theme.OWN), ("comparator", theme.COMPARATOR))
        if borders["role"].eq(role).any()
    ]
    if marks:
        theme.label_marks(axes, marks)
    return [
        text(f"show.alt.map_{role}", language, names=listed(borders.loc[mine, "name"], language))
        for role in ("own", "programme", "comparator")
        if (mine := borders["role"].eq(role)).any()
    ]


def draw_values(axes: Axes, borders: pd.DataFrame, language: str) -> None:
    """Fill each wijk the darker the larger its ``value`` is, with the scale beside the map."""
    _fill(axes, borders[borders["value"].isna()], facecolor=theme.PALE)
    known = borders[borders["value"].notna()]
    if len(known):
        ends = known.sort_values("value").iloc[[0, -1]].to_dict("records")
        scale = Normalize(*(end["value"] for end in ends))
        shades = [_SHADES(scale(value)) for value in known["value"]]
        for at, shade in enumerate(shades):
            _fill(axes, known.iloc[[at]], facecolor=shade)
        colours = {shown_value(end, language): _SHADES(scale(end["value"])) for end in ends}
        look = {"marker": "s", "markersize": 8}
        theme.label_marks(axes, [(said, {**look, "color": c}) for said, c in colours.items()])
    _name(axes, known, borders)


def _fill(axes: Axes, shapes: pd.DataFrame, **look) -> None:
    patches = []
    for shape in shapes["geometry"]:
        polygons = getattr(shape, "geoms", [shape])
        rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
        points = (np.asarray(ring.coords)[:, :2] for ring in rings)
        path = Path.make_compound_path(*(Path(some, closed=True) for some in points))
        patches.append(PathPatch(path))
    drawing = PatchCollection(patches, edgecolor="white", linewidth=0.8, **look)
    drawing.set_urls([page or None for page in _pages(shapes)])
    axes.add_collection(drawing)


def _pages(borders: pd.DataFrame) -> list[str]:
    return list(borders["page"]) if "page" in borders else [""] * len(borders)


def _name(axes: Axes, marked: pd.DataFrame, borders: pd.DataFrame) -> None:
    if len(marked) > _NAMED:
        return
    whole = sum(shape.area for shape in borders["geometry"])
    for name, geometry in zip(marked["name"], marked["geometry"], strict=True):
        point = geometry.representative_point()
        # The name of a small wijk stands beneath it, so that the wijk can be seen.
        shift = -16 if geometry.area < _SMALL_SHARE * whole else 0
        axes.annotate(
            name, (point.x, point.y), xytext=(0, shift), textcoords="offset points", ha="center",
            va="center", fontsize=theme.SMALL, color=theme.INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip


def matrix(
    frame: pd.DataFrame, rows: str = "name", columns: str = "label", state: str = "state"
) -> ShownFigure | Nothing:
    """Draw a sign per row and column for the state of each: a tartan rug.

    Parameters
    ----------
    frame : DataFrame
        A row per cell of the grid.
    rows, columns, state : str
        Columns of `frame`; the state is one of `SIGNS`.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wijken = wk.open_city("parameters").wijken()
    >>> wk.show.matrix(wijken, state="verdict").axes
    [<Axes: xlabel='▲ gunstiger    ■ niet duidelijk anders    ○ niet te vergelijken'>]
    """
    if frame.empty:
        return nothing(frame)
    language, states = language_of(frame), set(frame[state])
    names, heads = (list(dict.fromkeys(frame[column])) for column in (rows, columns))
    words: Mapping[str, str] = catalogue("show", language)["sign"]  # type: ignore[assignment]
    ends = (np.array(one, dtype=object) for one in (names, heads))
    parts = (np.array_split(one, 1 + len(one) // _GRID) for one in ends)
    blocks = [(list(some), list(above)) for some, above in itertools.product(*parts)]
    upright = len(heads) > _LEVEL
    room = (34, 1) if upright else (max(8, 60 // len(heads)), 5)
    wrapped = {head: theme.fitted(str(head), *room) for head in heads}
    above_it = 0.6 + 0.08 * max(len(head) for head in wrapped.values()) if upright else 1.0
    heights = [above_it + 0.3 * len(some) for some, _ in blocks]
    with theme.style():
        figure = Figure(figsize=(theme.WIDTH, 0.5 + sum(heights)), layout="constrained")
        panels = figure.subplots(len(blocks), squeeze=False, height_ratios=heights).ravel()
        for axes, (some, above) in zip(panels, blocks, strict=True):
            mine = frame[frame[rows].isin(some) & frame[columns].isin(above)]
            for row in mine[[rows, columns, state]].itertuples(index=False):
                sign, colour = SIGNS[row[2]]
                axes.text(above.index(row[1]), some.index(row[0]), sign, ha="center", va="center",
                          fontsize=12, color=colour)  # fmt: skip
            called = [wrapped[head] for head in above]
            axes.set_xticks(range(len(above)), called, fontsize=theme.SMALL, rotation=90 * upright)
            axes.xaxis.tick_top()
            axes.set_yticks(range(len(some)), [theme.fitted(str(name), 34, 2) for name in some])
            axes.set_xlim(-0.5, len(above) - 0.5)
            axes.set_ylim(len(some) - 0.4, -0.6)
            axes.spines[["left", "bottom"]].set_visible(False)
        legend = [f"{SIGNS[key][0]} {words[key]}" for key in SIGNS if key in states]
        lines = ["    ".join(legend[at : at + 3]) for at in range(0, len(legend), 3)]
        axes.set_xlabel("\n".join(lines), fontsize=theme.SMALL, loc="left", color=theme.INK)
    said = []
    for name in names:
        cells = frame[frame[rows].eq(name)].groupby(state, sort=False)[columns].agg(", ".join)
        said.append(f"{name}: {'; '.join(f'{words[key]}: {mine}' for key, mine in cells.items())}.")
    drawing = "rug" if state == "verdict" else ""
    return drawn(figure, frame, text("show.alt.matrix", language), said, drawing)


def scatter(first: pd.DataFrame, second: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw two numbers of each wijk against each other, each point with its name.

    Columns ``area, label`` and a number, as `CityView.places` gives them; what lacks either number
    has no point.
    """
    language = language_of(first)
    parts = []
    for end, frame in (("first", first), ("second", second)):
        shown = frame[[is_shown(row) for row in frame.to_dict("records")]]
        said = [shown_value(row, language) for row in shown.to_dict("records")]
        parts.append(shown[["area", "label"]].assign(**{end: shown["value"], f"{end}_words": said}))
    both = parts[0].merge(parts[1].drop(columns="label"), on="area").drop(columns="area")
    names = [frame.attrs.get("caption", "") for frame in (first, second)]
    heads = dict(zip(("first_words", "second_words"), names, strict=True))
    both.attrs = {**first.attrs, "caption": " – ".join(dict.fromkeys(names)), "heads": heads}
    if both.empty:
        return nothing(both, "show.scatter_none")
    with theme.style():
        figure, axes = theme.new_figure(height=4.2)
        axes.plot(both["first"], both["second"], "o", color=theme.OWN, markersize=6)
        for row in both.itertuples():
            axes.annotate(row.label, (row.first, row.second), xytext=(4, 4),
                          textcoords="offset points", fontsize=8)  # fmt: skip
        for axis, name in zip((axes.xaxis, axes.yaxis), names, strict=True):
            axis.set_label_text(textwrap.fill(name, 34))
        theme.grid_lines(axes, "both")
    lead = text("show.alt.scatter", language, first=names[0], second=names[1])
    said = [f"{row.label}: {row.first_words}, {row.second_words}." for row in both.itertuples()]
    return drawn(figure, both, lead, said)
