"""Comparable neighbourhoods: those whose characteristics are nearest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError

#: Part of the characteristics that two wijken must share to be compared at all.
SHARED = 0.8


def comparable_neighbourhoods(
    figures: pd.DataFrame, *, size: int = 5, importance: Mapping[str, float] | None = None
) -> pd.DataFrame:
    r"""Return for each wijk the wijken that are most like it.

    .. math:: d(a, b) = \sqrt{\frac{\sum_j w_j (z_{aj} - z_{bj})^2}{\sum_j w_j}}

    over the characteristics both wijken have, z standardised over all wijken (median and
    1.4826 times the median absolute deviation, so that one extreme wijk does not set the scale).

    Parameters
    ----------
    figures : DataFrame
        One row per wijk (index: its slug), one column per characteristic, missing as ``nan``.
        Use what the programme cannot have changed: income, household size, density.
    size : int
        How many comparable wijken.
    importance : mapping of str to float, optional
        Weight w of each characteristic; 1 by default.

    Returns
    -------
    DataFrame
        ``area, comparable, rank, distance``: `size` rows per wijk, nearest first. A distance of
        1 is one standard deviation on every characteristic. A wijk that shares fewer than 80 %
        of the characteristics with enough others has fewer rows, or none.

    Raises
    ------
    EstimationError
        A wijk is there twice, a characteristic is not numeric or does not vary, or `importance`
        names one that is not there.

    Examples
    --------
    >>> figures = pd.DataFrame({"income": [20.0, 21, 30, 31]}, index=list("abcd"))
    >>> comparable_neighbourhoods(figures, size=1)[["area", "comparable"]].values.tolist()
    [['a', 'b'], ['b', 'a'], ['c', 'd'], ['d', 'c']]
    """
    weight = _checked(figures, importance)
    values = figures.to_numpy(dtype=float)
    z = (values - np.nanmedian(values, axis=0)) / _spread(values)
    there = ~np.isnan(z)
    shared = there[:, None, :] & there[None, :, :]
    apart = np.where(shared, (np.nan_to_num(z)[:, None, :] - np.nan_to_num(z)[None, :, :]) ** 2, 0)
    known = shared @ weight
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.sqrt(apart @ weight / known)
    distance[known < SHARED * weight.sum()] = np.inf
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :size]
    rows = pd.DataFrame(
        {
            "area": np.repeat(figures.index.to_numpy(), nearest.shape[1]),
            "comparable": figures.index.to_numpy()[nearest].ravel(),
            "rank": np.tile(np.arange(1, nearest.shape[1] + 1), len(figures)),
            "distance": np.take_along_axis(distance, nearest, axis=1).ravel(),
        }
    )
    return rows[np.isfinite(rows["distance"])].reset_index(drop=True)


def comparable_map(table: pd.DataFrame) -> dict[str, list[str]]:
    """Return the result of `comparable_neighbourhoods` as wijk -> its comparable wijken.

    Parameters
    ----------
    table : DataFrame
        Columns ``area, comparable``.

    Returns
    -------
    dict[str, list[str]]

    Examples
    --------
    >>> import pandas as pd
    >>> from wijkkit.estimates import comparable_map
    >>> comparable_map(pd.DataFrame({"area": ["a", "a"], "comparable": ["b", "c"], "rank": [1, 2]}))
    {'a': ['b', 'c']}
    """
    return {area: rows["comparable"].tolist() for area, rows in table.groupby("area")}


def _checked(figures: pd.DataFrame, importance: Mapping[str, float] | None) -> np.ndarray:
    importance = dict(importance or {})
    unknown = sorted(set(importance) - set(figures.columns))
    wrong = [c for c in figures if not pd.api.types.is_numeric_dtype(figures[c])]
    flat = [c for c in figures if c not in wrong and figures[c].nunique() < 2]
    twice = figures.index[figures.index.duplicated()].tolist()
    for what, found in (
        ("importance of a characteristic that is not there", unknown),
        ("characteristics that are not numbers", wrong),
        ("characteristics that do not vary", flat),
        ("wijken that are there twice", twice),
    ):
        if found:
            raise EstimationError(what, place="figures", found=", ".join(map(str, found)))
    weight = np.array([float(importance.get(column, 1.0)) for column in figures])
    if not (weight >= 0).all() or not weight.sum() > 0:
        raise EstimationError("importance must not be negative, nor all 0", place="importance")
    return weight


def _spread(values: np.ndarray) -> np.ndarray:
    middle = np.nanmedian(values, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(values - middle), axis=0)
    return np.where(spread > 0, spread, np.nanstd(values, axis=0))
