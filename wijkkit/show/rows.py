"""Rows with numbers as marks: with their margin and target, between two groups, among all wijken."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from wijkkit.language import signed, text
from wijkkit.language.numbers import about
from wijkkit.released.store import is_shown, number_at
from wijkkit.show import theme
from wijkkit.show.output import Nothing, ShownFigure, drawn, language_of, nothing
from wijkkit.show.values import shown_interval, shown_value

#: The look of the first mark of a row, which has an interval, and of the ones after it.
_FIRST: dict[str, Any] = {"marker": "o", "color": theme.OWN, "markersize": 8}
#: The look of a first mark by how certain the frame says that it is.
_CERTAINTY: dict[str, dict[str, Any]] = {
    "shown": _FIRST,
    "sign": {**_FIRST, "markerfacecolor": "white", "markeredgewidth": 1.8},
    "not_shown": {"marker": "D", "color": theme.CITY, "markersize": 6.5},
}
_OPEN = {"color": "white", "markeredgewidth": 1.6}
_NEXT: Sequence[dict[str, Any]] = (
    {**_OPEN, "marker": "D", "markeredgecolor": theme.CITY, "markersize": 8.5},
    {**_OPEN, "marker": "s", "markeredgecolor": theme.OWN, "markersize": 6.5},
)
_TARGET: dict[str, Any] = {"marker": "|", "color": theme.INK, "markersize": 15,
                           "markeredgewidth": 2.2}  # fmt: skip
_ENDS: dict[str, dict[str, Any]] = {
    "first": {"marker": "s", "color": theme.COMPARATOR, "markersize": 7.5},
    "last": {"marker": "o", "color": theme.OWN, "markersize": 7.5},
}
_OWN: dict[str, Any] = {"marker": "o", "color": theme.OWN, "markersize": 9}
_OTHER: dict[str, Any] = {"marker": "o", "color": "white", "markersize": 5.5,
                          "markeredgecolor": theme.CITY}  # fmt: skip
_ALL: dict[str, Any] = {**_TARGET, "markersize": 13, "markeredgewidth": 1.8}


def intervals(
    frame: pd.DataFrame,
    marks: Mapping[str, str] | None = None,
    *,
    target: str = "",
    label: str = "label",
) -> ShownFigure | Nothing:
    """Draw a row per label with the number of each mark; the first one with its interval.

    What has no number has a word in its place, never a mark. Differences (unit ``points``) are
    drawn around zero. A score beside percentages has no mark either: the axis is not its own.

    Parameters
    ----------
    frame : DataFrame
        Columns `label`, and per mark ``<mark>_value``, ``_lower``, ``_upper``, ``_status``;
        without `marks` the number without a prefix.
    marks : mapping of str to str, optional
        Prefix -> what the legend calls it, at most three.
    target : str, optional
        Column with the target of a row.
    label : str

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.intervals(view.goals(), {"own": view.name, "city": view.everywhere}).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame)
    language, labels = language_of(frame), list(frame[label])
    names = dict(marks or {"": ""})
    if "city" in names and len(names) <= len(_NEXT):
        # Of the populations above the study the figure has room for the first.
        names |= dict([*frame.attrs.get("references", {}).items()][: 1 + len(_NEXT) - len(names)])
    rows = [
        [number_at(row, key) if key else {**row} for key in names] for _, row in frame.iterrows()
    ]
    unit, on_axis = _axis_of(rows)
    around_zero = unit == "points"
    shown = [_beside(row[0], language) for row in rows]
    certain = list(frame["certainty"]) if "certainty" in frame else ["shown"] * len(frame)
    with theme.style():
        figure, axes = theme.new_figure(height=0.8 + 0.6 * len(frame))
        known = [row[0] for row in itertools.compress(rows, on_axis) if is_shown(row[0])]
        edge = _scale(axes, known, around_zero, language)
        if around_zero:
            difference = text("show.difference_axis", language)
            axes.set_xlabel(frame.attrs.get("axis", difference), fontsize=theme.SMALL)
        theme.rows_axis(axes, labels, shown)
        for position, row in itertools.compress(enumerate(rows), on_axis):
            theme.track(axes, position, -edge if around_zero else 0, edge)
            if target and not pd.isna(frame[target].iloc[position]):
                axes.plot(frame[target].iloc[position], position, linestyle="none", **_TARGET)
            _draw_row(axes, position, row, edge, _CERTAINTY[certain[position]])
        line = {"linestyle": "-", "linewidth": 2.6}
        looks = [{**_FIRST, **line}, *_NEXT]
        legend = [(said, look) for said, look in zip(names.values(), looks, strict=False) if said]
        if "certainty" in frame and not legend:
            there = set(frame.loc[frame["status"].eq("ok"), "certainty"])
            legend = [
                (text(f"show.legend.{key}", language), {**look, **line})
                for key, look in _CERTAINTY.items()
                if key in there
            ]
            words = [text(f"show.legend.{key}", language) for key in certain]
            shown = [
                f"{value}, {word}" if is_shown(row[0]) else value
                for value, word, row in zip(shown, words, rows, strict=True)
            ]
        if target:
            legend.append((text("show.legend.target", language), {**_TARGET, "markersize": 11}))
        if legend:
            theme.label_marks(axes, legend)
    said = []
    for words, value, row in zip(labels, shown, rows, strict=True):
        others = zip([*names.values()][1:], row[1:], strict=True)
        values = [value, *(f"{name} {shown_value(one, language)}" for name, one in others)]
        said.append(f"{words}: {', '.join(values)}.")
    marked = " / ".join(filter(None, names.values()))
    lead = text(f"show.alt.intervals{'_of' if marked else ''}", language, names=marked)
    return drawn(figure, frame, lead, said)


def _axis_of(rows: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[str, list[bool]]:
    """Return the unit of the axis (of differences, else percent), and which rows are in it."""
    units = [[one["unit"] for one in row if isinstance(one.get("unit"), str)] for row in rows]
    there = list(dict.fromkeys(filter(None, itertools.chain.from_iterable(units))))
    unit = next((one for one in ("points", "percent", *there) if one in there), "percent")
    return unit, [set(row) <= {unit, ""} for row in units]


def _scaled(
    axes: Axes, rows: Sequence[Sequence[Mapping[str, Any]]], language: str
) -> tuple[list[bool], float]:
    """Scale the axis for the rows that are in its unit; return which these are, and its end."""
    _, on_axis = _axis_of(rows)
    known = itertools.chain.from_iterable(itertools.compress(rows, on_axis))
    return on_axis, _scale(axes, list(filter(is_shown, known)), False, language)


def _beside(number: dict, language: str) -> str:
    """Return a number as it stands at its row; the axis has the unit of a difference."""
    if number.get("unit") != "points" or not is_shown(number):
        return shown_interval(number, language)
    ends = {key: signed(number[key], language) for key in ("lower", "upper")}
    value = about(signed(number["value"], language), number, language)
    return text("show.difference_with_interval", language, value=value, **ends)


def _scale(
    axes: Axes, known: Sequence[Mapping[str, Any]], around_zero: bool, language: str
) -> float:
    """Give the axis the scale of the numbers, and return where it ends."""
    if around_zero:
        ends = [abs(row[key]) for row in known for key in ("value", "lower", "upper")]
        edge = 5.0 * (1 + max([5.0, *(end for end in ends if end < 1e6)]) // 5)
        axes.set_xlim(-edge, edge)
        axes.xaxis.set_major_formatter(lambda x, _: signed(x, language))
        axes.axvline(0, color=theme.INK, linewidth=1.2, zorder=1.5)
        axes.spines["left"].set_visible(False)
    elif all(row.get("unit", "percent") in ("percent", "") for row in known):
        theme.percent_axis(axes)
        return 100
    else:
        edge = 1.1 * max([1.0, *(row["upper"] for row in known if not pd.isna(row["upper"]))])
        axes.set_xlim(0, edge)
    theme.grid_lines(axes)
    return edge


def _draw_row(axes: Axes, position: int, row: list[dict], edge: float, look: dict) -> None:
    for number, other in zip(row[1:], _NEXT, strict=False):
        if is_shown(number):
            axes.plot(number["value"], position, linestyle="none", **other)
    own = row[0]
    if is_shown(own):
        if not pd.isna(own["lower"]) and not pd.isna(own["upper"]):
            ends = [max(own["lower"], -edge), min(own["upper"], edge)]
            axes.plot(ends, [position] * 2, color=look["color"], linewidth=2.6,
                      solid_capstyle="butt")  # fmt: skip
        axes.plot(own["value"], position, linestyle="none", **look)
    elif own["status"] == "above":
        axes.plot([own["lower"], 100], [position] * 2, color=theme.OWN, linewidth=2.6,
                  linestyle=(0, (1.5, 0.8)))  # fmt: skip


def dumbbells(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw the least and the most advantaged group of each row, joined by a line.

    Columns ``label, grouping, first_group, last_group`` and the numbers ``first`` and ``last``, as
    `CityView.gaps` gives them.
    """
    if frame.empty:
        return nothing(frame, "show.gap.no_groups")
    language, names = language_of(frame), frame.iloc[0]
    rows = [{end: number_at(row, end) for end in _ENDS} for _, row in frame.iterrows()]
    groups = {"first": names["first_group"], "last": names["last_group"]}
    values = [_both(row, groups, language) for row in rows]
    with theme.style():
        figure, axes = theme.new_figure(height=0.8 + 0.6 * len(frame))
        on_axis, edge = _scaled(axes, [list(row.values()) for row in rows], language)
        theme.rows_axis(axes, list(frame["label"]), values)
        for position in itertools.compress(range(len(rows)), on_axis):
            theme.track(axes, position, 0, edge)
            _draw_ends(axes, position, rows[position])
        looks = [{**look, "linestyle": "-", "linewidth": 1.4} for look in _ENDS.values()]
        words = [f"{names['grouping']}: {groups['first']}", groups["last"]]
        theme.label_marks(axes, list(zip(words, looks, strict=True)))
    said = [f"{label}: {value}." for label, value in zip(frame["label"], values, strict=True)]
    return drawn(figure, frame, text("show.alt.dumbbells", language, **groups), said)


def _both(row: dict, groups: dict[str, str], language: str) -> str:
    """Return both values beside a row, or the reason once where it holds for both."""
    first, last = (shown_value(row[end], language) for end in _ENDS)
    if first == last and not is_shown(row["first"]):
        return first
    return f"{groups['first']} {first}, {groups['last']} {last}"


def _draw_ends(axes: Axes, position: int, row: dict) -> None:
    places = {"first": position - 0.09, "last": position + 0.09}
    if all(is_shown(number) for number in row.values()):
        ends = [number["value"] for number in row.values()]
        axes.plot(ends, list(places.values()), color=theme.INK, linewidth=1.6, zorder=1.5)
    for end, look in _ENDS.items():
        number = row[end]
        if is_shown(number):
            limits = [number["lower"], number["upper"]]
            axes.plot(limits, [places[end]] * 2, color=look["color"], linewidth=1.4)
            axes.plot(number["value"], places[end], linestyle="none", **look)


def position(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw all wijken as dots per indicator; the wijk of the view is large and has its interval.

    Columns ``label, name, own, city_value, verdict`` and the number, as `CityView.wijken` gives
    them. A rank is given only where this wijk differs clearly from all wijken together.
    """
    if frame.empty:
        return nothing(frame, "show.goals.none")
    language, by_label = language_of(frame), dict(iter(frame.groupby("label", sort=False)))
    labels, parts = list(by_label), list(by_label.values())
    values = [_own_value(part, language) for part in parts]
    own = frame.loc[frame["own"], "name"]
    with theme.style():
        figure, axes = theme.new_figure(height=0.8 + 0.6 * len(labels))
        on_axis, edge = _scaled(axes, [part.to_dict("records") for part in parts], language)
        theme.rows_axis(axes, labels, values)
        for at in itertools.compress(range(len(parts)), on_axis):
            theme.track(axes, at, 0, edge)
            _draw_dots(axes, at, parts[at])
        marks = [(own.iloc[0], _OWN)] if len(own) else []
        marks += [(text("show.legend.others", language), _OTHER)]
        marks += [(frame.attrs.get("everywhere", text("show.legend.all", language)), _ALL)]
        theme.label_marks(axes, marks)
    said = [f"{label}: {value}." for label, value in zip(labels, values, strict=True)]
    lead = text("show.alt.position", language, name=own.iloc[0] if len(own) else "")
    return drawn(figure, frame, lead, said, "position")


def _own_value(part: pd.DataFrame, language: str) -> str:
    """Return this wijk's number, and its rank where it differs clearly: any other rank is noise."""
    own = next((row for _, row in part[part["own"]].iterrows()), None)
    if own is None:
        return ""
    shown = shown_interval(own, language)
    if not is_shown(own) or own["verdict"] not in ("better", "worse"):
        return shown
    known = part.loc[part["status"].eq("ok"), "value"]
    ahead = known > own["value"] if own["direction"] == "higher" else known < own["value"]
    rank = text("show.rank", language, rank=int(ahead.sum()) + 1, of=len(known))
    return f"{shown}, {rank}"


def _draw_dots(axes: Axes, at: int, part: pd.DataFrame) -> None:
    known, city = part[part["status"].eq("ok")], part["city_value"].iloc[0]
    if not pd.isna(city):
        axes.plot(city, at, linestyle="none", **_ALL)
    others = known[~known["own"].astype(bool)]
    axes.plot(others["value"], [at] * len(others), linestyle="none", alpha=0.8, **_OTHER)
    for row in known[known["own"].astype(bool)].itertuples():
        axes.plot([row.lower, row.upper], [at] * 2, color=theme.OWN, linewidth=2.2)
        axes.plot(row.value, at, linestyle="none", **_OWN)
