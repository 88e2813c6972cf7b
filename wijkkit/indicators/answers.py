"""Indicators that rest on one answer: sport, general health, parenting support and the like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError


def numbers_within(
    answer: pd.Series, lowest: float = -np.inf, highest: float = np.inf
) -> pd.Series:
    """Return answers as numbers, missing as ``nan``.

    Raises
    ------
    EstimationError
        An answer is no number, or outside the range: mostly a code of "don't know" that the
        codebook does not name.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers_within(pd.Series([5, None]), 0, 7).tolist()
    [5.0, nan]
    """
    numbers = pd.to_numeric(answer, errors="coerce").astype(float)
    wrong = answer[answer.notna() & ~numbers.between(lowest, highest)]
    if len(wrong):
        raise EstimationError(
            "an answer that cannot be counted",
            place=f"column '{answer.name}'",
            found=str(wrong.iloc[0]),
            expected="numbers" if np.isinf(highest) else f"numbers from {lowest:g} to {highest:g}",
            remedy="Name it in the column's 'missing' in codebook.yml, or recode it there.",
        )
    return numbers


def answer_in(answer: pd.Series, values: Sequence[str | int | float]) -> pd.Series:
    """Return whether an answer is one of `values`; missing where there is no answer.

    Serves sport (member of a club), general health (very good or good) and informal parenting
    support (help from family or friends), whose answers are codes of the codebook.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_in(pd.Series([1, 2, 3, None]), [1, 2]).tolist()
    [1.0, 1.0, 0.0, nan]
    """
    given = answer.dropna().unique()
    if len(given) and {isinstance(v, str) for v in given}.isdisjoint(
        {isinstance(v, str) for v in values}
    ):
        raise EstimationError(
            "values of another kind than the answers",
            place=f"column '{answer.name}'",
            found=", ".join(map(repr, list(values)[:5])),
            expected=f"such as {given[0]!r}",
            remedy="Write words in quotes and numbers without.",
        )
    return answer.isin(list(values)).astype(float).where(answer.notna())


def answer_at_least(answer: pd.Series, minimum: float) -> pd.Series:
    """Return whether a number is `minimum` or more; missing where there is none.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_at_least(pd.Series([17.9, 18.0]), 18).tolist()
    [0.0, 1.0]
    """
    answer = numbers_within(answer)
    return (answer >= minimum).astype(float).where(answer.notna())


def answer_value(answer: pd.Series) -> pd.Series:
    """Return the answer itself, as a score.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_value(pd.Series([3, 4])).tolist()
    [3.0, 4.0]
    """
    return numbers_within(answer)
