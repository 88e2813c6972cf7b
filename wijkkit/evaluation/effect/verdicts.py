"""What an effect allows one to say: rules on the recommended test, its interval and its floor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.methods import RECOMMENDED
from wijkkit.study.indicators import Indicator
from wijkkit.study.settings import EvaluationSettings

Fields = dict[str, float | str]


def favourable_sign(indicator: Indicator) -> int:
    """Return 1 where a higher value of the modelled outcome is favourable, else -1."""
    if indicator.unit == "score":
        return 1 if indicator.direction == "higher" else -1
    return 1 if indicator.pole == "favourable" else -1


def to_favourable(row: Mapping[str, float], indicator: Indicator) -> list[float]:
    """Return estimate, lower and upper of a difference, turned so that more is favourable."""
    if favourable_sign(indicator) > 0:
        return [row["estimate"], row["lower"], row["upper"]]
    # Nothing is 0, not -0.
    return [0.0 - row["estimate"], 0.0 - row["upper"], 0.0 - row["lower"]]


def row_of(rows: pd.DataFrame, method: str, ratio: bool = False) -> pd.Series | None:
    """Return the row of a method: its difference, or with `ratio` its odds ratio."""
    found = rows[(rows["method"] == method) & (rows["scale"].eq("odds_ratio") == ratio)]
    return found.iloc[0] if len(found) else None


def finding(row: pd.Series, sign: int, settings: EvaluationSettings) -> str | None:
    """Return what a test finds, None where it finds nothing.

    ``shown_*``: also after Holm's adjustment for the other outcomes; ``alone_*``: only before it;
    ``*_better`` and ``*_worse`` are favourable and unfavourable.
    """
    alpha = 1 - settings.level
    if not row["p"] < alpha:
        return None
    adjusted = row["p"] if np.isnan(row["p_holm"]) else row["p_holm"]
    way = "better" if np.sign(row["estimate"]) == sign else "worse"
    return f"{'shown' if adjusted < alpha else 'alone'}_{way}"


def chance_of_sign(tested: int, level: float) -> float:
    """Return how often a study without any effect has at least one outcome with p < 1 - level.

    1 - level^m for m outcomes that are independent, the most there can be for a test that keeps
    its level; outcomes that hang together have fewer.

    Examples
    --------
    >>> round(chance_of_sign(5, 0.95), 3)
    0.226
    """
    return 1 - level**tested


def chance_fields(found: str, tested: int, settings: EvaluationSettings) -> Fields:
    """Return the fields that say how often chance alone gives a sign."""
    if not found.startswith("alone"):
        return {}
    return {"outcomes": tested, "chance": chance_of_sign(tested, settings.level)}


def effect_verdict(
    rows: pd.DataFrame,
    sign: int,
    settings: EvaluationSettings,
    detectable: pd.DataFrame,
    tested: int = 1,
) -> tuple[str, Fields]:
    """Return the key and fields of the conclusion on one effect.

    The `finding` of the recommended test; or ``not_shown_wide``: not found, and the interval
    holds changes that matter; ``not_shown_small``: not found, and neither this interval nor that
    of independent respondents holds any (with few clusters an interval can be narrow by luck);
    ``cannot_test``: an arm has one cluster, whose fluctuation cannot be estimated: the difference
    with the p-value of the randomisation test, which takes it for as large as that of the others;
    ``unavailable``: no number, with the reason.
    """
    row = row_of(rows, RECOMMENDED)
    if row is None or row["status"] != "ok":
        return _without_test(rows, row)
    fields: Fields = {key: float(row[key]) for key in ("estimate", "lower", "upper", "p")}
    fields |= {"scale": str(row["scale"]), "p_holm": float(row["p_holm"])}
    if found := finding(row, sign, settings):
        return found, fields | chance_fields(found, tested, settings)
    relevant = _relevant(detectable)
    narrow = [row, row_of(rows, "model_based")]
    within = relevant is not None and all(_within(one, relevant) for one in narrow)
    if relevant is not None:
        fields["relevant"] = relevant
    return ("not_shown_small" if within else "not_shown_wide"), fields


def _within(row: pd.Series | None, relevant: float) -> bool:
    return row is not None and row["status"] == "ok" and max(-row["lower"], row["upper"]) < relevant


def _without_test(rows: pd.DataFrame, row: pd.Series | None) -> tuple[str, Fields]:
    exact = row_of(rows, "randomisation")
    reason = "no_outcome" if row is None else str(row["reason"])
    if exact is not None and exact["status"] == "ok" and reason == "one_cluster_in_an_arm":
        fields: Fields = {key: float(exact[key]) for key in ("estimate", "p", "floor")}
        fields |= {"clusters": int(exact["clusters"]), "scale": str(exact["scale"])}
        return "cannot_test", fields
    return "unavailable", {"reason": reason}


def _relevant(detectable: pd.DataFrame) -> float | None:
    shown = detectable[detectable["status"] == "ok"]
    return float(shown["relevant"].iloc[0]) if len(shown) else None
