"""Fill in what the explanations are judged from, and judge them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from wijkkit.estimates import wilson
from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.explain import explanations
from wijkkit.evaluation.explanations.rules import PROCESS
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.learning.data_quality import study_shares
from wijkkit.evaluation.process.network import turnover
from wijkkit.evaluation.process.people import in_whole_numbers
from wijkkit.loaders.segments import GroupInterviews
from wijkkit.tables import ARMS, EVERYBODY

# Which goals and groups were measured: what is not measured shows no effect.

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
    rows = rows[rows["area_level"].eq("arm") & rows["area"].isin(ARMS)]
    rows = rows[rows["group_by"].ne("") & rows["wave"].eq(facts.study.waves[-1].id)]
    rows = rows[rows["indicator"].isin([goal.indicator for goal in facts.study.goals])]
    names = rows["group_by"].str.cat(rows["group"], sep=".")
    return rows["status"].isin(_MEASURED).groupby(names, sort=False).mean().to_dict()


#: What an explanation is judged on; one of these is enough to name it.
_PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(PROCESS, ("interviews",)),
    **dict.fromkeys(("unclear_execution", "staff_turnover"), ("interviews", "registry")),
    **dict.fromkeys(("period", "contamination", "evidence_levels", "implemented"), ("registry",)),
    "response": ("representativeness",),
    "coverage": ("goals",),
}


def explained(facts: Facts, interviews: GroupInterviews) -> pd.DataFrame:
    """Judge every explanation of why an effect may not be found.

    Those that need a part that the study does not have, and of which nothing is known, are not
    named: `wijkkit check` says what could be added.
    """
    known, settings = evidence(facts, interviews), facts.study.settings
    found = (known.staff_turnover, known.steps_on_time)
    parts = {
        "registry": bool(known.deployed or any(one is not None for one in found)),
        "interviews": bool(known.interviews or settings.sources.group_interviews),
        "representativeness": bool(settings.process.representativeness),
        "goals": bool(facts.study.goals),
    }
    table = explanations(facts.study, known)
    there = [any(parts[one] for one in _PARTS.get(name, parts)) for name in table["explanation"]]
    return table[table["evidence"].ne("none") | np.array(there)].reset_index(drop=True)


def evidence(facts: Facts, interviews: GroupInterviews) -> Evidence:
    """Return what the registry, the interviews and the released estimates say."""
    wijken = facts.programme_wijken()
    settings = facts.study.settings.process
    held, mentioned_by = _mentions(facts, interviews)
    deployed = facts.deployed()
    deployed = deployed[deployed["wijk"].isin(wijken)]
    first = deployed.dropna(subset=["start"]).groupby("wijk")["start"].min()
    shares = study_shares(facts)
    partners = turnover(facts.registry_rows("stakeholders"), facts.study.starts, facts.as_of)
    ever = float(partners["ever"].sum())
    steps = facts.pace(wijken)
    due = steps[steps["against_plan"].isin(["on_time", "late", "overdue"])]
    return Evidence(
        wijken=len(wijken),
        implementation_start={wijk: day.date() for wijk, day in first.items()},
        goal_coverage=goal_coverage(facts, wijken),
        group_coverage=group_coverage(facts),
        response_gaps={key: (mine - there) / 100 for key, (mine, there, _) in shares.items()},
        limits=_limits(facts, shares),
        comparator_interventions=_comparator_interventions(facts, wijken),
        comparator_participation=_comparator_share(facts, settings.participation),
        comparator_moves=_comparator_share(facts, settings.moved),
        deployed=len(deployed),
        evidence_levels=_levels(deployed),
        dose=_shares(facts, wijken, "dose"),
        reach=_shares(facts, wijken, "reach_of_plan"),
        fidelity=_shares(facts, wijken, "quality"),
        interviews=held,
        mentioned_by=mentioned_by,
        staff_turnover=float(partners["ever_left"].sum()) / ever if ever else None,
        steps_on_time=float(due["against_plan"].eq("on_time").mean()) if len(due) else None,
    )


def _mentions(facts: Facts, interviews: GroupInterviews) -> tuple[int, dict[str, frozenset[str]]]:
    """Return how many groups of the programme spoke after its start, and who mentioned what."""
    groups, segments = interviews.groups, interviews.segments
    ends = {wave.id: wave.end for wave in facts.study.waves}
    begun = min(facts.study.begun, default=date.max)  # of a group of the whole city
    after = [
        wave in ends and ends[wave] >= facts.study.starts.get(wijk, begun)
        for wijk, wave in zip(groups["wijk"], groups["wave"], strict=True)
    ]
    groups = groups[groups["arm"].eq("programme") & np.array(after, dtype=bool)]
    said = segments[segments["group"].isin(groups["group"])]
    return groups["group"].nunique(), {
        code: frozenset(said.loc[said["code"].isin(below), "group"])
        for code, below in interviews.codes.items()
    }


def _comparator_interventions(facts: Facts, wijken: list[str]) -> float | None:
    """Return the interventions per comparator as a share of those per programme wijk.

    Of the wijken that keep a registry: where nothing was registered is not known what was done.
    """
    others = [wijk for wijk, arm in facts.study.arms.items() if arm == "comparator"]
    registered = set(facts.registry_rows("interventions")["wijk"])
    counts = facts.deployed()["wijk"].value_counts()
    mean = [
        counts.reindex([wijk for wijk in arm if wijk in registered], fill_value=0).mean()
        for arm in (others, wijken)
    ]
    return mean[0] / mean[1] if mean[1] > 0 and not pd.isna(mean[0]) else None


def _limits(
    facts: Facts, shares: Mapping[str, tuple[float, float, float]]
) -> dict[str, tuple[float, float]]:
    """Return the limits of what is a sample: groups of respondents, and what comparators said."""
    found = {}
    for key, (mine, there, n) in shares.items():
        share = wilson(n * mine / 100, n)
        found[key] = (float(share.lower) - there / 100, float(share.upper) - there / 100)
    settings = facts.study.settings.process
    for name, indicator in (("participation", settings.participation), ("moves", settings.moved)):
        row = _comparator_row(facts, indicator)
        if row is not None and not pd.isna(row["lower"]):
            found[name] = (float(row["lower"]) / 100, float(row["upper"]) / 100)
    return found


def _comparator_share(facts: Facts, indicator: str | None) -> float | None:
    """Return the released share of an indicator in the comparator arm, last wave."""
    row = _comparator_row(facts, indicator)
    return None if row is None else float(row["value"]) / 100


def _comparator_row(facts: Facts, indicator: str | None) -> pd.Series | None:
    if indicator is None or facts.estimates.empty:
        return None
    rows = facts.estimates
    rows = rows[
        rows["indicator"].eq(indicator)
        & rows["area_level"].eq("arm")
        & rows["area"].eq("comparator")
        & rows["wave"].eq(facts.study.waves[-1].id)
        & rows["group"].eq(EVERYBODY)
        & rows["status"].eq("ok")
    ]
    return rows.iloc[0] if len(rows) else None


def _levels(deployed: pd.DataFrame) -> dict[str, int]:
    return {
        f"{row.wijk} {row.key}": 0 if row.evidence == "none" else int(row.evidence)
        for row in deployed[deployed["evidence"].notna()].itertuples()
    }


def _shares(facts: Facts, wijken: list[str], measure: str) -> dict[str, float]:
    """Return a measure of what was carried out per programme wijk, 0-1, where it is shown."""
    table = in_whole_numbers(facts.carried_out[1])
    found = table[table["measure"].eq(measure) & table["status"].eq("ok")].set_index("wijk")[
        "value"
    ]
    return {wijk: found[wijk] / 100 for wijk in wijken if wijk in found}
