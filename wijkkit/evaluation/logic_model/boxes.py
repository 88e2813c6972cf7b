"""The elements of the logic model with their state, and its assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from wijkkit.errors import Problem, StudyError
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.measures import (
    METHOD_SCALES,
    REGISTRY_MEASURES,
    Finding,
    gap_finding,
    in_place,
    indicator_finding,
    scale_finding,
    together,
)
from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.study.settings.programme import BOXES, Assumption, Element

FINDING_COLUMNS = tuple("wijk box element label changes measure state support words".split())


def finding_of(facts: Facts, wijk: str, measure: str) -> Finding:
    """Return what the data say of a measure: an indicator, ``gap:``, ``scale:`` or the registry.

    Raises StudyError: The logic model names a measure that is none of these.
    """
    if problem := _unknown(facts.study, measure):
        raise StudyError(problem)
    kind, _, key = measure.rpartition(":")
    if kind == "scale":
        return scale_finding(facts, key)
    if kind == "gap":
        return gap_finding(facts, wijk, key)
    if measure in facts.study.indicators:
        return indicator_finding(facts, wijk, measure)
    return REGISTRY_MEASURES[measure](facts, wijk, measure)


def check_measures(study: Study) -> list[Problem]:
    """Return a problem for every measure of the logic model that nothing measures."""
    model = study.settings.logic_model
    items: list[Any] = [*model.elements, *model.assumptions]
    named = [measure for item in items for measure in item.measures]
    found = [_unknown(study, measure) for measure in dict.fromkeys(named)]
    return [problem for problem in found if problem is not None]


def _unknown(study: Study, measure: str) -> Problem | None:
    scales = (*METHOD_SCALES, *study.settings.process.key_figures.scales)
    known = [
        *REGISTRY_MEASURES,
        *study.indicators,
        *(f"gap:{indicator}" for indicator in study.indicators),
        *(f"scale:{scale}" for scale in scales),
    ]
    if measure in known:
        return None
    return Problem(
        f"unknown measure '{measure}'",
        file="study.yml",
        place="logic_model",
        found=measure,
        expected=", ".join((*REGISTRY_MEASURES, "an indicator", "gap:INDICATOR", "scale:SCALE")),
        remedy="Use one of these.",
    )


def box_findings(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return what the data say of every measure in the logic model.

    Columns `FINDING_COLUMNS`: elements in the order of the boxes. An
    element without any measure has one row, ``not_measured``.
    """
    rows = []
    for element in elements(facts):
        label = _label(facts, "element", element)
        changes = element.improves or element.box in ("intermediate", "ultimate")
        for finding in _findings(facts, wijk, element):
            found = finding.measure, finding.state, finding.support, finding.words
            rows.append((wijk, element.box, element.id, label, changes, *found))
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))


def elements(facts: Facts) -> list[Element]:
    """Return the elements of the study's logic model, box after box."""
    found = facts.study.settings.logic_model.elements
    return sorted(found, key=lambda element: BOXES.index(element.box))


def _label(facts: Facts, kind: str, item: Element | Assumption) -> str:
    """Return what readers call an element or assumption: the study's own label, or the method's."""
    if item.label:
        return facts.study.text(item.label)
    return text(f"logic_model.{kind}.{item.id}", facts.study.language)


def _findings(facts: Facts, wijk: str, element: Element) -> Iterator[Finding]:
    known = facts.study.indicators
    placed = [key for key, indicator in known.items() if indicator.logic_model == element.box]
    measures = [*element.measures, *(placed if element.indicators else [])]
    measures += [f"gap:{key}" for key in placed if element.gaps]
    if not measures:
        words = text("logic_model.finding.no_measure", facts.study.language)
        yield Finding("", "not_measured", words)
    for measure in measures:
        yield finding_of(facts, wijk, measure)


def element_states(findings: pd.DataFrame) -> pd.DataFrame:
    """Return one row per element: ``wijk, box, element, label, state, measured, measures, words``.

    `measured` of the `measures` are known.
    """
    grouped = findings.groupby(["wijk", "box", "element", "label"], sort=False)
    table = grouped.agg(
        measured=("state", lambda states: int(states.ne("not_measured").sum())),
        measures=("state", "size"),
        words=("words", " ".join),
    )
    states = [element_state(rows) for _, rows in grouped]
    return table.reset_index().assign(state=states)


def element_state(findings: pd.DataFrame) -> str:
    """Return the state of one element: how its measures changed, or whether it is as planned.

    Only outcomes, and an element that says that something improved, are judged by a change.
    """
    known = findings[findings["state"].ne("not_measured")]
    if known.empty or known["changes"].all():
        return together(known["state"])
    return in_place(known["support"])


ASSUMPTION_COLUMNS = ("wijk", "assumption", "from_box", "to_box", "label", "verdict", "words")


def assumption_findings(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return each assumption of the logic model with what the data say of it.

    Columns `ASSUMPTION_COLUMNS`. `verdict` is ``for`` when everything that it rests on speaks for
    it, ``against`` when something speaks against it and nothing for it, ``mixed`` when both do, and
    ``unknown`` otherwise: a measure of which it is not known speaks not for it. The data of one
    wijk cannot prove an assumption; they can make it more or less likely.
    """
    rows = []
    for item in facts.study.settings.logic_model.assumptions:
        found = [finding_of(facts, wijk, measure) for measure in item.measures]
        words = " ".join(finding.words for finding in found)
        verdict = _verdict({finding.support for finding in found})
        about = item.id, item.from_box, item.to_box, _label(facts, "assumption", item)
        rows.append((wijk, *about, verdict, words))
    return pd.DataFrame(rows, columns=list(ASSUMPTION_COLUMNS))


def _verdict(supports: set[str]) -> str:
    if "against" in supports:
        return "mixed" if "for" in supports else "against"
    return "for" if supports == {"for"} else "unknown"
