"""The effect evaluation as released tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import bind_tables, policy_for
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.released import open_released, write_released
from wijkkit.study import Study


def release_effect(study: Study, results: EffectResults) -> None:
    """Write the effect evaluation to the study's released tables.

    Coefficients of models over all wijken give no count away; numbers of respondents are rounded
    as the study's policy asks. The effect without one wijk or pair tells that wijk's change by
    subtraction: it is hidden where a figure of the wijk is. `release` comes before it.

    Parameters
    ----------
    study : Study
    results : EffectResults
        As `wijkkit.evaluate_effect` gives them.
    """
    base = policy_for(study).count_base
    write_released(study, "effects", _rounded(results.effects, base))
    write_released(study, "detectable", results.detectable)
    assumptions = _without_hidden(study, _rounded(results.assumptions, base))
    write_released(study, "effect_assumptions", assumptions)
    write_released(study, "effect_conclusions", results.conclusions)
    bind_tables(study)


def _rounded(table: pd.DataFrame, base: int) -> pd.DataFrame:
    return table.assign(n=(table["n"].astype(float) / base).round() * base)


def _without_hidden(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return the assumptions without what is left of a hidden wijk when it is left out."""
    estimates = open_released(study).table("estimates")
    everybody = estimates[estimates["group_by"].eq("") & estimates["area_level"].eq("wijk")]
    absent = everybody[everybody["status"].isin(["hidden", "too_few"])]
    closed = set(zip(absent["indicator"], absent["area"], strict=True))
    pairs = {slug: hood.pair for slug, hood in study.neighbourhoods.items()}
    closed |= {(key, pairs[slug]) for key, slug in closed if pairs[slug]}
    left_out = zip(table["outcome"], table["item"].astype(str), strict=True)
    told = np.array([pair in closed for pair in left_out], dtype=bool)
    hide = table["check"].eq("leave_one_out") & told
    numbers = ["estimate", "lower", "upper", "p", "n"]
    return table.assign(
        **{name: table[name].astype(float).mask(hide) for name in numbers},
        status=table["status"].mask(hide, "hidden"),
        reason=table["reason"].mask(hide, "hidden"),
    )
