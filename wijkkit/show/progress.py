"""Bars: a score per row, done of planned, the steps of a wijk, and what happened when."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

from wijkkit.language import day, number, text
from wijkkit.language.messages import catalogue
from wijkkit.show import theme
from wijkkit.show.output import Nothing, ShownFigure, drawn, language_of, nothing

#: Rows that a figure has room for; the table has all.
_ROOM = 10
_SQUARE = {"marker": "s", "markersize": 8}
#: Years, and months as numbers: no month names in another language.
_FORMATS = ["%Y", "%m-%Y", "%d-%m", "%H:%M", "%H:%M", "%S"]
_LATE = ("late", "overdue")
_EVENTS = {"programme": theme.OWN, "wave": theme.INK, "corona": theme.COMPARATOR}


def bars(
    frame: pd.DataFrame, label: str = "name", value: str = "value", marked: str = ""
) -> ShownFigure | Nothing:
    """Draw a bar per row; rows where the column `marked` is true are hatched and named so.

    Parameters
    ----------
    frame : DataFrame
    label, value : str
        Its columns.
    marked : str, optional
        A boolean column; the legend calls it by its head in the catalogue.

    Examples
    --------
    >>> import pandas as pd
    >>> bars(pd.DataFrame({"name": ["Sport"], "value": [40.0]})).axes
    [<Axes: xlabel='Waarde'>]
    """
    if frame.empty:
        return nothing(frame, "show.choice.none")
    language, rows = language_of(frame), frame.head(_ROOM)
    with theme.style():
        figure, axes = theme.new_figure(height=0.7 + 0.32 * len(rows))
        for position, row in enumerate(rows.to_dict("records")):
            special = bool(marked and row[marked])
            axes.barh(position, row[value], color="white" if special else theme.OWN, height=0.62,
                      edgecolor=theme.OWN, hatch="///" if special else None)  # fmt: skip
            axes.text(row[value] + 1, position, number(row[value], language), va="center")
        axes.set_yticks(range(len(rows)), list(rows[label]))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.08 * max(1.0, rows[value].max()))
        axes.set_xlabel(str(catalogue("show", language)["head"].get(value, "")))  # type: ignore[attr-defined]
        theme.grid_lines(axes)
        if marked and rows[marked].any():
            look = {**_SQUARE, "color": "white", "markeredgecolor": theme.CITY}
            theme.label_marks(axes, [(text(f"show.legend.{marked}", language), look)])
    said = [f"{row[label]}: {number(row[value], language)}." for row in rows.to_dict("records")]
    return drawn(figure, frame, text("show.alt.bars", language), said)


def done_of_planned(frame: pd.DataFrame, label: str = "name") -> ShownFigure | Nothing:
    """Draw a row per label: an open bar for what was planned, a full one for what was done.

    Parameters
    ----------
    frame : DataFrame
        ``planned, done`` and `label`; a row without numbers says that nothing was registered.
    label : str

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.done_of_planned(view.interventions()).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame, "show.delivery.none")
    language = language_of(frame)
    values = [_done(row, language) for row in frame.itertuples()]
    with theme.style():
        figure, axes = theme.new_figure(height=0.8 + 0.52 * len(frame))
        for position, row in enumerate(frame[["planned", "done"]].fillna(0).itertuples()):
            axes.barh(position, row.planned, height=0.3, facecolor="white", edgecolor=theme.CITY,
                      linewidth=1.2)  # fmt: skip
            axes.barh(position, row.done, height=0.16, color=theme.OWN)
        most = frame[["planned", "done"]].max().max()
        axes.set_xlim(0, 1.02 * max(1.0, 0 if pd.isna(most) else most))
        theme.grid_lines(axes)
        theme.rows_axis(axes, list(frame[label]), values)
        planned = {**_SQUARE, "color": "white", "markeredgecolor": theme.CITY}
        words = [text(f"show.delivery.{key}", language) for key in ("planned", "held")]
        looks = (planned, {**_SQUARE, "color": theme.OWN})
        theme.label_marks(axes, list(zip(words, looks, strict=True)))
    said = [f"{name}: {value}." for name, value in zip(frame[label], values, strict=True)]
    return drawn(figure, frame, text("show.alt.delivery", language), said)


def _done(row, language: str) -> str:
    if pd.isna(row.planned) or pd.isna(row.done):
        status = getattr(row, "sessions_status", "not_registered")
        known = isinstance(status, str) and status != "ok"
        return text(f"process.{status if known else 'not_registered'}", language)
    words = {"delivered": number(row.done, language), "planned": number(row.planned, language)}
    return text("show.delivery.of", language, **words)


def steps(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw each step of one wijk: an open bar for what was planned, a full one for what was done.

    Columns ``step, state, against_plan, days_late, as_of`` and the planned and actual dates, as
    `CityView.steps` gives them. Nothing after `as_of` is drawn or told.
    """
    if frame.empty:
        return nothing(frame, "show.pace.none")
    language, today = language_of(frame), pd.Timestamp(frame["as_of"].iloc[0])
    labels = [f"{step} {text(f'process.step.{step}', language)}" for step in frame["step"]]
    states = [_step_state(row, language) for row in frame.itertuples()]
    with theme.style():
        figure, axes = theme.new_figure(height=0.8 + 0.52 * len(frame))
        for position, row in enumerate(frame.itertuples()):
            _draw_step(axes, position, row, today)
        days = frame[["planned_start", "planned_end", "actual_start"]].to_numpy().ravel()
        _time_axis(axes, [*pd.Series(days).dropna(), today, today - pd.Timedelta(days=365)])
        axes.axvline(date2num(today), color=theme.INK, linewidth=1, linestyle=":")
        theme.rows_axis(axes, labels, states)
        looks: dict[str, dict[str, Any]] = {
            "process.timeline.planned": {**_SQUARE, "color": "white", "markeredgecolor": theme.OWN},
            "process.timeline.actual": {**_SQUARE, "color": theme.OWN},
            "process.against_plan.late": {**_SQUARE, "color": theme.COMPARATOR},
            "process.timeline.today": {"color": theme.INK, "linestyle": ":", "marker": "|"},
        }
        theme.label_marks(axes, [(text(key, language), look) for key, look in looks.items()])
    said = [f"{label}: {state}." for label, state in zip(labels, states, strict=True)]
    lead = text("show.alt.steps", language, day=day(today.date(), language))
    return drawn(figure, frame, lead, said)


def _step_state(row, language: str) -> str:
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
             facecolor="white", edgecolor=theme.OWN, linewidth=1.1)  # fmt: skip
    if pd.notna(row.actual_start) and row.actual_start <= today:
        ended = row.actual_end if pd.notna(row.actual_end) and row.actual_end <= today else today
        late = row.against_plan in _LATE
        _bar(axes, position + 0.14, row.actual_start, ended, color=theme.COMPARATOR if late else theme.OWN,
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
    theme.grid_lines(axes)
    axes.spines["left"].set_visible(False)


def timeline(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw what happened when: the programme, the measurements and the corona measures.

    Columns ``kind, label, start, end``, as `CityView.timeline` gives them; a row per label or kind.
    """
    if frame.empty:
        return nothing(frame)
    language = language_of(frame)
    kinds = [text(f"show.timeline.{kind}", language) for kind in frame["kind"]]
    names = [
        kind if kind == label or not label else f"{kind}: {label}"
        for kind, label in zip(kinds, frame["label"], strict=True)
    ]
    rows, said = list(dict.fromkeys(names)), []
    for name, row in zip(names, frame.itertuples(), strict=True):
        known = {end: getattr(row, end) for end in ("start", "end")}
        ends = {end: day(on.date(), language) for end, on in known.items() if not pd.isna(on)}
        key = "from_to" if "end" in ends else "since"
        said.append(f"{name}: {text(f'process.timeline.{key}', language, **ends)}.")
    # What has no end is drawn up to the last one.
    frame = frame.assign(end=frame["end"].fillna(frame["end"].max()))
    with theme.style():
        figure, axes = theme.new_figure(height=0.6 + 0.5 * len(rows))
        for name, row in zip(names, frame.itertuples(), strict=True):
            _bar(axes, rows.index(name) + 0.1, row.start, row.end, edgecolor="white",
                 color=_EVENTS.get(row.kind, theme.CITY),
                 hatch="///" if row.kind == "corona" else None)  # fmt: skip
        _time_axis(axes, [*frame["start"], *frame["end"]])
        theme.rows_axis(axes, rows, [""] * len(rows))
    return drawn(figure, frame, text("show.alt.timeline", language), said)
