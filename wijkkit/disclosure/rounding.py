"""What is published of a count: a class of it, and numbers computed from the class alone.

A percentage that is rounded to whole numbers gives the count back wherever n is below 100. So
nothing is computed from the count itself. The n is rounded to a multiple of the policy's base;
the count is moved to the middle of its class; the percentage and its interval follow from those
two, and every class holds several counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wijkkit.disclosure.policy import Policy


@dataclass(frozen=True, slots=True)
class Published:
    """Count classes of m cells; each array has shape (m,).

    Parameters
    ----------
    n : ndarray
        The n that is shown.
    count : ndarray
        Middle of the class of the count, on the scale of the n that is shown; NaN for scores.
    n_low, n_high : ndarray
        Bounds of the n that the shown n leaves open.
    share_low, share_high : ndarray
        Bounds of the share (0-1) that the published percentage leaves open; 0 and 1 for scores.
    limit : ndarray
        Fewest respondents in and outside the category that publishing gives away.
    public : ndarray of bool
        Whether an earlier release published it, so that hiding it protects nothing.
    """

    n: np.ndarray
    count: np.ndarray
    n_low: np.ndarray
    n_high: np.ndarray
    share_low: np.ndarray
    share_high: np.ndarray
    limit: np.ndarray
    public: np.ndarray

    def at(self, cells: np.ndarray) -> Published:
        """Return the values of the cells at these positions."""
        return Published(*(getattr(self, name)[cells] for name in Published.__slots__))


def to_step(values: np.ndarray, step: float) -> np.ndarray:
    """Round to the nearest multiple of `step`, halves upwards.

    Examples
    --------
    >>> to_step(np.array([2.5, 3.24]), 1.0)
    array([3., 3.])
    """
    return np.round(np.floor(np.round(np.asarray(values, float) / step, 9) + 0.5) * step, 10)


def publish(x: np.ndarray, n: np.ndarray, policy: Policy) -> Published:
    """Return the classes of counts `x` among `n`; both of shape (m,), `x` NaN for scores.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> shown = publish(np.array([5.0, 6, 7, 8]), np.full(4, 31.0), GGD)
    >>> shown.n, shown.count
    (array([30., 30., 30., 30.]), array([6., 6., 6., 9.]))
    """
    shown_n = to_step(n, policy.count_base)
    scaled = x / np.where(n > 0, n, 1) * shown_n
    index = _index(scaled, shown_n, policy)
    low, high = _left_open(index, shown_n, policy)
    score = np.isnan(x)
    # What is shown passes the rules, and everybody knows them.
    low = np.maximum(low, 1 - policy.max_share) if policy.max_share_both else low
    high = np.minimum(high, policy.max_share)
    return Published(
        n=shown_n,
        count=np.mean(_edges(index, shown_n, policy), axis=0),
        n_low=shown_n - policy.blur,
        n_high=shown_n + policy.blur,
        share_low=np.where(score, 0.0, low),
        share_high=np.where(score, 1.0, high),
        limit=np.where(score, 0.0, float(policy.min_count)),
        public=np.zeros(len(shown_n), bool),
    )


def _classes(shown_n: np.ndarray, policy: Policy) -> np.ndarray:
    """Return how many classes there are from `min_count` to n - `min_count`."""
    return np.maximum((shown_n - 2 * policy.min_count + 1) // policy.count_class, 1)


def _index(scaled: np.ndarray, shown_n: np.ndarray, policy: Policy) -> np.ndarray:
    first = policy.min_count - 0.5
    return np.clip((scaled - first) // policy.count_class, 0, _classes(shown_n, policy) - 1)


def _edges(index: np.ndarray, shown_n: np.ndarray, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of classes; the last one takes what does not fill another."""
    low = policy.min_count - 0.5 + index * policy.count_class
    last = index == _classes(shown_n, policy) - 1
    return low, np.where(last, shown_n - policy.min_count + 0.5, low + policy.count_class)


def _percent(index: np.ndarray, shown_n: np.ndarray, policy: Policy) -> np.ndarray:
    middle = np.mean(_edges(index, shown_n, policy), axis=0)
    return to_step(100 * middle / np.where(shown_n > 0, shown_n, 1), policy.percent_step)


def _left_open(
    index: np.ndarray, shown_n: np.ndarray, policy: Policy
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of all counts whose percentage is rounded to the same number."""
    n = np.where(shown_n > 0, shown_n, 1)
    percent = _percent(index, shown_n, policy)
    half = policy.percent_step / 2
    middle = policy.min_count + (policy.count_class - 1) / 2
    last = _classes(shown_n, policy) - 1
    first_index, end_index = (
        np.ceil(((percent + side) / 100 * n - middle) / policy.count_class - 1e-9)
        for side in (-half, half)
    )
    from_index = np.clip(np.minimum(first_index, index), 0, last)
    to_index = np.clip(np.maximum(end_index - 1, index), 0, last)
    # The last class is wider than the others, so its middle may be rounded otherwise.
    outside = (to_index == last) & (_percent(last, shown_n, policy) != percent)
    to_index = np.where(outside, np.maximum(to_index - 1, index), to_index)
    low, _ = _edges(from_index, shown_n, policy)
    _, high = _edges(to_index, shown_n, policy)
    share_low, share_high = np.ones(len(n)), np.zeros(len(n))
    for off in range(-policy.blur, policy.blur + 1):
        true_n = np.maximum(np.maximum(shown_n + off, policy.min_n), 1)
        least = np.where(from_index == 0, policy.min_count, np.ceil(low * true_n / n - 1e-9))
        most = np.where(
            to_index == last, true_n - policy.min_count, np.ceil(high * true_n / n - 1e-9) - 1
        )
        share_low = np.minimum(share_low, least / true_n)
        share_high = np.maximum(share_high, most / true_n)
    return share_low, share_high
