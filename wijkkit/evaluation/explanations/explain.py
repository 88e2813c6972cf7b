"""Judge every explanation of why an effect was not found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pandas as pd

from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.explanations import rules
from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.rules import PROCESS, Verdict, process_verdict
from wijkkit.language import listed, number, text
from wijkkit.study import Study

EXPLANATION_COLUMNS = ("aspect", "explanation", "verdict", "evidence", "fields")
_COUNTS = ("wijken", "known", "count", "counted", "weak", "mentions", "days", "months", "short")
#: What an explanation is judged on when it has several signs.
_PARTS = ("interventions", "participation", "moves", "dose", "reach", "fidelity")


def explanations(study: Study, evidence: Evidence) -> pd.DataFrame:
    """Judge each explanation of why an effect may not be found.

    Parameters
    ----------
    evidence : Evidence
        What is known; what it lacks cannot be judged.

    Returns
    -------
    DataFrame
        One row per explanation: ``aspect`` (effect or process), ``explanation``, ``verdict``
        (plays, undecided, within, cannot_be_judged), ``evidence`` (message in
        ``explanations.evidence``) and ``fields`` (JSON, numbers without notation).
        `explanation_rows` puts them into words.
    """
    found = [("effect", *row) for row in _effect(study, evidence)]
    settings = study.settings.evaluation.explanations
    found += [("process", name, process_verdict(name, evidence, settings)) for name in PROCESS]
    rows = [
        (aspect, name, verdict.code, verdict.evidence, json.dumps(verdict.fields))
        for aspect, name, verdict in found
    ]
    return pd.DataFrame(rows, columns=list(EXPLANATION_COLUMNS))


def _effect(study: Study, evidence: Evidence) -> Iterator[tuple[str, Verdict]]:
    settings = study.settings.evaluation.explanations
    first: date | None = None
    last: date | None = None
    with suppress(NotEstimable):
        follow_up = compared_waves(study)[1]
        first, last = next((w.start, w.end) for w in study.waves if w.id == follow_up)
    yield "period", rules.period_too_short(evidence, first, settings)
    yield "coverage", rules.goals_without_data(evidence, settings)
    yield "covid", rules.covid(study.begun, last, settings)
    yield "contamination", rules.contamination(evidence, settings)
    yield "response", rules.selective_response(evidence, settings)
    yield "evidence_levels", rules.interventions_not_effective(evidence, settings)
    yield "implemented", rules.not_implemented(evidence, settings)


def explanation_rows(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return the explanations in the study's language.

    ``aspect``, ``explanation``, ``verdict``, ``evidence`` and ``settle`` (what would settle it) as
    texts.
    """
    language = study.language

    def words(group: str, key: str) -> str:
        return text(f"explanations.{group}.{key}", language)

    rows = [
        {
            "aspect": words("aspect", row.aspect),
            "explanation": words("explanation", row.explanation),
            "verdict": words("verdict", row.verdict),
            "evidence": _evidence(row, study),
            "settle": words("settle", row.explanation),
        }
        for row in table.itertuples()
    ]
    return pd.DataFrame(rows, columns=["aspect", "explanation", "verdict", "evidence", "settle"])


def _evidence(row: Any, study: Study) -> str:
    key, fields = row.evidence, json.loads(row.fields)
    codes = study.settings.evaluation.explanations.codes.get(row.explanation, ())
    names = {goal.id: study.text(goal.label) for goal in study.goals}
    names |= study.group_names
    names |= {f"part.{part}": text(f"explanations.part.{part}", study.language) for part in _PARTS}
    language = study.language
    shown = {name: _worded(key, name, value, language, names) for name, value in fields.items()}
    mentioned = listed([f"‘{code}’" for code in codes], language, "or")
    return text(f"explanations.evidence.{key}", language, **shown, codes=mentioned)


def _worded(key: str, name: str, value: float | str, language: str, names: dict[str, str]) -> str:
    if isinstance(value, str):
        said = [names.get(part, part) for part in value.split(", ")]
        return listed([f"‘{one}’" for one in said] if name == "lacking" else said, language)
    if name in _COUNTS or (name == "minimum" and key in ("period", "few_interviews")):
        return number(value, language)
    if key.startswith("response"):  # in percentage points
        return number(100 * value, language)
    return f"{number(100 * value, language)}%"
