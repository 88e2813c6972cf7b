"""Primary rules: which cells may not be shown for what they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy

#: Why a cell is hidden, in order of precedence.
REASONS = (
    "too_few",
    "few_inside",
    "few_outside",
    "large_share",
    "dominance",
    "stated",
    "earlier",
    "linked",
)


def primary_reasons(cells: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return why each cell may not be shown; empty where it may.

    Parameters
    ----------
    cells : DataFrame
        Columns `x` (NaN for scores), `n`, `unit`, and `largest_share` where the policy has a
        rule of dominance: the share (0-1) of one respondent in the total of the scores.
    policy : Policy

    Returns
    -------
    Series of str
        One of `REASONS` or ``""``, on the index of `cells`.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> cells = pd.DataFrame({"x": [3, 10, 39, 12], "n": [40, 29, 40, 40], "unit": "percent"})
    >>> primary_reasons(cells, GGD).tolist()
    ['few_inside', 'too_few', 'few_outside', '']
    """
    x, n = cells["x"].to_numpy(float), cells["n"].to_numpy(float)
    share = x / np.where(n > 0, n, 1)
    large = share > policy.max_share
    if policy.max_share_both:
        large |= 1 - share > policy.max_share
    rules = {
        "too_few": n < policy.min_n,
        "few_inside": x < policy.min_count,
        "few_outside": n - x < policy.min_count,
        "large_share": large,
        "dominance": _dominated(cells, policy),
    }
    return pd.Series(
        np.select(list(rules.values()), list(rules), default=""), index=cells.index, dtype=str
    )


def _dominated(cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    if policy.max_dominance is None or "largest_share" not in cells:
        return np.zeros(len(cells), bool)
    return cells["largest_share"].to_numpy(float) > policy.max_dominance
