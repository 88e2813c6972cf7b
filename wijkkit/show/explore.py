"""One indicator across chosen wijken: the figure behind the explorer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.show.output import ShownFigure
from wijkkit.show.theme import CITY, INK, OWN, percent_axis, style
from wijkkit.show.values import shown_interval, shown_value
from wijkkit.tables import EVERYBODY

_WIDTH, _ROW, _MARGIN, _LETTER = 7.2, 0.3, 0.3, 0.085  # inches


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

    Returns
    -------
    ShownFigure
        What is hidden in the released tables has a word in its place, never a mark.

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.explore_figure(view, "outdoor_play", "2021").alt)
    Per wijk een punt ...
    """
    language, study = view.language, view.study
    names = {slug: study.neighbourhood(slug).name for slug in wijken or study.neighbourhoods}
    rows = _rows(view.table("estimates"), indicator, wave, group_by, group)
    drawn = [rows.get(("wijk", slug)) for slug in names]
    city = rows.get(("city", "city"))
    figure = _draw(
        list(names.values()),
        drawn,
        city,
        percent=study.indicators[indicator].unit == "percent",
        language=language,
    )
    shown = [shown_interval(row, language) for row in drawn]
    fields = {
        "indicator": study.text(study.indicators[indicator].label),
        "wave": wave,
        "group": _group_label(view, group_by, group),
    }
    described = " ".join(
        f"{name}: {value}." for name, value in zip(names.values(), shown, strict=True)
    )
    heads = [text(f"show.head.{key}", language) for key in ("wijk", "value")]
    return ShownFigure(
        figure,
        alt=text(
            "show.explore.alt", language, **fields, city=shown_value(city, language), rows=described
        ),
        caption=text("show.explore.caption", language, **fields),
        data=pd.DataFrame(
            {
                heads[0]: [*names.values(), text("show.explore.city", language)],
                heads[1]: [*shown, shown_interval(city, language)],
            }
        ),
    )


def _rows(
    estimates: pd.DataFrame, indicator: str, wave: str, group_by: str, group: str
) -> dict[tuple[str, str], dict]:
    """Return the rows of one figure by level and area; looked up once for all areas."""
    asked = {"indicator": indicator, "wave": wave, "group_by": group_by, "group": group}
    for column, value in asked.items():
        estimates = estimates[estimates[column] == value]
    return {(row["area_level"], row["area"]): row for row in estimates.to_dict("records")}


def _draw(
    names: list[str], rows: list[dict | None], city: dict | None, *, percent: bool, language: str
) -> Figure:
    height = 0.9 + _ROW * len(names)
    with style():
        # Margins are set, not solved for: with seventy wijken the solver takes most of the time.
        figure = Figure(figsize=(_WIDTH, height))
        axes = figure.add_subplot()
        left = min(0.45, (_MARGIN + _LETTER * max(map(len, names))) / _WIDTH)
        figure.subplots_adjust(left=left, right=0.97, top=1 - 0.2 / height, bottom=0.45 / height)
        _mark_values(axes, rows)
        if city is not None and city["status"] == "ok":
            axes.axvline(city["value"], color=CITY, linewidth=1.4, linestyle=(0, (2, 1.4)))
            name = text("show.explore.city", language)
            axes.text(city["value"], -0.65, name, ha="center", va="bottom", fontsize=8.5, color=INK)
        axes.set_yticks([])
        _name_rows(axes, names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        if percent:
            percent_axis(axes)
        _say_absent(axes, rows, language)
    return figure


def _mark_values(axes: Axes, rows: list[dict | None]) -> None:
    known = [(position, row) for position, row in enumerate(rows) if row and row["status"] == "ok"]
    places = [position for position, _ in known]
    lower, upper, value = ([row[key] for _, row in known] for key in ("lower", "upper", "value"))
    axes.hlines(places, lower, upper, color=OWN, linewidth=2)
    axes.plot(value, places, "o", color=OWN, markersize=7)


def _say_absent(axes: Axes, rows: list[dict | None], language: str) -> None:
    left = axes.get_xlim()[0]
    for position, row in enumerate(rows):
        if row is None or row["status"] != "ok":
            words = f" {shown_value(row, language)}"
            plain = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.text(left, position, words, va="center", fontsize=8.5, color=INK, bbox=plain)


def _group_label(view: CityView, group_by: str, group: str) -> str:
    for grouping in view.study.groupings:
        for candidate in grouping.groups:
            if grouping.id == group_by and candidate.id == group:
                return f"{view.study.text(grouping.label)}: {view.study.text(candidate.label)}"
    return text("show.explore.everybody", view.language)


def _name_rows(axes: Axes, names: list[str]) -> None:
    """Write the names beside the axis: seventy ticks take three times as long as seventy texts."""
    beside = axes.get_yaxis_transform()
    for position, name in enumerate(names):
        axes.text(-0.01, position, name, transform=beside, ha="right", va="center")
