"""Time drawn: the six steps of a wijk against plan, and what happened when in a study."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

from wijkkit.language import day, text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import (
    CITY,
    COMPARATOR,
    INK,
    OWN,
    PALE,
    label_marks,
    new_figure,
    rows_axis,
    style,
)
from wijkkit.show.values import language_of

#: Years, and months as numbers: no month names in another language.
_FORMATS = ["%Y", "%m-%Y", "%d-%m", "%H:%M", "%H:%M", "%S"]
_LATE = ("late", "overdue")
_EVENTS = {"programme": OWN, "wave": INK, "corona": COMPARATOR}


def steps(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw each step of one wijk: an open bar for what was planned, a full one for what was done.

    Parameters
    ----------
    frame : DataFrame
        ``step, state, against_plan, days_late, as_of`` and the planned and actual dates, as
        `CityView.steps` gives them. Nothing after `as_of` is drawn or told.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.steps(wk.open_wijk("parameters", "ankerveld").steps()).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame, "show.pace.none")
    language, today = language_of(frame), pd.Timestamp(frame["as_of"].iloc[0])
    labels = [
        f"{row.step} {text(f'process.step.{row.step}', language)}" for row in frame.itertuples()
    ]
    states = [step_state(row, language) for row in frame.itertuples()]
    with style():
        figure, axes = new_figure(height=0.8 + 0.52 * len(frame))
        for position, row in enumerate(frame.itertuples()):
            _draw_step(axes, position, row, today)
        days = frame[["planned_start", "planned_end", "actual_start"]].to_numpy().ravel()
        _time_axis(axes, [*pd.Series(days).dropna(), today, today - pd.Timedelta(days=365)])
        axes.axvline(date2num(today), color=INK, linewidth=1, linestyle=":")
        rows_axis(axes, labels, states)
        label_marks(axes, _step_marks(language))
    said = [f"{label}: {state}." for label, state in zip(labels, states, strict=True)]
    lead = text("show.alt.steps", language, day=day(today.date(), language))
    caption = caption or frame.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def step_state(row, language: str) -> str:
    """Return how far a step is, and how late it is."""
    state = text(f"process.state.{row.state}", language)
    if row.against_plan == "on_time":
        return f"{state}, {text('process.against_plan.on_time', language)}"
    if row.against_plan in _LATE and not pd.isna(row.days_late):
        return text("show.days_late", language, state=state, days=int(row.days_late))
    return state


def _draw_step(axes: Axes, position: int, row, today: pd.Timestamp) -> None:
    if pd.notna(row.planned_start) and pd.notna(row.planned_end):
        _bar(axes, position - 0.1, row.planned_start, row.planned_end,
             facecolor="white", edgecolor=OWN, linewidth=1.1)  # fmt: skip
    if pd.notna(row.actual_start) and row.actual_start <= today:
        ended = row.actual_end if pd.notna(row.actual_end) and row.actual_end <= today else today
        late = row.against_plan in _LATE
        _bar(axes, position + 0.14, row.actual_start, ended, color=COMPARATOR if late else OWN,
             hatch="///" if late else None, edgecolor="white")  # fmt: skip


def _bar(axes: Axes, position: float, start: pd.Timestamp, end: pd.Timestamp, **look) -> None:
    axes.barh(position, max((end - start).days, 1), left=date2num(start), height=0.2, **look)


def _time_axis(axes: Axes, days: list) -> None:
    first, last = min(days), max(days)
    room = 0.03 * (last - first)
    axes.set_xlim(date2num(first - room), date2num(last + room))
    locator = AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=_FORMATS))
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _step_marks(language: str) -> list[tuple[str, dict]]:
    square = {"marker": "s", "markersize": 8}
    today = {"color": INK, "linestyle": ":", "linewidth": 1, "marker": "|", "markersize": 9}
    looks = {
        "process.timeline.planned": {**square, "color": "white", "markeredgecolor": OWN},
        "process.timeline.actual": {**square, "color": OWN},
        "process.against_plan.late": {**square, "color": COMPARATOR},
        "process.timeline.today": today,
    }
    return [(text(key, language), look) for key, look in looks.items()]


def timeline(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw what happened when: the programme, the measurements and the corona measures.

    Parameters
    ----------
    frame : DataFrame
        ``kind, label, start, end``, as `CityView.timeline` gives them; a row per label or kind.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.timeline(wk.open_city("parameters").timeline()).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame)
    language = language_of(frame)
    kinds = [text(f"show.timeline.{kind}", language) for kind in frame["kind"]]
    names = [
        kind if kind == label or not label else f"{kind}: {label}"
        for kind, label in zip(kinds, frame["label"], strict=True)
    ]
    rows = list(dict.fromkeys(names))
    periods = [
        text(
            "process.timeline.from_to",
            language,
            start=day(start.date(), language),
            end=day(end.date(), language),
        )
        for start, end in zip(frame["start"], frame["end"], strict=True)
    ]
    with style():
        figure, axes = new_figure(height=0.6 + 0.5 * len(rows))
        for name, row in zip(names, frame.itertuples(), strict=True):
            colour = _EVENTS.get(row.kind, CITY)
            _bar(axes, rows.index(name) + 0.1, row.start, row.end, color=colour,
                 hatch="///" if row.kind == "corona" else None, edgecolor="white")  # fmt: skip
        _time_axis(axes, [*frame["start"], *frame["end"]])
        rows_axis(axes, rows, [""] * len(rows))
    said = [f"{name}: {period}." for name, period in zip(names, periods, strict=True)]
    caption = caption or frame.attrs.get("caption", "")
    lead = text("show.alt.timeline", language)
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)
