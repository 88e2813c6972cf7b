"""The verdict on one explanation: on which side of its threshold what is known lies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Any, Literal

#: ``plays``: beyond the threshold; ``within``: on the other side of it; ``undecided``: too near.
Code = Literal["plays", "undecided", "within", "cannot_be_judged"]
Fields = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an explanation may play a part, and what that rests on.

    Parameters
    ----------
    code : {"plays", "undecided", "within", "cannot_be_judged"}
        ``within`` is no proof that it plays none: the figure does not pass the threshold.
    evidence : str
        Key of the sentence in ``explanations.evidence``.
    fields : dict
        Its numbers and names.
    """

    code: Code
    evidence: str
    fields: Mapping[str, Any]


def not_judged(evidence: str = "none", **fields: float | str) -> Verdict:
    """Return the verdict that the data say nothing."""
    return Verdict("cannot_be_judged", evidence, fields)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A chosen threshold, and the band around it in which nothing is decided.

    Parameters
    ----------
    limit : float
    band : float
        Half width of the band as a share of the limit.
    above : bool
        Whether a value from the limit on plays a part, or one below it.
    most : float
        Largest possible value: reaching it is never undecided where `above` is false.

    Examples
    --------
    >>> half = Threshold(0.5, 0.2)
    >>> half.side(0.7), half.side(0.45), half.side(0.3)
    ('plays', 'undecided', 'within')
    >>> Threshold(0.8, 0.2, above=False, most=1.0).side(1.0)
    'within'
    """

    limit: float
    band: float
    above: bool = True
    most: float = inf

    def side(self, lowest: float, highest: float | None = None) -> Code | None:
        """Return the side of a value, or of all values from `lowest` to `highest`.

        None where these lie on different sides.
        """
        ends = lowest, lowest if highest is None else highest
        sides = {self.of(end) for end in ends}
        return sides.pop() if len(sides) == 1 else None

    def sampled(self, value: float, lower: float, upper: float) -> Code:
        """Return the side of a sample's value: undecided where its interval holds the limit."""
        beyond = lower >= self.limit or upper < self.limit
        return self.of(value) if beyond else "undecided"

    def of(self, value: float) -> Code:
        """Return the side of one value."""
        edge = self.band * abs(self.limit)
        low, high = self.limit - edge, min(self.limit + edge, self.most)
        if low <= value < high:
            return "undecided" if self.band else ("plays" if self.above else "within")
        return "plays" if (value >= high) == self.above else "within"


def median_side(known: Collection[float], of: int, threshold: Threshold) -> Code | None:
    """Return the side of the median of `of` values, None where that is not known.

    The values that are not known may be anything: the answer holds whatever they are.

    Examples
    --------
    >>> full = Threshold(0.8, 0.1, above=False)
    >>> median_side([0.5, 0.6], 3, full), median_side([0.9], 3, full)
    ('plays', None)
    """
    if not known:
        return None
    unknown = max(of - len(known), 0)
    return threshold.side(*(median([*known, *[end] * unknown]) for end in (-inf, inf)))


def share_side(hits: int, known: int, of: int, threshold: Threshold) -> Code | None:
    """Return the side of a share of `of` cases, None where that is not known.

    Examples
    --------
    >>> half = Threshold(0.5, 0.1)
    >>> share_side(3, 3, 4, half), share_side(1, 4, 4, half), share_side(1, 2, 4, half)
    ('plays', 'within', None)
    """
    if not known:
        return None
    return threshold.side(hits / of, (hits + of - known) / of)
