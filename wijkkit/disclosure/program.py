"""All towns of whole children that look like the true one, as an integer program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.moves import Proofs
from wijkkit.disclosure.system import Line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Steps of one search, the same on any machine.
NODES = 100
#: Children of an atom and a pattern more or fewer than there are, in which any town is sought: near
#: the truth it is found sooner.
REACH = 3.0
_TINY = 1e-6


def counts_of(shown: Shown, town: Floats, weight: Floats | None = None) -> Floats:
    """Return the counts of the cells in a town: (N, P) children by atom and pattern."""
    system = shown.system
    having = (town @ system.patterns) * system.asked
    if weight is not None:
        having = having * weight[:, None]
    found = np.zeros(len(system.rows))
    for number in range(len(system.indicators)):
        here = system.indicator == number
        found[here] = system.member[here] @ having[:, number]
    return found


class Program:
    """All towns that look like the true one, as an integer program over all patterns.

    `known`: Sums of weighted counts that are known as well.
    """

    def __init__(
        self,
        shown: Shown,
        multiple: Floats,
        lines: tuple[sparse.csr_array, sparse.csr_array] | None = None,
        known: Sequence[Line] = (),
    ) -> None:
        self._shown, system = shown, shown.system
        slack = shown.slack(multiple)
        self._low, self._high = shown.count - slack.down, shown.count + slack.up
        self._weighted = counts_of(shown, system.truth, system.weight)
        self._weighted_low = self._weighted - slack.weighted_down
        self._weighted_high = self._weighted + slack.weighted_up
        self._lines = lines
        size = len(shown.count)
        self._sums = sparse.csr_array(np.array([one[0] for one in known]).reshape(-1, size))
        ends = np.array([one[1:] for one in known]).reshape(-1, 2)
        self._sum_low, self._sum_high = self._sums @ self._weighted + ends.T
        #: Of each atom and pattern whether a child may have it: it occurs, and was asked.
        never = ((system.patterns[None] > 0) & ~system.asked[:, None, :]).any(axis=2)
        self._can = (~never & (system.truth.sum(axis=0) > 0)).ravel()

    def _told(
        self, low: Floats, high: Floats
    ) -> Iterator[tuple[sparse.csr_array, Floats, Floats, Floats]]:
        """Yield sums over atoms and patterns, what they are, and between what they must be."""
        lines, weighted = self.lines()
        yield lines, self._shown.count, low, high
        yield weighted, self._weighted, self._weighted_low, self._weighted_high
        own = self._sums @ weighted
        yield own, self._sums @ self._weighted, self._sum_low, self._sum_high

    def allows(self, town: Floats) -> bool:
        """Return whether a town looks like the true one, and is one of whole children."""
        system = self._shown.system
        count = counts_of(self._shown, town)
        weighted = counts_of(self._shown, town, system.weight)
        occurs = system.truth.sum(axis=0) > 0
        return bool(
            (np.abs(town - np.round(town)).max() < _TINY or not system.whole)
            and (town >= -_TINY).all()
            and not town[:, ~occurs].any()
            and np.allclose(town.sum(axis=1), system.size)
            and self.alike(count[None], weighted[None])[0]
        )

    def alike(self, count: Floats, weighted: Floats) -> Mask:
        """Return in which of V towns with these counts, (V, C), no figure stands otherwise."""
        told = (
            (count, self._low, self._high),
            (weighted, self._weighted_low, self._weighted_high),
            (weighted @ self._sums.T, self._sum_low, self._sum_high),
        )
        return np.all(
            [((now >= low - _TINY) & (now <= high + _TINY)).all(axis=1) for now, low, high in told],
            axis=0,
        )

    def look_at(self, proofs: Proofs, lowest: Floats, highest: Floats) -> None:
        """Note the counts of the towns that look like the true one, are whole, and can be."""
        system, patterns = self._shown.system, len(self._shown.system.patterns)
        shape = (len(proofs.cell), system.truth.size)
        gone, come = (proofs.atom * patterns + one for one in (proofs.gone, proofs.come))
        change = sparse.csr_array(
            (
                np.concatenate([-proofs.number, proofs.number]),
                (np.tile(proofs.town, 2), np.concatenate([gone, come])),
            ),
            shape=shape,
        )
        change.sum_duplicates()
        found = change.tocoo()
        town, column = found.coords
        wrong = system.truth.ravel()[column] + found.data < -_TINY
        wrong |= ~self._can[column] & (found.data > 0)
        if system.whole:
            wrong |= np.abs(found.data - np.round(found.data)) > _TINY
        good = np.ones(shape[0], bool)
        good[town[wrong]] = False
        for line, now, low, high in self._told(self._low, self._high):
            moved = (change @ line.T).tocoo()
            town, cell = moved.coords
            there = now[cell] + moved.data
            good[town[(there < low[cell] - _TINY) | (there > high[cell] + _TINY)]] = False
        moved = (change[good] @ self.lines()[0].T).tocoo()
        cell = moved.coords[1]
        there = self._shown.count[cell] + moved.data
        np.minimum.at(lowest, cell, there)
        np.maximum.at(highest, cell, there)

    def end(
        self,
        cell: int,
        sign: float,
        among: tuple[Ints, Floats] | None = None,
        enough: float = -np.inf,
        around: Ints | None = None,
    ) -> Floats | None:
        """Return the town in which a count is smallest, or with a minus largest.

        No further than `enough`. `among`: Cells, and sets of counts of which they have one.
        `around`: Atoms outside of which all is as it is; everywhere where not given.
        """
        low, high = self._low.copy(), self._high.copy()
        if among is not None:
            low[among[0]], high[among[0]] = -np.inf, np.inf
        if np.isfinite(enough):
            end = low if sign > 0 else high
            end[cell] = max(low[cell], enough) if sign > 0 else min(high[cell], -enough)
        return self._found(low, high, (cell, sign), among, around)[0]

    def beyond(self, cell: int, sign: float, count: float) -> tuple[Floats | None, bool]:
        """Return a town in which a count is at most `count`, or with a minus at least that.

        It is sought near the truth. And whether the search came to its end.
        """
        low, high = self._low.copy(), self._high.copy()
        if sign > 0:
            high[cell] = min(high[cell], count)
        else:
            low[cell] = max(low[cell], count)
        if low[cell] > high[cell] + _TINY:
            return None, True
        return self._found(low, high, reach=max(REACH, abs(count - self._shown.count[cell])))

    def _found(
        self,
        low: Floats,
        high: Floats,
        aim: tuple[int, float] = (0, 0.0),
        among: tuple[Ints, Floats] | None = None,
        around: Ints | None = None,
        reach: float = np.inf,
    ) -> tuple[Floats | None, bool]:
        """Return a town within the bounds, and whether the search came to its end."""
        system, patterns = self._shown.system, len(self._shown.system.patterns)
        atoms = np.arange(len(system.size)) if around is None else around
        # Whoever has none of the answers is whoever is left.
        column = (atoms[:, None] * patterns + np.arange(1, patterns)).ravel()
        truth, size = system.truth.ravel()[column], system.size[atoms]
        # One of these sets of counts is chosen: a sum of them, each once or not at all.
        cells, counts = among if among is not None else (np.zeros(0, int), np.zeros((0, 0)))
        chosen = len(counts)
        rows, ends = [], []
        for part, now, least, most in self._told(low, high):
            own = part[:, column]
            # What says no more than how many children there are need not be said.
            binds = np.isfinite(least) | np.isfinite(most)
            if part is self.lines()[0]:
                binds = (least > _TINY) | (most < system.respondents() - _TINY)
            binds &= np.diff(own.indptr) > 0
            rows.append(own[binds])
            ends.append((np.stack([least, most]) + own @ truth - now)[:, binds])
        none = np.zeros(len(size)) if system.truth[:, 0].any() else size
        if patterns > 2 or none.any():
            every = sparse.kron(sparse.eye_array(len(size)), np.ones((1, patterns - 1)))
            rows.append(every.tocsr())
            ends.append(np.stack([none, size]))
        if chosen:
            rows = [
                sparse.hstack([part, sparse.csr_array((part.shape[0], chosen))]) for part in rows
            ]
            own = self.lines()[0][cells][:, column]
            rows.append(sparse.hstack([own, sparse.csr_array(-counts.T)]))
            rows.append(sparse.csr_array(np.append(np.zeros(len(column)), np.ones(chosen))[None]))
            ends += [np.zeros((2, len(cells))), np.ones((2, 1))]
        cell, sign = aim
        cost = sign * self.lines()[0][[cell]][:, column].toarray().ravel()
        most = np.where(self._can[column], np.repeat(size, patterns - 1), 0)
        found = milp(
            np.append(cost, np.zeros(chosen)),
            constraints=LinearConstraint(
                sparse.vstack(rows, format="csr"), *np.concatenate(ends, axis=1)
            ),
            bounds=Bounds(
                np.append(np.maximum(truth - reach, 0), np.zeros(chosen)),
                np.append(np.minimum(most, truth + reach), np.ones(chosen)),
            ),
            integrality=np.append(np.full(len(column), int(system.whole)), np.ones(chosen)),
            options={"node_limit": NODES},
        )
        decided = found.status in (0, 2)
        if found.x is None:
            return None, decided
        having = found.x[: len(column)].reshape(len(size), -1)
        having = np.round(having) if system.whole else having
        town = system.truth.copy()
        town[atoms] = np.column_stack([size - having.sum(axis=1), having])
        return (town if self.allows(town) else None), decided

    def lines(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """Return what every cell is a sum of, unweighted and weighted; built once."""
        self._lines = self._lines or self._matrices()
        return self._lines

    def _matrices(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """Return the counts and weighted counts of cells as sums over atoms and patterns."""
        system = self._shown.system
        member = system.member.tocoo()
        row, atom = member.coords
        there = system.asked[atom, system.indicator[row]]
        row, atom = row[there], atom[there]
        size, patterns = len(system.rows), len(system.patterns)
        parts = [
            (row, atom * patterns + number, system.patterns[number, system.indicator[row]])
            for number in range(patterns)
        ]
        # Most patterns have most answers not.
        parts = [tuple(part[had] for part in one) for one in parts for had in [one[2] != 0]]
        rows, columns, values = (np.concatenate([part[i] for part in parts]) for i in range(3))
        shape = (size, len(system.size) * patterns)
        lines = sparse.csr_array((values.astype(float), (rows, columns)), shape=shape)
        weight = np.repeat(system.weight, patterns)
        return lines, sparse.csr_array(lines @ sparse.diags_array(weight))
