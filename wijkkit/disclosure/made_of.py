"""What is made of cells and shown beside them: changes, gaps and comparisons tell of the cells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkkit.disclosure.derived import RATIO_STEP, compared_cells, parts_of, signs_of
from wijkkit.disclosure.knowledge import Relation

_SCALES = {"linear": ("points", "score"), "log": ("ratio",), "logit": ("odds_ratio",)}


def relations(
    derived: list[pd.DataFrame],
    comparisons: pd.DataFrame,
    comparable: pd.DataFrame,
    table: pd.DataFrame,
    shown: np.ndarray,
    finest: np.ndarray,
) -> Iterator[Relation]:
    """Yield what a reader is told of the cells besides their own figures.

    Parameters
    ----------
    shown : (m,) array of bool
        Cells that may be shown: a figure is shown where all its cells may be.
    """
    for rows in derived:
        rows = rows[rows["status"].eq("ok")].reset_index(drop=True)
        if rows.empty:
            continue
        at, sign = parts_of(rows, table), signs_of(rows, table)
        for scale, units in _SCALES.items():
            here = rows["unit"].isin(units).to_numpy()
            if here.any():
                yield _relation(rows[here], at[:, here], sign[:, here], scale, shown, finest)
    if len(comparisons):
        rows = comparisons.assign(value=comparisons["difference"]).reset_index(drop=True)
        at, sign = compared_cells(rows, comparable, table)
        yield _relation(rows, at, sign, "linear", shown, finest, coarse=False)


def _relation(
    rows: pd.DataFrame,
    at: np.ndarray,
    sign: np.ndarray,
    scale: str,
    shown: np.ndarray,
    finest: np.ndarray,
    coarse: bool = True,
) -> Relation:
    there = ((at >= 0) & shown[at]).all(axis=0)
    step = np.where(there, finest[at].max(axis=0) if scale == "linear" else RATIO_STEP, np.nan)
    value, lower, upper = (rows[name].to_numpy(float) for name in ("value", "lower", "upper"))
    return Relation(
        at, sign, scale, value, lower, upper, np.where(np.isnan(value), np.nan, step), coarse
    )
