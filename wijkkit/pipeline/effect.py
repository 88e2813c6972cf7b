"""The effect evaluation as released tables."""

from __future__ import annotations

import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.released import write_released
from wijkkit.study import Study


def release_effect(study: Study, results: EffectResults) -> None:
    """Write the effect evaluation to the study's released tables.

    Coefficients of models over all wijken give no count away; numbers of respondents are rounded
    as the study's policy asks.
    """
    base = policy_for(study).count_base
    write_released(study, "effects", _rounded(results.effects, base))
    write_released(study, "detectable", results.detectable)
    write_released(study, "effect_assumptions", _rounded(results.assumptions, base))
    write_released(study, "effect_conclusions", results.conclusions)


def _rounded(table: pd.DataFrame, base: int) -> pd.DataFrame:
    return table.assign(n=(table["n"].astype(float) / base).round() * base)
