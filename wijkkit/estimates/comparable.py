"""Comparable neighbourhoods: those whose characteristics are nearest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkkit.estimates.grid import SCALE, Estimates
from wijkkit.estimates.small_area import funnel, small_area
from wijkkit.tables import rows_with, tidy

#: Part of the characteristics that two wijken must share to be compared at all.
SHARED = 0.8


def comparable_neighbourhoods(figures: pd.DataFrame, *, size: int = 5) -> pd.DataFrame:
    r"""Return for each wijk the wijken that are most like it.

    .. math:: d(a, b) = \sqrt{\operatorname{mean}_j (z_{aj} - z_{bj})^2}

    over the characteristics j that both wijken have, z standardised over all wijken (median and
    1.4826 times the median absolute deviation, so that one extreme wijk does not set the scale).

    ``area, comparable, rank, distance``: `size` rows per wijk, nearest first. A distance of 1 is one
    standard deviation on every characteristic. A wijk that shares fewer than 80 % of the
    characteristics with enough others has fewer rows, or none.

    `figures`: One row per wijk (index: its slug), one column per characteristic, missing as
    ``nan``: what the programme cannot have changed, as income, household size, density. Each is a
    number that varies.

    >>> figures = pd.DataFrame({"income": [20.0, 21, 30, 31]}, index=list("abcd"))
    >>> comparable_neighbourhoods(figures, size=1)[["area", "comparable"]].values.tolist()
    [['a', 'b'], ['b', 'a'], ['c', 'd'], ['d', 'c']]
    """
    values = figures.to_numpy(dtype=float)
    z = (values - np.nanmedian(values, axis=0)) / _spread(values)
    apart = (z[:, None, :] - z[None, :, :]) ** 2
    known = (~np.isnan(apart)).sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.sqrt(np.nansum(apart, axis=2) / known)
    distance[known < SHARED * figures.shape[1]] = np.inf
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

    >>> comparable_map(pd.DataFrame({"area": ["a", "a"], "comparable": ["b", "c"]}))
    {'a': ['b', 'c']}
    """
    return {area: rows["comparable"].tolist() for area, rows in table.groupby("area")}


def _spread(values: np.ndarray) -> np.ndarray:
    middle = np.nanmedian(values, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(values - middle), axis=0)
    return np.where(spread > 0, spread, np.nanstd(values, axis=0))


# What the wijken of a city show together: funnel limits and small-area estimates.

#: Columns of a table of funnel limits.
FUNNEL_COLUMNS = tuple(
    "indicator area wave value effective_n target lower95 upper95 lower998 upper998 "
    "dispersion position".split()
)


def estimate_funnel(estimates: Estimates, *, overdispersion: bool = False) -> pd.DataFrame:
    """Return the funnel of the wijken around the city, per indicator and wave.

    Columns `FUNNEL_COLUMNS`, percentages only. The target is the city's value; `effective_n` is n
    divided by the design effect of all wijken together, so that a zero cell has a place too.
    `position` is ``low998, low95, inside, high95, high998`` or ``unknown``; higher is not always
    better. `overdispersion`: Widen the limits where wijken differ more than chance throughout, see
    `funnel`.
    """
    parts = []
    city = rows_with(estimates.table, area_level="city", group_by="")
    city = city.set_index(["indicator", "wave"])["value"]
    for (indicator, wave), rows in _wijken(estimates):
        target = city[(indicator, wave)] / SCALE["percent"]
        size = rows["effective_n"].to_numpy()
        share = rows["value"].to_numpy() / SCALE["percent"]
        if rows["unit"].iloc[0] != "percent" or not 0 < target < 1 or not (size > 0).any():
            continue
        found = funnel(
            np.where(size > 0, share * size, np.nan),
            size,
            target=target,
            multiplier=SCALE["percent"],
            overdispersion=overdispersion,
        )
        parts.append(
            found.areas.drop(columns=["n", "value"]).assign(
                indicator=indicator,
                area=rows["area"].to_numpy(),
                wave=wave,
                value=rows["value"].to_numpy(),
                effective_n=size,
                target=found.target,
                dispersion=found.dispersion,
            )[list(FUNNEL_COLUMNS)]
        )
    if not parts:
        return pd.DataFrame(columns=list(FUNNEL_COLUMNS))
    return pd.concat(parts, ignore_index=True)


def estimate_small_areas(estimates: Estimates, figures: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return model-based estimates of every wijk, per indicator and wave.

    A tidy estimate table with method ``fay-herriot`` and source ``modelled``: never an outcome of
    the effect evaluation. `n` is the number of respondents of the wijk itself, 0 where the estimate
    is the model's alone. Where too few wijken have an estimate for the model, all are ``missing``.

    `figures`: Characteristics of the wijken: one row per wijk (index: its slug), none missing. A
    wijk without a row has no modelled estimate. Without figures wijken are drawn to their mean.
    """
    parts = []
    for _, rows in _wijken(estimates):
        scale = SCALE[rows["unit"].iloc[0]]
        kept = rows if figures is None else rows[rows["area"].isin(figures.index)]
        modelled = _modelled(kept, figures, scale)
        table = rows.assign(
            method="",
            source="modelled",
            n=rows["n"].fillna(0.0),
            status=rows["status"].where(rows["status"].eq("not_asked"), "missing"),
            **dict.fromkeys(["value", "lower", "upper"], np.nan),
        )
        if modelled is not None:
            table.loc[kept.index, ["value", "lower", "upper"]] = modelled * scale
            table.loc[kept.index, ["method", "status"]] = ["fay-herriot", "ok"]
        parts.append(table)
    return tidy(pd.concat(parts, ignore_index=True)) if parts else tidy(estimates.table.iloc[:0])


def _modelled(rows: pd.DataFrame, figures: pd.DataFrame | None, scale: float) -> np.ndarray | None:
    characteristics = None if figures is None else figures.loc[rows["area"]].to_numpy(dtype=float)
    enough = 3 if figures is None else figures.shape[1] + 3
    if ((rows["effective_n"] > 0) & rows["value"].notna()).sum() < enough:
        return None
    value = rows["value"].to_numpy() / scale
    if rows["unit"].iloc[0] == "percent":
        size = rows["effective_n"].fillna(0).to_numpy()
        found = small_area(value, effective_n=size, characteristics=characteristics)
    else:
        se = rows["smooth_se"].fillna(0).to_numpy()
        found = small_area(value, se=se, characteristics=characteristics)
    return found.areas[["value", "lower", "upper"]].to_numpy()


def _wijken(estimates: Estimates) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Rows of the wijken per indicator and wave, with precision pooled over the wijken."""
    table = rows_with(estimates.with_precision(), area_level="wijk", group_by="")
    for key, rows in table.groupby(["indicator", "wave"], sort=False):
        yield key, _pooled(rows)


def _pooled(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["se"].notna()]
    n = known["n"]
    if rows["unit"].iloc[0] == "percent":
        simple = known["value"] * (SCALE["percent"] - known["value"]) / n
        effect = (n * known["se"] ** 2 / simple).sum() / n.sum() if len(known) else np.nan
        return rows.assign(effective_n=rows["n"] / effect, smooth_se=np.nan)
    unit_variance = (n * known["se"] ** 2 * n).sum() / n.sum() if len(known) else np.nan
    return rows.assign(effective_n=rows["n"], smooth_se=np.sqrt(unit_variance / rows["n"]))
