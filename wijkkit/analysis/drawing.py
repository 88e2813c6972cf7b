"""A result as a figure: axes that are still yours to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from wijkkit.errors import EstimationError
from wijkkit.language import absence, text
from wijkkit.language.messages import catalogue
from wijkkit.loaders.areas import area_names
from wijkkit.loaders.borders import load_borders
from wijkkit.show.maps import draw_values
from wijkkit.show.theme import CITY, INK, OWN, grid_lines, new_figure, style
from wijkkit.tables import STATUSES

if TYPE_CHECKING:
    from wijkkit.analysis.model import Model
    from wijkkit.analysis.result import Result


_COLOURS = (OWN, "#d1760f", "#0b6b4f", "#a8321f", "#6b7680", "#7a4fa3")
_ROW, _MARGIN = 0.32, 1.0  # inches


def draw(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the numbers in `ax`, or in axes of their own: a row per area or group, with intervals.

    Waves go from left to right. The last column of `by` that is no area has a colour per value.
    """
    frame = result.frame
    with style():
        if ax is None:
            rows, last = frame["area"].nunique() if "area" in frame else len(frame), _hue(result)
            rows *= max(1, frame[last].nunique()) if last else 1
            _, ax = new_figure(height=_MARGIN + _ROW * max(3, rows))
        (_lines if _over_time(result) else _intervals)(ax, result)
        _scale(ax, result)
    return ax


def names(result: Result, column: str) -> dict[str, str]:
    """Return what readers call the values of a column."""
    study = result.study
    if column in ("wijk", "area"):
        known = {wijk: neighbourhood.name for wijk, neighbourhood in study.neighbourhoods.items()}
        return {**known, "city": study.settings.city.name}
    if column == "method":
        return dict(catalogue("effect", study.language)["method"])
    if column in ("arm", "scale"):
        units, arms = ("points", "odds_ratio", "score"), ("programme", "comparator")
        key, ids = ("unit", units) if column == "scale" else ("arm", arms)
        return {one: text(f"people.{key}.{one}", study.language) for one in ids}
    if column == "wave":
        return {wave.id: study.text(wave.label) for wave in study.waves}
    for grouping in study.groupings:
        if grouping.column == column:
            return {group.id: study.text(group.label) for group in grouping.groups}
    return {}


def _hue(result: Result) -> str:
    """Return the column that has a colour per value: the last of several that is no area."""
    others = [name for name in result.by if name not in ("wijk", "wave", "scale")]
    return others[-1] if others and len(result.by) > 1 else ""


def _over_time(result: Result) -> bool:
    return "wave" in result.by and result.frame["wave"].nunique() > 1


def _label(result: Result, row: pd.Series, without: str) -> str:
    columns = [name for name in result.by if name not in (without, "wave")]
    words = [names(result, name).get(str(row[name]), str(row[name])) for name in columns]
    if not words:
        area = str(row.get("area", ""))
        words = [names(result, "area").get(area, area or result.title)]
    return ", ".join(words)


def _intervals(ax: Axes, result: Result) -> None:
    frame, hue = result.frame, _hue(result)
    labels = list(dict.fromkeys(_label(result, row, hue) for _, row in frame.iterrows()))
    values = list(dict.fromkeys(frame[hue])) if hue else [""]
    called = names(result, hue) if hue else {}
    for _, row in frame.iterrows():
        at = labels.index(_label(result, row, hue))
        order = values.index(row[hue]) if hue else 0
        place = at + (order - (len(values) - 1) / 2) * 0.8 / len(values)
        colour = _COLOURS[order % len(_COLOURS)]
        status = row.get("status", "ok")
        if status != "ok" or pd.isna(row["value"]):
            known = status in STATUSES and status != "ok"
            words = absence(status if known else "missing", result.study.language)
            at_left = ax.get_yaxis_transform()
            ax.text(0.01, place, words, color=CITY, va="center", fontsize=8, transform=at_left)
            continue
        ax.hlines(place, row["lower"], row["upper"], color=colour, linewidth=2.2)
        ax.plot(row["value"], place, "o", color=colour, markersize=6)
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    if hue:
        _legend(ax, [called.get(str(value), str(value)) for value in values])


def _lines(ax: Axes, result: Result) -> None:
    frame = result.frame
    waves = list(dict.fromkeys(frame["wave"]))
    series = frame.groupby(
        [name for name in result.by if name != "wave"] or ["indicator"], sort=False
    )
    labels = []
    for order, (_, rows) in enumerate(series):
        labels.append(_label(result, rows.iloc[0], ""))
        rows = rows[rows["value"].notna()]
        places = [waves.index(wave) + order * 0.04 for wave in rows["wave"]]
        colour = _COLOURS[order % len(_COLOURS)]
        ax.vlines(places, rows["lower"], rows["upper"], color=colour, linewidth=1.6)
        ax.plot(places, rows["value"], "o-", color=colour, markersize=5)
    ax.set_xticks(range(len(waves)), [names(result, "wave").get(wave, wave) for wave in waves])
    _legend(ax, labels)


def _legend(ax: Axes, labels: list[str]) -> None:
    handles = [
        ax.plot([], [], "o", color=_COLOURS[at % len(_COLOURS)], label=label)[0]
        for at, label in enumerate(labels)
    ]
    ax.legend(
        handles=handles, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize=9
    )


def _scale(ax: Axes, result: Result) -> None:
    """Name the axis of the values, with a line where nothing differs."""
    axis = ax.yaxis if _over_time(result) else ax.xaxis
    units = set(result.frame["unit"]) if "unit" in result.frame else set(result.frame["scale"])
    unit = units.pop() if len(units) == 1 else "score"
    axis.set_label_text(text(f"people.unit.{unit}", result.study.language))
    grid_lines(ax, "y" if _over_time(result) else "x")
    none = {"points": 0.0, "ratio": 1.0, "odds_ratio": 1.0}.get(unit)
    if none is not None:
        line = ax.axhline if _over_time(result) else ax.axvline
        line(none, color=INK, linewidth=1)


def draw_map(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the value of each wijk within its border; one without a number is pale.

    Raises EstimationError: The result is not one number per wijk, or the study has no borders.
    """
    rows = result.frame.set_index("area") if "area" in result.frame else pd.DataFrame()
    if "wijk" not in result.by or not rows.index.is_unique:
        raise EstimationError(
            "a map needs one number per wijk",
            place="by",
            found=", ".join(result.by) or "no division",
            expected="wijk",
        )
    borders = load_borders(result.study, "wijk")
    if borders.empty:
        raise EstimationError(
            "a map needs borders",
            file="study.yml",
            place="sources.borders",
            found="none of the wijken",
            remedy="Name a file or a service with borders.",
        )
    area = borders["code"].map(area_names(result.study, "wijk"))
    borders = borders.assign(
        name=area.map(names(result, "wijk")),
        value=area.map(rows["value"]).astype(float),
        unit=rows["unit"].iloc[0],
        status="ok",
    )
    with style():
        if ax is None:
            _, ax = new_figure(height=4.6)
        draw_values(ax, borders, result.study.language)
        ax.set_aspect("equal")
        ax.autoscale_view()
        ax.set_axis_off()
        ax.set_title(result.title, pad=20)
    return ax


def draw_scatter(first: Result, second: Result, ax: Axes | None = None) -> Axes:
    """Draw two results against each other, each area called by its name."""
    both = first.joined(second, names=("_first", "_second")).dropna(subset=["_first", "_second"])
    called = names(first, "area")
    with style():
        if ax is None:
            _, ax = new_figure(height=4.2)
        ax.plot(both["_first"], both["_second"], "o", color=OWN, markersize=6)
        for area, *place in both[["area", "_first", "_second"]].itertuples(index=False):
            ax.annotate(called.get(str(area), str(area)), place, xytext=(4, 4),
                        textcoords="offset points", fontsize=8)  # fmt: skip
        ax.set(xlabel=first.title, ylabel=second.title)
        grid_lines(ax, "both")
    return ax


def draw_terms(model: Model, ax: Axes | None = None) -> Axes:
    """Draw the terms of a model without its constant, each with its interval."""
    value, *limits, _ = model.shown.columns[1:]
    rows = model.frame[model.frame["term"].ne("Intercept")].reset_index(drop=True)
    with style():
        if ax is None:
            _, ax = new_figure(height=_MARGIN + _ROW * max(3, len(rows)))
        ax.hlines(rows.index, rows[limits[0]], rows[limits[1]], color=OWN, linewidth=2.2)
        ax.plot(rows[value], rows.index, "o", color=OWN, markersize=6)
        ax.set_yticks(rows.index, [plain_term(term) for term in rows["term"]])
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ratio = value == "odds_ratio"
        ax.axvline(1.0 if ratio else 0.0, color=INK, linewidth=1)
        unit = "odds_ratio" if ratio else "score"
        ax.set_xlabel(text(f"people.unit.{unit}", model.study.language))
        if ratio:
            ax.set_xscale("log")
    return ax


def plain_term(term: str) -> str:
    """Return a term as a reader reads it.

    >>> plain_term("ses[T.high]"), plain_term("age")
    ('ses: high', 'age')
    """
    return term.replace("[T.", ": ").replace("]", "")
