"""What a release may show: two presets, and what a study sets differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.errors import DisclosureError, Problem
from wijkkit.study import Study
from wijkkit.tables import AREA_LEVELS


@dataclass(frozen=True, slots=True)
class Policy:
    """A disclosure policy.

    Parameters
    ----------
    name : str
    min_n : int
        Fewest respondents of a question in an area, wave and group of which a figure is shown.
    min_count : int
        Fewest respondents with the answer, and without it.
    exact_zero : {"hide", "show"}
        Whether a figure of nobody, or of everybody, is shown.
    max_share : float, optional
        Largest share (0-1) that is shown as a figure; None: no such rule.
    max_share_levels : tuple of str
        Area levels for which `max_share` holds.
    max_share_said : bool
        Whether a larger share is said to be above it; it is hidden otherwise.
    protection : int
        Least width, in respondents, of what anyone can work out of a hidden count.
    decimals, score_decimals : int
        Of percentages and of scores, in the released tables and everywhere else.
    max_dominance : float, optional
        Largest share (0-1) of one respondent in a total of scores.
    reason : str
        Why a value is looser than the preset's.
    published_elsewhere : tuple of str
        Files with figures that are public already: known to anyone, and shown.

    Examples
    --------
    >>> GGD.min_n, GGD.min_count
    (30, 5)
    """

    name: str
    min_n: int
    min_count: int
    exact_zero: str = "hide"
    max_share: float | None = None
    max_share_levels: tuple[str, ...] = ("wijk",)
    max_share_said: bool = True
    protection: int = 3
    decimals: int = 0
    score_decimals: int = 1
    max_dominance: float | None = None
    reason: str = ""
    published_elsewhere: tuple[str, ...] = field(default=())

    @property
    def wide_n(self) -> float:
        """Fewest respondents of whom a share above `max_share` leaves `min_count` counts open."""
        if self.max_share is None or self.max_share >= 1:
            return float("inf")
        return -(-self.min_count // round(1 - self.max_share, 9))


#: Dutch public health services: 30 per question, area and group, 5 with and without the answer.
GGD = Policy("ggd", 30, 5)
#: Statistics Netherlands, remote access: 10 per cell, none above 90 %, nobody half of a total.
CBS = Policy(
    "cbs",
    10,
    10,
    max_share=0.9,
    max_share_levels=AREA_LEVELS,
    max_share_said=False,
    protection=4,
    max_dominance=0.5,
)

PRESETS: Mapping[str, Policy] = {policy.name: policy for policy in (GGD, CBS)}

#: Fields in which a smaller value is the stricter one.
_SMALLER_IS_STRICTER = ("max_share", "max_dominance", "decimals", "score_decimals")
_LARGER_IS_STRICTER = ("min_n", "min_count", "protection")


def changed(policy: Policy, changes: Mapping[str, object]) -> Policy:
    """Return `policy` with `changes`; values of None are left as they are.

    Raises DisclosureError: Names every value that is looser without a reason.

    >>> changed(GGD, {"min_n": 50}).min_n
    50
    >>> changed(GGD, {"min_n": 20, "reason": "decided by the board, 2021"}).min_n
    20
    >>> changed(GGD, {"min_n": 10})
    Traceback (most recent call last):
        ...
    wijkkit.errors.DisclosureError: study.yml, disclosure.min_n: looser than the policy 'ggd', ...
    """
    wanted: dict[str, Any] = {
        key: value for key, value in changes.items() if value not in (None, "", ())
    }
    DisclosureError.raise_for(
        Problem(
            f"looser than the policy '{policy.name}', without a reason",
            file="study.yml",
            place=f"disclosure.{key}",
            found=str(value),
            expected=f"{getattr(policy, key)}, or a reason",
            remedy='Write why: disclosure: {..., reason: "..."}.',
        )
        for key, value in wanted.items()
        if not wanted.get("reason") and _looser(policy, key, value)
    )
    made = replace(policy, **wanted)
    if made.protection >= made.min_count:
        raise DisclosureError(
            "a small count cannot stay that uncertain",
            file="study.yml",
            place="disclosure.protection",
            found=str(made.protection),
            expected=f"less than min_count ({made.min_count})",
            remedy="Raise min_count as well.",
        )
    return made


def policy_for(study: Study) -> Policy:
    """Return the policy of a study: its preset, with what the study sets.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.disclosure import policy_for
    >>> policy_for(study).min_n
    30
    """
    settings = study.settings.disclosure
    return changed(PRESETS[settings.policy], settings.model_dump(exclude={"policy"}))


def _looser(policy: Policy, key: str, value: object) -> bool:
    own = getattr(policy, key)
    if key == "exact_zero":
        return value == "show" and own == "hide"
    if key in _LARGER_IS_STRICTER:
        return value < own
    return key in _SMALLER_IS_STRICTER and own is not None and value > own


# The rules of a policy: which cells may not be shown for what they are.

#: What a mean may be rounded to, in multiples of its finest step.
SCORE_STEPS = (1, 2, 5, 10, 20, 50, 100)


def statuses(cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Return the status each cell has by the rules alone.

    ``ok, above, hidden, too_few``, or as it was where nobody was asked. Where others of the same
    area answered, nobody in a group is too few: else it would say that there is no one.

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


# Release counts of people that are no survey estimates: who took part, who was invited.


def release_counts(table: pd.DataFrame, columns: tuple[str, ...], policy: Policy) -> pd.DataFrame:
    """Return `table` without its small counts of people.

    A count below the policy's `min_count` is absent, and so is zero, or an absent count would say
    that there is someone. The others stand as they are.

    Parameters
    ----------
    table : DataFrame
        One row per intervention, wijk or group.
    columns : tuple of str
        The counts of people. Counts of meetings or hours tell nothing of a person and stay.
    policy : Policy

    Returns
    -------
    DataFrame
        With a column `<count>_status` (``ok``, ``hidden``, ``missing``) after each count.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> table = pd.DataFrame({"wijk": ["a", "b"], "reached": [23, 3]})
    >>> release_counts(table, ("reached",), GGD)
      wijk  reached reached_status
    0    a     23.0             ok
    1    b      NaN         hidden
    """
    missing = [column for column in columns if column not in table]
    if missing:
        raise DisclosureError(
            "no such column of counts",
            place="release_counts",
            found=", ".join(missing),
            expected=", ".join(map(str, table.columns)),
            remedy="Name the columns that count people.",
        )
    out = {}
    for column in table:
        if column not in columns:
            out[column] = table[column]
            continue
        counts = table[column].astype(float)
        few = counts < policy.min_count
        out[column] = counts.where(~few)
        out[f"{column}_status"] = np.select([counts.isna(), few], ["missing", "hidden"], "ok")
    return pd.DataFrame(out, index=table.index)
