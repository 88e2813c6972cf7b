"""What is cheapest to give up so that one more count is open, by a linear program.

Two towns are sought in which the count is as far apart as asked. A shown figure may stand otherwise
there than it does, at a price for each child more or less; the figures that do are given up. This is
the linear relaxation of complementary cell suppression (Fischetti and Salazar-González, Journal of
the American Statistical Association 95, 2000, 916-928), with coarser steps besides.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.loss import ORDER
from wijkkit.disclosure.tolerance import at_least
from wijkkit.disclosure.towns import Towns

#: So many times dearer is each kind of loss than the one before.
DEARER = 1.7


class Cheapest:
    """The cheapest losses of one system.

    `wijken`: The number of wijken in each cell's area. `fixed`: Cells that stand as they are.
    `widest`: The coarser step of each cell that gives it the most room.
    """

    def __init__(self, towns: Towns, wijken: Ints, fixed: Mask, widest: Floats) -> None:
        self._towns, self._widest, shown = towns, widest, towns.shown
        self._truth = np.concatenate([shown.count, towns.weighted @ towns.truth])
        #: What a child more or less costs in each figure: in a coarser step, and left out.
        price = np.zeros((2, len(shown.count)))
        for rank, loss in reversed(list(enumerate(ORDER))):
            price[int(0.0 in loss.multiples), loss.of(shown.system, wijken) & ~fixed] = DEARER**rank
        self._price = np.tile(price, 2).repeat(2, axis=0).ravel()
        rows = sparse.vstack([towns.matrix, towns.weighted])
        each = sparse.eye_array(len(self._truth))
        # Columns: the children of either town; what figures are more, and less, than they can be
        # where they stand: in a coarser step, and left out.
        more, less, none = [-each, None] * 2, [None, each] * 2, [None, None] * 2
        lines = [
            [rows, None, *more],
            [rows, None, *less],
            [None, rows, *more],
            [None, rows, *less],
            [towns.every, None, *none],
            [None, towns.every, *none],
        ]
        self._lines = sparse.block_array(lines, format="csr")

    def given_up(self, multiple: Floats, cell: int, apart: float) -> Floats | None:
        """Return what is shown when a count may be so far apart; None where nothing makes it so."""
        towns, shown, truth = self._towns, self._towns.shown, self._truth
        wider = np.maximum(multiple, self._widest)
        now, then = (shown.slack(one) for one in (multiple, wider))
        down, up = np.append(now.down, now.weighted_down), np.append(now.up, now.weighted_up)
        free = np.full(len(truth), np.inf)
        low, high = np.tile([-free, truth - down], (2, 1)), np.tile([truth + up, free], (2, 1))
        with np.errstate(invalid="ignore"):
            more = np.concatenate([then.up, then.weighted_up, then.down, then.weighted_down])
            more = np.fmax(more - np.concatenate([up, down]), 0.0)
        # What is hidden has nothing left to lose.
        may = np.logical_and(self._price, np.tile(multiple, 8))
        most = np.where(may, np.append(more, np.full(len(more), np.inf)), 0.0)
        own = towns.matrix[[cell]]
        difference = sparse.hstack([own, -own, sparse.csr_array((1, len(most)))])
        size = shown.system.size
        least = np.concatenate([*low, towns.least, towns.least])
        largest = np.concatenate([*high, size, size])
        found = milp(
            np.concatenate([np.zeros(2 * len(towns.most)), self._price]),
            constraints=[
                LinearConstraint(self._lines, least, largest),
                LinearConstraint(difference, apart, np.inf),
            ],
            bounds=Bounds(0.0, np.concatenate([towns.most, towns.most, most])),
        )
        if found.x is None:
            return None
        other = ~at_least(0.0, found.x[-len(most) :].reshape(2, 4, len(multiple)).max(axis=1))
        return np.where(other[1], 0.0, np.where(other[0], wider, multiple))
