"""The effect per outcome and method: estimates with intervals, and each test's floor."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wijkkit.language import number, text
from wijkkit.released import CityView
from wijkkit.show.output import ShownFigure, ShownTable
from wijkkit.show.theme import CITY, INK, OWN, PALE, style


def forest_rows(view: CityView, outcome: str, scale: str = "odds_ratio") -> pd.DataFrame:
    """Return the main effect of one outcome, one row per method."""
    effects = view.table("effects")
    rows = effects[
        (effects["outcome"] == outcome)
        & (effects["contrast"] == "did")
        & (effects["scale"] == scale)
        & effects["group"].isin(["", "all"])
    ]
    return rows.reset_index(drop=True)


def forest_figure(view: CityView, outcome: str) -> ShownFigure:
    """Draw the odds ratio of one outcome by every method, on a log scale around no effect."""
    rows, language = forest_rows(view, outcome), view.language
    shown = rows[(rows["status"] == "ok") & rows["lower"].gt(0) & rows["upper"].lt(np.inf)]
    label = view.study.text(view.study.indicators[outcome].label)
    with style():
        figure = Figure(figsize=(7.2, 1.1 + 0.36 * max(len(rows), 1)), layout="constrained")
        axes = figure.add_subplot()
        for position, row in enumerate(rows.itertuples()):
            if row.status == "ok" and row.lower > 0 and np.isfinite(row.upper):
                axes.plot([row.lower, row.upper], [position] * 2, color=OWN, linewidth=2)
            if row.status == "ok" and row.estimate > 0:
                axes.plot(row.estimate, position, "o", color=OWN, markersize=6.5)
        axes.axvline(1, color=INK, linewidth=1)
        axes.set_xscale("log")
        low = min([0.25, *shown["lower"] / 1.15])
        high = max([4, *shown["upper"] * 1.15])
        axes.set_xlim(max(low, 0.02), min(high, 50))
        ticks = [
            tick
            for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20)
            if max(low, 0.02) <= tick <= min(high, 50)
        ]
        axes.set_xticks(ticks, [number(tick, language, 2 if tick < 1 else 0) for tick in ticks])
        axes.minorticks_off()
        names = [textwrap.fill(_method(row, language), 40) for row in rows.itertuples()]
        axes.set_yticks(range(len(rows)), names)
        axes.set_ylim(len(rows) - 0.4, -0.8)
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.set_xlabel(text("effect_show.axis", language), color=CITY)
    return ShownFigure(
        figure,
        alt=text(
            "effect_show.alt",
            language,
            outcome=label,
            rows=" ".join(_sentence(row, language) for row in rows.itertuples()),
        ),
        caption=text("effect_show.caption", language, outcome=label),
        data=forest_table(view, outcome).data,
    )


def forest_table(view: CityView, outcome: str) -> ShownTable:
    """Return every method with its odds ratio, interval, p-value and floor."""
    rows, language = forest_rows(view, outcome), view.language
    heads = [
        text(f"effect_show.head.{key}", language)
        for key in ("method", "estimate", "p", "floor", "remark")
    ]
    cells = [
        [
            _method(row, language),
            _estimate(row, language),
            _p(row.p, language),
            _p(row.floor, language),
            _remark(row, language),
        ]
        for row in rows.itertuples()
    ]
    label = view.study.text(view.study.indicators[outcome].label)
    return ShownTable(
        pd.DataFrame(cells, columns=heads),
        text("effect_show.table_caption", language, outcome=label),
    )


def _method(row, language: str) -> str:
    return text(f"effect.method.{row.method}", language)


def _estimate(row, language: str) -> str:
    if row.status != "ok" or pd.isna(row.estimate):
        return text("show.status.missing", language)
    value = number(row.estimate, language, 2)
    if pd.isna(row.lower) or pd.isna(row.upper):
        return value
    lower = number(row.lower, language, 2)
    upper = number(row.upper, language, 2) if np.isfinite(row.upper) else "∞"
    return text("show.value_with_interval", language, value=value, lower=lower, upper=upper)


def _p(value: float, language: str) -> str:
    return "" if pd.isna(value) else number(value, language, 3)


def _remark(row, language: str) -> str:
    return text(f"effect.reason.{row.reason}", language) if row.reason else ""


def _sentence(row, language: str) -> str:
    return f"{_method(row, language)}: {_estimate(row, language)}."
