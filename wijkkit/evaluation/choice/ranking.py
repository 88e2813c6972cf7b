"""Rank candidates on weighted scores, in two ways, and see how firm the ranking is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pymcdm.methods import PROMETHEE_II

from wijkkit.errors import EstimationError


def normalised(weights: np.ndarray) -> np.ndarray:
    """Return `weights` scaled to a sum of one.

    Examples
    --------
    >>> import numpy as np
    >>> normalised(np.array([3, 1])).tolist()
    [0.75, 0.25]
    """
    weights = np.asarray(weights, dtype=float)
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() == 0:
        raise EstimationError(
            "these weights rank nothing",
            found=", ".join(f"{weight:g}" for weight in weights),
            expected="numbers of zero or more, at least one above zero",
            remedy="Give at least one criterion a weight.",
        )
    return weights / weights.sum()


def criterion_flows(scores: np.ndarray, indifference: float, preference: float) -> np.ndarray:
    """Return each candidate's PROMETHEE net flow on each criterion alone.

    The net flow of a candidate is the mean preference for it over the others minus the mean
    preference of the others over it, from -1 to 1. The flow over all criteria is the weighted
    sum of these, so a change of weights needs no new comparison. Preference grows linearly from
    `indifference` to `preference` (the method's criterion type V).

    Parameters
    ----------
    scores : array of float, shape (candidates, criteria)
        From 0 to 1, higher is better.

    Returns
    -------
    array of float, shape (candidates, criteria)

    References
    ----------
    Brans JP, Vincke Ph (1985). A preference ranking organisation method. Management Science
    31(6), 647-656.

    Examples
    --------
    >>> import numpy as np
    >>> criterion_flows(np.array([[1.0], [0.5], [0.0]]), 0.0, 0.5).ravel().tolist()
    [1.0, 0.0, -1.0]
    """
    candidates, criteria = scores.shape
    if candidates < 2:
        return np.zeros(scores.shape)
    columns = []
    for j in range(criteria):
        # An instance serves one call only: it keeps its preference functions in a generator.
        method = PROMETHEE_II("vshape_2", p=[preference], q=[indifference])
        columns.append(method(scores[:, [j]], np.ones(1), np.ones(1), validation=False))
    return np.column_stack(columns)


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks down the first axis, 1 the highest; equal values share the best rank.

    Values that differ by less than 1e-9 are equal: sums in another order must not part them.

    Examples
    --------
    >>> import numpy as np
    >>> ranks(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 2]
    """
    rounded = pd.DataFrame(np.round(np.atleast_2d(values.T).T, 9))
    found = rounded.rank(method="min", ascending=False).to_numpy(dtype=int)
    return found.reshape(values.shape)


def changed_weights(weights: np.ndarray, concentration: float, draws: int, seed: int) -> np.ndarray:
    """Draw weights around `weights`: Dirichlet with mean `weights`; a weight of zero stays zero.

    Returns
    -------
    array of float, shape (criteria, draws)
    """
    drawn = np.zeros((len(weights), draws))
    used = weights > 0
    rng = np.random.default_rng(seed)
    drawn[used] = rng.dirichlet(concentration * weights[used], size=draws).T
    return drawn


def rank_stability(values: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Return how each candidate's rank moves when the weights move.

    Returns
    -------
    DataFrame
        Per candidate ``first`` and ``top_three`` (percentage of the draws) and ``best_rank``,
        ``worst_rank`` (5th and 95th percentile of its rank).
    """
    found = ranks(values @ weights)
    best, worst = np.percentile(found, [5, 95], axis=1, method="nearest")
    return pd.DataFrame(
        {
            "first": 100 * (found == 1).mean(axis=1),
            "top_three": 100 * (found <= 3).mean(axis=1),
            "best_rank": best.astype(int),
            "worst_rank": worst.astype(int),
        }
    )
