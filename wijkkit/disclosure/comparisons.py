"""Release verdicts: an area against the city or comparable wijken, judged by what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from wijkkit.disclosure.derived import combined
from wijkkit.disclosure.release import Release
from wijkkit.estimates.verdict import verdicts

_CELL = ["indicator", "wave", "area_level", "area"]
_COLUMNS = ["indicator", "area", "area_level", "wave", "against", "verdict"]


def release_verdicts(
    comparisons: pd.DataFrame,
    comparable: pd.DataFrame,
    released: Release,
    directions: Mapping[str, Literal["higher", "lower"]],
) -> pd.DataFrame:
    r"""Judge comparisons again by the released numbers, so that verdicts tell nothing more.

    A verdict from exact numbers would say on which side of a threshold a count lies. Here with a
    for the area and r for what it is compared with (the city, or the mean of k comparable wijken)
    the difference :math:`d = a - r` lies between

    .. math::
        d - \sqrt{(a - a_l)^2 + \sum (r_{iu} - r_i)^2 / k^2} \quad\text{and}\quad
        d + \sqrt{(a_u - a)^2 + \sum (r_i - r_{il})^2 / k^2},

    all as shown (Zou & Donner 2008, *Statistics in Medicine* 27). An area and the city that it is
    part of are taken as independent, for the covariance is not published. It is positive, so that
    the interval is too wide rather than too narrow: for an area with a share f of the respondents
    and as large a variance as elsewhere by a factor of :math:`\sqrt{(1 + f) / (1 - f)}`.

    Parameters
    ----------
    comparisons : DataFrame
        ``indicator, area, area_level, wave, against, verdict`` from the exact numbers. Of the
        verdict only is used that there is none (``unknown``).
    comparable : DataFrame
        The comparable wijken of each wijk: ``area, comparable``.
    released : Release
    directions : mapping of str to {"higher", "lower"}
        Which way is better for each indicator.

    Returns
    -------
    DataFrame
        The same rows, judged again; ``unknown`` where one of the numbers is not shown.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> from wijkkit.tables import tidy
    >>> key = {"indicator": "play", "wave": "1", "group": "all", "unit": "percent"}
    >>> table = tidy(pd.DataFrame([
    ...     key | {"area": "a", "area_level": "wijk", "value": 60.0, "lower": 52.0, "upper": 68.0},
    ...     key | {"area": "city", "area_level": "city", "value": 50.0, "lower": 47.0,
    ...            "upper": 53.0}]))
    >>> exact = pd.DataFrame([{"indicator": "play", "area": "a", "area_level": "wijk", "wave": "1",
    ...                        "against": "city", "verdict": "not_distinguishable"}])
    >>> alike = pd.DataFrame({"area": [], "comparable": []})
    >>> out = release_verdicts(exact, alike, Release(table, table[:0], {}, GGD),
    ...                        {"play": "higher"})
    >>> out["verdict"].tolist()
    ['better']
    """
    rows = comparisons.reset_index(drop=True)
    everybody = released.table[released.table["group_by"] == ""]
    parts = _parts(rows, comparable).merge(everybody, on=_CELL, how="left")
    difference, below, above = combined(parts, len(rows))
    # Whole after rounding, so that no side is taken by an error of the last digit.
    lower, upper = (np.round(limit, 9) for limit in (difference - below, difference + above))
    judged = rows["verdict"].astype(object).to_numpy(copy=True)
    for indicator, at in rows.groupby("indicator").indices.items():
        judged[at] = verdicts(lower[at], upper[at], directions[indicator])
    judged[(rows["verdict"] == "unknown").to_numpy()] = "unknown"
    return rows.assign(verdict=judged)[_COLUMNS]


def _parts(rows: pd.DataFrame, comparable: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that each row compares: `row`, its key and its `sign`.

    The sign is 1 for the area and together -1 for what it is compared with.
    """
    own = rows[_CELL].rename_axis("row").reset_index().assign(sign=1.0)
    against_city = (rows["against"] == "city").to_numpy()
    city = own[against_city].assign(area_level="city", area="city", sign=-1.0)
    pairs = comparable[["area", "comparable"]].astype("str")
    alike = own[~against_city].merge(pairs, on="area", how="left")
    alike["sign"] = -1.0 / alike.groupby("row")["area"].transform("size")
    alike = alike.drop(columns="area").rename(columns={"comparable": "area"})
    return pd.concat([own, city, alike], ignore_index=True)
