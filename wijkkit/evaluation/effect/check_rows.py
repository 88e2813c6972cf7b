"""The estimate that the checks of assumptions repeat, and its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wijkkit.evaluation.effect.estimate import Estimate, possible
from wijkkit.evaluation.effect.methods import METHODS, RECOMMENDED, Options
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, Sample
from wijkkit.evaluation.effect.target import Scale

Row = dict[str, object]


def recommended(sample: Sample, options: Options) -> Estimate:
    """Return the effect as a difference, by the recommended test."""
    return METHODS[RECOMMENDED](sample, scale_of(sample), options)


def estimate_row(item: str, found: Estimate, n: int, scale: str) -> Row:
    """Return the row of an estimate; shares become percentage points."""
    unit = 100.0 if scale == "points" else 1.0
    lower, upper = possible(unit * np.array([found.lower, found.upper]), scale)
    return {
        "item": item,
        "scale": scale,
        "estimate": unit * found.estimate,
        "lower": float(lower),
        "upper": float(upper),
        "p": found.p,
        "n": n,
        "status": "ok",
        "reason": "",
    }


def scale_of(sample: Sample) -> Scale:
    return "points" if sample.binary else "score"


def guarded_row(item: str, make: Callable[[], Row]) -> Row:
    """Return the row, or the reason why it cannot be had."""
    try:
        return make()
    except NotEstimable as error:
        return {"item": item, "status": error.status, "reason": error.reason}


def kept(arrays: dict[str, Any], rows: Bools) -> dict[str, Any]:
    """Return the arguments of `did` with only these rows."""
    return {
        name: value[rows] if isinstance(value, np.ndarray) else value
        for name, value in arrays.items()
    }
