"""How it was done, in sentences: delivery, network, the cycle, explanations, questions."""

from __future__ import annotations

from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.language import counted, listed, small_first, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import ShownText, bullets, paragraphs
from wijkkit.show.select import programme_rows


def said(view: CityView, *topics: str) -> list[str]:
    """Return the released sentences on topics: this wijk's, or the city's."""
    table = view.table("sentences")
    wijk = view.slug if isinstance(view, WijkView) else ""
    mine = table[table["wijk"].eq(wijk)]
    return [
        sentence for topic in topics for sentence in mine.loc[mine["topic"].eq(topic), "sentence"]
    ]


def delivery_sentences(view: WijkView) -> ShownText:
    """Say how the interventions were carried out, whom they reached and how the network met.

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
    >>> wk.show.delivery_sentences(view)
    - **Uitvoering.** Bij 2 ...
    """
    parts = [(topic, said(view, topic)) for topic in ("implementation", "reach", "network")]
    return _or_none(view, [_part(view, topic, lines) for topic, lines in parts if lines])


def _part(view: CityView, topic: str, sentences: list[str]) -> str:
    head = text(f"show.part.{topic}", view.language)
    return f"**{head}.** {' '.join(escaped(sentence) for sentence in sentences)}"


def clash_sentences(view: CityView) -> ShownText:
    """Say where city-wide programmes or procurement clash with the plans of wijken.

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
    >>> wk.show.clash_sentences(view)
    - Inkoop\\: Sportfonds\\. Dit ...
    """
    return bullets([escaped(sentence) for sentence in said(view, "clashes")])


def ahead_sentences(view: CityView) -> ShownText:
    """Say what the wijken ahead did differently, and what that does not prove.

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
    >>> wk.show.ahead_sentences(view)
    - Voorop op de ...
    """
    if view.table("side_by_side").empty:
        return ShownText(text("show.wijken.none", view.language))
    return bullets([escaped(sentence) for sentence in said(view, "ahead")])


def cycle_sentences(view: WijkView) -> ShownText:
    """Say what was planned, what was learned and what is next.

    What was done and reached stands with the steps before it, questions with `discussion_questions`.

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
    >>> wk.show.cycle_sentences(view)
    - **Gepland.** Het netwerk ...
    """
    asked = set(view.own("questions")["question"])
    parts = [
        (part, [line for line in said(view, f"cycle_{part}") if line not in asked])
        for part in ("planned", "learned", "next")
    ]
    return _or_none(view, [_part(view, part, lines) for part, lines in parts if lines])


def discussion_questions(view: CityView) -> ShownText:
    """List the questions that the data raise for the network; for the city, of all wijken.

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
    >>> wk.show.discussion_questions(view)
    - Een stap is ...
    """
    if isinstance(view, WijkView):
        return _or_no_questions(view, _questions_of(view))
    hoods = view.study.neighbourhoods
    programme = programme_rows(view, "questions")
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


def explanations_sentences(view: CityView) -> ShownText:
    """Name the explanations that the data support, and what they rest on.

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
    >>> wk.show.explanations_sentences(view)
    - **Korte tijd tussen ...
    """
    table = view.table("explanations")
    plays = explanation_rows(view.study, table[table["verdict"].eq("plays")])
    if plays.empty:
        return ShownText(no_explanation(view))
    said = [
        f"**{escaped(row.explanation)}**. {escaped(row.evidence)}" for row in plays.itertuples()
    ]
    said += _undecided(view)
    if not isinstance(view, WijkView):
        return bullets(said)
    head = text("show.explanations.head", view.language)
    return ShownText(f"{head}\n\n{bullets(said).markdown}")


#: Verdicts that leave an explanation open.
_OPEN = ("undecided", "cannot_be_judged")


def no_explanation(view: CityView) -> str:
    """Say that no explanation plays a part, and of which the data do not tell whether it does."""
    unknown = view.table("explanations")["verdict"].isin(_OPEN)
    if unknown.all():
        return text("show.explanations.unknown", view.language)
    key = "none_known" if unknown.any() else "none"
    return " ".join([text(f"show.explanations.{key}", view.language), *_undecided(view)])


def _undecided(view: CityView) -> list[str]:
    table = view.table("explanations")
    names = [
        escaped(small_first(text(f"explanations.explanation.{key}", view.language)))
        for key in table.loc[table["verdict"].isin(_OPEN), "explanation"]
    ]
    if not names:
        return []
    return [text("show.explanations.undecided", view.language, names=listed(names, view.language))]


def quality_sentences(view: WijkView) -> ShownText:
    """Say in words how good the data of this wijk are.

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
    >>> wk.show.quality_sentences(view)
    Voor 3 van de ...
    """
    return paragraphs([escaped(words) for words in view.own("quality")["words"].iloc[:3]])


def _or_none(view: WijkView, sentences: list[str]) -> ShownText:
    if sentences:
        return bullets(sentences)
    key = "process" if view.wijk.arm == "programme" else "pace"
    return ShownText(text(f"show.{key}.none", view.language, name=escaped(view.name)))
