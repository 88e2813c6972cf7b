"""Outdoor play, in the three definitions in use.

Definitions and question wordings differ between surveys, which is the largest trap when areas are
compared; a figure therefore always names its definition. Banded answers (less than 30 minutes ...)
become minutes in the codebook, not here.
"""

from __future__ import annotations

import pandas as pd

from wijkkit.indicators.answers import numbers_within

SCHOOL_DAYS, WEEKEND_DAYS = 5, 2
MINUTES_PER_DAY = 24 * 60


def outdoor_play_days(days: pd.Series, minimum_days: int = 6) -> pd.Series:
    """Return whether a child plays outside at least one hour on enough days of the week.

    The definition of the Kindmonitor studies of the Mulier Instituut: 6 or 7 days a week.

    Parameters
    ----------
    days : Series
        Days per week (0-7) with at least one hour of outdoor play.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_play_days(pd.Series([5, 6, None])).tolist()
    [0.0, 1.0, nan]
    """
    days = numbers_within(days, 0, SCHOOL_DAYS + WEEKEND_DAYS)
    return (days >= minimum_days).astype(float).where(days.notna())


def outdoor_minutes_per_week(school_day: pd.Series, weekend_day: pd.Series) -> pd.Series:
    """Return minutes of outdoor play in a week: five school days and two weekend days.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_minutes_per_week(pd.Series([45]), pd.Series([90])).tolist()
    [405.0]
    """
    school, weekend = (
        numbers_within(minutes, 0, MINUTES_PER_DAY) for minutes in (school_day, weekend_day)
    )
    return SCHOOL_DAYS * school + WEEKEND_DAYS * weekend


def outdoor_play_week(
    school_day: pd.Series, weekend_day: pd.Series, more_than_hours: float = 7
) -> pd.Series:
    """Return whether a child plays outside more than a number of hours a week.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_play_week(pd.Series([45, 90]), pd.Series([90, 90])).tolist()
    [0.0, 1.0]
    """
    minutes = outdoor_minutes_per_week(school_day, weekend_day)
    return (minutes > 60 * more_than_hours).astype(float).where(minutes.notna())


def outdoor_play_hours(school_day: pd.Series, weekend_day: pd.Series) -> pd.Series:
    """Return the mean hours of outdoor play per day (a score, as in Buitenspelen in Kaart).

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_play_hours(pd.Series([60]), pd.Series([60])).tolist()
    [1.0]
    """
    return outdoor_minutes_per_week(school_day, weekend_day) / 60 / (SCHOOL_DAYS + WEEKEND_DAYS)
