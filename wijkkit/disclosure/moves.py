"""Towns near the true one that look the same: children who answer otherwise, alone or in pairs.

If some children of a hidden cell may have answered otherwise without a shown figure moving, nobody
can know that they did not. Two children of a wijk who are alike in every grouping of which a figure
tells (a class) may have changed their answers with each other: of a class with :math:`T` children
that have the answer among :math:`n`, of whom :math:`m` are in the cell, between
:math:`\\max(0, T + m - n)` and :math:`\\min(T, m)` of those in the cell may have it. A child of
whom no figure tells may have answered otherwise alone. These are counts of all cells at once, and
no more than what is open; a program may find more (`towns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.differences import Lines
from wijkkit.disclosure.knowledge import Shown, Slack
from wijkkit.disclosure.system import cell_places, larger_cells, possible, wijken_of_cells

_TINY = 1e-6
#: How many numbers are worked with at once.
_TOGETHER = 500_000


@dataclass(frozen=True, slots=True)
class Proofs:
    """Towns that show how open counts are, each by what children answer otherwise.

    `town`, `atom`, `gone`, `come`: Of each child who answers otherwise: in which town, of which
    atom, and its patterns. `number`: How many such children.
    """

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
        self._can = possible(system.truth, system.patterns, system.asked)
        self._groups = np.where(system.groups < 0, system.groups.max(initial=0) + 1, system.groups)
        self._sizes = self._groups.max(axis=0, initial=0) + 1
        self._parents = larger_cells(cell, len(system.rows))
        own = [np.flatnonzero(parents >= 0) for parents in self._parents]
        all_parents = [one[at] for one, at in zip(self._parents, own, strict=True)]
        #: What each cell is a sum of: itself, or the cells of the wijken in it.
        parents, cells, size = np.concatenate(all_parents), np.concatenate(own), len(system.rows)
        larger = sparse.csr_array((np.ones(len(cells)), (parents, cells)), shape=(size, size))
        self._total = sparse.csr_array(larger + sparse.eye_array(size))
        self._wijk = np.unique(system.wijk, return_inverse=True)[1]
        self.in_wijk = wijken_of_cells(system, self._wijk)
        # A place is a group of a grouping in a wijk: of each atom which ones, of each its cells.
        wijken, many = self._wijk.max(initial=-1) + 1, self._sizes.sum()
        first = np.cumsum(self._sizes) - self._sizes
        self._at = first[:, None] + self._groups.T + self._wijk * many
        self._wijk_at = np.arange(wijken).repeat(many)
        self._cells = np.full((len(cell), cell.shape[2], wijken * many), -1)
        for question, asked in enumerate(system.asked.T.astype(bool)):
            for slot, at in enumerate(self._at[:, asked]):
                self._cells[:, question, at] = cell[:, slot, question][:, asked]
        self._weight = np.zeros(wijken)
        self._weight[self._wijk] = system.weight
        # Two patterns that children may exchange, and where the second has what the first has not.
        occur = np.flatnonzero(system.truth.any(axis=0))
        self._pairs = np.array(list(combinations(occur.tolist(), 2)), int).reshape(-1, 2)
        self._turned = np.diff(system.patterns[self._pairs], axis=1)[:, 0]
        # How many of a wijk may exchange two patterns, by which places are told of: sought once.
        self._by_wijk = np.argsort(self._wijk, kind="stable")
        self._first = np.searchsorted(self._wijk[self._by_wijk], np.arange(wijken + 1))
        self.forget()

    def forget(self) -> None:
        """Give back the memory of what was found."""
        self._found: dict[bytes, int] = {}
        self._store = np.zeros((0, 2, self._sizes.sum()), np.float32)

    def widths(self, multiple: Floats) -> Floats:
        """Return, per cell, a width that its count can surely have; at most what is needed."""
        wanted = np.where(multiple == 0, self.shown.need, 0.0)
        numbers = np.array(_numbers(wanted.max(initial=0), self.shown.system.whole))
        if not len(numbers):
            return wanted
        each = numbers[:, None, None]
        tight = self._rooms(multiple) < each[..., None] - _TINY
        ends = np.minimum(self._ends(tight), each).max(axis=0)
        return np.minimum(ends.sum(axis=0), wanted)

    def _rooms(self, multiple: Floats, lines: Lines | None = None) -> Floats:
        """Return how many children of each place may move without any figure telling; (2, J, S).

        To having each answer, and to not having it.
        """
        slack, whole = self.shown.slack(multiple), self.shown.system.whole
        heavy_up, heavy_down = _within(slack, lines)
        # Children who are there keep a hidden count between none and all of itself.
        free = multiple <= 0
        found = []
        for own, weighted, end in (
            (slack.up, heavy_up, self.shown.to_all),
            (slack.down, heavy_down, self.shown.to_none),
        ):
            room = np.append(np.where(free & end, np.inf, own), np.inf)[self._cells]
            if np.isfinite(weighted).any():
                heavy = np.append(weighted, np.inf)[self._cells] / self._weight[self._wijk_at]
                room = np.minimum(room, np.floor(heavy + _TINY) if whole else heavy)
            found.append(room.min(axis=0))
        return np.stack(found)

    def _told(self, tight: Mask) -> Mask:
        """Return in which places children of the first pattern, or of the other, would be seen.

        (V, 2, Q, S), by each two patterns; `tight` says where those who move would be.
        """
        seen_in = tight.astype(np.float32)
        more, less = ((self._turned * way > 0).astype(np.float32) for way in (1, -1))
        return (more @ seen_in + less @ seen_in[:, ::-1]) > 0

    def _has(self, kinds: Ints, atoms: Ints) -> Floats:
        """Return how many children of each pattern may have the other one; (2, m).

        They were asked what these differ in.
        """
        unasked = ((self._turned[kinds] != 0) & ~self.shown.system.asked[atoms]).any(axis=1)
        has = self._units[atoms, self._pairs[kinds].T]
        return has * self._can[atoms, self._pairs[kinds, ::-1].T] * ~unasked

    def _ends(self, tight: Mask) -> Floats:
        """Return by how much counts may be larger, and smaller; (V, 2, C)."""
        best, size = self._best(tight), len(self.shown.system.rows)
        there = self._cells[0] >= 0
        sums = np.zeros((2 * len(tight), size))
        sums[:, self._cells[0][there]] = best[:, :, there].reshape(len(sums), -1)
        return (self._total @ sums.T).T.reshape(len(tight), 2, size)

    def _best(self, tight: Mask) -> Floats:
        """Return how many of each place may come to have each answer, and lose it; (V, 2, J, S)."""
        many, kinds = self._sizes.sum(), len(self._pairs)
        if not kinds:
            return np.zeros(tight.shape)
        told = self._told(tight).reshape(len(tight), 2, kinds, -1, many).transpose(0, 2, 3, 1, 4)
        wijken = told.shape[2]
        parts = np.arange(kinds * wijken, dtype=np.uint32)
        own = np.packbits(told.reshape(len(tight) * len(parts), -1), axis=1)
        named = np.tile(parts.view(np.uint8).reshape(len(parts), -1), (len(tight), 1))
        key = np.concatenate([named, own], axis=1)
        keys = key.view(f"V{key.shape[1]}").ravel().tolist()
        new = {one: at for at, one in enumerate(keys) if one not in self._found}
        if new:
            at = np.array(list(new.values()))
            self._keep(list(new), at % len(parts), told.reshape(-1, 2, many)[at])
        found = self._store[[self._found[one] for one in keys]].reshape(told.shape)
        best = np.zeros((len(tight), 2, tight.shape[2], wijken, many))
        for kind, question in zip(*np.nonzero(self._turned), strict=True):
            some = found[:, kind].swapaxes(1, 2)[:, :: self._turned[kind, question]]
            np.maximum(best[:, :, question], some, out=best[:, :, question])
        return best.reshape(tight.shape)

    def _keep(self, keys: list[bytes], new: Ints, told: Mask) -> None:
        """Seek what may be exchanged in these parts, each of a wijk and two patterns."""
        start = len(self._found)
        self._found.update(zip(keys, range(start, start + len(keys)), strict=True))
        if len(self._found) > len(self._store):
            more = np.zeros((2 * len(self._found), *self._store.shape[1:]), np.float32)
            self._store = np.concatenate([self._store, more])
        together = max(1, _TOGETHER // max(1, self._at.size // max(1, len(self._first) - 1)))
        for at in range(0, len(new), together):
            some = new[at : at + together]
            self._store[start + at : start + at + len(some)] = self._exchanged(
                some, told[at : at + together]
            )

    def _exchanged(self, parts: Ints, told: Mask) -> Floats:
        """Return how many children of each place may change two patterns, either way; (U, 2, L).

        Two children who are alike in all that is told of them may, and one alone of whom nothing
        is.
        """
        wijken, shape = len(self._first) - 1, (len(parts), 2, told.shape[2])
        kind, wijk = np.divmod(parts, wijken)
        number = np.diff(self._first)[wijk]
        part = np.repeat(np.arange(len(parts)), number)
        within = np.arange(len(part)) - np.repeat(np.cumsum(number) - number, number)
        atoms = self._by_wijk[np.repeat(self._first[wijk], number) + within]
        has, groups = self._has(kind[part], atoms), self._groups[atoms].T
        at = self._at[:, atoms] - self._wijk[atoms] * shape[2]
        seen = told[part[None], :, at].transpose(2, 0, 1)
        found = np.zeros(shape)
        for way in (0, 1):
            alone = np.broadcast_to(has[way] * ~seen[way].any(axis=0), at.shape)
            where = (part * shape[2] + at).ravel()
            found[:, way] = np.bincount(where, alone.ravel(), len(parts) * shape[2]).reshape(
                len(parts), -1
            )
        if len(at) < 2:
            return found
        # With others of their class, whose own group is another one.
        many, slots = self._sizes.max(), np.arange(1, len(at))
        group = self._classes(seen[0] | seen[1], groups, part, slots)
        cell = (group * many + groups[slots]).ravel()
        size = (group.max(initial=-1) + 1) * many
        inside = [np.bincount(cell, (has[way] * ~seen[way][slots]).ravel(), size) for way in (0, 1)]
        total = [one.reshape(-1, many).sum(axis=1).repeat(many) for one in inside]
        place = np.zeros(size, np.int64)
        place[cell] = (part * shape[2] + at[slots]).ravel()
        for way in (0, 1):
            paired = np.minimum(inside[way], total[1 - way] - inside[1 - way])
            both = np.bincount(place, paired, len(parts) * shape[2]).reshape(len(parts), -1)
            np.maximum(found[:, way], both, out=found[:, way])
        return found

    def _classes(self, told: Mask, groups: Ints, part: Ints, slots: Ints) -> Ints:
        """Return, per slot, a number of the class of each atom: its part, and its groups in the
        other slots where they are told of; (S, m)."""
        radix = np.cumprod(np.append(part.max(initial=0) + 1, self._sizes + 1))
        own = np.where(told, groups + 1, 0) * radix[:-1, None]
        key = part + own[1:].sum(axis=0) - own[slots] + slots[:, None] * radix[-1]
        return pd.factorize(key.ravel())[0].reshape(key.shape)

    def proofs(self, multiple: Floats, cells: Ints, lines: Lines | None = None) -> Proofs:
        """Return towns in which each of these counts is larger, and smaller, as far as moves go."""
        wanted = np.zeros(len(multiple))
        wanted[cells] = self.shown.need[cells]
        best = np.zeros((2, len(wanted)))
        found: list[Any] = []
        for number in _numbers(wanted.max(initial=0), self.shown.system.whole):
            left = best.sum(axis=0) < wanted - _TINY
            if not left.any():
                break
            rows = self._changes(self._rooms(multiple, lines), number, left)
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
        town = np.unique(rows[:, 0], return_inverse=True)[1]
        paired = rows[:, 4] >= 0
        own = [rows[:, 3], rows[paired, 4]]
        gone, come = rows[:, 5], rows[:, 6]
        return Proofs(
            np.concatenate([town, town[paired]]),
            np.concatenate(own),
            np.concatenate([gone, come[paired]]),
            np.concatenate([come, gone[paired]]),
            np.full(len(rows) + paired.sum(), self._step),
        )

    def _changes(self, room: Floats, number: float, left: Mask) -> Ints:
        """Return who may answer otherwise for each cell of a wijk.

        One row per child: way (0 for a larger count), cell, its atom, the atom of the child that
        answers the other way round (-1 for none), and the patterns it has and would have.
        """
        size = len(self.shown.system.rows)
        # Of the wijken that these cells are about.
        atoms = np.flatnonzero(self.in_wijk[left][:, self._wijk].any(axis=0))
        at, wijk = self._at[:, atoms], self._wijk[atoms]
        most = round(number / self._step)
        best, from_ = np.zeros((2, size)), np.full((2, size), -1)
        slots = np.arange(1, len(at))
        blocks: list[Any] = []
        seen = self._told(room[None] < number - _TINY)[0]
        for kind, (one, other) in enumerate(self._pairs):
            told = seen[:, kind][:, at]
            has = self._has(np.full(len(atoms), kind), atoms)
            units = np.round(has / self._step).astype(np.int64)
            classes = self._classes(told[0] | told[1], self._groups[atoms].T, wijk, slots)
            moved = np.flatnonzero(self._turned[kind])
            for slot, many in enumerate(self._sizes):
                group, mine = classes[slot - 1] if slot else wijk, at[slot]
                for back in (0, 1):
                    gone, come = (one, other)[:: -1 if back else 1]
                    free = ~told[back], ~told[1 - back][slot]
                    alone = np.repeat(np.arange(len(atoms)), units[back] * free[0].all(axis=0))
                    options = [np.column_stack([alone, np.full(len(alone), -1)])]
                    if slot:
                        here = np.repeat(np.arange(len(atoms)), units[back] * free[0][slot])
                        away = np.repeat(np.arange(len(atoms)), units[1 - back] * free[1])
                        options.append(_pairs(here, away, group, self._groups[atoms, slot], many))
                    for pairs in options:
                        pairs = pairs[_rank(mine[pairs[:, 0]]) < most]
                        for question in moved if len(pairs) else ():
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


def _within(slack: Slack, lines: Lines | None) -> tuple[Floats, Floats]:
    """Return how much weight may come to and leave each cell alone, without a line telling."""
    up, down = slack.weighted_up.copy(), slack.weighted_down.copy()
    if lines is not None:
        every = lines.sums.tocoo()
        row, cell = every.coords
        low, high = np.sort(np.stack([lines.low[row], lines.high[row]]) / every.data, axis=0)
        np.minimum.at(up, cell, high)
        np.minimum.at(down, cell, -low)
    return up, down


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
    cells = np.repeat(np.arange(many), len(away))
    others = np.tile(away, many)
    outside = part[others] != cells
    others, cells = others[outside], cells[outside]
    longest = max(len(here), len(others)) + 1
    mine, theirs = (
        place * longest + _rank(place)
        for place in (group[here] * many + part[here], group[others] * many + cells)
    )
    _, first, second = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    return np.column_stack([here[first], others[second]])


def _numbers(most: float, whole: bool) -> list[float]:
    """Return how many children are tried to move together, the most first."""
    if not whole:
        return [1.0, 0.5] if most > 0 else []
    return [float(one) for one in range(int(np.ceil(most - _TINY)), 0, -1)]
