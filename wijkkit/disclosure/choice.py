"""What a system shows: as much as leaves every hidden count as open as the policy asks.

The losses are tried in their order until all is open, each for what has to do with a count that
is not; then whatever turns out not to be needed is given back, the dearest first.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.cheapest import Cheapest
from wijkkit.disclosure.differences import Differences, Lines
from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.loss import COARSER, ORDER, STEPS, Loss, lost
from wijkkit.disclosure.moves import Moves
from wijkkit.disclosure.system import System
from wijkkit.disclosure.tolerance import at_least
from wijkkit.disclosure.towns import Towns

#: A cell that is neither shown nor to be kept open.
FREE = -np.inf
#: Programs are tried for what moves of children do not show to be open, in systems of fewer
#: unknowns: children of each pattern but one in each atom.
SMALL = 300


class Choice:
    """The choice for one system.

    `first`: By the rules: 1 for a cell that may be shown, 0 for one that may not. `kept`: Cells
    that were published before and stand as they are.
    """

    def __init__(self, shown: Shown, first: Floats, kept: Mask) -> None:
        self.shown, self.first, self._kept = shown, first, kept
        self.moves = Moves(shown)
        self._n = shown.system.respondents()
        self.in_wijk = self.moves.in_wijk
        self._wijken = self.in_wijk.sum(axis=1)
        # Where all answer alike no town is another one.
        unknowns = len(shown.system.size) * (len(shown.system.patterns) - 1)
        self.small = 0 < unknowns < SMALL
        areas = np.unique(shown.system.level + "/" + shown.system.area, return_inverse=True)[1]
        #: A number of each cell's area, of which there is one in a small system; and of its group.
        self._unit = areas * (not self.small)
        parts = np.column_stack([self._unit, shown.system.slot, shown.system.group])
        self._part = np.unique(parts, axis=0, return_inverse=True)[1].ravel()
        self._rooms, need = shown.rooms(STEPS), shown.need.max()
        #: The finest step of each cell with room enough, or with the most where none has; and that
        #: with the most of all: a figure may be at the edge of a coarser step.
        self._roomy, self._widest = (
            np.array(STEPS)[np.minimum(self._rooms, enough).argmax(axis=0)]
            for enough in (need, np.inf)
        )
        # A gebied that is left out for another count's sake is no secret itself.
        self._secret = (first == 0) | (shown.system.level != "gebied")
        self._failed = np.zeros(len(first), int)

    def _loses(self, multiple: Floats, one: float) -> Mask:
        """Return the cells that lose more in this multiple, and have more room there."""
        more = lost(multiple) < lost(one)
        if one:
            now, then = (np.searchsorted(STEPS, size) for size in (multiple, one))
            more &= self._rooms[then] > np.take_along_axis(self._rooms, now[None], axis=0)[0]
        return more

    def narrow(self, multiple: Floats, asked: Ints | None = None) -> Ints:
        """Return the hidden cells whose counts are not open enough.

        `asked`: Cells that may be narrow; all that are hidden where not given.
        """
        narrow = self.secrets(multiple)
        narrow = narrow[~(self.open_by_moves(multiple) | self.beyond_moves)[narrow]]
        narrow = narrow if asked is None else np.intersect1d(narrow, asked)
        if not len(narrow) or not self.small:
            return narrow
        # What was narrow most often is served first.
        found = self.towns.narrow(multiple, narrow[np.argsort(-self._failed[narrow])])
        self._failed[found] += 1
        return found

    def settled(self) -> Floats | None:
        """Return what each cell shows; None where not even the last loss is enough.

        Of a small system the best of three. In the careful one figures of wijken are only hidden
        where that leaves fewer counts to be opened, and those of larger areas come back coarse;
        in the last a program seeks what is cheapest, one count after another.
        """
        start = self.within_wijken()
        ways = [self._settled(start, careful) for careful in (False, True)[: 1 + self.small]]
        ways += [self._cheapest()] if self.small else []
        found = [one for one in ways if one is not None]
        return min(found, key=self._losses, default=None)

    def _cheapest(self) -> Floats | None:
        """Give up what is cheapest for one narrow count after another; None where that fails."""
        multiple, program = self.first, None
        while len(narrow := self.narrow(multiple)):
            program = program or Cheapest(self.towns, self._wijken, self._kept, self._widest)
            after = program.given_up(multiple, narrow[0], self.towns.enough[False][narrow[0]])
            if after is None or np.array_equal(after, multiple):
                return None
            multiple = after
        # What came back last may have stood in the way of what is dearer.
        return self._given_back(self._given_back(multiple))

    def _settled(self, multiple: Floats, careful: bool) -> Floats | None:
        narrow = self.narrow(multiple)
        while len(narrow):
            before, (multiple, narrow) = multiple, self._in_order(multiple, narrow, careful)
            if len(narrow) and np.array_equal(before, multiple):
                return None
        multiple = self._given_back(multiple, careful)
        # What came back last may have stood in the way of what is dearer; of linked questions of a
        # large system it takes too long to ask again.
        again = not self.small and len(self.shown.system.indicators) == 1
        return self._given_back(multiple, careful) if again else multiple

    def _losses(self, multiple: Floats) -> tuple[int, int, int]:
        """Return of how many wijken everybody is lost, and how many figures are, or stand coarser."""
        hidden, coarser = multiple == 0, multiple > self.first
        return self.wijken_lost(multiple), int(hidden.sum()), int(coarser.sum())

    def within_wijken(self) -> Floats:
        """Return what must be given up whatever is shown of larger areas: nothing else helps."""
        of_wijk = self.shown.system.level == "wijk"
        multiple = np.where(of_wijk, self.first, FREE)
        multiple, _ = self._in_order(multiple, self.narrow(multiple))
        return np.where(of_wijk, self._given_back(multiple), self.first)

    def wijken_lost(self, multiple: Floats) -> int:
        """Return of how many wijken the figure for everybody is given up."""
        whole = (self.shown.system.level == "wijk") & (self.shown.system.slot == 0)
        return int((whole & (self.first > 0) & (multiple == 0)).sum())

    def _in_order(
        self, multiple: Floats, narrow: Ints, careful: bool = False
    ) -> tuple[Floats, Ints]:
        """Give up one kind of loss after another until all is open, and return what is not."""
        for loss in ORDER:
            if len(narrow):
                given_up, left = self._given_up(loss, multiple, narrow, careful)
                # Each figure of a wijk that is hidden is one more that must be open.
                if loss.larger or not careful or len(left) < len(narrow):
                    multiple, narrow = given_up, left
        return multiple, narrow

    def _given_up(
        self, loss: Loss, multiple: Floats, narrow: Ints, careful: bool
    ) -> tuple[Floats, Ints]:
        system = self.shown.system
        steps = [np.zeros(len(multiple))]
        if loss.multiples == COARSER:
            steps = [self._roomy, self._widest if careful else steps[0] + COARSER[-1]]
        for one in steps:
            which = loss.of(system, self._wijken) & ~self._kept & self._near(narrow, loss)
            which &= lost(multiple) < lost(one)
            if (system.level[which] == "wijk").all():
                multiple, narrow = self._one_by_one(which, multiple, narrow)
            else:
                multiple = np.where(which, one, multiple)
                # To give up more opens; only what is hidden now can be narrow besides.
                asked = np.union1d(narrow, np.flatnonzero(which & (multiple == 0)))
                narrow = self.narrow(multiple, asked)
        return multiple, narrow

    def _one_by_one(self, which: Mask, multiple: Floats, narrow: Ints) -> tuple[Floats, Ints]:
        """Hide cells of wijken, in each wijk those of the same question first, small ones first."""
        area = self.shown.system.area
        while len(narrow):
            left = np.flatnonzero(which & (multiple > 0))
            one_each = narrow[np.unique(self._unit[narrow], return_index=True)[1]]
            next_of = {cell: self._next(cell, left) for cell in one_each}
            found = [(area[cell], one) for cell, one in next_of.items() if one is not None]
            # Another wijk is hidden for the sake of this one only when none can help itself.
            best = [one for home, one in found if area[one] == home]
            best = best or [one for _, one in found[:1]]
            if not best:
                break
            if not self.small:
                best = self._alike(np.array(best), left).tolist()
            multiple = multiple.copy()
            multiple[best] = 0.0
            narrow = self.narrow(multiple, np.union1d(narrow, best))
        return multiple, narrow

    def _alike(self, cells: Ints, left: Ints) -> Ints:
        """Return those of the cells left of the same areas and groups as these."""
        return left[np.isin(self._part[left], self._part[cells])]

    def _next(self, cell: int, left: Ints) -> int | None:
        """Return which of these cells is hidden next for the sake of a narrow one.

        One of the same wijk; else the same group of another, or everybody there.
        """
        slot, group = self.shown.system.slot, self.shown.system.group

        def like(cells: Ints) -> tuple[Mask, Mask]:
            alike = slot[cells] == slot[cell]
            return alike, alike & (group[cells] == group[cell])

        found = left[self._near_to(np.array([cell]))[left]]
        if not len(found):
            found = left[like(left)[1]]
        if not len(found) and self.small:
            # In a small town everybody in any other wijk can hide these children in the end.
            found = left[slot[left] == 0]
        if not len(found):
            return None
        alike, same = like(found)
        return int(found[np.lexsort([self._n[found], ~same, ~alike])[0]])

    def _near_to(self, cells: Ints) -> Mask:
        """Return the cells that share a child's wijk with these."""
        return np.asarray(self.in_wijk[:, self.in_wijk[cells].any(axis=0)].any(axis=1))

    def _near(self, narrow: Ints, loss: Loss) -> Mask:
        """Return the cells that a loss is for: near these, or any that can be left out."""
        # Another wijk of the same arm, gebied or city can hide this one.
        return self._near_to(narrow) | (0.0 in loss.multiples)

    def _given_back(self, multiple: Floats, careful: bool = False) -> Floats:
        """Give back, dearest first, what all hidden counts stay open without."""
        for rank, loss in list(enumerate(ORDER))[::-1]:
            given_up = self._given_up_as(rank, multiple)
            steps = [1.0, *(COARSER if self.small else (self._roomy, COARSER[-1]))]
            if loss.multiples != COARSER:
                # Gebieden of few wijken come last: nothing is made finer after them.
                last = loss is ORDER[0]
                steps = steps[careful and not last :] if loss.larger else steps[:1]
            for less in steps:
                less = np.broadcast_to(less, multiple.shape)
                more = given_up & (lost(multiple) > lost(less))
                multiple = self._restored(multiple, np.flatnonzero(more), less)
        return multiple

    def _given_up_as(self, rank: int, multiple: Floats) -> Mask:
        """Return the cells that are given up by this kind of loss, and by none before it."""
        *before, own = (
            loss.of(self.shown.system, self._wijken) & np.isin(multiple, loss.multiples)
            for loss in ORDER[: rank + 1]
        )
        return (self.first > 0) & own & ~np.any(before, axis=0)

    def more(self, multiple: Floats, cells: Ints, block: bool = True) -> Floats | None:
        """Return a choice that gives up more for these cells; None where there is nothing left.

        Of wijken one figure for each narrow cell, or with `block` all that are near. In a coarser
        step those of the cells' own groups, or all that are near where none is left.
        """
        for loss in ORDER:
            which = loss.of(self.shown.system, self._wijken) & ~self._kept
            which &= self._near(cells, loss)
            left = [
                (one, np.flatnonzero(which & self._loses(multiple, one))) for one in loss.multiples
            ]
            if loss.multiples == COARSER:
                left = [*((one, self._alike(cells, some)) for one, some in left), *left]
            for one, some in left:
                if not one and not block and (self.shown.system.level[some] == "wijk").all():
                    found = (self._next(cell, some) for cell in cells)
                    some = np.array([few for few in found if few is not None], int)
                if len(some):
                    return np.where(np.isin(np.arange(len(which)), some), one, multiple)
        return None

    def keeping(self, cells: Mask) -> Choice:
        """Return the choice in which these cells stand as well, whatever is given up."""
        made = copy(self)
        made._kept = self._kept | cells
        vars(made).pop("beyond_moves", None)  # it depends on what is kept
        return made

    def knowing(self, cells: Ints) -> Choice:
        """Return the same choice for who knows the counts of these cells."""
        return Choice(self.shown.knowing(cells), self.first, self._kept)

    def secrets(self, multiple: Floats) -> Ints:
        """Return the cells whose counts must stay open."""
        return np.flatnonzero((multiple == 0) & self._secret & (self.shown.need > 0))

    def open_by_moves(self, multiple: Floats) -> Mask:
        """Return which hidden counts moves of children alone show to be open enough."""
        return at_least(self.moves.widths(multiple), self.shown.need)

    @cached_property
    def towns(self) -> Towns:
        """The towns of a small system that were found; made when they are first asked for."""
        return Towns(self.shown)

    @cached_property
    def beyond_moves(self) -> Mask:
        """Counts of a large system that no hiding opens by moves: the audit seeks towns for them."""
        return ~(self.small | self.open_by_moves(np.where(self._kept, self.first, 0.0)))

    def _restored(self, multiple: Floats, cells: Ints, less: Floats) -> Floats:
        """Set as many of these cells to `less` as can be: in each area all, or the halves of them.

        Areas of a level have no wijk in common: what is narrow is undone where it is to blame. In a
        large system what follows from them, and no rule hides, may stand as well.
        """
        parts = {one: [cells[self._unit[cells] == one]] for one in np.unique(self._unit[cells])}
        while parts:
            heads = {unit: chunks.pop() for unit, chunks in parts.items()}
            now = np.concatenate(list(heads.values()))
            tried = multiple.copy()
            tried[now] = less[now]
            narrow = self.narrow(tried)
            follows = narrow[(self.first[narrow] > 0) & np.isin(self._unit[narrow], list(heads))]
            if len(follows) and not self.small:
                tried[follows] = less[follows]
                narrow = self.narrow(tried)
            failed = self._to_blame(heads, narrow)
            tried = np.where(np.isin(self._unit, failed), multiple, tried)
            for unit in failed:
                parts[unit] += self._halves(heads[unit])
            multiple = tried
            parts = {unit: chunks for unit, chunks in parts.items() if chunks}
        return multiple

    def _halves(self, cells: Ints) -> list[Ints]:
        """Return halves of cells by group, and those of one group of a wijk in halves.

        Of a larger area of many wijken that takes long and gives hardly any figure back.
        """
        part = self._part[cells]
        if len(groups := np.unique(part)) > 1:
            first = part < groups[(len(groups) + 1) // 2]
            return [cells[~first], cells[first]]
        parted = self.small or (self.shown.system.level[cells] == "wijk").all()
        return np.array_split(cells, 2)[::-1] if parted and len(cells) > 1 else []

    def _to_blame(self, heads: Mapping[int, Ints], narrow: Ints) -> list[int]:
        """Return the areas that have to do with narrow cells; all where none does."""
        if not len(narrow):
            return []
        wijken = self.in_wijk[narrow].any(axis=0)
        found = [unit for unit, cells in heads.items() if self.in_wijk[cells[0], wijken].any()]
        return found or list(heads)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is shown of a system.

    `multiple`: Of the finest step of each cell; 0 where it is hidden. `unit`: What a share of 1 is:
    100 points, or the width of the scale of a score. `slopes`: What these tell of its counts.
    """

    system: System
    wave: str
    choice: Choice
    multiple: Floats
    unit: float
    differences: Differences
    slopes: Lines | None = None

    @property
    def lines(self) -> Lines:
        """What is known of its counts besides the figures."""
        known = self.differences.known(self.multiple)
        return known if self.slopes is None else known + self.slopes
