"""The process evaluation of a study, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.learning.comparison import side_by_side
from wijkkit.evaluation.learning.data_quality import data_quality
from wijkkit.evaluation.learning.questions import questions
from wijkkit.evaluation.logic_model import assumption_findings, box_findings, element_states
from wijkkit.evaluation.process.interviews import chosen_quotes, code_counts
from wijkkit.evaluation.process.key_figures import scale_changes, scale_table
from wijkkit.evaluation.process.network import centrality, meeting_ties
from wijkkit.evaluation.process.people import in_whole_numbers
from wijkkit.evaluation.process.service_use import service_use
from wijkkit.evaluation.process.shown_scales import shown_scales
from wijkkit.loaders.key_figures import load_key_figures
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.pipeline.process.candidates import choice_tables
from wijkkit.pipeline.process.explained import explained
from wijkkit.pipeline.process.known import facts_of
from wijkkit.pipeline.process.sentences import sentences
from wijkkit.released import CityView
from wijkkit.showing import ShowsItself
from wijkkit.study import Study


@dataclass(frozen=True, repr=False)
class ProcessResults(ShowsItself):
    """What the process evaluation of a study found.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name of the released table -> its content; small numbers of people are not in it.
    """

    tables: Mapping[str, pd.DataFrame]


def evaluate_process(
    study: Study, estimates: StudyEstimates | CityView | None = None
) -> ProcessResults:
    """Evaluate how the programme was carried out.

    Reads the registry, the key-figure interviews and the group interviews, where the study has
    them, and estimates: the released ones, or exact ones before the release.

    Parameters
    ----------
    estimates : StudyEstimates or CityView, optional
        Exact ones, or the view that holds them (`draft`); what is made of them is evaluated again by `release`.

    Returns
    -------
    ProcessResults
        To be released with `wijkkit.release`.
    """
    scales, changes = _key_figures(study)
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
    meetings, attendance = facts.kept("meetings"), facts.kept("attendance")
    stakeholders = facts.kept("stakeholders")
    of_each, of_wijk = map(in_whole_numbers, facts.carried_out)
    steps = facts.pace(wijken)
    return {
        "pace": steps.assign(as_of=pd.Timestamp(as_of)),
        "pace_by_wijk": facts.programme_pace,
        "implementation": of_each,
        "implementation_by_wijk": of_wijk[of_wijk["wijk"].isin(wijken)].reset_index(drop=True),
        "network": meeting_ties(stakeholders, meetings, attendance),
        "centrality": centrality(stakeholders, meetings, attendance),
        "goals": facts.kept("goals"),
        "interventions": facts.kept("interventions"),
    }


def _elements(facts: Facts, wijk: str) -> pd.DataFrame:
    return element_states(box_findings(facts, wijk))


_PER_WIJK: Mapping[str, Callable[[Facts, str], pd.DataFrame]] = {
    "quality": data_quality,
    "questions": questions,
    "assumptions": assumption_findings,
    "elements": _elements,
}


def _of_every_wijk(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return what is judged wijk by wijk: data quality, questions, logic model, assumptions."""
    wijken = list(facts.study.neighbourhoods)
    return {
        name: pd.concat([judge(facts, wijk) for wijk in wijken], ignore_index=True)
        for name, judge in _PER_WIJK.items()
    }


def _key_figures(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    interviews = load_key_figures(study)
    scales, changes = scale_table(study, interviews), scale_changes(study, interviews)
    return shown_scales(scales, changes, interviews, policy_for(study))
