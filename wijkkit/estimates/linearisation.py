"""Variance of domain estimates by Taylor linearisation.

An estimate is a smooth function of totals; its variance is that of the total of its influence
values. Everything here works on all domains at once: a domain is an area, wave and group, each
row belongs to one domain or to none, and outside its domain a row's influence is zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wijkkit.estimates.design import Codes, Stage, SurveyDesign, pairs
from wijkkit.estimates.weighting import WeightSet

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """The sampling units and strata of one stage that K domains touch.

    `rows`: The rows that are in a domain. `cell`: The (domain, unit) pair of each of these rows.
    `stratum_cell`: The (domain, stratum) pair of each (domain, unit) pair. `domain`, `stratum`:
    Domain and stratum of each (domain, stratum) pair. `units`: Number of units of each (domain,
    stratum) pair.
    """

    stage: Stage
    rows: Codes
    cell: Codes
    stratum_cell: Codes
    domain: Codes
    stratum: Codes
    units: Codes


@dataclass(frozen=True, slots=True)
class Domains:
    """K domains in a design: which row is in which, and the cells of each stage."""

    code: Codes
    size: int
    design: SurveyDesign
    cells: tuple[Cells, ...]


def domains(code: Codes, size: int, design: SurveyDesign) -> Domains:
    """Lay `size` domains over a design; a row with a negative `code` is in none."""
    rows = np.flatnonzero(code >= 0)
    cells = tuple(_cells(stage, rows, code[rows]) for stage in design.stages)
    return Domains(code, size, design, cells)


def _cells(stage: Stage, rows: Codes, domain: Codes) -> Cells:
    unit = stage.unit[rows]
    if len(stage.stratum_of_unit) == len(stage.unit):
        cell, domain_of, unit_of = np.arange(len(rows)), domain, unit
    else:
        cell, domain_of, unit_of = pairs(domain, unit)
    stratum_cell, of_domain, of_stratum = pairs(domain_of, stage.stratum_of_unit[unit_of])
    units = np.bincount(stratum_cell, minlength=len(of_domain))
    return Cells(stage, rows, cell, stratum_cell, of_domain, of_stratum, units)


def variance(
    influence: Floats, over: Domains, used: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    r"""Return the variance of the total of `influence` in each domain.

    .. math::
        V = \sum_h (1 - f_h)\frac{n_h}{n_h - 1}\sum_{c \in h} (t_{hc} - \bar t_h)^2

    over strata h and units c of the first stage, where units outside the domain have a total
    of zero; later stages add the same, times the sampling fractions of the stages before.

    `influence`: Weighted influence value of every row, zero where not `used`.

    >>> import pandas as pd
    >>> from wijkkit.estimates.design import survey_design
    >>> design = survey_design(pd.DataFrame(index=range(4)))
    >>> over = domains(np.zeros(4, dtype=np.int64), 1, design)
    >>> variance(np.array([-1.0, 1, -1, 1]) / 4, over, np.full(4, True))[0].round(4).tolist()
    [0.3333]
    """
    if (calibrated := over.design.calibrated) is not None:
        return _calibrated_variance(influence, over, used, calibrated)
    total = np.zeros(over.size)
    lonely = np.zeros(over.size, dtype=bool)
    for cells in over.cells:
        added, alone = _stage_variance(influence, cells, over, used)
        total += added
        lonely |= alone
    return total, lonely


def _calibrated_variance(
    influence: Floats, over: Domains, used: NDArray[np.bool_], calibrated: WeightSet
) -> tuple[Floats, NDArray[np.bool_]]:
    """The variance that known margins leave: that of what differs within their cells.

    A domain's influence then reaches rows outside it, so domains are taken one by one.
    """
    plain = replace(over.design, calibrated=None)
    everyone = domains(np.zeros(len(influence), dtype=np.int64), 1, plain)
    total, lonely = np.zeros(over.size), np.zeros(over.size, dtype=bool)
    for domain in range(over.size):
        inside = over.code == domain
        rest = within_margins(np.where(inside, influence, 0.0), calibrated)
        found, alone = variance(rest, everyone, used & inside)
        total[domain], lonely[domain] = found[0], alone[0]
    return total, lonely


def within_margins(influence: Floats, weights: WeightSet) -> Floats:
    """Return influence values minus their mean, per unit of weight, in each margin's cells.

    Several margins are gone through ten times, which is enough for the residual to settle.
    """
    rest = influence
    for _ in range(10 if len(weights.margins) > 1 else 1):
        for cell in weights.margins:
            share = weights.base if len(weights.margins) == 1 else np.ones(len(rest))
            mean = np.bincount(cell, rest / weights.weight * share) / np.bincount(cell, share)
            rest = rest - mean[cell] * weights.weight
    return rest


def sums(code: NDArray, values: NDArray, size: int) -> Floats:
    """Return the sum of the values of each code below `size`."""
    return np.asarray(np.bincount(code, values, minlength=size), dtype=float)


def _stage_variance(
    influence: Floats, cells: Cells, over: Domains, used: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    stage, policy, size = cells.stage, over.design.lonely_psu, over.size
    sampled, kept = stage.sampled[cells.stratum], stage.kept[cells.stratum]
    scale = stage.chance[cells.stratum] * kept
    mean, squares = _spread(influence, cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        added = np.where(sampled > 1, scale * sampled / (sampled - 1) * squares, 0.0)
    single = (sampled == 1) & (kept > 0)
    if not single.any():
        return sums(cells.domain, added, size), np.zeros(size, dtype=bool)
    live = _live(cells, used)
    alone = sums(cells.domain, single & live, size)
    if policy == "adjust":
        added = np.where(single, scale * mean**2, added)
    total = sums(cells.domain, added, size)
    if policy == "average":
        total = total * average_factor(cells, used, size)
    return total, alone > 0


def average_factor(cells: Cells, used: NDArray[np.bool_], size: int) -> Floats:
    """Return how far other strata stand in for lonely ones, (K,): all strata over those not lonely."""
    live = _live(cells, used)
    single = (cells.stage.sampled == 1) & (cells.stage.kept > 0)
    strata = np.bincount(cells.domain, live, minlength=size)
    alone = np.bincount(cells.domain, single[cells.stratum] & live, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(alone > 0, strata / (strata - alone), 1.0)


def _spread(influence: Floats, cells: Cells) -> tuple[Floats, Floats]:
    """Mean and sum of squares of the units' totals, units outside the domain counting as 0."""
    n_pairs = len(cells.domain)
    sampled = cells.stage.sampled[cells.stratum]
    totals = np.bincount(cells.cell, influence[cells.rows], minlength=len(cells.stratum_cell))
    mean = np.bincount(cells.stratum_cell, totals, minlength=n_pairs) / sampled
    deviation = totals - mean[cells.stratum_cell]
    squares = np.bincount(cells.stratum_cell, deviation**2, minlength=n_pairs)
    return mean, squares + (sampled - cells.units) * mean**2


def _live(cells: Cells, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows = cells.stratum_cell[cells.cell]
    return np.bincount(rows, used[cells.rows], minlength=len(cells.domain)) > 0


def units_and_strata(over: Domains, used: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return in how many first-stage units and strata each domain has used rows, shape (K,).

    Their difference is the number of degrees of freedom of the domain.

    >>> import pandas as pd
    >>> from wijkkit.estimates.design import survey_design
    >>> design = survey_design(pd.DataFrame(index=range(4)))
    >>> over = domains(np.array([0, 0, 0, -1]), 1, design)
    >>> [count.tolist() for count in units_and_strata(over, np.full(4, True))]
    [[3.0], [1.0]]
    """
    first = over.cells[0]
    there = np.bincount(first.cell, used[first.rows], minlength=len(first.stratum_cell)) > 0
    units = np.bincount(first.stratum_cell, there, minlength=len(first.domain))
    strata = sums(first.domain, units > 0, over.size)
    return sums(first.domain, units, over.size), strata


# Weighted means of many domains at once, with their design-based standard errors.

#: Variance, relative to the sum of squares of its parts, below which only rounding is left.
NO_SPREAD = 1e-20


@dataclass(frozen=True, slots=True)
class Precision:
    """How precise the estimates of K domains are.

    `se`: Standard error; absent where it cannot be computed. `df`: Units minus strata in the
    domain. `n`: Respondents with an outcome. `reason`: Why there is no interval: ``empty`` (nobody
    answered), ``one_psu`` (all from one sampling unit), ``lonely_psu`` (a stratum with one unit),
    ``no_variation`` (answers or units do not differ: a zero or full cell), ``no_df`` (as many
    strata as units; the standard error is there). Empty where there is an interval.
    """

    se: Floats
    df: Floats
    n: Floats
    reason: NDArray[np.str_]


def precision(
    influence: Floats, parts: Floats, over: Domains, used: NDArray[np.bool_]
) -> Precision:
    """Return how precise the estimates with these influence values are.

    `influence`, `parts`: Weighted influence of every row on the estimate of its domain, and what
    the row adds to the estimate itself; both 0 where not `used`.
    """
    code = np.where(over.code >= 0, over.code, 0)
    n = np.bincount(code, used, minlength=over.size)
    spread, lonely = variance(influence, over, used)
    units, strata = units_and_strata(over, used)
    flat = spread <= NO_SPREAD * np.bincount(code, parts**2, minlength=over.size)
    reason = np.select(
        [n == 0, units == 1, lonely & (over.design.lonely_psu == "absent"), flat, units == strata],
        ["empty", "one_psu", "lonely_psu", "no_variation", "no_df"],
        default="",
    )
    se = np.where((reason == "") | (reason == "no_df"), np.sqrt(spread), np.nan)
    return Precision(se, units - strata, np.asarray(n, dtype=float), reason)


@dataclass(frozen=True, slots=True)
class DomainMeans(Precision):
    """Means of K domains.

    `value`: Weighted mean; absent where nobody answered. `x`: Respondents whose answer is 1,
    unweighted. `influence`: Weighted influence value of each row on the mean of its domain, 0
    outside.
    """

    value: Floats
    x: Floats
    influence: Floats


def domain_means(outcome: Floats, over: Domains) -> DomainMeans:
    r"""Return the weighted mean of `outcome` in each domain.

    The influence of row i on :math:`\bar y_d = \sum_d w_i y_i / \sum_d w_i` is
    :math:`w_i (y_i - \bar y_d) / \sum_d w_i`. Rows without an outcome count as outside every
    domain; their design information is kept.

    `outcome`: 0/1 or a score; ``nan`` where absent.

    >>> import pandas as pd
    >>> from wijkkit.estimates.design import survey_design
    >>> from wijkkit.estimates.linearisation import domains
    >>> design = survey_design(pd.DataFrame(index=range(5)))
    >>> over = domains(np.array([0, 0, 0, 1, 1]), 2, design)
    >>> means = domain_means(np.array([1.0, 0, 1, 1, 1]), over)
    >>> means.value.round(3).tolist(), means.reason.tolist()
    ([0.667, 1.0], ['', 'no_variation'])
    """
    inside = over.code >= 0
    used = inside & ~np.isnan(outcome)
    code = np.where(inside, over.code, 0)
    weight = np.where(used, over.design.weight, 0.0)
    y = np.where(used, outcome, 0.0)
    total = np.bincount(code, weight, minlength=over.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.bincount(code, weight * y, minlength=over.size) / total
        share = np.where(used, weight / total[code], 0.0)
        influence = np.where(used, share * (y - value[code]), 0.0)
    found = precision(influence, share * y, over, used)
    x = np.bincount(code, used & (y == 1), minlength=over.size).astype(float)
    return DomainMeans(found.se, found.df, found.n, found.reason, value, x, influence)
