"""Secondary suppression: hide as little as possible so that nothing hidden can be derived.

The choice is an integer program. Its constraints are not known beforehand: each time a choice
leaves a hidden cell derivable, the dual solution of the attacker's linear program says which
cells would have kept it open, and that is added (Fischetti & Salazar 2001, *Solving the cell
suppression problem on tabular data with linear constraints*, Management Science 47).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.disclosure.knowledge import Knowledge
from wijkkit.disclosure.requirements import Cut, Requirements, unprotected

#: Cells times cuts above which the integer program gives way to the heuristic.
EXACT_UP_TO = 60_000


def choose_hidden(
    known: Knowledge,
    primary: np.ndarray,
    loss: np.ndarray,
    required_of: Callable[[np.ndarray], Requirements],
    width: float,
) -> np.ndarray | None:
    """Return which cells to hide; None where hiding everything does not protect.

    Parameters
    ----------
    known : Knowledge
    primary : ndarray of bool, shape (m,)
        Cells that may not be shown.
    loss : ndarray, shape (m,)
        What is lost when a cell is hidden.
    required_of : callable
        The requirements of some hidden cells.
    width : float
        Least width of what can be derived.

    Returns
    -------
    ndarray of bool, shape (m,), or None
    """
    of_primary = required_of(primary)
    failed = unprotected(known, primary, of_primary, width)
    # Hiding more only widens what is open: what holds now holds for every choice.
    of_primary = of_primary.only(np.array(list(failed), int))
    hidden, cuts = primary, []
    while failed:
        if hidden.all():
            return None
        cuts += [cut for of_one in failed.values() for cut in of_one]
        exact = len(hidden) * len(cuts) <= EXACT_UP_TO
        hidden = _least(cuts, primary, loss) if exact else _greedy(cuts, hidden, loss)
        required = of_primary + required_of(hidden & ~primary)
        failed = unprotected(known, hidden, required, width)
    return hidden


def _least(cuts: list[Cut], primary: np.ndarray, loss: np.ndarray) -> np.ndarray:
    """Return the choice with the least loss that satisfies all cuts."""
    result = milp(
        loss,
        constraints=LinearConstraint(
            np.array([cut.coefficients for cut in cuts]), lb=[cut.least - 1e-7 for cut in cuts]
        ),
        integrality=np.ones(len(loss)),
        bounds=Bounds(primary.astype(float), 1.0),
        options={"mip_rel_gap": 1e-6},
    )
    if result.x is None:
        return np.ones(len(primary), bool)
    return result.x > 0.5


def _greedy(cuts: list[Cut], hidden: np.ndarray, loss: np.ndarray) -> np.ndarray:
    """Hide the cell that gains most per loss until all cuts hold; what is hidden stays so."""
    matrix = np.array([cut.coefficients for cut in cuts])
    least = np.array([cut.least for cut in cuts])
    chosen = hidden.copy()
    while True:
        short = np.maximum(least - matrix @ chosen, 0)
        if short.max() <= 1e-6:
            return chosen
        gain = np.minimum(np.maximum(matrix, 0), short[:, None]).sum(axis=0) / loss
        gain[chosen] = 0
        if gain.max() <= 0:
            return np.ones_like(chosen)
        chosen[gain.argmax()] = True
