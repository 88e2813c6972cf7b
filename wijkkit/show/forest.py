"""The effect by every method: a panel per outcome, and the table with each test's floor."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wijkkit.language import absence, number, text
from wijkkit.released import CityView
from wijkkit.show.output import ShownFigure, ShownTable, empty_figure, empty_table
from wijkkit.show.theme import INK, OWN, PALE, SMALL, WIDTH, style
from wijkkit.tables import EVERYBODY

#: The odds ratio axis; what lies outside is drawn up to the edge.
_LOWEST, _HIGHEST = 0.1, 10.0
_TICKS = (0.1, 0.3, 1.0, 3.0, 10.0)


def forest_rows(view: CityView) -> pd.DataFrame:
    """Return the main effect on every outcome by every method: odds ratios of the adverse pole."""
    effects = view.table("effects")
    wanted = (
        (effects["contrast"] == "did")
        & (effects["scale"] == "odds_ratio")
        & effects["group"].isin(["", EVERYBODY])
    )
    rows = effects[wanted].reset_index(drop=True)
    ends = ["estimate", "lower", "upper"]
    turned = 1 / rows[["estimate", "upper", "lower"]].set_axis(ends, axis=1).astype(float)
    return rows.assign(**rows[ends].mask(rows["pole"].eq("favourable"), turned))


def forest_figure(view: CityView) -> ShownFigure:
    """Draw a panel per outcome and a row per method, on a log scale around no effect.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.forest_figure(view).caption)
    Het effect op ...
    """
    rows, language = forest_rows(view), view.language
    if rows.empty:
        return empty_figure(_why_none(view), text("effect_show.caption", language))
    outcomes, methods = list(rows["outcome"].unique()), list(rows["method"].unique())
    columns = min(2, len(outcomes))
    lines = -(-len(outcomes) // columns)
    with style():
        figure = Figure(figsize=(WIDTH, lines * (0.8 + 0.26 * len(methods))), layout="constrained")
        panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, outcome in zip(panels, outcomes, strict=False):
            _draw_panel(axes, rows[rows["outcome"] == outcome], methods)
            title = view.study.text(view.study.indicators[outcome].label)
            axes.set_title(textwrap.fill(title, 20), loc="left", fontsize=SMALL)
        for axes in panels[len(outcomes) :]:
            axes.set_visible(False)
        for axes in panels[::columns]:
            _label_axes(axes, methods, language)
        figure.supxlabel(text("effect_show.axis", language), fontsize=SMALL)
    described = " ".join(_sentence(view, row) for row in rows.itertuples())
    return ShownFigure(
        figure,
        alt=text("effect_show.alt", language, rows=described),
        caption=text("effect_show.caption", language),
        data=forest_table(view).data,
    )


def _draw_panel(axes, rows: pd.DataFrame, methods: list[str]) -> None:
    axes.axvline(1, color=INK, linewidth=1)
    for row in rows.itertuples():
        if row.status != "ok":
            continue
        position = methods.index(row.method)
        limits = np.clip([row.lower, row.upper], _LOWEST, _HIGHEST)
        if not np.isnan(limits).any():
            axes.plot(limits, [position] * 2, color=OWN, linewidth=2)
        if _LOWEST <= row.estimate <= _HIGHEST:
            axes.plot(row.estimate, position, "o", color=OWN, markersize=5)
    axes.set_xscale("log")
    axes.set_xlim(_LOWEST, _HIGHEST)
    axes.grid(axis="x", color=PALE, linewidth=0.8)


def _label_axes(axes, methods: list[str], language: str) -> None:
    axes.set_xticks(_TICKS, [number(tick, language, 1 if tick < 1 else 0) for tick in _TICKS])
    axes.minorticks_off()
    names = [textwrap.fill(text(f"effect_show.short.{method}", language), 20) for method in methods]
    axes.set_yticks(range(len(methods)), names)
    axes.tick_params(axis="y", labelsize=8.5)
    axes.set_ylim(len(methods) - 0.4, -0.6)


def forest_table(view: CityView) -> ShownTable:
    """Return every outcome and method with odds ratio, interval, p-value and floor, as text.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.forest_table(view)
    Uitkomst Methode ...
    """
    language, found = view.language, forest_rows(view)
    caption = text("effect_show.table_caption", language)
    if found.empty:
        return empty_table(_why_none(view), caption)
    keys = ("outcome", "method", "estimate", "p", "floor", "remark")
    heads = [text(f"effect_show.head.{key}", language) for key in keys]
    cells = [
        [
            view.study.text(view.study.indicators[row.outcome].label),
            text(f"effect.method.{row.method}", language),
            _estimate(row, language),
            _p(row.p, language),
            _p(row.floor, language),
            text(f"effect.reason.{row.reason}", language) if row.reason else "",
        ]
        for row in found.itertuples()
    ]
    return ShownTable(pd.DataFrame(cells, columns=heads), caption)


def _why_none(view: CityView) -> str:
    key = "no_outcome" if view.table("effects").empty else "only_scores"
    return text(f"effect_show.{key}", view.language)


def _estimate(row, language: str) -> str:
    if row.status == "hidden":
        return absence("hidden", language)
    if row.status != "ok" or pd.isna(row.estimate):
        return text("effect_show.absent", language)
    value = number(row.estimate, language, 2)
    if pd.isna(row.lower) or pd.isna(row.upper):
        return value
    upper = number(row.upper, language, 2) if np.isfinite(row.upper) else "∞"
    lower = number(row.lower, language, 2)
    return text("show.value_with_interval", language, value=value, lower=lower, upper=upper)


def _p(value: float, language: str) -> str:
    if pd.isna(value):
        return ""
    return f"<{number(0.001, language, 3)}" if value < 0.0005 else number(value, language, 3)


def _sentence(view: CityView, row) -> str:
    outcome = view.study.text(view.study.indicators[row.outcome].label)
    method = text(f"effect.method.{row.method}", view.language)
    return f"{outcome}, {method}: {_estimate(row, view.language)}."
