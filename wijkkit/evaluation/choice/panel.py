"""A panel in which a network moves the weights and sees the ranking move."""

from __future__ import annotations

import html
from collections.abc import Collection

import ipywidgets as widgets
import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.evaluation.choice.choose import Choice, choose
from wijkkit.evaluation.choice.criteria import CRITERIA
from wijkkit.evaluation.choice.sentences import choice_sentences
from wijkkit.language import number, text
from wijkkit.study.settings import ChoiceSettings

#: Draws while a slider moves; the ranking follows at once.
PANEL_DRAWS = 300


def choice_panel(
    candidates: pd.DataFrame,
    goals: pd.DataFrame,
    *,
    settings: ChoiceSettings | None = None,
    running: Collection[str] = (),
    factors: Collection[str] = (),
    language: str = "nl",
) -> widgets.Widget:
    """Return a panel with a slider per criterion, the budget, the ranking and its reasons.

    Parameters
    ----------
    candidates, goals, settings, running, factors, language
        As in `wijkkit.evaluation.choice.choose`.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders, the budget and one HTML widget with the result.
    """
    settings = (settings or ChoiceSettings()).model_copy(update={"draws": PANEL_DRAWS})
    sliders = {
        criterion: widgets.FloatSlider(
            value=getattr(settings.weights, criterion),
            min=0,
            max=5,
            step=0.5,
            description=text(f"choice.criterion.{criterion}", language),
            style={"description_width": "26em"},
            layout={"width": "46em"},
            readout_format=".1f",
            continuous_update=False,
        )
        for criterion in CRITERIA
    }
    budget = widgets.BoundedFloatText(
        value=settings.budget or 0,
        min=0,
        max=1e9,
        step=1000,
        description=text("choice.panel.budget", language),
        style={"description_width": "26em"},
        layout={"width": "46em"},
    )
    shown = widgets.HTML()
    labels = dict(zip(goals["goal"], goals["label"], strict=True))

    def refresh(_change: object = None) -> None:
        spend = budget.value or None
        weights = {criterion: slider.value for criterion, slider in sliders.items()}
        try:
            found = choose(
                candidates,
                goals,
                settings=settings.model_copy(update={"budget": spend}),
                weights=weights,
                running=running,
                factors=factors,
                language=language,
            )
        except EstimationError:
            shown.value = f"<p>{html.escape(text('choice.panel.no_weights', language))}</p>"
            return
        shown.value = choice_html(found, labels, spend, language)

    for control in (*sliders.values(), budget):
        control.observe(refresh, names="value")
    refresh()
    heading = widgets.HTML(f"<h3>{html.escape(text('choice.panel.weights', language))}</h3>")
    return widgets.VBox([heading, *sliders.values(), budget, shown])


def choice_html(
    choice: Choice, goal_labels: dict[str, str], budget: float | None, language: str
) -> str:
    """Return the ranking and the reasons of each score as HTML, every text escaped."""
    sentences = choice_sentences(choice, goal_labels, budget, language)
    says = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
    heads = ("rank", "name", "score", "outranking_rank", "range")
    head = "".join(
        f'<th scope="col" style="text-align: left">{html.escape(text(f"choice.panel.{key}", language))}</th>'
        for key in heads
    )
    rows = "".join(_row(row, language) for row in choice.ranking.itertuples())
    reasons = "".join(_reasons(choice, row, language) for row in choice.ranking.itertuples())
    title = html.escape(text("choice.panel.reasons", language))
    return f"{says}<table><tr>{head}</tr>{rows}</table><h4>{title}</h4>{reasons}"


def _row(row, language: str) -> str:
    spread = text("choice.panel.range_value", language, best=row.best_rank, worst=row.worst_rank)
    cells = (row.rank, row.name, _hundred(row.weighted_sum, language), row.outranking_rank, spread)
    return "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"


def _reasons(choice: Choice, row, language: str) -> str:
    mine = choice.scores[choice.scores["intervention"].eq(row.intervention)]
    lines = "".join(
        f"<li>{html.escape(text(f'choice.criterion.{score.criterion}', language))}: "
        f"{_hundred(score.score, language)}. {html.escape(score.reason)}</li>"
        for score in mine.itertuples()
    )
    return f"<details><summary>{html.escape(row.name)}</summary><ul>{lines}</ul></details>"


def _hundred(value: float, language: str) -> str:
    return number(100 * value, language)
