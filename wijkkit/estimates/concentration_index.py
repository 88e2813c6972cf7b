"""Concentration index: how health is spread over the socio-economic order."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError
from wijkkit.estimates.design import Columns, LonelyPsu, survey_design
from wijkkit.estimates.domain_mean import precision
from wijkkit.estimates.interval import Interval, check_confidence
from wijkkit.estimates.linearisation import domains
from wijkkit.estimates.survey_interval import t_limits
from wijkkit.estimates.survey_mean import outcome_values

Floats = NDArray[np.float64]

#: Which index, see `concentration_index`.
Kind = Literal["absolute", "relative", "wagstaff", "erreygers"]


def concentration_index(
    frame: pd.DataFrame,
    outcome: str,
    rank: str,
    *,
    kind: Kind = "relative",
    bounds: tuple[float, float] | None = None,
    weight: str | None = None,
    strata: Columns = None,
    psu: Columns = None,
    fpc: Columns = None,
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> Interval:
    r"""Return a concentration index with its design-based interval.

    .. math:: A = 2\,\mathrm{cov}_w(y, R) = \frac{2}{W}\sum_i w_i y_i (R_i - \tfrac12),
              \qquad C = A / \mu

    with R the weighted fractional rank (midpoint; equal ranks share theirs) from the least
    advantaged. The standard error is by linearisation of A and of the mean, with the design.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, or one per group with its population as `weight` (then only the
        value holds: groups are no sample).
    outcome : str
        Column of numbers.
    rank : str
        Column that orders from the least to the most advantaged.
    kind : {"relative", "absolute", "wagstaff", "erreygers"}
        C, A, and for bounded outcomes :math:`C\mu(b-a)/((b-\mu)(\mu-a))` and
        :math:`4A/(b-a)`.
    bounds : (float, float), optional
        Smallest and largest possible outcome, needed for the last two: (0, 1) for a proportion.
    weight, strata, psu, fpc, lonely_psu
        The design, see `survey_design`.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Interval
        Above 0 where the outcome is concentrated among the more advantaged. Rows with a missing
        outcome or rank are left out.

    References
    ----------
    Kakwani N, Wagstaff A, van Doorslaer E (1997). Socioeconomic inequalities in health. Journal
    of Econometrics 77, 87-103. Erreygers G (2009). Correcting the concentration index. Journal
    of Health Economics 28, 504-515.

    Examples
    --------
    >>> frame = pd.DataFrame({"ses": [1, 2, 3, 4], "sick": [1.0, 1, 0, 0]})
    >>> concentration_index(frame, "sick", "ses").value
    -0.5
    """
    check_confidence(confidence)
    if kind not in get_args(Kind):
        raise EstimationError(
            "unknown index", place="kind", found=str(kind), expected=", ".join(get_args(Kind))
        )
    if kind in ("wagstaff", "erreygers") and bounds is None:
        raise EstimationError(
            "an index of a bounded outcome without bounds",
            place="bounds",
            expected="the smallest and the largest possible outcome",
            remedy="Give (0, 1) for a proportion.",
        )
    design = survey_design(
        frame, weight=weight, strata=strata, psu=psu, fpc=fpc, lonely_psu=lonely_psu
    )
    y, order = outcome_values(frame, outcome), outcome_values(frame, rank)
    used = ~np.isnan(y + order)
    if not used.any():
        return Interval(np.nan, np.nan, np.nan, confidence, kind)
    w = np.where(used, design.weight, 0.0)
    value, influence = _index(np.where(used, y, 0.0), np.where(used, order, 0.0), w, kind, bounds)
    over = domains(np.zeros(len(frame), dtype=np.int64), 1, design)
    share = w / w.sum()
    found = precision(share * influence, share * np.nan_to_num(y), over, used)
    lower, upper = t_limits(np.array([value]), found.se, found.df, confidence)
    return Interval(float(value), float(lower[0]), float(upper[0]), confidence, kind)


def _index(
    y: Floats, order: Floats, w: Floats, kind: str, bounds: tuple[float, float] | None
) -> tuple[float, Floats]:
    total = w.sum()
    rank, above = _rank_and_above(y, order, w)
    mean = (w * y).sum() / total
    product = (w * y * rank).sum() / total
    absolute = 2 * product - mean
    of_mean = y - mean
    of_absolute = 2 * (y * rank + above - 2 * product) - of_mean
    if kind == "absolute":
        return absolute, of_absolute
    if kind == "relative":
        if mean == 0:
            return np.nan, np.zeros(len(y))
        return absolute / mean, (of_absolute - absolute / mean * of_mean) / mean
    lowest, highest = bounds
    if kind == "erreygers":
        return 4 * absolute / (highest - lowest), 4 * of_absolute / (highest - lowest)
    room = (highest - mean) * (mean - lowest)
    if room == 0:
        return np.nan, np.zeros(len(y))
    value = absolute * (highest - lowest) / room
    slope = (highest - mean) - (mean - lowest)
    return value, (of_absolute * (highest - lowest) - value * slope * of_mean) / room


def _rank_and_above(y: Floats, order: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Fractional rank, and the part of the mean that stands above each row (ties half)."""
    _, level = np.unique(order, return_inverse=True)
    weight = np.bincount(level, w)
    product = np.bincount(level, w * y)
    rank = (np.cumsum(weight) - weight / 2) / weight.sum()
    above = (product.sum() - np.cumsum(product) + product / 2) / weight.sum()
    return rank[level], above[level]
