"""The rules of a policy: which cells may not be shown for what they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy

#: What a mean may be rounded to, in multiples of its finest step.
SCORE_STEPS = (1, 2, 5, 10, 20, 50, 100)


def statuses(cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Return the status each cell has by the rules alone.

    Returns
    -------
    ndarray of str
        ``ok, above, hidden, too_few``, or as it was where nobody was asked. Where others of the
        same area answered, nobody in a group is too few: else it would say that there is no one.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> cells = pd.DataFrame({"x": [3, 10, 37, 12], "n": [40, 29, 40, 40], "unit": "percent",
    ...     "status": "ok", "area_level": "wijk", "area": "a", "group_by": ""})
    >>> statuses(cells, GGD).tolist()
    ['hidden', 'too_few', 'hidden', 'ok']
    """
    own = cells["status"].to_numpy(object)
    asked = np.isin(own, ["ok", "missing"])
    nobody = (own == "missing") & (cells["group_by"] == "").to_numpy()
    few = cells["n"].to_numpy(float) < policy.min_n
    percent = (cells["unit"] == "percent").to_numpy()
    above, hidden = _of_percentages(cells, policy)
    hidden = np.where(percent, hidden, _of_scores(cells, policy))
    by_rule = np.select([few, above & percent, hidden], ["too_few", "above", "hidden"], "ok")
    return np.where(asked & ~nobody, by_rule, own).astype(str)


def _of_percentages(cells: pd.DataFrame, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Return which are above the largest share that is shown, and which have too few."""
    x, n = cells["x"].to_numpy(float), cells["n"].to_numpy(float)
    few = (x < policy.min_count) | (n - x < policy.min_count)
    if policy.exact_zero == "show":
        few &= (x > 0) & (x < n)
    above = np.zeros(len(x), bool)
    if policy.max_share is not None:
        level = cells["area_level"].isin(policy.max_share_levels).to_numpy()
        # Rounded, so that 45 of 50 is not above 90 % by an error of the last digit.
        most = np.round(policy.max_share * n, 9)
        above = level & (n >= policy.wide_n) & (x > most)
        if not policy.max_share_said:
            few |= level & ((x > most) | (n - x > most))
            above[:] = False
    return above, few


def _of_scores(cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    if "above_least" not in cells:
        return np.zeros(len(cells), bool)
    fewest = np.minimum(cells["above_least"], cells["below_most"]).to_numpy(float)
    hidden = fewest < policy.min_count
    if policy.max_dominance is not None:
        hidden |= cells["dominance"].to_numpy(float) > policy.max_dominance
    return hidden | (cells["move"].to_numpy(float) > score_step(policy) * SCORE_STEPS[-1])


def score_step(policy: Policy) -> float:
    """Return the finest step of a mean."""
    return 10.0**-policy.score_decimals


def percent_step(policy: Policy) -> float:
    """Return the finest step of a percentage."""
    return 10.0**-policy.decimals


def finest_steps(cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Return the finest step of each cell: a mean moves no further when one respondent leaves."""
    step = np.full(len(cells), percent_step(policy))
    if "move" in cells:
        sizes = score_step(policy) * np.array(SCORE_STEPS)
        move = np.nan_to_num(cells["move"].to_numpy(float), posinf=0.0)
        coarse = sizes[np.minimum(np.searchsorted(sizes, np.round(move, 9)), len(sizes) - 1)]
        step = np.where((cells["unit"] == "score").to_numpy(), coarse, step)
    return np.round(step, 10)
