"""What anyone knows of the counts of a release, as a linear program.

The unknowns are the count x and the number n of every cell. A total is the sum of its parts; where
some of its respondents are in none of them (no group is known), it is at least that sum. A
published cell bounds its n and its share; a hidden one tells the reason why it is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from wijkkit.disclosure.links import Links, incidence
from wijkkit.disclosure.rounding import Published
from wijkkit.disclosure.told import Told


@dataclass(frozen=True, slots=True)
class Program:
    """Constraints on the unknowns z: at_most @ z <= limit, equal @ z as for the truth, bounds."""

    at_most: sparse.csr_array
    limit: np.ndarray
    equal: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray

    def minimum(self, objective: np.ndarray) -> OptimizeResult:
        """Minimise `objective` over everything that fits."""
        result = linprog(
            objective,
            A_ub=self.at_most,
            b_ub=self.limit,
            A_eq=self.equal,
            b_eq=self.equal @ self.truth,
            bounds=np.column_stack([self.low, self.high]),
            method="highs",
        )
        if result.status != 0:
            raise RuntimeError(f"the attacker's program has no optimum: {result.message}")
        return result

    def near(self, unknowns: np.ndarray, distance: np.ndarray) -> Program:
        """Return the program in which `unknowns` (booleans) stay within a distance of the truth."""
        low = np.where(unknowns, np.maximum(self.low, self.truth - distance), self.low)
        high = np.where(unknowns, np.minimum(self.high, self.truth + distance), self.high)
        return replace(self, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The linear program of one system with m cells; unknowns are x (m) and then n (m).

    Parameters
    ----------
    equal, loose : sparse matrix
        Totals minus their parts that are zero, and that are not below zero.
    truth : ndarray, shape (2m,)
        The true counts: one solution of the program.
    shown : Published
        What publishing a cell leaves open.
    hiding : Told
        What hiding it leaves open.
    most : float
        An n that no cell has; it bounds the programs.
    wijk : ndarray of int, shape (m,)
        The number of each cell's wijk; -1 for cells of larger areas.
    spare : ndarray of bool, shape (m,)
        Cells that a quick attack may move though their wijk hides nothing.
    """

    equal: sparse.csr_array
    loose: sparse.csr_array
    truth: np.ndarray
    shown: Published
    hiding: Told
    most: float
    wijk: np.ndarray
    spare: np.ndarray

    def beside(self, cells: np.ndarray) -> np.ndarray:
        """Return the cells of wijken where no one of `cells` (booleans) is; shape (m,).

        A quick attack leaves them as they are, but those of larger areas and one wijk in each.
        """
        return ~self.spare & ~np.isin(self.wijk, self.wijk[cells])

    def program(self, hidden: np.ndarray) -> Program:
        """Return the constraints when the cells `hidden` (m booleans) are."""
        open_ = hidden & ~self.shown.public
        shown, hiding = self.shown, self.hiding
        low_n = np.where(open_, hiding.n_low, self._least_n)
        high_n = np.where(open_, np.minimum(hiding.n_high, self.most), shown.n_high)
        low_x = np.where(open_, hiding.x_low, shown.limit)
        high_x = np.where(open_, np.minimum(hiding.x_high, self.most), self.most)
        slack, some = (
            np.where(open_, hiding.slack, 0),
            np.flatnonzero(np.isfinite(hiding.rest_high)),
        )
        one = sparse.eye_array(len(open_), format="csr")[some]
        limits = (
            np.tile(slack, 2),
            -np.where(open_, hiding.rest_low, shown.limit),
            np.zeros(self.loose.shape[0]),
            hiding.rest_high[some],
        )
        return Program(
            at_most=sparse.vstack(
                [self._shares(open_), -self.loose, sparse.hstack([-one, one])], format="csr"
            ),
            limit=np.concatenate(limits),
            equal=self.equal,
            low=np.concatenate([low_x, low_n]),
            high=np.concatenate([high_x, high_n]),
            truth=self.truth,
        )

    @property
    def _least_n(self) -> np.ndarray:
        """The least n of a cell that is shown."""
        shown = self.shown
        return np.maximum(shown.n_low, np.where(shown.public, 0, self.hiding.n_low))

    def gain(self, result: OptimizeResult, hidden: np.ndarray) -> np.ndarray:
        """Return by how much at most hiding each published cell lowers an optimum; shape (m,).

        Parameters
        ----------
        result : OptimizeResult
            Of a program of the whole system: its marginals are the dual solution.
        hidden : ndarray of bool, shape (m,)
        """
        size, shown, hiding = len(hidden), self.shown, self.hiding
        inside, outside, rest = np.split(-result.ineqlin.marginals[: 3 * size], 3)
        low_x, low_n = np.split(result.lower.marginals, 2)
        _, high_n = np.split(-result.upper.marginals, 2)
        gain = (
            inside * np.maximum(hiding.share_high - shown.share_high, 0) * self.most
            + outside * np.maximum(shown.share_low - hiding.share_low, 0) * self.most
            + rest * np.maximum(shown.limit - hiding.rest_low, 0)
            + low_x * np.maximum(shown.limit - hiding.x_low, 0)
            + low_n * np.maximum(self._least_n - hiding.n_low, 0)
            + high_n * np.maximum(np.minimum(hiding.n_high, self.most) - shown.n_high, 0)
        )
        return np.where(hidden | shown.public, np.zeros(size), np.maximum(gain, 0))

    def _shares(self, open_: np.ndarray) -> sparse.csr_array:
        """Return the rows of shares: not above, not below, and enough outside the category."""
        one = np.ones(len(open_))
        high = np.where(open_, self.hiding.share_high, self.shown.share_high)
        low = np.where(open_, self.hiding.share_low, self.shown.share_low)
        blocks = ((one, -high), (-one, low), (one, -one))
        diagonal = sparse.diags_array
        return sparse.block_array(
            [[diagonal(of_x), diagonal(of_n)] for of_x, of_n in blocks], format="csr"
        )


def knowledge(cells: pd.DataFrame, shown: Published, hiding: Told, links: Links) -> Knowledge:
    """Return what is known of `cells` (columns `x`, `n`) that are `shown`, or hidden."""
    x, n = cells["x"].to_numpy(float), cells["n"].to_numpy(float)
    size = len(n)
    truth = np.concatenate([np.nan_to_num(x), n])
    on_both, on_x = incidence(links.sums, size), incidence(links.part_sums, size)
    whole = np.abs(on_both @ n) < 0.5
    equal = sparse.block_array(
        [[on_both[whole], None], [None, on_both[whole]], [on_x, sparse.csr_array(on_x.shape)]],
        format="csr",
    )
    some = on_both[~whole]
    loose = sparse.block_array([[some, None], [None, some], [-some, some]], format="csr")
    return Knowledge(
        equal=equal,
        loose=loose,
        truth=truth,
        shown=shown,
        hiding=hiding,
        most=2 * n.max(initial=1) + 100,
        wijk=links.wijk,
        spare=links.spare,
    )
