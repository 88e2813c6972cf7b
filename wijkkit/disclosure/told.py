"""What a hidden cell tells all the same: the reason that is published with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wijkkit.disclosure.policy import Policy

#: Reasons of cells that no rule forbids: it is known that they pass all of them.
_PASSING = ("", "linked", "stated", "earlier", "large_estimate")
#: Reasons that say that nearly all respondents are in the category.
_LARGE = ("large_share", "large_count")


@dataclass(frozen=True, slots=True)
class Told:
    """Bounds that reasons leave open of m hidden cells; each array has shape (m,).

    Parameters
    ----------
    n_low, n_high : ndarray
        Bounds of the number of respondents.
    x_low, x_high : ndarray
        Bounds of the count.
    rest_low, rest_high : ndarray
        Bounds of the respondents outside the category.
    share_low, share_high : ndarray
        Bounds of the share (0-1).
    slack : ndarray
        Respondents by which a count may miss the bounds of its share.
    """

    n_low: np.ndarray
    n_high: np.ndarray
    x_low: np.ndarray
    x_high: np.ndarray
    rest_low: np.ndarray
    rest_high: np.ndarray
    share_low: np.ndarray
    share_high: np.ndarray
    slack: np.ndarray

    def at(self, cells: np.ndarray) -> Told:
        """Return the values of the cells at these positions."""
        return Told(*(getattr(self, name)[cells] for name in Told.__slots__))

    def fits(self, x: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Return which counts are within the bounds; those of scores (x is NaN) by their n."""
        inside = (x >= self.x_low) & (x <= self.x_high)
        inside &= (n - x >= self.rest_low) & (n - x <= self.rest_high)
        inside &= x >= self.share_low * n - self.slack - 1e-9
        inside &= x <= self.share_high * n + self.slack + 1e-9
        return (n >= self.n_low) & (n <= self.n_high) & (inside | np.isnan(x))


def told(reasons: np.ndarray, scores: np.ndarray, policy: Policy, slack: np.ndarray) -> Told:
    """Return what reasons tell.

    Parameters
    ----------
    reasons : ndarray of str, shape (m,)
        One of `wijkkit.disclosure.primary.REASONS`; an empty one tells what ``linked`` does.
    scores : ndarray of bool, shape (m,)
        Cells without a count.
    policy : Policy
    slack : ndarray, shape (m,)
        By how many respondents a reason may be off, because it is that of an earlier release.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> reasons = np.array(["few_inside", "large_share", "linked"])
    >>> bounds = told(reasons, np.zeros(3, bool), GGD, np.zeros(3))
    >>> bounds.x_low, bounds.x_high, bounds.share_low
    (array([0., 0., 5.]), array([ 4., inf, inf]), array([0. , 0.9, 0. ]))
    """
    few, small, most = reasons == "too_few", policy.min_count - 1, policy.max_share
    narrow = ["few_outside", "few_inside"] if policy.max_share_both else ["few_outside"]
    n_low = np.where(few | (reasons == "together"), 0.0, policy.min_n)
    n_low = np.where(np.isin(reasons, [*_LARGE, "large_rest"]), policy.wide_n, n_low)
    n_high = np.where(few, policy.min_n - 1, np.inf)
    n_high = np.where(np.isin(reasons, narrow), policy.wide_n - 1, n_high)
    passing = np.isin(reasons, _PASSING)
    least_rest = 1 - most if policy.max_share_both else 0.0

    def where(which: np.ndarray, value: float, other: float) -> np.ndarray:
        return np.where(which & ~scores, value, other)

    return Told(
        n_low=np.maximum(n_low - slack, 0),
        n_high=n_high + slack,
        x_low=np.maximum(where(passing, policy.min_count, 0) - slack, 0),
        x_high=where(reasons == "few_inside", small, np.inf) + slack,
        rest_low=np.maximum(where(passing, policy.min_count, 0) - slack, 0),
        rest_high=where(reasons == "few_outside", small, np.inf) + slack,
        share_low=where(np.isin(reasons, _LARGE), most, where(passing, least_rest, 0)),
        share_high=where(reasons == "large_rest", 1 - most, where(passing, most, 1)),
        slack=slack,
    )
