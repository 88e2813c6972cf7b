"""What is known of several figures of one wave together: gaps, and comparisons with other areas.

Each says that a sum of figures lies in an interval. That is more than what follows for each figure
by itself (`knowledge.py`): two figures that move at once may leave it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from wijkkit.disclosure.arrays import Floats
from wijkkit.disclosure.knowledge import Relation
from wijkkit.disclosure.loss import STEPS
from wijkkit.disclosure.system import System

#: A sum that its cells do not give to this is not made of them alone.
_SAME = 1e-6
#: A sum of weighted counts that is known: by what each is multiplied, and how far below and above
#: the truth it may be.
Line = tuple[Floats, float, float]


@dataclass(frozen=True, slots=True)
class Lines:
    """Sums of weighted counts that are known: `sums` (L, C), `low` and `high` of each a `Line`."""

    sums: sparse.csr_array
    low: Floats
    high: Floats

    @classmethod
    def of(cls, lines: Iterable[Line], size: int) -> Lines:
        """Return the lines of so many counts that are given one by one."""
        every = list(lines)
        sums = np.array([one[0] for one in every]).reshape(-1, size)
        low, high = np.array([one[1:] for one in every], float).reshape(-1, 2).T
        return cls(sparse.csr_array(sums), low, high)

    def __add__(self, other: Lines) -> Lines:
        sums = sparse.vstack([self.sums, other.sums], format="csr")
        ends = (
            np.append(one, more) for one, more in ((self.low, other.low), (self.high, other.high))
        )
        return Lines(sums, *ends)

    def __len__(self) -> int:
        return len(self.low)


class Differences:
    """The sums of several figures of a system's wave; figures of other waves are known exactly.

    `unit`: What a share of 1 is. `value`: The exact figures of the whole table.
    """

    def __init__(
        self, system: System, unit: float, value: Floats, relations: Iterable[Relation]
    ) -> None:
        place, size = np.full(len(value), -1), len(system.rows)
        place[system.rows] = np.arange(size)
        lines, reach = [np.zeros((0, size))], [np.zeros((len(STEPS), 2, 0))]
        for one in relations:
            if one.scale != "linear":
                continue
            own = (one.at >= 0) & (one.sign != 0) & (place[one.at] >= 0)
            made = (one.sign * value[one.at]).sum(axis=0)
            given = np.isclose(made, one.value, rtol=_SAME, atol=_SAME)
            of = np.flatnonzero((own.sum(axis=0) > 1) & ~np.isnan(one.step) & given)
            line = np.zeros((len(of), size))
            for at, sign, there in zip(one.at[:, of], one.sign[:, of], own[:, of], strict=True):
                line[there, place[at[there]]] += sign[there]
            lines.append(line)
            ends = np.stack([one.ends(step) for step in STEPS])[:, :, of] - one.value[of]
            reach.append(ends)
        every, ends = sparse.csr_array(np.concatenate(lines)), np.concatenate(reach, axis=2)
        self._made_of = (every != 0).astype(float)
        self._lines = sparse.csr_array(every.multiply(unit / system.respondents_weight()))
        self._low, self._high = np.minimum(ends[:, 0], 0.0), np.maximum(ends[:, 1], 0.0)

    def known(self, multiple: Floats) -> Lines:
        """Return what is known where cells are shown in these multiples of their finest step.

        A sum stands in the coarsest step of its cells; where one of them is hidden it is not shown.
        """
        coarser = (self._made_of @ (multiple > step) > 0 for step in STEPS[:-1])
        at, row = sum(coarser, np.zeros(len(self._low[0]), int)), np.arange(len(self._low[0]))
        low, high = self._low[at, row], self._high[at, row]
        shown = self._made_of @ (multiple <= 0) == 0
        shown = np.flatnonzero(shown & (np.isfinite(low) | np.isfinite(high)))
        return Lines(self._lines[shown], low[shown], high[shown])
