"""Weighted means of many domains at once, with their design-based standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkkit.estimates.linearisation import Domains, units_and_strata, variance

Floats = NDArray[np.float64]

#: Variance, relative to the sum of squares of its parts, below which only rounding is left.
NO_SPREAD = 1e-20


@dataclass(frozen=True, slots=True)
class Precision:
    """How precise the estimates of K domains are.

    Parameters
    ----------
    se : ndarray of float, shape (K,)
        Standard error; absent where it cannot be computed.
    df : ndarray of float, shape (K,)
        Units minus strata in the domain.
    n : ndarray of float, shape (K,)
        Respondents with an outcome.
    reason : ndarray of str, shape (K,)
        Why there is no interval: ``empty`` (nobody answered), ``one_psu`` (all from one sampling
        unit), ``lonely_psu`` (a stratum with one unit), ``no_variation`` (answers or units do not
        differ: a zero or full cell), ``no_df`` (as many strata as units; the standard error is
        there). Empty where there is an interval.
    """

    se: Floats
    df: Floats
    n: Floats
    reason: NDArray[np.str_]


def precision(
    influence: Floats, parts: Floats, over: Domains, used: NDArray[np.bool_]
) -> Precision:
    """Return how precise the estimates with these influence values are.

    Parameters
    ----------
    influence, parts : ndarray of float, shape (n,)
        Weighted influence of every row on the estimate of its domain, and what the row adds to
        the estimate itself; both 0 where not `used`.
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
class DomainMeans:
    """Means of K domains.

    Parameters
    ----------
    value : ndarray of float, shape (K,)
        Weighted mean; absent where nobody answered.
    se, df, n : ndarray of float, shape (K,)
        As in `Precision`.
    x : ndarray of float, shape (K,)
        Respondents whose answer is 1, unweighted.
    reason : ndarray of str, shape (K,)
        As in `Precision`.
    influence : ndarray of float, shape (n,)
        Weighted influence value of each row on the mean of its domain, 0 outside.
    """

    value: Floats
    se: Floats
    df: Floats
    n: Floats
    x: Floats
    reason: NDArray[np.str_]
    influence: Floats


def domain_means(outcome: Floats, over: Domains) -> DomainMeans:
    r"""Return the weighted mean of `outcome` in each domain.

    The influence of row i on :math:`\bar y_d = \sum_d w_i y_i / \sum_d w_i` is
    :math:`w_i (y_i - \bar y_d) / \sum_d w_i`. Rows without an outcome count as outside every
    domain; their design information is kept.

    Parameters
    ----------
    outcome : ndarray of float, shape (n,)
        0/1 or a score; ``nan`` where absent.

    Examples
    --------
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
    return DomainMeans(value, found.se, found.df, found.n, x, found.reason, influence)
