"""Fill in what the explanations are judged from, and judge them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.explain import explanations
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.measures import sum_ratio
from wijkkit.evaluation.process.network import turnover
from wijkkit.evaluation.process.pace import pace
from wijkkit.tables import EVERYBODY


def explained(facts: Facts, codes: pd.DataFrame) -> pd.DataFrame:
    """Judge every explanation of why an effect may not be found.

    Parameters
    ----------
    facts : Facts
    codes : DataFrame
        From `code_counts`.
    """
    return explanations(facts.study, evidence(facts, codes))


def evidence(facts: Facts, codes: pd.DataFrame) -> Evidence:
    """Return what the registry, the interviews and the released estimates say."""
    wijken = facts.programme_wijken()
    groups = codes[codes["role"].eq("all") & codes["arm"].eq("programme")]
    settings = facts.study.settings.process
    return Evidence(
        implementation_start=_first_days(facts),
        goal_coverage={
            goal.id: _coverage(facts, goal.indicator, wijken)
            for goal in facts.study.goals
            if wijken
        },
        group_coverage=_group_coverage(facts, wijken),
        comparator_interventions=_comparator_interventions(facts, wijken),
        comparator_participation=_comparator_share(facts, settings.participation),
        comparator_moves=_comparator_share(facts, settings.moved),
        evidence_levels=_levels(facts),
        dose=_ratios(facts, "delivered_sessions", "planned_sessions"),
        reach=_ratios(facts, "participants", "planned_participants"),
        fidelity=_quality(facts),
        interviews=int(groups.drop_duplicates(["wave"])["of"].sum()) if len(groups) else None,
        code_counts={
            str(code): int(n) for code, n in groups.groupby("code")["groups"].sum().items()
        },
        staff_turnover=_turnover(facts, wijken),
        steps_on_time=_on_time(facts, wijken),
    )


def _first_days(facts: Facts) -> dict[str, date]:
    """Return the day the first intervention started, per programme wijk."""
    started = facts.kept("interventions").dropna(subset=["start"])
    started = started[started["wijk"].isin(facts.programme_wijken())]
    return {wijk: day.date() for wijk, day in started.groupby("wijk")["start"].min().items()}


def _coverage(facts: Facts, indicator: str, wijken: list[str]) -> float:
    """Return the share of wijken with a figure in every wave that asked the indicator."""
    complete = []
    for wijk in wijken:
        rows = facts.estimate(indicator, wijk)
        rows = rows[rows["status"].ne("not_asked")] if len(rows) else rows
        complete.append(len(rows) > 1 and rows["status"].eq("ok").all())
    return sum(complete) / len(complete)


def _group_coverage(facts: Facts, wijken: list[str]) -> dict[str, float]:
    """Return per group the share of goals and wijken with a figure in the last wave."""
    if facts.estimates.empty or not wijken or not facts.study.goals:
        return {}
    rows = facts.estimates
    rows = rows[rows["area"].isin(wijken) & rows["area_level"].eq("wijk") & rows["group_by"].ne("")]
    rows = rows[rows["indicator"].isin([goal.indicator for goal in facts.study.goals])]
    rows = rows[rows["wave"].eq(facts.study.waves[-1].id)]
    return rows["status"].eq("ok").groupby(rows["group"]).mean().to_dict()


def _comparator_interventions(facts: Facts, wijken: list[str]) -> float | None:
    """Return the interventions per comparator wijk as a share of those per programme wijk."""
    counts = facts.kept("interventions")["wijk"].value_counts()
    others = [hood.wijk for hood in facts.study.neighbourhoods.values() if hood.arm == "comparator"]
    registered = [wijk for wijk in others if wijk in counts]
    if not registered or not counts.reindex(wijken).sum():
        return None
    return counts.reindex(registered).mean() / counts.reindex(wijken, fill_value=0).mean()


def _comparator_share(facts: Facts, indicator: str | None) -> float | None:
    """Return the released share of an indicator in the comparator arm, last wave."""
    if indicator is None or facts.estimates.empty:
        return None
    rows = facts.estimates
    rows = rows[
        rows["indicator"].eq(indicator)
        & rows["area"].eq("comparator")
        & rows["wave"].eq(facts.study.waves[-1].id)
        & rows["group"].eq(EVERYBODY)
        & rows["status"].eq("ok")
    ]
    return float(rows["value"].iloc[0]) / 100 if len(rows) else None


def _levels(facts: Facts) -> dict[str, int]:
    table = facts.kept("interventions")
    table = table[table["wijk"].isin(facts.programme_wijken()) & table["evidence"].notna()]
    return {
        f"{row.wijk} {row.key}": 0 if row.evidence == "none" else int(row.evidence)
        for row in table.itertuples()
    }


def _ratios(facts: Facts, delivered: str, planned: str) -> dict[str, float]:
    """Return per programme wijk what was delivered as a share of what was planned."""
    found = {}
    for wijk in facts.programme_wijken():
        measure = sum_ratio(facts.kept("activities", wijk), delivered, planned)
        if measure.status == "ok":
            found[wijk] = measure.value / 100
    return found


def _quality(facts: Facts) -> dict[str, float]:
    scores = facts.kept("activities").dropna(subset=["quality"])
    scores = scores[scores["wijk"].isin(facts.programme_wijken())]
    return (scores.groupby("wijk")["quality"].mean() / 100).to_dict()


def _turnover(facts: Facts, wijken: list[str]) -> float | None:
    start = facts.study.settings.programme.start
    table = turnover(facts.kept("stakeholders"), wijken, start=start, end=max(start, facts.as_of))
    known = table.dropna(subset=["left", "at_start"])
    at_start = float(known["at_start"].sum()) if len(known) else 0.0
    return float(known["left"].sum()) / at_start if at_start else None


def _on_time(facts: Facts, wijken: list[str]) -> float | None:
    steps = pace(facts.kept("steps"), wijken, as_of=facts.as_of)
    due = steps[steps["against_plan"].isin(["on_time", "late", "overdue"])]
    return float(due["against_plan"].eq("on_time").mean()) if len(due) else None
