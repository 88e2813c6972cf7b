"""What is shown of the key-figure scales: no score of one person follows from a wijk's mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy
from wijkkit.disclosure.rounding import to_step

_NUMBERS = ("mean", "lower", "upper", "n", "alpha", "alpha_lower", "alpha_upper", "omega")
_MOVES = ("programme", "comparator", "value", "lower", "upper", "p")


def shown_scales(
    table: pd.DataFrame, changes: pd.DataFrame, answers: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `scale_table` and `scale_changes` as they may be shown.

    With two wijken an arm's mean and interval give both of their means; so an arm and wave of
    which a wijk has fewer than `min_count` key figures has no numbers (``too_few``). Means are
    rounded, intervals outwards; changes are computed again from the rounded means.
    """
    persons = answers.groupby(["arm", "wave", "wijk"]).size().groupby(["arm", "wave"]).min()
    few = set(persons.index[persons < policy.min_count])
    step = 10.0**-policy.score_decimals
    hide = np.array([pair in few for pair in zip(table["arm"], table["wave"], strict=True)], bool)
    shown = table.assign(
        **{name: table[name].mask(hide) for name in _NUMBERS},
        status=table["status"].mask(hide & table["status"].eq("ok"), "too_few"),
    )
    shown["mean"] = to_step(shown["mean"], step)
    shown["lower"], shown["upper"] = _down(shown["lower"], step), -_down(-shown["upper"], step)
    for name in ("alpha", "alpha_lower", "alpha_upper", "omega"):
        shown[name] = shown[name].round(2)
    means = shown.set_index(["scale", "arm", "wave"])["mean"]
    rows = [_again(row, means, few, policy) for row in changes.to_dict("records")]
    return shown, pd.DataFrame(rows, columns=list(changes))


def _again(
    row: dict[str, Any],
    means: pd.Series,
    few: set[tuple[str, str]],
    policy: Policy,
) -> dict[str, Any]:
    if row["status"] != "ok":
        return row
    arms, waves = ("programme", "comparator"), (row["first"], row["last"])
    if any((arm, wave) in few for arm in arms for wave in waves):
        return row | dict.fromkeys(_MOVES, np.nan) | {"status": "too_few", "reason": "too_few"}
    moves = {
        arm: means[row["scale"], arm, waves[1]] - means[row["scale"], arm, waves[0]] for arm in arms
    }
    half = -_down(np.array((row["lower"] - row["upper"]) / 2), 10.0**-policy.score_decimals)
    value = moves["programme"] - moves["comparator"]
    found = moves | {"value": value, "lower": value - half, "upper": value + half}
    return row | {name: float(np.round(number, 10)) for name, number in found.items()}


def _down(values: pd.Series | np.ndarray, step: float) -> pd.Series | np.ndarray:
    return np.round(np.floor(np.round(values / step, 9)) * step, 10)
