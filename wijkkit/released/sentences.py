"""What is said, asked and recommended, as tidy frames with a column `sentence`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from wijkkit.evaluation.process.key_figures import key_figure_sentences, service_use_sentences
from wijkkit.language import counted, listed, number, small_first, text
from wijkkit.language.messages import catalogue
from wijkkit.released.programme import of_programme, where_it_runs

if TYPE_CHECKING:
    from wijkkit.released.views import CityView, WijkView

#: Questions in the order of their weight: what goes wrong first, then what is missing.
WEIGHT = (
    *("nothing_registered", "goal_worse", "goal_without_intervention", "clash_open"),
    *("decision_overdue", "no_activities", "low_reach", "low_ses_missed", "done_without_change"),
    *("no_data_for_goal", "goal_without_target", "intervention_without_goal", "no_evidence"),
    *("evidence_unknown", "step_overdue"),
)


def sentences(view: CityView, topics: tuple[str, ...]) -> pd.DataFrame:
    """Return what is said on each topic: ``topic, part, sentence``.

    Topics are those of the released sentences (``ahead, clashes``; of a wijk ``implementation,
    reach, network, cycle_planned, ...``), and ``key_figures, service_use, package``. `part` is
    what a topic is called among others of a wijk, or nothing.
    """
    released = view.table("sentences") if view.programme else view.table("sentences").head(0)
    mine = released[released["wijk"].eq(view.place[0] if view.is_wijk else "")]
    parts: Any = catalogue("show", view.language)["part"] if view.is_wijk else {}
    rows = []
    for topic in topics:
        part = parts.get(topic.removeprefix("cycle_"), "")
        part = f"{part}." if part else ""
        said = _made(view, topic)
        said = mine.loc[mine["topic"].eq(topic), "sentence"] if said is None else said
        rows += [{"topic": topic, "part": part, "sentence": sentence} for sentence in said]
    return pd.DataFrame(rows, columns=["topic", "part", "sentence"])


def _made(view: Any, topic: str) -> list[str] | None:
    """Return the sentences on a topic that are made of released numbers; None for another topic."""
    if topic == "key_figures":
        table, changes = view.table(topic), view.table("key_figure_changes")
        return key_figure_sentences(table, changes, view.study) if len(table) else []
    if topic == "service_use":
        table = view.table(topic)
        return service_use_sentences(table, view.language) if len(table) else []
    if topic == "package":
        return list(view.own("choice_sentences")["sentence"]) if len(view.choice()) else []
    return None


def questions(view: CityView) -> pd.DataFrame:
    """Return what the data ask, the weightiest first: ``rule, sentence, shared``.

    Of a wijk one question per rule, with the other interventions that it also concerns; of the
    city in how many wijken each is asked. `shared` is one that all wijken of the programme have.
    """
    place = {rule: at for at, rule in enumerate(WEIGHT)}
    asked = view.own("questions") if view.is_wijk else of_programme(view, "questions")
    asked = where_it_runs(view, asked).sort_values(
        "rule", key=lambda rules: rules.map(place).fillna(len(WEIGHT)), kind="stable"
    )
    rules = asked.groupby("rule", sort=False)
    everywhere = of_programme(view, "questions").groupby("rule")["wijk"].nunique()
    shared = everywhere.index[everywhere.eq(len(view.programme)) & everywhere.gt(1)]
    if view.is_wijk:
        done = view.own("implementation").drop_duplicates("intervention")
        names = dict(zip(done["intervention"], done["name"], strict=True))
        goals = view.own("goals").to_dict("records") if "goals" in view.released else []
        names |= {goal["key"]: f"‘{goal['name']}’" for goal in goals}
        rows = [(rule, _asked_together(mine, names, view.language)) for rule, mine in rules]
    else:
        counts = rules["wijk"].nunique().sort_values(ascending=False, kind="stable")
        of = len(view.programme)
        words = {rule: text(f"show.rule.{rule}", view.language) for rule in counts.index}
        rows = [
            (rule, text("show.questions.shared", view.language, rule=words[rule], n=n, of=of))
            for rule, n in counts.items()
        ]
    frame = pd.DataFrame(rows, columns=["rule", "sentence"])
    return frame.assign(shared=frame["rule"].isin(shared))


def _asked_together(mine: pd.DataFrame, names: Mapping[str, str], language: str) -> str:
    question = mine["question"].iloc[0]
    others = [names.get(subject, "") for subject in mine["subject"].iloc[1:]]
    if others and all(others):
        also = text("show.questions.also", language, names=listed(others, language))
        return f"{question} {also}"
    return (
        f"{question} {counted('show.questions.more', len(others), language)}"
        if others
        else question
    )


def quotes(view: CityView) -> pd.DataFrame:
    """Return the quotes that a researcher chose and worded: ``code, arm, wave, role, quote``.

    `explained` says of which a subject counts for an explanation, where they stand as well.
    """
    codes = view.study.settings.evaluation.explanations.codes
    used = {code for mine in codes.values() for code in mine}
    table = view.table("quotes").sort_values(["arm", "wave"], kind="stable")
    return table.assign(explained=table["code"].isin(used))


def comparable(view: WijkView) -> pd.DataFrame:
    """Return with which wijken this one is compared: ``names, period, sentence``, one row.

    They are compared on the first period of the area figures, which the programme cannot have
    changed where it lies before the start.
    """
    table, figures = view.own("comparable").sort_values("rank"), view.own("area_figures")
    if table.empty:
        return table.assign(names="", period="", sentence="")
    period = str(figures["period"].min()) if len(figures) else ""
    start = view.study.start_of(view.slug)
    before = start is not None and period[:4].isdigit() and int(period[:4]) <= start.year
    names = listed(
        [view.study.neighbourhood(one).name for one in table["comparable"]], view.language
    )
    key = f"show.comparable.{'before' if before else 'in'}"
    said = text(key, view.language, name=view.name, period=period, names=names)
    return pd.DataFrame({"names": [names], "period": [period], "sentence": [said]})


def absent(view: CityView) -> pd.DataFrame:
    """Return how many figures are absent, for which reasons, and how many are given coarsely.

    ``status, n, of, sentence``; the first row is of all reasons together.
    """
    table = view.table("estimates")
    asked = table[table["status"].ne("not_asked")]
    counts = asked["status"].value_counts().drop("ok", errors="ignore")
    coarse = int((asked["unit"].eq("percent") & asked["step"].gt(1)).sum())
    rows = [("sentence" if len(counts) else "none", int(counts.sum())), *counts.items()]
    rows += [("coarser", coarse)] if coarse else []
    of, shown = len(asked), number(len(asked), view.language)
    return pd.DataFrame([
        {"status": key, "n": n, "of": of, "sentence": text(
            f"show.hidden.{key}", view.language, n=number(n, view.language), of=shown)}
        for key, n in rows
    ])  # fmt: skip


#: Verdict on an explanation -> the sentence of what is recommended.
_RECOMMENDED = {
    "plays": "recommend",
    "undecided": "recommend_unknown",
    "cannot_be_judged": "recommend_unknown",
}


def recommendations(view: CityView) -> pd.DataFrame:
    """Return what would settle each explanation: ``explanation, verdict, settle, sentence``.

    First of those that the data support, then of those that the data cannot judge.
    """
    table = where_it_runs(view, view.table("explanations"))
    rows = []
    for verdict, sentence in _RECOMMENDED.items():
        for key in table.loc[table["verdict"].eq(verdict), "explanation"]:
            settle = text(f"explanations.settle.{key}", view.language)
            name = small_first(text(f"explanations.explanation.{key}", view.language))
            said = _say(view, sentence, settle=settle, explanation=name)
            rows.append((key, verdict, settle, said))
    return pd.DataFrame(rows, columns=["explanation", "verdict", "settle", "sentence"])


def programme_recommendations(view: CityView) -> pd.DataFrame:
    """Return the programme's own recommendations: `part`, and a `sentence` of what the data say."""
    facts = {
        "policy_frame": _policy_frame,
        "learn_between": _learning,
        "use_science": _science,
        "keep_up": _registration,
    }
    rows = [
        (_say(view, f"of_programme.{key}"), " ".join(said(view)) or _say(view, "no_data"))
        for key, said in (facts.items() if view.programme else ())
    ]
    return pd.DataFrame(rows, columns=["part", "sentence"])


def _say(view: CityView, key: str, **fields: object) -> str:
    return text(f"show.recommendation.{key}", view.language, **fields)


def _policy_frame(view: CityView) -> Iterator[str]:
    """Say how many wijken met city-wide programmes or procurement that clash with their plan."""
    table = of_programme(view, "questions")
    clashing = table.loc[table["rule"].eq("clash_open"), "wijk"]
    if (~_asked(table)).sum() < len(view.programme):
        key = "clash" if clashing.nunique() else "no_clash"
        yield _say(view, key, n=clashing.nunique(), of=len(view.programme))
    mentioned = _mentioned(view, "municipal_support")
    if mentioned:
        yield _say(view, "mentioned_support", n=mentioned[0], of=mentioned[1])


def _asked(questions: pd.DataFrame) -> pd.Series:
    """Return which questions follow from what was registered, not from an empty registry."""
    return questions["rule"].ne("nothing_registered")


def _mentioned(view: CityView, explanation: str) -> tuple[int, int] | None:
    """Return in how many group interviews of the programme a subject was raised, at most."""
    codes = view.study.settings.evaluation.explanations.codes.get(cast(Any, explanation), ())
    table = view.interviews()
    rows = table[table["code"].isin(codes) & table["arm"].eq("programme")]
    if rows.empty:
        return None
    asked = [wave.id for wave in view.study.waves if rows["wave"].eq(wave.id).any()]
    last = rows[rows["wave"].eq(asked[-1])]
    return int(last["groups"].max()), int(last["of"].max())


def _learning(view: CityView) -> Iterator[str]:
    """Say how much the wijken that moved differ from the others, and how often they met."""
    table: pd.DataFrame = view.side_by_side()
    score = table["better"] - table["worse"]
    if len(table) > 1:
        key = "differ" if score.nunique() > 1 else "alike"
        yield _say(view, key, n=len(table))
    table = of_programme(view, "questions")
    shared = table[_asked(table)].groupby("rule")["wijk"].nunique()
    common = int(shared.eq(len(view.programme)).sum())
    if common and len(view.programme) > 1:
        yield _say(view, "shared_questions", n=common, of=len(view.programme))


def _science(view: CityView) -> Iterator[str]:
    """Say how many interventions have evidence, and how many of unknown evidence."""
    table = of_programme(view, "interventions")
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
