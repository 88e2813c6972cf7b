"""The logic model drawn: five boxes from assets to outcomes, each element with its state."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from wijkkit.language import text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import BETTER, CITY, INK, OWN, PALE, WIDTH, WORSE, new_figure, style
from wijkkit.show.values import language_of
from wijkkit.study.settings.logic_model import BOXES

#: Sizes in inches; the figure's width is that of a page.
_WIDTH, _LINE, _GAP, _HEAD, _LOOP = WIDTH, 0.16, 0.5, 0.28, 0.6
_LABEL_CHARACTERS, _STATE_CHARACTERS, _CLAIM_CHARACTERS = 40, 20, 64

_COLOURS = {"better": BETTER, "worse": WORSE, "not_measured": CITY}


def logic_model(
    elements: pd.DataFrame, assumptions: pd.DataFrame, caption: str = "", alt: str = ""
) -> ShownFigure | Nothing:
    """Draw the logic model: every element with its state, every assumption with its verdict.

    Every state has a sign and a word, so that the figure reads without colour.

    Parameters
    ----------
    elements : DataFrame
        ``box, label, state``, as `CityView.elements` gives them.
    assumptions : DataFrame
        ``from_box, to_box, label, verdict``, as `CityView.assumptions` gives them.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.logic_model(view.elements(), view.assumptions()).axes
    [<Axes: >]
    """
    if elements.empty:
        return nothing(elements, "show.logic_model.none")
    language = language_of(elements)
    figure = _draw(elements, assumptions, language)
    states = elements["state"].value_counts()
    said = [
        text("show.alt.logic_model_row", language, state=text(f"logic_model.state.{state}", language),
             n=count)
        for state, count in states.items()
    ]  # fmt: skip
    lead = text("show.alt.logic_model", language)
    caption = caption or elements.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, elements)


def _draw(boxes: pd.DataFrame, assumptions: pd.DataFrame, language: str) -> Figure:
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
