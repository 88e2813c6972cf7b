"""Someone who knows that children come whole, and works out hidden counts from a released table.

Shares no code with what it attacks: its unknowns are the children of a wijk with the same groups
who gave the same answers, its facts are the figures as they stand, with the n of each and the
weights of wijken.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from towns import Town

LEVELS = {"wijk": "wijk", "gebied": "district", "arm": "arm"}
SECONDS = 0.5


class Attacker:
    """What the released table of a town of one wave says of its counts.

    Parameters
    ----------
    town : Town
    table : DataFrame
        As released, in the order of the town's cells.
    gaps : DataFrame, optional
        Gaps as released, and the exact limits, of which the attacker knows how far they are apart.
    """

    def __init__(self, town: Town, table: pd.DataFrame, gaps: pd.DataFrame | None = None) -> None:
        people, self.table = town.sample.people, table
        self.names = list(town.sample.units)
        columns = ["wijk", "district", "arm", *(c for c, _ in town.sample.groupings.values())]
        key = people[columns].astype(object).fillna("-").astype(str)
        self.atoms = key.assign(weight=people["weight"]).groupby(columns)["weight"]
        self.atoms = self.atoms.agg(["size", "mean"]).reset_index()
        self.columns = {name: c for name, (c, _) in town.sample.groupings.items()}
        self.patterns = np.array(list(product((0, 1), repeat=len(self.names))))
        given = people[self.names].to_numpy(int)
        there = (given[:, None] == self.patterns).all(axis=2).any(axis=0)
        self.most = np.where(there, self.atoms["size"].to_numpy()[:, None], 0).ravel()
        shown = [self._line(row) for row in table.itertuples() if row.status == "ok"]
        if gaps is not None:
            shown += [self._gap(row) for row in gaps.itertuples() if row.status == "ok"]
        size = len(self.atoms) * len(self.patterns)
        every = np.kron(np.eye(len(self.atoms)), np.ones(len(self.patterns)))
        self.facts = [LinearConstraint(every, *[self.atoms["size"].to_numpy(float)] * 2)]
        if shown:
            lines, low, high = (np.array(part) for part in zip(*shown, strict=True))
            self.facts.append(LinearConstraint(lines.reshape(-1, size), low - 1e-7, high + 1e-7))

    def _inside(self, row: object) -> np.ndarray:
        inside = np.ones(len(self.atoms), bool)
        if row.area_level != "city":
            inside &= (self.atoms[LEVELS[row.area_level]] == row.area).to_numpy()
        if row.group_by:
            inside &= (self.atoms[self.columns[row.group_by]] == row.group).to_numpy()
        return inside

    def count(self, row: object) -> np.ndarray:
        """The unknowns that a cell's count is the sum of."""
        having = self.patterns[:, self.names.index(row.indicator)]
        return np.outer(self._inside(row), having).ravel().astype(float)

    def _gap(self, row: object) -> tuple[np.ndarray, float, float]:
        first, last = (self._share(row._replace(group=one)) for one in row.group.split("-"))
        half = (row.exact_upper - row.exact_lower) / 2
        low, high = row.value - row.step / 2, row.value + row.step / 2
        ends = {
            "higher": (max(low, half), high),
            "lower": (low, min(high, -half)),
            "not_distinguishable": (max(low, -half), min(high, half)),
        }
        return first - last, *ends.get(row.verdict, (low, high))

    def _line(self, row: object) -> tuple[np.ndarray, float, float]:
        return self._share(row), row.value - row.step / 2, row.value + row.step / 2

    def _share(self, row: object) -> np.ndarray:
        """The share of a cell with the answer, as a sum of the unknowns, in per cent."""
        weight = self.atoms["mean"].to_numpy()
        inside = self._inside(row)
        total = (self.atoms["size"] * weight)[inside].sum()
        return self.count(row) * np.repeat(weight, len(self.patterns)) * 100 / total

    def between(self, row: object) -> tuple[float, float]:
        """The least and the most that a cell's count can be."""
        ends = []
        for sign in (1.0, -1.0):
            found = milp(
                sign * self.count(row),
                constraints=self.facts,
                bounds=Bounds(0, self.most),
                integrality=np.ones(len(self.most)),
                options={"time_limit": SECONDS},
            )
            if found.status == 1:
                # Out of time: what is sure is not that it is narrow, so the attack failed here.
                found = milp(
                    sign * self.count(row), constraints=self.facts, bounds=Bounds(0, self.most)
                )
            assert found.x is not None, "the truth itself must be possible"
            ends.append(round(float(sign * found.fun), 6))
        return ends[0], ends[1]


def found_of(
    town: Town, table: pd.DataFrame, by_rule: np.ndarray, gaps: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return of each count that a rule hides between what it is found to be.

    Returns
    -------
    DataFrame
        ``true, low, high, n``; the truth is always between.
    """
    attacker, cells = Attacker(town, table, gaps), town.cells
    rows = []
    for row in table[by_rule].itertuples():
        low, high = attacker.between(row)
        true, n = float(cells["x"][row.Index]), float(cells["n"][row.Index])
        rows.append({"true": true, "low": low, "high": high, "n": n})
    return pd.DataFrame(rows, columns=["true", "low", "high", "n"])
