"""The results of a whole step of the evaluation, as the tables that are released of them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pandas as pd

from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.pipeline.process import ProcessResults

#: What a whole result is published as.
NAMES: dict[type, str] = {
    StudyEstimates: "estimates",
    EffectResults: "effect",
    ProcessResults: "process",
}


def name_of(result: Any) -> str:
    """Return what the results of a whole step are published as; empty for anything else."""
    return NAMES.get(type(result), "")


def tables_of(result: Any) -> dict[str, pd.DataFrame]:
    """Return the tables of the results of a whole step, exact, by the name they are released as."""
    if isinstance(result, StudyEstimates):
        found = {item.name: getattr(result, item.name) for item in fields(result)}
        tables = {name: part for name, part in found.items() if isinstance(part, pd.DataFrame)}
        return {**tables, "estimates": result.estimates.table}
    if isinstance(result, EffectResults):
        names = ("effects", "detectable")
        tables = {name: getattr(result, name) for name in names}
        checks = {"effect_assumptions": result.assumptions}
        return {**tables, **checks, "effect_conclusions": result.conclusions}
    return dict(result.tables)
