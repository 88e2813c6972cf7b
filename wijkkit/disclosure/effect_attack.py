"""The audit of effects: do hidden counts stay open when effects are shown beside the tables?

Without weights and covariates an effect is a function of the counts of wijken; the attacker is
granted that it is. Each number that is shown adds a row to the linear program of the audit, as
wide as its rounding; what is not linear is taken as linear near the true counts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from wijkkit.disclosure.audit import audited_cells
from wijkkit.disclosure.audit_attack import Attack, Questions, attack_on, questions
from wijkkit.disclosure.audit_evidence import evidence
from wijkkit.disclosure.audit_sums import sums
from wijkkit.disclosure.composition import Composition
from wijkkit.disclosure.effect_rows import Comparison, Rows, effect_rows
from wijkkit.disclosure.policy import Policy

#: Respondents by which an interval must be wider than the policy asks, where the tables alone leave
#: that: counts are whole numbers, and several numbers at once leave few of them.
_MARGIN = 0.5


@dataclass(frozen=True, slots=True)
class EffectAttack:
    """An attack on the hidden counts of one outcome.

    Parameters
    ----------
    attack : Attack
        With all that the released tables tell.
    asked : Questions
    enough : ndarray
        How wide the interval of each of them must stay.
    rows : list of (str, Rows)
        What effects add, see `effect_rows`.
    base : int
        What an n is rounded to.
    """

    attack: Attack
    asked: Questions
    enough: np.ndarray
    rows: list[tuple[str, Rows]]
    base: int

    def factors(self, points: float) -> dict[str, float]:
        """Return how many such steps each contrast or check needs at least."""
        return {name: rows.factor(points) for name, rows in self.rows}

    def fails(self, shown: Collection[str], points: float, log_odds: float) -> bool:
        """Return whether all hidden counts stay open when these are shown in such steps."""
        added = [rows for name, rows in self.rows if name in shown]
        if not added or not len(self.asked.cell):
            return True
        slope = np.concatenate([rows.slope for rows in added])
        ends = [rows.bounds(points, log_odds, self.base) for rows in added]
        low, high = (np.concatenate(end) for end in zip(*ends, strict=True))
        start = slope @ self.attack.truth - np.concatenate([rows.value for rows in added])
        both = sparse.csr_array(np.concatenate([slope, -slope]))
        granted = replace(
            self.attack,
            at_most=sparse.vstack([self.attack.at_most, both], format="csr"),
            limit=np.concatenate([self.attack.limit, high + start, -low - start]),
        )
        widths = granted.widths(self.asked, self.enough, to_the_end=False)
        return bool((widths >= self.enough - 1e-4).all())


def effect_attack(
    table: pd.DataFrame,
    hidden: pd.DataFrame,
    counts: pd.DataFrame,
    areas: pd.DataFrame,
    compared: Comparison,
    policy: Policy,
) -> EffectAttack:
    """Return the attack on one outcome.

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
    cells = audited_cells(table, hidden, counts)
    cells = cells[cells["wave"].isin(compared.waves)].reset_index(drop=True)
    attack = attack_on(cells, _evidence(cells, policy), sums(cells, areas, Composition()))
    asked = questions(cells, policy)
    spare = attack.widths(asked, policy.protection + 2 * _MARGIN) - _MARGIN
    enough = np.clip(spare, policy.protection, policy.protection + _MARGIN)
    rows = list(effect_rows(cells, compared, policy.protection))
    return EffectAttack(attack, asked, enough, rows, policy.count_base)


def _evidence(cells: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return what each row tells; one that keeps what an earlier release said tells less."""
    known = evidence(cells.assign(public=False, repeated=False), policy)
    x, n = known["x"], known["respondents"]
    true = n.between(known["n_min"], known["n_max"])
    for name, count in (("x", x), ("rest", n - x)):
        true &= count.isna() | count.between(known[f"{name}_min"], known[f"{name}_max"])
    share = (x / n.where(n > 0)).fillna(known["share_min"])
    true &= share.between(known["share_min"] - 1e-9, known["share_max"] + 1e-9)
    shown = cells["status"] == "ok"
    return evidence(cells.assign(public=shown & ~true, repeated=~shown & ~true), policy)
