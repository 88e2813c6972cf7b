"""Covariance of domain estimates with an estimate that contains them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wijkkit.estimates.linearisation import Cells, Domains, average_factor, sums

Floats = NDArray[np.float64]


def covariance_with_all(
    influence: Floats,
    whole: Floats,
    over: Domains,
    everyone: Domains,
    which: NDArray[np.int64],
    used: NDArray[np.bool_],
) -> Floats:
    """Return the covariance of each domain's total of `influence` with that of the whole it is in.

    Parameters
    ----------
    influence, whole : ndarray of float, shape (n,)
        Weighted influence of every row on the estimate of its own domain, and of its whole.
    over, everyone : Domains
        The K domains and the wholes, in one design.
    which : ndarray of int, shape (K,)
        The whole of each domain.
    used : ndarray of bool, shape (n,)
        The rows with an outcome.

    Returns
    -------
    ndarray of float, shape (K,)

    Examples
    --------
    >>> import pandas as pd
    >>> from wijkkit.estimates.design import survey_design
    >>> from wijkkit.estimates.linearisation import domains
    >>> design = survey_design(pd.DataFrame(index=range(4)))
    >>> over = domains(np.zeros(4, dtype=np.int64), 1, design)
    >>> u = np.array([-1.0, 1, -1, 1]) / 4
    >>> covariance_with_all(u, u, over, over, np.zeros(1, int), np.full(4, True)).round(4).tolist()
    [0.3333]
    """
    total = np.zeros(over.size)
    for cells, all_cells in zip(over.cells, everyone.cells, strict=True):
        added = _stage_covariance(influence, whole, cells, over)
        if over.design.lonely_psu == "average":
            # Both variances grow by a factor of their own; the correlation stays what it is.
            own = average_factor(cells, used, over.size)
            wholes = average_factor(all_cells, used, everyone.size)
            added = added * np.sqrt(own * wholes[which])
        total += added
    return total


def _stage_covariance(influence: Floats, whole: Floats, cells: Cells, over: Domains) -> Floats:
    stage, policy = cells.stage, over.design.lonely_psu
    of_unit = np.bincount(stage.unit, whole, minlength=len(stage.stratum_of_unit))
    of_stratum = np.bincount(stage.stratum_of_unit, of_unit, minlength=len(stage.sampled))
    mean_whole = of_stratum / stage.sampled
    unit_of_cell = np.zeros(len(cells.stratum_cell), dtype=np.int64)
    unit_of_cell[cells.cell] = stage.unit[cells.rows]
    totals = np.bincount(cells.cell, influence[cells.rows], minlength=len(cells.stratum_cell))
    deviation = of_unit[unit_of_cell] - mean_whole[stage.stratum_of_unit[unit_of_cell]]
    products = np.bincount(cells.stratum_cell, totals * deviation, minlength=len(cells.domain))
    sampled = stage.sampled[cells.stratum]
    scale = stage.chance[cells.stratum] * stage.kept[cells.stratum]
    with np.errstate(divide="ignore", invalid="ignore"):
        added = np.where(sampled > 1, scale * sampled / (sampled - 1) * products, 0.0)
    if policy == "adjust":
        own = np.bincount(cells.stratum_cell, totals, minlength=len(cells.domain))
        added = np.where(sampled == 1, scale * own * of_stratum[cells.stratum], added)
    return sums(cells.domain, added, over.size)
