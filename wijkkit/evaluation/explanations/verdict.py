"""The verdict on one explanation, and what can be said when a part is not known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Literal

Code = Literal["plays", "plays_not", "cannot_be_judged"]
Fields = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an explanation plays a part, and what that rests on.

    Parameters
    ----------
    code : {"plays", "plays_not", "cannot_be_judged"}
    evidence : str
        Key of the sentence in ``explanations.evidence``.
    fields : dict
        Its numbers and names.
    """

    code: Code
    evidence: str
    fields: Fields


def judged(plays: bool, evidence: str, **fields: float | str) -> Verdict:
    """Return a verdict from a threshold that was or was not passed.

    Examples
    --------
    >>> judged(True, "period", months=12.0).code
    'plays'
    """
    return Verdict("plays" if plays else "plays_not", evidence, fields)


def not_judged(evidence: str = "none", **fields: float | str) -> Verdict:
    """Return the verdict that the data say nothing."""
    return Verdict("cannot_be_judged", evidence, fields)


def median_below(known: Collection[float], of: int, limit: float) -> bool | None:
    """Return whether the median of `of` values is below a limit, None where that is not known.

    The values that are not known may be anything: the answer holds whatever they are.

    Examples
    --------
    >>> median_below([0.5, 0.6], 3, 0.8), median_below([0.9], 3, 0.8)
    (True, None)
    """
    if not known:
        return None
    unknown = max(of - len(known), 0)
    lowest, highest = (median([*known, *[end] * unknown]) for end in (-inf, inf))
    return True if highest < limit else False if lowest >= limit else None


def share_reaches(hits: int, known: int, of: int, limit: float) -> bool | None:
    """Return whether a share of `of` cases reaches a limit, None where that is not known.

    Examples
    --------
    >>> share_reaches(2, 2, 4, 0.5), share_reaches(1, 4, 4, 0.5), share_reaches(1, 2, 4, 0.5)
    (True, False, None)
    """
    if not known:
        return None
    lowest, highest = hits / of, (hits + of - known) / of
    return True if lowest >= limit else False if highest < limit else None
