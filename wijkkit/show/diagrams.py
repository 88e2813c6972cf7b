"""Diagrams: the logic model with its states, and the network of one wijk."""

from __future__ import annotations

import itertools
import math
import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from wijkkit.evaluation.process.network import ADVISOR
from wijkkit.language import text
from wijkkit.show import theme
from wijkkit.show.output import Nothing, ShownFigure, drawn, language_of, nothing
from wijkkit.study.settings.programme import BOXES

#: Sizes in inches; the figure's width is that of a page.
_WIDTH, _LINE, _GAP, _HEAD, _LOOP = theme.WIDTH, 0.16, 0.5, 0.28, 0.6
_LABEL_CHARACTERS, _STATE_CHARACTERS, _CLAIM_CHARACTERS = 40, 20, 64
_COLOURS = {"better": theme.BETTER, "in_place": theme.BETTER, "worse": theme.WORSE,
            "lacking": theme.WORSE, "not_measured": theme.CITY}  # fmt: skip


def logic_model(elements: pd.DataFrame, assumptions: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw `CityView.elements` with their states, and `CityView.assumptions` with their verdicts.

    Columns ``box, label, state`` and ``from_box, to_box, label, verdict``. Every state has a sign
    and a word, so that the figure reads without colour.
    """
    if elements.empty:
        return nothing(elements, "show.logic_model.none")
    language = language_of(elements)
    rows = {box: _lines(elements[elements["box"].eq(box)], language) for box in BOXES}
    heights = {
        box: _HEAD + _LINE * (sum(len(label) for _, label, _ in lines) or 1) + 0.12
        for box, lines in rows.items()
    }
    height = sum(heights.values()) + _GAP * (len(BOXES) - 1) + 0.1
    with theme.style():
        figure, axes = theme.new_figure(_WIDTH, height)
        figure.set_layout_engine("none")
        axes.set_position((0, 0, 1, 1))
        axes.set_xlim(0, _WIDTH)
        axes.set_ylim(height, 0)
        axes.axis("off")
        top, edges = 0.05, []
        for box in BOXES:
            _draw_box(axes, box, rows[box], top, heights[box], language)
            edges.append((top, top + heights[box]))
            top += heights[box] + _GAP
        for at, pair in enumerate(itertools.pairwise(BOXES)):
            _draw_assumption(axes, assumptions, pair, edges[at][1], edges[at + 1][0], language)
        _draw_loop(axes, edges[0][0], edges[-1][1], language)
    said = []
    for state, n in elements["state"].value_counts().items():
        words = text(f"logic_model.state.{state}", language)
        said.append(text("show.alt.logic_model_row", language, state=words, n=n))
    return drawn(figure, elements, text("show.alt.logic_model", language), said)


def _lines(rows: pd.DataFrame, language: str) -> list[tuple[str, list[str], list[str]]]:
    """Return of each element its state, its wrapped label and its wrapped state in words."""
    lines = []
    for row in rows.itertuples():
        label = textwrap.wrap(row.label, _LABEL_CHARACTERS)
        state = textwrap.wrap(text(f"logic_model.state.{row.state}", language), _STATE_CHARACTERS)
        label += [""] * (len(state) - len(label))
        lines.append((row.state, label, state))
    return lines


def _box(axes: Axes, corner: tuple[float, float], width: float, height: float, **look) -> None:
    shape = "round,pad=0,rounding_size=0.06"
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=shape, **look))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", color=color, mutation_scale=12))


def _draw_box(axes: Axes, box: str, lines: list, top: float, height: float, language: str) -> None:
    look = {"facecolor": "white", "edgecolor": theme.OWN, "linewidth": 1.2}
    _box(axes, (0.08, top), _WIDTH - _LOOP - 0.1, height, **look)
    head: dict[str, Any] = {"fontsize": 10.5, "fontweight": "bold", "color": theme.OWN}
    axes.text(0.2, top + 0.19, text(f"logic_model.box.{box}", language), va="center", **head)
    y = top + _HEAD + _LINE / 2
    for state, label, words in lines:
        colour = _COLOURS.get(state, theme.INK)
        sign = [text(f"logic_model.symbol.{state}", language)]
        for x, parts, color in ((0.2, sign, colour), (0.42, label, None), (3.5, words, colour)):
            for number, line in enumerate(parts):
                at = y + number * _LINE
                axes.text(x, at, line, fontsize=9, va="center", color=color or theme.INK)
        y += len(label) * _LINE


def _draw_assumption(
    axes: Axes, rows: pd.DataFrame, pair: tuple[str, str], above: float, below: float, language: str
) -> None:
    """Draw the arrow between two boxes, with each assumption and what the data say of it."""
    _arrow(axes, (0.36, above + 0.03), (0.36, below - 0.03), theme.INK)
    mine = rows[rows["from_box"].eq(pair[0]) & rows["to_box"].eq(pair[1])]
    said = []
    for row in mine.itertuples():
        verdict = text(f"logic_model.verdict.{row.verdict}", language)
        label = row.label.rstrip(".")
        claim = text("logic_model.claim", language, label=label, verdict=verdict)
        said += textwrap.wrap(claim, _CLAIM_CHARACTERS)
    middle = (above + below) / 2
    for number, line in enumerate(said[:3]):
        shift = (number - (min(len(said), 3) - 1) / 2) * 0.165
        axes.text(0.6, middle + shift, line, fontsize=8.5, va="center", style="italic")


def _draw_loop(axes: Axes, top: float, bottom: float, language: str) -> None:
    x = _WIDTH - _LOOP + 0.22
    axes.plot([x - 0.22, x], [bottom - 0.2] * 2, color=theme.CITY, linewidth=1.2)
    axes.plot([x, x], [bottom - 0.2, top + 0.2], color=theme.CITY, linewidth=1.2)
    _arrow(axes, (x, top + 0.2), (x - 0.24, top + 0.2), theme.CITY)
    look = {"facecolor": theme.PALE, "edgecolor": "none"}
    _box(axes, (x + 0.06, top + 0.1), 0.3, bottom - top - 0.2, **look)
    words, middle = text("logic_model.monitoring", language), (top + bottom) / 2
    axes.text(x + 0.21, middle, words, rotation=270, ha="center", va="center", fontsize=8.5)


def network(ties: pd.DataFrame, places: pd.DataFrame) -> ShownFigure | Nothing:
    """Draw the organisations of `CityView.network` in a circle; a wider line met more often.

    Columns ``one, other, meetings`` and ``organisation, role, degree, rank``. Where everybody met
    everybody, lines of less than the median number of meetings are left out.
    """
    if places.empty:
        return nothing(places, "show.network.none")
    language = language_of(places)
    stronger = ties[ties["meetings"] > ties["meetings"].median()]
    adviser = int(places["role"].eq(ADVISOR).sum())
    complete = len(ties) >= 0.9 * len(places) * (len(places) - 1) / 2
    stronger = stronger if complete and len(stronger) else ties
    with theme.style():
        figure, axes = theme.new_figure(height=4.6)
        axes.axis("off")
        axes.set(aspect="equal", xlim=(-1.85, 1.85), ylim=(-1.35, 1.4))
        names = list(places.sort_values(["rank", "organisation"])["organisation"])
        turns = {name: 2 * math.pi * at / len(names) for at, name in enumerate(names)}
        spots = {name: (math.sin(turn), math.cos(turn)) for name, turn in turns.items()}
        for tie in stronger.itertuples():
            (x1, y1), (x2, y2) = spots[tie.one], spots[tie.other]
            width = 0.4 + 2.6 * tie.meetings / stronger["meetings"].max()
            axes.plot([x1, x2], [y1, y2], color=theme.CITY, linewidth=width, alpha=0.45, zorder=1)
        for row in places.itertuples():
            _draw_place(axes, row, *spots[row.organisation], language)
        looks = {"adviser": ("s", theme.COMPARATOR), "organisation": ("o", theme.OWN)}
        theme.label_marks(axes, [
            (text(f"show.network.{key}", language), {"marker": mark, "color": color, "markersize": 8})
            for key, (mark, color) in list(looks.items())[1 - adviser :]
        ])  # fmt: skip
    counts = {"advisers": adviser, "organisations": len(places) - adviser}
    lead = text("show.alt.network", language, **counts)
    said, order = [], ["meetings", "one", "other"]
    for _, tie in ties.sort_values(order, ascending=[False, True, True]).head(1).iterrows():
        ends = {key: _organisation(tie[key], language) for key in ("one", "other")}
        said.append(text("show.network.strongest", language, **ends, n=int(tie["meetings"])))
    if len(stronger) < len(ties):
        said.append(text("show.network.least", language, least=int(stronger["meetings"].min())))
    return drawn(figure, places, lead, said)


def _draw_place(axes: Axes, row, x: float, y: float, language: str) -> None:
    own = row.role == ADVISOR
    axes.scatter(
        [x], [y], s=60 + 340 * row.degree, marker="s" if own else "o",
        color=theme.COMPARATOR if own else theme.OWN, edgecolor="white", zorder=2,
    )  # fmt: skip
    axes.text(
        1.16 * x, 1.16 * y, textwrap.fill(_organisation(row.organisation, language), 16),
        ha="left" if x > 0.1 else "right" if x < -0.1 else "center",
        va="center" if abs(y) < 0.9 else "bottom" if y > 0 else "top", fontsize=theme.SMALL, color=theme.INK,
    )  # fmt: skip


def _organisation(name: str, language: str) -> str:
    return text("process.network.node_role", language) if name == ADVISOR else name
