"""The words of the pages, and when a number of people has none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy
from wijkkit.language import absence, number, text


def say(key: str, language: str, **fields: object) -> str:
    """Return a message of the pages."""
    return text(f"live.{key}", language, **fields)


def days_word(days: float, language: str) -> str:
    """Return a number of days in words."""
    return say("days", language, n=number(days, language))


def absent(status: str, language: str) -> str:
    """Return the words for a number that is absent."""
    return absence(status, language)


def without_small(counts: np.ndarray, policy: Policy) -> np.ndarray:
    """Return counts of people, absent where they are small; nobody is no small number.

    Absent row by row, so that a total that grows never tells a small number either.

    Examples
    --------
    >>> import numpy as np
    >>> from wijkkit.disclosure.policy import GGD
    >>> without_small(np.array([0.0, 4.0, 5.0]), GGD).tolist()
    [0.0, nan, 5.0]
    """
    return np.where((counts > 0) & (counts < policy.min_count), np.nan, counts)


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
