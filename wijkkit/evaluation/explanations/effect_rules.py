"""Explanations of the effect: each a rule from evidence and thresholds to a verdict.

An explanation plays a part as soon as one sign says so. It plays none only when every sign is
known and none says so; in between it cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from statistics import median

from wijkkit.evaluation.explanations.covid import days_under, share_under
from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.verdict import (
    Verdict,
    judged,
    median_below,
    not_judged,
    share_reaches,
)
from wijkkit.study.settings import ExplanationSettings

_DAYS_PER_MONTH = 365.25 / 12


def period_too_short(
    evidence: Evidence, follow_up: date | None, settings: ExplanationSettings
) -> Verdict:
    """The period between the first interventions and the last wave was too short.

    Parameters
    ----------
    evidence : Evidence
        `implementation_start`, `wijken`.
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
    months = [max((follow_up - start).days, 0) / _DAYS_PER_MONTH for start in starts]
    short = median_below(months, evidence.wijken, settings.minimum_months)
    if short is None:
        return not_judged("few_wijken", known=len(months), wijken=evidence.wijken)
    minimum = settings.minimum_months
    return judged(short, "period", months=median(months), minimum=minimum, wijken=len(months))


def goals_without_data(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Goals or target groups were not measured: what is not measured shows no effect."""
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
    plays = known[through] >= settings.contamination_share
    if not plays and len(known) < len(shares):
        return _partly(shares.keys() - known.keys())
    minimum = settings.contamination_share
    return judged(plays, f"contamination_{through}", share=known[through], minimum=minimum)


def selective_response(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Respondents differ from the children of the wijken: their change need not be that of all."""
    gaps = evidence.response_gaps
    if not gaps:
        return not_judged()
    group = max(gaps, key=lambda name: abs(gaps[name]))
    return judged(
        abs(gaps[group]) >= settings.response_gap,
        "response_more" if gaps[group] > 0 else "response_less",
        group=group,
        gap=abs(gaps[group]),
        minimum=settings.response_gap,
    )


def interventions_not_effective(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Too many of the deployed interventions are without indications that they work."""
    levels = evidence.evidence_levels.values()
    if not levels:
        return not_judged()
    of = max(evidence.deployed, len(levels))
    weak = sum(level < settings.minimum_evidence_level for level in levels)
    plays = share_reaches(weak, len(levels), of, settings.weak_evidence_share)
    if plays is None:
        return not_judged("evidence_unknown", count=of - len(levels), counted=of)
    minimum = settings.weak_evidence_share
    return judged(plays, "evidence_levels", weak=weak, counted=of, share=weak / of, minimum=minimum)


def not_implemented(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Dose, reach or fidelity stayed below plan."""
    minimum = settings.minimum_implementation
    parts = {name: getattr(evidence, name).values() for name in ("dose", "reach", "fidelity")}
    below = {name: median_below(of, evidence.wijken, minimum) for name, of in parts.items()}
    if not any(parts.values()):
        return not_judged()
    if not any(below.values()) and None in below.values():
        return _partly(name for name, found in below.items() if found is None)
    decided = [name for name, found in below.items() if found is not None]
    weakest = min(decided, key=lambda name: median(parts[name]))
    return judged(
        any(below.values()),
        f"implemented_{weakest}",
        share=median(parts[weakest]),
        minimum=minimum,
    )


def _partly(unknown: Iterable[str]) -> Verdict:
    return not_judged("partly", unknown=", ".join(f"part.{name}" for name in sorted(unknown)))
