"""The gap between groups: a dumbbell per goal."""

from __future__ import annotations

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
from wijkkit.show.select import (
    goals_with_indicator,
    is_shown,
    last_wave,
    pick,
    waves_of,
)
from wijkkit.show.theme import (
    COMPARATOR,
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
from wijkkit.study.model import Grouping


def gap_frame(view: CityView, grouping: Grouping) -> pd.DataFrame:
    """Return one row per goal: the rows of the least and the most advantaged group.

    Columns: `indicator` (label), `wave` (label), `first`, `last` (rows of the estimate table or
    None), `change` (of the gap since the first wave, or None). The area is the view's wijk, or the city.
    """
    area, level = (view.slug, "wijk") if isinstance(view, WijkView) else ("city", "city")
    ends = grouping.groups[0].id, grouping.groups[-1].id
    rows = []
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        first, last = (
            pick(view, goal.indicator, area, level, wave.id, grouping.id, end) for end in ends
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
    row = pick(view, key, area, level, wave, grouping.id, group, name="gaps")
    return row if row is not None and row["status"] == "ok" else None


def grouping_of(view: CityView, key: str | None = None) -> Grouping | None:
    """Return the grouping called `key`; by default the one the evaluation is about."""
    wanted = key or view.study.settings.evaluation.grouping
    ordered = [grouping for grouping in view.study.groupings if grouping.ordered]
    named = [grouping for grouping in view.study.groupings if grouping.id == wanted]
    return next(iter(named or ordered), None)


def gap_is_known(view: CityView, key: str | None = None) -> bool:
    """Return whether the gap between groups is shown for any of the goals."""
    grouping = grouping_of(view, key)
    if grouping is None:
        return False
    return bool(_known(view, grouping))


def _area_that_shows(view: CityView, grouping: Grouping) -> CityView:
    known = not isinstance(view, WijkView) or gap_is_known(view, grouping.id)
    return view if known else CityView(view.study, view.released)


def gap_figure(view: CityView, key: str | None = None) -> ShownFigure:
    """Draw the least and the most advantaged group of each goal, joined by a line.

    Parameters
    ----------
    view : CityView
        A wijk's view for that wijk, the city's view for the city. A wijk with too few children
        in its groups gets the figure of the city.
    key : str, optional
        The grouping; the one the evaluation is about by default.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.gap_figure(view).caption)
    Verschil tussen groepen ...
    """
    grouping = grouping_of(view, key)
    if grouping is None or not view.study.goals:
        return empty_figure(_why_none(view, grouping), text("show.gap.caption_none", view.language))
    view = _area_that_shows(view, grouping)
    frame, language = gap_frame(view, grouping), view.language
    names = _names(view, grouping)
    values = [_both_values(row, names, language) for row in frame.itertuples()]
    with style():
        figure, axes = new_figure(height=0.8 + 0.6 * len(frame))
        percent_axis(axes, lowest=-1, highest=101)
        axes.set_xticks(range(0, 101, 20))
        rows_axis(axes, list(frame["indicator"]), values)
        for position, row in enumerate(frame.itertuples()):
            _draw_dumbbell(axes, position, row)
        looks = [{**look, "linestyle": "-", "linewidth": 1.4} for look in (_FIRST, _LAST)]
        label_marks(
            axes,
            [
                (f"{view.study.text(grouping.label)}: {names['first']}", looks[0]),
                (names["last"], looks[1]),
            ],
        )
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


_FIRST = {"marker": "s", "color": COMPARATOR, "markersize": 7.5}
_LAST = {"marker": "o", "color": OWN, "markersize": 7.5}


def _both_values(row, names: dict[str, str], language: str) -> str:
    """Return both values beside a row, or the reason once where it holds for both."""
    first, last = (shown_value(end, language) for end in (row.first, row.last))
    if first == last and not is_shown(row.first):
        return first
    return f"{names['first']} {first}, {names['last']} {last}"


def _draw_dumbbell(axes, position: int, row) -> None:
    axes.plot([0, 100], [position] * 2, color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)
    if is_shown(row.first) and is_shown(row.last):
        ends = [row.first["value"], row.last["value"]]
        axes.plot(ends, [position - 0.09, position + 0.09], color=INK, linewidth=1.6, zorder=1.5)
    for end, look, shift in ((row.first, _FIRST, -0.09), (row.last, _LAST, 0.09)):
        if is_shown(end):
            limits = [end["lower"], end["upper"]]
            axes.plot(limits, [position + shift] * 2, color=look["color"], linewidth=1.4)
            axes.plot(end["value"], position + shift, linestyle="none", **look)


def gap_table(view: CityView, key: str | None = None) -> ShownTable:
    """Return both groups of each goal, as text.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.
    key : str, optional
        A grouping of the study; the first ordered one by default.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.gap_table(view)
    Indicator laag ...
    """
    grouping = grouping_of(view, key)
    if grouping is None or not view.study.goals:
        return empty_table(_why_none(view, grouping), text("show.gap.caption_none", view.language))
    view = _area_that_shows(view, grouping)
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
    """Say for each goal what both groups score; a wijk that cannot be shown gets the city's.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.
    key : str, optional
        A grouping of the study; the first ordered one by default.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.gap_sentences(view)
    - **Verhoogde kans op ...
    """
    grouping = grouping_of(view, key)
    if grouping is None or not view.study.goals:
        return ShownText(_why_none(view, grouping))
    shown = _area_that_shows(view, grouping)
    said = [
        _gap_sentence(row, _names(view, grouping), view.language) for row in _known(shown, grouping)
    ]
    if shown is view and said:
        return bullets(said)
    hidden = text("show.gap.hidden", view.language, area=escaped(_area(view)))
    if not said:
        return ShownText(hidden)
    instead = text("show.gap.city_instead", view.language, area=escaped(_area(shown)))
    return ShownText(f"{hidden} {instead}\n\n{bullets(said).markdown}")


def _known(view: CityView, grouping: Grouping) -> list:
    rows = gap_frame(view, grouping).itertuples()
    return [row for row in rows if is_shown(row.first) and is_shown(row.last)]


def _gap_sentence(row, names: dict[str, str], language: str) -> str:
    said = text(
        "show.gap.sentence",
        language,
        indicator=escaped(row.indicator),
        first=escaped(names["first"]),
        last=escaped(names["last"]),
        first_value=shown_interval(row.first, language),
        last_value=shown_interval(row.last, language),
    )
    return said + _changed(row.change, language)


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
    wave = frame["wave"].iloc[-1]
    return {"grouping": view.study.text(grouping.label), "area": _area(view), "wave": wave}


def _why_none(view: CityView, grouping: Grouping | None) -> str:
    key = "show.gap.no_groups" if grouping is None else "show.goals.none"
    return text(key, view.language)
