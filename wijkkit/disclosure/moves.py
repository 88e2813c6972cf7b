"""Towns near the true one that look the same: children who answer otherwise, alone or in pairs.

If some children of a hidden cell may have answered otherwise without a shown figure moving, nobody
can know that they did not. Such towns are found fast; where none is found there may still be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from wijkkit.disclosure.slack import Shown, Slack, levels_of
from wijkkit.disclosure.system import System
from wijkkit.tables import AREA_LEVELS

Floats = NDArray[np.float64]
#: In a system of fewer atoms a child of any wijk may make up for one of another.
_SMALL = 160


@dataclass(frozen=True, slots=True)
class _Places:
    """The cell of each atom by level, slot and indicator (-1 for none), and pairs of atoms."""

    cell: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]


class Moves:
    """What moves of children leave open of a system's counts.

    Parameters
    ----------
    shown : Shown
    """

    def __init__(self, shown: Shown) -> None:
        self.shown, system = shown, shown.system
        self._places = _places(system)
        self._heaviest = _heaviest(system)
        self._kinds = list(permutations(range(len(system.patterns)), 2))

    def widths(self, multiple: Floats) -> Floats:
        """Return, per cell, a width that its count can surely have; at most what is needed."""
        slack = self.shown.slack(multiple)
        up, down = self._rooms(slack)
        size = len(self.shown.need)
        plus, minus = np.zeros(size), np.zeros(size)
        room = {kind: self._room(kind, up, down) for kind in self._kinds}
        for kind in self._kinds:
            self._alone(kind, room[kind], plus, minus)
        if (plus + minus < self.shown.need)[multiple == 0].any():
            for kind in self._kinds:
                self._paired(kind, room[kind], room[kind[::-1]], slack, plus, minus)
        return plus + minus

    def _rooms(self, slack: Slack) -> tuple[Floats, Floats]:
        with np.errstate(invalid="ignore"):
            up = np.minimum(slack.up, slack.weighted_up / self._heaviest)
            down = np.minimum(slack.down, slack.weighted_down / self._heaviest)
        if self.shown.system.whole:
            up, down = np.floor(up), np.floor(down)
        return np.append(up, np.inf), np.append(down, np.inf)

    def _room(self, kind: tuple[int, int], up: Floats, down: Floats) -> Floats:
        """Return how many children of an atom may turn from one pattern to another; (L, K, N)."""
        cell = self._places.cell
        turned = self.shown.system.patterns[kind[1]] - self.shown.system.patterns[kind[0]]
        out = np.full((cell.shape[0], cell.shape[1], cell.shape[3]), np.inf)
        for indicator, way in enumerate(turned):
            if way:
                out = np.minimum(out, (up if way > 0 else down)[cell[:, :, indicator]])
        return out

    def _alone(self, kind: tuple[int, int], room: Floats, plus: Floats, minus: Floats) -> None:
        system, need = self.shown.system, self.shown.need
        most = room.min(axis=(0, 1))
        children = system.truth[:, kind[0]]
        turned = system.patterns[kind[1]] - system.patterns[kind[0]]
        way = turned[system.indicator]
        for number in _numbers(need.max(initial=0), system.whole):
            here = np.where(most >= number, children, 0.0)
            asked = system.asked * here[:, None]
            found = (system.member @ asked)[np.arange(len(way)), system.indicator]
            found = np.minimum(found, number)
            np.maximum(plus, np.where(way > 0, found, 0), out=plus)
            np.maximum(minus, np.where(way < 0, found, 0), out=minus)

    def _paired(
        self,
        kind: tuple[int, int],
        room: Floats,
        back: Floats,
        slack: Slack,
        plus: Floats,
        minus: Floats,
    ) -> None:
        """Let a child of one atom turn one way, and one of another atom turn back."""
        system, places = self.shown.system, self._places
        left, right, cell = places.left, places.right, places.cell
        turned = system.patterns[kind[1]] - system.patterns[kind[0]]
        most = np.minimum(system.truth[left, kind[0]], system.truth[right, kind[1]])
        some = most > 0
        left, right, most = left[some], right[some], most[some]
        moved = np.flatnonzero(turned)
        levels, slots = cell.shape[:2]
        for level in range(levels):
            for slot in range(slots):
                apart = np.zeros(len(left), bool)
                for indicator in moved:
                    own = cell[level, slot, indicator]
                    apart |= own[left] != own[right]
                both = np.minimum(room[level, slot, left], back[level, slot, right])
                most = np.where(apart, np.minimum(most, both), most)
        most = np.minimum(most, self._uneven(left, right, moved, slack))
        most = np.minimum(most, self.shown.need.max(initial=0))
        if system.whole:
            most = np.floor(most)
        for level in range(levels):
            for slot in range(slots):
                for indicator in moved:
                    one, other = (cell[level, slot, indicator, at] for at in (left, right))
                    apart = (one != other) & (most > 0)
                    first, second = (plus, minus) if turned[indicator] > 0 else (minus, plus)
                    for sums, at in ((first, one), (second, other)):
                        use = apart & (at >= 0)
                        np.maximum.at(sums, at[use], most[use])

    def _uneven(
        self, left: NDArray, right: NDArray, moved: NDArray, slack: Slack
    ) -> Floats | float:
        """Return how often two children of unequal weight may do so within what both are in."""
        if not self.shown.uneven.any():
            return np.inf
        cell, weight = self._places.cell, self.shown.system.weight
        room = np.append(np.minimum(slack.weighted_up, slack.weighted_down), np.inf)
        apart = np.abs(weight[left] - weight[right])
        least = np.full(len(left), np.inf)
        for indicator in moved:
            own = cell[:, :, indicator]
            same = own[:, :, left] == own[:, :, right]
            least = np.minimum(least, np.where(same, room[own[:, :, left]], np.inf).min((0, 1)))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(apart > 1e-12, least / apart, np.inf)


def _numbers(most: float, whole: bool) -> list[float]:
    return [float(number) for number in range(1, int(most) + 1)] if whole else [0.5, 1.0]


def _places(system: System) -> _Places:
    levels = levels_of(system)
    shape = (len(AREA_LEVELS), system.groups.shape[1], len(system.indicators), len(system.size))
    cell = np.full(shape, -1)
    member = system.member.tocoo()
    row, atom = member.coords
    cell[levels[row], system.slot[row], system.indicator[row], atom] = row
    # A question that an atom was not asked has no cell for it.
    cell = np.where(system.asked.T[None, None], cell, -1)
    return _Places(cell, *_pairs(system))


def _pairs(system: System) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of atoms: of one wijk, in a small system all; who were asked the same."""
    size = len(system.size)
    group = np.zeros(size, int) if size <= _SMALL else system.wijk
    left, right = [], []
    for one in np.unique(group):
        at = np.flatnonzero(group == one)
        left.append(np.repeat(at, len(at)))
        right.append(np.tile(at, len(at)))
    left, right = np.concatenate(left), np.concatenate(right)
    same = (left != right) & (system.asked[left] == system.asked[right]).all(axis=1)
    return left[same], right[same]


def _heaviest(system: System) -> Floats:
    """Return the largest weight of an atom in each cell."""
    member = system.member.tocoo()
    row, atom = member.coords
    out = np.full(system.member.shape[0], 1e-12)
    np.maximum.at(out, row, system.weight[atom])
    return out
