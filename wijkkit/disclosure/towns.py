"""Any town that looks the same: the least and the most of a count, by integer programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import highspy
import numpy as np
from scipy import sparse

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.knowledge import Shown, Slack
from wijkkit.disclosure.program import Children
from wijkkit.disclosure.system import Ends
from wijkkit.disclosure.tolerance import at_least, between, whole

#: So much wider must a count be, in children, where no town of whole children was found.
MARGIN = 1.0
#: Towns that are remembered.
_KEPT = 400
#: From one aim to the next the last town stays one: the primal simplex goes on from it.
_OPTIONS = {"output_flag": False, "threads": 1, "simplex_strategy": 4}


class _Quiet(highspy.Highs):
    """A linear program that says nothing, not even that it is there."""

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()


class Towns:
    """The towns that look like the true one."""

    def __init__(self, shown: Shown) -> None:
        self.shown, system = shown, shown.system
        children = Children(system.truth, system.size, system.patterns, system.asked)
        # One column per pattern and atom; whoever has none of the answers is whoever is left.
        column = np.arange(system.truth.size).reshape(system.truth.shape)[:, 1:].T
        self.matrix = children.sums(system.member, system.indicator)[:, column.ravel()]
        self._counts = self.matrix.toarray()
        weight = np.tile(system.weight, len(column))
        self.weighted = (self.matrix @ sparse.diags_array(weight)).tocsr()
        each = sparse.eye_array(len(system.size))
        self.every = sparse.hstack([each] * len(column), format="csr")
        self.truth = system.truth[:, 1:].T.ravel()
        self.least = system.size - children.most[:, 0]
        self.most = children.most[:, 1:].T.ravel()
        self._columns = np.arange(len(self.truth), dtype=np.int32)
        self._highs = self._program()
        #: Towns that were found: counts, weighted counts, and whether all children are whole.
        self._seen = [(shown.count, self.weighted @ self.truth, True)]
        #: How far apart counts must be in towns of whole children, and in others.
        more = np.minimum(MARGIN, shown.spare)
        self.enough = {True: shown.need, False: shown.need + more}

    def narrow(self, multiple: Floats, asked: Ints) -> Ints:
        """Return which of the asked counts are not open enough.

        Towns that were found before are looked at again before others are sought. Parts of
        children leave more open than whole ones: by so much more they must be apart.
        """
        slack = self.shown.slack(multiple)
        counts, alike = self._alike(slack)
        whole = np.array([one[2] for one in self._seen])
        ends = {True: Ends(counts[alike & whole]), False: Ends(counts[alike])}
        self._bound(slack)
        found = []
        for cell in asked:
            for aim in (self._counts[cell], -self._counts[cell]):
                if not self._open(cell, ends):
                    self._note(self._least(aim), ends)
            if not self._open(cell, ends):
                found.append(cell)
        return np.array(found, int)

    def _open(self, cell: int, ends: Mapping[bool, Ends]) -> bool:
        return any(
            at_least(one.width()[cell], self.enough[kind][cell]) for kind, one in ends.items()
        )

    def _alike(self, slack: Slack) -> tuple[Floats, Mask]:
        """Return the counts of the towns that were seen, and which of them look the same."""
        counts, weights = (np.stack([one[part] for one in self._seen]) for part in (0, 1))
        more, heavier = counts - counts[0], weights - weights[0]
        fits = between(more, -slack.down, slack.up)
        fits &= between(heavier, -slack.weighted_down, slack.weighted_up)
        return counts, np.asarray(fits.all(axis=1))

    def _note(self, town: Floats | None, ends: Mapping[bool, Ends]) -> None:
        if town is None:
            return
        all_whole = whole(town) or not self.shown.system.whole
        count = self.matrix @ town
        self._seen.append((count, self.weighted @ town, all_whole))
        del self._seen[1:-_KEPT]
        for kind in (False, True)[: 1 + all_whole]:
            ends[kind].note(count)

    def _program(self) -> highspy.Highs:
        """Return the program of all towns, without what is shown."""
        lines = sparse.vstack([self.matrix, self.weighted, self.every], format="csr")
        size, columns = lines.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, size
        lp.col_cost_ = np.zeros(columns)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), self.most
        free = np.full(size - len(self.least), highspy.kHighsInf)
        lp.row_lower_ = np.concatenate([-free, self.least])
        lp.row_upper_ = np.concatenate([free, self.shown.system.size])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = lines.indptr, lines.indices
        lp.a_matrix_.value_ = lines.data
        program = _Quiet()
        for option, value in _OPTIONS.items():
            program.setOptionValue(option, value)
        program.passModel(lp)
        return program

    def _bound(self, slack: Slack) -> None:
        """Give the program what is shown now."""
        truth, weighted = self._seen[0][:2]
        low = np.concatenate([truth - slack.down, weighted - slack.weighted_down])
        high = np.concatenate([truth + slack.up, weighted + slack.weighted_up])
        at = np.arange(len(low), dtype=np.int32)
        cast(Any, self._highs).changeRowsBounds(len(low), at, low, high)

    def _least(self, aim: Floats) -> Floats | None:
        """Return the town in which a sum is least; None where there is none."""
        self._highs.changeColsCost(len(aim), self._columns, aim)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._highs.getSolution().col_value)
