"""What the registry says of what was done, and the list of all its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from wijkkit.evaluation.explanations.verdict import Threshold, share_side
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.asset_measures import ASSET_MEASURES
from wijkkit.evaluation.logic_model.finding import Finding, Support
from wijkkit.evaluation.logic_model.plan_measures import PLAN_MEASURES
from wijkkit.evaluation.logic_model.registered import (
    carried_out,
    not_shown,
    say,
    supports,
    unregistered,
)
from wijkkit.evaluation.process.sentences import shown_measure
from wijkkit.language import number


def registry_finding(facts: Facts, wijk: str, measure: str) -> Finding:
    """Return what the registry says of one figure; KeyError where it knows no such figure."""
    return REGISTRY_MEASURES[measure](facts, wijk, measure)


#: Side of the threshold for weak evidence -> whether it supports the theory.
_SUPPORT: dict[str | None, Support] = {"plays": "against", "within": "for"}


def _evidence_known(facts: Facts, wijk: str, measure: str) -> Finding:
    settings = facts.study.settings.evaluation.explanations
    rows = facts.deployed(wijk)
    levels = pd.to_numeric(rows["evidence"].replace("none", "0")).dropna()
    if levels.empty:
        return unregistered(facts, measure)
    weak = int(levels.lt(settings.minimum_evidence_level).sum())
    threshold = Threshold(settings.weak_evidence_share, settings.undecided)
    side = share_side(weak, len(levels), len(rows), threshold)
    words = say(facts, measure, n=len(levels) - weak, of=len(rows))
    return Finding(measure, "measured", words, _SUPPORT.get(side, "unknown"))


def _delivered(facts: Facts, wijk: str, measure: str) -> Finding:
    found = facts.measure({"reach": "reach_of_plan"}.get(measure, measure), wijk)
    if found is not None and found["status"] == "too_few":
        return not_shown(facts, measure)
    if found is None or found["status"] != "ok":
        return unregistered(facts, measure)
    words = say(facts, measure, value=shown_measure(found, facts.study.language))
    return Finding(measure, "measured", words, carried_out(facts, found["value"]))


def _years_between(facts: Facts, wijk: str, measure: str) -> Finding:
    began = pd.to_datetime(facts.deployed(wijk)["start"]).min()
    if pd.isna(began):
        return unregistered(facts, measure)
    years = (pd.Timestamp(facts.study.waves[-1].start) - began).days / 365.25
    if years <= 0:
        return Finding(measure, "measured", say(facts, "years_between_none"), "against")
    words = say(facts, measure, years=number(years, facts.study.language, 1))
    enough = 12 * years >= facts.study.settings.evaluation.explanations.minimum_months
    return Finding(measure, "measured", words, supports(enough))


#: Registry figures that a logic model may name: key -> the function of facts, wijk and key.
REGISTRY_MEASURES: Mapping[str, Callable[[Facts, str, str], Finding]] = {
    **ASSET_MEASURES,
    **PLAN_MEASURES,
    "evidence_known": _evidence_known,
    "reach": _delivered,
    "dose": _delivered,
    "frequency": _delivered,
    "quality": _delivered,
    "years_between": _years_between,
}
