"""What stays of an estimate: a number with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from wijkkit.errors import EstimationError

#: Reason -> the status a row with it gets; the words for readers are in ``effect.reason``.
STATUS_OF_REASON = {
    "not_asked": "not_asked",
    "no_baseline": "missing",
    "no_outcome": "missing",
    "no_arms": "missing",
    "no_groups": "missing",
    "no_pairs": "missing",
    "no_earlier_wave": "missing",
    "no_covariates": "missing",
    "covariate_missing": "missing",
    "nothing_missing": "missing",
    "no_respondents_known": "missing",
    "empty_cell": "too_few",
    "separation": "too_few",
    "one_cluster_in_an_arm": "too_few",
    "too_few_clusters": "too_few",
    "no_variation": "too_few",
    "not_converged": "missing",
    "modelled_figures": "missing",
}


class NotEstimable(EstimationError):
    """A method cannot give a number for these data.

    `reason` is a key of `STATUS_OF_REASON`.

    Examples
    --------
    >>> NotEstimable("separation").status
    'too_few'
    """

    def __init__(self, reason: str):
        super().__init__(
            f"the effect cannot be estimated: {reason.replace('_', ' ')}",
            remedy="Use another method, or more data.",
        )
        self.reason = reason

    @property
    def status(self) -> str:
        return STATUS_OF_REASON[self.reason]

    def __reduce__(self):
        return (type(self), (self.reason,))


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect on the scale of the model: log odds, a difference in shares, or in score.

    Parameters
    ----------
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


def possible(limits: np.ndarray, scale: str, triple: bool = False) -> np.ndarray:
    """Return limits of a difference, those in points no further than a difference can be.

    Unbounded ones stay: they are what a test without power knows.

    A difference in differences of shares lies between -100 and 100 points whatever the level
    without the programme, a difference between two of these between -200 and 200.

    Examples
    --------
    >>> possible(np.array([-144.0, 138.0]), "points").tolist()
    [-100.0, 100.0]
    """
    most = 200.0 if triple else 100.0
    bounded = np.isfinite(limits) & (scale == "points")
    return np.where(bounded, np.clip(limits, -most, most), limits)


def t_estimate(estimate: float, variance: float, df: float, level: float) -> Estimate:
    """Return an estimate with its t interval and two-sided p-value.

    Parameters
    ----------
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
