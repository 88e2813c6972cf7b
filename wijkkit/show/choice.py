"""Candidate interventions: their order, the reasons, a package."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import number, percentage, text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.output import (
    ShownFigure,
    ShownTable,
    ShownText,
    bullets,
    empty_figure,
    empty_table,
)
from wijkkit.show.theme import INK, OWN, PALE, new_figure, style

#: Candidates that a figure has room for.
_SHOWN = 8


def choice_figure(view: WijkView) -> ShownFigure:
    """Draw the candidates' scores, the best fitting at the top.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> print(wk.show.choice_figure(view).caption)
    Interventies op volgorde ...
    """
    language = view.language
    caption = text("show.choice.caption", language, name=view.name)
    ranking = view.own("choice").sort_values("rank", kind="stable").head(_SHOWN)
    if ranking.empty:
        return empty_figure(_why_none(view), caption)
    scores = 100 * ranking["weighted_sum"]
    with style():
        figure, axes = new_figure(height=0.7 + 0.32 * len(ranking))
        axes.barh(range(len(ranking)), scores, color=OWN, height=0.62)
        for position, score in enumerate(scores):
            axes.text(score + 1, position, number(score, language), va="center", color=INK)
        axes.set_yticks(range(len(ranking)), list(ranking["name"]))
        axes.set_ylim(len(ranking) - 0.4, -0.6)
        axes.set_xlim(0, 108)
        axes.set_xlabel(text("show.choice.score", language))
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.set_axisbelow(True)
    rows = " ".join(
        text("show.choice.alt_row", language, name=name, score=number(score, language))
        for name, score in zip(ranking["name"], scores, strict=True)
    )
    return ShownFigure(
        figure, text("show.choice.alt", language, rows=rows), caption, choice_table(view).data
    )


def choice_table(view: WijkView) -> ShownTable:
    """Return each candidate with its score, its place by the second method, and how firm it is.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.choice_table(view)
    Interventie Score ...
    """
    language = view.language
    caption = text("show.choice.caption", language, name=view.name)
    ranking = view.own("choice").sort_values("rank", kind="stable")
    if ranking.empty:
        return empty_table(_why_none(view), caption)
    rows = {
        text("show.head.intervention", language): ranking["name"],
        text("show.choice.score", language): [
            number(100 * value, language) for value in ranking["weighted_sum"]
        ],
        text("show.choice.rank_other", language): [
            number(value, language) for value in ranking["outranking_rank"]
        ],
        text("show.choice.stable", language): [
            percentage(value, language) for value in ranking["first"]
        ],
    }
    return ShownTable(pd.DataFrame(rows), caption)


def choice_reasons(view: WijkView, first: int = 3) -> ShownTable:
    """Return the reason behind every score of the `first` candidates, one row per criterion.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.
    first : int

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.choice_reasons(view)
    Interventie Criterium ...
    """
    language = view.language
    caption = text("show.choice.table_caption", language)
    scores, ranking = view.own("choice_scores"), view.own("choice")
    if scores.empty:
        return empty_table(_why_none(view), caption)
    ranking = ranking.sort_values("rank", kind="stable").head(first)
    names = dict(zip(ranking["intervention"], ranking["name"], strict=True))
    scores = pd.concat([scores[scores["intervention"].eq(key)] for key in names])
    rows = {
        text("show.head.intervention", language): scores["intervention"].map(names),
        text("show.head.criterion", language): [
            text(f"choice.criterion.{criterion}", language) for criterion in scores["criterion"]
        ],
        text("show.head.score", language): [
            number(100 * value, language) for value in scores["score"]
        ],
        text("show.head.reason", language): scores["reason"],
    }
    return ShownTable(pd.DataFrame(rows), caption)


def package_sentences(view: WijkView) -> ShownText:
    """Say what fits best, how firm that is, and which package covers every goal.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.package_sentences(view)
    - Klas zonder Pesten ...
    """
    sentences = view.own("choice_sentences")["sentence"]
    if sentences.empty:
        return ShownText(_why_none(view))
    return bullets([escaped(sentence) for sentence in sentences])


def _why_none(view: WijkView) -> str:
    return text(f"show.{'choice' if view.study.goals else 'goals'}.none", view.language)
