"""Why a number cannot be had: the language-neutral keys that stand in the results."""

from __future__ import annotations

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
