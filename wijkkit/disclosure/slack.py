"""How far each count of a system may be from its truth, by what is shown of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.system import System
from wijkkit.tables import AREA_LEVELS

Floats = NDArray[np.float64]
Known = Mapping[float, tuple[Floats, Floats]]
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Slack:
    """Room of each cell, upwards and downwards, unweighted and weighted.

    Parameters
    ----------
    up, down : (C,) array
        By how many respondents the count may be larger or smaller.
    weighted_up, weighted_down : (C,) array
        By how much weight; infinite where the weighted count says nothing more.
    """

    up: Floats
    down: Floats
    weighted_up: Floats
    weighted_down: Floats


class Shown:
    """What a system's cells may show, and what each choice leaves open.

    Parameters
    ----------
    value : (M,) array
        The exact estimates of the whole table.
    known : mapping
        As from `wijkkit.disclosure.knowledge.known`, for the whole table.
    status : (M,) array of str
        By the rules.
    outcomes : collection of str
        Indicators on which an effect is shown: it gives the count of everybody in a wijk away.
    """

    def __init__(
        self,
        system: System,
        value: Floats,
        known: Known,
        status: NDArray,
        policy: Policy,
        outcomes: Collection[str] = (),
    ) -> None:
        self.system, self.policy = system, policy
        told = np.isin(np.array(system.indicators, object), list(outcomes))[system.indicator]
        self._told = told & (system.level == "wijk") & (system.slot == 0)
        at = system.rows
        n, total = system.respondents(), system.respondents_weight()
        unit = 100.0 if system.whole else self._width(value[at], n, total)
        self.unit = unit
        own = value[at]
        self._reach = {
            multiple: ((high[at] - own) / unit, (own - low[at]) / unit)
            for multiple, (low, high) in known.items()
        }
        self._n, self._total = n, total
        self.count = system.counts()
        self.uneven = self._uneven()
        self.status = status[at]
        self._least, self._most = self._bounds(n)
        self.to_none, self.to_all = self._least <= _TINY, self._most >= n - _TINY
        asked = policy.protection if system.whole else 1.0
        self.need = np.minimum(asked, self._most - self._least)
        self.spare = self._most - self._least - self.need

    def _width(self, value: Floats, n: Floats, total: Floats) -> float:
        """Return the width of the scale of a score, from its own means and totals."""
        share = self.system.weighted() / total
        spread = share.max() - share.min()
        return (value.max() - value.min()) / spread if spread > 1e-12 else 1.0

    def _uneven(self) -> NDArray[np.bool_]:
        """Return the cells in which weights differ between atoms."""
        member, weight = self.system.member, self.system.weight
        n = member @ np.ones(len(weight))
        mean = member @ weight / np.maximum(n, 1)
        spread = member @ weight**2 / np.maximum(n, 1) - mean**2
        return spread > 1e-9 * np.maximum(mean, 1e-9) ** 2

    def _bounds(self, n: Floats) -> tuple[Floats, Floats]:
        """Return the least and the most that the status of a hidden cell leaves open."""
        least, most = np.zeros(len(n)), n.copy()
        policy, level = self.policy, self.system.level
        if policy.max_share is not None and self.system.whole:
            limit = np.floor(np.round(policy.max_share * n, 9))
            here = np.isin(level, policy.max_share_levels) & (n >= policy.wide_n)
            above, hidden = self.status == "above", here & (self.status != "above")
            if policy.max_share_said:
                least = np.where(above, np.minimum(limit + 1, self.count), least)
                most = np.where(hidden, np.maximum(limit, self.count), most)
        if policy.exact_zero == "show" and self.system.whole:
            open_ = (n >= policy.min_n) & (self.count > 0) & (self.count < n)
            least = np.where(open_, np.maximum(least, 1), least)
            most = np.where(open_, np.minimum(most, n - 1), most)
        return least, most

    def widest(self) -> float:
        """Return a multiple that stands for whichever step has most room on either side."""
        ends = list(zip(*self._reach.values(), strict=True))
        self._reach[np.inf] = tuple(np.max(side, axis=0) for side in ends)
        return np.inf

    def slack(self, multiple: Floats) -> Slack:
        """Return the room of each cell; `multiple` is of its finest step, 0 where it is hidden."""
        up, down = self._most - self.count, self.count - self._least
        weighted_up = np.full(len(up), np.inf)
        weighted_down = weighted_up.copy()
        for one, (above, below) in self._reach.items():
            at = multiple == one
            up[at], down[at] = (above * self._n)[at], (below * self._n)[at]
            both = at & self.uneven
            weighted_up[both] = (above * self._total)[both] + _TINY
            weighted_down[both] = (below * self._total)[both] + _TINY
            # Of a weighted figure no unweighted one is shown.
            up[both], down[both] = (self._most - self.count)[both], self.count[both]
        given_away = self._told & (multiple > 0)
        up[given_away], down[given_away] = 0.0, 0.0
        if self.system.whole:
            up, down = np.floor(up + _TINY), np.floor(down + _TINY)
        return Slack(np.maximum(up, 0), np.maximum(down, 0), weighted_up, weighted_down)


def levels_of(system: System) -> NDArray[np.int64]:
    """Return the number of each cell's area level."""
    number = {level: at for at, level in enumerate(AREA_LEVELS)}
    return np.array([number[level] for level in system.level], np.int64)
