"""What the registry says of plans, assets and what was carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pandas as pd

from wijkkit.evaluation.explanations.rules import Threshold, share_side
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding, State, Support
from wijkkit.evaluation.process.sentences import shown_measure
from wijkkit.language import listed, number, percentage, text
from wijkkit.registry.tables import CHOICES, GOAL_COLUMNS


def say(facts: Facts, measure: str, **fields: object) -> str:
    return text(f"logic_model.measure.{measure}", facts.study.language, **fields)


def unregistered(facts: Facts, measure: str) -> Finding:
    label = text(f"logic_model.label.{measure}", facts.study.language)
    words = text("logic_model.finding.unregistered", facts.study.language, label=label)
    return Finding(measure, "not_measured", words)


def not_shown(facts: Facts, measure: str) -> Finding:
    """What was registered of too few people to show."""
    label = text(f"logic_model.label.{measure}", facts.study.language)
    words = text("logic_model.finding.too_few_people", facts.study.language, label=label)
    return Finding(measure, "not_measured", words)


def supports(holds: bool) -> Support:
    return "for" if holds else "against"


def carried_out(facts: Facts, value: float) -> Support:
    """Whether so much of the plan (percent) was carried out that its theory can hold."""
    settings = facts.study.settings
    if value < 100 * settings.process.low_reach:
        return "against"
    enough = 100 * settings.evaluation.explanations.minimum_implementation
    return "for" if value >= enough else "unknown"


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
        return rows.loc[inside, "organisation"].nunique()

    now = there(pd.Timestamp(facts.as_of))
    dated = rows["start"].notna().all()
    begin = there(pd.Timestamp(facts.study.start_of(wijk))) if dated else 0
    # Nobody at the start means that the registry begins later, not that there was nobody.
    key = measure if begin else "partners_undated"
    words = say(facts, key, n=now, before=begin)
    # One organisation cannot work together with another.
    return Finding(measure, compared(now, begin or float("nan")), words, supports(now > 1))


def _budget(facts: Facts, wijk: str, measure: str) -> Finding:
    cost = pd.to_numeric(facts.registry_rows("interventions", wijk)["cost"]).dropna()
    if cost.empty:
        return unregistered(facts, measure)
    shown = number(cost.sum(), facts.study.language)
    return Finding(measure, "measured", say(facts, measure, cost=shown, n=len(cost)))


def _last_year(facts: Facts, dates: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return which days lie in the last year, and which in the year before."""
    day = pd.to_datetime(dates)
    today = pd.Timestamp(facts.as_of)
    year = timedelta(days=365)
    return day.gt(today - year) & day.le(today), day.gt(today - 2 * year) & day.le(today - year)


def _meetings(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.registry_rows("meetings", wijk)
    if rows.empty:
        return unregistered(facts, measure)
    now, before = (int(part.sum()) for part in _last_year(facts, rows["date"]))
    if not now:
        return unregistered(facts, measure)
    key = measure if before else "meetings_first"
    words = say(facts, key, n=now, before=before)
    return Finding(measure, compared(now, before or float("nan")), words, "for")


def _attendance(facts: Facts, wijk: str, measure: str) -> Finding:
    meetings = facts.registry_rows("meetings", wijk)[["key", "date"]]
    rows = facts.registry_rows("attendance", wijk).drop(columns="key", errors="ignore")
    rows = rows.merge(meetings, left_on="meeting", right_on="key")
    now, before = _last_year(facts, rows["date"])
    present = rows["presence"].eq("present")
    if not now.any():
        return unregistered(facts, measure)
    share = 100 * present[now].mean()
    earlier = 100 * present[before].mean() if before.any() else float("nan")
    shown = percentage(share, facts.study.language)
    words = say(facts, measure, share=shown)
    settings = facts.study.settings
    enough = share >= 100 * settings.logic_model.minimum_attendance
    state = compared(share, earlier, settings.process.same_points)
    return Finding(measure, state, words, supports(enough))


ASSET_MEASURES = {
    "partners": _partners,
    "budget": _budget,
    "meetings": _meetings,
    "attendance": _attendance,
}


def _data_goals(facts: Facts, wijk: str, measure: str) -> Finding:
    goals = facts.study.goals
    if not goals:
        return unregistered(facts, measure)
    last = [facts.estimate(goal.indicator, wijk) for goal in goals]
    known = sum(len(rows) > 0 and rows["status"].iloc[-1] == "ok" for rows in last)
    words = say(facts, measure, n=known, of=len(goals))
    return Finding(measure, "measured" if known else "not_measured", words)


def _steps_input(facts: Facts, wijk: str, measure: str) -> Finding:
    table = facts.pace([wijk])
    first = table[table["step"].isin(["1", "2", "3"]) & table["cycle"].eq(1)]
    if first["state"].eq("not_registered").all():
        return unregistered(facts, measure)
    done = int(first["state"].eq("done").sum())
    return Finding(measure, "measured", say(facts, measure, n=done), supports(done == 3))


def _documents(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.registry_rows("documents", wijk)
    plans = int(rows["type"].eq("plan").sum())
    if not plans:
        return unregistered(facts, measure)
    return Finding(measure, "measured", say(facts, measure, n=plans), "for")


def _goals_set(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.goals(wijk)
    if rows.empty:
        return unregistered(facts, measure)
    return Finding(measure, "measured", say(facts, measure, n=len(rows)), "for")


def _goals_with_target(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.goals(wijk)
    if rows.empty:
        return unregistered(facts, measure)
    n = int((rows["target"].notna() & rows["baseline"].notna()).sum())
    words = say(facts, measure, n=n, of=len(rows))
    return Finding(measure, "measured", words, supports(n == len(rows)))


def _goals_with_intervention(facts: Facts, wijk: str, measure: str) -> Finding:
    goals = facts.goals(wijk)
    if goals.empty:
        return unregistered(facts, measure)
    interventions = facts.registry_rows("interventions", wijk)
    interventions = interventions[~interventions["status"].isin(["stopped"])]
    served = interventions[list(GOAL_COLUMNS)].stack().unique()
    n = int(goals["key"].isin(served).sum())
    words = say(facts, measure, n=n, of=len(goals))
    return Finding(measure, "measured", words, supports(n == len(goals)))


def _levels(facts: Facts, wijk: str, measure: str) -> Finding:
    found = set(facts.registry_rows("interventions", wijk)["prevention"].dropna())
    if not found:
        return unregistered(facts, measure)
    language = facts.study.language
    levels = [level for level in CHOICES["prevention"] if level in found]
    words = [text(f"registry.choice.prevention.{level}", language) for level in levels]
    names = listed(words, language)
    return Finding(measure, "measured", say(facts, measure, names=names), supports(len(found) > 1))


PLAN_MEASURES = {
    "data_goals": _data_goals,
    "steps_input": _steps_input,
    "documents": _documents,
    "goals_set": _goals_set,
    "goals_with_target": _goals_with_target,
    "goals_with_intervention": _goals_with_intervention,
    "levels": _levels,
}


def registry_finding(facts: Facts, wijk: str, measure: str) -> Finding:
    """Return what the registry says of one figure; KeyError where it knows no such figure."""
    return REGISTRY_MEASURES[measure](facts, wijk, measure)


#: Side of the threshold for weak evidence -> whether it supports the theory.
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
        return not_shown(facts, measure)
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
    enough = 12 * years >= facts.study.settings.evaluation.explanations.minimum_months
    return Finding(measure, "measured", words, supports(enough))


#: Registry figures that a logic model may name: key -> the function of facts, wijk and key.
REGISTRY_MEASURES: Mapping[str, Callable[[Facts, str, str], Finding]] = {
    **ASSET_MEASURES,
    **PLAN_MEASURES,
    "evidence_known": _evidence_known,
    "reach": _delivered,
    "dose": _delivered,
    "frequency": _delivered,
    "quality": _delivered,
    "years_between": _years_between,
}
