"""The measures of the logic model: what survey, interviews and registry say of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import pandas as pd

from wijkkit.evaluation.explanations.rules import Threshold, share_side
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.network import one_spelling, people_at
from wijkkit.evaluation.process.sentences import shown_measure
from wijkkit.language import interval, listed, number, percentage, points, signed, text
from wijkkit.language.numbers import about, over_zero
from wijkkit.registry.tables import CHOICES, GOAL_COLUMNS

State = Literal["better", "same", "worse", "mixed", "measured", "not_measured"]
Support = Literal["for", "partly", "against", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the data of one wijk say of one measure.

    `state` is ``better``, ``same`` (no clear change), ``worse``, ``measured`` (known, without an
    earlier value to compare with) or ``not_measured``; `support` whether it is there as
    planned and so speaks ``for`` the next box being reached, ``partly``, or ``against`` it.
    """

    measure: str
    state: State
    words: str
    support: Support = "unknown"


#: Verdict on a change -> the state of what changed.
STATE_OF_VERDICT: dict[str, State] = {
    "better": "better",
    "worse": "worse",
    "not_distinguishable": "same",
    "unknown": "measured",
}


def together(states: Iterable[str]) -> State:
    """Return the state of several measures at once.

    Measures that are not measured say nothing. Better and worse at once is ``mixed``.

    >>> together(["better", "same", "not_measured"]), together(["better", "worse"]), together([])
    ('better', 'mixed', 'not_measured')
    """
    known = set(states) - {"not_measured"}
    if not known:
        return "not_measured"
    if "mixed" in known or {"better", "worse"} <= known:
        return "mixed"
    order: tuple[State, ...] = ("better", "worse", "same", "measured")
    return next(state for state in order if state in known)


def in_place(supports: Iterable[str]) -> str:
    """Return whether what was to be there, or to be done, is so: the state of its measures at once.

    Where nothing says how much there should be, it is ``known`` only.

    >>> in_place(["for", "unknown"]), in_place(["for", "against"]), in_place(["unknown"])
    ('in_place', 'partly', 'known')
    """
    judged = set(supports) - {"unknown"}
    if not judged:
        return "known"
    return {"for": "in_place", "against": "lacking"}.get("/".join(judged), "partly")


def indicator_finding(facts: Facts, wijk: str, indicator: str) -> Finding:
    """Return how an indicator changed in a wijk since its first wave.

    Only an indicator of a goal is judged, together with the other goals.
    """
    definition = facts.study.indicators[indicator]
    language = facts.study.language
    label = facts.study.text(definition.label)
    row = facts.change(indicator, wijk)
    if row is not None and row["status"] == "ok":
        judged = facts.goal_change(indicator, wijk)
        return _judged("changed", indicator, row, judged, language, label=label)
    levels = facts.estimate(indicator, wijk)
    known = levels[levels["status"].eq("ok")] if len(levels) else levels
    if known.empty:
        return Finding(indicator, "not_measured", _say("unmeasured", language, label=label))
    last = known.iloc[-1]
    percent = last["unit"] == "percent"
    value = percentage(last["value"], language) if percent else number(last["value"], language, 1)
    value = about(value, last, language)
    waves = {wave.id: facts.study.text(wave.label) for wave in facts.study.waves}
    words = _say("once", language, label=label, value=value, wave=waves[last["wave"]])
    return Finding(indicator, "measured", words)


def gap_finding(facts: Facts, wijk: str, indicator: str) -> Finding:
    """Return whether the gap of a goal's indicator became smaller in a wijk; better is smaller."""
    language = facts.study.language
    measure = f"gap:{indicator}"
    grouping = facts.study.gap_grouping
    fields = {"label": facts.study.text(facts.study.indicators[indicator].label)}
    fields["grouping"] = "" if grouping is None else facts.study.text(grouping.label)
    row = None if grouping is None else facts.change(indicator, wijk, grouping.id)
    if grouping is None or row is None or row["status"] != "ok":
        key = "gap_unmeasured" if grouping else "gap_no_grouping"
        return Finding(measure, "not_measured", _say(key, language, **fields))
    judged = facts.goal_change(indicator, wijk, grouping.id)
    return _judged("gap_changed", measure, row, judged, language, **fields)


def _judged(
    key: str,
    measure: str,
    row: pd.Series,
    judged: pd.Series | None,
    language: str,
    **fields: object,
) -> Finding:
    """Return the finding of a change with the verdict of the goals; a measured one without."""
    state: State = "measured"
    if judged is None:
        key = f"{key}_no_goal"
    else:
        state, fields["n"] = STATE_OF_VERDICT[judged["verdict"]], int(judged["looked_at"])
    return Finding(measure, state, _changed(key, row, state, language, **fields))


def scale_finding(facts: Facts, key: str) -> Finding:
    """Return how a key-figure scale changed in the programme wijken against the comparators."""
    language = facts.study.language
    scales = facts.study.settings.process.key_figures.scales
    measure = f"scale:{key}"
    if key in scales:
        label = facts.study.text(scales[key].label)
    else:
        label = text(f"logic_model.scale.{key}", language) if key in METHOD_SCALES else key
    rows = facts.scales[facts.scales["scale"].eq(key)] if len(facts.scales) else facts.scales
    if key not in scales or rows.empty or rows["status"].iloc[0] != "ok":
        return Finding(measure, "not_measured", _say("unmeasured", language, label=label))
    return _judged("scale_changed", measure, rows.iloc[0], rows.iloc[0], language, label=label)


#: Scales of the method's own logic model.
METHOD_SCALES = ("coordination", "partners", "strategy", "collaboration")


def _changed(key: str, row: pd.Series, state: State, language: str, **fields: object) -> str:
    in_points = row["unit"] == "points"
    change = points(row["value"], language) if in_points else signed(row["value"], language, 1)
    change = about(change, row, language)
    fields |= {"change": change, "state": text(f"logic_model.state.{state}", language)}
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        plain = key.removesuffix("_no_goal")
        return _say(f"{plain}_without_interval", language, **fields)
    limits = interval(row["lower"], row["upper"], language, 0 if in_points else 1)
    said = _say(key, language, **fields, interval=limits)
    if state == "same" and clear_alone(row):
        said = f"{said} {_say('alone', language)}"
    return said + over_zero(state in ("better", "worse"), row["lower"], row["upper"], language)


def clear_alone(row: pd.Series) -> bool:
    """Return whether a change is clear when it is judged without the other goals.

    That is how the figures of a wijk are judged; before the release by the limits.
    """
    verdict = row.get("verdict")
    if isinstance(verdict, str):
        return verdict in ("higher", "lower")
    return bool(row["lower"] > 0 or row["upper"] < 0)


def _say(key: str, language: str, **fields: object) -> str:
    return text(f"logic_model.finding.{key}", language, **fields)


def say(facts: Facts, measure: str, **fields: object) -> str:
    return text(f"logic_model.measure.{measure}", facts.study.language, **fields)


def unregistered(facts: Facts, measure: str, why: str = "unregistered") -> Finding:
    """What the registry does not have, or has of too few people to show (``too_few_people``)."""
    label = text(f"logic_model.label.{measure}", facts.study.language)
    return Finding(measure, "not_measured", _say(why, facts.study.language, label=label))


def supports(holds: bool) -> Support:
    return "for" if holds else "against"


def carried_out(facts: Facts, value: float) -> Support:
    """Whether so much of the plan (percent) was carried out that its theory can hold."""
    settings = facts.study.settings
    if value < 100 * settings.process.low_reach:
        return "against"
    enough = 100 * settings.evaluation.explanations.minimum_implementation
    return "for" if value >= enough else "partly"


def compared(now: float, before: float, margin: float = 0.0) -> State:
    if pd.isna(before):
        return "measured"
    if abs(now - before) <= margin:
        return "same"
    return "better" if now > before else "worse"


def _partners(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.registry_rows("stakeholders", wijk)
    if rows.empty:
        return unregistered(facts, measure)

    def there(day: pd.Timestamp) -> int:
        began, ended = pd.to_datetime(rows["start"]), pd.to_datetime(rows["end"])
        inside = (began.isna() | (began <= day)) & (ended.isna() | (ended >= day))
        return one_spelling(rows)[inside].nunique()

    now = there(pd.Timestamp(facts.as_of))
    dated = rows["start"].notna().all()
    start = facts.study.start_of(wijk)
    begin = there(pd.Timestamp(start)) if dated and start else 0
    # Nobody at the start means that the registry begins later, not that there was nobody.
    key = measure if begin else "partners_undated"
    words = say(facts, key, n=now, before=begin)
    # One organisation cannot work together with another.
    return Finding(measure, compared(now, begin or float("nan")), words, supports(now > 1))


def _budget(facts: Facts, wijk: str, measure: str) -> Finding:
    cost = pd.to_numeric(facts.registry_rows("interventions", wijk)["cost"]).dropna()
    shown = number(cost.sum(), facts.study.language)
    return _counted(facts, measure, "unknown", len(cost), cost=shown)


def _last_year(facts: Facts, dates: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return which days lie in the last year, and which in the year before."""
    day = pd.to_datetime(dates)
    today = pd.Timestamp(facts.as_of)
    year = timedelta(days=365)
    return day.gt(today - year) & day.le(today), day.gt(today - 2 * year) & day.le(today - year)


def _meetings(facts: Facts, wijk: str, measure: str) -> Finding:
    dates = facts.registry_rows("meetings", wijk)["date"]
    now, before = (int(part.sum()) for part in _last_year(facts, dates))
    if not now:
        return unregistered(facts, measure, "unregistered_now" if len(dates) else "unregistered")
    words = say(facts, measure if before else "meetings_first", n=now, before=before)
    return Finding(measure, compared(now, before or float("nan")), words, "for")


def _attendance(facts: Facts, wijk: str, measure: str) -> Finding:
    meetings = facts.registry_rows("meetings", wijk)
    lists = facts.registry_rows("attendance", wijk).to_dict("records")
    there = [people_at(meeting, lists) for meeting in meetings.to_dict("records")]
    counts = pd.DataFrame(there, columns=["present", "invited"], index=meetings.index, dtype=float)
    sums = [counts[part].sum() for part in _last_year(facts, meetings["date"])]
    share, earlier = (100 * part["present"] / (part["invited"] or math.nan) for part in sums)
    if math.isnan(share):
        there_before = counts["invited"].any()
        return unregistered(facts, measure, "unregistered_now" if there_before else "unregistered")
    words = say(facts, measure, share=percentage(share, facts.study.language))
    settings = facts.study.settings
    enough = share >= 100 * settings.logic_model.minimum_attendance
    state = compared(share, earlier, settings.process.same_points)
    return Finding(measure, state, words, supports(enough))


def _counted(facts: Facts, measure: str, support: Support, there: int, **fields: object) -> Finding:
    """What there is a number of, said with `fields`; unregistered where there is none."""
    if not there:
        return unregistered(facts, measure)
    return Finding(measure, "measured", say(facts, measure, **({"n": there} | fields)), support)


def _data_goals(facts: Facts, wijk: str, measure: str) -> Finding:
    last = [facts.estimate(goal.indicator, wijk) for goal in facts.study.goals]
    known = sum(len(rows) > 0 and rows["status"].iloc[-1] == "ok" for rows in last)
    support: Support = "for" if known == len(last) else "partly" if known else "against"
    return _counted(facts, measure, support, len(last), n=known, of=len(last))


def _steps_input(facts: Facts, wijk: str, measure: str) -> Finding:
    first = [
        row for row in facts.steps(wijk) if row["cycle"] == 1 and row["step"] in ("1", "2", "3")
    ]
    states = [row["state"] for row in first]
    if set(states) == {"not_registered"}:
        return unregistered(facts, measure)
    done = states.count("done")
    return Finding(measure, "measured", say(facts, measure, n=done), supports(done == 3))


def _documents(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.registry_rows("documents", wijk)
    return _counted(facts, measure, "for", int(rows["type"].eq("plan").sum()))


def _goals_set(facts: Facts, wijk: str, measure: str) -> Finding:
    return _counted(facts, measure, "for", len(facts.goals(wijk)))


def _goals_with_target(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.goals(wijk)
    n, of = int((rows["target"].notna() & rows["baseline"].notna()).sum()), len(rows)
    return _counted(facts, measure, supports(n == of), of, n=n, of=of)


def _goals_with_intervention(facts: Facts, wijk: str, measure: str) -> Finding:
    goals, interventions = facts.goals(wijk), facts.registry_rows("interventions", wijk)
    served = interventions.loc[interventions["status"].ne("stopped"), list(GOAL_COLUMNS)]
    n, of = int(goals["key"].isin(served.stack().unique()).sum()), len(goals)
    return _counted(facts, measure, supports(n == of), of, n=n, of=of)


def _levels(facts: Facts, wijk: str, measure: str) -> Finding:
    found, language = facts.registry_rows("interventions", wijk)["prevention"], facts.study.language
    levels = [level for level in CHOICES["prevention"] if found.eq(level).any()]
    words = [text(f"registry.choice.prevention.{level}", language) for level in levels]
    names = listed(words, language)
    return _counted(facts, measure, supports(len(levels) > 1), len(levels), names=names)


#: Side of the threshold of an explanation -> whether it supports the theory.
_SUPPORT: dict[str | None, Support] = {"plays": "against", "within": "for"}


def _evidence_known(facts: Facts, wijk: str, measure: str) -> Finding:
    settings = facts.study.settings.evaluation.explanations
    rows = facts.deployed(wijk)
    levels = pd.to_numeric(rows["evidence"].replace("none", "0")).dropna()
    if levels.empty:
        return unregistered(facts, measure)
    weak = int(levels.lt(settings.minimum_evidence_level).sum())
    threshold = Threshold(settings.weak_evidence_share, settings.undecided)
    side = share_side(weak, len(levels), len(rows), threshold)
    words = say(facts, measure, n=len(levels) - weak, of=len(rows))
    return Finding(measure, "measured", words, _SUPPORT.get(side, "unknown"))


def _delivered(facts: Facts, wijk: str, measure: str) -> Finding:
    found = facts.measure({"reach": "reach_of_plan"}.get(measure, measure), wijk)
    if found is not None and found["status"] == "too_few":
        return unregistered(facts, measure, "too_few_people")
    if found is None or found["status"] != "ok":
        return unregistered(facts, measure)
    words = say(facts, measure, value=shown_measure(found, facts.study.language))
    return Finding(measure, "measured", words, carried_out(facts, found["value"]))


def _years_between(facts: Facts, wijk: str, measure: str) -> Finding:
    began = pd.to_datetime(facts.deployed(wijk)["start"]).min()
    if pd.isna(began):
        return unregistered(facts, measure)
    years = (pd.Timestamp(facts.study.waves[-1].start) - began).days / 365.25
    if years <= 0:
        return Finding(measure, "measured", say(facts, "years_between_none"), "against")
    words = say(facts, measure, years=number(years, facts.study.language, 1))
    settings = facts.study.settings.evaluation.explanations
    threshold = Threshold(settings.minimum_months, settings.undecided, above=False)
    return Finding(measure, "measured", words, _SUPPORT.get(threshold.of(12 * years), "unknown"))


#: Registry figures that a logic model may name: key -> the function of facts, wijk and key.
REGISTRY_MEASURES: Mapping[str, Callable[[Facts, str, str], Finding]] = {
    "partners": _partners,
    "budget": _budget,
    "meetings": _meetings,
    "attendance": _attendance,
    "data_goals": _data_goals,
    "steps_input": _steps_input,
    "documents": _documents,
    "goals_set": _goals_set,
    "goals_with_target": _goals_with_target,
    "goals_with_intervention": _goals_with_intervention,
    "levels": _levels,
    "evidence_known": _evidence_known,
    "reach": _delivered,
    "dose": _delivered,
    "frequency": _delivered,
    "quality": _delivered,
    "years_between": _years_between,
}
