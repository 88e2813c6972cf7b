"""The audit: whoever knows that children come whole tries to work out every hidden count.

It believes nothing of the choice but the towns it shows: a town of whole children that looks the
same as the true one, looked at again here, is proof that nobody can tell the two apart. Where there
is no such proof the audit searches itself, by integer programs. A count that is not open enough
loses a next figure around it; in the end its indicator is left out. Where areas have unequal
weights a search may end undecided: then the count is taken as narrow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.knowledge import Shown
from wijkkit.disclosure.loss import COARSER
from wijkkit.disclosure.moves import Proofs
from wijkkit.disclosure.towns import Line

Floats = NDArray[np.float64]
#: Steps of one search, the same on any machine; what is not found counts as narrow.
NODES = 100
#: Searches of a system that may stay undecided, where weights are unequal: whatever is not proved
#: by then counts as narrow.
SEARCHES = 2
_TINY = 1e-6


def audited(
    shown: Shown, choice: Choice, multiple: Floats | None, back: bool = False
) -> Floats | None:
    """Return what may be shown after the audit; None where the indicators must be left out.

    `back`: Figures of arms and the city that turn out not to be needed are given back.
    """
    search = Search(shown, choice)
    while multiple is not None:
        narrow = search.narrow(multiple)
        if not len(narrow):
            return _given_back(search, choice, multiple) if back else multiple
        multiple = choice.more(multiple, narrow, block=not choice.small)
    return None


def _given_back(search: Search, choice: Choice, multiple: Floats) -> Floats:
    """Return the choice with figures of arms and the city that need not be hidden after all."""
    large = np.isin(choice.shown.system.level, ["arm", "city"])
    for cell in np.flatnonzero(large & (choice.first > 0) & (multiple == 0)):
        for step in COARSER:
            tried = multiple.copy()
            tried[cell] = step
            if not len(search.narrow(tried)):
                multiple = tried
                break
    return multiple


class Search:
    """The search for towns that look like the true one, for one choice after another.

    A town that was found is looked at again for the next choice: in a coarser step a figure may
    have less room on one side than it had.
    """

    def __init__(self, shown: Shown, choice: Choice) -> None:
        self._shown, self._choice = shown, choice
        self._towns: list[Floats] = []
        self._lines: tuple[sparse.csr_array, sparse.csr_array] | None = None
        #: The last count that was not open: it is sought first the next time.
        self._last = -1

    def narrow(
        self, multiple: Floats, known: Sequence[Line] = (), first: bool = False
    ) -> NDArray[np.int64]:
        """Return the hidden cells of which no towns show that they are open; with `first` one."""
        width, secret = self.widths(multiple, known, first), self._choice.secrets(multiple)
        narrow = secret[width[secret] < self._shown.need[secret] - _TINY]
        return narrow[narrow == self._last] if first and self._choice.small else narrow

    def widths(self, multiple: Floats, known: Sequence[Line] = (), first: bool = False) -> Floats:
        """Return how far apart two towns that look the same are, per cell, as far as is needed.

        With `first` no further than to the first that is not open enough.
        """
        shown, choice = self._shown, self._choice
        lowest, highest = shown.count.copy(), shown.count.copy()
        secret = choice.secrets(multiple)
        if not len(secret):
            return highest - lowest
        program = Program(shown, multiple, self._lines, known)
        program.look_at(choice.proofs(multiple, known), lowest, highest)
        self._lines = program.lines()

        def narrow() -> NDArray[np.int64]:
            return secret[(highest - lowest)[secret] < shown.need[secret] - _TINY]

        for town in (*self._towns, *choice.towns(multiple, narrow(), known)):
            if program.allows(town):
                _seen(shown, town, lowest, highest)
        undecided, asked = 0, narrow() if choice.small else narrow()[:0]
        for cell in map(int, asked[np.argsort(asked != self._last, kind="stable")]):
            undecided += not self._decided(program, cell, lowest, highest, first)
            if first and highest[cell] - lowest[cell] < shown.need[cell] - _TINY:
                self._last = cell
                break
            if undecided == SEARCHES:
                break
        return highest - lowest

    def _decided(
        self, program: Program, cell: int, lowest: Floats, highest: Floats, first: bool
    ) -> bool:
        """Seek towns in which a count is as far apart as asked; False where that stays undecided."""
        shown = self._shown
        need = shown.need[cell]
        for further in range(int(np.ceil(need)), 0, -1):
            for sign in (-1.0, 1.0):
                if highest[cell] - lowest[cell] >= need - _TINY:
                    return True
                # The truth looks the same too: what is far enough from it on one side will do.
                beyond = shown.count[cell] - sign * min(further, need)
                if (highest[cell] >= beyond) if sign < 0 else (lowest[cell] <= beyond):
                    continue
                town, decided = program.beyond(cell, sign, beyond)
                if town is not None:
                    self._towns.append(town)
                    _seen(shown, town, lowest, highest)
                elif not decided and (shown.uneven.any() or first):
                    return False
        return True


def open_with(
    choice: Choice, multiple: Floats, exact: NDArray[np.int64], known: Sequence[Line] = ()
) -> bool:
    """Return whether all stays open for who knows more than the figures, by towns of whole children.

    Programs over parts of children refuse first: they are quick, and leave more open.

    Parameters
    ----------
    choice : Choice
    multiple : (C,) array
    exact : array of int
        Cells whose counts are known exactly.
    known : sequence of Line, optional
    """
    if len(choice.narrow_with(multiple, known, exact)):
        return False
    return not len(narrow_with(choice, multiple, exact, known))


def narrow_with(
    choice: Choice, multiple: Floats, exact: NDArray[np.int64], known: Sequence[Line] = ()
) -> NDArray[np.int64]:
    """Return the other hidden cells of which no town of whole children proves that they are open.

    The reader knows as much as in `open_with`.
    """
    seen = choice.shown.knowing(exact)
    beside = choice.beside(seen)
    narrow = Search(seen, beside).narrow(multiple, known)
    beside.forget()
    return narrow


def _seen(shown: Shown, town: Floats, lowest: Floats, highest: Floats) -> None:
    count = counts_of(shown, town)
    np.minimum(lowest, count, out=lowest)
    np.maximum(highest, count, out=highest)


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
    """All towns that look like the true one, as an integer program over all patterns."""

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
        weighted = counts_of(shown, system.truth, system.weight)
        self._weighted_low = weighted - slack.weighted_down
        self._weighted_high = weighted + slack.weighted_up
        self._lines = lines
        size = len(shown.count)
        self._sums = sparse.csr_array(np.array([one[0] for one in known]).reshape(-1, size))
        ends = np.array([one[1:] for one in known]).reshape(-1, 2)
        self._sum_low, self._sum_high = (self._sums @ weighted)[:, None].T + ends.T

    def allows(self, town: Floats) -> bool:
        """Return whether a town looks like the true one, and is one of whole children."""
        system = self._shown.system
        count = counts_of(self._shown, town)
        weighted = counts_of(self._shown, town, system.weight)
        sums = self._sums @ weighted
        occurs = system.truth.sum(axis=0) > 0
        return bool(
            (np.abs(town - np.round(town)).max() < _TINY or not system.whole)
            and (town >= -_TINY).all()
            and not town[:, ~occurs].any()
            and np.allclose(town.sum(axis=1), system.size)
            and ((count >= self._low - _TINY) & (count <= self._high + _TINY)).all()
            and (weighted >= self._weighted_low - _TINY).all()
            and (weighted <= self._weighted_high + _TINY).all()
            and ((sums >= self._sum_low - _TINY) & (sums <= self._sum_high + _TINY)).all()
        )

    def look_at(self, proofs: Proofs, lowest: Floats, highest: Floats) -> None:
        """Note the counts of the towns that look like the true one, are whole, and can be."""
        system, patterns = self._shown.system, len(self._shown.system.patterns)
        lines, weighted = self.lines()
        shape = (len(proofs.cell), lines.shape[1])
        gone, come = (proofs.atom * patterns + one for one in (proofs.gone, proofs.come))
        change = sparse.csr_array(
            (
                np.concatenate([-proofs.number, proofs.number]),
                (np.tile(proofs.town, 2), np.concatenate([gone, come])),
            ),
            shape=shape,
        )
        change.sum_duplicates()
        truth = system.truth.ravel()
        not_asked = (system.patterns[None] > 0) & ~system.asked[:, None, :]
        never = not_asked.any(axis=2).ravel() | np.tile(
            system.truth.sum(axis=0) == 0, len(truth) // patterns
        )
        found = change.tocoo()
        town, column = found.coords
        wrong = (truth[column] + found.data < -_TINY) | (never[column] & (found.data > 0))
        if system.whole:
            wrong |= np.abs(found.data - np.round(found.data)) > _TINY
        good = np.ones(shape[0], bool)
        good[town[wrong]] = False
        sums, truth = self._sums, self._shown.count
        weight = counts_of(self._shown, system.truth, system.weight)
        own = (
            (lines, truth, self._low, self._high),
            (weighted, weight, self._weighted_low, self._weighted_high),
            (sums @ weighted, sums @ weight, self._sum_low, self._sum_high),
        )
        for line, count, low, high in own:
            moved = (change @ line.T).tocoo()
            town, cell = moved.coords
            there = count[cell] + moved.data
            good[town[(there < low[cell] - _TINY) | (there > high[cell] + _TINY)]] = False
        moved = (change[good] @ lines.T).tocoo()
        cell = moved.coords[1]
        there = self._shown.count[cell] + moved.data
        np.minimum.at(lowest, cell, there)
        np.maximum.at(highest, cell, there)

    def end(
        self,
        cell: int,
        sign: float,
        among: tuple[NDArray[np.int64], Floats] | None = None,
        enough: float = -np.inf,
    ) -> Floats | None:
        """Return the town in which a count is smallest, or with a minus largest.

        No further than `enough`.
        """
        low, high = self._low.copy(), self._high.copy()
        if among is not None:
            low[among[0]], high[among[0]] = -np.inf, np.inf
        if np.isfinite(enough):
            end = low if sign > 0 else high
            end[cell] = max(low[cell], enough) if sign > 0 else min(high[cell], -enough)
        return self._found(cell, sign, low, high, among)[0]

    def beyond(self, cell: int, sign: float, count: float) -> tuple[Floats | None, bool]:
        """Return any town in which a count is at most `count`, or with a minus at least that.

        And whether the search came to its end.
        """
        low, high = self._low.copy(), self._high.copy()
        if sign > 0:
            high[cell] = min(high[cell], count)
        else:
            low[cell] = max(low[cell], count)
        if low[cell] > high[cell] + _TINY:
            return None, True
        return self._found(cell, 0.0, low, high)

    def _found(
        self,
        cell: int,
        sign: float,
        low: Floats,
        high: Floats,
        among: tuple[NDArray[np.int64], Floats] | None = None,
    ) -> tuple[Floats | None, bool]:
        """Return a town within the bounds, and whether the search came to its end."""
        system, size = self._shown.system, len(self._shown.system.size)
        lines, weighted = self.lines()
        # Whoever has none of the answers is whoever is left.
        first = np.arange(lines.shape[1]) % len(system.patterns) == 0
        lines, weighted = lines[:, ~first], weighted[:, ~first]
        columns = lines.shape[1]
        both = np.isfinite(self._weighted_high)
        # One of these sets of counts is chosen: a sum of them, each once or not at all.
        cells, counts = among if among is not None else (np.zeros(0, int), np.zeros((0, 0)))
        chosen = len(counts)
        # What says no more than how many children there are need not be said.
        binds = (low > _TINY) | (high < self._shown.system.respondents() - _TINY)
        none = np.zeros(size) if system.truth[:, 0].any() else system.size
        rows = [lines[binds], weighted[both], self._sums @ weighted]
        ends = [
            (low[binds], high[binds]),
            (self._weighted_low[both], self._weighted_high[both]),
            (self._sum_low, self._sum_high),
        ]
        if columns > size or none.any():
            every = sparse.kron(sparse.eye_array(size), np.ones((1, columns // size)))
            rows.append(every.tocsr())
            ends.append((none, system.size))
        if chosen:
            rows = [
                sparse.hstack([part, sparse.csr_array((part.shape[0], chosen))]) for part in rows
            ]
            rows.append(sparse.hstack([lines[cells], sparse.csr_array(-counts.T)]))
            rows.append(sparse.csr_array(np.append(np.zeros(columns), np.ones(chosen))[None]))
            ends += [(np.zeros(len(cells)),) * 2, (np.ones(1),) * 2]
        occurs = np.tile(system.truth[:, 1:].sum(axis=0) > 0, size)
        most = np.where(occurs, np.repeat(system.size, columns // size), 0)
        found = milp(
            np.append(sign * lines[[cell]].toarray().ravel(), np.zeros(chosen)),
            constraints=LinearConstraint(
                sparse.vstack(rows, format="csr"),
                np.concatenate([one[0] for one in ends]),
                np.concatenate([one[1] for one in ends]),
            ),
            bounds=Bounds(0, np.append(most, np.ones(chosen))),
            integrality=np.append(np.full(columns, int(system.whole)), np.ones(chosen)),
            options={"node_limit": NODES},
        )
        decided = found.status in (0, 2)
        if found.x is None:
            return None, decided
        having = found.x[:columns].reshape(size, columns // size)
        having = np.round(having) if system.whole else having
        town = np.column_stack([system.size - having.sum(axis=1), having])
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
