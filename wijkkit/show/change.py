"""Change between waves: this wijk and the city, from the first wave to the last."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from wijkkit.language import interval, points, text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.output import ShownFigure, ShownTable, ShownText, bullets
from wijkkit.show.select import goals_with_indicator, pick, waves_of
from wijkkit.show.theme import CITY, OWN, PALE, style
from wijkkit.show.values import shown_interval


def change_figure(view: WijkView) -> ShownFigure:
    """Draw a small panel per goal: this wijk and the city at each wave, with intervals."""
    goals, language = goals_with_indicator(view), view.language
    columns = min(3, max(len(goals), 1))
    panel_rows = -(-max(len(goals), 1) // columns)
    with style():
        figure = Figure(figsize=(7.2, 2.5 * panel_rows), layout="constrained")
        panels = figure.subplots(panel_rows, columns, squeeze=False, sharey=True).ravel()
        for axes, (goal, indicator) in zip(panels, goals, strict=False):
            _draw_panel(axes, view, goal.indicator)
            axes.set_title(
                textwrap.fill(view.study.text(indicator.label), 26), loc="left", fontsize=9
            )
        for axes in panels[len(goals) :]:
            axes.set_visible(False)
    table = change_table(view)
    rows = " ".join(_alt_row(view, goal.indicator) for goal, _ in goals)
    return ShownFigure(
        figure,
        alt=text("show.change.alt", language, name=view.name, rows=rows),
        caption=text("show.change.caption", language, name=view.name),
        data=table.data,
    )


def _draw_panel(axes, view: WijkView, key: str) -> None:
    waves = waves_of(view, view.study.indicators[key])
    lines = (("city", "city", CITY, "D", 0.07), (view.slug, "wijk", OWN, "o", -0.07))
    ends: dict[str, tuple[float, pd.Series] | None] = {}
    for area, level, color, marker, shift in lines:
        found = [pick(view.table("estimates"), key, area, level, wave.id) for wave in waves]
        shown = [
            (position + shift, row)
            for position, row in enumerate(found)
            if row is not None and row["status"] == "ok"
        ]
        axes.plot(
            [x for x, _ in shown],
            [row["value"] for _, row in shown],
            color=color,
            linewidth=1.6,
            marker=marker,
            markersize=5.5,
        )
        for x, row in shown:
            axes.plot([x, x], [row["lower"], row["upper"]], color=color, linewidth=1.2)
        ends[level] = shown[-1] if shown else None
    for level, color, higher in (
        ("wijk", OWN, _is_higher(ends)),
        ("city", CITY, not _is_higher(ends)),
    ):
        if ends[level] is not None:
            label = view.name if level == "wijk" else text("show.area.city", view.language)
            x, row = ends[level]
            axes.annotate(
                label,
                (x, row["value"]),
                xytext=(6, 5 if higher else -5),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color=color,
            )
    axes.set_xticks(range(len(waves)), [wave.id for wave in waves])
    axes.set_xlim(-0.3, len(waves) - 1 + 0.9)
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.grid(axis="y", color=PALE, linewidth=0.8)


def _is_higher(ends: dict[str, tuple[float, pd.Series] | None]) -> bool:
    """Return whether the wijk ends above the city, so that both labels stay readable."""
    own, city = ends["wijk"], ends["city"]
    return own is None or city is None or own[1]["value"] >= city[1]["value"]


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
    if row is None or row["status"] != "ok" or pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return "unknown"
    if row["lower"] <= 0 <= row["upper"]:
        return "not_distinguishable"
    return "better" if (row["lower"] > 0) == (direction == "higher") else "worse"


def change_table(view: WijkView) -> ShownTable:
    """Return each goal with its first and last value and the change between them."""
    language = view.language
    heads = [text(f"show.head.{key}", language) for key in ("goal", "change", "verdict")]
    rows = []
    for goal, indicator in goals_with_indicator(view):
        first, last = _ends(view, goal.indicator)
        row = change_row(view, goal.indicator)
        ok = row is not None and row["status"] == "ok"
        shown = (
            points(row["value"], language)
            if ok
            else text(f"show.status.{'missing' if row is None else row['status']}", language)
        )
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
    return ShownTable(
        pd.DataFrame(rows).fillna(""), text("show.change.table_caption", language, name=view.name)
    )


def change_sentences(view: WijkView) -> ShownText:
    """Say for each goal what changed since the first wave."""
    language = view.language
    sentences = []
    for goal, indicator in goals_with_indicator(view):
        row = change_row(view, goal.indicator)
        label = escaped(view.study.text(indicator.label))
        if row is None or row["status"] != "ok":
            status = "missing" if row is None else row["status"]
            sentences.append(text(f"show.status_sentence.{status}", language, what=label))
            continue
        first, last = _ends(view, goal.indicator)
        sentences.append(
            text(
                "show.change.sentence",
                language,
                indicator=label,
                first=shown_interval(first, language),
                last=shown_interval(last, language),
                trend=text(f"show.trend.{trend(row, indicator.direction)}", language),
                points=points(row["value"], language),
                interval=interval(row["lower"], row["upper"], language),
            )
        )
    return bullets(sentences)


def _ends(view: WijkView, key: str) -> tuple[pd.Series | None, pd.Series | None]:
    waves = waves_of(view, view.study.indicators[key])
    estimates = view.table("estimates")
    first, last = (
        pick(estimates, key, view.slug, "wijk", wave.id) for wave in (waves[0], waves[-1])
    )
    return first, last


def _alt_row(view: WijkView, key: str) -> str:
    first, last = _ends(view, key)
    return text(
        "show.change.alt_row",
        view.language,
        indicator=view.study.text(view.study.indicators[key].label),
        name=view.name,
        first=shown_interval(first, view.language),
        last=shown_interval(last, view.language),
    )
