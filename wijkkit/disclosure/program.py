"""All towns of whole children that look like the true one, as an integer program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.differences import Lines
from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.moves import Proofs
from wijkkit.disclosure.system import Ends, possible
from wijkkit.disclosure.tolerance import at_least, between, whole

#: Steps of one search, the same on any machine.
NODES = 100
#: By how much the counts and the weighted counts of V towns differ from the true ones; (V, C) each.
Moved = tuple[sparse.csr_array, sparse.csr_array]
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
        self.can = possible(truth, patterns, asked)

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
        none = np.where(self.can[atoms, 0], 0.0, size)
        every = sparse.kron(sparse.eye_array(len(size)), np.ones((1, many - 1)))
        rows.append(every.tocsr())
        ends.append(np.stack([none, size]))
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
                np.append((self.can[atoms, 1:] * size[:, None]).ravel(), np.ones(chosen)),
            ),
            integrality=np.append(np.full(len(column), int(self._whole)), np.ones(chosen)),
            options={"node_limit": NODES},
        )
        decided = found.status in (0, 2)
        if found.x is None:
            return None, decided
        having = found.x[: len(column)].reshape(len(size), -1)
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
        self._shown, system = shown, shown.system
        self._slack = shown.slack(multiple)
        self._weighted = system.weighted()
        self._known = Lines.of((), len(multiple)) if known is None else known
        self._lines: tuple[sparse.csr_array, sparse.csr_array] | None = None
        if like is None:
            self._children = Children(
                system.truth, system.size, system.patterns, system.asked, system.whole
            )
        else:
            self._children, self._lines = like._children, like.lines()

    def _told(self, low: Floats, high: Floats) -> Iterator[Told]:
        """Yield what is told of a town whose counts are between these."""
        (lines, weighted), slack, now = self.lines(), self._slack, self._weighted
        yield lines, self._shown.count, low, high
        yield weighted, now, now - slack.weighted_down, now + slack.weighted_up
        own, known = self._known.sums @ now, self._known
        yield known.sums @ weighted, own, own + known.low, own + known.high

    def allows(self, town: Floats) -> bool:
        """Return whether a town looks like the true one, and is one of whole children."""
        system = self._shown.system
        return bool(
            (whole(town) or not system.whole)
            and at_least(town, 0.0).all()
            and not town[~self._children.can].any()
            and np.allclose(town.sum(axis=1), system.size)
            and self._alike(self.moved(town))[0]
        )

    def moved(self, town: Floats) -> Moved:
        """Return by how much the counts of a town differ from the true ones."""
        system = self._shown.system
        change = town - system.truth
        one, weighted = system.counts(change), system.weighted(change)
        return sparse.csr_array(one[None]), sparse.csr_array(weighted[None])

    def _alike(self, moved: Moved) -> Mask:
        """Return in which towns no figure stands otherwise."""
        good, slack, known = np.ones(moved[0].shape[0], bool), self._slack, self._known
        for part, low, high in (
            (moved[0], -slack.down, slack.up),
            (moved[1], -slack.weighted_down, slack.weighted_up),
            (moved[1] @ known.sums.T, known.low, known.high),
        ):
            found = part.tocoo()
            town, cell = found.coords
            good[town[~between(found.data, low[cell], high[cell])]] = False
        return good

    def look_at(self, moved: Moved, ends: Ends) -> Moved:
        """Note the counts of the towns that look like the true one, and return these."""
        alike = self._alike(moved)
        found = moved[0][alike].tocoo()
        cell = found.coords[1]
        there = self._shown.count[cell] + found.data
        np.minimum.at(ends.least, cell, there)
        np.maximum.at(ends.most, cell, there)
        return moved[0][alike], moved[1][alike]

    def possible(self, proofs: Proofs) -> Moved:
        """Return how the counts differ in those of these towns that are whole, and can be."""
        system, patterns = self._shown.system, len(self._shown.system.patterns)
        shape = (proofs.town.max(initial=-1) + 1, system.truth.size)
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
        wrong = ~at_least(system.truth.ravel()[column] + found.data, 0.0)
        wrong |= ~self._children.can.ravel()[column] & (found.data > 0)
        if system.whole:
            wrong |= found.data != np.round(found.data)
        good = np.ones(shape[0], bool)
        good[town[wrong]] = False
        change = change[good]
        one, weighted = (sparse.csr_array(change @ lines.T) for lines in self.lines())
        return one, weighted

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
        return self._found(cell, sign, np.sort(sign * np.array([enough, np.inf])), among, around)[0]

    def beyond(self, cell: int, far: float) -> tuple[Floats | None, bool]:
        """Return a town in which a count is so much larger, or with a minus smaller, or more so.

        And whether the search came to its end.
        """
        count = self._shown.count[cell] + far
        return self._found(cell, 0.0, np.sort([np.copysign(np.inf, far), count]))

    def _found(
        self,
        cell: int,
        aim: float,
        between: Floats,
        among: tuple[Ints, Floats] | None = None,
        around: Ints | None = None,
    ) -> tuple[Floats | None, bool]:
        """Return a town in which a count lies `between`, and whether the search came to its end."""
        lines, sets, count = self.lines()[0], None, self._shown.count
        low, high = count - self._slack.down, count + self._slack.up
        if among is not None:
            low[among[0]], high[among[0]], sets = -np.inf, np.inf, (lines[among[0]], among[1])
        low[cell], high[cell] = max(low[cell], between[0]), min(high[cell], between[1])
        told = self._told(low, high)
        town, decided = self._children.town(told, aim * lines[[cell]], around, sets)
        return (town if town is not None and self.allows(town) else None), decided

    def lines(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """Return what every cell is a sum of, unweighted and weighted; built once."""
        if self._lines is None:
            system = self._shown.system
            lines = self._children.sums(system.member, system.indicator)
            weight = sparse.diags_array(np.repeat(system.weight, len(system.patterns)))
            self._lines = lines, sparse.csr_array(lines @ weight)
        return self._lines
