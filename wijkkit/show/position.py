"""Position among all wijken: one row per goal, one dot per wijk."""

from __future__ import annotations

import textwrap

import pandas as pd

from wijkkit.language import text
from wijkkit.released import WijkView
from wijkkit.show.output import ShownFigure
from wijkkit.show.select import goals_with_indicator, last_wave, pick
from wijkkit.show.theme import CITY, INK, OWN, new_figure, percent_axis, style
from wijkkit.show.values import shown_interval, shown_value
from wijkkit.study.model import Wave


def wijk_rows(table: pd.DataFrame, key: str, wave: Wave) -> pd.DataFrame:
    """Return the shown estimates of one indicator for all wijken and everybody, lowest first."""
    rows = table[
        (table["indicator"] == key)
        & (table["area_level"] == "wijk")
        & (table["wave"] == wave.id)
        & (table["group_by"] == "")
        & (table["status"] == "ok")
    ]
    return rows.sort_values(["value", "area"]).reset_index(drop=True)


def position_figure(view: WijkView) -> ShownFigure:
    """Draw all wijken as dots per goal, this wijk large and with its interval, the city as a line."""
    goals, language = goals_with_indicator(view), view.language
    estimates = view.table("estimates")
    labels = [view.study.text(indicator.label) for _, indicator in goals]
    with style():
        figure, axes = new_figure(height=0.9 + 0.55 * max(len(goals), 1))
        for position, (goal, indicator) in enumerate(goals):
            wave = last_wave(view, indicator)
            rows = wijk_rows(estimates, goal.indicator, wave)
            axes.plot(
                rows["value"],
                [position] * len(rows),
                "o",
                color=CITY,
                alpha=0.45,
                markersize=5,
                markeredgewidth=0,
            )
            city = pick(estimates, goal.indicator, "city", "city", wave.id)
            if city is not None and city["status"] == "ok":
                axes.plot(
                    [city["value"]] * 2, [position - 0.3, position + 0.3], color=INK, linewidth=1.4
                )
            own = rows[rows["area"] == view.slug]
            axes.plot(own["value"], [position] * len(own), "o", color=OWN, markersize=9)
        axes.set_yticks(range(len(goals)), [textwrap.fill(label, 30) for label in labels])
        axes.set_ylim(len(goals) - 0.4, -1)
        percent_axis(axes)
        _legend(axes, view)
    data = _data(view)
    rows = " ".join(
        text("show.position.alt_row", language, indicator=label, own=cells[1], rank=cells[3])
        for label, cells in zip(labels, data.itertuples(index=False), strict=True)
    )
    return ShownFigure(
        figure,
        alt=text("show.position.alt", language, name=view.name, rows=rows),
        caption=text("show.position.caption", language, name=view.name),
        data=data,
    )


def _legend(axes, view: WijkView) -> None:
    axes.plot(2, -0.75, "o", color=OWN, markersize=8)
    axes.text(4.5, -0.75, view.name, va="center", fontsize=8.5)
    axes.plot(40, -0.75, "o", color=CITY, alpha=0.45, markersize=5, markeredgewidth=0)
    axes.text(42.5, -0.75, text("show.position.other", view.language), va="center", fontsize=8.5)
    axes.plot([72, 72], [-0.9, -0.6], color=INK, linewidth=1.4)
    axes.text(74, -0.75, text("show.area.city", view.language), va="center", fontsize=8.5)


def _data(view: WijkView) -> pd.DataFrame:
    language, estimates = view.language, view.table("estimates")
    heads = [
        text("show.head.indicator", language),
        view.name,
        view.study.settings.city.name,
        text("show.position.rank", language),
    ]
    cells = []
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        rows = wijk_rows(estimates, goal.indicator, wave)
        own = pick(estimates, goal.indicator, view.slug, "wijk", wave.id)
        city = pick(estimates, goal.indicator, "city", "city", wave.id)
        cells.append(
            [
                view.study.text(indicator.label),
                shown_interval(own, language),
                shown_value(city, language),
                _rank(rows, view.slug, indicator.direction, language),
            ]
        )
    return pd.DataFrame(cells, columns=heads)


def _rank(rows: pd.DataFrame, slug: str, direction: str, language: str) -> str:
    own = rows[rows["area"] == slug]
    if own.empty:
        return text("show.position.no_rank", language)
    value = own["value"].iloc[0]
    ahead = rows["value"] > value if direction == "higher" else rows["value"] < value
    return text("show.position.rank_of", language, rank=int(ahead.sum()) + 1, count=len(rows))
