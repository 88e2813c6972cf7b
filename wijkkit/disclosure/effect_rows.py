"""What each effect that is shown adds to what anyone knows of the counts of wijken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from wijkkit.disclosure.effect_numbers import LOG_ODDS, POINTS, RESPONDENTS, numbers, without_some
from wijkkit.tables import EVERYBODY

#: Numbers of other methods than the recommended one, and of checks, are so much coarser.
COARSER = 3.0
#: The odds ratio of everybody; an effect without this word is in points.
RATIO = "odds_ratio"
#: Which of `numbers` are half an interval, rounded upwards, and in what multiples of the step.
UPWARDS = np.array([False, True, False, True, True, False])
UNITS = np.array([1.0, 1.0, *[COARSER] * 3, 1.0])
#: How far a count is moved to see what a number makes of it.
_NUDGE = 0.01


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the effect evaluation compares.

    Parameters
    ----------
    arms : mapping of str to bool
        Wijk -> whether it has the programme; wijken of neither arm are left out.
    pairs : mapping of str to str
        Wijk -> its matched pair, of those that have one.
    waves : sequence of str
        In order of time; the last two are compared.
    group_by : str
        The grouping whose gap is evaluated; empty without one.
    groups : sequence of str
        Its groups in order.
    level : float
        Confidence level of the intervals.
    """

    arms: Mapping[str, bool]
    pairs: Mapping[str, str]
    waves: Sequence[str]
    group_by: str
    groups: Sequence[str]
    level: float

    def parts(self) -> dict[str, list[tuple[str, str, float]]]:
        """Return each contrast as groups with a sign: ``first-last`` is a difference."""
        parts = {EVERYBODY: [("", EVERYBODY, 1.0)]}
        parts |= {group: [(self.group_by, group, 1.0)] for group in self.groups}
        if self.groups:
            first, last = self.groups[0], self.groups[-1]
            parts[f"{first}-{last}"] = [(self.group_by, first, 1.0), (self.group_by, last, -1.0)]
        return parts

    def without_one(self) -> np.ndarray:
        """Return which wijken are kept when each of them, and each pair, is left out; (S, G)."""
        wijken, pair = np.array(list(self.arms)), [self.pairs.get(wijk, "") for wijk in self.arms]
        kept = [wijken != wijk for wijk in wijken]
        kept += [np.array(pair) != one for one in dict.fromkeys(pair) if one]
        return np.array(kept).reshape(-1, len(wijken))


@dataclass(frozen=True, slots=True)
class Rows:
    """K numbers that are shown, as functions of the count and the n of m cells.

    Parameters
    ----------
    value : (K,) array
    slope : (K, 2m) array
    kind : (K,) array of int
        ``POINTS``, ``LOG_ODDS`` or ``RESPONDENTS``: in which steps it is shown.
    unit : (K,) array
        And in what multiples of them.
    upwards : (K,) array of bool
        Rounded upwards, not to the nearest.
    least : float
        The smallest step in points that is allowed.
    """

    value: np.ndarray
    slope: np.ndarray
    kind: np.ndarray
    unit: np.ndarray
    upwards: np.ndarray
    least: float

    def factor(self, points: float) -> float:
        """Return how many steps in points, and in log odds, these numbers need at least."""
        return max(1.0, np.ceil(np.round(self.least / points, 9)))

    def bounds(self, points: float, log_odds: float, base: int) -> tuple[np.ndarray, np.ndarray]:
        """Return between what values each number lies once it is shown in such steps."""
        factor = self.factor(points)
        size = np.array([factor * points, factor * log_odds, base])[self.kind] * self.unit
        times = np.round(self.value / size, 9)
        shown = np.where(self.upwards, np.ceil(times), np.floor(times + 0.5)) * size
        return shown - np.where(self.upwards, size, size / 2), shown + ~self.upwards * size / 2


def effect_rows(
    cells: pd.DataFrame, compared: Comparison, protection: int
) -> Iterator[tuple[str, Rows]]:
    """Yield what is shown together, by name: a contrast, `RATIO`, or a check.

    Parameters
    ----------
    cells : DataFrame
        Of one outcome: keys, true `x` and `respondents`.
    compared : Comparison
    protection : int
        So many respondents of a group do not move the pooled effect on it by more than a step.
    """
    treated = np.array(list(compared.arms.values()), dtype=bool)
    level, waves = compared.level, list(compared.waves)
    for name, parts in compared.parts().items():
        sign = np.array([part[2] for part in parts])
        at = np.stack([_places(cells, compared, waves[-2:], *part[:2]) for part in parts])
        n = np.where(at < 0, 0, cells["respondents"].to_numpy(float)[at])
        smallest = min(n[:, arm].sum(axis=1).min() for arm in (treated, ~treated))
        least = 0.0 if name == EVERYBODY else 100 * protection / max(smallest, 1)
        for odds in (False, True) if name == EVERYBODY else (False,):
            made = partial(numbers, sign=sign, treated=treated, level=level, odds=odds)
            kind = np.array([LOG_ODDS if odds else POINTS] * 5 + [RESPONDENTS])
            yield RATIO if odds else name, _rows(cells, at, made, kind, UNITS, UPWARDS, least)
    everybody = np.ones((1, len(treated)), bool)
    checks = [("leave_one_out", waves[-2:], compared.without_one())]
    checks += [("pre_trend", pair, everybody) for pair in zip(waves, waves[1:-1], strict=False)]
    for name, two, kept in checks:
        made = partial(without_some, kept=kept, treated=treated, level=level)
        at = _places(cells, compared, two, "", EVERYBODY)[None]
        upwards = np.tile([False, True], len(kept))
        kind = np.full(len(upwards), POINTS)
        yield name, _rows(cells, at, made, kind, np.full(len(kind), COARSER), upwards, 0.0)


def _places(
    cells: pd.DataFrame, compared: Comparison, waves: Sequence[str], group_by: str, group: str
) -> np.ndarray:
    """Return where the cells of each wijk and wave are, (G, 2); -1 where nobody was asked."""
    rows = (
        cells["area_level"].eq("wijk") & cells["group_by"].eq(group_by) & cells["group"].eq(group)
    )
    mine = cells[rows]
    at = {tuple(key): row for row, *key in zip(mine.index, mine["area"], mine["wave"], strict=True)}
    return np.array([[at.get((wijk, wave), -1) for wave in waves] for wijk in compared.arms])


def _rows(
    cells: pd.DataFrame,
    at: np.ndarray,
    made: Callable[[np.ndarray, np.ndarray], np.ndarray],
    kind: np.ndarray,
    unit: np.ndarray,
    upwards: np.ndarray,
    least: float,
) -> Rows:
    """Return the numbers that `made` makes of the cells at these places, (P, G, 2)."""
    size = len(cells)
    counts = [
        np.where(at < 0, 0.0, cells[name].to_numpy(float)[at]) for name in ("x", "respondents")
    ]
    value = made(*counts)
    slope = np.zeros((len(value), 2 * size))
    for place in zip(*np.nonzero(at >= 0), strict=True):
        for which, offset in ((0, 0), (1, size)):
            ends = []
            for nudge in (_NUDGE, -_NUDGE):
                moved = [count.copy() for count in counts]
                moved[which][place] += nudge
                ends.append(made(*moved))
            slope[:, offset + at[place]] = (ends[0] - ends[1]) / (2 * _NUDGE)
    known = np.isfinite(value) & np.isfinite(slope).all(axis=1)
    return Rows(value[known], slope[known], kind[known], unit[known], upwards[known], least)
