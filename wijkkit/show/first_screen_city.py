"""The first screen of the city's report: whether it works, how it went, what explains it, what next."""

from __future__ import annotations

import json

from wijkkit.evaluation.effect.conclusions import group_name
from wijkkit.language import (
    counted,
    large_first,
    listed,
    number,
    percentage,
    small_first,
    text,
)
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView
from wijkkit.show.effect import detectable_words, effect_verdicts
from wijkkit.show.output import ShownText, bullets
from wijkkit.show.process import no_explanation

#: Explanations that a sentence names.
_NAMED = 3


def city_summary(view: CityView) -> ShownText:
    """Say in five answers what the evaluation of the city found.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.city_summary(view)
    - **Werkt het programma?** ...
    """
    questions = {
        "effect": _effect(view),
        "gap": _gap(view),
        "done": _done(view),
        "why": _why(view),
        "next": recommendations(view)[:2],
    }
    return bullets(
        [
            f"**{_say(view, f'question.{key}')}** {' '.join(said)}"
            for key, said in questions.items()
            if said
        ]
    )


def _say(view: CityView, key: str, **fields: object) -> str:
    return text(f"show.city_summary.{key}", view.language, **fields)


def _effect(view: CityView) -> list[str]:
    said = [*effect_verdicts(view, count=True), *detectable_words(view)]
    return said or [text("effect_show.no_outcome", view.language)]


def _gap(view: CityView) -> list[str]:
    table = view.table("effect_conclusions")
    table = table[table["part"].eq("gap")]
    if table.empty:
        return []
    said = []
    for key in ("shown_better", "shown_worse"):
        shown = table[table["key"].eq(key)]
        if shown.empty:
            continue
        fields = json.loads(shown["fields"].iloc[0])
        ends = {end: group_name(view.study, fields[end]) for end in ("first", "last")}
        names = [
            escaped(small_first(view.study.text(view.study.indicators[outcome].label)))
            for outcome in shown["outcome"]
        ]
        said.append(_say(view, f"gap_{key}", names=listed(names, view.language), **ends))
    said = said or [_say(view, "gap_not_shown")]
    if unknown := int(table["key"].eq("unavailable").sum()):
        words = counted("show.city_summary.gap_unknown", unknown, view.language)
        said.append(large_first(words))
    return said


def done_sentences(view: CityView) -> ShownText:
    """Say how far the programme's wijken are, what was carried out and whom it reached.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.done_sentences(view)
    - De drie programmawijken ...
    """
    return bullets(_done(view))


def _done(view: CityView) -> list[str]:
    table, language = view.table("side_by_side"), view.language
    if table.empty:
        return [text("show.wijken.none", language)]
    said = []
    if (steps := table["steps_done"].dropna()).size:
        fields = {"least": number(steps.min(), language), "most": number(steps.max(), language)}
        key = "steps_same" if steps.min() == steps.max() else "steps"
        said.append(
            large_first(counted(f"show.city_summary.{key}", len(table), language, **fields))
        )
    for measure in ("dose", "reach_of_plan"):
        if (values := table[measure].dropna()).size:
            said.append(_say(view, measure, share=percentage(values.median(), language)))
    silent = int(table["registered"].lt(100).sum())
    if silent:
        said.append(large_first(counted("show.city_summary.unregistered", silent, language)))
    return said or [text("show.delivery.none", language)]


def _judged(view: CityView, verdict: str) -> list[str]:
    table = view.table("explanations")
    return table.loc[table["verdict"].eq(verdict), "explanation"].tolist()


def _why(view: CityView) -> list[str]:
    """Name the explanations that the data support, and say how many more there are."""
    names = [
        escaped(small_first(text(f"explanations.explanation.{key}", view.language)))
        for key in _judged(view, "plays")
    ]
    if not names:
        return [no_explanation(view)]
    said = [_say(view, "why", names=listed(names[:_NAMED], view.language))]
    if more := len(names) - _NAMED:
        said += [large_first(counted("show.city_summary.why_more", more, view.language))] * (
            more > 0
        )
    return said


#: Verdict on an explanation -> the sentence of what is recommended.
_RECOMMENDED = {
    "plays": "recommend",
    "undecided": "recommend_unknown",
    "cannot_be_judged": "recommend_unknown",
}


def recommendations(view: CityView) -> list[str]:
    """Return what answers each explanation that the data support, and lets the others be judged."""
    keys = [key for verdict in _RECOMMENDED for key in _judged(view, verdict)]
    settle = [text(f"explanations.settle.{key}", view.language) for key in keys]
    return [escaped(sentence) for sentence in dict.fromkeys(settle)]


def recommendation_sentences(view: CityView) -> ShownText:
    """List what is recommended, each with the explanation it answers or would let be judged.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.recommendation_sentences(view)
    - Doe nog een ...
    """
    rows = [
        _say(
            view,
            sentence,
            settle=escaped(text(f"explanations.settle.{key}", view.language)),
            explanation=escaped(
                small_first(text(f"explanations.explanation.{key}", view.language))
            ),
        )
        for verdict, sentence in _RECOMMENDED.items()
        for key in _judged(view, verdict)
    ]
    return bullets(rows) if rows else ShownText(no_explanation(view))
