"""Goals at a glance: where a wijk stands on each goal, against the city and the target."""

from __future__ import annotations

import textwrap

import pandas as pd

from wijkkit.language import percentage, text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.output import ShownFigure, ShownTable, ShownText, bullets
from wijkkit.show.select import goals_with_indicator, last_wave, pick
from wijkkit.show.theme import CITY, INK, OWN, new_figure, percent_axis, style
from wijkkit.show.values import shown_interval, shown_value


def goals_frame(view: WijkView) -> pd.DataFrame:
    """Return one row per goal: the released rows of this wijk and of the city, and the target.

    Columns: `goal`, `indicator` (labels), `key`, `wave` (label), `own`, `city` (rows of the
    estimate table or None), `target`.
    """
    estimates = view.table("estimates")
    rows = []
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        rows.append(
            {
                "goal": view.study.text(goal.label),
                "indicator": view.study.text(indicator.label),
                "key": goal.indicator,
                "wave": view.study.text(wave.label),
                "own": pick(estimates, goal.indicator, view.slug, "wijk", wave.id),
                "city": pick(estimates, goal.indicator, "city", "city", wave.id),
                "target": goal.target.value if goal.target else None,
            }
        )
    return pd.DataFrame(rows, columns=["goal", "indicator", "key", "wave", "own", "city", "target"])


def goals_figure(view: WijkView) -> ShownFigure:
    """Draw each goal as a row: this wijk with its interval, the city and the target."""
    frame, language = goals_frame(view), view.language
    with style():
        figure, axes = new_figure(height=0.8 + 0.62 * max(len(frame), 1))
        for position, row in enumerate(frame.itertuples()):
            _draw_row(axes, position, row, language)
        axes.set_yticks(
            range(len(frame)), [textwrap.fill(label, 30) for label in frame["indicator"]]
        )
        axes.set_ylim(len(frame) - 0.4, -0.9)
        percent_axis(axes, highest=118)
        axes.set_xticks(range(0, 101, 20))
        _label_marks(axes, view)
    wave = frame["wave"].iloc[-1] if len(frame) else ""
    rows = " ".join(
        text(
            "show.goals.alt_row",
            language,
            indicator=row.indicator,
            name=view.name,
            own=shown_interval(row.own, language),
            city=shown_value(row.city, language),
        )
        for row in frame.itertuples()
    )
    return ShownFigure(
        figure,
        alt=text("show.goals.alt", language, name=view.name, rows=rows),
        caption=text("show.goals.caption", language, name=view.name, wave=wave),
        data=goals_table(view).data,
    )


def _draw_row(axes, position: int, row, language: str) -> None:
    if row.city is not None and row.city["status"] == "ok":
        axes.plot(
            row.city["value"],
            position,
            "D",
            color="white",
            markeredgecolor=CITY,
            markersize=7,
            markeredgewidth=1.6,
        )
    if row.target is not None and not pd.isna(row.target):
        axes.plot(
            [row.target] * 2,
            [position - 0.26, position + 0.26],
            color=INK,
            linewidth=1.2,
            linestyle=(0, (2, 1.4)),
        )
    label = shown_interval(row.own, language)
    if row.own is not None and row.own["status"] == "ok":
        axes.plot(
            [row.own["lower"], row.own["upper"]],
            [position] * 2,
            color=OWN,
            linewidth=2.4,
            solid_capstyle="butt",
        )
        axes.plot(row.own["value"], position, "o", color=OWN, markersize=8)
    axes.text(102, position, label, va="center", ha="left", fontsize=8.5, color=INK)


def _label_marks(axes, view: WijkView) -> None:
    marks = (("o", OWN, OWN, "legend_own"), ("D", "white", CITY, "legend_city"))
    for number, (marker, face, edge, key) in enumerate(marks):
        x = 2 + 38 * number
        axes.plot(
            x,
            -0.7,
            marker,
            color=face,
            markeredgecolor=edge,
            markersize=6.5,
            markeredgewidth=1.6,
            clip_on=False,
        )
        axes.text(
            x + 2.5,
            -0.7,
            text(f"show.goals.{key}", view.language, name=view.name),
            va="center",
            fontsize=8.5,
        )
    axes.plot(
        [78, 78], [-0.86, -0.54], color=INK, linewidth=1.2, linestyle=(0, (2, 1.4)), clip_on=False
    )
    axes.text(80, -0.7, text("show.goals.legend_target", view.language), va="center", fontsize=8.5)


def goals_table(view: WijkView) -> ShownTable:
    """Return each goal with this wijk, the city, the target and the verdict, as text."""
    language = view.language
    verdicts = verdicts_of(view)
    heads = {
        key: text(f"show.head.{key}", language, name=view.name, city=view.study.settings.city.name)
        for key in ("goal", "own", "city", "target", "verdict", "comparable")
    }
    alike = verdicts_of(view, "comparable")
    rows = [
        {
            heads["goal"]: row.goal,
            heads["own"]: shown_interval(row.own, language),
            heads["city"]: shown_value(row.city, language),
            heads["target"]: "" if pd.isna(row.target) else percentage(row.target, language),
            heads["verdict"]: text(f"show.verdict.{verdicts.get(row.key, 'unknown')}", language),
            heads["comparable"]: text(f"show.alike.{alike.get(row.key, 'unknown')}", language),
        }
        for row in goals_frame(view).itertuples()
    ]
    caption = text("show.goals.table_caption", language, name=view.name)
    return ShownTable(pd.DataFrame(rows, columns=list(heads.values())), caption)


def verdicts_of(view: WijkView, against: str = "city") -> dict[str, str]:
    """Return this wijk's verdict per indicator for its last wave.

    Against the city, or against the ``comparable`` wijken.
    """
    table = view.own("comparisons")
    table = table[table["against"] == against]
    last = {key: last_wave(view, indicator).id for key, indicator in view.study.indicators.items()}
    table = table[table["wave"] == table["indicator"].map(last)]
    return dict(zip(table["indicator"], table["verdict"], strict=True))


def goals_sentences(view: WijkView) -> ShownText:
    """Say for each goal where this wijk stands."""
    language, verdicts = view.language, verdicts_of(view)
    sentences = []
    for row in goals_frame(view).itertuples():
        status = "missing" if row.own is None else row.own["status"]
        if status != "ok":
            sentences.append(
                text(f"show.status_sentence.{status}", language, what=escaped(row.indicator))
            )
            continue
        indicator = view.study.indicators[row.key]
        sentences.append(
            text(
                "show.goals.sentence",
                language,
                indicator=escaped(row.indicator),
                value=shown_interval(row.own, language),
                denominator=escaped(
                    view.study.text(indicator.denominator) or text("show.goals.children", language)
                ),
                wave=escaped(row.wave),
                verdict=text(f"show.verdict.{verdicts.get(row.key, 'unknown')}", language),
                city_value=shown_value(row.city, language),
            )
        )
    return bullets(sentences)


def comparable_sentence(view: WijkView) -> ShownText:
    """Say with which wijken this one is compared, and on what."""
    table = view.own("comparable").sort_values("rank")
    if table.empty:
        return ShownText(text("show.comparable.none", view.language))
    names = [view.study.neighbourhood(slug).name for slug in table["comparable"]]
    return ShownText(
        text(
            "show.comparable.which",
            view.language,
            name=escaped(view.name),
            names=escaped(", ".join(names)),
        )
    )
