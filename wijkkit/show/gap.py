"""The gap between groups: a dumbbell per goal."""

from __future__ import annotations

import textwrap

import pandas as pd

from wijkkit.language import interval, points, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import (
    ShownFigure,
    ShownTable,
    ShownText,
    bullets,
    empty_figure,
    empty_table,
)
from wijkkit.show.select import goals_with_indicator, last_wave, pick, waves_of
from wijkkit.show.theme import CITY, COMPARATOR, INK, OWN, new_figure, percent_axis, style
from wijkkit.show.values import shown_interval, shown_value
from wijkkit.study.model import Grouping


def gap_frame(view: CityView, grouping: Grouping) -> pd.DataFrame:
    """Return one row per goal: the rows of the least and the most advantaged group.

    Columns: `indicator` (label), `wave` (label), `first`, `last` (rows of the estimate table or
    None), `change` (of the gap since the first wave, or None). The area is the view's wijk, or the city.
    """
    estimates = view.table("estimates")
    area, level = (view.slug, "wijk") if isinstance(view, WijkView) else ("city", "city")
    ends = grouping.groups[0].id, grouping.groups[-1].id
    rows = []
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        first, last = (
            pick(estimates, goal.indicator, area, level, wave.id, grouping.id, end) for end in ends
        )
        rows.append(
            {
                "indicator": view.study.text(indicator.label),
                "wave": view.study.text(wave.label),
                "first": first,
                "last": last,
                "change": _change(view, goal.indicator, area, level, grouping),
            }
        )
    return pd.DataFrame(rows, columns=["indicator", "wave", "first", "last", "change"])


def _change(
    view: CityView, key: str, area: str, level: str, grouping: Grouping
) -> pd.Series | None:
    """Return the released change of the gap since the first wave, where it is shown."""
    waves = waves_of(view, view.study.indicators[key])
    wave = f"{waves[0].id}-{waves[-1].id}"
    group = f"{grouping.groups[0].id}-{grouping.groups[-1].id}"
    row = pick(view.table("gaps"), key, area, level, wave, grouping.id, group)
    return row if row is not None and row["status"] == "ok" else None


def grouping_of(view: CityView, key: str | None = None) -> Grouping | None:
    """Return the grouping called `key`; by default the one the evaluation is about."""
    wanted = key or view.study.settings.evaluation.grouping
    ordered = [grouping for grouping in view.study.groupings if grouping.ordered]
    named = [grouping for grouping in view.study.groupings if grouping.id == wanted]
    return next(iter(named or ordered), None)


def gap_figure(view: CityView, key: str | None = None) -> ShownFigure:
    """Draw the least and the most advantaged group of each goal, joined by a line.

    Parameters
    ----------
    view : CityView
        A wijk's view for that wijk, the city's view for the city.
    key : str, optional
        The grouping; the one the evaluation is about by default.
    """
    grouping = grouping_of(view, key)
    if grouping is None:
        message = text("show.gap.no_groups", view.language)
        return empty_figure(message, message)
    frame, language = gap_frame(view, grouping), view.language
    with style():
        figure, axes = new_figure(height=0.9 + 0.5 * max(len(frame), 1))
        for position, row in enumerate(frame.itertuples()):
            _draw_dumbbell(axes, position, row, language)
        axes.set_yticks(
            range(len(frame)), [textwrap.fill(label, 30) for label in frame["indicator"]]
        )
        axes.set_ylim(len(frame) - 0.4, -1.1)
        percent_axis(axes)
        names = _names(view, grouping)
        for x, marker, color, name in (
            (2, "s", COMPARATOR, names["first"]),
            (40, "o", OWN, names["last"]),
        ):
            axes.plot(x, -0.85, marker, color=color, markersize=7, clip_on=False)
            axes.text(x + 2.5, -0.85, name, va="center", fontsize=8.5)
    rows = " ".join(
        text(
            "show.gap.alt_row",
            language,
            indicator=row.indicator,
            first=names["first"],
            last=names["last"],
            first_value=shown_interval(row.first, language),
            last_value=shown_interval(row.last, language),
        )
        for row in frame.itertuples()
    )
    return ShownFigure(
        figure,
        alt=text("show.gap.alt", language, **names, rows=rows),
        caption=text("show.gap.caption", language, **_fields(view, grouping, frame)),
        data=gap_table(view, grouping.id).data,
    )


def _draw_dumbbell(axes, position: int, row, language: str) -> None:
    ends = [(row.first, "s", COMPARATOR, -0.11), (row.last, "o", OWN, 0.11)]
    shown = [(end, *rest) for end, *rest in ends if end is not None and end["status"] == "ok"]
    if len(shown) == 2:
        axes.plot(
            [end["value"] for end, *_ in shown], [position] * 2, color=CITY, linewidth=1.4, zorder=1
        )
    for end, marker, color, shift in shown:
        axes.plot([end["lower"], end["upper"]], [position + shift] * 2, color=color, linewidth=1.2)
        axes.plot(end["value"], position, marker, color=color, markersize=7.5)
    if not shown:
        axes.text(
            2, position, shown_value(row.first, language), va="center", fontsize=8.5, color=INK
        )


def gap_table(view: CityView, key: str | None = None) -> ShownTable:
    """Return both groups of each goal, as text."""
    grouping = grouping_of(view, key)
    if grouping is None:
        message = text("show.gap.no_groups", view.language)
        return empty_table(message, message)
    frame, language = gap_frame(view, grouping), view.language
    names = _names(view, grouping)
    head = text("show.head.indicator", language)
    rows = [
        {
            head: row.indicator,
            names["first"]: shown_interval(row.first, language),
            names["last"]: shown_interval(row.last, language),
        }
        for row in frame.itertuples()
    ]
    caption = text("show.gap.table_caption", language, **_fields(view, grouping, frame))
    return ShownTable(pd.DataFrame(rows, columns=[head, names["first"], names["last"]]), caption)


def gap_sentences(view: CityView, key: str | None = None) -> ShownText:
    """Say for each goal what both groups score, or that this cannot be shown."""
    grouping = grouping_of(view, key)
    if grouping is None:
        return ShownText(text("show.gap.no_groups", view.language))
    frame, language = gap_frame(view, grouping), view.language
    names = _names(view, grouping)
    both = [
        row
        for row in frame.itertuples()
        if all(end is not None and end["status"] == "ok" for end in (row.first, row.last))
    ]
    if not both:
        return ShownText(text("show.gap.hidden", language, area=escaped(_area(view))))
    return bullets(
        [
            text(
                "show.gap.sentence",
                language,
                indicator=escaped(row.indicator),
                first=escaped(names["first"]),
                last=escaped(names["last"]),
                first_value=shown_interval(row.first, language),
                last_value=shown_interval(row.last, language),
            )
            + _changed(row.change, language)
            for row in both
        ]
    )


def _changed(row: pd.Series | None, language: str) -> str:
    """Say how the gap changed since the first wave, and whether that is more than chance."""
    if row is None or pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return ""
    clear = "unclear" if row["lower"] <= 0 <= row["upper"] else "clear"
    said = text(
        f"show.gap.changed_{clear}",
        language,
        points=points(row["value"], language),
        interval=interval(row["lower"], row["upper"], language),
    )
    return f" {said}"


def _names(view: CityView, grouping: Grouping) -> dict[str, str]:
    return {
        "first": view.study.text(grouping.groups[0].label),
        "last": view.study.text(grouping.groups[-1].label),
    }


def _area(view: CityView) -> str:
    return view.name if isinstance(view, WijkView) else view.study.settings.city.name


def _fields(view: CityView, grouping: Grouping, frame: pd.DataFrame) -> dict[str, str]:
    wave = frame["wave"].iloc[-1] if len(frame) else ""
    return {"grouping": view.study.text(grouping.label), "area": _area(view), "wave": wave}
