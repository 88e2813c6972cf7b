"""Which goals and groups were measured: what is not measured shows no effect."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts

#: A hidden figure was measured; it is not shown, to protect children.
_MEASURED = ("ok", "hidden")


def goal_coverage(facts: Facts, wijken: list[str]) -> dict[str, float]:
    """Return the share of wijken in which each goal was measured, of the study and of a wijk."""
    if not wijken:
        return {}
    indicators = {goal.id: goal.indicator for goal in facts.study.goals}
    chosen = [(goal, wijk) for goal in indicators for wijk in wijken]
    measured = [_measured(facts, indicators[goal], wijk) for goal, wijk in chosen]
    for wijk in wijken:
        for goal in facts.goals(wijk).to_dict("records"):
            if pd.isna(goal["study_goal"]):
                chosen.append((goal["name"], wijk))
                measured.append(_measured(facts, goal["indicator"], wijk))
    table = pd.DataFrame(chosen, columns=["goal", "wijk"]).assign(measured=measured)
    return table.groupby("goal", sort=False)["measured"].mean().to_dict()


def _measured(facts: Facts, indicator: object, wijk: str) -> bool:
    """Return whether an indicator was measured in every wave that asked it, and in two at least."""
    rows = facts.estimate(str(indicator), wijk)
    asked = rows[rows["status"].ne("not_asked")] if len(rows) else rows
    return len(asked) > 1 and bool(asked["status"].isin(_MEASURED).all())


def group_coverage(facts: Facts) -> dict[str, float]:
    """Return per group the share of goals that were measured for it in both arms, last wave."""
    rows = facts.estimates
    if rows.empty or not facts.study.goals:
        return {}
    rows = rows[rows["area_level"].eq("arm") & rows["area"].isin(["programme", "comparator"])]
    rows = rows[rows["group_by"].ne("") & rows["wave"].eq(facts.study.waves[-1].id)]
    rows = rows[rows["indicator"].isin([goal.indicator for goal in facts.study.goals])]
    names = rows["group_by"].str.cat(rows["group"], sep=".")
    return rows["status"].isin(_MEASURED).groupby(names, sort=False).mean().to_dict()
