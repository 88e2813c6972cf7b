"""Position among all wijken: one row per goal, one dot per wijk."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import text
from wijkkit.released import WijkView
from wijkkit.show.output import ShownFigure, empty_figure
from wijkkit.show.select import goals_with_indicator, is_shown, last_wave, pick, wijk_rows
from wijkkit.show.theme import (
    CITY,
    INK,
    OWN,
    PALE,
    label_marks,
    new_figure,
    percent_axis,
    rows_axis,
    style,
)
from wijkkit.show.values import shown_interval, shown_value


def position_figure(view: WijkView) -> ShownFigure:
    """Draw all wijken as dots per goal, this wijk large and with its interval, the city as a line.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> print(wk.show.position_figure(view).caption)
    Ankerveld tussen alle ...
    """
    goals, language = goals_with_indicator(view), view.language
    caption = text("show.position.caption", language, name=view.name)
    if not goals:
        return empty_figure(text("show.goals.none", language), caption)
    labels = [view.study.text(indicator.label) for _, indicator in goals]
    data = _data(view)
    with style():
        figure, axes = new_figure(height=0.8 + 0.6 * len(goals))
        percent_axis(axes, lowest=-1, highest=101)
        axes.set_xticks(range(0, 101, 20))
        rows_axis(axes, labels, [_place(cells) for cells in data.to_numpy()])
        for position, (goal, indicator) in enumerate(goals):
            wave = last_wave(view, indicator)
            city = pick(view, goal.indicator, "city", "city", wave.id)
            rows = wijk_rows(view, goal.indicator, wave)
            _draw_row(axes, position, rows, city, view.slug)
        marks = (("own", _OWN_MARK), ("other", _OTHER_MARK), ("city", _CITY_MARK))
        label_marks(axes, [(_mark_words(view, key), look) for key, look in marks])
    rows = " ".join(
        text("show.position.alt_row", language, indicator=label, own=cells[1], rank=cells[3])
        for label, cells in zip(labels, data.to_numpy(), strict=True)
    )
    return ShownFigure(
        figure,
        alt=text("show.position.alt", language, name=view.name, rows=rows),
        caption=caption,
        data=data,
    )


_OWN_MARK = {"marker": "o", "color": OWN, "markersize": 9}
_OTHER_MARK = {"marker": "o", "color": "white", "markeredgecolor": CITY, "markersize": 5.5}
_CITY_MARK = {"marker": "|", "color": INK, "markersize": 13, "markeredgewidth": 1.8}


def _draw_row(axes, position: int, rows: pd.DataFrame, city: pd.Series | None, slug: str) -> None:
    axes.plot([0, 100], [position] * 2, color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)
    others, own = rows[rows["area"] != slug], rows[rows["area"] == slug]
    if is_shown(city):
        axes.plot(city["value"], position, linestyle="none", **_CITY_MARK)
    axes.plot(others["value"], [position] * len(others), linestyle="none", alpha=0.8, **_OTHER_MARK)
    for row in own.itertuples():
        axes.plot([row.lower, row.upper], [position] * 2, color=OWN, linewidth=2.2)
        axes.plot(row.value, position, linestyle="none", **_OWN_MARK)


def _mark_words(view: WijkView, key: str) -> str:
    words = {"own": view.name, "city": text("show.area.city", view.language)}
    return words.get(key) or text("show.position.other", view.language)


def _place(cells) -> str:
    """Return what stands beside a row: this wijk's place, or why it has none."""
    _, own, _, rank = cells
    return rank if "(" in own else own


def _data(view: WijkView) -> pd.DataFrame:
    language = view.language
    heads = [
        text("show.head.indicator", language),
        view.name,
        view.study.settings.city.name,
        text("show.position.rank", language),
    ]
    cells = []
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        rows = wijk_rows(view, goal.indicator, wave)
        own = pick(view, goal.indicator, view.slug, "wijk", wave.id)
        city = pick(view, goal.indicator, "city", "city", wave.id)
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
