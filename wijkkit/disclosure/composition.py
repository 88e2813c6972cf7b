"""What else in a release adds up: indicators and groups that are made of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A grouping and one of its groups.
Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Composition:
    """Sums that do not follow from areas, or from a grouping that divides everybody.

    Parameters
    ----------
    indicators : mapping
        Indicator -> the indicators whose counts add up to its count.
    groups : mapping
        (grouping, group) -> the (grouping, group) pairs it divides into: a two-way table.

    Examples
    --------
    >>> Composition({"care": ("youth_care", "other_care")}).family("youth_care")
    'care'
    """

    indicators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[Group, tuple[Group, ...]] = field(default_factory=dict)

    def family(self, indicator: str) -> str:
        """Return the name that indicators share which are linked through their parts."""
        joined = {indicator}
        for _ in self.indicators:
            for whole, of in self.indicators.items():
                if not joined.isdisjoint((whole, *of)):
                    joined |= {whole, *of}
        return min((name for name in joined if name in self.indicators), default=indicator)
