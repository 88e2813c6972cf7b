"""What findings from the registry share: words, comparison, and what was not registered."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding, State, Support
from wijkkit.language import text


def say(facts: Facts, measure: str, **fields: object) -> str:
    return text(f"logic_model.measure.{measure}", facts.study.language, **fields)


def unregistered(facts: Facts, measure: str) -> Finding:
    label = text(f"logic_model.label.{measure}", facts.study.language)
    words = text("logic_model.finding.unregistered", facts.study.language, label=label)
    return Finding(measure, "not_measured", words)


def not_shown(facts: Facts, measure: str) -> Finding:
    """What was registered of too few people to show."""
    label = text(f"logic_model.label.{measure}", facts.study.language)
    words = text("logic_model.finding.too_few_people", facts.study.language, label=label)
    return Finding(measure, "not_measured", words)


def supports(holds: bool) -> Support:
    return "for" if holds else "against"


def carried_out(facts: Facts, value: float) -> Support:
    """Whether so much of the plan (percent) was carried out that its theory can hold."""
    settings = facts.study.settings
    if value < 100 * settings.process.low_reach:
        return "against"
    enough = 100 * settings.evaluation.explanations.minimum_implementation
    return "for" if value >= enough else "unknown"


def compared(now: float, before: float, margin: float = 0.0) -> State:
    if pd.isna(before):
        return "measured"
    if abs(now - before) <= margin:
        return "same"
    return "better" if now > before else "worse"
