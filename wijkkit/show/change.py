"""Change between waves: this wijk and the city, from the first wave to the last."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from wijkkit.language import interval, percentage, points, text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.absent import absent_sentences
from wijkkit.show.output import (
    ShownFigure,
    ShownTable,
    ShownText,
    bullets,
    empty_figure,
    empty_table,
)
from wijkkit.show.select import (
    goals_with_indicator,
    is_shown,
    pick,
    waves_of,
)
from wijkkit.show.theme import CITY, OWN, PALE, SMALL, WIDTH, label_marks, style
from wijkkit.show.values import shown_interval, shown_value


def change_figure(view: WijkView) -> ShownFigure:
    """Draw a small panel per goal: this wijk and the city at each wave, with intervals.

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
    >>> print(wk.show.change_figure(view).caption)
    Verandering tussen de ...
    """
    goals, language = goals_with_indicator(view), view.language
    caption = text("show.change.caption", language, name=view.name)
    if not goals:
        return empty_figure(text("show.goals.none", language), caption)
    panel_rows = -(-len(goals) // 2)
    with style():
        figure = Figure(figsize=(WIDTH, 0.4 + 1.75 * panel_rows), layout="constrained")
        panels = figure.subplots(panel_rows, 2, squeeze=False, sharey=True).ravel()
        for axes, (goal, indicator) in zip(panels, goals, strict=False):
            _draw_panel(axes, view, goal.indicator)
            axes.set_title(
                textwrap.fill(view.study.text(indicator.label), 28), loc="left", fontsize=SMALL
            )
        for axes in panels[len(goals) :]:
            axes.set_visible(False)
        words = {
            "wijk": text("show.goals.legend_own", language, name=view.name),
            "city": text("show.area.city", language),
        }
        label_marks(figure, [(words[level], _look(level)) for level in words])
    rows = " ".join(_alt_row(view, goal.indicator) for goal, _ in goals)
    return ShownFigure(
        figure,
        alt=text("show.change.alt", language, name=view.name, rows=rows),
        caption=caption,
        data=change_table(view).data,
    )


def _look(level: str) -> dict:
    own = level == "wijk"
    return {
        "marker": "o" if own else "D", "markersize": 6.5 if own else 5,
        "color": OWN if own else CITY, "linestyle": "-", "linewidth": 2.2 if own else 1.2,
    }  # fmt: skip


def _draw_panel(axes, view: WijkView, key: str) -> None:
    waves = waves_of(view, view.study.indicators[key])
    series = {}
    for area, level, shift in (("city", "city", 0.06), (view.slug, "wijk", -0.06)):
        found = [pick(view, key, area, level, wave.id) for wave in waves]
        series[level] = [
            (position + shift, row) for position, row in enumerate(found) if is_shown(row)
        ]
        look = _look(level)
        axes.plot([x for x, _ in series[level]], [r["value"] for _, r in series[level]], **look)
        for x, row in series[level]:
            axes.plot([x, x], [row["lower"], row["upper"]], color=look["color"], linewidth=1.2)
        if level == "wijk":
            _say_absent(axes, view, waves, found)
    last = len(waves) - 1
    for at, side in ((0, "right"), (last, "left")):
        _label_values(axes, series, at, side, view.language)
    axes.set_xticks(range(len(waves)), [wave.id for wave in waves])
    axes.set_xlim(-0.5, last + 0.5)
    axes.set_ylim(0, 100)
    axes.set_yticks(range(0, 101, 25))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.grid(axis="y", color=PALE, linewidth=0.8)


def _say_absent(axes, view: WijkView, waves, found: list[pd.Series | None]) -> None:
    """Say in the panel why this wijk has no mark at a wave."""
    said = [
        f"{wave.id}: {shown_value(row, view.language)}"
        for wave, row in zip(waves, found, strict=True)
        if not is_shown(row)
    ]
    low = any(is_shown(row) and row["value"] < 50 for row in found)
    axes.text(
        0.03, 0.97 if low else 0.04, "\n".join(said), va="top" if low else "bottom",
        fontsize=8.5, style="italic", color=OWN, transform=axes.transAxes,
    )  # fmt: skip


def _label_values(axes, series: dict, at: int, side: str, language: str) -> None:
    """Write the values of a wave beside their marks, so far apart that both can be read."""
    here = {
        level: (x, row["value"])
        for level, rows in series.items()
        for x, row in rows
        if round(x) == at
    }
    places = [value for _, value in here.values()]
    if len(places) == 2 and (least := 13 - abs(places[0] - places[1])) > 0:
        push = least / 2 if places[0] >= places[1] else -least / 2
        places = [places[0] + push, places[1] - push]
    for (level, (_, value)), place in zip(here.items(), places, strict=True):
        axes.text(
            at + (0.14 if side == "left" else -0.14), min(max(place, 4), 96),
            percentage(value, language), ha=side, va="center", fontsize=SMALL,
            color=_look(level)["color"], fontweight="bold" if level == "wijk" else "normal",
        )  # fmt: skip


def change_row(view: WijkView, key: str) -> pd.Series | None:
    """Return the released change in percentage points of one indicator since its first wave."""
    table = view.own("changes")
    measured = table["unit"].isin(["points", "score"])
    wanted = (table["indicator"] == key) & (table["group_by"] == "") & measured
    rows = table[wanted]
    return rows.iloc[-1] if len(rows) else None


def trend(row: pd.Series | None, direction: str) -> str:
    """Return the verdict on a change: better, worse, not_distinguishable or unknown.

    A change is one when its interval excludes zero; the indicator's direction says which way.

    Examples
    --------
    >>> import pandas as pd
    >>> trend(pd.Series({"lower": 1.0, "upper": 9.0, "status": "ok"}), "lower")
    'worse'
    """
    if (
        direction == "none"
        or row is None
        or row["status"] != "ok"
        or pd.isna(row["lower"])
        or pd.isna(row["upper"])
    ):
        return "unknown"
    if row["lower"] <= 0 <= row["upper"]:
        return "not_distinguishable"
    return "better" if (row["lower"] > 0) == (direction == "higher") else "worse"


def change_table(view: WijkView) -> ShownTable:
    """Return each goal with its first and last value and the change between them.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.change_table(view)
    Doel 2018 ...
    """
    language = view.language
    caption = text("show.change.table_caption", language, name=view.name)
    if not view.study.goals:
        return empty_table(text("show.goals.none", language), caption)
    heads = [text(f"show.head.{key}", language) for key in ("goal", "change", "verdict")]
    rows = []
    for goal, indicator in goals_with_indicator(view):
        first, last = ends_of(view, goal.indicator)
        row = change_row(view, goal.indicator)
        ok = row is not None and row["status"] == "ok"
        shown = points(row["value"], language) if ok else "–"
        waves = waves_of(view, indicator)
        rows.append(
            {
                heads[0]: view.study.text(goal.label),
                waves[0].id: shown_interval(first, language),
                waves[-1].id: shown_interval(last, language),
                heads[1]: shown,
                heads[2]: text(f"show.trend.{trend(row, indicator.direction)}", language),
            }
        )
    return ShownTable(pd.DataFrame(rows).fillna(""), caption)


def trend_of(view: WijkView, key: str) -> str:
    """Return the verdict on the change of an indicator in this wijk, see `trend`."""
    return trend(change_row(view, key), view.study.indicators[key].direction)


def change_sentences(view: WijkView) -> ShownText:
    """Say what changed since the first wave: clear changes first, then what is not known.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.change_sentences(view)
    - **Lid van een ...
    """
    if not view.study.goals:
        return ShownText(text("show.goals.none", view.language))
    if len(view.study.waves) == 1:
        return ShownText(text("show.change.one_wave", view.language))
    order = ("better", "worse", "not_distinguishable")
    trends = {goal.indicator: trend_of(view, goal.indicator) for goal in view.study.goals}
    known = sorted(
        (key for key in trends if trends[key] in order), key=lambda k: order.index(trends[k])
    )
    absent = [(key, _absent_row(view, key)) for key in trends if key not in known]
    return bullets([*(_sentence(view, key) for key in known), *absent_sentences(view, absent)])


def _sentence(view: WijkView, key: str) -> str:
    language, row = view.language, change_row(view, key)
    first, last = ends_of(view, key)
    return text(
        "show.change.sentence",
        language,
        indicator=escaped(view.study.text(view.study.indicators[key].label)),
        first=shown_value(first, language),
        last=shown_value(last, language),
        trend=text(f"show.trend.{trend_of(view, key)}", language),
        points=points(row["value"], language),
        interval=interval(row["lower"], row["upper"], language),
    )


def _absent_row(view: WijkView, key: str) -> pd.Series | None:
    """Return the row for which a change is not there: the last end without a number, or itself."""
    absent = [row for row in reversed(ends_of(view, key)) if not is_shown(row)]
    return absent[0] if absent else change_row(view, key)


def ends_of(view: WijkView, key: str) -> tuple[pd.Series | None, pd.Series | None]:
    """Return the rows of the first and the last wave of an indicator in this wijk."""
    waves = waves_of(view, view.study.indicators[key])
    first, last = (pick(view, key, view.slug, "wijk", wave.id) for wave in (waves[0], waves[-1]))
    return first, last


def _alt_row(view: WijkView, key: str) -> str:
    first, last = ends_of(view, key)
    return text(
        "show.change.alt_row",
        view.language,
        indicator=view.study.text(view.study.indicators[key].label),
        name=view.name,
        first=shown_interval(first, view.language),
        last=shown_interval(last, view.language),
    )
