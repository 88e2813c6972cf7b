"""Primary rules: which cells may not be shown for what they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy

#: Why a cell is hidden, in order of precedence.
REASONS = (
    "too_few",
    "large_share",
    "large_count",
    "large_rest",
    "few_inside",
    "few_outside",
    "large_estimate",
    "dominance",
    "stated",
    "earlier",
    "linked",
    "together",
)

#: Reasons of which a reader may be told that the percentage is above the policy's `max_share`.
ABOVE = ("large_share", "large_estimate")


def primary_reasons(cells: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return why each cell may not be shown; empty where it may.

    Of the rules of a small rest and of a large share the wider one gives the reason, so that the
    reason, which is published, leaves at least `min_count` counts open.

    Parameters
    ----------
    cells : DataFrame
        Columns `x` (NaN for scores), `n`, and `largest_share` where the policy has a
        rule of dominance: the share (0-1) of one respondent in the total of the scores.
    policy : Policy

    Returns
    -------
    Series of str
        One of `REASONS` or ``""``, on the index of `cells`.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> cells = pd.DataFrame({"x": [3, 10, 39, 12, 78], "n": [40, 29, 40, 40, 80]})
    >>> primary_reasons(cells, GGD).tolist()
    ['few_inside', 'too_few', 'few_outside', '', 'large_share']
    """
    x, n = cells["x"].to_numpy(float), cells["n"].to_numpy(float)
    # Both are compared as x > n * share, so that 45 of 50 is not above 90 % by a rounding error.
    most = np.round(policy.max_share * n, 9)
    wide = n >= policy.wide_n
    rules = {
        "too_few": n < policy.min_n,
        "large_share": wide & (x > most),
        "large_rest": wide & (n - x > most) & policy.max_share_both,
        "few_inside": x < policy.min_count,
        "few_outside": n - x < policy.min_count,
        "dominance": _dominated(cells, policy),
    }
    return pd.Series(
        np.select(list(rules.values()), list(rules), default=""), index=cells.index, dtype=str
    )


def reasons_by_figure(reasons: np.ndarray, cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Return the reasons, given the percentages as well.

    Weights move a percentage: the share of the respondents may be above `max_share` while the
    percentage is not (``large_count``), and the other way round (``large_estimate``).

    Parameters
    ----------
    reasons : ndarray of str, shape (m,)
    cells : DataFrame
        Columns `value` and `unit`.
    policy : Policy

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> reasons = np.array(["large_share", "large_share", "", ""], object)
    >>> cells = pd.DataFrame({"value": [93, 88, 91, 90.0], "unit": "percent"})
    >>> reasons_by_figure(reasons, cells, GGD).tolist()
    ['large_share', 'large_count', 'large_estimate', '']
    """
    most = 100 * policy.max_share + 1e-9
    above = ((cells["unit"] == "percent") & (cells["value"] > most)).to_numpy()
    now = np.where((reasons == "large_share") & ~above, "large_count", reasons)
    now = np.where((now == "large_count") & above, "large_share", now)
    now = np.where((now == "large_estimate") & ~above, "earlier", now)
    return np.where((now == "") & above, "large_estimate", now)


def _dominated(cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    if policy.max_dominance is None or "largest_share" not in cells:
        return np.zeros(len(cells), bool)
    return cells["largest_share"].to_numpy(float) > policy.max_dominance
