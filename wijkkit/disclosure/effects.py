"""Which effects are shown, and in what steps: as fine as leaves every hidden count open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wijkkit.disclosure.effect_attack import effect_attack
from wijkkit.disclosure.effect_rows import RATIO, Comparison
from wijkkit.disclosure.policy import Policy
from wijkkit.tables import EVERYBODY

#: Steps that are tried, in percentage points (at least the policy's) and in log odds; without
#: the latter odds ratios are hidden. An odds ratio in coarse steps is better than none.
_STEPS = (
    *((0.1, 0.1), (1.0, 0.1), (1.0, 0.2), (1.0, 0.5), (2.0, 0.2), (2.0, 0.5)),
    *((points, np.nan) for points in (0.1, 1.0, 2.0, 5.0, 10.0)),
)


@dataclass(frozen=True, slots=True)
class ShownEffects:
    """What is shown of the effects on one outcome.

    Parameters
    ----------
    names : tuple of str
        Contrasts (``all``, a group, ``first-last``), the odds ratio of everybody (`RATIO`), and
        the checks ``pre_trend`` and ``leave_one_out``; what is not there is hidden.
    points, log_odds : float
        The steps; NaN where nothing is shown.
    factors : mapping of str to float
        By name: how many steps it is rounded to.
    """

    names: tuple[str, ...] = ()
    points: float = np.nan
    log_odds: float = np.nan
    factors: Mapping[str, float] = field(default_factory=dict)


def shown_effects(
    table: pd.DataFrame,
    hidden: pd.DataFrame,
    counts: pd.DataFrame,
    areas: pd.DataFrame,
    compared: Comparison,
    policy: Policy,
    before: pd.DataFrame | None = None,
) -> ShownEffects:
    """Return what may be shown of the effects on one outcome.

    An effect is hidden where a figure of an arm that it follows from is hidden, unless it may be
    said that this figure is above the policy's `max_share`. That of everybody is shown in steps
    as fine as leaves every hidden count of the tables as open as the policy asks. What else
    leaves them open in these steps is added, one by one. The odds ratio of everybody has steps of
    its own: with a difference in points it gives the levels. Those of groups are hidden.

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
    before : DataFrame, optional
        What an earlier release showed of them: `name`, `step`. Nothing is added to it, in no
        finer steps, or the difference would tell what was hidden.
    """
    wanted, least = _open(table, hidden, compared), (policy.percent_step, 0.0)
    if before is not None and len(before):
        wanted = [name for name in wanted if name in set(before["name"])]
        steps = before.groupby("name")["step"].min()
        least = steps.get(EVERYBODY, np.inf), steps.get(RATIO, np.inf)
    if EVERYBODY not in wanted:
        return ShownEffects()
    attack = effect_attack(table, hidden, counts, areas, compared, policy)
    steps = [(p, q) for p, q in _STEPS if p >= least[0] and not q < least[1]]
    for points, log_odds in steps:
        names = (EVERYBODY,) if np.isnan(log_odds) else (EVERYBODY, RATIO)
        if (points, log_odds) == steps[0] and attack.fails((*names, *wanted), points, log_odds):
            # As in a large city: all at once, and not one by one.
            return ShownEffects((*names, *wanted[1:]), points, log_odds, attack.factors(points))
        if attack.fails(names, points, log_odds):
            break
    else:
        return ShownEffects()
    for name in wanted[1:]:
        if attack.fails((*names, name), points, log_odds):
            names = (*names, name)
    return ShownEffects(names, points, log_odds, attack.factors(points))


def _open(table: pd.DataFrame, hidden: pd.DataFrame, compared: Comparison) -> list[str]:
    """Return the contrasts and checks of which no figure of an arm is hidden."""
    keys = ["area_level", "area", "wave", "group_by", "group"]
    above = hidden.loc[hidden["above"].notna(), keys]
    shown = pd.concat([table.loc[table["status"].eq("ok"), keys], above])
    known = set(shown.itertuples(index=False, name=None))
    waves, contrasts = compared.waves, compared.parts()
    asked = {name: (waves[-2:], parts) for name, parts in contrasts.items()}
    if len(waves) > 2:
        asked["pre_trend"] = waves, contrasts[EVERYBODY]
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
