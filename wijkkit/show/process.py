"""How it was done: pace, implementation, network, interviews, explanations, questions."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.evaluation.process.sentences import shown_measure
from wijkkit.language import counted, listed, number, percentage, text
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
    parts = [(topic, said(view, topic)) for topic in ("implementation", "network")]
    return _or_none(view, [_part(view, topic, lines) for topic, lines in parts if lines])


def _part(view: CityView, topic: str, sentences: list[str]) -> str:
    head = text(f"show.part.{topic}", view.language)
    return f"**{head}.** {' '.join(escaped(sentence) for sentence in sentences)}"


def clash_sentences(view: CityView) -> ShownText:
    """Say where city-wide programmes or procurement clash with the plans of wijken."""
    return bullets([escaped(sentence) for sentence in said(view, "clashes")])


def ahead_sentences(view: CityView) -> ShownText:
    """Say what the wijken ahead did differently, and what that does not prove."""
    return bullets([escaped(sentence) for sentence in said(view, "ahead")])


def cycle_sentences(view: WijkView) -> ShownText:
    """Say what was planned, what was learned and what is next.

    What was done and reached stands with the steps before it, questions with `discussion_questions`.
    """
    asked = set(view.own("questions")["question"])
    parts = [
        (part, [line for line in said(view, f"cycle_{part}") if line not in asked])
        for part in ("planned", "learned", "next")
    ]
    return _or_none(view, [_part(view, part, lines) for part, lines in parts if lines])


def discussion_questions(view: CityView) -> ShownText:
    """List the questions that the data raise for the network; for the city, of all wijken."""
    if isinstance(view, WijkView):
        return _or_no_questions(view, _questions_of(view))
    hoods = view.study.neighbourhoods
    table = view.table("questions")
    programme = table[[hoods[wijk].arm == "programme" for wijk in table["wijk"]]]
    counts = programme.groupby("rule", sort=False)["wijk"].nunique()
    shared = [
        text(
            "show.questions.shared",
            view.language,
            rule=text(f"show.rule.{rule}", view.language),
            n=wijken,
            of=sum(hood.arm == "programme" for hood in hoods.values()),
        )
        for rule, wijken in counts.sort_values(ascending=False, kind="stable").items()
    ]
    return _or_no_questions(view, shared)


def _questions_of(view: WijkView) -> list[str]:
    """Return one question per rule, with the other interventions that it also concerns."""
    done = view.own("implementation").drop_duplicates("intervention")
    names = dict(zip(done["intervention"], done["name"], strict=True))
    asked = []
    for _, mine in view.own("questions").groupby("rule", sort=False):
        others = [names.get(subject, "") for subject in mine["subject"].iloc[1:]]
        question = escaped(mine["question"].iloc[0])
        if others and all(others):
            also = listed([escaped(name) for name in others], view.language)
            question += f" {text('show.questions.also', view.language, names=also)}"
        elif others:
            question += f" {counted('show.questions.more', len(others), view.language)}"
        asked.append(question)
    return asked


def _or_no_questions(view: CityView, questions: list[str]) -> ShownText:
    return (
        bullets(questions) if questions else ShownText(text("show.questions.none", view.language))
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
    """Return how far this wijk is in each of the six steps; for the city a row per wijk."""
    language = view.language
    wijk = isinstance(view, WijkView)
    table = view.own("pace") if wijk else view.table("pace")
    caption = text("show.pace.caption", language)
    if table.empty:
        return empty_table(text("show.pace.none", language), caption)
    steps = [f"{step} {text(f'process.step.{step}', language)}" for step in table["step"]]
    states = [text(f"process.state.{state}", language) for state in table["state"]]
    plans = [text(f"process.against_plan.{value}", language) for value in table["against_plan"]]
    if wijk:
        heads = [text(f"show.head.{key}", language) for key in ("step", "state", "plan")]
        return ShownTable(
            pd.DataFrame(dict(zip(heads, (steps, states, plans), strict=True))), caption
        )
    first = table["cycle"].eq(table["cycle"].min())
    cells = [f"{state}, {plan}" for state, plan in zip(states, plans, strict=True)]
    wide = table.assign(step=steps, cell=cells)[first].pivot(
        index="wijk", columns="step", values="cell"
    )
    names = {slug: hood.name for slug, hood in view.study.neighbourhoods.items()}
    head = text("show.head.wijk", language)
    wide.index = pd.Index([names[slug] for slug in wide.index], name=head)
    return ShownTable(wide.rename_axis(None, axis=1).reset_index(), caption)


#: Explanations that the data support come first, those that they refute last.
_ORDER = ("plays", "cannot_be_judged", "plays_not")


def explanations_sentences(view: CityView) -> ShownText:
    """Name the explanations that the data support, and what they rest on."""
    table = view.table("explanations")
    plays = explanation_rows(view.study, table[table["verdict"].eq("plays")])
    if plays.empty:
        return ShownText(text("show.explanations.none", view.language))
    said = [
        f"**{escaped(row.explanation)}**. {escaped(row.evidence)}" for row in plays.itertuples()
    ]
    if not isinstance(view, WijkView):
        return bullets(said)
    head = text("show.explanations.head", view.language)
    return ShownText(f"{head}\n\n{bullets(said).markdown}")


def explanations_table(view: CityView) -> ShownTable:
    """Return each explanation with its verdict and what that rests on; those that play first."""
    table = view.table("explanations")
    table = table.sort_values("verdict", key=lambda column: column.map(_ORDER.index), kind="stable")
    shown = explanation_rows(view.study, table)[["explanation", "verdict", "evidence"]]
    shown.columns = [text(f"show.head.{column}", view.language) for column in shown.columns]
    return ShownTable(shown, text("show.explanations.caption", view.language))


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


def elements_table(view: CityView) -> ShownTable:
    """Return the elements of the logic model with their state; for the city a column per wijk."""
    language = view.language
    table = view.own("elements") if isinstance(view, WijkView) else view.table("elements")
    hoods = view.study.neighbourhoods
    if not isinstance(view, WijkView):
        table = table[[hoods[slug].arm == "programme" for slug in table["wijk"]]]
    wide = table.assign(
        place=[text(f"logic_model.box.{box}", language) for box in table["box"]],
        state=[text(f"logic_model.state.{state}", language) for state in table["state"]],
        name=[hoods[slug].name for slug in table["wijk"]],
    ).pivot_table(
        index=["place", "label"], columns="name", values="state", aggfunc="first", sort=False
    )
    heads = [text(f"show.head.{key}", language) for key in ("place", "element")]
    wide = wide.rename_axis(index=heads, columns=None).reset_index()
    return ShownTable(wide, text("show.logic_model.table_caption", language))


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
    most = table.groupby("code")["groups"].sum()
    table = table.sort_values("code", key=lambda codes: -codes.map(most), kind="stable")
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
    columns = {
        text("show.head.wijk", language): table["name"],
        text("show.wijken.goals", language): [_goals(row, view) for row in table.itertuples()],
    }
    for measure in ("dose", "reach_of_plan"):
        columns[text(f"show.wijken.{measure}", language)] = [
            absent if pd.isna(value) else percentage(value, language) for value in table[measure]
        ]
    for measure in ("quality", "steps_done"):
        columns[text(f"show.wijken.{measure}", language)] = [
            absent if pd.isna(value) else number(value, language) for value in table[measure]
        ]
    return ShownTable(pd.DataFrame(columns), caption)


def _goals(row, view: CityView) -> str:
    """Return how many goals changed in which way; what holds for none is left out."""
    counts = {key: int(getattr(row, key)) for key in ("better", "worse", "same")}
    counts["not_measured"] = len(view.study.goals) - sum(counts.values())
    return ", ".join(
        text(f"show.wijken.{key}", view.language, n=count) for key, count in counts.items() if count
    )


def _or_none(view: WijkView, sentences: list[str]) -> ShownText:
    if not sentences:
        return ShownText(text("show.process.none", view.language, name=escaped(view.name)))
    return bullets(sentences)
