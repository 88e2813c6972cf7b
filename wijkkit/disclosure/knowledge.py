"""What a reader knows of each figure that is shown: from its rounding and from all made of it.

A value that stands as 41 % is between 40.5 and 41.5. Its limits, a change, a gap, an odds ratio
or a comparison that is shown as well narrow that down, and so does the verdict on one. Each of
them says that a sum of (functions of) figures lies in an interval; from that follows an interval
for each of its figures, given the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.loss import COARSER
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.rounding import to_step
from wijkkit.disclosure.system import System
from wijkkit.disclosure.tolerance import TINY

#: How often what follows of a figure is used for the others.
_ROUNDS = 4
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Relation:
    """Figures made of P cells each: a sum of functions of cells.

    `sign`: By what each is multiplied; 0 for none. `scale`: The function. A figure on the last two
    is the exponent of the sum: a ratio. `value`, `lower`, `upper`: The exact figure and its limits,
    which are as far on either side on that scale. `step`: What it is rounded to when all its cells
    are in their finest step; NaN where not shown. `most`: The largest multiple of the finest step
    of a cell in which its number is shown; the verdict on a difference stands in any. `judged`:
    Whether the verdict is shown where a cell stands in a coarser step than its finest.
    """

    at: Ints
    sign: Floats
    scale: str
    value: Floats
    lower: Floats
    upper: Floats
    step: Floats
    most: float = np.inf
    judged: bool = True

    def ends(self, multiple: float) -> tuple[Floats, Floats]:
        """Return between what the sum is, when the figure is shown in `multiple` of its step."""
        low, high = self.by_number(multiple)
        if self.scale != "linear" or (multiple > 1 and not self.judged):
            return low, high
        # The verdict says whether the sum is further from zero than half its interval.
        below, above = self.value - self.lower, self.upper - self.value
        clear = self.lower > 0, self.upper < 0
        with_low = np.where(clear[0], below, np.where(clear[1], -np.inf, -above))
        with_high = np.where(clear[1], -above, np.where(clear[0], np.inf, below))
        return np.fmax(low, with_low), np.fmin(high, with_high)

    def by_number(self, multiple: float) -> tuple[Floats, Floats]:
        """Return between what the sum is by the number and its limits alone."""
        if multiple > self.most:
            open_end = np.full(len(self.value), np.inf)
            return -open_end, open_end
        step = self.step * multiple
        shown = to_step(self.value, step)
        low, high = self._sum(shown - step / 2), self._sum(shown + step / 2)
        if multiple > 1:
            # Its limits are those of any value that stands so.
            return low, high
        below, above = to_step(self.lower, step), to_step(self.upper, step)
        # Of limits that are 0 and endless nothing follows.
        with np.errstate(invalid="ignore"):
            middle_low = (self._sum(below - step / 2) + self._sum(above - step / 2)) / 2
            middle_high = (self._sum(below + step / 2) + self._sum(above + step / 2)) / 2
        return np.fmax(low, middle_low), np.fmin(high, middle_high)

    def _sum(self, figure: Floats) -> Floats:
        if self.scale == "linear":
            return figure
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(np.maximum(figure, 0))


def known(
    table: pd.DataFrame, finest: Floats, relations: Iterable[Relation]
) -> dict[float, tuple[Floats, Floats]]:
    """Return between which values a reader knows each cell to be, by the multiple of its step.

    Of a coarser one than its finest it is taken that all other cells have their finest, so that
    what is said holds whatever they have. Of cells of another wave it is
    taken that the reader knows them exactly: then each wave that is open by itself is open to who
    takes both together, for the other one can stay as it is.
    """
    relations = list(relations)
    value = table["value"].to_numpy(float)
    wave = pd.factorize(table["wave"])[0]
    fine = _by_rounding(table, finest)
    for _ in range(_ROUNDS):
        fine = _narrowed(fine, fine, relations, 1.0, value, wave)
    out, linear = {1.0: fine}, [one for one in relations if one.scale == "linear"]
    for step in COARSER:
        # The limits of a value in a coarse step are those of any value that stands so.
        own = _shown_as(value, finest * step)
        out[step] = _narrowed(own, fine, linear, step, value, wave)
    return out


def _by_rounding(table: pd.DataFrame, step: Floats) -> tuple[Floats, Floats]:
    """Return what the value and its limits say, as if the design were known."""
    value, lower, upper = (table[name].to_numpy(float) for name in ("value", "lower", "upper"))
    low, high = _shown_as(value, step)
    percent = table["unit"].eq("percent").to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        for true in (lower, upper):
            slope = np.where(percent, _slope(value, true), 1.0)
            end = to_step(true, step)
            low = np.fmax(low, value + (end - step / 2 - true) / slope)
            high = np.fmin(high, value + (end + step / 2 - true) / slope)
    return np.fmin(low, value), np.fmax(high, value)


def _shown_as(value: Floats, step: Floats) -> tuple[Floats, Floats]:
    shown = to_step(value, step)
    return np.fmin(shown - step / 2, value), np.fmax(shown + step / 2, value)


def _slope(value: Floats, limit: Floats) -> Floats:
    """Return how a limit on the logit scale moves with its percentage, the design unchanged."""
    p, end = value / 100, limit / 100
    reach = (logit(end) - logit(p)) * np.sqrt(p * (1 - p))
    moved = p + 1e-6
    there = expit(logit(moved) + reach / np.sqrt(moved * (1 - moved)))
    return np.maximum((there - end) / 1e-6, 0.05)


def _narrowed(
    own: tuple[Floats, Floats],
    others: tuple[Floats, Floats],
    relations: list[Relation],
    step: float,
    value: Floats,
    wave: Ints,
) -> tuple[Floats, Floats]:
    """Return what the relations make of each cell's interval, given those of the others."""
    low, high = own[0].copy(), own[1].copy()
    for one in relations:
        ends_of_sum = one.ends(step)
        for rank in range(len(one.at)):
            rest_low, rest_high = ends_of_sum
            for other in range(len(one.at)):
                if other != rank:
                    at, sign = one.at[other], one.sign[other]
                    same = wave[at] == wave[one.at[rank]]
                    known = (np.where(same, end[at], value[at]) for end in others)
                    ends = np.sort([sign * _scaled(end, one.scale) for end in known], axis=0)
                    rest_low, rest_high = rest_low - ends[1], rest_high - ends[0]
            with np.errstate(invalid="ignore", divide="ignore"):
                ends = np.sort([rest_low / one.sign[rank], rest_high / one.sign[rank]], axis=0)
            ends = np.array([_back(end, one.scale) for end in ends])
            told = (one.sign[rank] != 0) & ~np.isnan(one.step)
            for own_end, end, use in ((low, ends[0], np.maximum), (high, ends[1], np.minimum)):
                here = told & np.isfinite(end)
                use.at(own_end, one.at[rank][here], end[here])
    middle = (own[0] + own[1]) / 2
    # A figure of which nothing is known stays so, and no interval turns round by an error.
    return np.where(low > high, middle - _TINY, low), np.where(low > high, middle + _TINY, high)


def _scaled(value: Floats, scale: str) -> Floats:
    if scale == "linear":
        return value
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(value / 100, 0, 1)
        return np.log(share) if scale == "log" else logit(share)


def _back(value: Floats, scale: str) -> Floats:
    if scale == "linear":
        return value
    return 100 * (np.exp(np.minimum(value, 0)) if scale == "log" else expit(value))


# How far each count of a system may be from its truth, by what is shown of it.

Known = Mapping[float, tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Slack:
    """Room of each cell, upwards and downwards, unweighted and weighted.

    `up`, `down`: By how many respondents the count may be larger or smaller. `weighted_up`,
    `weighted_down`: By how much weight; infinite where the weighted count says nothing more.
    """

    up: Floats
    down: Floats
    weighted_up: Floats
    weighted_down: Floats


class Shown:
    """What a system's cells may show, and what each choice leaves open.

    `value`: The exact estimates of the whole table. `known`: As from
    `wijkkit.disclosure.knowledge.known`, for the whole table. `outcomes`: Indicators on which an
    effect is shown: it gives the count of everybody in a wijk away. `then`: What figures that are
    kept from an earlier publication were, NaN for the others. Whoever knows that to a child knows
    of these answers that fewer than `min_count` are other ones.
    """

    def __init__(
        self,
        system: System,
        value: Floats,
        known: Known,
        status: NDArray,
        policy: Policy,
        outcomes: Collection[str] = (),
        then: Floats | None = None,
    ) -> None:
        self.system, self.policy = system, policy
        told = np.isin(np.array(system.indicators, object), list(outcomes))[system.indicator]
        self._told = told & (system.level == "wijk") & (system.slot == 0)
        self._exact = np.zeros(len(told), bool)
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
        if then is not None:
            self._keep((then[at] - own) / unit)
        self.status = status[at]
        self._least, self._most = self._bounds(n)
        self.to_none, self.to_all = self._least == 0, self._most == n
        asked = policy.protection if system.whole else 1.0
        self.need = np.minimum(asked, self._most - self._least)
        self.spare = self._most - self._least - self.need

    def _keep(self, moved: Floats) -> None:
        """Let figures that were other ones by so much tell what these were; NaN for the others."""
        child = np.where(self.uneven, self.system.heaviest() / self._total, 1 / self._n)
        room, new = (self.policy.min_count - 1) * child, np.isnan(moved)
        self._reach = {
            multiple: (
                np.where(new, above, np.maximum(room + moved, 0)),
                np.where(new, below, np.maximum(room - moved, 0)),
            )
            for multiple, (above, below) in self._reach.items()
        }

    def _width(self, value: Floats, n: Floats, total: Floats) -> float:
        """Return the width of the scale of a score, from its own means and totals."""
        share = self.system.weighted() / total
        spread = share.max() - share.min()
        return (value.max() - value.min()) / spread if spread > 1e-12 else 1.0

    def _uneven(self) -> Mask:
        """Return the cells in which weights differ between atoms."""
        member, weight = self.system.member, self.system.weight
        each = member @ np.ones(len(weight))
        return self.system.heaviest() * each > (1 + TINY) * (member @ weight)

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

    def knowing(self, cells: Ints) -> Shown:
        """Return the same for who knows the counts of these cells exactly: no secrets any more."""
        seen = copy(self)
        seen._exact, seen.need = self._exact.copy(), self.need.copy()
        seen._exact[cells], seen.need[cells] = True, 0.0
        return seen

    def slack(self, multiple: Floats) -> Slack:
        """Return the room of each cell; `multiple` is of its finest step, 0 where it is hidden."""
        up, down = self._most - self.count, self.count - self._least
        weighted_up = np.full(len(up), np.inf)
        weighted_down = weighted_up.copy()
        for one, (above, below) in self._reach.items():
            at = multiple == one
            up[at], down[at] = (above * self._n)[at], (below * self._n)[at]
            both = at & self.uneven
            weighted_up[both] = (above * self._total)[both] + TINY
            weighted_down[both] = (below * self._total)[both] + TINY
            # Of a weighted figure no unweighted one is shown.
            up[both], down[both] = (self._most - self.count)[both], self.count[both]
        given_away = self._exact | (self._told & (multiple > 0))
        up[given_away], down[given_away] = 0.0, 0.0
        if self.system.whole:
            up, down = np.floor(up + TINY), np.floor(down + TINY)
        return Slack(np.maximum(up, 0), np.maximum(down, 0), weighted_up, weighted_down)

    def rooms(self, sizes: Sequence[float]) -> Floats:
        """Return how many children may move either way in each cell, by the size of its step."""
        weight, found = self.system.heaviest(), []
        for size in sizes:
            slack = self.slack(np.full(len(weight), size))
            heavy = np.minimum(slack.weighted_up, slack.weighted_down) / weight
            found.append(np.minimum(np.minimum(slack.up, slack.down), heavy))
        return np.array(found)
