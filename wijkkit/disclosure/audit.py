"""The audit: whoever knows that children come whole tries to work out every hidden count.

It believes nothing of the choice but the moves of children it shows: a town of whole children that
looks the same as the true one, looked at again here, is proof that nobody can tell the two apart.
Where there is no such proof the audit searches itself, by integer programs. A count that is not
open enough loses a next figure around it; in the end its indicator is left out. Where areas have
unequal weights a search may end undecided: then the count is taken as narrow.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.differences import Differences, Lines
from wijkkit.disclosure.loss import COARSER
from wijkkit.disclosure.program import Program
from wijkkit.disclosure.system import Ends
from wijkkit.disclosure.tolerance import at_least

#: In a large system a town is sought among the children of so many wijken.
WIJKEN = 3


def audited(
    choice: Choice,
    multiple: Floats | None,
    back: bool = False,
    differences: Differences | None = None,
) -> Floats | None:
    """Return what may be shown after the audit; None where the indicators must be left out.

    `back`: Figures of arms and the city that turn out not to be needed are given back.
    """
    search = Search(choice, differences)
    before = []
    while multiple is not None and len(narrow := search.narrow(multiple)):
        before.append(multiple)
        multiple = choice.more(multiple, narrow, block=not choice.small)
    if multiple is None:
        return None
    multiple = _given_back(search, choice, multiple) if back else multiple
    if not choice.small or not before:
        return multiple
    multiple = _undone(search, choice, before, multiple)
    # With the towns that were found on the way.
    return _given_back(search, choice, multiple) if back else multiple


def _undone(search: Search, choice: Choice, before: list[Floats], multiple: Floats) -> Floats:
    """Return the choice without what was given up and turns out not to be needed, dearest first."""
    after = multiple
    for was in reversed(before):
        tried = np.where((was != after) & (multiple == after), was, multiple)
        # The choice refuses first: it is quick.
        if not len(choice.narrow(tried)) and not len(search.narrow(tried, first=True)):
            multiple = tried
        after = was
    return multiple


def _given_back(search: Search, choice: Choice, multiple: Floats) -> Floats:
    """Return the choice with figures of arms and the city that need not be hidden after all."""
    large = np.isin(choice.shown.system.level, ["arm", "city"])
    for cell in np.flatnonzero(large & (choice.first > 0) & (multiple == 0)):
        for step in COARSER:
            tried = multiple.copy()
            tried[cell] = step
            # Where no towns are sought the choice refuses first: it is quick.
            if not search.seeks(further=True) and len(choice.narrow(tried)):
                continue
            if not len(search.narrow(tried, further=True, first=True)):
                multiple = tried
                break
    return multiple


class Search:
    """The search for towns that look like the true one, for one choice after another.

    A town that was found is looked at again for the next choice: in a coarser step a figure may
    have less room on one side than it had.
    """

    def __init__(self, choice: Choice, differences: Differences | None = None) -> None:
        self._shown, self._choice, self._differences = choice.shown, choice, differences
        self._found: list[sparse.csr_array] = []
        self._program: Program | None = None

    def narrow(
        self,
        multiple: Floats,
        known: Lines | None = None,
        further: bool = False,
        first: bool = False,
    ) -> Ints:
        """Return the hidden cells of which no towns show that they are open.

        `further`: In a large system, too, towns are sought where moves of children prove nothing.
        `first`: Only whether there are any is asked: no town is sought after the first.
        """
        ends = self.ends(multiple, known, further, first)
        return self._left(self._choice.secrets(multiple), ends)

    def ends(
        self,
        multiple: Floats,
        known: Lines | None = None,
        further: bool = False,
        first: bool = False,
    ) -> Ends:
        """Return the counts of the towns that were found, as far apart as is needed or can be.

        With `first` no further than to the first that is not open.
        """
        shown, choice = self._shown, self._choice
        if self._differences is not None:
            known = self._differences.known(multiple)
        self._program = program = Program(shown, multiple, known, self._program)
        ends = Ends(shown.count[None])
        if self._found:
            self._found = [sparse.vstack(self._found, format="csr")]
            program.look_at(self._found[0], ends)

        secret = choice.secrets(multiple)
        if len(left := self._left(secret, ends)):
            proofs = choice.moves.proofs(multiple, left, known)
            self._note(program, program.possible(proofs), ends)
        left = self._left(secret, ends)
        left = left if self.seeks(further) else left[choice.beyond_moves[left]]
        self._seek(program, multiple, left, ends, first)
        return ends

    def seeks(self, further: bool = False) -> bool:
        """Return whether towns are sought: of linked questions of a large system it takes too long."""
        return self._choice.small or (further and len(self._shown.system.indicators) == 1)

    def _seek(
        self, program: Program, multiple: Floats, asked: Ints, ends: Ends, first: bool
    ) -> None:
        """Seek towns for these counts; with `first` no further than one that is not open.

        Nor than one of which a search stays undecided: whatever is not proved counts as narrow.
        """
        for cell in map(int, asked):
            if self._choice.small:
                decided = self._decided(program, cell, ends)
            else:
                self._nearby(program, multiple, cell, ends)
                decided = True
            if not decided or (first and not self._open(cell, ends)):
                return

    def _left(self, cells: Ints, ends: Ends) -> Ints:
        """Return those of these cells that are not open yet."""
        return cells[~self._open(cells, ends)]

    def _open(self, cells: Ints | int, ends: Ends) -> Mask:
        return at_least(ends.width()[cells], self._shown.need[cells])

    def _decided(self, program: Program, cell: int, ends: Ends) -> bool:
        """Seek towns in which a count is as far apart as asked; False where that stays undecided."""
        need = self._shown.need[cell]
        for further in range(int(np.ceil(need)), 0, -1):
            # The truth looks the same too: what is far enough from it on one side will do.
            for far in (min(further, need), -min(further, need)):
                if self._open(cell, ends):
                    return True
                town, decided = program.beyond(cell, far)
                if town is not None:
                    self._note(program, program.moved(town), ends)
                elif not decided and self._shown.uneven.any():
                    return False
        return True

    def _note(self, program: Program, moved: sparse.csr_array, ends: Ends) -> None:
        """Remember the towns that look like the true one, and note their counts."""
        self._found.append(program.look_at(moved, ends))

    def _nearby(self, program: Program, multiple: Floats, cell: int, ends: Ends) -> None:
        """Seek towns in which a count of a large system is as far apart as asked.

        Among the children of its wijken, and of those nearest that have a hidden count of the same
        grouping.
        """
        system, inside = self._shown.system, self._choice.in_wijk
        own = inside[cell]
        alike = (system.slot == system.slot[cell]) & (system.level == "wijk") & (multiple == 0)
        larger = (system.level != "wijk") & inside[:, own].any(axis=1)
        near, hidden = inside[larger].sum(axis=0), inside[alike].any(axis=0)
        wijken = np.lexsort([-near, ~hidden, ~own])[:WIJKEN]
        wijk = np.unique(system.wijk, return_inverse=True)[1]
        around, need = np.flatnonzero(np.isin(wijk, wijken)), self._shown.need[cell]
        for least in (True, False):
            if self._open(cell, ends):
                return
            goal = ends.goal(cell, least, need)
            town = program.end(cell, least, enough=goal, around=around)
            if town is not None:
                self._note(program, program.moved(town), ends)


def open_with(choice: Choice, multiple: Floats, exact: Ints, known: Lines | None = None) -> bool:
    """Return whether all stays open for who knows more than the figures, by towns of whole children.

    `exact`: Cells whose counts are known exactly.
    """
    hidden = np.isin(exact, choice.secrets(multiple)).any()
    return not hidden and not len(narrow_with(choice, multiple, exact, known))


def narrow_with(choice: Choice, multiple: Floats, exact: Ints, known: Lines | None = None) -> Ints:
    """Return the other hidden cells of which no town of whole children proves that they are open.

    The reader knows as much as in `open_with`.
    """
    return Search(choice.knowing(exact)).narrow(multiple, known)
