"""What the design could detect, computed again from what is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.rounding import to_step
from wijkkit.evaluation.effect.outcome_arrays import is_turned
from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.power import DETECTABLE_COLUMNS, Design, detectable_row
from wijkkit.evaluation.effect.verdicts import favourable_sign
from wijkkit.pipeline.effect_control import EffectControl
from wijkkit.released import open_released
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY


def shown_detectable(study: Study, table: pd.DataFrame, control: EffectControl) -> pd.DataFrame:
    """Return the smallest detectable effects as they may be shown.

    The level before the start is that of the released figures of the arms, and sizes of wijken
    are rounded; all else follows from them. A row is hidden where such a figure is.
    """
    rows = [_again(study, row, control) for row in table.to_dict("records")]
    return pd.DataFrame(rows, columns=list(DETECTABLE_COLUMNS))


def _again(study: Study, row: dict[str, object], control: EffectControl) -> dict[str, object]:
    outcome, settings = str(row["outcome"]), study.settings.evaluation
    same = {"outcome": outcome}
    if row["status"] != "ok":
        telling = row["status"] == "too_few" and row["reason"] != "one_cluster_in_an_arm"
        hidden = {"status": "hidden", "reason": "hidden"}
        return same | (hidden if telling else {key: row[key] for key in ("status", "reason")})
    level = _level(study, outcome)
    if np.isnan(level):
        return same | {"status": "hidden", "reason": "hidden"}
    binary, step = row["scale"] == "points", control.policy.mean_step
    spread = float(to_step(np.array(row["relevant"]) / settings.relevant_score, step))
    base = control.policy.count_base
    before, after = (
        max(float(to_step(np.array(row[key]), base)), base) for key in ("before", "after")
    )
    design = Design(
        int(row["treated"]),
        int(row["comparators"]),
        before,
        after,
        level * (1 - level) if binary else max(spread, step) ** 2,
        settings.icc,
        settings.autocorrelation,
        1 - settings.level,
        int(row["outcomes"]),
        float(row["sampling_ratio"]),
        settings.icc_range,
        level if binary else None,
        favourable_sign(study.indicators[outcome]),
    )
    return same | detectable_row(design, level, settings)


def _level(study: Study, outcome: str) -> float:
    """Return the level of both arms before the start, from released figures; NaN without."""
    table = open_released(study).table("estimates")
    rows = table[
        table["indicator"].eq(outcome)
        & table["area"].isin(["programme", "comparator"])
        & table["area_level"].eq("arm")
        & table["wave"].eq(compared_waves(study)[0])
        & table["group"].eq(EVERYBODY)
    ]
    if len(rows) < 2 or rows["status"].ne("ok").any():
        return float("nan")
    level = float(np.average(rows["value"], weights=rows["n"]))
    indicator = study.indicators[outcome]
    if indicator.unit == "score":
        return level
    return 1 - level / 100 if is_turned(indicator) else level / 100
