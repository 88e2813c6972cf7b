"""The logic model drawn: five boxes from assets to outcomes, each element with its state."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from wijkkit.language import text
from wijkkit.show.theme import BETTER, CITY, INK, OWN, PALE, WIDTH, WORSE, new_figure, style
from wijkkit.study.settings.logic_model import BOXES

#: Sizes in inches; the figure's width is that of a page.
_WIDTH, _LINE, _GAP, _HEAD, _LOOP = WIDTH, 0.19, 0.64, 0.32, 0.6
_LABEL_CHARACTERS, _STATE_CHARACTERS, _CLAIM_CHARACTERS = 37, 18, 62

_COLOURS = {"better": BETTER, "worse": WORSE, "not_measured": CITY}


def draw_logic_model(boxes: pd.DataFrame, assumptions: pd.DataFrame, language: str) -> Figure:
    """Draw the logic model of one wijk.

    Every state has a sign and a word, so that the figure reads without colour.

    Parameters
    ----------
    boxes : DataFrame
        From `wijkkit.evaluation.logic_model.element_states`, of one wijk.
    assumptions : DataFrame
        From `wijkkit.evaluation.logic_model.assumption_findings`, of the same wijk.
    language : {"nl", "en"}

    Returns
    -------
    matplotlib.figure.Figure
        `logic_model_alt` gives its alt text.
    """
    rows = {box: _lines(boxes[boxes["box"].eq(box)], language) for box in BOXES}
    heights = {
        box: _HEAD + _LINE * (sum(len(label) for _, label, _ in lines) or 1) + 0.12
        for box, lines in rows.items()
    }
    height = sum(heights.values()) + _GAP * (len(BOXES) - 1) + 0.1
    with style():
        figure, axes = new_figure(_WIDTH, height)
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
        for (_, above), (below, _), pair in zip(
            edges, edges[1:], zip(BOXES, BOXES[1:], strict=False), strict=False
        ):
            _draw_assumption(axes, assumptions, pair, above, below, language)
        _draw_loop(axes, edges[0][0], edges[-1][1], language)
    return figure


def _lines(rows: pd.DataFrame, language: str) -> list[tuple[str, list[str], list[str]]]:
    """Return of each element its state, its wrapped label and its wrapped state in words."""
    lines = []
    for row in rows.itertuples():
        label = textwrap.wrap(row.label, _LABEL_CHARACTERS)
        state = textwrap.wrap(text(f"logic_model.state.{row.state}", language), _STATE_CHARACTERS)
        label += [""] * (len(state) - len(label))
        lines.append((row.state, label, state))
    return lines


def _draw_box(axes: Axes, box: str, lines: list, top: float, height: float, language: str) -> None:
    width = _WIDTH - _LOOP - 0.1
    axes.add_patch(
        FancyBboxPatch(
            (0.08, top),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white",
            edgecolor=OWN,
            linewidth=1.2,
        )
    )
    title = text(f"logic_model.box.{box}", language)
    axes.text(0.2, top + 0.19, title, fontsize=10.5, fontweight="bold", va="center", color=OWN)
    y = top + _HEAD + _LINE / 2
    for state, label, words in lines:
        colour = _COLOURS.get(state, INK)
        sign = text(f"logic_model.symbol.{state}", language)
        axes.text(0.2, y, sign, fontsize=9, va="center", color=colour)
        for number, line in enumerate(label):
            axes.text(0.42, y + number * _LINE, line, fontsize=9, va="center")
        for number, line in enumerate(words):
            axes.text(3.5, y + number * _LINE, line, fontsize=9, va="center", color=colour)
        y += len(label) * _LINE


def _draw_assumption(
    axes: Axes,
    assumptions: pd.DataFrame,
    pair: tuple[str, str],
    above: float,
    below: float,
    language: str,
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            (0.36, above + 0.03),
            (0.36, below - 0.03),
            arrowstyle="-|>",
            color=INK,
            mutation_scale=12,
        )
    )
    mine = assumptions[assumptions["from_box"].eq(pair[0]) & assumptions["to_box"].eq(pair[1])]
    said = [
        line
        for claim in _claims(mine, language)
        for line in textwrap.wrap(claim, _CLAIM_CHARACTERS)
    ]
    middle = (above + below) / 2
    for number, line in enumerate(said[:3]):
        shift = (number - (min(len(said), 3) - 1) / 2) * 0.165
        axes.text(0.6, middle + shift, line, fontsize=8.5, va="center", style="italic")


def _claims(assumptions: pd.DataFrame, language: str) -> list[str]:
    """Return each assumption in words, with what the data say of it."""
    return [
        text(
            "logic_model.claim",
            language,
            label=row.label.rstrip("."),
            verdict=text(f"logic_model.verdict.{row.verdict}", language),
        )
        for row in assumptions.itertuples()
    ]


def _draw_loop(axes: Axes, top: float, bottom: float, language: str) -> None:
    x = _WIDTH - _LOOP + 0.22
    axes.plot([x - 0.22, x], [bottom - 0.2] * 2, color=CITY, linewidth=1.2)
    axes.plot([x, x], [bottom - 0.2, top + 0.2], color=CITY, linewidth=1.2)
    axes.add_patch(
        FancyArrowPatch(
            (x, top + 0.2), (x - 0.24, top + 0.2), arrowstyle="-|>", color=CITY, mutation_scale=12
        )
    )
    axes.add_patch(
        FancyBboxPatch(
            (x + 0.06, top + 0.1),
            0.3,
            bottom - top - 0.2,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=PALE,
            edgecolor="none",
        )
    )
    axes.text(
        x + 0.21,
        (top + bottom) / 2,
        text("logic_model.monitoring", language),
        rotation=270,
        ha="center",
        va="center",
        fontsize=8.5,
    )


def logic_model_alt(boxes: pd.DataFrame, assumptions: pd.DataFrame, language: str) -> str:
    """Return what `draw_logic_model` shows, in words, from the same tables."""
    rows = []
    for box in BOXES:
        elements = "; ".join(
            text(
                "logic_model.alt_element",
                language,
                label=row.label,
                state=text(f"logic_model.state.{row.state}", language),
            )
            for row in boxes[boxes["box"].eq(box)].itertuples()
        )
        name = text(f"logic_model.box.{box}", language)
        rows.append(text("logic_model.alt_box", language, box=name, elements=elements))
    said = [f"{claim}." for claim in _claims(assumptions, language)]
    return text("logic_model.alt", language, rows=" ".join([*rows, *said]))
