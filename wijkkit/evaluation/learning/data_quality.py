"""How good the data of a wijk are, in words a non-researcher understands."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.implementation import implementation_by_wijk
from wijkkit.language import day, number, percentage, text
from wijkkit.tables import EVERYBODY

QUALITY_COLUMNS = ("wijk", "aspect", "judgement", "words")

#: Months after field work up to which figures are recent, and from which they are old.
RECENT, OLD = 24, 48
#: Respondents from which a wijk's figures are firm, and below which they are shaky.
MANY, FEW = 100, 50
#: Percentage points a group may differ from its part of the wijk, and from which that is much.
CLOSE, FAR = 5.0, 10.0


def data_quality(facts: Facts, wijk: str) -> pd.DataFrame:
    """Judge the data of a wijk on completeness, age, response, representativeness and reference.

    Parameters
    ----------
    facts : Facts
        The tables that the study's sources hold (`wijkkit.evaluation.facts`).
    wijk : str
        Its slug.

    Returns
    -------
    DataFrame
        ``wijk, aspect, judgement, words``; aspects ``completeness``, ``age``, ``response``,
        ``representativeness`` (a row per group compared), ``reference`` and ``registry``;
        judgement ``good``, ``fair``, ``poor`` or ``unknown``.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.known import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.learning import data_quality
    >>> list(data_quality(facts, "ankerveld").columns)
    ['wijk', 'aspect', 'judgement', 'words']
    """
    rows = [
        (wijk, aspect, judgement, words)
        for aspect, judge in _ASPECTS.items()
        for judgement, words in judge(facts, wijk)
    ]
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))


Judged = Iterator[tuple[str, str]]


def _say(facts: Facts, key: str, **fields: object) -> str:
    return text(f"learning.quality.{key}", facts.study.language, **fields)


def _completeness(facts: Facts, wijk: str) -> Judged:
    goals = facts.study.goals
    if not goals:
        yield "unknown", _say(facts, "no_goals")
        return
    last = {goal.id: _last_status(facts, goal.indicator, wijk) for goal in goals}
    known = sum(status == "ok" for status in last.values())
    judgement = "good" if known == len(goals) else "fair" if 2 * known >= len(goals) else "poor"
    yield judgement, _say(facts, "completeness", n=known, of=len(goals))
    for status in ("too_few", "hidden", "missing", "not_asked"):
        names = [facts.study.text(goal.label) for goal in goals if last[goal.id] == status]
        if names:
            yield "poor", _say(facts, f"absent_{status}", names="; ".join(names))


def _last_status(facts: Facts, indicator: str, wijk: str) -> str:
    rows = facts.estimate(indicator, wijk)
    asked = rows[rows["status"].ne("not_asked")] if len(rows) else rows
    if asked.empty:
        return "not_asked" if len(rows) else "missing"
    return asked["status"].iloc[-1]


def _age(facts: Facts, wijk: str) -> Judged:
    """Judge the age on the day the study names; without one, only the reader knows the day."""
    last, language = facts.study.waves[-1], facts.study.language
    fields = {"wave": facts.study.text(last.label), "end": day(last.end, language)}
    as_of = facts.study.settings.process.as_of
    if as_of is None:
        yield "unknown", _say(facts, "age_unknown", **fields)
        return
    months = max(0, round((as_of - last.end).days / 30.44))
    judgement = "good" if months < RECENT else "fair" if months < OLD else "poor"
    yield judgement, _say(facts, "age", **fields, months=months, day=day(as_of, language))


def _respondents(facts: Facts, wijk: str) -> float:
    """Return the largest number of respondents behind a figure of the last wave."""
    if facts.estimates.empty:
        return float("nan")
    rows = facts.estimates
    mine = rows["area"].eq(wijk) & rows["area_level"].eq("wijk") & rows["group_by"].eq("")
    return rows.loc[mine & rows["wave"].eq(facts.study.waves[-1].id), "n"].max()


def _response(facts: Facts, wijk: str) -> Judged:
    n = _respondents(facts, wijk)
    if pd.isna(n):
        yield "unknown", _say(facts, "response_unknown")
        return
    judgement = "good" if n >= MANY else "fair" if n >= FEW else "poor"
    language = facts.study.language
    children = _figure(facts, wijk, facts.study.settings.process.children_figure)
    if pd.isna(children) or children <= 0:
        yield judgement, _say(facts, "response", n=number(n, language))
        return
    fields = {
        "n": number(n, language),
        "children": number(children, language),
        "share": percentage(100 * n / children, language),
    }
    yield judgement, _say(facts, "response_of", **fields)


def _figure(facts: Facts, wijk: str, figure: str | None) -> float:
    """Return the latest value of an area figure of the wijk, absent where there is none."""
    table = facts.area_figures
    if figure is None or table.empty:
        return float("nan")
    mine = table["area"].eq(wijk) & table["area_level"].eq("wijk") & table["figure"].eq(figure)
    rows = table[mine & table["status"].eq("ok")].sort_values("period")
    return float(rows["value"].iloc[-1]) if len(rows) else float("nan")


def _representativeness(facts: Facts, wijk: str) -> Judged:
    compared = facts.study.settings.process.representativeness
    labels = {
        f"{grouping.id}.{group.id}": f"{facts.study.text(grouping.label)}: "
        f"{facts.study.text(group.label)}"
        for grouping in facts.study.groupings
        for group in grouping.groups
    }
    known = False
    for key, figure in compared.items():
        grouping, _, group = key.partition(".")
        share, reference = _share(facts, wijk, grouping, group), _figure(facts, wijk, figure)
        if pd.isna(share) or pd.isna(reference):
            continue
        known = True
        gap = abs(share - reference)
        judgement = "good" if gap <= CLOSE else "fair" if gap <= FAR else "poor"
        language = facts.study.language
        fields = {
            "group": labels.get(key, key),
            "share": percentage(share, language),
            "reference": percentage(reference, language),
        }
        yield judgement, _say(facts, f"representative_{judgement}", **fields)
    if not known:
        yield "unknown", _say(facts, "representative_unknown")


def _share(facts: Facts, wijk: str, grouping: str, group: str) -> float:
    """Return a group's percentage of the respondents whose group is known, last wave."""
    if facts.estimates.empty:
        return float("nan")
    rows = facts.estimates
    mine = rows["area"].eq(wijk) & rows["area_level"].eq("wijk") & rows["group_by"].eq(grouping)
    mine &= rows["wave"].eq(facts.study.waves[-1].id) & rows["group"].ne(EVERYBODY)
    table = rows[mine].pivot_table(index="indicator", columns="group", values="n")
    complete = table.dropna()
    if group not in complete or complete.empty:
        return float("nan")
    largest = complete.loc[complete.sum(axis=1).idxmax()]
    return 100 * float(largest[group]) / float(largest.sum())


def _reference(facts: Facts, wijk: str) -> Judged:
    rows = facts.estimates
    keys = [goal.indicator for goal in facts.study.goals]
    if rows.empty or not keys:
        yield "unknown", _say(facts, "reference_unknown")
        return
    shown = rows[rows["status"].eq("ok") & rows["group_by"].eq("") & rows["indicator"].isin(keys)]
    shown = shown[shown["wave"].eq(facts.study.waves[-1].id)]
    own = shown.loc[shown["area_level"].eq("wijk") & shown["area"].eq(wijk), "indicator"]
    both = shown[shown["indicator"].isin(own)]
    city = both.loc[both["area_level"].eq("city"), "indicator"].nunique()
    comparators = both["area_level"].eq("arm") & both["area"].eq("comparator")
    other = both.loc[comparators, "indicator"].nunique()
    judgement = "good" if city == len(keys) else "fair" if city or other else "poor"
    yield judgement, _say(facts, "reference", city=city, other=other, of=len(keys))


def _registry(facts: Facts, wijk: str) -> Judged:
    tables = [facts.kept(kind, wijk) for kind in ("interventions", "activities", "partners")]
    if all(facts.kept(kind, wijk).empty for kind in ("steps", "goals", "interventions")):
        yield "poor", _say(facts, "registry_empty")
        return
    rows = implementation_by_wijk([wijk], *tables, as_of=facts.as_of).set_index("measure")
    found = rows.loc["registered"]
    if found["status"] != "ok":
        yield "poor", _say(facts, "registry_no_interventions")
        return
    share = found["value"]
    judgement = "good" if share >= 90 else "fair" if share >= 50 else "poor"
    fields = {"n": int(found["numerator"]), "of": int(found["denominator"])}
    yield judgement, _say(facts, "registry", **fields)


_ASPECTS = {
    "completeness": _completeness,
    "age": _age,
    "response": _response,
    "representativeness": _representativeness,
    "reference": _reference,
    "registry": _registry,
}
