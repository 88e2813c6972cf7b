"""Which effects are shown, and in what steps: as fine as leaves every hidden count open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkkit.disclosure.effect_attack import effect_attack
from wijkkit.disclosure.effect_rows import Comparison
from wijkkit.disclosure.policy import Policy
from wijkkit.tables import EVERYBODY

#: Steps that are tried, the finest first: in percentage points (at least the policy's), in log odds.
_STEPS = ((0.1, 0.1), (1, 0.1), (1, 0.2), (1, 0.5), (2, 0.2), (2, 0.5), (5, 0.5))
#: Checks that are shown or hidden apart from the effects.
CHECKS = ("pre_trend", "leave_one_out")


@dataclass(frozen=True, slots=True)
class ShownEffects:
    """What is shown of the effects on one outcome.

    Parameters
    ----------
    names : tuple of str
        Contrasts (``all``, a group, ``first-last``) and `CHECKS`; the others are hidden.
    points, log_odds : float
        The steps; NaN where nothing is shown.
    """

    names: tuple[str, ...] = ()
    points: float = np.nan
    log_odds: float = np.nan


def shown_effects(
    table: pd.DataFrame,
    hidden: pd.DataFrame,
    counts: pd.DataFrame,
    areas: pd.DataFrame,
    compared: Comparison,
    policy: Policy,
) -> ShownEffects:
    """Return what may be shown of the effects on one outcome.

    An effect is hidden where a figure of an arm that it follows from is hidden, unless it may be
    said that this figure is above the policy's `max_share`. That of everybody is shown in steps
    as fine as leaves every hidden count of the tables as open as the policy asks. What else
    leaves them open in these steps is added, one by one.

    Parameters
    ----------
    table, hidden : DataFrame
        The outcome's released estimates and what was hidden of them, see `release`.
    counts : DataFrame
        Their true counts.
    areas : DataFrame
        Columns `wijk`, `district`, `arm`.
    compared : Comparison
    policy : Policy
    """
    wanted = _open(table, hidden, compared)
    if EVERYBODY not in wanted:
        return ShownEffects()
    attack = effect_attack(table, hidden, counts, areas, compared, policy)
    for steps in _STEPS:
        if steps[0] >= policy.percent_step and attack.fails((EVERYBODY,), *steps):
            names = (EVERYBODY,)
            for name in wanted[1:]:
                names = (*names, name) if attack.fails((*names, name), *steps) else names
            return ShownEffects(names, *steps)
    return ShownEffects()


def _open(table: pd.DataFrame, hidden: pd.DataFrame, compared: Comparison) -> list[str]:
    """Return the contrasts and checks of which no figure of an arm is hidden."""
    keys = ["area_level", "area", "wave", "group_by", "group"]
    above = hidden.loc[hidden["above"].notna(), keys]
    shown = pd.concat([table.loc[table["status"].eq("ok"), keys], above])
    known = set(shown.itertuples(index=False, name=None))
    waves, contrasts = compared.waves, compared.parts()
    asked = {name: (waves[-2:], parts) for name, parts in contrasts.items()}
    asked |= {name: (waves, contrasts[EVERYBODY]) for name in CHECKS if len(waves) > 2}
    asked["leave_one_out"] = asked[EVERYBODY]
    return [
        name
        for name, (when, parts) in asked.items()
        if all(
            ("arm", arm, wave, group_by, group) in known
            for arm in ("programme", "comparator")
            for wave in when
            for group_by, group, _ in parts
        )
    ]
