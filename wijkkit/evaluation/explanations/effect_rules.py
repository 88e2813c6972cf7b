"""Explanations of the effect: each a rule from evidence and thresholds to a verdict."""

from __future__ import annotations

from datetime import date
from statistics import median

from wijkkit.evaluation.explanations.covid import days_under, share_under
from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.verdict import Verdict, judged, not_judged
from wijkkit.study.settings import ExplanationSettings

_DAYS_PER_MONTH = 365.25 / 12


def period_too_short(
    evidence: Evidence, follow_up: date | None, settings: ExplanationSettings
) -> Verdict:
    """The period between the first interventions and the last wave was too short.

    Parameters
    ----------
    evidence : Evidence
        `implementation_start`.
    follow_up : date, optional
        First day of the last wave.
    settings : ExplanationSettings
        `minimum_months`.

    Examples
    --------
    >>> from wijkkit.study.settings import ExplanationSettings
    >>> evidence = Evidence(implementation_start={"a": date(2020, 9, 1)})
    >>> period_too_short(evidence, date(2021, 4, 1), ExplanationSettings()).code
    'plays'
    """
    starts = evidence.implementation_start.values()
    if not starts or follow_up is None:
        return not_judged()
    months = median((follow_up - start).days / _DAYS_PER_MONTH for start in starts)
    return judged(
        months < settings.minimum_months,
        "period",
        months=months,
        minimum=settings.minimum_months,
        wijken=len(starts),
    )


def goals_without_data(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Goals or target groups are without figures: what is not measured shows no effect."""
    coverage = {**evidence.goal_coverage, **evidence.group_coverage}
    if not coverage:
        return not_judged()
    lacking = [name for name, share in coverage.items() if share < settings.minimum_coverage]
    return judged(
        bool(lacking),
        "coverage_lacking" if lacking else "coverage",
        lowest=min(coverage.values()),
        minimum=settings.minimum_coverage,
        lacking=", ".join(lacking),
        counted=len(coverage),
    )


def covid(start: date, end: date | None, settings: ExplanationSettings) -> Verdict:
    """COVID-19 measures covered too much of the programme period.

    Parameters
    ----------
    start, end : date
        First day of the programme and last day of the last wave.
    settings : ExplanationSettings
        `covid_share`.

    Examples
    --------
    >>> from wijkkit.study.settings import ExplanationSettings
    >>> covid(date(2018, 9, 1), date(2021, 7, 31), ExplanationSettings()).code
    'plays'
    """
    if end is None or end <= start:
        return not_judged()
    share = share_under("restrictions", start, end)
    return judged(
        share >= settings.covid_share,
        "covid",
        share=share,
        days=days_under("schools_closed", start, end),
        minimum=settings.covid_share,
    )


def contamination(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """The comparators were reached as well, through interventions, children or moves."""
    shares = {
        "interventions": evidence.comparator_interventions,
        "participation": evidence.comparator_participation,
        "moves": evidence.comparator_moves,
    }
    known = {name: share for name, share in shares.items() if share is not None}
    if not known:
        return not_judged()
    through = max(known, key=lambda name: known[name])
    return judged(
        known[through] >= settings.contamination_share,
        f"contamination_{through}",
        share=known[through],
        minimum=settings.contamination_share,
        counted=len(known),
    )


def interventions_not_effective(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Too many of the deployed interventions are without indications that they work."""
    levels = evidence.evidence_levels.values()
    if not levels:
        return not_judged()
    weak = sum(level < settings.minimum_evidence_level for level in levels)
    share = weak / len(levels)
    return judged(
        share >= settings.weak_evidence_share,
        "evidence_levels",
        weak=weak,
        counted=len(levels),
        share=share,
    )


def not_implemented(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Dose, reach or fidelity stayed below plan."""
    parts = {
        name: median(shares.values())
        for name, shares in (
            ("dose", evidence.dose),
            ("reach", evidence.reach),
            ("fidelity", evidence.fidelity),
        )
        if shares
    }
    if not parts:
        return not_judged()
    weakest = min(parts, key=lambda name: parts[name])
    return judged(
        parts[weakest] < settings.minimum_implementation,
        f"implemented_{weakest}",
        share=parts[weakest],
        minimum=settings.minimum_implementation,
        counted=len(parts),
    )
