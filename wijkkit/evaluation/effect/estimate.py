"""One estimate of the effect by one method, and its t interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect on the scale of the model: log odds, a difference in shares, or in score.

    Parameters
    ----------
    estimate, lower, upper, p : float
    df : float
        Degrees of freedom of the reference distribution; absent where there are none.
    floor : float
        Smallest p-value the test can reach with this design; absent where it has no floor.
    """

    estimate: float
    lower: float
    upper: float
    p: float
    df: float = np.nan
    floor: float = np.nan


def t_estimate(estimate: float, variance: float, df: float, level: float) -> Estimate:
    """Return an estimate with its t interval and two-sided p-value.

    Parameters
    ----------
    estimate, variance : float
    df : float
        ``inf`` for the normal distribution.
    level : float
        Confidence level, such as 0.95.

    Examples
    --------
    >>> round(t_estimate(1.0, 0.25, float("inf"), 0.95).p, 4)
    0.0455
    """
    error = float(np.sqrt(variance))
    reach = stats.t.ppf(0.5 + level / 2, df) * error
    p = 2 * stats.t.sf(abs(estimate) / error, df) if error > 0 else np.nan
    return Estimate(estimate, estimate - reach, estimate + reach, float(p), df)
