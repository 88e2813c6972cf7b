"""All towns of whole children that look like the true one, as an integer program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.differences import Lines
from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.moves import Proofs
from wijkkit.disclosure.system import Ends, possible
from wijkkit.disclosure.tolerance import between, whole

#: Steps of one search, the same on any machine.
NODES = 100
#: Sums over atoms and patterns, what they are in the true town, and between what they must be.
Told = tuple[sparse.csr_array, Floats, Floats, Floats]


class Children:
    """How many children of each atom have each pattern of answers, and might have.

    `truth`: (N, P), whoever has none of the answers first. `size`: Children of each atom. `whole`:
    Whether they are counts.
    """

    def __init__(
        self, truth: Floats, size: Floats, patterns: Ints, asked: Mask, whole: bool = True
    ) -> None:
        self.truth, self._size, self._whole = truth, size, whole
        self._patterns, self._asked = patterns, asked
        #: How many children of each atom may have each pattern.
        self.most = possible(truth, patterns, asked) * size[:, None]

    def sums(self, member: sparse.csr_array, question: Ints) -> sparse.csr_array:
        """Return who of the members of each cell has its answer, over atoms and patterns."""
        many = len(self._patterns)
        own = member.tocoo()
        row, atom = own.coords
        there = self._asked[atom, question[row]]
        row, atom, data = row[there], atom[there], own.data[there]
        parts = [
            (row, atom * many + number, data * self._patterns[number, question[row]])
            for number in range(many)
        ]
        # Most patterns have most answers not.
        parts = [tuple(part[had] for part in one) for one in parts for had in [one[2] != 0]]
        rows, columns, values = (np.concatenate([part[i] for part in parts]) for i in range(3))
        shape = (member.shape[0], self.truth.size)
        return sparse.csr_array((values.astype(float), (rows, columns)), shape=shape)

    def town(
        self,
        told: Iterable[Told],
        aim: sparse.csr_array,
        around: Ints | None = None,
        among: tuple[sparse.csr_array, Floats] | None = None,
    ) -> tuple[Floats | None, bool]:
        """Return the town in which a sum is least, and whether the search came to its end.

        `around`: Atoms outside of which all is as it is; everywhere where not given. `among`: Sums,
        and sets of values of which they have one.
        """
        many = self.truth.shape[1]
        atoms = np.arange(len(self._size)) if around is None else around
        # Whoever has none of the answers is whoever is left.
        column = (atoms[:, None] * many + np.arange(1, many)).ravel()
        truth, size = self.truth.ravel()[column], self._size[atoms]
        if not len(column):
            return None, True
        # One of these sets of values is chosen: a sum of them, each once or not at all.
        chosen = 0 if among is None else len(among[1])
        rows, ends = [], []
        for part, now, least, most in told:
            own = part[:, column]
            binds = np.isfinite(least) | np.isfinite(most)
            rows.append(own[binds])
            ends.append((np.stack([least, most]) + own @ truth - now)[:, binds])
        every = sparse.kron(sparse.eye_array(len(size)), np.ones((1, many - 1)))
        rows.append(every.tocsr())
        ends.append(np.stack([size - self.most[atoms, 0], size]))
        if among is not None:
            rows = [
                sparse.hstack([part, sparse.csr_array((part.shape[0], chosen))]) for part in rows
            ]
            rows.append(sparse.hstack([among[0][:, column], sparse.csr_array(-among[1].T)]))
            rows.append(sparse.csr_array(np.append(np.zeros(len(column)), np.ones(chosen))[None]))
            ends += [np.zeros((2, among[0].shape[0])), np.ones((2, 1))]
        found = milp(
            np.append(aim[:, column].toarray().ravel(), np.zeros(chosen)),
            constraints=LinearConstraint(
                sparse.vstack(rows, format="csr"), *np.concatenate(ends, axis=1)
            ),
            bounds=Bounds(
                np.zeros(len(column) + chosen),
                np.append(self.most[atoms, 1:].ravel(), np.ones(chosen)),
            ),
            integrality=np.append(np.full(len(column), int(self._whole)), np.ones(chosen)),
            options={"node_limit": NODES},
        )
        decided = found.status in (0, 2)
        if found.x is None:
            return None, decided
        having = found.x[: len(column)].reshape(self.most[atoms, 1:].shape)
        having = np.round(having) if self._whole else having
        town = self.truth.copy()
        town[atoms] = np.column_stack([size - having.sum(axis=1), having])
        return town, decided


class Program:
    """All towns that look like the true one, as an integer program over all patterns.

    `known`: Sums of weighted counts that are known as well. `like`: Another program of the same
    children, of which what does not depend on the figures is taken over.
    """

    def __init__(
        self,
        shown: Shown,
        multiple: Floats,
        known: Lines | None = None,
        like: Program | None = None,
    ) -> None:
        self._shown, system, slack = shown, shown.system, shown.slack(multiple)
        #: Counts, and weighted counts after them; by how much they may be lower and higher.
        self._now = np.concatenate([shown.count, system.weighted()])
        self._low = -np.concatenate([slack.down, slack.weighted_down])
        self._high = np.concatenate([slack.up, slack.weighted_up])
        self._known = Lines.of((), len(multiple)) if known is None else known
        known_of = [sparse.csr_array(self._known.sums.shape), self._known.sums]
        self._sums = sparse.hstack(known_of, format="csr")
        self._lines: sparse.csr_array | None = None
        if like is None:
            self._children = Children(
                system.truth, system.size, system.patterns, system.asked, system.whole
            )
        else:
            self._children, self._lines = like._children, like.lines()

    def allows(self, town: Floats) -> bool:
        """Return whether a town looks like the true one, and is one of whole children."""
        system = self._shown.system
        return bool(
            (whole(town) or not system.whole)
            and between(town, 0.0, self._children.most).all()
            and np.allclose(town.sum(axis=1), system.size)
            and self._alike(self.moved(town)).all()
        )

    def moved(self, town: Floats) -> sparse.csr_array:
        """Return by how much the counts of a town differ from the true ones, as those of `look_at`."""
        system = self._shown.system
        change = town - system.truth
        return sparse.csr_array(
            np.concatenate([system.counts(change), system.weighted(change)])[None]
        )

    def _alike(self, moved: sparse.csr_array) -> Mask:
        """Return in which towns no figure stands otherwise."""
        good, known = np.ones(moved.shape[0], bool), self._known
        for part, low, high in (
            (moved, self._low, self._high),
            (moved @ self._sums.T, known.low, known.high),
        ):
            found = part.tocoo()
            town, cell = found.coords
            good[town[~between(found.data, low[cell], high[cell])]] = False
        return good

    def look_at(self, moved: sparse.csr_array, ends: Ends) -> sparse.csr_array:
        """Note the counts of the towns that look like the true one, and return these.

        `moved`: By how much counts, and weighted counts after them, differ from the true ones.
        """
        alike, count = moved[self._alike(moved)], self._shown.count
        found = alike[:, : len(count)].tocoo()
        cell = found.coords[1]
        there = count[cell] + found.data
        np.minimum.at(ends.least, cell, there)
        np.maximum.at(ends.most, cell, there)
        return alike

    def possible(self, proofs: Proofs) -> sparse.csr_array:
        """Return how the counts differ in those of these towns that are whole, and can be."""
        system, patterns = self._shown.system, len(self._shown.system.patterns)
        shape = (proofs.town.max(initial=-1) + 1, system.truth.size)
        gone, come = (proofs.atom * patterns + one for one in (proofs.gone, proofs.come))
        numbers = np.concatenate([-proofs.number, proofs.number])
        where = np.tile(proofs.town, 2), np.concatenate([gone, come])
        change = sparse.csr_array((numbers, where), shape=shape)
        change.sum_duplicates()
        found = change.tocoo()
        town, column = found.coords
        there = system.truth.ravel()[column] + found.data
        right = between(there, 0.0, self._children.most.ravel()[column])
        if system.whole:
            right &= found.data == np.round(found.data)
        good = np.ones(shape[0], bool)
        good[town[~right]] = False
        return sparse.csr_array(change[good] @ self.lines().T)

    def end(
        self,
        cell: int,
        least: bool,
        among: tuple[Ints, Floats] | None = None,
        enough: float | None = None,
        around: Ints | None = None,
    ) -> Floats | None:
        """Return the town in which a count is least, or else largest.

        No further than `enough`. `among`: Cells, and sets of counts of which they have one.
        `around`: Atoms outside of which all is as it is; everywhere where not given.
        """
        inside, own = [-np.inf, np.inf], self.lines()[[cell]]
        if enough is not None:
            inside[not least] = enough
        return self._found(cell, own if least else -own, inside, among, around)[0]

    def beyond(self, cell: int, far: float) -> tuple[Floats | None, bool]:
        """Return a town in which a count is so much larger, or with a minus smaller, or more so.

        And whether the search came to its end.
        """
        count = self._shown.count[cell] + far
        inside = np.sort([np.copysign(np.inf, far), count])
        return self._found(cell, 0 * self.lines()[[cell]], inside)

    def _found(
        self,
        cell: int,
        aim: sparse.csr_array,
        inside: Sequence[float] | Floats,
        among: tuple[Ints, Floats] | None = None,
        around: Ints | None = None,
    ) -> tuple[Floats | None, bool]:
        """Return a town in which a count lies `inside`, and whether the search came to its end."""
        lines, sets, known = self.lines(), None, self._known
        low, high, own = self._now + self._low, self._now + self._high, self._sums @ self._now
        if among is not None:
            low[among[0]], high[among[0]], sets = -np.inf, np.inf, (lines[among[0]], among[1])
        low[cell], high[cell] = max(low[cell], inside[0]), min(high[cell], inside[1])
        told = [
            (lines, self._now, low, high),
            (self._sums @ lines, own, own + known.low, own + known.high),
        ]
        town, decided = self._children.town(told, aim, around, sets)
        return (town if town is not None and self.allows(town) else None), decided

    def lines(self) -> sparse.csr_array:
        """Return what counts, and weighted counts after them, are sums of; built once."""
        if self._lines is None:
            system = self._shown.system
            lines = self._children.sums(system.member, system.indicator)
            weight = sparse.diags_array(np.repeat(system.weight, len(system.patterns)))
            self._lines = sparse.vstack([lines, lines @ weight], format="csr")
        return self._lines
