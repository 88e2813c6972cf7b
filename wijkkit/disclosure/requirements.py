"""What must stay uncertain about hidden cells, and what an attacker can tell about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import OptimizeResult

from wijkkit.disclosure.knowledge import Knowledge, Program
from wijkkit.disclosure.policy import Policy

_TOLERANCE = 1e-6
#: Cuts ask for a little more, so that solver tolerances cannot undo them.
_MARGIN = 1e-3
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Requirements:
    """Expressions of which the interval may not be narrow.

    Parameters
    ----------
    expressions : sparse matrix, shape (k, 2m)
        Linear in the unknowns: a count, its complement, an n.
    caps : ndarray, shape (k,)
        Largest value that the rule which hid the cell leaves; infinite without such a rule.
    cells : ndarray of int, shape (k,)
    primary : ndarray of bool, shape (k,)
        Whether the cell is hidden whatever is chosen.
    """

    expressions: sparse.csr_array
    caps: np.ndarray
    cells: np.ndarray
    primary: np.ndarray

    def only(self, at: np.ndarray) -> Requirements:
        """Return the requirements at these positions."""
        return Requirements(self.expressions[at], self.caps[at], self.cells[at], self.primary[at])

    def __add__(self, other: Requirements) -> Requirements:
        return Requirements(
            sparse.vstack([self.expressions, other.expressions], format="csr"),
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("caps", "cells", "primary")
            ),
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """What must be hidden besides: ``coefficients @ hidden >= least`` (m coefficients)."""

    coefficients: np.ndarray
    least: float


def requirements(
    hidden: np.ndarray, reasons: np.ndarray, scores: np.ndarray, policy: Policy
) -> Requirements:
    """Return what must stay uncertain when the cells `hidden` are.

    A count that is hidden because it is small must stay uncertain among the small counts, a
    cell with too few respondents in its n as well. `reasons` holds the primary reason of each
    cell, `scores` whether it has no count.
    """
    size, small = len(hidden), policy.min_count - 1
    wanted = []
    for cell in np.flatnonzero(hidden):
        few, reason = reasons[cell] == "too_few", reasons[cell]
        if few:
            wanted.append((cell, 0, 1, np.inf))
        if scores[cell]:
            continue
        wanted.append((cell, 1, 0, small if reason == "few_inside" else np.inf))
        if few or reason == "few_outside":
            wanted.append((cell, -1, 1, np.inf if few else small))
    table = np.array(wanted, float).reshape(-1, 4)
    cells = table[:, 0].astype(int)
    count = np.arange(len(cells))
    expressions = sparse.csr_array(
        (
            np.concatenate([table[:, 1], table[:, 2]]),
            (np.tile(count, 2), np.concatenate([cells, cells + size])),
        ),
        shape=(len(cells), 2 * size),
    )
    return Requirements(expressions, table[:, 3], cells, reasons[cells] != "")


def unprotected(
    known: Knowledge, hidden: np.ndarray, required: Requirements, width: float
) -> dict[int, list[Cut]]:
    """Return cuts for each requirement (by position) that the cells `hidden` do not meet.

    Every solution of the program is something the attacker cannot exclude. So a few programs
    first push all hidden counts at once, half of them up and half of them down, none further
    than needed; a requirement that they do not meet gets a program of its own.
    """
    program = known.program(hidden)
    idle = known.idle(hidden)
    quick = program.near(np.tile(idle, 2), 0)
    pushed = quick.near(np.tile(hidden, 2), width)
    low = high = required.expressions @ known.truth
    random = np.random.default_rng(len(low))
    for _ in range(_ROUNDS):
        open_ = ~_met(low, high, required.caps, width)
        if not open_.any():
            break
        sides = np.where(open_, random.choice([-1.0, 1.0], len(open_)), 0.0)
        for side in (sides, -sides):
            values = required.expressions @ pushed.minimum(side @ required.expressions).x
            low, high = np.minimum(low, values), np.maximum(high, values)
    failed = {}
    for at in np.flatnonzero(~_met(low, high, required.caps, width)):
        one = required.only(np.array([at]))
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
    return lowest, highest, bool(_met(lowest.fun, -highest.fun, one.caps[0], width))


def _met(low: np.ndarray, high: np.ndarray, caps: np.ndarray, width: float) -> np.ndarray:
    return np.minimum(high, caps) - np.maximum(low, 0) >= width - _TOLERANCE


def _cuts(
    known: Knowledge, program: Program, hidden: np.ndarray, one: Requirements, width: float
) -> list[Cut]:
    """Return the cuts of a requirement that is not met; none when it is."""
    lowest, highest, met = _interval(program, one, width)
    low, high, cap = lowest.fun, -highest.fun, one.caps[0]
    cuts = []
    if not met and high - low < width:
        gain = known.gain(lowest, hidden) + known.gain(highest, hidden)
        cuts.append(_cut(gain, width + _MARGIN - (high - low)))
    if not met and low > cap - width:
        cuts.append(_cut(known.gain(lowest, hidden), low - (cap - width) + _MARGIN))
    return cuts if one.primary[0] else [_unless(cut, one.cells[0]) for cut in cuts]


def _cut(gain: np.ndarray, short: float) -> Cut:
    """Return the cut of a dual solution: hiding cell c widens by at most its gain."""
    return Cut(np.minimum(gain, short), short)


def _unless(cut: Cut, cell: int) -> Cut:
    """Return the cut that holds only while `cell` is hidden."""
    coefficients = cut.coefficients.copy()
    coefficients[cell] -= cut.least
    return Cut(coefficients, 0.0)
