"""Indicators that rest on one answer: sport, general health, parenting support and the like."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def answer_in(answer: pd.Series, values: Sequence[str | int | float]) -> pd.Series:
    """Return whether an answer is one of `values`; missing where there is no answer.

    Serves sport (member of a club), general health (very good or good) and informal parenting
    support (help from family or friends), whose answers are codes of the codebook.

    Parameters
    ----------
    answer : Series
        Standard values of the codebook.
    values : sequence
        The answers that count.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_in(pd.Series([1, 2, 3, None]), [1, 2]).tolist()
    [1.0, 1.0, 0.0, nan]
    """
    return answer.isin(list(values)).astype(float).where(answer.notna())


def answer_at_least(answer: pd.Series, minimum: float) -> pd.Series:
    """Return whether a number is `minimum` or more; missing where there is none.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_at_least(pd.Series([17.9, 18.0]), 18).tolist()
    [0.0, 1.0]
    """
    answer = answer.astype(float)
    return (answer >= minimum).astype(float).where(answer.notna())


def answer_value(answer: pd.Series) -> pd.Series:
    """Return the answer itself, as a score.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_value(pd.Series([3, 4])).tolist()
    [3.0, 4.0]
    """
    return answer.astype(float)
