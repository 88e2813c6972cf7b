"""Time drawn: the six steps against plan, of one wijk and of all wijken."""

from __future__ import annotations

from datetime import date

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

from wijkkit.language import day, text
from wijkkit.show.theme import (
    COMPARATOR,
    INK,
    OWN,
    PALE,
    SMALL,
    label_marks,
    new_figure,
    rows_axis,
    style,
)

_SIGNS = {"done": "●", "running": "◐", "not_started": "○", "skipped": "–", "not_registered": "?"}


def draw_timeline(pace: pd.DataFrame, as_of: date, language: str) -> Figure:
    """Draw each step of one wijk: an open bar for what was planned, a full one for what was done.

    Parameters
    ----------
    pace : DataFrame
        From `wijkkit.evaluation.process.pace.pace`, of one wijk.
    as_of : date
        The day that is marked; a step that runs is drawn up to it.
    language : {"nl", "en"}

    Returns
    -------
    matplotlib.figure.Figure
        `timeline_alt` gives its alt text.
    """
    today = pd.Timestamp(as_of)
    several = pace["cycle"].nunique() > 1
    labels = [
        (f"{row.cycle}. " if several else "")
        + f"{row.step} {text(f'process.step.{row.step}', language)}"
        for row in pace.itertuples()
    ]
    with style():
        figure, axes = new_figure(height=0.8 + 0.52 * len(pace))
        for position, row in enumerate(pace.itertuples()):
            _draw_step(axes, position, row, today)
        axes.set_xlim(*_span(pace, today))
        axes.axvline(date2num(today), color=INK, linewidth=1, linestyle=":")
        locator = AutoDateLocator(minticks=3, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=_FORMATS))
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        rows_axis(axes, labels, [_state(row, language) for row in pace.itertuples()])
        label_marks(axes, _marks(language))
    return figure


def _marks(language: str) -> list[tuple[str, dict]]:
    square = {"marker": "s", "markersize": 8}
    return [
        (
            text("process.timeline.planned", language),
            {**square, "color": "white", "markeredgecolor": OWN},
        ),
        (text("process.timeline.actual", language), {**square, "color": OWN}),
        (text("process.against_plan.late", language), {**square, "color": COMPARATOR}),
        (
            text("process.timeline.today", language),
            {"color": INK, "linestyle": ":", "linewidth": 1, "marker": "|", "markersize": 9},
        ),
    ]


#: Years, and months as numbers: no month names in another language.
_FORMATS = ["%Y", "%m-%Y", "%d-%m", "%H:%M", "%H:%M", "%S"]


def _span(pace: pd.DataFrame, today: pd.Timestamp) -> tuple[float, float]:
    columns = ["planned_start", "planned_end", "actual_start", "actual_end"]
    days = pd.Series(pace[columns].to_numpy().ravel()).dropna()
    first = min([today - pd.Timedelta(days=365), *days])
    last = max([today, *days])
    room = 0.03 * (last - first)
    return date2num(first - room), date2num(last + room)


def _draw_step(axes: Axes, position: int, row, today: pd.Timestamp) -> None:
    if pd.notna(row.planned_start) and pd.notna(row.planned_end):
        width = (row.planned_end - row.planned_start).days
        axes.barh(
            position - 0.1, width, left=date2num(row.planned_start), height=0.2,
            facecolor="white", edgecolor=OWN, linewidth=1.1,
        )  # fmt: skip
    if pd.notna(row.actual_start) and row.actual_start <= today:
        ended = row.actual_end if pd.notna(row.actual_end) and row.actual_end <= today else today
        late = row.against_plan in ("late", "overdue")
        axes.barh(
            position + 0.14, max((ended - row.actual_start).days, 1),
            left=date2num(row.actual_start), height=0.2,
            color=COMPARATOR if late else OWN, hatch="///" if late else None, edgecolor="white",
        )  # fmt: skip


def timeline_alt(pace: pd.DataFrame, name: str, language: str) -> str:
    """Return what `draw_timeline` shows, in words, from the same table."""
    rows = [
        text(
            "process.timeline.alt_row",
            language,
            step=row.step,
            label=text(f"process.step.{row.step}", language),
            state=_state(row, language),
            planned=_period(row.planned_start, row.planned_end, language),
            actual=_period(row.actual_start, row.actual_end, language),
        )
        for row in pace.itertuples()
    ]
    return text("process.timeline.alt", language, name=name, rows=" ".join(rows))


def _state(row, language: str) -> str:
    state = text(f"process.state.{row.state}", language)
    if row.against_plan in ("late", "overdue", "on_time"):
        state += f", {text(f'process.against_plan.{row.against_plan}', language)}"
    return state


def _period(start: pd.Timestamp, end: pd.Timestamp, language: str) -> str:
    shown = {
        key: day(value, language)
        for key, value in (("start", start), ("end", end))
        if pd.notna(value)
    }
    if len(shown) == 2:
        return text("process.timeline.from_to", language, **shown)
    if not shown:
        return text("process.timeline.unknown", language)
    return text(f"process.timeline.{'since' if 'start' in shown else 'until'}", language, **shown)


def draw_pace(pace: pd.DataFrame, names: dict[str, str], language: str) -> Figure:
    """Draw the steps of all wijken next to each other: a sign per wijk and step.

    Parameters
    ----------
    pace : DataFrame
        From `pace`, one cycle.
    names : dict of str to str
        Wijk -> how readers call it, in the order of the figure.
    language : {"nl", "en"}

    Returns
    -------
    matplotlib.figure.Figure
        `pace_alt` gives its alt text.
    """
    with style():
        figure, axes = new_figure(height=1.6 + 0.3 * len(names))
        for position, wijk in enumerate(names):
            for row in pace[pace["wijk"].eq(wijk)].itertuples():
                late = row.against_plan in ("late", "overdue")
                axes.text(
                    int(row.step), position, _SIGNS[row.state] + ("!" if late else ""),
                    ha="center", va="center", fontsize=13, color=COMPARATOR if late else OWN,
                )  # fmt: skip
        labels = [f"{step}\n{text(f'process.step_short.{step}', language)}" for step in "123456"]
        axes.set_xticks(range(1, 7), labels, fontsize=SMALL)
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(names)), list(names.values()))
        axes.set_xlim(0.5, 6.5)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.spines[["left", "bottom"]].set_visible(False)
        legend = [
            f"{sign} {text(f'process.state.{state}', language)}" for state, sign in _SIGNS.items()
        ]
        legend.append(f"! {text('process.against_plan.late', language)}")
        lines = ["    ".join(legend[:3]), "    ".join(legend[3:])]
        axes.set_xlabel("\n".join(lines), fontsize=SMALL, loc="left")
    return figure


def pace_alt(pace: pd.DataFrame, names: dict[str, str], language: str) -> str:
    """Return what `draw_pace` shows, in words, from the same table."""
    rows = []
    for wijk, name in names.items():
        mine = pace[pace["wijk"].eq(wijk)]
        states = ", ".join(
            f"{row.step} {text(f'process.state.{row.state}', language)}"
            for row in mine.itertuples()
        )
        rows.append(f"{name}: {states}.")
    return text("process.timeline.alt_city", language, rows=" ".join(rows))
