"""How it was done: pace, implementation, network, interviews, explanations, questions."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.evaluation.process.sentences import shown_measure
from wijkkit.language import number, percentage, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import ShownTable, ShownText, bullets, empty_table, paragraphs


def said(view: CityView, *topics: str) -> list[str]:
    """Return the released sentences on topics: this wijk's, or the city's."""
    table = view.table("sentences")
    wijk = view.slug if isinstance(view, WijkView) else ""
    mine = table[table["wijk"].eq(wijk)]
    return [
        sentence for topic in topics for sentence in mine.loc[mine["topic"].eq(topic), "sentence"]
    ]


def delivery_sentences(view: WijkView) -> ShownText:
    """Say how the interventions were carried out and how the network met."""
    sentences = said(view, "implementation", "network")
    return _or_none(view, [escaped(sentence) for sentence in sentences])


def clash_sentences(view: CityView) -> ShownText:
    """Say where city-wide programmes or procurement clash with the plans of wijken."""
    return bullets([escaped(sentence) for sentence in said(view, "clashes")])


def ahead_sentences(view: CityView) -> ShownText:
    """Say what the wijken ahead did differently, and what that does not prove."""
    return bullets([escaped(sentence) for sentence in said(view, "ahead")])


def cycle_sentences(view: WijkView) -> ShownText:
    """Say what was planned, done, reached, learned and what is next."""
    parts = []
    for part in ("planned", "done", "reached", "learned", "next"):
        sentences = said(view, f"cycle_{part}")
        if sentences:
            head = text(f"learning.cycle.part.{part}", view.language)
            parts.append(f"**{head}.** {' '.join(escaped(sentence) for sentence in sentences)}")
    return _or_none(view, parts)


def discussion_questions(view: CityView) -> ShownText:
    """List the questions that the data raise for the network; for the city, of all wijken."""
    language, table = view.language, view.table("questions")
    if isinstance(view, WijkView):
        mine = table[table["wijk"].eq(view.slug)]
        if mine.empty:
            return ShownText(text("show.questions.none", language))
        return bullets([escaped(question) for question in mine["question"]])
    hoods = view.study.neighbourhoods
    programme = table[[hoods[wijk].arm == "programme" for wijk in table["wijk"]]]
    counts = programme.groupby("rule", sort=False)["wijk"].nunique()
    if counts.empty:
        return ShownText(text("show.questions.none", language))
    return bullets(
        [
            text(
                "show.questions.shared",
                language,
                rule=text(f"show.rule.{rule}", language),
                n=wijken,
                of=sum(hood.arm == "programme" for hood in hoods.values()),
            )
            for rule, wijken in counts.items()
        ]
    )


def implementation_table(view: CityView) -> ShownTable:
    """Return reach, adoption, implementation and maintenance per intervention, or per wijk."""
    language = view.language
    wijk = isinstance(view, WijkView)
    table = view.own("implementation") if wijk else view.table("implementation_by_wijk")
    caption = text(f"show.implementation.{'wijk' if wijk else 'city'}", language)
    if table.empty:
        return empty_table(text("process.not_registered", language), caption)
    names = {slug: hood.name for slug, hood in view.study.neighbourhoods.items()}
    label = table["name"] if wijk else table["wijk"].map(names)
    shown = table.assign(
        label=label, shown=[shown_measure(row, language) for _, row in table.iterrows()]
    )
    measures = [measure for measure in _MEASURES if measure in set(shown["measure"])]
    wide = shown.pivot_table(
        index="label", columns="measure", values="shown", aggfunc="first", sort=False
    )
    wide = wide.reindex(columns=measures).fillna(text("process.not_registered", language))
    wide.columns = [text(f"process.measure.{measure}", language) for measure in measures]
    head = text("show.head.intervention" if wijk else "show.head.wijk", language)
    return ShownTable(wide.rename_axis(head).reset_index(), caption)


_MEASURES = ("reach_of_plan", "low_ses_reached", "adoption", "dose", "quality", "maintenance")


def pace_table(view: CityView) -> ShownTable:
    """Return how far this wijk, or every programme wijk, is in each of the six steps."""
    language = view.language
    table = view.own("pace") if isinstance(view, WijkView) else view.table("pace")
    caption = text("show.pace.caption", language)
    if table.empty:
        return empty_table(text("show.pace.none", language), caption)
    names = {slug: hood.name for slug, hood in view.study.neighbourhoods.items()}
    rows = pd.DataFrame(
        {
            text("show.head.wijk", language): table["wijk"].map(names),
            text("show.head.step", language): [
                f"{step} {text(f'process.step.{step}', language)}" for step in table["step"]
            ],
            text("show.head.state", language): [
                text(f"process.state.{state}", language) for state in table["state"]
            ],
            text("show.head.plan", language): [
                text(f"process.against_plan.{value}", language) for value in table["against_plan"]
            ],
        }
    )
    return ShownTable(rows.iloc[:, 1:] if isinstance(view, WijkView) else rows, caption)


def explanations_table(view: CityView) -> ShownTable:
    """Return each explanation with its verdict, what that rests on and what would settle it."""
    table = explanation_rows(view.study, view.table("explanations"))
    table.columns = [text(f"show.head.{column}", view.language) for column in table.columns]
    return ShownTable(table, text("show.explanations.caption", view.language))


def assumptions_table(view: WijkView) -> ShownTable:
    """Return the assumptions of the logic model with what the data of this wijk say of each."""
    language, table = view.language, view.own("assumptions")
    rows = pd.DataFrame(
        {
            text("show.head.assumption", language): table["label"],
            text("show.head.verdict", language): [
                text(f"logic_model.verdict.{verdict}", language) for verdict in table["verdict"]
            ],
            text("show.head.evidence", language): table["words"],
        }
    )
    return ShownTable(rows, text("show.assumptions.caption", language))


def quality_table(view: WijkView) -> ShownTable:
    """Return the judgement on each aspect of this wijk's data, in plain words."""
    language, table = view.language, view.own("quality")
    rows = pd.DataFrame(
        {
            text("show.head.aspect", language): [
                text(f"learning.quality.aspect.{aspect}", language) for aspect in table["aspect"]
            ],
            text("show.head.judgement", language): [
                text(f"learning.quality.judgement.{judgement}", language)
                for judgement in table["judgement"]
            ],
            text("show.head.remark", language): table["words"],
        }
    )
    return ShownTable(rows, text("show.quality.caption", language, name=view.name))


def quality_sentences(view: WijkView) -> ShownText:
    """Say in words how good the data of this wijk are."""
    return paragraphs([escaped(words) for words in view.own("quality")["words"].iloc[:3]])


def interviews_table(view: CityView) -> ShownTable:
    """Return in how many group interviews each code was mentioned, by arm and wave."""
    language, table = view.language, view.table("interview_codes")
    caption = text("show.interviews.caption", language)
    table = table[table["role"].eq("all")]
    if table.empty:
        return empty_table(text("process.interviews.none", language), caption)
    table = table.assign(
        column=[
            f"{text(f'show.area.{row.arm}', language)}, {row.wave}" for row in table.itertuples()
        ],
        shown=[
            text("show.interviews.of", language, groups=row.groups, of=row.of)
            for row in table.itertuples()
        ],
    )
    wide = table.pivot_table(
        index="code", columns="column", values="shown", aggfunc="first", sort=False
    )
    head = text("show.head.code", language)
    return ShownTable(
        wide.rename_axis(head).rename_axis(None, axis=1).fillna("").reset_index(), caption
    )


def wijken_table(view: CityView) -> ShownTable:
    """Return the programme's wijken side by side on goals, implementation and pace."""
    language, table = view.language, view.table("side_by_side")
    caption = text("show.wijken.caption", language)
    if table.empty:
        return empty_table(text("show.wijken.none", language), caption)
    absent = text("process.not_registered", language)
    columns = {text("show.head.wijk", language): table["name"]}
    for state in ("better", "same", "worse", "not_measured"):
        columns[text(f"show.wijken.{state}", language)] = [
            number(value, language) for value in table[state]
        ]
    for measure in ("dose", "reach_of_plan", "quality", "attendance"):
        columns[text(f"show.wijken.{measure}", language)] = [
            absent if pd.isna(value) else percentage(value, language) for value in table[measure]
        ]
    columns[text("show.wijken.steps_done", language)] = [
        absent if pd.isna(value) else number(value, language) for value in table["steps_done"]
    ]
    return ShownTable(pd.DataFrame(columns), caption)


def _or_none(view: WijkView, sentences: list[str]) -> ShownText:
    if not sentences:
        return ShownText(text("show.process.none", view.language, name=escaped(view.name)))
    return bullets(sentences)
