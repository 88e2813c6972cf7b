"""A small panel per outcome: its line through the waves, its effect by method, its funnel."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from wijkkit.estimates.small_area import funnel as funnel_limits
from wijkkit.language import listed, signed, text
from wijkkit.language.numbers import about
from wijkkit.released.store import is_shown
from wijkkit.show import theme
from wijkkit.show.output import Nothing, ShownFigure, drawn, language_of, nothing
from wijkkit.show.values import shown_value

#: The axis of effects reaches no further, in percentage points; more is drawn up to the edge.
_FURTHEST = 60.0
_INSIDE = {"marker": "o", "color": "white", "markeredgecolor": theme.CITY, "markersize": 5.5}
_OUTSIDE = {"marker": "D", "color": theme.COMPARATOR, "markersize": 5.5}
_OWN: dict[str, Any] = {"marker": "o", "color": theme.OWN, "markersize": 8}
#: The height of a label beside a line, as a share of its panel.
_LETTERS = 0.18
#: A funnel names the wijken outside the limits where there are no more; the table names all.
_NAMED = 3


def slopes(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw a panel per label with every wave: this area bold, the others as a thin line.

    Columns ``label, wave, name, own`` and the number, as `CityView.waves` gives them.
    """
    if frame.empty or frame["wave"].nunique() < 2:
        return nothing(frame, "show.change.one_wave")
    language = language_of(frame)
    parts = _by_label(frame)
    with theme.style():
        figure, panels = theme.new_panels(list(parts), 1.6, 0.4)
        for axes, rows in zip(panels, parts.values(), strict=True):
            _draw_waves(axes, rows, language)
        for left, right in zip(panels[::2], panels[1::2], strict=False):
            right.tick_params(labelleft=left.get_ylim() != (0, 100) or right.get_ylim() != (0, 100))
        names = dict(zip(frame["own"], frame["name"], strict=True))
        looks = [(names[own], _line(own)) for own in (True, False) if own in names]
        theme.label_marks(figure, looks)
    said = []
    for label, rows in parts.items():
        own = rows[rows["own"]].to_dict("records")
        values = (f"{row['wave']} {shown_value(row, language)}" for row in own)
        said.append(f"{label}: {', '.join(values)}.")
    lead = text("show.alt.slopes", language, names=" / ".join(dict.fromkeys(frame["name"])))
    return drawn(figure, frame, lead, said)


def _by_label(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return dict(iter(frame.groupby("label", sort=False)))


def _line(own: bool) -> dict:
    return {
        "marker": "o" if own else "D", "markersize": 6.5 if own else 5,
        "color": theme.OWN if own else theme.CITY, "linestyle": "-", "linewidth": 2.2 if own else 1.2,
    }  # fmt: skip


def _draw_waves(axes: Axes, rows: pd.DataFrame, language: str) -> None:
    waves = list(dict.fromkeys(rows["wave"]))
    series: dict[bool, list[tuple[float, pd.Series]]] = {}
    for own, shift in ((False, 0.06), (True, -0.06)):
        mine = [row for _, row in rows[rows["own"].eq(own)].iterrows() if is_shown(row)]
        series[own] = found = [(waves.index(row["wave"]) + shift, row) for row in mine]
        look = _line(own)
        axes.plot([x for x, _ in found], [row["value"] for _, row in found], **look)
        for x, row in found:
            axes.plot([x, x], [row["lower"], row["upper"]], color=look["color"], linewidth=1.2)
    last = len(waves) - 1
    axes.set_xticks(range(len(waves)), waves)
    # As wide as the longest value beside a mark.
    shown = [row for found in series.values() for _, row in found]
    beside = [shown_value(row, language, "about_short") for row in shown]
    part = _LETTER * max(map(len, beside), default=0)
    margin = max(0.5, (_BESIDE + part * last) / (1 - 2 * part))
    axes.set_xlim(-margin, last + margin)
    if rows["unit"].isin(["percent", ""]).all():
        axes.set(ylim=(0, 100), yticks=range(0, 101, 25))
        axes.yaxis.set_major_formatter("{x:.0f}%")
    low = bool(shown) and np.mean([row["value"] for row in shown]) < np.mean(axes.get_ylim())
    _say_absent(axes, rows[rows["own"]], low, language)
    for at, side in ((0, "right"), (last, "left")):
        _label_values(axes, series, at, side, language)
    theme.grid_lines(axes, "y")


def _say_absent(axes: Axes, own: pd.DataFrame, low: bool, language: str) -> None:
    """Say in the panel why this area has no mark at a wave, above marks that are `low`."""
    rows = [row for _, row in own.iterrows()]
    said = [f"{row['wave']}: {shown_value(row, language)}" for row in rows if not is_shown(row)]
    axes.text(
        0.03, 0.97 if low else 0.04, "\n".join(said), va="top" if low else "bottom",
        fontsize=theme.SMALL, style="italic", color=theme.OWN, transform=axes.transAxes,
    )  # fmt: skip


#: How far a value stands from its mark, in waves, and how much of a panel a letter of it takes.
_BESIDE, _LETTER = 0.14, 0.04


def _label_values(axes: Axes, series: dict, at: int, side: str, language: str) -> None:
    """Write the values of a wave beside their marks, so far apart that both can be read."""
    here = {own: row for own, rows in series.items() for x, row in rows if round(x) == at}
    low, high = axes.get_ylim()
    values = [row["value"] for row in here.values()] or [low]
    half = max(max(values) - min(values), _LETTERS * (high - low) * (len(values) - 1)) / 2
    room = half + _LETTERS / 2 * (high - low)
    middle = min(max((max(values) + min(values)) / 2, low + room), high - room)
    first = half if values[0] >= values[-1] else -half
    for (own, row), place in zip(here.items(), (middle + first, middle - first), strict=False):
        axes.text(
            at + (_BESIDE if side == "left" else -_BESIDE), place,
            shown_value(row, language, "about_short"), ha=side, va="center",
            fontsize=theme.SMALL, color=_line(own)["color"], fontweight="bold" if own else "normal",
        )  # fmt: skip


def forest(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw a panel per outcome and a row per method around no difference; right is favourable.

    Columns ``label, method, scale, value, lower, upper, status``, as `CityView.methods` gives them;
    outcomes on another scale or by one method, and methods without a number, are in the table.
    """
    points = frame[frame["scale"].eq("points")]
    shown = points[points["status"].eq("ok")]
    rows = shown[shown.duplicated("label", keep=False)]
    language = language_of(frame)
    methods = [*rows["method"].unique()]
    if not methods:
        why = "one_method" if len(points) else "only_scores" if len(frame) else "no_outcome"
        return nothing(frame, f"effect_show.{why}")
    parts = _by_label(rows)
    ends = np.abs(rows[["lower", "upper"]].to_numpy(dtype=float))
    edge = min(_FURTHEST, 10.0 * (1 + max([10.0, *ends[np.isfinite(ends)]]) // 10))
    short = [text(f"effect_show.short.{method}", language) for method in methods]
    with theme.style():
        figure, panels = theme.new_panels(
            list(parts), 0.8 + 0.31 * len(methods), 0, sharex=True, sharey=True
        )
        for axes, part in zip(panels, parts.values(), strict=True):
            _draw_methods(axes, part, methods, edge)
        for axes in panels[-2:]:
            axes.tick_params(axis="x", labelbottom=True)
        for axes in panels[::2]:
            axes.set_yticks(range(len(methods)), [textwrap.fill(name, 20) for name in short])
            axes.tick_params(axis="y", labelsize=theme.SMALL)
            axes.set_ylim(len(methods) - 0.4, -0.6)
            axes.xaxis.set_major_formatter(lambda x, _: signed(x, language))
        figure.supxlabel(text("effect_show.axis", language), fontsize=theme.SMALL)
    lead = text("effect_show.alt", language, outcomes=len(parts), methods=len(methods))
    said = [_said_effect(label, part, language) for label, part in parts.items()]
    return drawn(figure, rows, lead, said)


def _draw_methods(axes: Axes, rows: pd.DataFrame, methods: list[str], edge: float) -> None:
    axes.axvline(0, color=theme.INK, linewidth=1)
    for row in rows.itertuples():
        position = methods.index(row.method)
        if np.isfinite([row.lower, row.upper]).all():
            limits = np.clip([row.lower, row.upper], -edge, edge)
            axes.plot(limits, [position] * 2, color=theme.OWN, linewidth=2)
        if -edge <= row.value <= edge:
            axes.plot(row.value, position, "o", color=theme.OWN, markersize=5)
    axes.set_xlim(-edge, edge)  # a number at the very end would stand outside the figure
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], prune="both"))
    theme.grid_lines(axes)


def _said_effect(label: str, rows: pd.DataFrame, language: str) -> str:
    """Say between which values the methods lie."""
    ends = rows.sort_values("value").iloc[[0, -1]].to_dict("records")
    least, most = (about(signed(end["value"], language), end, language) for end in ends)
    return text("effect_show.alt_row", language, outcome=label, least=least, most=most)


def funnel(frame: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw a funnel per indicator: wijken by effective number of children, limits around all.

    Columns ``label, name, own, value, city_value, effective_n, position``, as `CityView.wijken`
    gives them; rows without an effective number (scores, absent numbers) are left out.
    """
    known = frame[frame["effective_n"].notna()]
    if known.empty:
        return nothing(frame, "show.goals.no_rows")
    language, own = language_of(frame), known.loc[known["own"], "name"]
    parts = _by_label(known)
    with theme.style():
        figure, panels = theme.new_panels(list(parts), 1.9, 0.6)
        for axes, rows in zip(panels, parts.values(), strict=True):
            _draw_funnel(axes, rows)
        figure.supxlabel(text("show.funnel.x", language), fontsize=theme.SMALL)
        marks = [(own.iloc[0], _OWN)] if len(own) else []
        marks += [(text(f"show.funnel.{key}", language), look)
                  for key, look in (("inside", _INSIDE), ("outside_mark", _OUTSIDE))]  # fmt: skip
        theme.label_marks(figure, marks)
    said = []
    for label, rows in parts.items():
        outside = list(rows.loc[rows["position"].ne("inside"), "name"])
        key = ("none_outside", "one_outside", "outside")[min(len(outside), 2)]
        words = {"indicator": label, "names": listed(outside, language)}
        said.append(text(f"show.funnel.{key}", language, **words))
    return drawn(figure, known, text("show.alt.funnel", language), said, "funnel")


def _draw_funnel(axes: Axes, rows: pd.DataFrame) -> None:
    n, city = rows["effective_n"].to_numpy(dtype=float), rows["city_value"].iloc[0]
    found = funnel_limits(rows["value"] / 100 * n, n, target=city / 100, multiplier=100)
    curve = found.curve
    for level, dashes in (("95", "-"), ("998", (0, (2, 1.4)))):
        for side in ("lower", "upper"):
            line = curve[f"{side}{level}"]
            axes.plot(curve["n"], line, color=theme.CITY, linewidth=1, linestyle=dashes)
    axes.axhline(found.target, color=theme.INK, linewidth=1)
    mine, outside = rows["own"].astype(bool), rows["position"].ne("inside")
    groups = ((~mine & ~outside, _INSIDE), (~mine & outside, _OUTSIDE), (mine, _OWN))
    for these, look in groups:
        found_n, value = rows.loc[these, "effective_n"], rows.loc[these, "value"]
        axes.plot(found_n, value, linestyle="none", **look)
    named = rows[~mine & outside]
    for row in named.itertuples() if len(named) <= _NAMED else ():
        right = row.effective_n > curve["n"].mean()
        axes.annotate(
            row.name, (row.effective_n, row.value), xytext=(-6 if right else 6, 0),
            textcoords="offset points", ha="right" if right else "left", va="center", fontsize=theme.SMALL,
        )  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.grid(color=theme.PALE, linewidth=0.6)
