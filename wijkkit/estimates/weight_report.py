"""How uneven a set of weights is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError
from wijkkit.showing import ShowsItself

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class WeightReport(ShowsItself):
    """How uneven a set of weights is.

    Parameters
    ----------
    n : int
        Respondents.
    total : float
        Sum of the weights.
    smallest, largest : float
        The extremes, relative to the mean weight.
    design_effect : float
        Kish's: ``1 + cv(weights)**2``, the variance the weights add to that of equal ones.
    effective_n : float
        ``n / design_effect``: the size of the simple sample that is as precise.
    extremes : DataFrame
        The respondents with the largest weights: ``row, weight, relative, share`` of the total.
    """

    n: int
    total: float
    smallest: float
    largest: float
    design_effect: float
    effective_n: float
    extremes: pd.DataFrame = field(repr=False)


def weight_report(weight: Floats, *, largest: int = 10) -> WeightReport:
    r"""Report how uneven weights are.

    Kish's effective number of respondents is :math:`(\sum w)^2 / \sum w^2`.

    Parameters
    ----------
    weight : ndarray of float, shape (n,)
        Positive weights.
    largest : int
        How many of the largest weights to list.

    Returns
    -------
    WeightReport

    References
    ----------
    Kish L (1992). Weighting for unequal Pi. Journal of Official Statistics 8, 183-200.

    Examples
    --------
    >>> report = weight_report(np.array([1.0, 1, 1, 3]))
    >>> report.effective_n, round(report.design_effect, 4), report.largest
    (3.0, 1.3333, 2.0)
    """
    weight = np.asarray(weight, dtype=float)
    if not len(weight) or not (np.isfinite(weight) & (weight > 0)).all():
        raise EstimationError(
            "a weight that is not a positive number", place="weight", expected="numbers above 0"
        )
    total, n = float(weight.sum()), len(weight)
    effective = total**2 / float((weight**2).sum())
    order = np.argsort(-weight, kind="stable")[:largest]
    extremes = pd.DataFrame(
        {
            "row": order,
            "weight": weight[order],
            "relative": weight[order] * n / total,
            "share": weight[order] / total,
        }
    )
    relative = weight * n / total
    return WeightReport(
        n, total, float(relative.min()), float(relative.max()), n / effective, effective, extremes
    )
