"""What must stay uncertain about hidden cells, and what an attacker can tell about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import OptimizeResult

from wijkkit.disclosure.knowledge import Knowledge, Program

_TOLERANCE = 1e-6
#: Cuts ask for a little more, so that solver tolerances cannot undo them.
_MARGIN = 1e-3
_ROUNDS = 3
#: So many requirements get programs of their own at once: small ones, of a few wijken.
_FEW = 4
#: Reasons of cells of which those outside the category must stay uncertain too.
_RESTS = ("few_outside", "large_share", "large_count")


@dataclass(frozen=True, slots=True)
class Requirements:
    """Expressions of which the interval may not be narrow.

    Parameters
    ----------
    expressions : sparse matrix, shape (k, 2m)
        Linear in the unknowns: a count, its complement, an n.
    cells : ndarray of int, shape (k,)
    primary : ndarray of bool, shape (k,)
        Whether the cell is hidden whatever is chosen.
    """

    expressions: sparse.csr_array
    cells: np.ndarray
    primary: np.ndarray

    def only(self, at: np.ndarray) -> Requirements:
        """Return the requirements at these positions."""
        return Requirements(self.expressions[at], self.cells[at], self.primary[at])

    def __add__(self, other: Requirements) -> Requirements:
        return Requirements(
            sparse.vstack([self.expressions, other.expressions], format="csr"),
            np.concatenate([self.cells, other.cells]),
            np.concatenate([self.primary, other.primary]),
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """What must be hidden besides: ``coefficients @ hidden >= least`` (m coefficients)."""

    coefficients: np.ndarray
    least: float


def requirements(hidden: np.ndarray, reasons: np.ndarray, scores: np.ndarray) -> Requirements:
    """Return what must stay uncertain when the cells `hidden` are.

    Of every cell its count, of one with a small or unknown rest also that, and of one with
    too few respondents, or hidden with a block, their number. `reasons` holds the primary reason of each cell, `scores`
    whether it has no count.
    """
    size, few = len(hidden), hidden & np.isin(reasons, ["too_few", "together"])
    rest = few | (hidden & np.isin(reasons, _RESTS))
    wanted = ((hidden & ~scores, 1, 0), (rest & ~scores, -1, 1), (few, 0, 1))
    cells = np.concatenate([np.flatnonzero(which) for which, _, _ in wanted])
    of_x, of_n = (
        np.concatenate([np.full(row[0].sum(), float(row[side])) for row in wanted])
        for side in (1, 2)
    )
    count = np.arange(len(cells))
    expressions = sparse.csr_array(
        (
            np.concatenate([of_x, of_n]),
            (np.tile(count, 2), np.concatenate([cells, cells + size])),
        ),
        shape=(len(cells), 2 * size),
    )
    return Requirements(expressions, cells, reasons[cells] != "")


def unprotected(
    known: Knowledge, hidden: np.ndarray, required: Requirements, width: float
) -> dict[int, list[Cut]]:
    """Return cuts for each requirement (by position) that the cells `hidden` do not meet.

    Every solution of the program is something the attacker cannot exclude. So a few programs
    first push all hidden counts at once, half of them up and half of them down, none further
    than needed; a requirement that they do not meet gets a program of its own.
    """
    program = known.program(hidden)
    quick = program.near(np.tile(known.beside(hidden), 2), 0)
    pushed = quick.near(np.tile(hidden, 2), width)
    low = high = required.expressions @ known.truth
    random = np.random.default_rng(len(low))
    for _ in range(_ROUNDS):
        open_ = ~_met(low, high, width)
        if open_.sum() <= _FEW:
            break
        sides = np.where(open_, random.choice([-1.0, 1.0], len(open_)), 0.0)
        for side in (sides, -sides):
            values = required.expressions @ pushed.minimum(side @ required.expressions).x
            low, high = np.minimum(low, values), np.maximum(high, values)
    failed = {}
    for at in np.flatnonzero(~_met(low, high, width)):
        one = required.only(np.array([at]))
        itself = np.arange(len(hidden)) == one.cells[0]
        quick = program.near(np.tile(known.beside(itself), 2), 0)
        if not _interval(quick, one, width)[2] and (
            cuts := _cuts(known, program, hidden, one, width)
        ):
            failed[int(at)] = cuts
    return failed


def _interval(
    program: Program, one: Requirements, width: float
) -> tuple[OptimizeResult, OptimizeResult, bool]:
    """Return the attacks that give the ends of a requirement's interval, and whether it is met."""
    expression = one.expressions.toarray()[0]
    lowest, highest = program.minimum(expression), program.minimum(-expression)
    return lowest, highest, bool(_met(lowest.fun, -highest.fun, width))


def _met(low: np.ndarray, high: np.ndarray, width: float) -> np.ndarray:
    return high - low >= width - _TOLERANCE


def _cuts(
    known: Knowledge, program: Program, hidden: np.ndarray, one: Requirements, width: float
) -> list[Cut]:
    """Return the cuts of a requirement that is not met; none when it is."""
    lowest, highest, met = _interval(program, one, width)
    if met:
        return []
    gain = known.gain(lowest, hidden) + known.gain(highest, hidden)
    cut = _cut(gain, width + _MARGIN - (-highest.fun - lowest.fun))
    return [cut if one.primary[0] else _unless(cut, one.cells[0])]


def _cut(gain: np.ndarray, short: float) -> Cut:
    """Return the cut of a dual solution: hiding cell c widens by at most its gain."""
    return Cut(np.minimum(gain, short), short)


def _unless(cut: Cut, cell: int) -> Cut:
    """Return the cut that holds only while `cell` is hidden."""
    coefficients = cut.coefficients.copy()
    coefficients[cell] -= cut.least
    return Cut(coefficients, 0.0)
