"""Position among all wijken: every wijk in order, with its interval."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import text
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import ShownFigure
from wijkkit.show.select import last_wave, pick
from wijkkit.show.theme import CITY, INK, OWN, new_figure, percent_axis, style
from wijkkit.show.values import shown_interval, shown_value


def ranking_frame(view: CityView, key: str) -> pd.DataFrame:
    """Return the released estimates of one indicator for all wijken, the lowest first."""
    wave = last_wave(view, view.study.indicators[key])
    table = view.table("estimates")
    rows = table[
        (table["indicator"] == key)
        & (table["area_level"] == "wijk")
        & (table["wave"] == wave.id)
        & (table["group_by"] == "")
        & (table["status"] == "ok")
    ]
    names = {slug: hood.name for slug, hood in view.study.neighbourhoods.items()}
    return (
        rows.assign(name=rows["area"].map(names))
        .sort_values(["value", "area"])
        .reset_index(drop=True)
    )


def ranking_figure(view: CityView, key: str) -> ShownFigure:
    """Draw all wijken in order of an indicator, with the city as a line; a wijk view marks its own."""
    frame, language = ranking_frame(view, key), view.language
    indicator = view.study.indicators[key]
    wave = last_wave(view, indicator)
    city = pick(view.table("estimates"), key, "city", "city", wave.id)
    own = view.slug if isinstance(view, WijkView) else None
    named = len(frame) <= 30
    with style():
        figure, axes = new_figure(height=0.9 + (0.26 * len(frame) if named else 4.2))
        for position, row in enumerate(frame.itertuples()):
            color = OWN if row.area == own else CITY
            axes.plot(
                [row.lower, row.upper],
                [position] * 2,
                color=color,
                linewidth=3 if row.area == own else 1.3,
            )
            axes.plot(
                row.value, position, "o", color=color, markersize=8 if row.area == own else 4.5
            )
            if row.area == own and not named:
                axes.annotate(
                    row.name,
                    (row.upper, position),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    color=OWN,
                )
        if city is not None and city["status"] == "ok":
            axes.axvline(city["value"], color=INK, linewidth=1, linestyle=(0, (2, 1.4)))
            label = f"{text('show.area.city', language)} {shown_value(city, language)}"
            axes.text(
                city["value"], len(frame) - 0.2, label, ha="center", va="bottom", fontsize=8.5
            )
        axes.set_yticks(range(len(frame)) if named else [], list(frame["name"]) if named else [])
        axes.set_ylim(-0.8, len(frame) + 0.4)
        percent_axis(axes)
    label = view.study.text(indicator.label)
    return ShownFigure(
        figure,
        alt=text(
            "show.ranking.alt",
            language,
            indicator=label,
            city=shown_value(city, language),
            marked=_marked(view, key, wave.id),
        ),
        caption=text(
            "show.ranking.caption", language, indicator=label, wave=view.study.text(wave.label)
        ),
        data=_data(frame, language),
    )


def _marked(view: CityView, key: str, wave: str) -> str:
    if not isinstance(view, WijkView):
        return ""
    row = pick(view.table("estimates"), key, view.slug, "wijk", wave)
    return text(
        "show.ranking.marked",
        view.language,
        name=view.name,
        value=shown_interval(row, view.language),
    )


def _data(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            text("show.head.wijk", language): frame["name"],
            text("show.head.value", language): [
                shown_interval(row, language) for _, row in frame.iterrows()
            ],
        }
    )
