"""What an attacker makes of published effects: code of their own, beside the tables' attacker.

Without weights and covariates the effect is plain arithmetic on counts of wijken. The attacker adds
it to the integer program of the tables; where the n is not known, as a line through the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from attacker import PLACE, Cell, Town, sums_of
from effect_towns import ARMS, Evaluated

Shares = dict[tuple[str, str], tuple[float, float]]


def changes(counts: Shares, wijken: list[str]) -> np.ndarray:
    """Each wijk's change in percentage points; counts of (x, n) by wijk and wave."""
    share = {key: 100 * x / n for key, (x, n) in counts.items()}
    return np.array([share[wijk, "2"] - share[wijk, "1"] for wijk in wijken])


def by_wijk(counts: Shares, arms: dict[str, str]) -> float:
    """The difference of the mean changes of wijken."""
    means = [changes(counts, [w for w in arms if arms[w] == arm]).mean() for arm in ARMS]
    return float(means[0] - means[1])


def pooled(counts: Shares, arms: dict[str, str]) -> float:
    """The difference of the changes of all respondents of an arm."""

    def share(arm: str, wave: str) -> float:
        mine = [counts[wijk, wave] for wijk in arms if arms[wijk] == arm]
        return 100 * sum(x for x, _ in mine) / sum(n for _, n in mine)

    first, second = (share(arm, "2") - share(arm, "1") for arm in ARMS)
    return first - second


#: Method of the table of effects -> what it is of counts.
KNOWN: dict[str, Callable[[Shares, dict[str, str]], float]] = {
    "cluster_period": by_wijk,
    "model_based": pooled,
}


class EffectTown(Town):
    """The integer program of both waves of a town, and of its effects."""

    def __init__(self, made: Evaluated, known_n: bool):
        table, hidden, counts = (
            _with_wave(rows)
            for rows in (made.released.table, made.released.hidden, made.town.counts)
        )
        super().__init__(table, made.policy, hidden)
        self.made = made
        self.arms = dict(zip(made.town.areas["wijk"], made.town.areas["arm"], strict=True))
        self.truth = {
            tuple(row[:5]): row[5:] for row in counts[[*PLACE, "x", "n"]].itertuples(index=False)
        }
        self.hidden = [
            cell for cell, ok in zip(self.cells, table["status"].eq("ok"), strict=True) if not ok
        ]
        for cell in self.cells:
            for parts in sums_of(cell, self.cells, made.town.areas):
                whole = self.truth[cell][1] == sum(self.truth[part][1] for part in parts)
                self.add(cell, parts, whole)
        if known_n:
            n = np.array([self.truth[cell][1] for cell in self.cells])
            self.low[len(n) :] = self.high[len(n) :] = n

    def learn(self, group: str, method: str, low: float, high: float) -> None:
        """Add that an effect lies between these; linear near the true counts."""
        by = "" if group == "all" else "ses"
        places = {(w, t): (f"play{t}", "wijk", w, by, group) for w in self.arms for t in ("1", "2")}
        counts = {key: self.truth[cell] for key, cell in places.items()}
        value, row, start = KNOWN[method](counts, self.arms), {}, 0.0
        for key, cell in places.items():
            for which, offset in ((0, 0), (1, len(self.cells))):
                moved = list(counts[key])
                moved[which] += 1e-4
                slope = (KNOWN[method](counts | {key: tuple(moved)}, self.arms) - value) / 1e-4
                row[self.at[cell] + offset] = slope
                start += slope * counts[key][which]
        self.rows.append((row, low - value + start, high - value + start))

    def learn_exactly(self, effects: pd.DataFrame) -> None:
        """Add every effect in points of an exact table. Its sign is that of the adverse pole."""
        for row in _in_points(effects):
            self.learn(row.group, row.method, -row.estimate - 1e-6, -row.estimate + 1e-6)

    def learn_released(self, effects: pd.DataFrame, steps: dict[str, float]) -> None:
        """Add what is left open of every effect in points that is shown."""
        for row in _in_points(effects):
            half = steps[row.group] * (1 if row.method == "cluster_period" else 3) / 2
            self.learn(row.group, row.method, -row.estimate - half, -row.estimate + half)

    def learned(self, cells: list[Cell]) -> dict[Cell, tuple[int, int, int]]:
        """(least, most, truth) of these counts."""
        return {cell: (*self.count(cell), int(self.truth[cell][0])) for cell in cells}


def _in_points(effects: pd.DataFrame) -> Iterator:
    rows = effects[effects["scale"].eq("points") & effects["contrast"].eq("did")]
    yield from rows[rows["method"].isin(KNOWN) & rows["status"].eq("ok")].itertuples()


def _with_wave(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(indicator=rows["indicator"] + rows["wave"]).reset_index(drop=True)
