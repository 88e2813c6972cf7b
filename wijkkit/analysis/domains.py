"""Proportions, means, totals and quantiles of every group at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wijkkit.analysis.cells import counted, sample_of
from wijkkit.analysis.division import columns_of, grouped, keyed
from wijkkit.analysis.outcome import Outcome
from wijkkit.estimates.grid import SCALE, wave_columns
from wijkkit.estimates.layout import asked_rows
from wijkkit.tables import ESTIMATE_COLUMNS

if TYPE_CHECKING:
    from wijkkit.analysis.people import People


def domain_rows(
    people: People,
    outcome: Outcome,
    by: list[str],
    estimator: Callable[..., pd.DataFrame],
    unit: str,
    **options: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of a result and its cells: one estimate per group of `by` and wave.

    Parameters
    ----------
    unit : str
        Of the values: ``percent``, ``score`` or ``count``.
    """
    study, frame = people.study, people.frame
    columns, rows = _estimated(frame, outcome, by, estimator, options)
    scale = SCALE.get(unit, 1.0)
    numbers = {name: rows[name] * scale for name in ("value", "se", "lower", "upper")}
    rows = keyed(study, rows.assign(**numbers), columns, outcome.key, people.chosen)
    there = rows["n"] > 0
    group_by, group = grouped(study, frame, columns, people.chosen)
    sample = sample_of(people, outcome, group_by, group)
    cells = counted(rows.assign(row=range(len(rows))), sample)
    rows = rows.assign(
        x=cells["x"].to_numpy()[: len(rows)],
        unit=unit,
        method=np.where(rows["reason"].eq(""), rows["method"], "no_interval:" + rows["reason"]),
        source="survey",
        status=np.where(there, "ok", _absent(frame, outcome, columns, rows)),
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


def _absent(
    frame: pd.DataFrame, outcome: Outcome, columns: list[str], rows: pd.DataFrame
) -> np.ndarray:
    """Return why a row without answers has none: nobody in it was asked, or nobody answered."""
    asked = frame.loc[asked_rows(frame, outcome), columns].drop_duplicates()
    known = rows[columns].merge(asked, on=columns, how="left", indicator=True)["_merge"]
    return np.where(known.eq("both"), "missing", "not_asked")
