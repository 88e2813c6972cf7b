"""The best combination of interventions within a budget, covering every goal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkkit.errors import EstimationError
from wijkkit.showing import ShowsItself


@dataclass(frozen=True, slots=True, repr=False)
class Package(ShowsItself):
    """A combination of interventions.

    Parameters
    ----------
    status : str
        ``optimal``; ``over_budget``: covering every goal costs at least `least_cost`;
        ``uncovered``: `uncovered` goals have no candidate at all.
    chosen : tuple of str
        The interventions, in the catalogue's order; empty unless `status` is ``optimal``.
    cost, value : float
        Sum of their costs and of their scores.
    least_cost : float
        What covering every goal costs at least; absent where it cannot be done.
    uncovered : tuple of str
        Goals that no candidate and nothing that runs works on.
    left_out : tuple of str
        Candidates whose cost is not known: they cannot be part of a package.
    works_on : tuple of str
        The wanted goals that what was chosen works on.
    """

    status: str
    chosen: tuple[str, ...]
    cost: float
    value: float
    least_cost: float
    uncovered: tuple[str, ...]
    left_out: tuple[str, ...]
    works_on: tuple[str, ...] = ()


def choose_package(
    candidates: pd.DataFrame,
    value: Sequence[float],
    goals: Collection[str],
    *,
    budget: float,
    covered: Collection[str] = (),
    maximum: int | None = None,
) -> Package:
    """Choose the interventions with the highest total value that cover every goal.

    .. math:: \\max \\sum_i v_i x_i, \\quad \\sum_i c_i x_i \\le B, \\quad
              \\sum_{i \\in G_g} x_i \\ge 1 \\;\\forall g, \\quad x_i + x_j \\le 1

    where the last holds for interventions that overlap, and :math:`x_i` is 0 or 1.

    Parameters
    ----------
    candidates : DataFrame
        ``intervention, goals, overlaps, cost``; one row each.
    value : sequence of float
        What each is worth, zero or more: its weighted sum.
    goals : collection of str
        The goals that must be covered.
    budget : float
        In the unit of `cost`.
    covered : collection of str
        Goals that what already runs works on.
    maximum : int, optional
        At most so many interventions at the same time.

    Returns
    -------
    Package
        What was chosen, or why no package is possible.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"intervention": ["a", "b", "c"], "cost": [6.0, 5.0, 5.0],
    ...     "goals": [("x", "y"), ("x",), ("y",)], "overlaps": [(), (), ()]})
    >>> choose_package(table, [0.9, 0.6, 0.6], ["x", "y"], budget=10).chosen
    ('b', 'c')
    """
    if not budget > 0 or np.any(np.asarray(value, dtype=float) < 0):
        raise EstimationError(
            "no package can be chosen",
            found=f"budget {budget}, smallest value {min(value, default=0)}",
            expected="a budget above zero and values of zero or more",
            remedy="Give choice.budget in study.yml.",
        )
    priced = candidates["cost"].notna().to_numpy()
    table = candidates[priced].reset_index(drop=True)
    left_out = tuple(candidates.loc[~priced, "intervention"])
    worth = np.asarray(value, dtype=float)[priced]
    open_goals = [goal for goal in goals if goal not in covered]
    serves = np.array([[goal in row for row in table["goals"]] for goal in open_goals])
    serves = serves.reshape(len(open_goals), len(table)).astype(float)
    uncovered = tuple(g for g, row in zip(open_goals, serves, strict=True) if not row.any())
    cost = table["cost"].to_numpy(dtype=float)
    if uncovered:
        return Package("uncovered", (), 0.0, 0.0, np.nan, uncovered, left_out)
    rules = _rules(table, serves, maximum)
    cheapest = _solve(cost, rules, len(table))
    least = float(cost @ cheapest) if cheapest is not None else np.nan
    if cheapest is None or least > budget:
        return Package("over_budget", (), 0.0, 0.0, least, (), left_out)
    within = LinearConstraint(cost.reshape(1, -1), ub=budget)
    best = _solve(-worth, [*rules, within] if len(table) else rules, len(table))
    taken = (cheapest if best is None else best).astype(bool)
    chosen = tuple(table.loc[taken, "intervention"])
    works_on = {goal for row in table.loc[taken, "goals"] for goal in row}
    return Package(
        "optimal",
        chosen,
        float(cost[taken].sum()),
        float(worth[taken].sum()),
        least,
        (),
        left_out,
        tuple(goal for goal in goals if goal in works_on),
    )


def _rules(table: pd.DataFrame, serves: np.ndarray, maximum: int | None) -> list[LinearConstraint]:
    rules = [LinearConstraint(serves, lb=1)] if len(serves) else []
    names = list(table["intervention"])
    for i, overlaps in enumerate(table["overlaps"]):
        for name in overlaps:
            if name in names and name != names[i]:
                pair = np.zeros((1, len(table)))
                pair[0, [i, names.index(name)]] = 1
                rules.append(LinearConstraint(pair, ub=1))
    if maximum is not None and len(table):
        rules.append(LinearConstraint(np.ones((1, len(table))), ub=maximum))
    return rules


def _solve(
    objective: np.ndarray, rules: list[LinearConstraint], candidates: int
) -> np.ndarray | None:
    if candidates == 0:
        return np.zeros(0)
    found = milp(objective, constraints=rules, integrality=np.ones(candidates), bounds=Bounds(0, 1))
    return None if found.x is None else np.round(found.x)
