"""What a system shows: as much as leaves every hidden count as open as the policy asks.

The losses are tried in their order until all is open, each for what has to do with a count that
is not; then whatever turns out not to be needed is given back, the dearest first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wijkkit.disclosure.loss import COARSER, ORDER, Loss
from wijkkit.disclosure.moves import Moves
from wijkkit.disclosure.slack import Shown
from wijkkit.disclosure.system import System
from wijkkit.disclosure.towns import TINY, Towns

Floats = NDArray[np.float64]


#: A cell that is neither shown nor to be kept open.
FREE = -1.0


class Choice:
    """The choice for one system.

    Parameters
    ----------
    shown : Shown
    first : (C,) array
        By the rules: 1 for a cell that may be shown, 0 for one that may not.
    kept : (C,) array of bool
        Cells that were published before and stand as they are.
    """

    def __init__(self, shown: Shown, first: Floats, kept: NDArray[np.bool_]) -> None:
        self.shown, self._first, self._kept = shown, first, kept
        self._moves, self._towns = Moves(shown), None
        self.count = shown.count
        self._wijken = _wijken(shown.system)
        # A gebied that is left out for another count's sake is no secret itself.
        self._secret = (first == 0) | (shown.system.level != "gebied")
        self._failed = np.zeros(len(first), int)

    def narrow(
        self, multiple: Floats, asked: NDArray[np.int64] | None = None, first: bool = False
    ) -> NDArray[np.int64]:
        """Return the hidden cells whose counts are not open enough; with `first` one of them.

        Parameters
        ----------
        multiple : (C,) array
        asked : array of int, optional
            Cells that may be narrow; all that are hidden where not given.
        first : bool
        """
        width = self._moves.widths(multiple)
        narrow = (multiple == 0) & self._secret & (width < self.shown.need - TINY)
        asked = np.flatnonzero(narrow) if asked is None else asked[narrow[asked]]
        if not len(asked):
            return asked
        if self._towns is None:
            self._towns = Towns(self.shown)
        found = self._towns.narrow(multiple, asked[np.argsort(-self._failed[asked])], first)
        self._failed[found] += 1
        return found

    def settled(self) -> Floats | None:
        """Return what each cell shows; None where not even the last loss is enough."""
        multiple = self._within_wijken()
        narrow = self.narrow(multiple)
        for loss in ORDER:
            if not len(narrow):
                break
            multiple, narrow = self._given_up(loss, multiple, narrow)
        if len(narrow):
            return None
        return self._given_back(multiple)

    def _within_wijken(self) -> Floats:
        """Return what must be given up whatever is shown of larger areas: nothing else helps."""
        of_wijk = self.shown.system.level == "wijk"
        multiple = np.where(of_wijk, self._first, FREE)
        narrow = self.narrow(multiple)
        for loss in ORDER:
            if len(narrow) and loss.multiples == (0.0,):
                multiple, narrow = self._given_up(loss, multiple, narrow)
        return np.where(of_wijk, self._given_back(multiple), self._first)

    def _given_up(
        self, loss: Loss, multiple: Floats, narrow: NDArray[np.int64]
    ) -> tuple[Floats, NDArray[np.int64]]:
        system = self.shown.system
        for one in loss.multiples:
            which = loss.of(system, self._wijken) & ~self._kept & self._near(narrow, loss)
            which &= (multiple > 0) & ((multiple < one) | (one == 0))
            if not which.any():
                continue
            if one == 0 and (system.level[which] == "wijk").all():
                multiple, narrow = self._one_by_one(which, multiple, narrow)
            else:
                multiple = np.where(which, one, multiple)
                # To give up more opens; only what is hidden now can be narrow besides.
                asked = np.concatenate([narrow, np.flatnonzero(which & (one == 0))])
                narrow = self.narrow(multiple, asked)
            if not len(narrow):
                break
        return multiple, narrow

    def _one_by_one(
        self, which: NDArray[np.bool_], multiple: Floats, narrow: NDArray[np.int64]
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Hide cells of wijken, those of the same wijk and question first, small ones first."""
        system = self.shown.system
        n = system.respondents()
        while len(narrow):
            cell = narrow[0]
            left = np.flatnonzero(which & (multiple > 0))
            if not len(left):
                break
            area = system.area[left] != system.area[cell]
            slot = system.slot[left] != system.slot[cell]
            group = system.group[left] != system.group[cell]
            order = np.lexsort([n[left], group, slot, area & slot, area])
            best = left[order[0]] if system.slot[cell] else left[np.lexsort([n[left]])[0]]
            multiple = multiple.copy()
            multiple[best] = 0.0
            narrow = self.narrow(multiple, np.append(narrow, best))
        return multiple, narrow

    def _near(self, narrow: NDArray[np.int64], loss: Loss) -> NDArray[np.bool_]:
        """Return the cells that have to do with these: they share a child's wijk with them."""
        system = self.shown.system
        if 0.0 in loss.multiples and loss.what.endswith(("wijken", "whole")):
            # Another wijk of the same arm, gebied or city can hide this one.
            return np.ones(len(system.rows), bool)
        atoms = np.asarray(system.member[narrow].sum(axis=0)).ravel() > 0
        wijken = np.isin(system.wijk, np.unique(system.wijk[atoms]))
        return np.asarray(system.member @ wijken.astype(float)).ravel() > 0

    def _given_back(self, multiple: Floats) -> Floats:
        """Give back, dearest first, what all hidden counts stay open without."""
        for rank in range(len(ORDER) - 1, -1, -1):
            lost = np.flatnonzero(self._rank(multiple) == rank)
            finer = COARSER if ORDER[rank].multiples == COARSER else ()
            if ORDER[rank].multiples == (0.0,) and ORDER[rank].larger:
                finer = COARSER
            for less in (1.0, *finer):
                more = (multiple[lost] > less) | (multiple[lost] == 0)
                multiple = self._halved(multiple, lost[more], less)
        return multiple

    def _rank(self, multiple: Floats) -> NDArray[np.int64]:
        """Return which kind of loss each cell has; -1 for none, or by the rules."""
        rank = np.full(len(multiple), -1)
        for number, loss in enumerate(ORDER):
            lost = loss.of(self.shown.system, self._wijken) & np.isin(multiple, loss.multiples)
            rank = np.where(lost & (rank < 0) & (self._first > 0), number, rank)
        return rank

    def more(self, multiple: Floats, cells: NDArray[np.int64]) -> Floats | None:
        """Return a choice that gives up more for these cells; None where there is nothing left."""
        for loss in ORDER:
            for one in loss.multiples:
                which = loss.of(self.shown.system, self._wijken) & ~self._kept
                which &= self._near(cells, loss)
                which &= (multiple > 0) & ((multiple < one) | (one == 0))
                if which.any():
                    return np.where(which, one, multiple)
        return None

    def secrets(self, multiple: Floats) -> NDArray[np.int64]:
        """Return the cells whose counts must stay open."""
        return np.flatnonzero((multiple == 0) & self._secret & (self.shown.need > 0))

    def needed(self, cells: NDArray[np.int64]) -> Floats:
        """Return how wide the interval of each count must be, in children."""
        return self.shown.need[cells]

    def towns(self, multiple: Floats) -> list[Floats]:
        """Return towns of whole children that look the same, as far as they were needed."""
        secret = self.secrets(multiple)
        if not len(secret):
            return []
        if self._towns is None:
            self._towns = Towns(self.shown)
        self._towns.narrow(multiple, secret, False)
        return self._towns.whole(multiple)

    def open_with(
        self,
        multiple: Floats,
        lines: Sequence[tuple[Floats, float, float]] = (),
        exact: NDArray[np.int64] | None = None,
    ) -> bool:
        """Return whether all stays open when more is known than the figures.

        Parameters
        ----------
        multiple : (C,) array
        lines : sequence of (array, float, float)
            Sums of counts, and how far below and above the truth they may be.
        exact : array of int, optional
            Cells whose counts are known exactly.
        """
        secret = self.secrets(multiple)
        if not len(secret):
            return True
        if exact is not None:
            if len(np.intersect1d(secret, exact)):
                return False
            known = [(np.eye(1, len(multiple), cell)[0], 0.0, 0.0) for cell in exact]
            lines = [*known, *lines]
        if self._towns is None:
            self._towns = Towns(self.shown)
        return not len(self._towns.narrow(multiple, secret, True, lines))

    def narrow_with(self, multiple: Floats, exact: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the other hidden cells that are not open for who knows these counts exactly."""
        rest = np.setdiff1d(self.secrets(multiple), exact)
        if not len(rest):
            return rest
        if self._towns is None:
            self._towns = Towns(self.shown)
        known = [(np.eye(1, len(multiple), cell)[0], 0.0, 0.0) for cell in exact]
        return self._towns.narrow(multiple, rest, False, known)

    def _halved(self, multiple: Floats, lost: NDArray[np.int64], less: float) -> Floats:
        """Set as many of these cells to `less` as can be: all, or else the halves of them."""
        if not len(lost):
            return multiple
        tried = multiple.copy()
        tried[lost] = less
        if not len(self.narrow(tried, first=True)):
            return tried
        if len(lost) == 1:
            return multiple
        middle = len(lost) // 2
        for half in (lost[:middle], lost[middle:]):
            multiple = self._halved(multiple, half, less)
        return multiple


def _wijken(system: System) -> NDArray[np.int64]:
    """Return the number of wijken in each cell's area."""
    pairs = system.member.tocoo()
    row, atom = pairs.coords
    found = np.unique(np.column_stack([row, system.wijk[atom]]), axis=0)
    return np.bincount(found[:, 0], minlength=len(system.rows))
