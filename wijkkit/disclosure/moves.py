"""Towns near the true one that look the same: children who answer otherwise, alone or in pairs.

If some children of a hidden cell may have answered otherwise without a shown figure moving, nobody
can know that they did not. Two children of a wijk who are alike in every grouping of which a figure
tells (a class) may have changed their answers with each other: of a class with :math:`T` children
that have the answer among :math:`n`, of whom :math:`m` are in the cell, between
:math:`\\max(0, T + m - n)` and :math:`\\min(T, m)` of those in the cell may have it. A child of whom
no figure tells may have answered otherwise alone. These are counts of all cells at once, and no
more than what is open; a program may find more (`towns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.system import cell_places, larger_cells, wijken_of_cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_TINY = 1e-6
#: How many numbers are worked with at once.
_TOGETHER = 500_000


@dataclass(frozen=True, slots=True)
class Proofs:
    """Towns that show how open counts are, each by what children answer otherwise.

    Parameters
    ----------
    cell : (m,) array of int
        The count that each town is of.
    town, atom, gone, come : (f,) array of int
        Of each child who answers otherwise: in which town, of which atom, and its patterns.
    number : (f,) array
        How many such children.
    """

    cell: Ints
    town: Ints
    atom: Ints
    gone: Ints
    come: Ints
    number: Floats


class Moves:
    """What moves of children leave open of a system's counts."""

    def __init__(self, shown: Shown) -> None:
        self.shown, system = shown, shown.system
        cell = cell_places(system)
        # Children come whole; of scores half of what must be able to move is moved at once.
        self._step = 1.0 if system.whole else 0.5
        self._units = np.floor(system.truth / self._step + _TINY) * self._step
        self._groups = np.where(system.groups < 0, system.groups.max(initial=0) + 1, system.groups)
        self._sizes = self._groups.max(axis=0, initial=0) + 1
        self._parents = larger_cells(cell, len(system.rows))
        self._wijk = np.unique(system.wijk, return_inverse=True)[1]
        self.in_wijk = wijken_of_cells(system, self._wijk)
        self._room: Floats | None = None
        self._hidden = np.zeros(len(system.rows), bool)
        self._plus, self._minus = np.zeros((2, len(system.rows)))
        # A place is a group of a grouping in a wijk: of each atom which ones, of each its cells.
        wijken = self._wijk.max(initial=-1) + 1
        start = np.append(0, np.cumsum(wijken * self._sizes))
        self._at = np.stack(
            [
                start[k] + self._wijk * many + self._groups[:, k]
                for k, many in enumerate(self._sizes)
            ]
        )
        self._wijk_at = np.concatenate([np.arange(wijken).repeat(many) for many in self._sizes])
        self._cells = np.full((len(cell), cell.shape[2], start[-1]), -1)
        for question, asked in enumerate(system.asked.T.astype(bool)):
            for slot, at in enumerate(self._at[:, asked]):
                self._cells[:, question, at] = cell[:, slot, question][:, asked]
        self._weight = np.zeros(wijken)
        self._weight[self._wijk] = system.weight
        # The wijk of each cell of one; -1 for a larger area.
        self._home = np.full(len(system.rows), -1)
        there = self._cells[0] >= 0
        self._home[self._cells[0][there]] = np.broadcast_to(self._wijk_at, there.shape)[there]
        # Two patterns that children may exchange, and where the second has what the first has not.
        occur = np.flatnonzero(system.truth.any(axis=0))
        self._pairs = np.array(list(combinations(occur.tolist(), 2)), int).reshape(-1, 2)
        self._turned = np.diff(system.patterns[self._pairs], axis=1)[:, 0]

    def widths(self, multiple: Floats) -> Floats:
        """Return, per cell, a width that its count can surely have; at most what is needed.

        Only wijken in which children have more or less room than when this was last asked are
        looked at.
        """
        wanted = np.where(multiple == 0, self.shown.need, 0.0)
        room = self._rooms(multiple)
        stale = self._touched(room) | ((multiple == 0) & ~self._hidden)
        self._plus[stale], self._minus[stale] = 0.0, 0.0
        self._hidden, self._room = multiple == 0, room
        stale &= wanted > 0
        before = None
        for number in _numbers(wanted[stale].max(initial=0), self.shown.system.whole):
            narrow = stale & (self._plus + self._minus < wanted - _TINY)
            if not narrow.any():
                break
            if before is None or _differ(room, number, before):
                self._widen(room, number, narrow)
            before = number
        return np.minimum(self._plus + self._minus, wanted)

    def _touched(self, room: Floats) -> Mask:
        """Return the cells of wijken in which children have another room than last."""
        if self._room is None:
            return np.ones(len(self._plus), bool)
        # More than must be able to move makes no difference.
        most = self.shown.need.max(initial=0)
        other = (np.minimum(room, most) != np.minimum(self._room, most)).any(axis=(0, 1))
        return np.asarray(self.in_wijk[:, np.unique(self._wijk_at[other])].any(axis=1))

    def _around(self, cells: Mask) -> Ints:
        """Return the atoms of the wijken that these cells are about."""
        wijken = np.zeros(self._wijk.max(initial=-1) + 1, bool)
        wijken[self._home[cells & (self._home >= 0)]] = True
        larger = cells & (self._home < 0)
        if larger.any():
            wijken[self._wijk[self.shown.system.member[larger].indices]] = True
        return np.flatnonzero(wijken[self._wijk])

    def _rooms(self, multiple: Floats) -> Floats:
        """Return how many children of each place may move without any figure telling; (2, J, S).

        To having each answer, and to not having it.
        """
        slack, whole = self.shown.slack(multiple), self.shown.system.whole
        # Children who are there keep a hidden count between none and all of itself.
        free = multiple <= 0
        found = []
        for own, weighted, end in (
            (slack.up, slack.weighted_up, self.shown.to_all),
            (slack.down, slack.weighted_down, self.shown.to_none),
        ):
            room = np.append(np.where(free & end, np.inf, own), np.inf)[self._cells]
            if np.isfinite(weighted).any():
                heavy = np.append(weighted, np.inf)[self._cells] / self._weight[self._wijk_at]
                room = np.minimum(room, np.floor(heavy + _TINY) if whole else heavy)
            found.append(room.min(axis=0))
        return np.stack(found)

    def _told(self, room: Floats, number: float, kinds: Ints, atoms: Ints) -> Mask:
        """Return where so many of the first pattern, or of the other, would be seen; (2, Q, K, N)."""
        tight = (room < number - _TINY).astype(np.float32)
        more, less = ((self._turned[kinds] * way > 0).astype(np.float32) for way in (1, -1))
        seen = [more @ tight[way] + less @ tight[1 - way] > 0 for way in (0, 1)]
        return np.stack(seen)[:, :, self._at[:, atoms]]

    def _has(self, kinds: Ints, atoms: Ints) -> Floats:
        """Return how many children of each pattern were asked what they differ in; (2, Q, N)."""
        asked = self.shown.system.asked[atoms].astype(np.float32)
        unasked = (self._turned[kinds] != 0).astype(np.float32) @ (1 - asked).T > 0
        return np.stack([self._units[atoms][:, one].T * ~unasked for one in self._pairs[kinds].T])

    def _classes(self, told: Mask, slots: Ints, atoms: Ints) -> Ints:
        """Return, per slot and kind, a number of the class of each atom; (S, Q, N).

        Its wijk, and its groups in the other slots where they are told of.
        """
        radix = np.cumprod(np.append(self._wijk.max(initial=0) + 1, self._sizes + 1))
        parts = np.where(told, self._groups[atoms].T + 1, 0) * radix[:-1, None]
        key = self._wijk[atoms] + parts[:, 1:].sum(axis=1) - parts[:, slots].swapaxes(0, 1)
        key += np.arange(len(slots) * len(told)).reshape(len(slots), len(told), 1) * radix[-1]
        return pd.factorize(key.ravel())[0].reshape(key.shape)

    def _widen(self, room: Floats, number: float, narrow: Mask) -> None:
        """Note by how much counts may be larger, and smaller, when at most so many move."""
        system, size = self.shown.system, len(self.shown.system.rows)
        atoms, slots = self._around(narrow), np.unique(system.slot[narrow])
        best = np.zeros((2, *self._cells.shape[1:]))
        asked_for = self._turned[:, np.unique(system.indicator[narrow])].any(axis=1)
        together = max(1, _TOGETHER // max(1, len(self._at) * len(atoms)))
        kinds = np.flatnonzero(asked_for)
        for first in range(0, len(kinds), together):
            some = kinds[first : first + together]
            found = self._exchanged(some, room, number, slots, atoms)
            for kind, both in zip(some, found.swapaxes(0, 1), strict=True):
                for question in np.flatnonzero(self._turned[kind]):
                    ways = both if self._turned[kind, question] > 0 else both[::-1]
                    np.maximum(best[:, question], ways, out=best[:, question])
        sums = np.zeros((2, size))
        there = self._cells[0] >= 0
        sums[:, self._cells[0][there]] = best[:, there]
        for parents in self._parents:
            there = parents >= 0
            for way in (0, 1):
                more = np.bincount(parents[there], sums[way][there], size)
                sums[way] = np.maximum(sums[way], more)
        for kept, found in zip((self._plus, self._minus), sums, strict=True):
            np.maximum(kept, np.minimum(found, number), out=kept)

    def _exchanged(
        self, kinds: Ints, room: Floats, number: float, slots: Ints, atoms: Ints
    ) -> Floats:
        """Return how many children of each place may change two patterns, either way; (2, Q, S)."""
        told, has = self._told(room, number, kinds, atoms), self._has(kinds, atoms)
        shape = (2, len(kinds), self._cells.shape[2])
        alone, at = has * ~told.any(axis=2), self._at[np.ix_(slots, atoms)]
        where = np.arange(2 * len(kinds)).reshape(2, -1, 1, 1) * shape[2] + at
        own = np.broadcast_to(alone[:, :, None], where.shape)
        found = np.bincount(where.ravel(), own.ravel(), np.prod(shape)).reshape(shape)
        slots, at = slots[slots > 0], at[slots > 0]
        if not len(slots):
            return found
        # With others of their class, whose own group is another one.
        many = self._sizes.max()
        group = self._classes(told[0] | told[1], slots, atoms)
        part = (group * many + self._groups[atoms].T[slots][:, None]).ravel()
        size = (group.max(initial=-1) + 1) * many
        free = (has[:, :, None] * ~told[:, :, slots]).swapaxes(1, 2)
        inside = [np.bincount(part, one.ravel(), size) for one in free]
        total = [one.reshape(-1, many).sum(axis=1).repeat(many) for one in inside]
        where = np.zeros(size, np.int64)
        where[part] = (np.arange(len(kinds))[:, None] * shape[2] + at[:, None]).ravel()
        paired = [
            np.bincount(
                where, np.minimum(inside[way], total[1 - way] - inside[1 - way]), found[0].size
            )
            for way in (0, 1)
        ]
        return np.maximum(found, np.reshape(paired, shape))

    def proofs(self, multiple: Floats, cells: Ints) -> Proofs:
        """Return towns in which each of these counts is larger, and smaller, as far as moves go."""
        wanted = np.zeros(len(multiple))
        wanted[cells] = self.shown.need[cells]
        best = np.zeros((2, len(wanted)))
        found: list[Any] = []
        for number in _numbers(wanted.max(initial=0), self.shown.system.whole):
            left = best.sum(axis=0) < wanted - _TINY
            if not left.any():
                break
            rows = self._changes(multiple, number, left)
            every = [rows[np.isin(rows[:, 1], np.flatnonzero(left))]]
            for parents in self._parents:
                larger = rows.copy()
                larger[:, 1] = parents[rows[:, 1]]
                every.append(larger[np.isin(larger[:, 1], np.flatnonzero(left))])
            rows = np.concatenate(every)
            rows = rows[_rank(rows[:, 0] * len(wanted) + rows[:, 1]) < round(number / self._step)]
            for way in (0, 1):
                cell = rows[rows[:, 0] == way, 1]
                moved = self._step * np.bincount(cell, minlength=len(wanted))
                best[way] = np.maximum(best[way], moved)
            key = rows[:, 0] * len(wanted) + rows[:, 1] + 2 * len(found) * len(wanted)
            found.append(np.column_stack([key, rows]))
        rows = np.concatenate([np.zeros((0, 7), np.int64), *found])
        _, first, town = np.unique(rows[:, 0], return_index=True, return_inverse=True)
        paired = rows[:, 4] >= 0
        own = [rows[:, 3], rows[paired, 4]]
        gone, come = rows[:, 5], rows[:, 6]
        return Proofs(
            rows[first, 2],
            np.concatenate([town, town[paired]]),
            np.concatenate(own),
            np.concatenate([gone, come[paired]]),
            np.concatenate([come, gone[paired]]),
            np.full(len(rows) + paired.sum(), self._step),
        )

    def _changes(self, multiple: Floats, number: float, left: Mask) -> Ints:
        """Return who may answer otherwise for each cell of a wijk.

        One row per child: way (0 for a larger count), cell, its atom, the atom of the child that
        answers the other way round (-1 for none), and the patterns it has and would have.
        """
        size, atoms = len(self.shown.system.rows), self._around(left)
        at, wijk = self._at[:, atoms], self._wijk[atoms]
        most, room = round(number / self._step), self._rooms(multiple)
        best, from_ = np.zeros((2, size)), np.full((2, size), -1)
        slots = np.arange(1, len(at))
        blocks: list[Any] = []
        for kind, (one, other) in enumerate(self._pairs):
            told = self._told(room, number, np.array([kind]), atoms)[:, 0]
            units = np.round(self._has(np.array([kind]), atoms)[:, 0] / self._step).astype(np.int64)
            classes = self._classes((told[0] | told[1])[None], slots, atoms)[:, 0]
            moved = np.flatnonzero(self._turned[kind])
            for slot, many in enumerate(self._sizes):
                group, mine = classes[slot - 1] if slot else wijk, at[slot]
                for back in (0, 1):
                    gone, come = (one, other)[:: -1 if back else 1]
                    free = ~told[back], ~told[1 - back][slot]
                    alone = np.repeat(np.arange(len(atoms)), units[back] * free[0].all(axis=0))
                    alone = np.column_stack([alone, np.full(len(alone), -1)])
                    options = [alone[_rank(mine[alone[:, 0]]) < most]]
                    if slot:
                        here = np.repeat(np.arange(len(atoms)), units[back] * free[0][slot])
                        away = np.repeat(np.arange(len(atoms)), units[1 - back] * free[1])
                        pairs = _pairs(here, away, group, self._groups[atoms, slot], many)
                        options.append(pairs[_rank(mine[pairs[:, 0]]) < most])
                    for pairs in options:
                        for question in moved:
                            way = int((self._turned[kind, question] > 0) == bool(back))
                            where = self._cells[0, question][mine[pairs[:, 0]]]
                            number_of = np.bincount(where[where >= 0], minlength=size)
                            better = number_of > best[way]
                            best[way, better] = number_of[better]
                            from_[way, better] = len(blocks)
                            patterns = np.full((len(pairs), 2), (gone, come))
                            back_at = np.where(pairs[:, 1] >= 0, atoms[pairs[:, 1]], -1)
                            rows = [np.full(len(pairs), way), where, atoms[pairs[:, 0]], back_at]
                            blocks.append(np.column_stack([*rows, patterns]))
        kept = [np.zeros((0, 6), np.int64)]
        for rank, block in enumerate(blocks):
            block = block[block[:, 1] >= 0]
            kept.append(block[from_[block[:, 0], block[:, 1]] == rank])
        return np.concatenate(kept)


def _rank(key: Ints) -> Ints:
    """Return how many of the same key come before each."""
    order = np.argsort(key, kind="stable")
    found = np.empty(len(key), np.int64)
    ordered = key[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))[: len(key)]
    length = np.diff(np.append(first, len(key)))
    found[order] = np.arange(len(key)) - np.repeat(first, length)
    return found


def _pairs(here: Ints, away: Ints, group: Ints, part: Ints, many: int) -> Ints:
    """Return children of a cell with others of their class who are not in it; (m, 2)."""
    found = [np.zeros((0, 2), np.int64)]
    for one in range(many):
        mine, others = here[part[here] == one], away[part[away] != one]
        keys = [
            group[own] * (max(len(here), len(away)) + 1) + _rank(group[own])
            for own in (mine, others)
        ]
        _, first, second = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
        found.append(np.column_stack([mine[first], others[second]]))
    return np.concatenate(found)


def _numbers(most: float, whole: bool) -> list[float]:
    """Return how many children are tried to move together, the most first."""
    if not whole:
        return [1.0, 0.5] if most > 0 else []
    return [float(one) for one in range(int(np.ceil(most - _TINY)), 0, -1)]


def _differ(room: Floats, number: float, more: float) -> bool:
    """Return whether there is a place where so many may move, but not more."""
    return bool(((room >= number - _TINY) & (room < more - _TINY)).any())
