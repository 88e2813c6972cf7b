"""Thresholds, and the rule of each explanation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import inf
from statistics import median
from typing import Any, Literal, get_args

from wijkkit.estimates import wilson
from wijkkit.evaluation.explanations.evidence import Evidence, days_under, share_under
from wijkkit.study.settings import ExplanationSettings
from wijkkit.study.settings.evaluation import ProcessExplanation

#: ``plays``: beyond the threshold; ``within``: on the other side of it; ``undecided``: too near.
Code = Literal["plays", "undecided", "within", "cannot_be_judged"]
Fields = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an explanation may play a part, and what that rests on.

    `code`: ``within`` is no proof that it plays none: the figure does not pass the threshold.
    `evidence`: Key of the sentence in ``explanations.evidence``. `fields`: Its numbers and names.
    """

    code: Code
    evidence: str
    fields: Mapping[str, Any]


def not_judged(evidence: str = "none", **fields: float | str) -> Verdict:
    """Return the verdict that the data say nothing."""
    return Verdict("cannot_be_judged", evidence, fields)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A chosen threshold, and the band around it in which nothing is decided.

    `band`: Half width of the band as a share of the limit. `above`: Whether a value from the limit
    on plays a part, or one below it. `most`: Largest possible value: reaching it is never undecided
    where `above` is false.

    >>> half = Threshold(0.5, 0.2)
    >>> half.side(0.7), half.side(0.45), half.side(0.3)
    ('plays', 'undecided', 'within')
    >>> Threshold(0.8, 0.2, above=False, most=1.0).side(1.0)
    'within'
    """

    limit: float
    band: float
    above: bool = True
    most: float = inf

    def side(self, lowest: float, highest: float | None = None) -> Code | None:
        """Return the side of a value, or of all values from `lowest` to `highest`.

        None where these lie on different sides.
        """
        ends = lowest, lowest if highest is None else highest
        sides = {self.of(end) for end in ends}
        return sides.pop() if len(sides) == 1 else None

    def sampled(self, value: float, lower: float, upper: float) -> Code:
        """Return the side of a sample's value: undecided where its interval holds the limit."""
        beyond = lower >= self.limit or upper < self.limit
        return self.of(value) if beyond else "undecided"

    def of(self, value: float) -> Code:
        """Return the side of one value."""
        edge = self.band * abs(self.limit)
        low, high = self.limit - edge, min(self.limit + edge, self.most)
        if low <= value < high:
            return "undecided" if self.band else ("plays" if self.above else "within")
        return "plays" if (value >= high) == self.above else "within"


def median_side(known: Collection[float], of: int, threshold: Threshold) -> Code | None:
    """Return the side of the median of `of` values, None where that is not known.

    The values that are not known may be anything: the answer holds whatever they are.

    >>> full = Threshold(0.8, 0.1, above=False)
    >>> median_side([0.5, 0.6], 3, full), median_side([0.9], 3, full)
    ('plays', None)
    """
    if not known:
        return None
    unknown = max(of - len(known), 0)
    return threshold.side(*(median([*known, *[end] * unknown]) for end in (-inf, inf)))


def share_side(hits: int, known: int, of: int, threshold: Threshold) -> Code | None:
    """Return the side of a share of `of` cases, None where that is not known.

    >>> half = Threshold(0.5, 0.1)
    >>> share_side(3, 3, 4, half), share_side(1, 4, 4, half), share_side(1, 2, 4, half)
    ('plays', 'within', None)
    """
    if not known:
        return None
    return threshold.side(hits / of, (hits + of - known) / of)


_DAYS_PER_MONTH = 365.25 / 12
#: The explanations of the process, in the order of the table.
PROCESS: tuple[ProcessExplanation, ...] = get_args(ProcessExplanation)
#: Which side counts where several signs speak of one explanation.
_ORDER: tuple[Code, ...] = ("plays", "undecided", "within", "cannot_be_judged")


def period_too_short(
    evidence: Evidence, follow_up: date | None, settings: ExplanationSettings
) -> Verdict:
    """The period between the first interventions and the last wave was too short.

    >>> from wijkkit.study.settings import ExplanationSettings
    >>> evidence = Evidence(implementation_start={"a": date(2020, 9, 1)})
    >>> period_too_short(evidence, date(2021, 4, 1), ExplanationSettings()).code
    'plays'
    """
    starts = evidence.implementation_start.values()
    if not starts or follow_up is None:
        return not_judged()
    months = [max((follow_up - start).days, 0) / _DAYS_PER_MONTH for start in starts]
    minimum = settings.minimum_months
    side = median_side(months, evidence.wijken, Threshold(minimum, settings.undecided, above=False))
    if side is None:
        return not_judged("few_wijken", known=len(months), wijken=evidence.wijken)
    fields = {"months": median(months), "minimum": minimum, "wijken": len(months)}
    return Verdict(side, "period", fields)


def goals_without_data(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Goals or target groups were not measured: what is not measured shows no effect."""
    coverage = {**evidence.goal_coverage, **evidence.group_coverage}
    if not coverage:
        return not_judged()
    threshold = _at_least(settings.minimum_coverage, settings)
    lacking = [name for name, share in coverage.items() if share < settings.minimum_coverage]
    lowest = min(coverage.values())
    fields = {
        "lowest": lowest,
        "missing": 1 - lowest,
        "minimum": settings.minimum_coverage,
        "counted": len(coverage),
        "short": len(lacking),
        "lacking": ", ".join(lacking),
    }
    return Verdict(threshold.of(lowest), "coverage_lacking" if lacking else "coverage", fields)


def _at_least(minimum: float, settings: ExplanationSettings) -> Threshold:
    return Threshold(minimum, settings.undecided, above=False, most=1.0)


def covid(starts: Iterable[date], end: date | None, settings: ExplanationSettings) -> Verdict:
    """COVID-19 measures covered too much of the programme, from a wijk's start to `end`.

    The share is the mean of the wijken's; where they lie on different sides it is undecided.

    >>> from wijkkit.study.settings import ExplanationSettings
    >>> covid([date(2018, 9, 1)], date(2021, 7, 31), ExplanationSettings()).code
    'plays'
    """
    begun = [start for start in starts if end is not None and start < end]
    if end is None or not begun:
        return not_judged()
    shares = [share_under("restrictions", start, end) for start in begun]
    closed = [days_under("schools_closed", start, end) for start in begun]
    threshold = Threshold(settings.covid_share, settings.undecided)
    side = threshold.side(min(shares), max(shares)) or "undecided"
    fields = {"share": sum(shares) / len(shares), "days": max(closed)}
    return Verdict(side, "covid", fields | {"minimum": threshold.limit})


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
    threshold = Threshold(settings.contamination_share, settings.undecided)
    sides = {
        name: threshold.sampled(share, *evidence.limits.get(name, (share, share)))
        for name, share in known.items()
    }
    through = min(sides, key=lambda name: (_ORDER.index(sides[name]), -known[name]))
    if sides[through] == "within" and len(known) < len(shares):
        return _partly(shares.keys() - known.keys())
    fields = {"share": known[through], "minimum": settings.contamination_share}
    return Verdict(sides[through], f"contamination_{through}", fields)


def selective_response(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Respondents differ from the children of the wijken: their change need not be that of all."""
    gaps = evidence.response_gaps
    if not gaps:
        return not_judged()
    threshold = Threshold(settings.response_gap, settings.undecided)

    def side(group: str) -> Code:
        gap, ends = gaps[group], evidence.limits.get(group, (gaps[group],) * 2)
        lower, upper = ends if gap >= 0 else (-ends[1], -ends[0])
        return threshold.sampled(abs(gap), lower, upper)

    group = min(gaps, key=lambda name: (_ORDER.index(side(name)), -abs(gaps[name])))
    fields = {"group": group, "gap": abs(gaps[group]), "minimum": settings.response_gap}
    key = "response_more" if gaps[group] > 0 else "response_less"
    return Verdict(side(group), key, fields)


def interventions_not_effective(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Too many of the deployed interventions are without indications that they work."""
    levels = evidence.evidence_levels.values()
    if not levels:
        return not_judged()
    of = max(evidence.deployed, len(levels))
    weak = sum(level < settings.minimum_evidence_level for level in levels)
    threshold = Threshold(settings.weak_evidence_share, settings.undecided)
    side = share_side(weak, len(levels), of, threshold)
    if side is None:
        return not_judged("evidence_unknown", count=of - len(levels), counted=of)
    fields = {"weak": weak, "counted": of, "share": weak / of, "minimum": threshold.limit}
    return Verdict(side, "evidence_levels", fields)


def not_implemented(evidence: Evidence, settings: ExplanationSettings) -> Verdict:
    """Dose, reach or fidelity stayed below plan."""
    minimum = settings.minimum_implementation
    parts = {name: getattr(evidence, name).values() for name in ("dose", "reach", "fidelity")}
    if not any(parts.values()):
        return not_judged()
    threshold = _at_least(minimum, settings)
    found = {name: median_side(of, evidence.wijken, threshold) for name, of in parts.items()}
    sides = {name: side for name, side in found.items() if side is not None}
    unknown = [name for name, side in found.items() if side is None]
    if unknown and not {"plays", "undecided"} & set(sides.values()):
        return _partly(unknown)
    weakest = min(sides, key=lambda name: (_ORDER.index(sides[name]), median(parts[name])))
    fields = {"share": median(parts[weakest]), "minimum": minimum}
    return Verdict(sides[weakest], f"implemented_{weakest}", fields)


def _partly(unknown: Iterable[str]) -> Verdict:
    return not_judged("partly", unknown=", ".join(f"part.{name}" for name in sorted(unknown)))


def mentioned(
    explanation: ProcessExplanation, evidence: Evidence, settings: ExplanationSettings
) -> Verdict:
    """Judge an explanation from the share of group interviews that mention any of its codes.

    The interviews are a sample: the interval of their share (Wilson) decides. Where they have no
    code for it, nobody was asked to listen for it: that none mentions it says nothing.

    >>> from wijkkit.study.settings import ExplanationSettings
    >>> evidence = Evidence(interviews=8, mentioned_by={"theory": frozenset("abcdefg")})
    >>> mentioned("theory", evidence, ExplanationSettings()).code
    'plays'
    """
    if not evidence.interviews:
        return not_judged()
    fields: dict[str, Any] = {"counted": evidence.interviews}
    if evidence.interviews < settings.minimum_interviews:
        return not_judged("few_interviews", **fields, minimum=settings.minimum_interviews)
    codes = settings.codes.get(explanation, (explanation,))
    groups = [evidence.mentioned_by[code] for code in codes if code in evidence.mentioned_by]
    if not groups:
        return not_judged("no_code")
    mentions = len(frozenset().union(*groups))
    share = wilson(mentions, evidence.interviews)
    threshold = Threshold(settings.mentioned_share, settings.undecided)
    side = threshold.sampled(float(share.value), float(share.lower), float(share.upper))
    fields |= {"mentions": mentions, "minimum": settings.mentioned_share}
    return Verdict(side, "mentioned", fields)


def _of_log(share: float | None, evidence: str, threshold: Threshold) -> Verdict:
    """Judge a share of the log: who left, or the planned steps that were done by their date."""
    if share is None:
        return not_judged()
    return Verdict(threshold.of(share), evidence, {"share": share, "minimum": threshold.limit})


def strongest(*verdicts: Verdict) -> Verdict:
    """Return the verdict that counts of several sources on one explanation.

    >>> strongest(not_judged(), Verdict("within", "turnover", {})).code
    'within'
    """
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.code))


def process_verdict(
    explanation: ProcessExplanation, evidence: Evidence, settings: ExplanationSettings
) -> Verdict:
    """Return the verdict on one explanation of the process, from all that speaks of it."""
    spoken = mentioned(explanation, evidence, settings)
    if explanation == "staff_turnover":
        threshold = Threshold(settings.turnover_share, settings.undecided)
        return strongest(_of_log(evidence.staff_turnover, "turnover", threshold), spoken)
    if explanation == "unclear_execution":
        threshold = _at_least(settings.minimum_on_time, settings)
        return strongest(spoken, _of_log(evidence.steps_on_time, "on_time", threshold))
    return spoken
