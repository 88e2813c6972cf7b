"""Estimates with more than one weight: per level, indicator or wave, as the codebook's design says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import StudyError
from wijkkit.estimates.grid import Estimates
from wijkkit.study import Study

#: The standard column that weights whatever the design gives no other weight.
MAIN = "weight"
#: The weight of each wave, in the order of the waves.
Weights = tuple[str, ...]


def weights_of(study: Study, indicator: str, area_level: str) -> Weights:
    """Return the column that weights an indicator at a level, per wave; of several the last said."""
    level = "city" if area_level == "city" else "area"
    found = [MAIN] * len(study.waves)
    for choice in study.codebook.design.weights:
        if choice.level in (None, level) and indicator in (choice.indicators or (indicator,)):
            for place, wave in enumerate(study.waves):
                if wave.id in (choice.waves or (wave.id,)):
                    found[place] = choice.weight
    return tuple(found)


def with_weights_of(study: Study, respondents: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Return the respondents with the weight of each wave in the column `weight`.

    Raises
    ------
    StudyError
        A respondent has no weight above 0 in it: then figures of the city and of its wijken
        would be of other people, and together show who the difference is.
    """
    values = respondents[MAIN].to_numpy(dtype=float).copy()
    for wave, weight in zip(study.waves, weights, strict=True):
        rows = respondents["wave"].eq(wave.id).to_numpy()
        values[rows] = respondents.loc[rows, weight].to_numpy(dtype=float)
        wrong = int((~(np.isfinite(values[rows]) & (values[rows] > 0))).sum())
        if wrong:
            raise StudyError(
                "a weight that not every respondent has",
                file="codebook.yml",
                place=f"design.weights, {weight}",
                found=f"{wrong} of {rows.sum()} respondents of wave {wave.id}",
                expected="a weight above 0 for everyone who has the column weight",
                remedy="Leave these respondents out (rows: of the survey in study.yml).",
            )
    return respondents.assign(weight=values)


def table_by_weight(
    study: Study, respondents: pd.DataFrame, made: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Return a table of estimates, each row made with the weights that the design gives it.

    Parameters
    ----------
    made : callable
        Respondents -> a table with ``indicator`` and ``area_level``, the same rows whatever the
        weights are.
    """
    table = made(respondents)
    for rows, people in _others(study, respondents, table):
        table = _taken(table, made(people), rows)
    return table


def grid_by_weight(
    study: Study, respondents: pd.DataFrame, made: Callable[[pd.DataFrame], Estimates]
) -> Estimates:
    """Return the estimates of a grid, each with the weights that the design gives it."""
    grid = made(respondents)
    for rows, people in _others(study, respondents, grid.table):
        other = made(people)
        parts = ("table", "counts", "precision")
        taken = {p: _taken(getattr(grid, p), getattr(other, p), rows) for p in parts}
        grid = replace(grid, **taken)
    return grid


def _others(
    study: Study, respondents: pd.DataFrame, table: pd.DataFrame
) -> Iterator[tuple[NDArray[np.bool_], pd.DataFrame]]:
    """Yield the rows of a table that have other weights, with the respondents weighted so."""
    if not study.codebook.design.weights:
        return
    keys = list(zip(table["indicator"], table["area_level"], strict=True))
    said = {key: weights_of(study, *key) for key in dict.fromkeys(keys)}
    main = (MAIN,) * len(study.waves)
    for weights in sorted(set(said.values()) - {main}):
        rows = np.array([said[key] == weights for key in keys])
        yield rows, with_weights_of(study, respondents, weights)


def _taken(table: pd.DataFrame, other: pd.DataFrame, rows: NDArray[np.bool_]) -> pd.DataFrame:
    return table.mask(pd.Series(rows, index=table.index), other.set_axis(table.index))
