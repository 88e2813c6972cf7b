"""Staggered starts in a study: wijken that got the programme in different waves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.did import DID_COLUMNS
from wijkkit.evaluation.effect.outcomes import arrays_of, first_waves, outcomes
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.effect.staggered import Control, average_effects, group_time_effects
from wijkkit.study import Study

#: The method's key in the table of effects.
STAGGERED = "staggered"

STAGGERED_COLUMNS = (
    "outcome",
    "kind",
    "item",
    "scale",
    "estimate",
    "lower",
    "upper",
    "p",
    "df",
    "n",
    "clusters",
    "status",
    "reason",
)


def staggered_effects(
    study: Study,
    respondents: pd.DataFrame,
    starts: Mapping[str, str] | None = None,
    control: Control = "never",
) -> pd.DataFrame:
    """Estimate the effect on every outcome where wijken started in different waves.

    `starts`: Programme wijk -> first wave after its start; by default what ``start`` of the wijken
    says (`first_waves`). Per outcome the overall average and that by time since the start (waves),
    in percentage points or in the score's unit. With few wijken per start the errors are too small:
    a start with one wijk, or an arm with one, is a row with a reason.
    """
    starts = first_waves(study) if starts is None else starts
    _check(study, starts)
    tables = [_outcome(study, respondents, key, starts, control) for key in outcomes(study)]
    if not tables:
        return pd.DataFrame(columns=list(STAGGERED_COLUMNS))
    return pd.concat(tables, ignore_index=True)


def _check(study: Study, starts: Mapping[str, str]) -> None:
    programme = {wijk for wijk, hood in study.neighbourhoods.items() if hood.arm == "programme"}
    waves = {wave.id for wave in study.waves}
    wrong = sorted(programme ^ set(starts)) + sorted(set(starts.values()) - waves)
    if wrong:
        raise EstimationError(
            "the starts do not fit the study",
            found=", ".join(wrong),
            expected="one wave of the study for every programme wijk",
            remedy="Correct the starts.",
        )


def _outcome(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    starts: Mapping[str, str],
    control: Control,
) -> pd.DataFrame:
    try:
        table = _averages(study, respondents, outcome, starts, control)
        table = table.assign(status="ok", reason="")
    except NotEstimable as error:
        table = pd.DataFrame([{"item": "overall", "status": error.status, "reason": error.reason}])
    return table.assign(outcome=outcome).reindex(columns=list(STAGGERED_COLUMNS))


def _averages(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    starts: Mapping[str, str],
    control: Control,
) -> pd.DataFrame:
    asked = study.indicators[outcome].waves
    waves = tuple(wave.id for wave in study.waves if not asked or wave.id in asked)
    arrays = arrays_of(study, respondents, outcome, waves)
    known = ~np.isnan(arrays["outcome"]) & ~np.isnan(arrays["covariates"]).any(axis=1)
    cluster = arrays["cluster"][known]
    order = {wave: position for position, wave in enumerate(waves)}
    first = {wijk: float(order.get(wave, np.inf)) for wijk, wave in starts.items()}
    start = np.array([first.get(wijk, np.inf) for wijk in cluster])
    _require_two_per_start(start, cluster)
    effects = group_time_effects(
        arrays["outcome"][known],
        start,
        arrays["wave"][known],
        cluster,
        weight=arrays["weight"][known],
        covariates=arrays["covariates"][known],
        control=control,
    )
    binary = study.indicators[outcome].unit == "percent"
    level = study.settings.evaluation.level
    table = pd.concat(
        [
            average_effects(effects, cast(Any, kind), level).assign(kind=kind).iloc[skip:]
            for kind, skip in (("simple", 0), ("dynamic", 1))
        ],
        ignore_index=True,
    )
    table[["estimate", "lower", "upper"]] *= 100.0 if binary else 1.0
    return table.assign(
        scale="points" if binary else "score", n=len(cluster), clusters=len(np.unique(cluster))
    )


def _require_two_per_start(start: np.ndarray, cluster: np.ndarray) -> None:
    per_start = pd.Series(cluster).groupby(start).nunique()
    if not np.isinf(per_start.index).any():
        raise NotEstimable("no_arms")
    if per_start.min() < 2:
        raise NotEstimable("one_cluster_in_an_arm")


def staggered_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> list[pd.DataFrame]:
    """Return the average effect as a row of `did`, where wijken started in different waves.

    Nothing where they all started before the same wave.
    """
    starts = first_waves(study)
    if len(set(starts.values())) < 2:
        return []
    table = _outcome(study, respondents, outcome, starts, "never").iloc[:1]
    scale = "points" if study.indicators[outcome].unit == "percent" else "score"
    row = table.assign(contrast="did", method=STAGGERED, scale=scale)
    row = row.reindex(columns=list(DID_COLUMNS)).fillna({"n": 0, "clusters": 0})
    return [row.astype(dict.fromkeys(("n", "clusters"), "int64") | {"floor": "float64"})]
