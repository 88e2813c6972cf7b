"""One indicator across chosen wijken: the figure behind the explorer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.show.output import ShownFigure
from wijkkit.show.select import pick
from wijkkit.show.theme import CITY, INK, OWN, new_figure, percent_axis, style
from wijkkit.show.values import shown_interval, shown_value
from wijkkit.tables import EVERYBODY


def explore_figure(
    view: CityView,
    indicator: str,
    wave: str,
    wijken: Sequence[str] = (),
    group_by: str = "",
    group: str = EVERYBODY,
) -> ShownFigure:
    """Draw one indicator for chosen wijken and the city, for everybody or one group.

    Parameters
    ----------
    view : CityView
    indicator, wave : str
        Keys of the study.
    wijken : sequence of str
        Slugs; all wijken where empty.
    group_by, group : str
        A grouping and one of its groups; everybody by default.
    """
    estimates, language = view.table("estimates"), view.language
    slugs = list(wijken) or list(view.study.neighbourhoods)
    rows = [pick(estimates, indicator, slug, "wijk", wave, group_by, group) for slug in slugs]
    names = [view.study.neighbourhood(slug).name for slug in slugs]
    city = pick(estimates, indicator, "city", "city", wave, group_by, group)
    percent = view.study.indicators[indicator].unit == "percent"
    with style():
        figure, axes = new_figure(height=0.9 + 0.3 * len(slugs))
        for position, row in enumerate(rows):
            _draw(axes, position, row, language)
        if city is not None and city["status"] == "ok":
            axes.axvline(city["value"], color=CITY, linewidth=1.4, linestyle=(0, (2, 1.4)))
        axes.set_yticks(range(len(slugs)), names)
        axes.set_ylim(len(slugs) - 0.4, -0.6)
        if percent:
            percent_axis(axes)
    label = view.study.text(view.study.indicators[indicator].label)
    shown = [shown_interval(row, language) for row in rows]
    described = " ".join(f"{name}: {value}." for name, value in zip(names, shown, strict=True))
    fields = {"indicator": label, "wave": wave, "group": _group_label(view, group_by, group)}
    data = pd.DataFrame(
        {text("show.head.wijk", language): names, text("show.head.value", language): shown}
    )
    return ShownFigure(
        figure,
        alt=text(
            "show.explore.alt", language, **fields, city=shown_value(city, language), rows=described
        ),
        caption=text("show.explore.caption", language, **fields),
        data=data,
    )


def _draw(axes, position: int, row: pd.Series | None, language: str) -> None:
    if row is None or row["status"] != "ok":
        x = axes.get_xlim()[0]
        axes.text(
            x, position, f" {shown_value(row, language)}", va="center", fontsize=8.5, color=INK
        )
        return
    axes.plot([row["lower"], row["upper"]], [position] * 2, color=OWN, linewidth=2)
    axes.plot(row["value"], position, "o", color=OWN, markersize=7)


def _group_label(view: CityView, group_by: str, group: str) -> str:
    for grouping in view.study.groupings:
        for candidate in grouping.groups:
            if grouping.id == group_by and candidate.id == group:
                return f"{view.study.text(grouping.label)}: {view.study.text(candidate.label)}"
    return text("show.explore.everybody", view.language)
