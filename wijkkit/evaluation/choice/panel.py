"""A panel in which a network moves the weights and sees the ranking move."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.evaluation.choice.choose import Choice, choose
from wijkkit.evaluation.choice.criteria import CRITERIA
from wijkkit.language import listed, number, percentage, text
from wijkkit.study.settings import ChoiceSettings

if TYPE_CHECKING:
    import ipywidgets as widgets

# What a choice says, in sentences.


def choice_sentences(
    choice: Choice,
    goal_labels: Mapping[str, str],
    budget: float | None = None,
    language: str = "nl",
) -> list[str]:
    """Say what fits best, how firm that is, what no intervention covers, and which package.

    >>> import pandas as pd
    >>> from wijkkit.evaluation.choice import choose
    >>> from wijkkit.evaluation.choice.panel import choice_sentences
    >>> catalogue = pd.DataFrame({"intervention": ["play"], "name": ["Play"],
    ...     "goals": [("outdoor",)], "factors": [()], "evidence": [3.0], "reach": [40.0],
    ...     "reach_low_ses": [40.0], "cost": [5000.0], "strengthens": [()], "overlaps": [()]})
    >>> goals = pd.DataFrame({"goal": ["outdoor"], "label": ["More outdoor play"]})
    >>> choice = choose(catalogue, goals, language="en")
    >>> "Play" in choice_sentences(choice, {"outdoor": "more outdoor play"}, language="en")[0]
    True
    """
    ranking = choice.ranking
    if ranking.empty:
        goals = _labels(choice.unserved, goal_labels, language)
        return [text("choice.sentence.unserved", language, goals=goals)]
    best = ranking[ranking["rank"].eq(1)]
    names = listed(best["name"], language)
    key = "best" if len(best) == 1 else "tied"
    sentences = [text(f"choice.sentence.{key}", language, name=names, names=names)]
    if len(best) == 1 and len(ranking) > 1:
        share = percentage(best["first"].iloc[0], language)
        sentences.append(text("choice.sentence.firm", language, share=share))
    other = ranking[ranking["outranking_rank"].eq(1) & ranking["rank"].ne(1)]
    if len(other):
        others = listed(other["name"], language)
        sentences.append(text("choice.sentence.disagree", language, name=others))
    if choice.unserved:
        goals = _labels(choice.unserved, goal_labels, language)
        sentences.append(text("choice.sentence.unserved", language, goals=goals))
    if choice.package is not None and budget is not None:
        labels = dict(zip(ranking["intervention"], ranking["name"], strict=True))
        sentences.extend(_package(choice, labels, goal_labels, budget, language))
    return [*sentences, *_running_low(choice, language)]


def _running_low(choice: Choice, language: str) -> list[str]:
    """Say what runs already and is in the lower half of the ranking, or works on no goal."""
    ranking = choice.ranking
    low = ranking["intervention"].isin(choice.running) & ranking["rank"].gt((len(ranking) + 1) / 2)
    said = [
        text("choice.sentence.place", language, name=row.name_, rank=row.rank)
        for row in ranking[low].rename(columns={"name": "name_"}).itertuples()
    ]
    sentences = []
    if said:
        names = listed(said, language)
        sentences.append(text("choice.sentence.runs_low", language, names=names, of=len(ranking)))
    if choice.aside:
        names = listed(choice.aside, language)
        sentences.append(text("choice.sentence.runs_aside", language, names=names))
    return sentences


def _package(
    choice: Choice,
    names: Mapping[str, str],
    goal_labels: Mapping[str, str],
    budget: float,
    language: str,
) -> list[str]:
    package = choice.package
    assert package is not None
    known_least = package.least_cost == package.least_cost
    key = {
        "optimal": "package" if package.chosen else "package_enough",
        "over_budget": "over_budget" if known_least else "impossible",
        "uncovered": "uncovered",
    }[package.status]
    about = package.works_on if key == "package" else package.uncovered
    fields = {
        "budget": number(budget, language),
        "names": listed([names[name] for name in package.chosen], language),
        "cost": number(package.cost, language),
        "least": number(package.least_cost, language) if known_least else "",
        "goals": _labels(about, goal_labels, language),
    }
    sentences = [text(f"choice.sentence.{key}", language, **fields)]
    asked = set(choice.goals) - set(choice.open_goals)
    closed = [goal for goal in goal_labels if goal in asked]
    if closed and key in ("package", "package_enough"):
        goals = _labels(closed, goal_labels, language)
        sentences.append(text("choice.sentence.closed", language, goals=goals))
    if package.left_out:
        left = listed([names[name] for name in package.left_out], language)
        sentences.append(text("choice.sentence.left_out", language, names=left))
    return sentences


def _labels(goals: Iterable[str], labels: Mapping[str, str], language: str) -> str:
    return listed([f"‘{labels.get(goal, goal)}’" for goal in goals], language)


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

    Its children are the sliders, the budget and one HTML widget with the result.
    """
    import ipywidgets as widgets

    settings = (settings or ChoiceSettings()).model_copy(update={"draws": PANEL_DRAWS})
    look = {"style": {"description_width": "26em"}, "layout": {"width": "46em"}}
    scale = {"min": 0, "max": 5, "step": 0.5, "readout_format": ".1f", "continuous_update": False}
    sliders = {
        criterion: widgets.FloatSlider(
            value=getattr(settings.weights, criterion),
            description=text(f"choice.criterion.{criterion}", language),
            **look,
            **scale,
        )
        for criterion in CRITERIA
    }
    words = text("choice.panel.budget", language)
    budget = widgets.BoundedFloatText(
        value=settings.budget or 0, min=0, max=1e9, step=1000, description=words, **look
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
    rows = reasons = ""
    for row in choice.ranking.itertuples():
        ranks = {"best": row.best_rank, "worst": row.worst_rank}
        spread = text("choice.panel.range_value", language, **ranks)
        score = _hundred(row.weighted_sum, language)
        cells = (row.rank, row.name, score, row.outranking_rank, spread)
        rows += f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"
        reasons += _reasons(choice, row, language)
    title = html.escape(text("choice.panel.reasons", language))
    return f"{says}<table><tr>{head}</tr>{rows}</table><h4>{title}</h4>{reasons}"


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
