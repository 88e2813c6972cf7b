"""What must stay uncertain about hidden cells, and what an attacker can tell about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from wijkkit.disclosure.knowledge import Knowledge
from wijkkit.disclosure.policy import Policy

_TOLERANCE = 1e-6
#: Cuts ask for a little more, so that solver tolerances cannot undo them.
_MARGIN = 1e-3
_ROUNDS = 8


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
) -> list[Cut]:
    """Return a cut for each requirement that the cells `hidden` do not meet; none when all are.

    Every solution of the program is something the attacker cannot exclude, so each one widens
    what is known to be open about all cells at once. A few programs that push all cells at the
    same time settle nearly all of them; the rest gets its own.
    """
    low = high = required.expressions @ known.truth
    side = 1.0
    for _ in range(_ROUNDS):
        open_ = ~_met(low, high, required.caps, width)
        if not open_.any():
            return []
        sides = side * np.where(open_, np.resize([1.0, 1.0, -1.0], len(open_)), 0.0)
        values = required.expressions @ known.attack(sides @ required.expressions, hidden).x
        low, high = np.minimum(low, values), np.maximum(high, values)
        side = -side
    cuts = []
    for at in np.flatnonzero(~_met(low, high, required.caps, width)):
        cuts += _own_attack(known, hidden, required, at, width)
    return cuts


def _met(low: np.ndarray, high: np.ndarray, caps: np.ndarray, width: float) -> np.ndarray:
    return np.minimum(high, caps) - np.maximum(low, 0) >= width - _TOLERANCE


def _own_attack(
    known: Knowledge, hidden: np.ndarray, required: Requirements, at: int, width: float
) -> list[Cut]:
    expression = required.expressions[[at]].toarray()[0]
    lowest, highest = known.attack(expression, hidden), known.attack(-expression, hidden)
    low, high, cap = lowest.fun, -highest.fun, required.caps[at]
    cuts = []
    if high - low < width - _TOLERANCE:
        gain = -(lowest.ineqlin.marginals + highest.ineqlin.marginals)
        cuts.append(_cut(known, hidden, gain, width + _MARGIN - (high - low)))
    if low > cap - width + _TOLERANCE:
        gain = -lowest.ineqlin.marginals
        cuts.append(_cut(known, hidden, gain, low - (cap - width) + _MARGIN))
    return cuts if required.primary[at] else [_unless(cut, required.cells[at]) for cut in cuts]


def _cut(known: Knowledge, hidden: np.ndarray, gain: np.ndarray, short: float) -> Cut:
    """Return the cut of a dual solution: hiding cell c widens by at most its coefficient."""
    widening = np.bincount(known.owner, gain * known.relax, minlength=len(hidden))
    at_most = np.where(hidden, widening, np.minimum(widening, short))
    return Cut(at_most, short + float(at_most[hidden].sum()))


def _unless(cut: Cut, cell: int) -> Cut:
    """Return the cut that holds only while `cell` is hidden."""
    coefficients = cut.coefficients.copy()
    coefficients[cell] -= cut.least
    return Cut(coefficients, 0.0)
