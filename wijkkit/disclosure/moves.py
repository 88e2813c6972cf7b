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

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.system import System, cell_places, larger_cells, wijken_of_cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class _Kind:
    """Two patterns that children may exchange.

    Parameters
    ----------
    moved : tuple of int
        Indicators in which they differ.
    turned : tuple of int
        1 where the other pattern has the indicator.
    """

    one: int
    other: int
    moved: tuple[int, ...]
    turned: tuple[int, ...]


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


@dataclass(frozen=True, slots=True)
class _Room:
    """How many children of a group of a wijk may move without any figure telling.

    Parameters
    ----------
    up, down : list of (J, M) array
        Of each slot, by indicator and group of a wijk: to having it, and to not having it.
    """

    up: list[Floats]
    down: list[Floats]

    def differ(self, number: float, more: float) -> bool:
        """Return whether there is a place where so many may move, but not more."""
        return any(
            bool(((one >= number - _TINY) & (one < more - _TINY)).any())
            for one in (*self.up, *self.down)
        )

    def told(self, kind: _Kind, number: float, at: list[Ints]) -> tuple[Mask, Mask]:
        """Return where so many of the first pattern, or of the other, would be seen; (K, N)."""
        seen: tuple[list[Mask], list[Mask]] = ([], [])
        way = np.array(kind.turned)[:, None] > 0
        for up, down, own in zip(self.up, self.down, at, strict=True):
            rooms = up[list(kind.moved)], down[list(kind.moved)]
            for told, one, other in zip(seen, rooms, rooms[::-1], strict=True):
                tight = np.any(np.where(way, one, other) < number - _TINY, axis=0)
                told.append(np.asarray(tight)[own])
        return np.stack(seen[0]), np.stack(seen[1])


class Moves:
    """What moves of children leave open of a system's counts."""

    def __init__(self, shown: Shown) -> None:
        self.shown, system = shown, shown.system
        cell = cell_places(system)
        self._kinds = list(_kinds(system))
        # Children come whole; of scores half of what must be able to move is moved at once.
        self._step = 1.0 if system.whole else 0.5
        self._units = np.floor(system.truth / self._step + _TINY) * self._step
        self._groups = np.where(system.groups < 0, system.groups.max(initial=0) + 1, system.groups)
        self._sizes = self._groups.max(axis=0, initial=0) + 1
        self._parents = larger_cells(cell, len(system.rows))
        self._wijk = np.unique(system.wijk, return_inverse=True)[1]
        self.in_wijk = wijken_of_cells(system, self._wijk)
        self._last = np.full(len(system.rows), np.nan)
        self._plus, self._minus = np.zeros((2, len(system.rows)))
        # Each group of each wijk, per slot: of each atom which one, and its cells by level.
        self._at = [
            self._wijk * many + self._groups[:, slot] for slot, many in enumerate(self._sizes)
        ]
        wijken = self._wijk.max(initial=-1) + 1
        self._cells = []
        for slot, many in enumerate(self._sizes):
            found = np.full((len(cell), cell.shape[2], wijken * many), -1)
            for atoms in system.asked.T.astype(bool):
                there = np.flatnonzero(atoms)
                found[:, :, self._at[slot][there]] = np.maximum(
                    found[:, :, self._at[slot][there]], cell[:, slot][..., there]
                )
            self._cells.append(found)
        self._weight = np.zeros(wijken)
        self._weight[self._wijk] = system.weight
        # The wijk of each cell of one; -1 for a larger area.
        self._home = np.full(len(system.rows), -1)
        for many, own in zip(self._sizes, self._cells, strict=True):
            for one in own[0]:
                self._home[one[one >= 0]] = np.flatnonzero(one >= 0) // many

    def widths(self, multiple: Floats) -> Floats:
        """Return, per cell, a width that its count can surely have; at most what is needed.

        Only wijken of which anything else is shown than when this was last asked are looked at.
        """
        wanted = np.where(multiple == 0, self.shown.need, 0.0)
        again = np.flatnonzero(multiple != self._last)
        touched = self._touched(again)
        stale = (wanted > 0) & touched
        self._plus[touched], self._minus[touched] = 0.0, 0.0
        self._last = multiple.copy()
        if stale.any():
            room = self._room(multiple)
            before = None
            for number in _numbers(wanted[stale].max(initial=0), self.shown.system.whole):
                narrow = stale & (self._plus + self._minus < wanted - _TINY)
                if not narrow.any():
                    break
                if before is None or room.differ(number, before):
                    self._widen(room, number, narrow)
                before = number
        return np.minimum(self._plus + self._minus, wanted)

    def _touched(self, cells: Ints) -> Mask:
        """Return the cells that have a wijk in common with these."""
        wijken = self.in_wijk[cells].any(axis=0)
        return np.asarray(self.in_wijk[:, wijken].any(axis=1))

    def _around(self, cells: Mask) -> Ints:
        """Return the atoms of the wijken that these cells are about."""
        wijken = np.zeros(self._wijk.max(initial=-1) + 1, bool)
        wijken[self._home[cells & (self._home >= 0)]] = True
        larger = cells & (self._home < 0)
        if larger.any():
            wijken[self._wijk[self.shown.system.member[larger].indices]] = True
        return np.flatnonzero(wijken[self._wijk])

    def _room(self, multiple: Floats) -> _Room:
        slack, whole = self.shown.slack(multiple), self.shown.system.whole
        # Children who are there keep a hidden count between none and all of itself.
        free = multiple <= 0
        found: tuple[list[Floats], list[Floats]] = ([], [])
        for rooms, own, weighted, end in (
            (found[0], slack.up, slack.weighted_up, self.shown.to_all),
            (found[1], slack.down, slack.weighted_down, self.shown.to_none),
        ):
            own = np.append(np.where(free & end, np.inf, own), np.inf)
            for many, cell in zip(self._sizes, self._cells, strict=True):
                room = own[cell]
                if np.isfinite(weighted).any():
                    heavy = np.append(weighted, np.inf)[cell] / np.repeat(self._weight, many)
                    room = np.minimum(room, np.floor(heavy + _TINY) if whole else heavy)
                rooms.append(room.min(axis=0))
        return _Room(*found)

    def _classes(self, told: Mask, slots: Iterable[int], atoms: Ints) -> dict[int, Ints]:
        """Return, per slot, a number of the class of each atom: its wijk and its other groups."""
        key, size = self._wijk[atoms].astype(np.int64), self._wijk.max(initial=0) + 1
        parts = {}
        for slot in range(1, len(told)):
            label = np.where(told[slot], self._groups[atoms, slot] + 1, 0)
            parts[slot] = label * size
            size *= self._sizes[slot] + 1
            key = key + parts[slot]
        return {slot: pd.factorize(key - parts[slot])[0] for slot in slots if slot}

    def _widen(self, room: _Room, number: float, narrow: Mask) -> None:
        """Note by how much counts may be larger, and smaller, when at most so many move."""
        system, size = self.shown.system, len(self.shown.system.rows)
        atoms, slots = self._around(narrow), np.unique(system.slot[narrow]).tolist()
        asked_for = set(np.unique(system.indicator[narrow]).tolist())
        at = [own[atoms] for own in self._at]
        best = [np.zeros((2, *cell.shape[1:])) for cell in self._cells]
        for kind in self._kinds:
            if asked_for.intersection(kind.moved):
                self._of_kind(kind, room.told(kind, number, at), slots, atoms, best)
        sums = np.zeros((2, size))
        for cell, found in zip(self._cells, best, strict=True):
            there = cell[0] >= 0
            sums[:, cell[0][there]] = found[:, there]
        for parents in self._parents:
            there = parents >= 0
            for way in (0, 1):
                more = np.bincount(parents[there], sums[way][there], size)
                sums[way] = np.maximum(sums[way], more)
        for kept, found in zip((self._plus, self._minus), sums, strict=True):
            np.maximum(kept, np.minimum(found, number), out=kept)

    def _of_kind(
        self,
        kind: _Kind,
        told: tuple[Mask, Mask],
        slots: list[int],
        atoms: Ints,
        best: list[Floats],
    ) -> None:
        """Note how many children of each group of a wijk may change two patterns, either way."""
        asked = np.asarray(self.shown.system.asked[np.ix_(atoms, np.array(kind.moved))].all(axis=1))
        has = [self._units[atoms, one] * asked for one in (kind.one, kind.other)]
        alone = [one * ~seen.any(axis=0) for one, seen in zip(has, told, strict=True)]
        classes = self._classes(told[0] | told[1], slots, atoms)
        for slot in slots:
            at, groups = self._at[slot][atoms], best[slot].shape[-1]
            both = [np.bincount(at, one, groups) for one in alone]
            if slot:
                free = [one * ~seen[slot] for one, seen in zip(has, told, strict=True)]
                paired = _paired(free, classes[slot], at, self._sizes[slot], groups)
                both = [np.maximum(one, two) for one, two in zip(both, paired, strict=True)]
            for indicator, turned in zip(kind.moved, kind.turned, strict=True):
                for way, found in enumerate(both if turned > 0 else both[::-1]):
                    own = best[slot][way, indicator]
                    np.maximum(own, found, out=own)

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
        system, size = self.shown.system, len(self.shown.system.rows)
        atoms = self._around(left)
        at, wijk = [own[atoms] for own in self._at], self._wijk[atoms]
        most, room = round(number / self._step), self._room(multiple)
        best, from_ = np.zeros((2, size)), np.full((2, size), -1)
        blocks: list[Any] = []
        for kind in self._kinds:
            asked = np.asarray(system.asked[np.ix_(atoms, np.array(kind.moved))].all(axis=1))
            units = np.round(self._units[atoms] / self._step).astype(np.int64) * asked[:, None]
            told = room.told(kind, number, at)
            classes = self._classes(told[0] | told[1], range(len(at)), atoms)
            for slot, many in enumerate(self._sizes):
                group = classes.get(slot, wijk)
                mine = at[slot]
                for back in (0, 1):
                    gone, come = (kind.one, kind.other)[:: -1 if back else 1]
                    free = ~told[back], ~told[1 - back][slot]
                    alone = np.repeat(np.arange(len(atoms)), units[:, gone] * free[0].all(axis=0))
                    alone = np.column_stack([alone, np.full(len(alone), -1)])
                    options = [alone[_rank(mine[alone[:, 0]]) < most]]
                    if slot:
                        here = np.repeat(np.arange(len(atoms)), units[:, gone] * free[0][slot])
                        away = np.repeat(np.arange(len(atoms)), units[:, come] * free[1])
                        pairs = _pairs(here, away, group, self._groups[atoms, slot], many)
                        options.append(pairs[_rank(mine[pairs[:, 0]]) < most])
                    for pairs in options:
                        for indicator, turned in zip(kind.moved, kind.turned, strict=True):
                            way = int((turned > 0) == bool(back))
                            where = self._cells[slot][0, indicator][mine[pairs[:, 0]]]
                            moved = np.bincount(where[where >= 0], minlength=size)
                            better = moved > best[way]
                            best[way, better] = moved[better]
                            from_[way, better] = len(blocks)
                            patterns = np.full((len(pairs), 2), (gone, come))
                            other = np.where(pairs[:, 1] >= 0, atoms[pairs[:, 1]], -1)
                            rows = [np.full(len(pairs), way), where, atoms[pairs[:, 0]], other]
                            blocks.append(np.column_stack([*rows, patterns]))
        kept = [np.zeros((0, 6), np.int64)]
        for number_of, block in enumerate(blocks):
            block = block[block[:, 1] >= 0]
            kept.append(block[from_[block[:, 0], block[:, 1]] == number_of])
        return np.concatenate(kept)


def _paired(free: list[Floats], group: Ints, at: Ints, many: int, groups: int) -> list[Floats]:
    """Return how many children of each group of a wijk may change with others of their class."""
    part = group * many + at % many
    size = (group.max(initial=-1) + 1) * many
    inside = [np.bincount(part, one, size) for one in free]
    total = [one.reshape(-1, many).sum(axis=1).repeat(many) for one in inside]
    where = np.zeros(size, np.int64)
    where[part] = at
    return [
        np.bincount(
            where, np.minimum(inside[one], total[1 - one] - inside[1 - one]), groups
        ).astype(float)
        for one in (0, 1)
    ]


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


def _kinds(system: System) -> Iterator[_Kind]:
    patterns = system.patterns
    for one, other in combinations(np.flatnonzero(system.truth.any(axis=0)).tolist(), 2):
        turned = patterns[other] - patterns[one]
        moved = np.flatnonzero(turned)
        yield _Kind(one, other, tuple(moved.tolist()), tuple(turned[moved].tolist()))
