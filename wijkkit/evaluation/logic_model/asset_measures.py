"""What the registry says of the assets: partners, money, meetings, presence."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding
from wijkkit.evaluation.logic_model.registered import compared, say, supports, unregistered
from wijkkit.language import number, percentage


def _partners(facts: Facts, wijk: str, measure: str) -> Finding:
    rows = facts.kept("stakeholders", wijk)
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
    cost = pd.to_numeric(facts.kept("interventions", wijk)["cost"]).dropna()
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
    rows = facts.kept("meetings", wijk)
    if rows.empty:
        return unregistered(facts, measure)
    now, before = (int(part.sum()) for part in _last_year(facts, rows["date"]))
    if not now:
        return unregistered(facts, measure)
    key = measure if before else "meetings_first"
    words = say(facts, key, n=now, before=before)
    return Finding(measure, compared(now, before or float("nan")), words, "for")


def _attendance(facts: Facts, wijk: str, measure: str) -> Finding:
    meetings = facts.kept("meetings", wijk)[["key", "date"]]
    rows = facts.kept("attendance", wijk).drop(columns="key", errors="ignore")
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
