"""What anyone knows of the counts of a release, as a linear program.

The unknowns are the count x and the number n of every cell. Sums hold exactly (who granted the
attacker the respondents without a group granted more than there is); a published cell bounds its
n and its share; a hidden one only tells on which side of the policy's least n it lies. Hiding a
published cell relaxes its rows, which is written as ``A z <= b + relax * hidden``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from wijkkit.disclosure.links import Link, incidence
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.rounding import Published


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The linear program of one system with m cells; unknowns are x (m) and then n (m).

    Parameters
    ----------
    equal, equal_to : sparse matrix, ndarray
        Sums that hold.
    rows, bound : sparse matrix, ndarray
        Rows that hold while their cell is published.
    relax : ndarray
        How much further a row's bound lies when its cell is hidden.
    owner : ndarray of int
        The cell of each row.
    truth : ndarray, shape (2m,)
        The true counts: one solution of the program.
    """

    equal: sparse.csr_array
    equal_to: np.ndarray
    rows: sparse.csr_array
    bound: np.ndarray
    relax: np.ndarray
    owner: np.ndarray
    truth: np.ndarray

    def bounds(self, hidden: np.ndarray) -> np.ndarray:
        """Return the rows' bounds when the cells `hidden` (m booleans) are hidden."""
        return self.bound + self.relax * hidden[self.owner]

    def attack(self, objective: np.ndarray, hidden: np.ndarray) -> OptimizeResult:
        """Minimise `objective` over everything that fits what is published."""
        result = linprog(
            objective,
            A_ub=self.rows,
            b_ub=self.bounds(hidden),
            A_eq=self.equal,
            b_eq=self.equal_to,
            bounds=(0, None),
            method="highs",
        )
        if result.status != 0:
            raise RuntimeError(f"the attacker's program has no optimum: {result.message}")
        return result


def knowledge(
    x: np.ndarray,
    n: np.ndarray,
    shown: Published,
    sums: tuple[list[Link], list[Link]],
    policy: Policy,
) -> Knowledge:
    """Return what is known of cells with counts `x` among `n` that are published as `shown`."""
    size = len(n)
    truth = np.concatenate([np.nan_to_num(x), n])
    on_both = incidence(sums[0], size)
    on_x = incidence(sums[1], size)
    equal = sparse.block_array(
        [[on_both, None], [None, on_both], [on_x, sparse.csr_array((len(sums[1]), size))]],
        format="csr",
    )
    rows, bound, relax, owner = _rows(n, shown, policy)
    return Knowledge(equal, equal @ truth, rows, bound, relax, owner, truth)


def _rows(
    n: np.ndarray, shown: Published, policy: Policy
) -> tuple[sparse.csr_array, np.ndarray, np.ndarray, np.ndarray]:
    size, most, few = len(n), 2 * n.max(initial=1) + 100, n < policy.min_n
    one = np.ones(size)
    least = np.where(few, 0, policy.min_n)
    top = np.where(few, policy.min_n - 1, most)
    blocks = [  # of x, of n, bound, how much further when hidden
        (one, -one, 0 * one, 0 * one),
        (0 * one, -one, -least, 0 * one),
        (0 * one, one, shown.n_high, top - shown.n_high),
        (0 * one, -one, -shown.n_low, np.maximum(shown.n_low, 0)),
        (one, -shown.share_high, 0 * one, (1 - shown.share_high) * most),
        (-one, shown.share_low, 0 * one, shown.share_low * most),
        (-one, 0 * one, -shown.limit, shown.limit),
        (one, -one, -shown.limit, shown.limit),
    ]
    of_x, of_n, bound, relax = (np.concatenate(part) for part in zip(*blocks, strict=True))
    owner = np.tile(np.arange(size), len(blocks))
    relax = np.where(shown.public[owner], 0.0, relax)
    rows = sparse.hstack(
        [
            sparse.csr_array((values, (np.arange(len(owner)), owner)), shape=(len(owner), size))
            for values in (of_x, of_n)
        ],
        format="csr",
    )
    rows.eliminate_zeros()
    return rows, bound, relax, owner
