"""Quality of the data of a wijk: completeness, age, response, representativeness."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.estimates.design import once
from wijkkit.evaluation.baseline import surveyed
from wijkkit.evaluation.facts import Facts
from wijkkit.language import day, number, percentage, text
from wijkkit.tables import rows_with


def share_and_number(facts: Facts, level: str, area: str, key: str) -> tuple[float, float]:
    """Return a group's percentage of the respondents whose group is known, and their number."""
    name, _, group = key.partition(".")
    grouping = next(item for item in facts.study.groupings if item.id == name)
    rows = facts.estimates
    if rows.empty:
        return float("nan"), 0.0
    last = facts.study.waves[-1].id
    mine = rows_with(rows, area_level=level, area=area, group_by=name, wave=last)
    table = mine.pivot(index="indicator", columns="group", values="n")
    table = table.reindex(columns=[item.id for item in grouping.groups]).dropna()
    if table.empty:
        return float("nan"), 0.0
    largest = table.loc[table.sum(axis=1).idxmax()]
    n = float(largest.sum())
    return 100 * float(largest[group]) / n, n


@once
def study_shares(facts: Facts) -> dict[str, tuple[float, float, float]]:
    """Return each group's percentage of all respondents and of all children, and respondents.

    Wijken count by their number of children. Empty unless the study says which area figures
    count the children and the groups, and these are known of every wijk.
    """
    settings = facts.study.settings.process
    wijken = list(facts.study.neighbourhoods)
    children = pd.Series([facts.figure(settings.children_figure, wijk) for wijk in wijken])
    weights = children / children.sum(skipna=False)
    found = {}
    for key, figure in settings.representativeness.items():
        there = pd.Series([facts.figure(figure, wijk) for wijk in wijken])
        share, n = share_and_number(facts, "city", "city", key)
        shares = share, (weights * there).sum(skipna=False)
        if not any(map(pd.isna, shares)):
            found[key] = (*shares, n)
    return found


QUALITY_COLUMNS = ("wijk", "aspect", "judgement", "words")


def data_quality(facts: Facts, wijk: str) -> pd.DataFrame:
    """Judge the data of a wijk on completeness, age, response, representativeness and reference.

    ``wijk, aspect, judgement, words``; aspects ``completeness``, ``age``, ``response``,
    ``representativeness`` (a row per group compared), ``reference`` and ``registry``; judgement
    ``good``, ``fair``, ``poor``, ``unknown`` or, of the age on a day that only the reader knows,
    ``by_date``.
    """
    rows = [
        (wijk, aspect, judgement, words)
        for aspect, judge in _ASPECTS.items()
        for judgement, words in judge(facts, wijk)
    ]
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))


Judged = Iterator[tuple[str, str]]


def _large(value: float, good: float, poor: float) -> str:
    return "good" if value >= good else "fair" if value >= poor else "poor"


def _small(value: float, good: float, poor: float) -> str:
    return _large(-value, -good, -poor)


def _say(facts: Facts, key: str, **fields: object) -> str:
    return text(f"learning.quality.{key}", facts.study.language, **fields)


def _completeness(facts: Facts, wijk: str) -> Judged:
    goals = facts.study.goals
    if not goals:
        yield "unknown", _say(facts, "no_goals")
        return
    last = [_last_status(facts, goal.indicator, wijk) for goal in goals]
    known = last.count("ok")
    said = [_say(facts, "completeness", n=known, of=len(goals))]
    for status in ("too_few", "hidden", "missing", "not_asked"):
        names = [facts.study.text(goals[at].label) for at, one in enumerate(last) if one == status]
        if names:
            said.append(_say(facts, f"absent_{status}", names="; ".join(names)))
    yield _large(known / len(goals), 1, 0.5), " ".join(said)


def _last_status(facts: Facts, indicator: str, wijk: str) -> str:
    states = list(facts.estimate(indicator, wijk).get("status", ()))
    asked = [status for status in states if status != "not_asked"]
    return asked[-1] if asked else "not_asked" if states else "missing"


def _age(facts: Facts, wijk: str) -> Judged:
    """Judge the age on the day the study names; without one, say until when it is good and fair."""
    last, language = facts.study.waves[-1], facts.study.language
    fields = {"wave": facts.study.text(last.label), "end": day(last.end, language)}
    as_of, limits = facts.study.settings.process.as_of, facts.study.settings.process.quality
    if as_of is None:
        ends = {"recent": limits.recent_months, "old": limits.old_months}
        days = {key: (last.end + pd.DateOffset(months=n)).date() for key, n in ends.items()}
        fields |= {key: day(end, language) for key, end in days.items()}
        yield "by_date", _say(facts, "age_by_date", **fields)
        return
    months = max(0, round((as_of - last.end).days / 30.44))
    judgement = _small(months, limits.recent_months, limits.old_months)
    yield judgement, _say(facts, "age", **fields, months=months, day=day(as_of, language))


def _respondents(facts: Facts, wijk: str) -> float:
    """Return how many took part in the last wave; the most behind a figure where that is not known."""
    rows = facts.participants if len(facts.participants) else facts.estimates
    if rows.empty:
        return float("nan")
    everybody = {"group_by": ""} if "group_by" in rows else {}
    last = facts.study.waves[-1].id
    mine = rows_with(rows, area=wijk, area_level="wijk", wave=last, **everybody)
    return mine["n"].replace(0, float("nan")).max()


def _response(facts: Facts, wijk: str) -> Judged:
    n = _respondents(facts, wijk)
    if pd.isna(n):
        yield "unknown", _say(facts, "response_unknown")
        return
    language, settings = facts.study.language, facts.study.settings.process
    judgement = _large(n, settings.quality.many, settings.quality.few)
    figure = settings.children_figure
    children = facts.figure(figure, wijk)
    if pd.isna(children) or children <= 0:
        key = "response" if figure is None else "response_no_figure"
        yield judgement, _say(facts, key, n=number(n, language))
        return
    rows = facts.area_figures
    counts = {"n": n, "children": children, "asked": surveyed(children, settings)}
    fields = {name: number(count, language) for name, count in counts.items()}
    fields["figure"] = rows.loc[rows["figure"].eq(figure), "label"].iloc[0]
    fields["share"] = percentage(100 * n / counts["asked"], language)
    key = "response_of" if settings.children_surveyed == 1 else "response_of_some"
    yield judgement, _say(facts, key, **fields)


def _representativeness(facts: Facts, wijk: str) -> Judged:
    compared = facts.study.settings.process.representativeness
    if not compared:
        yield "unknown", _say(facts, "representative_unknown")
    everywhere = {key: shares[:2] for key, shares in study_shares(facts).items()}
    for key, figure in compared.items():
        (share, _), there = share_and_number(facts, "wijk", wijk, key), facts.figure(figure, wijk)
        name = facts.study.group_names[key]
        if pd.isna(there):
            yield "unknown", _say(facts, "representative_no_figure", group=name)
        elif not pd.isna(share):
            yield _compared(facts, name, share, there)
        else:
            yield "unknown", _say(facts, "representative_few", group=name)
            if key in everywhere:
                group = _say(facts, "representative_everywhere", group=name)
                yield _compared(facts, group, *everywhere[key])


def _compared(facts: Facts, group: str, share: float, there: float) -> tuple[str, str]:
    limits, language = facts.study.settings.process.quality, facts.study.language
    judgement = _small(abs(share - there), limits.close_points, limits.far_points)
    shown = {"share": percentage(share, language), "there": percentage(there, language)}
    return judgement, _say(facts, f"representative_{judgement}", group=group, **shown)


def _reference(facts: Facts, wijk: str) -> Judged:
    rows = facts.estimates
    keys = [goal.indicator for goal in facts.study.goals]
    if rows.empty or not keys:
        yield "unknown", _say(facts, "reference_unknown")
        return
    last = facts.study.waves[-1].id
    shown = rows_with(rows, status="ok", group_by="", indicator=keys, wave=last)
    own = rows_with(shown, area_level="wijk", area=wijk)["indicator"]
    both = rows_with(shown, indicator=own)
    city = rows_with(both, area_level="city")["indicator"].nunique()
    other = rows_with(both, area_level="arm", area="comparator")["indicator"].nunique()
    judgement = "good" if city == len(keys) else "fair" if city or other else "poor"
    yield judgement, _say(facts, "reference", city=city, other=other, of=len(keys))


def _registry(facts: Facts, wijk: str) -> Judged:
    if all(facts.registry_rows(kind, wijk).empty for kind in ("steps", "goals", "interventions")):
        yield "poor", _say(facts, "registry_empty")
        return
    found = facts.measure("registered", wijk)
    if found is None or found["status"] != "ok":
        yield "poor", _say(facts, "registry_no_interventions")
        return
    limits = facts.study.settings.process.quality
    judgement = _large(found["value"] / 100, limits.registered, limits.hardly_registered)
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
