"""The summary of the city: what was found, how it went, what explains it, what is recommended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pandas as pd

from wijkkit.evaluation.effect.conclusions import conclusion_sentences, group_name, grouping_name
from wijkkit.language import (
    counted,
    large_first,
    listed,
    number,
    percentage,
    points,
    signed,
    small_first,
    text,
)
from wijkkit.language.messages import escaped
from wijkkit.released import CityView
from wijkkit.released.effects import compared
from wijkkit.show.output import Nothing, ShownText, bullets
from wijkkit.show.process_sentences import no_explanation
from wijkkit.show.row_sentences import named

# What is recommended: how to settle each explanation, and what the programme set out to learn.

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


#: What the conclusions on outcomes say together: what is shown, what is not, and then a sign,
#: which chance gives too often to stand first.
_SHOWN = ("shown_better", "shown_worse")
_NOT_SHOWN = ("not_shown_small", "not_shown_wide", "cannot_test", "unavailable")
_SIGNS = ("alone_better", "alone_worse")
#: Explanations that a sentence names.
_NAMED = 3


def city_summary(view: CityView) -> ShownText | Nothing:
    """Say in five answers what the evaluation of the city found; a part without a source is absent.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.city_summary(wk.open_city("parameters"))
    - **...** ...
    """
    parts = {
        "effect": _effect(view),
        "gap": _gap(view),
        "done": done(view),
        "why": _why(view),
        "next": settled(view)[:2],
    }
    answers = [
        f"**{_say(view, f'question.{key}')}** {' '.join(lines)}"
        for key, lines in parts.items()
        if lines
    ]
    if answers and view.study.among:
        answers = [text("common.among", view.language, who=escaped(view.study.among)), *answers]
    return bullets(answers) if answers else Nothing(text("show.nothing", view.language))


def _say(view: CityView, key: str, **fields: object) -> str:
    return text(f"show.city_summary.{key}", view.language, **fields)


def _effect(view: CityView) -> list[str]:
    if not view.programme or view.effects()["status"].ne("ok").all():
        return []
    return [*effect_verdicts(view, count=True), *detectable_words(view)]


def effect_verdicts(view: CityView, count: bool = False) -> list[str]:
    """Return a sentence per verdict, with the outcomes it holds for.

    With `count`, outcomes without a finding are counted instead of named.
    """
    frame, lines = view.effects(), []
    if frame["key"].isin(_SIGNS).any() and not frame["key"].isin(_SHOWN).any():
        lines.append(_say(view, "none_shown"))
    for key in (*_SHOWN, *_NOT_SHOWN, *_SIGNS):
        rows = frame[frame["key"].eq(key)]
        if key in _NOT_SHOWN and count and len(rows) > 1:
            counts = f"show.city_summary.verdict_count.{key}"
            lines.append(large_first(counted(counts, len(rows), view.language)))
        elif len(rows):
            sized = key not in _NOT_SHOWN
            labels = [_sized(view, row) if sized else row.label for row in rows.itertuples()]
            lines.append(_say(view, f"verdict.{key}", names=named(labels, view.language)))
        reasons = rows["reason"][rows["reason"].astype(bool)].unique()
        lines += [text(f"effect.reason.{reason}", view.language) for reason in reasons]
    if frame["key"].isin(_SIGNS).any():
        lines.append(_by_chance(view))
    return lines


def _by_chance(view: CityView) -> str:
    """Say how often a study without any effect has a sign."""
    rows = view.table("effect_conclusions")
    fields = json.loads(rows.loc[rows["key"].isin(_SIGNS), "fields"].iloc[0])
    chance = number(100 * fields["chance"], view.language)
    return _say(view, "sign_by_chance", outcomes=fields["outcomes"], chance=chance)


def _sized(view: CityView, row) -> str:
    if row.scale != "points":
        return row.label
    ends = (signed(end, view.language) for end in (row.lower, row.upper))
    size = dict(zip(("lower", "upper"), ends, strict=True))
    value = points(row.value, view.language)
    value = text("show.about", view.language, value=value) if row.step > 1 else value
    shown = _say(view, "size", value=value, **size)
    return f"{row.label} ({shown})"


def detectable_words(view: CityView) -> list[str]:
    """Say how large an improvement had to be for this design to show it, and where none could be."""
    table = view.detectable()
    table = table[table["status"].eq("ok") & table["scale"].eq("points")]
    if table.empty:
        return []
    possible = table["detectable"].le(table["ceiling"])
    fields = {
        "outcomes": int(table["outcomes"].iloc[0]),
        "icc": number(table["icc"].iloc[0], view.language, 2),
        "names": named(table.loc[~possible, "label"], view.language),
    }
    lines = []
    if possible.any():
        ends = table.loc[possible, "detectable"].agg(["min", "max"])
        least, most = (number(end, view.language) for end in ends)
        key = "detectable_one" if least == most else "detectable"
        lines.append(_say(view, key, least=least, most=most, **fields))
    if not possible.all():
        lines.append(_say(view, "undetectable", **fields))
    return lines


def effect_summary(view: CityView) -> ShownText | Nothing:
    """Say on which outcomes an effect was found.

    A wijk's view begins with its own role and counts the outcomes without a finding: the report of
    the city names them.
    """
    outside = view.is_wijk and view.place[0] not in view.programme
    whole = [] if view.is_wijk else detectable_words(view)
    lines = [] if outside else [*effect_verdicts(view, count=view.is_wijk), *whole]
    if not lines or not view.programme or view.effects()["status"].ne("ok").all():
        return Nothing(text("effect_show.no_outcome", view.language))
    if not view.is_wijk:
        return bullets(lines)
    hood = view.study.neighbourhood(view.place[0])
    role = text(f"effect_show.role.{hood.arm}", view.language, name=escaped(hood.name))
    return ShownText(f"{role}\n\n{' '.join(lines)}")


def conclusions(view: CityView) -> ShownText | Nothing:
    """Say for each outcome what is shown and what is not, also between groups."""
    table = compared(view, "effect_conclusions")
    keys = list(table["outcome"].unique())
    if not keys:
        return Nothing(text("effect_show.no_outcome", view.language))
    lines = [
        " ".join(
            line
            for part in ("effect", "methods", "gap")
            for line in conclusion_sentences(view.study, table, key, part)
        )
        for key in keys
    ]
    limits = conclusion_sentences(view.study, table, keys[0], "limits")
    return ShownText(f"{bullets(lines).markdown}\n\n{' '.join(limits)}")


def _gap(view: CityView) -> list[str]:
    table = compared(view, "effect_conclusions")
    table = table[table["part"].eq("gap")]
    unknown = int(table["key"].eq("unavailable").sum())
    if len(table) == unknown:
        return []
    lines = []
    for key in ("shown_better", "shown_worse"):
        shown = table[table["key"].eq(key)]
        if shown.empty:
            continue
        fields = json.loads(shown["fields"].iloc[0])
        ends = {end: group_name(view.study, fields[end]) for end in ("first", "last")}
        labels = [view.study.text(view.study.indicators[key].label) for key in shown["outcome"]]
        said = {"names": named(labels, view.language), "grouping": grouping_name(view.study)}
        lines.append(_say(view, f"gap_{key}", **said, **ends))
    lines = lines or [_say(view, "gap_not_shown", grouping=grouping_name(view.study))]
    if unknown:
        lines.append(large_first(counted("show.city_summary.gap_unknown", unknown, view.language)))
    return lines


def done(view: CityView) -> list[str]:
    """Say how far the programme's wijken are, what was carried out and whom it reached."""
    table, language = view.side_by_side(), view.language
    lines = []
    if (steps := table["steps_done"].dropna()).size:
        fields = {"least": number(steps.min(), language), "most": number(steps.max(), language)}
        key = "steps_same" if steps.min() == steps.max() else "steps"
        lines.append(
            large_first(counted(f"show.city_summary.{key}", len(table), language, **fields))
        )
    for measure in ("dose", "reach_of_plan"):
        if (values := table[measure].dropna()).size:
            lines.append(_say(view, measure, share=percentage(values.median(), language)))
    silent = int(table["registered"].lt(100).sum())
    if silent:
        lines.append(large_first(counted("show.city_summary.unregistered", silent, language)))
    return lines


def done_sentences(view: CityView) -> ShownText | Nothing:
    """Say how far the programme's wijken are and what was carried out, as a list."""
    lines = done(view)
    return bullets(lines) if lines else Nothing(text("show.wijken.none", view.language))


def _why(view: CityView) -> list[str]:
    """Name the explanations that the data support, and say how many more there are."""
    table: pd.DataFrame = view.table("explanations")
    if not view.programme or table["verdict"].eq("cannot_be_judged").all():
        return []
    names = [
        escaped(small_first(text(f"explanations.explanation.{key}", view.language)))
        for key in table.loc[table["verdict"].eq("plays"), "explanation"]
    ]
    if not names:
        return [no_explanation(view)]
    lines = [_say(view, "why", names=listed(names[:_NAMED], view.language))]
    if (more := len(names) - _NAMED) > 0:
        lines.append(large_first(counted("show.city_summary.why_more", more, view.language)))
    return lines
