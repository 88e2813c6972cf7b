"""Questions a network should discuss, each from one small rule over what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.learning import plan_rules, progress_rules
from wijkkit.language import text

QUESTION_COLUMNS = ("wijk", "rule", "subject", "question")

Rule = Callable[[Facts, str], Iterator[tuple[str, dict[str, object]]]]

#: The rules, the most important first: what goes wrong, what waits, what is not known.
RULES: Mapping[str, Rule] = {
    "nothing_registered": progress_rules.nothing_registered,
    "goal_worse": plan_rules.goal_worse,
    "goal_without_intervention": plan_rules.goal_without_intervention,
    "decision_overdue": progress_rules.decision_overdue,
    "step_overdue": progress_rules.step_overdue,
    "low_reach": progress_rules.low_reach,
    "low_ses_missed": progress_rules.low_ses_missed,
    "clash_open": progress_rules.clash_open,
    "done_without_change": plan_rules.done_without_change,
    "no_activities": progress_rules.no_activities,
    "no_evidence": plan_rules.no_evidence,
    "evidence_unknown": plan_rules.evidence_unknown,
    "no_data_for_goal": plan_rules.no_data_for_goal,
    "goal_without_target": plan_rules.goal_without_target,
    "intervention_without_goal": plan_rules.intervention_without_goal,
}
#: A decision answers the questions about its goal and its intervention for so many days.
ANSWERED_DAYS = 365


def questions(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the questions that the data of a wijk raise, the most important first.

    A question about a goal or an intervention on which the network decided in the last year is
    left out.

    Parameters
    ----------
    facts : Facts
        The tables that the study's sources hold (`wijkkit.evaluation.facts`).
    wijk : str
        Its slug.

    Returns
    -------
    DataFrame
        ``wijk, rule, subject, question``: which rule of `RULES` asks, about what (a goal, an
        intervention, a step, a decision: its key), and the question for readers.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.known import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.learning import questions
    >>> list(questions(facts, "ankerveld").columns)
    ['wijk', 'rule', 'subject', 'question']
    """
    answered = _answered(facts, wijk)
    rows = [
        (wijk, name, subject, text(f"learning.question.{name}", facts.study.language, **fields))
        for name, rule in RULES.items()
        for subject, fields in rule(facts, wijk)
        if subject not in answered
    ]
    return pd.DataFrame(rows, columns=list(QUESTION_COLUMNS))


def _answered(facts: Facts, wijk: str) -> set[str]:
    """Return the goals and interventions of a wijk on which a decision was taken lately."""
    today = pd.Timestamp(facts.as_of)
    since = today - pd.Timedelta(days=ANSWERED_DAYS)
    settled = [
        row
        for row in facts.records("decisions", wijk)
        if row["status"] in ("taken", "carried_out") and since < pd.Timestamp(row["date"]) <= today
    ]
    found = [row[name] for row in settled for name in ("goal", "intervention")]
    return {key for key in found if not pd.isna(key)}
