"""What the registry says of the plan: steps, documents, goals, levels of prevention."""

from __future__ import annotations

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding
from wijkkit.evaluation.logic_model.registered import say, supports, unregistered
from wijkkit.language import text
from wijkkit.registry.tables import CHOICES, GOAL_COLUMNS


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
    rows = facts.kept("documents", wijk)
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
    interventions = facts.kept("interventions", wijk)
    interventions = interventions[~interventions["status"].isin(["stopped"])]
    served = interventions[list(GOAL_COLUMNS)].stack().unique()
    n = int(goals["key"].isin(served).sum())
    words = say(facts, measure, n=n, of=len(goals))
    return Finding(measure, "measured", words, supports(n == len(goals)))


def _levels(facts: Facts, wijk: str, measure: str) -> Finding:
    found = set(facts.kept("interventions", wijk)["prevention"].dropna())
    if not found:
        return unregistered(facts, measure)
    language = facts.study.language
    names = ", ".join(
        text(f"registry.choice.prevention.{level}", language)
        for level in CHOICES["prevention"]
        if level in found
    )
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
