"""How it was done and why, in sentences: delivery, the cycle, explanations, questions, voices."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.evaluation.process.key_figures import key_figure_sentences as scale_sentences
from wijkkit.evaluation.process.service_use import service_use_sentences as use_sentences
from wijkkit.language import counted, listed, number, small_first, text
from wijkkit.language.messages import escaped
from wijkkit.released import CityView, WijkView
from wijkkit.released.programme import of_programme
from wijkkit.show.output import Nothing, ShownText, bullets

#: Questions in the order of their weight: what goes wrong first, then what is missing.
WEIGHT = (
    *("nothing_registered", "goal_worse", "goal_without_intervention", "clash_open"),
    *("decision_overdue", "no_activities", "low_reach", "low_ses_missed", "done_without_change"),
    *("no_data_for_goal", "goal_without_target", "intervention_without_goal", "no_evidence"),
    *("evidence_unknown", "step_overdue"),
)


def said(view: CityView, *topics: str) -> ShownText | Nothing:
    """Return the released sentences on topics, a part with its name per topic.

    Parameters
    ----------
    *topics : str

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.said(wk.open_wijk("parameters", "ankerveld"), "implementation")
    - **Uitvoering.** ...
    """
    if not view.programme:
        return Nothing(text("show.wijken.none", view.language))
    table = view.table("sentences")
    mine = table[table["wijk"].eq(view.place[0] if view.is_wijk else "")]
    lines = []
    for topic in topics:
        found = [escaped(line) for line in mine.loc[mine["topic"].eq(topic), "sentence"]]
        if view.is_wijk and found:
            part = topic.removeprefix("cycle_")
            lines.append(f"**{text(f'show.part.{part}', view.language)}.** {' '.join(found)}")
        else:
            lines += found
    return bullets(lines) if lines else Nothing(text("show.nothing", view.language))


def questions(view: CityView) -> ShownText | Nothing:
    """List the questions that the data raise, the weightiest first; for the city, of all wijken."""
    asked = questions_of(view) if isinstance(view, WijkView) else _shared(view)
    return bullets(asked) if asked else Nothing(text("show.questions.none", view.language))


def questions_of(view: WijkView) -> list[str]:
    """Return one question per rule, with the other interventions that it also concerns."""
    if not view.programme or view.slug not in view.programme:
        return []
    done = view.own("implementation").drop_duplicates("intervention")
    names = dict(zip(done["intervention"], done["name"], strict=True))
    asked = []
    for _, mine in _by_weight(view.own("questions")).groupby("rule", sort=False):
        others = [names.get(subject, "") for subject in mine["subject"].iloc[1:]]
        question = escaped(mine["question"].iloc[0])
        if others and all(others):
            also = listed([escaped(name) for name in others], view.language)
            question += f" {text('show.questions.also', view.language, names=also)}"
        elif others:
            question += f" {counted('show.questions.more', len(others), view.language)}"
        asked.append(question)
    return asked


def _by_weight(table: pd.DataFrame) -> pd.DataFrame:
    weights = {rule: place for place, rule in enumerate(WEIGHT)}
    return table.sort_values(
        "rule", key=lambda rules: rules.map(weights).fillna(len(WEIGHT)), kind="stable"
    )


def _shared(view: CityView) -> list[str]:
    programme = _by_weight(of_programme(view, "questions"))
    counts = programme.groupby("rule", sort=False)["wijk"].nunique()
    return [
        text(
            "show.questions.shared",
            view.language,
            rule=text(f"show.rule.{rule}", view.language),
            n=wijken,
            of=len(view.programme),
        )
        for rule, wijken in counts.sort_values(ascending=False, kind="stable").items()
    ]


def explanations(view: CityView) -> ShownText | Nothing:
    """Name the explanations that the data support, what they rest on, and a quote that says so."""
    if not view.programme or (view.is_wijk and view.place[0] not in view.programme):
        return Nothing(text("show.pace.none", view.language))
    table = view.table("explanations")
    plays = explanation_rows(view.study, table[table["verdict"].eq("plays")])
    keys = table.loc[table["verdict"].eq("plays"), "explanation"]
    if plays.empty:
        return ShownText(no_explanation(view))
    lines = [
        " ".join(
            [f"**{escaped(row.explanation)}**. {escaped(row.evidence)}", *quotes_for(view, key)]
        )
        for row, key in zip(plays.itertuples(), keys, strict=True)
    ]
    lines += undecided(view)
    head = f"{text('show.explanations.head', view.language)}\n\n" if view.is_wijk else ""
    return ShownText(f"{head}{bullets(lines).markdown}")


def quotes_for(view: CityView, explanation: str) -> list[str]:
    """Return the chosen quotes whose subject the study counts for an explanation."""
    codes = view.study.settings.evaluation.explanations.codes.get(cast(Any, explanation), ())
    table = view.table("quotes")
    return [
        quote_words(row, view.language) for row in table[table["code"].isin(codes)].itertuples()
    ]


def quotes(view: CityView) -> ShownText | Nothing:
    """Show the quotes that a researcher chose and worded and that stand at no explanation."""
    codes = view.study.settings.evaluation.explanations.codes
    used = {code for mine in codes.values() for code in mine}
    table = view.table("quotes")
    rows = table[~table["code"].isin(used)].sort_values(["arm", "wave"], kind="stable")
    if rows.empty:
        return Nothing(text("show.interviews.no_quotes", view.language))
    return bullets([quote_words(row, view.language) for row in rows.itertuples()])


def quote_words(row, language: str) -> str:
    """Return a quote with the role of who said it, the arm and the wave."""
    return text(
        "show.interviews.quote",
        language,
        quote=escaped(row.quote.strip()),
        role=escaped(row.role),
        arm=text(f"show.area.{row.arm}", language),
        wave=escaped(row.wave),
    )


#: Verdicts that leave an explanation open.
_OPEN = ("undecided", "cannot_be_judged")


def undecided(view: CityView) -> list[str]:
    """Say of which explanations the data do not tell whether they play a part."""
    table = view.table("explanations")
    names = [
        escaped(small_first(text(f"explanations.explanation.{key}", view.language)))
        for key in table.loc[table["verdict"].isin(_OPEN), "explanation"]
    ]
    if not names:
        return []
    return [text("show.explanations.undecided", view.language, names=listed(names, view.language))]


def no_explanation(view: CityView) -> str:
    """Say that no explanation plays a part, and of which the data do not tell whether it does."""
    verdict = view.table("explanations")["verdict"]
    unknown = verdict.isin(_OPEN)
    if verdict.eq("cannot_be_judged").all():
        return text("show.explanations.unknown", view.language)
    key = "none_known" if unknown.any() else "none"
    return " ".join([text(f"show.explanations.{key}", view.language), *undecided(view)])


def key_figure_sentences(view: CityView) -> ShownText | Nothing:
    """Say for each scale whether the programme wijken changed otherwise than the comparators."""
    table, changes = view.table("key_figures"), view.table("key_figure_changes")
    if table.empty:
        return Nothing(text("show.key_figures.none", view.language))
    return bullets([escaped(line) for line in scale_sentences(table, changes, view.study)])


def service_use(view: CityView) -> ShownText | Nothing:
    """Say what parents use in programme and comparison wijken, and what that does not tell."""
    table = view.table("service_use")
    if table.empty:
        return Nothing(text("show.nothing", view.language))
    return bullets([escaped(line) for line in use_sentences(table, view.language)])


def package(view: WijkView) -> ShownText | Nothing:
    """Say what fits best, how firm that is, and which package covers every goal."""
    lines = [escaped(line) for line in view.own("choice_sentences")["sentence"]]
    if not lines or view.choice().empty:
        return Nothing(text("show.choice.none", view.language))
    return bullets(lines)


def comparable_sentence(view: WijkView) -> ShownText | Nothing:
    """Say with which wijken this one is compared, on which period of which figures."""
    table = view.own("comparable").sort_values("rank")
    if table.empty:
        known = view.own("area_figures")
        key = "no_figures" if known.empty else "not_placed"
        return Nothing(text(f"show.comparable.{key}", view.language))
    figures = view.own("area_figures")
    period = figures["period"].min() if len(figures) else ""
    start = view.study.start_of(view.slug).year
    key = "before" if str(period)[:4].isdigit() and int(str(period)[:4]) <= start else "in"
    names = [escaped(view.study.neighbourhood(slug).name) for slug in table["comparable"]]
    return ShownText(
        text(
            f"show.comparable.{key}",
            view.language,
            name=escaped(view.name),
            period=period,
            names=listed(names, view.language),
        )
    )


def hidden_sentences(view: CityView) -> ShownText:
    """Say how many figures are absent, for which reasons, and how many are given coarsely."""
    language, table = view.language, view.table("estimates")
    asked = table[table["status"].ne("not_asked")]
    absent = asked["status"].value_counts().drop("ok", errors="ignore")
    coarse = int((asked["unit"].eq("percent") & asked["step"].gt(1)).sum())

    def say(key: str, n: int, **fields: object) -> str:
        return text(f"show.hidden.{key}", language, n=number(n, language), **fields)

    parts = [text("show.hidden.none", language)]
    if len(absent):
        reasons = bullets([say(status, count) for status, count in absent.items()])
        head = say("sentence", int(absent.sum()), of=number(len(asked), language))
        parts = [head, reasons.markdown]
    if coarse:
        parts.append(say("coarser", coarse))
    return ShownText("\n\n".join(parts))


def quality_sentences(view: WijkView) -> ShownText | Nothing:
    """Say in words how good the data of this wijk are."""
    words = [escaped(line) for line in view.own("quality")["words"].iloc[:3]]
    return ShownText(" ".join(words)) if words else Nothing(text("show.nothing", view.language))
