"""Proportions, means, totals and quantiles of every group at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.analysis.division import columns_of, keyed
from wijkkit.analysis.outcome import Outcome
from wijkkit.analysis.result import CELL_COLUMNS
from wijkkit.estimates.grid import SCALE, wave_columns
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_COLUMNS


def domain_rows(
    study: Study,
    frame: pd.DataFrame,
    outcome: Outcome,
    by: list[str],
    selection: str,
    estimator: Callable[..., pd.DataFrame],
    unit: str,
    **options: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of a result and its cells: one estimate per group of `by` and wave.

    Parameters
    ----------
    study : Study
    frame : DataFrame
        The chosen respondents, with ``sampled``.
    outcome : Outcome
    by : list of str
    selection : str
        Who was chosen; empty for everybody.
    estimator : callable
        `survey_proportion`, `survey_mean`, `survey_total` or `survey_quantile`.
    unit : str
        Of the values: ``percent``, ``score`` or ``count``.
    **options
        Of the estimator.
    """
    columns, rows = _estimated(frame, outcome, by, estimator, options)
    scale = SCALE.get(unit, 1.0)
    numbers = {name: rows[name] * scale for name in ("value", "se", "lower", "upper")}
    rows = keyed(study, rows.assign(**numbers), columns, outcome.key, selection)
    there = rows["n"] > 0
    rows = rows.assign(
        x=_counted(frame, outcome, columns, rows),
        unit=unit,
        method=np.where(rows["reason"].eq(""), rows["method"], "no_interval:" + rows["reason"]),
        source="survey",
        status=np.where(there, "ok", "missing"),
        step=np.nan,
    )
    found = [*ESTIMATE_COLUMNS, "se", "df", "x"]
    names = dict.fromkeys([*found, *columns])
    table = rows[list(names)].reset_index(drop=True)
    return table, table.assign(row=range(len(table)))[list(CELL_COLUMNS)]


def _estimated(
    frame: pd.DataFrame,
    outcome: Outcome,
    by: list[str],
    estimator: Callable[..., pd.DataFrame],
    options: dict[str, Any],
) -> tuple[list[str], pd.DataFrame]:
    columns = columns_of(by, frame)
    if "wave" not in columns:
        columns = [*columns, "wave"]
    design_frame, design = wave_columns(frame)
    needed = [name for name in dict.fromkeys([outcome.key, *columns]) if name not in design_frame]
    table = design_frame.join(frame[needed])
    return columns, estimator(table, outcome.key, by=columns, **design, **options)


def _counted(
    frame: pd.DataFrame, outcome: Outcome, columns: list[str], rows: pd.DataFrame
) -> pd.Series:
    """Return the unweighted number with the answer in each row; absent for a score."""
    if outcome.unit == "score":
        return pd.Series(np.nan, index=rows.index)
    ones = frame[outcome.key].astype(float).eq(1)
    found = ones.groupby([frame[column] for column in columns], observed=True).sum()
    found.index = found.index.set_names(columns) if len(columns) > 1 else found.index
    keys = pd.MultiIndex.from_frame(rows[columns]) if len(columns) > 1 else rows[columns[0]]
    return pd.Series(found.reindex(keys).to_numpy(float), index=rows.index)
