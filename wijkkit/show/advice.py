"""What is recommended: how to settle each explanation, and what the programme set out to learn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pandas as pd

from wijkkit.language import number, small_first, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView
from wijkkit.show.output import Nothing, ShownText, bullets

#: Verdict on an explanation -> the sentence of what is recommended.
_RECOMMENDED = {
    "plays": "recommend",
    "undecided": "recommend_unknown",
    "cannot_be_judged": "recommend_unknown",
}


def recommendations(view: CityView) -> ShownText | Nothing:
    """List what is recommended for the evaluation, each with the explanation it answers.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.recommendations(wk.open_city("parameters"))
    - ...
    """
    if not view.programme:
        return Nothing(text("show.wijken.none", view.language))
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
    return bullets(rows) if rows else Nothing(text("show.nothing", view.language))


def _say(view: CityView, key: str, **fields: object) -> str:
    return text(f"show.recommendation.{key}", view.language, **fields)


def _judged(view: CityView, verdict: str) -> list[str]:
    table = view.table("explanations")
    return table.loc[table["verdict"].eq(verdict), "explanation"].tolist()


def settled(view: CityView) -> list[str]:
    """Return what answers each explanation that the data support, and lets the others be judged."""
    if not view.programme:
        return []
    keys = [key for verdict in _RECOMMENDED for key in _judged(view, verdict)]
    settle = [text(f"explanations.settle.{key}", view.language) for key in keys]
    return [escaped(sentence) for sentence in dict.fromkeys(settle)]


def programme_recommendations(view: CityView) -> ShownText | Nothing:
    """List the programme's own recommendations with the data that speak for or against each.

    One vision and one policy frame for city-wide programmes; learning between wijken and between
    the wijk and the city; more use of what science knows; keeping up how interventions go.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.programme_recommendations(wk.open_city("parameters"))
    - **Maak één visie ...
    """
    if not view.programme:
        return Nothing(text("show.wijken.none", view.language))
    facts = {
        "policy_frame": list(_policy_frame(view)),
        "learn_between": list(_learning(view)),
        "use_science": list(_science(view)),
        "keep_up": list(_registration(view)),
    }
    return bullets(
        [
            f"**{_say(view, f'of_programme.{key}')}** " + (" ".join(lines) or _say(view, "no_data"))
            for key, lines in facts.items()
        ]
    )


def _policy_frame(view: CityView) -> Iterator[str]:
    """Say how many wijken met city-wide programmes or procurement that clash with their plan."""
    table = view.table("questions")
    clashing = table.loc[
        table["rule"].eq("clash_open") & table["wijk"].isin(view.programme), "wijk"
    ]
    key = "clash" if clashing.nunique() else "no_clash"
    yield _say(view, key, n=clashing.nunique(), of=len(view.programme))
    mentioned = _mentioned(view, "municipal_support")
    if mentioned:
        yield _say(view, "mentioned_support", n=mentioned[0], of=mentioned[1])


def _mentioned(view: CityView, explanation: str) -> tuple[int, int] | None:
    """Return in how many group interviews of the programme a subject was raised, at most."""
    codes = view.study.settings.evaluation.explanations.codes.get(cast(Any, explanation), ())
    table = view.interviews()
    rows = table[table["code"].isin(codes) & table["arm"].eq("programme")]
    if rows.empty:
        return None
    last = rows[rows["wave"].eq(rows["wave"].max())]
    return int(last["groups"].max()), int(last["of"].max())


def _learning(view: CityView) -> Iterator[str]:
    """Say how much the wijken that moved differ from the others, and how often they met."""
    table: pd.DataFrame = view.side_by_side()
    score = table["better"] - table["worse"]
    if len(table) > 1:
        key = "differ" if score.nunique() > 1 else "alike"
        yield _say(view, key, n=len(table))
    rules = view.table("questions")
    shared = rules[rules["wijk"].isin(view.programme)].groupby("rule")["wijk"].nunique()
    common = int(shared.eq(len(view.programme)).sum())
    if common and len(view.programme) > 1:
        yield _say(view, "shared_questions", n=common, of=len(view.programme))


def _science(view: CityView) -> Iterator[str]:
    """Say how many interventions have evidence, and how many of unknown evidence."""
    table = view.table("interventions")
    table = table[table["wijk"].isin(view.programme)]
    if table.empty:
        return
    level = table["evidence"].astype("string")
    known = level.notna() & level.ne("unknown")
    strong = int((known & ~level.isin(["none", "0"])).sum())
    yield _say(view, "evidence", n=strong, of=len(table), unknown=int((~known).sum()))


def _registration(view: CityView) -> Iterator[str]:
    """Say of which share of the interventions it is known what was done."""
    table = view.side_by_side()["registered"].dropna()
    if len(table):
        lowest, highest = (number(end, view.language) for end in table.agg(["min", "max"]))
        yield _say(view, "registered", lowest=lowest, highest=highest)
