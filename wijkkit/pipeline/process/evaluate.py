"""The process evaluation of a study, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.display import ShowsItself
from wijkkit.estimates.design import made_once
from wijkkit.evaluation.baseline import participants
from wijkkit.evaluation.choice import Choice, choose
from wijkkit.evaluation.choice.panel import choice_sentences
from wijkkit.evaluation.facts import Facts, known_on
from wijkkit.evaluation.learning.comparison import ahead_sentences, clash_sentences, side_by_side
from wijkkit.evaluation.learning.data_quality import data_quality
from wijkkit.evaluation.learning.questions import improvement_cycle, questions
from wijkkit.evaluation.logic_model.boxes import assumption_findings, box_findings, element_states
from wijkkit.evaluation.process.interviews import chosen_quotes, code_counts
from wijkkit.evaluation.process.key_figures import (
    scale_changes,
    scale_table,
    service_use,
    shown_scales,
)
from wijkkit.evaluation.process.network import centrality, meeting_ties, participation, turnover
from wijkkit.evaluation.process.people import in_whole_numbers, shown_registry
from wijkkit.evaluation.process.sentences import (
    implementation_sentences,
    network_sentences,
    reach_sentences,
)
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.loaders.standard_table import load_catalogue, load_key_figures
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.pipeline.process.explanations import explained
from wijkkit.registry import open_registry
from wijkkit.registry.release import tables_for_release
from wijkkit.registry.store import is_kept
from wijkkit.registry.tables import GOAL_COLUMNS
from wijkkit.released import CityView, open_released
from wijkkit.released.goals import target_state
from wijkkit.study import Study

# Candidate interventions of every wijk, ranked for its goals.

_GOALS = ["goal", "label"]
_RANKING = [
    *("intervention", "name", "weighted_sum", "rank", "net_flow", "outranking_rank"),
    *("first", "top_three", "best_rank", "worst_rank", "unknown"),
]
_SCORES = ["intervention", "criterion", "weight", "score", "known", "contribution", "reason"]


def choice_tables(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return goals, ranking, its scores and its sentences for every wijk; empty without catalogue.

    A study without goals, or without a catalogue, has nothing to rank.
    """
    candidates = load_catalogue(facts.study)
    wijken = list(facts.study.neighbourhoods) if len(candidates) and facts.study.goals else []
    goals = {wijk: wijk_goals(facts, wijk) for wijk in wijken}
    found = {wijk: _choose(facts, candidates, wijk, goals[wijk]) for wijk in wijken}
    labels = {goal.id: facts.study.text(goal.label) for goal in facts.study.goals}
    budget = facts.study.settings.choice.budget
    said = [
        (wijk, "choice", sentence)
        for wijk, choice in found.items()
        for sentence in choice_sentences(choice, labels, budget, facts.study.language)
    ]
    return {
        "choice_goals": _stacked(goals, _GOALS),
        "choice": _stacked({wijk: one.ranking for wijk, one in found.items()}, _RANKING),
        "choice_scores": _stacked({wijk: one.scores for wijk, one in found.items()}, _SCORES),
        "choice_sentences": pd.DataFrame(said, columns=["wijk", "topic", "sentence"]),
    }


def wijk_goals(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the shared goals that a wijk chose: ``goal, label``; all where it chose none yet."""
    chosen = set(facts.goals(wijk)["study_goal"].dropna())
    goals = [goal for goal in facts.study.goals if goal.id in chosen] or facts.study.goals
    labels = [(goal.id, facts.study.text(goal.label)) for goal in goals]
    return pd.DataFrame(labels, columns=["goal", "label"])


def open_goals(facts: Facts, wijk: str, goals: list[str]) -> list[str]:
    """Return the goals that still ask for something.

    A goal is open when its target is not known to be reached, or when all that works on it is
    without evidence or without any activity.
    """
    return [
        goal for goal in goals if not _reached(facts, wijk, goal) or _only_weak(facts, wijk, goal)
    ]


def _reached(facts: Facts, wijk: str, goal: str) -> bool:
    """Return whether the last figure of a goal is on the right side of its target, margin and all."""
    study_goal = next(item for item in facts.study.goals if item.id == goal)
    levels = facts.estimate(study_goal.indicator, wijk)
    own = facts.goals(wijk)
    targets = own.loc[own["study_goal"].eq(goal), "target"].dropna()
    wanted = study_goal.target.value if study_goal.target else None
    target = float(targets.iloc[0]) if len(targets) else wanted
    direction = facts.study.indicators[study_goal.indicator].direction
    last = levels.iloc[-1] if len(levels) else None
    return target_state(last, target, direction) == "reached"


def _only_weak(facts: Facts, wijk: str, goal: str) -> bool:
    """Return whether anything runs for a goal, and all of it lacks evidence or activities."""
    own = facts.goals(wijk)
    keys = set(own.loc[own["study_goal"].eq(goal), "key"])
    items = facts.registry_rows("interventions", wijk)
    items = items[items["status"].eq("running") & items[list(GOAL_COLUMNS)].isin(keys).any(axis=1)]
    counted = items["key"].isin(facts.registry_rows("activities", wijk)["intervention"])
    strong = items["evidence"].notna() & items["evidence"].ne("none") & counted
    return len(items) > 0 and not strong.any()


def _choose(facts: Facts, candidates: pd.DataFrame, wijk: str, goals: pd.DataFrame) -> Choice:
    study = facts.study
    running = facts.registry_rows("interventions", wijk)
    running = running.loc[running["status"].eq("running"), "catalogue"].dropna()
    return choose(
        candidates,
        goals,
        settings=study.settings.choice,
        running=set(running) & set(candidates["intervention"]),
        open_goals=open_goals(facts, wijk, list(goals["goal"])),
        factors=study.settings.choice.factors.get(wijk, ()),
        language=study.language,
    )


def _stacked(tables: Mapping[str, pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Return the tables of all wijken as one, with the wijk before these columns."""
    if not tables:
        return pd.DataFrame(columns=["wijk", *columns])
    parts = [table.assign(wijk=wijk) for wijk, table in tables.items()]
    return pd.concat(parts, ignore_index=True)[["wijk", *columns]]


# What is known of a study's process: registry, interviews and released estimates, together.


def registry_tables(study: Study) -> dict[str, pd.DataFrame]:
    """Return what a report may show of the registry; empty where the study keeps none.

    It is as on the day of judgement. Rows of a wijk that is not in the study stay in it. Small
    target groups are absent; participants are shown as measures only.
    """
    if not is_kept(study):
        return {}
    with open_registry(study) as registry:
        tables = known_on(tables_for_release(registry), judged_on(study))
    tables = shown_registry(tables, policy_for(study))
    tables = {
        kind: table[table["wijk"].isin(study.neighbourhoods)].reset_index(drop=True)
        for kind, table in tables.items()
    }
    # Goals of the study have the name that the study gives them.
    goals, names = tables["goals"], {goal.id: study.text(goal.label) for goal in study.goals}
    named = goals.assign(name=goals["study_goal"].map(names).fillna(goals["name"]))
    return tables | {"goals": named}


def facts_of(
    study: Study, scales: pd.DataFrame, estimates: StudyEstimates | CityView | None = None
) -> Facts:
    """Return what is known of the study's wijken; estimates are the released ones by default.

    `scales`: Changes of the key-figure scales.
    """
    names = ("estimates", "changes", "gaps", "goal_changes")
    if estimates is None:
        released = open_released(study)
        known = (*names, "area_figures", "participants")
        tables = {name: released.table(name) for name in known if name in released}
    elif isinstance(estimates, CityView):
        tables = {name: estimates.table(name) for name in names}
    else:
        tables = {name: getattr(estimates, name) for name in names[1:]}
        tables["estimates"] = estimates.estimates.table
        tables["participants"] = participants(study, estimates.sample.weighted)
    if estimates is not None:
        tables["area_figures"] = load_area_figures(study)
    return Facts(study, registry_tables(study), judged_on(study), **tables, scales=scales)


def judged_on(study: Study) -> date:
    """Return the day on which the process is judged: as the study says, or its last wave's end."""
    return study.settings.process.as_of or study.waves[-1].end


# What the process tables say of each wijk and of the city, in sentences.

Said = Iterator[tuple[str, str, str]]


def sentences(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return ``wijk, topic, sentence``; `wijk` is empty for what concerns the city.

    Topics: ``implementation``, ``reach``, ``network``, ``cycle_planned`` and the other parts of the
    improvement cycle, and for the city ``clashes`` and ``ahead``.
    """
    wijken = facts.programme_wijken()
    starts = facts.study.starts
    meetings = participation(facts.registry_rows("meetings"), facts.registry_rows("attendance"))
    left = turnover(facts.registry_rows("stakeholders"), starts, facts.as_of)
    rows = [row for wijk in wijken for row in _of_wijk(facts, tables, wijk)]
    for wijk in wijken:
        said = network_sentences(
            meetings,
            tables["centrality"],
            left,
            wijk,
            start=starts[wijk],
            end=max(starts[wijk], facts.as_of),
            language=facts.study.language,
        )
        rows += [(wijk, "network", sentence) for sentence in said]
    rows += [("", "clashes", sentence) for sentence in clash_sentences(facts)]
    ahead = ahead_sentences(tables["side_by_side"], facts.study)
    rows += [("", "ahead", sentence) for sentence in ahead]
    return pd.DataFrame(rows, columns=["wijk", "topic", "sentence"])


def _of_wijk(facts: Facts, tables: Mapping[str, pd.DataFrame], wijk: str) -> Said:
    language = facts.study.language
    for sentence in reach_sentences(tables["implementation"], wijk, language):
        yield wijk, "reach", sentence
    interventions = len(facts.registry_rows("interventions", wijk))
    for sentence in implementation_sentences(
        tables["implementation_by_wijk"], wijk, interventions, language
    ):
        yield wijk, "implementation", sentence
    for row in improvement_cycle(facts, wijk).itertuples():
        yield wijk, f"cycle_{row.part}", row.sentence


@dataclass(frozen=True, repr=False)
class ProcessResults(ShowsItself):
    """What the process evaluation of a study found.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name of the released table -> its content; small numbers of people are not in it.
    """

    tables: Mapping[str, pd.DataFrame]


@made_once()
def evaluate_process(
    study: Study, estimates: StudyEstimates | CityView | None = None
) -> ProcessResults:
    """Evaluate how the programme was carried out.

    Reads the registry, the key-figure interviews and the group interviews, where the study has
    them, and estimates: the released ones, or exact ones before the release.

    Parameters
    ----------
    estimates : StudyEstimates or CityView, optional
        Exact ones, or the view that holds them (`draft`); what is made of them is evaluated again
        by `release`.

    Returns
    -------
    ProcessResults
        To be released with `wijkkit.release`.
    """
    asked = load_key_figures(study)
    of_scales = scale_table(study, asked), scale_changes(study, asked)
    scales, changes = shown_scales(*of_scales, asked, policy_for(study))
    interviews = load_group_interviews(study)
    facts = facts_of(study, changes, estimates)
    counts = code_counts(interviews.groups, interviews.segments)
    tables = {
        **_registered(facts),
        **_of_every_wijk(facts),
        **choice_tables(facts),
        "key_figures": scales,
        "key_figure_changes": changes,
        "interview_codes": counts,
        "quotes": chosen_quotes(study),
        "side_by_side": side_by_side(facts),
        "explanations": explained(facts, interviews),
        "service_use": service_use(study, facts.estimates),
    }
    return ProcessResults({**tables, "sentences": sentences(facts, tables)})


def _registered(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return pace, implementation and network of the programme's wijken."""
    wijken = facts.programme_wijken()
    as_of = facts.as_of
    meetings, attendance = facts.registry_rows("meetings"), facts.registry_rows("attendance")
    stakeholders = facts.registry_rows("stakeholders")
    of_each, of_wijk = map(in_whole_numbers, facts.carried_out)
    steps = facts.pace(wijken)
    return {
        "pace": steps.assign(as_of=pd.Timestamp(as_of)),
        "pace_by_wijk": facts.programme_pace,
        "implementation": of_each,
        "implementation_by_wijk": of_wijk[of_wijk["wijk"].isin(wijken)].reset_index(drop=True),
        "network": meeting_ties(stakeholders, meetings, attendance),
        "centrality": centrality(stakeholders, meetings, attendance),
        "goals": facts.registry_rows("goals"),
        "interventions": facts.registry_rows("interventions"),
    }


#: What is judged wijk by wijk: data quality, questions, logic model, assumptions.
_PER_WIJK: Mapping[str, Callable[[Facts, str], pd.DataFrame]] = {
    "quality": data_quality,
    "questions": questions,
    "assumptions": assumption_findings,
    "elements": lambda facts, wijk: element_states(box_findings(facts, wijk)),
}


def _of_every_wijk(facts: Facts) -> dict[str, pd.DataFrame]:
    wijken = list(facts.study.neighbourhoods)
    return {
        name: pd.concat([judge(facts, wijk) for wijk in wijken], ignore_index=True)
        for name, judge in _PER_WIJK.items()
    }
