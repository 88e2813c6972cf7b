"""Explanations of the process: from coded interviews and the log."""

from __future__ import annotations

from typing import get_args

from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.verdict import Verdict, judged, not_judged
from wijkkit.study.settings import ExplanationSettings
from wijkkit.study.settings.evaluation import ProcessExplanation

#: The explanations of the process, in the order of the table.
PROCESS: tuple[ProcessExplanation, ...] = get_args(ProcessExplanation)


def mentioned(
    explanation: ProcessExplanation, evidence: Evidence, settings: ExplanationSettings
) -> Verdict:
    """Judge an explanation from the share of group interviews that mention any of its codes.

    Where the interviews have no code for it, nobody was asked to listen for it: that none
    mentions it says nothing.

    Parameters
    ----------
    explanation : str
        One of `PROCESS`.
    evidence : Evidence
        `interviews`, `mentioned_by`.
    settings : ExplanationSettings
        `codes`, `mentioned_share`, `minimum_interviews`.

    Examples
    --------
    >>> from wijkkit.study.settings import ExplanationSettings
    >>> evidence = Evidence(interviews=4, mentioned_by={"theory": frozenset({"a", "b"})})
    >>> mentioned("theory", evidence, ExplanationSettings()).code
    'plays'
    """
    if not evidence.interviews:
        return not_judged()
    if evidence.interviews < settings.minimum_interviews:
        return not_judged(
            "few_interviews", counted=evidence.interviews, minimum=settings.minimum_interviews
        )
    codes = settings.codes.get(explanation, (explanation,))
    groups = [evidence.mentioned_by[code] for code in codes if code in evidence.mentioned_by]
    if not groups:
        return not_judged("no_code")
    mentions = len(frozenset().union(*groups))
    return judged(
        mentions >= settings.mentioned_share * evidence.interviews,
        "mentioned",
        mentions=mentions,
        counted=evidence.interviews,
        minimum=settings.mentioned_share,
    )


def turned_over(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Judge staff turnover from the log."""
    if evidence.staff_turnover is None:
        return not_judged()
    return judged(
        evidence.staff_turnover >= settings.turnover_share,
        "turnover",
        share=evidence.staff_turnover,
        minimum=settings.turnover_share,
    )


def late(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Judge the execution from the share of planned steps that were done by their date."""
    if evidence.steps_on_time is None:
        return not_judged()
    return judged(
        evidence.steps_on_time < settings.minimum_on_time,
        "on_time",
        share=evidence.steps_on_time,
        minimum=settings.minimum_on_time,
    )


def strongest(*verdicts: Verdict) -> Verdict:
    """Return the verdict that counts of several sources on one explanation.

    One source that says it plays a part is enough; otherwise one that says it does not.

    Examples
    --------
    >>> strongest(not_judged(), judged(False, "turnover"), judged(True, "mentioned")).code
    'plays'
    """
    order = ("plays", "plays_not", "cannot_be_judged")
    return min(verdicts, key=lambda verdict: order.index(verdict.code))


def process_verdict(
    explanation: ProcessExplanation, evidence: Evidence, settings: ExplanationSettings
) -> Verdict:
    """Return the verdict on one explanation of the process, from all that speaks of it."""
    spoken = mentioned(explanation, evidence, settings)
    if explanation == "staff_turnover":
        return strongest(turned_over(evidence, settings), spoken)
    if explanation == "unclear_execution":
        return strongest(spoken, late(evidence, settings))
    return spoken
