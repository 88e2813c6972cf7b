"""An attacker with code of their own: every town that fits what was published.

Plain Python over integers, written from docs/disclosure.md. It shares nothing with wijkkit but
the published policy: what it cannot exclude is what a newspaper with a computer cannot exclude.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = tuple[str, str, str, str, str]
#: Of one search among whole numbers; few towns need more.
SECONDS = 20
PLACE = ["indicator", "area_level", "area", "group_by", "group"]


def percentage(x: int, n: int, policy) -> tuple[float, int]:
    """The percentage and the n that are published for x of n respondents."""
    base, least, width = policy.count_base, policy.min_count, policy.count_class
    shown = base * math.floor(n / base + 0.5)
    classes = max((shown - 2 * least + 1) // width, 1)
    number = min(max(math.floor((x * shown / n - least + 0.5) / width), 0), classes - 1)
    low = least - 0.5 + number * width
    high = shown - least + 0.5 if number == classes - 1 else low + width
    raw = min(100 * (low + high) / 2 / shown, 100 * policy.max_share)
    return round(math.floor(raw / policy.percent_step + 0.5) * policy.percent_step, 6), shown


def pairs(value: float, shown_n: float, policy) -> list[tuple[int, int]]:
    """Every (x, n) that is published as this percentage and this n."""
    found = []
    blur = policy.count_base // 2
    for n in range(max(int(shown_n) - blur, policy.min_n), int(shown_n) + blur + 1):
        near = value / 100 * n
        reach = math.ceil(policy.percent_step / 200 * n + 2 * policy.count_class + 3)
        for x in range(max(math.floor(near) - reach, policy.min_count), math.ceil(near) + reach):
            if n - x < policy.min_count or x > policy.max_share * n + 1e-9:
                continue
            if policy.max_share_both and n - x > policy.max_share * n + 1e-9:
                continue
            if percentage(x, n, policy) == (round(value, 6), int(shown_n)):
                found.append((x, n))
    return found


class Town:
    """The integer program of everything that is published of one indicator and wave."""

    def __init__(self, table: pd.DataFrame, policy, hidden: pd.DataFrame | None = None):
        self.policy = policy
        self.cells: list[Cell] = list(table[PLACE].itertuples(index=False, name=None))
        self.at = {cell: number for number, cell in enumerate(self.cells)}
        self.rows: list[tuple[dict[int, float], float, float]] = []
        size = len(self.cells)
        self.low, self.high = np.zeros(2 * size), np.full(2 * size, 1e5)
        for number, row in enumerate(table.itertuples()):
            self._row(number, row, size)
        for row in () if hidden is None else hidden.itertuples():
            self._reason(self.at[tuple(getattr(row, name) for name in PLACE)], row.reason, size)

    def _reason(self, x: int, reason: str, size: int) -> None:
        """What a reason says, as docs/disclosure.md has it; whole numbers, so > is >= + 1."""
        policy, n = self.policy, x + size
        most, least = policy.max_share, policy.min_count
        tiny = 1e-6
        wide = math.ceil(least / (1 - most) - tiny) if most < 1 else 1e5
        if reason == "few_outside" or (reason == "few_inside" and policy.max_share_both):
            self.high[n] = min(self.high[n], wide - 1)
        if reason == "few_inside":
            self.high[x] = least - 1
        elif reason == "few_outside":
            self.rows.append(({x: -1, n: 1}, 0, least - 1))
        elif reason in ("large_share", "large_count"):
            self.rows.append(({x: 1, n: -most}, tiny, np.inf))
            self.low[n] = max(self.low[n], wide)
        elif reason == "large_rest":
            self.rows.append(({x: 1, n: most - 1}, -np.inf, -tiny))
            self.low[n] = max(self.low[n], wide)
        elif reason == "together":
            self.low[n] = 0
        elif reason != "too_few":
            self.low[x] = least
            self.rows.append(({x: -1, n: 1}, least, np.inf))
            self.rows.append(({x: 1, n: -most}, -np.inf, tiny))
            if policy.max_share_both:
                self.rows.append(({x: 1, n: most - 1}, -tiny, np.inf))

    def _row(self, x: int, row, size: int) -> None:
        n = x + size
        self.rows.append(({x: 1, n: -1}, -np.inf, 0))
        if row.status == "ok":
            possible = pairs(row.value, row.n, self.policy)
            assert possible, "the attacker's formula is not the published one"
            self.low[x], self.high[x] = min(p[0] for p in possible), max(p[0] for p in possible)
            self.low[n], self.high[n] = min(p[1] for p in possible), max(p[1] for p in possible)
            shares = [a / b for a, b in possible]
            self.rows.append(({x: 1, n: -max(shares)}, -np.inf, 1e-9))
            self.rows.append(({x: 1, n: -min(shares)}, -1e-9, np.inf))
            self.rows.append(({x: 1, n: -1}, -np.inf, -self.policy.min_count))
        elif row.status == "too_few":
            self.high[n] = self.policy.min_n - 1
        else:
            self.low[n] = self.policy.min_n

    def add(self, total: Cell, parts: Iterable[Cell], complete: bool = True) -> None:
        """A sum the attacker knows: exact when `complete`, else with some in none of the parts."""
        size = len(self.cells)
        signs = {self.at[total]: 1.0} | {self.at[part]: -1.0 for part in parts}
        on_n = {at + size: sign for at, sign in signs.items()}
        rest = on_n | {at: -sign for at, sign in signs.items()}
        for row in (signs, on_n, rest):
            self.rows.append((row, 0, 0 if complete else np.inf))

    def count(self, cell: Cell) -> tuple[int, int]:
        """The least and the most the count of a cell can be."""
        return self._range({self.at[cell]: 1})

    def respondents(self, cell: Cell) -> tuple[int, int]:
        """The least and the most the n of a cell can be."""
        return self._range({self.at[cell] + len(self.cells): 1})

    def rest(self, cell: Cell) -> tuple[int, int]:
        """The least and the most there can be outside the category."""
        return self._range({self.at[cell] + len(self.cells): 1, self.at[cell]: -1})

    def _range(self, asked: dict[int, int]) -> tuple[int, int]:
        matrix = sparse.lil_array((len(self.rows), len(self.low)))
        for number, (row, _, _) in enumerate(self.rows):
            for column, value in row.items():
                matrix[number, column] = value
        sums = LinearConstraint(
            matrix.tocsr(), [row[1] for row in self.rows], [row[2] for row in self.rows]
        )
        ends = []
        for sign in (1, -1):
            objective = np.zeros(len(self.low))
            for unknown, times in asked.items():
                objective[unknown] = sign * times
            found = milp(
                objective,
                constraints=sums,
                bounds=Bounds(self.low, self.high),
                integrality=np.ones(len(self.low)),
                options={"time_limit": SECONDS},
            )
            # Stopped early, it is a town that fits, if not the last: the range is wider still.
            assert found.x is not None, found.message
            ends.append(sign * round(found.fun))
        return ends[0], ends[1]


def attack_town(
    table: pd.DataFrame,
    counts: pd.DataFrame,
    areas: pd.DataFrame,
    policy,
    hidden: pd.DataFrame | None = None,
    random: np.random.Generator | None = None,
    most: int = 10_000,
) -> dict[Cell, tuple[int, int, int]]:
    """What the attacker learns: (least, most, truth) of each hidden count.

    The attacker knows how areas nest, that groups divide everybody, of which of them some
    respondents are in no group, and the reasons given for what is `hidden`. With `random`, only
    so many counts are asked for as `most` says.
    """
    town = Town(table, policy, hidden)
    truth = {tuple(row[:5]): row[5:] for row in counts[[*PLACE, "x", "n"]].itertuples(index=False)}
    for cell in town.cells:
        for parts in sums_of(cell, town.cells, areas):
            town.add(cell, parts, truth[cell][1] == sum(truth[part][1] for part in parts))
    asked = [
        cell for cell, status in zip(town.cells, table["status"], strict=True) if status != "ok"
    ]
    if random is not None:
        asked = [asked[at] for at in random.permutation(len(asked))[:most]]
    return {cell: (*town.count(cell), int(truth[cell][0])) for cell in asked}


def sums_of(cell: Cell, cells: list[Cell], areas: pd.DataFrame) -> list[list[Cell]]:
    """The ways in which a cell is the sum of others."""
    indicator, level, area, group_by, group = cell
    column = {"gebied": "district", "arm": "arm"}.get(level)
    inside = areas[areas[column] == area] if column else areas
    sums = []
    if level != "wijk":
        sums.append([(indicator, "wijk", wijk, group_by, group) for wijk in inside["wijk"]])
    if level == "city":
        sums.append(
            [(indicator, "gebied", name, group_by, group) for name in areas["district"].unique()]
        )
    if group_by == "":
        for other in {key[3] for key in cells if key[3]}:
            sums.append([key for key in cells if key[:4] == (*cell[:3], other)])
    known = set(cells)
    found = [[part for part in parts if part in known] for parts in sums]
    return [parts for parts in found if parts]
