"""Small numbers of people, and do not show them."""

from __future__ import annotations

import pandas as pd

from wijkkit.disclosure import Policy


def without_small(counts: pd.Series, policy: Policy) -> pd.Series:
    """Return counts of people, absent where they are small; nobody is no small number.

    Absent row by row, so that a total that grows never tells a small number either.

    Examples
    --------
    >>> import pandas as pd
    >>> from wijkkit.disclosure.policy import GGD
    >>> without_small(pd.Series([0, 4, 5]), GGD).tolist()
    [0.0, nan, 5.0]
    """
    found = counts.astype(float)
    return found.mask(found.gt(0) & found.lt(policy.min_count))


def share_status(part: float, whole: float, policy: Policy) -> str:
    """Return whether a share of people may be shown: ok, hidden, too_few or missing.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> share_status(20, 60, GGD), share_status(3, 60, GGD), share_status(58, 60, GGD)
    ('ok', 'hidden', 'hidden')
    >>> share_status(6, 20, GGD), share_status(0, 0, GGD)
    ('too_few', 'missing')
    """
    if pd.isna(part) or pd.isna(whole) or whole <= 0:
        return "missing"
    if whole < policy.min_n:
        return "too_few"
    small = part < policy.min_count or whole - part < policy.min_count
    return "hidden" if small else "ok"
