"""Any town that looks the same: the least and the most of a count, by integer programs."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wijkkit.disclosure.slack import Shown, Slack

Floats = NDArray[np.float64]
TINY = 1e-6
#: So much wider must a count be, in children, where no town of whole children was found.
MARGIN = 1.0
#: Towns that are remembered.
_KEPT = 400
_OPTIONS = {"output_flag": False, "threads": 1}


class Towns:
    """The towns that look like the true one.

    Parameters
    ----------
    shown : Shown
    """

    def __init__(self, shown: Shown) -> None:
        self._shown, system = shown, shown.system
        patterns = system.patterns[1:]
        self._size = (len(system.size), len(patterns))
        asked = [
            system.member.multiply(system.asked[:, indicator][None, :]).tocsr()
            for indicator in range(len(system.indicators))
        ]
        own = sparse.vstack(
            [
                sparse.csr_array(asked[indicator][[row]])
                for row, indicator in enumerate(system.indicator)
            ],
            format="csr",
        )
        # One column per atom and pattern, atoms first.
        parts = [
            sparse.diags_array(patterns[number][system.indicator].astype(float)) @ own
            for number in range(len(patterns))
        ]
        self.matrix = sparse.hstack(parts, format="csr")
        weight = np.tile(system.weight, len(patterns))
        self.weighted = (self.matrix @ sparse.diags_array(weight)).tocsr()
        every = sparse.hstack([sparse.eye_array(len(system.size))] * len(patterns), format="csr")
        self._every = every
        self.truth = system.truth[:, 1:].T.ravel()
        some_none = system.truth[:, 0].sum() > 0
        self._least = np.zeros(len(system.size)) if some_none else system.size

        self._columns = np.arange(len(self.truth), dtype=np.int32)
        self._highs = self._program()
        self._seen = [(shown.count, self.weighted @ self.truth)]

    def narrow(self, multiple: Floats, asked: Sequence[int], first: bool) -> NDArray[np.int64]:
        """Return which of the asked counts are not open enough; with `first` only one of them.

        Towns that were found before are looked at again before others are sought.
        """
        slack, need = self._shown.slack(multiple), self._shown.need
        least, most = self._among_seen(slack)
        found, bound = [], False
        for cell in asked:
            if most[cell] - least[cell] >= need[cell] - TINY:
                continue
            if not bound:
                self._bound(slack)
                bound = True
            if self._is_narrow(cell, least, most):
                found.append(cell)
                if first:
                    break
        return np.array(found, int)

    def _is_narrow(self, cell: int, least: Floats, most: Floats) -> bool:
        """Return whether no two towns have counts as far apart as is needed."""
        need, whole = self._shown.need[cell], self._shown.system.whole
        ends = []
        for sign in (1.0, -1.0):
            self._aim(cell, sign)
            town = self._run()
            if town is None:
                return True
            ends.append(self._count(cell, town))
            if not whole or np.abs(town - np.round(town)).max() < TINY:
                self._note(np.round(town) if whole else town, least, most)
        if most[cell] - least[cell] >= need - TINY:
            return False
        # Parts of children: whole ones leave a little less. The audit looks for those.
        margin = min(MARGIN, self._shown.spare[cell]) if whole else 0.0
        return bool(ends[1] - ends[0] < need + margin - TINY)

    def _among_seen(self, slack: Slack) -> tuple[Floats, Floats]:
        """Return the least and the most of each count among the towns that were seen."""
        truth, weighted = self._seen[0]
        counts = np.stack([one[0] for one in self._seen])
        weights = np.stack([one[1] for one in self._seen])
        fits = (counts <= truth + slack.up + TINY) & (counts >= truth - slack.down - TINY)
        fits &= (weights <= weighted + slack.weighted_up) & (
            weights >= weighted - slack.weighted_down
        )
        counts = counts[fits.all(axis=1)]
        return counts.min(axis=0, initial=np.inf), counts.max(axis=0, initial=-np.inf)

    def _note(self, town: Floats | None, least: Floats, most: Floats) -> None:
        if town is not None:
            count = self.matrix @ town
            self._seen.append((count, self.weighted @ town))
            del self._seen[1:-_KEPT]
            np.minimum(least, count, out=least)
            np.maximum(most, count, out=most)

    def _program(self) -> highspy.Highs:
        """Return the program of all towns, without what is shown."""
        lines = sparse.vstack([self.matrix, self.weighted, self._every], format="csr")
        size, columns = lines.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, size
        lp.col_cost_ = np.zeros(columns)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
        free = np.full(size - len(self._least), highspy.kHighsInf)
        lp.row_lower_ = np.concatenate([-free, self._least])
        lp.row_upper_ = np.concatenate([free, self._shown.system.size])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = lines.indptr, lines.indices
        lp.a_matrix_.value_ = lines.data
        program = highspy.Highs()
        for option, value in _OPTIONS.items():
            program.setOptionValue(option, value)
        program.passModel(lp)
        return program

    def _bound(self, slack: Slack) -> None:
        """Give the program what is shown now."""
        truth, weighted = self._seen[0]
        low = np.concatenate([truth - slack.down, weighted - slack.weighted_down])
        high = np.concatenate([truth + slack.up, weighted + slack.weighted_up])
        at = np.arange(len(low), dtype=np.int32)
        self._highs.changeRowsBounds(len(low), at, low, high)

    def _aim(self, cell: int, sign: float) -> None:
        """Make a count as small as can be, or with a minus as large."""
        row = self.matrix[[cell]]
        cost = np.zeros(len(self.truth))
        cost[row.indices] = sign * row.data
        self._highs.changeColsCost(len(cost), self._columns, cost)

    def _count(self, cell: int, town: Floats) -> float:
        return float((self.matrix[[cell]] @ town)[0])

    def _run(self) -> Floats | None:
        self._highs.run()
        found = self._highs.getSolution()
        return np.array(found.col_value) if found.value_valid else None
