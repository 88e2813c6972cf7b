"""Proportions, means, totals and quantiles of every group at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.analysis.cells import counted, sample_of
from wijkkit.analysis.division import columns_of, grouped, keyed
from wijkkit.analysis.outcome import Outcome
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
    group_by, group = grouped(study, frame, columns, selection)
    sample = sample_of(study, frame, outcome, group_by, group)
    cells = counted(rows.assign(row=range(len(rows))), sample)
    rows = rows.assign(
        x=cells["x"].to_numpy(),
        unit=unit,
        method=np.where(rows["reason"].eq(""), rows["method"], "no_interval:" + rows["reason"]),
        source="survey",
        status=np.where(there, "ok", "missing"),
        step=np.nan,
    )
    found = [*ESTIMATE_COLUMNS, "se", "df", "x"]
    names = dict.fromkeys([*found, *columns])
    table = rows[list(names)].reset_index(drop=True)
    return table, cells


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
