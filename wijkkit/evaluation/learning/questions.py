"""Questions a network should discuss, each from one small rule over what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.learning import plan_rules, progress_rules
from wijkkit.language import text

QUESTION_COLUMNS = ("wijk", "rule", "subject", "question")

Rule = Callable[[Facts, str], Iterator[tuple[str, dict[str, object]]]]

#: The rules in the order in which a network should take them up.
RULES: Mapping[str, Rule] = {
    "nothing_registered": progress_rules.nothing_registered,
    "step_overdue": progress_rules.step_overdue,
    "goal_without_intervention": plan_rules.goal_without_intervention,
    "intervention_without_goal": plan_rules.intervention_without_goal,
    "no_data_for_goal": plan_rules.no_data_for_goal,
    "goal_without_target": plan_rules.goal_without_target,
    "goal_worse": plan_rules.goal_worse,
    "evidence_unknown": plan_rules.evidence_unknown,
    "no_evidence": plan_rules.no_evidence,
    "no_activities": progress_rules.no_activities,
    "low_reach": progress_rules.low_reach,
    "low_ses_missed": progress_rules.low_ses_missed,
    "done_without_change": plan_rules.done_without_change,
    "decision_overdue": progress_rules.decision_overdue,
    "clash_open": progress_rules.clash_open,
}


def questions(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the questions that the data of a wijk raise.

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
    rows = [
        (wijk, name, subject, text(f"learning.question.{name}", facts.study.language, **fields))
        for name, rule in RULES.items()
        for subject, fields in rule(facts, wijk)
    ]
    return pd.DataFrame(rows, columns=list(QUESTION_COLUMNS))
