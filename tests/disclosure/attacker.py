"""Someone who knows that children come whole, and works out hidden counts from released tables.

Shares no code with what it attacks: its unknowns are the children who are alike in every
publication (the same wijk and groups) and gave the same answers, its facts are the figures as they
stand, with the n of each and the weights of wijken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from towns import Town

from wijkkit.disclosure.rounding import Places

LEVELS = {"wijk": "wijk", "gebied": "district", "arm": "arm"}
SECONDS = 0.5


class Attacker:
    """What released tables say of the counts of towns.

    Parameters
    ----------
    *published : (Town, DataFrame) or (Town, DataFrame, DataFrame)
        Publications over the same children: the town, its figures as released, its gaps and
        changes as released with the exact limits, of which the attacker knows how far they are
        apart, its slopes, and its comparisons with the city, as gaps are. A question that two of
        them ask with other answers counts as two.
    """

    def __init__(self, *published: tuple) -> None:
        people = [town.sample.people.set_index("respondent") for town, *_ in published]
        everybody = pd.Index(np.unique(np.concatenate([one.index for one in people])))
        self._columns = [town.sample.groupings for town, *_ in published]
        parts, self._question = [], []
        answers: list[pd.Series] = []
        for at, (town, *_) in enumerate(published):
            own = people[at]
            where = ["wave", *LEVELS.values(), *(c for c, _ in town.sample.groupings.values())]
            key = (
                own[where].astype(object).fillna("-").astype(str).reindex(everybody, fill_value="")
            )
            parts.append(key.set_axis([f"{at} {name}" for name in where], axis=1))
            self._question.append(
                {
                    name: _question(answers, own[name].reindex(everybody))
                    for name in town.sample.units
                }
            )
        given = np.column_stack([one.fillna(0) for one in answers]).astype(int)
        key = pd.concat(parts, axis=1)
        weights = {
            f"weight {at}": own["weight"].reindex(everybody, fill_value=0.0)
            for at, own in enumerate(people)
        }
        grouped = key.assign(**weights, size=1).groupby(list(key), sort=True)
        self.atoms = grouped[[*weights, "size"]].agg(
            {**dict.fromkeys(weights, "mean"), "size": "sum"}
        )
        self.atoms = self.atoms.reset_index()
        self.patterns = np.array(list(product((0, 1), repeat=len(answers))))
        there = (given[:, None] == self.patterns).all(axis=2).any(axis=0)
        # That all of a town answer the same is not known: none of all, or all of all, may be there.
        there[[0, -1]] |= [given.all(axis=0).any(), not given.any(axis=0).all()]
        self.most = np.where(there, self.atoms["size"].to_numpy()[:, None], 0).ravel()
        every = np.kron(np.eye(len(self.atoms)), np.ones(len(self.patterns)))
        self.facts = [LinearConstraint(every, *[self.atoms["size"].to_numpy(float)] * 2)]
        for at, (_, *tables) in enumerate(published):
            tell_each = (self._figure, self._difference, self._slope, self._comparison)
            for told, tell in zip(tables, tell_each, strict=False):
                rows = told[told["status"].eq("ok")]
                self.learn(fact for row in rows.itertuples() for fact in tell(row, at))

    def learn(self, shown: Iterable[tuple[np.ndarray, float, float]]) -> None:
        """Take sums of the unknowns that are known to lie between two numbers as facts."""
        if shown := list(shown):
            lines, low, high = (np.array(part) for part in zip(*shown, strict=True))
            self.facts.append(LinearConstraint(lines, low - 1e-7, high + 1e-7))

    def _inside(self, row: object, at: int) -> np.ndarray:
        inside = (self.atoms[f"{at} wave"] == row.wave).to_numpy(copy=True)
        if row.area_level != "city":
            inside &= (self.atoms[f"{at} {LEVELS[row.area_level]}"] == row.area).to_numpy()
        if row.group_by:
            column = self._columns[at][row.group_by][0]
            inside &= (self.atoms[f"{at} {column}"] == row.group).to_numpy()
        return inside

    def count(self, row: object, at: int = 0) -> np.ndarray:
        """The unknowns that a cell's count is the sum of."""
        having = self.patterns[:, self._question[at][row.indicator]]
        return np.outer(self._inside(row, at), having).ravel().astype(float)

    def _figure(self, row: object, at: int) -> Iterator[tuple[np.ndarray, float, float]]:
        yield self._share(row, at), row.value - row.step / 2, row.value + row.step / 2

    def _difference(self, row: object, at: int) -> Iterator[tuple[np.ndarray, float, float]]:
        name = "group" if row.group_by and "-" in row.group else "wave"
        first, last = (
            self._share(row._replace(**{name: one}), at) for one in getattr(row, name).split("-")
        )
        # A gap is the first group less the last, a change the last wave less the first.
        line = first - last if name == "group" else last - first
        yield line, *_within(row, row.value - row.step / 2, row.value + row.step / 2)

    def _comparison(self, row: object, at: int) -> Iterator[tuple[np.ndarray, float, float]]:
        """A wijk, gebied or arm less the city; without a number where a step is coarse."""
        ends = (row.difference - row.step / 2, row.difference + row.step / 2)
        line = self._share(row, at) - self._share(row._replace(area_level="city", area="city"), at)
        yield line, *_within(row, *((-np.inf, np.inf) if np.isnan(row.difference) else ends))

    def _slope(self, row: object, at: int) -> Iterator[tuple[np.ndarray, float, float]]:
        """A slope, its change, or a relative index, by which one end is so many times the other."""
        lines = [self._ends(row._replace(wave=one), at) for one in row.wave.split("-")]
        low, high = row.value - row.step / 2, row.value + row.step / 2
        if row.unit != "ratio":
            first, *later = (one[0] - one[1] for one in lines)
            yield (later[0] - first if later else first), low, high
        elif len(lines) == 1:
            ((start, end),) = lines
            yield start - high * end, -np.inf, 0.0
            yield start - low * end, 0.0, np.inf

    def _ends(self, row: object, at: int) -> tuple[np.ndarray, np.ndarray]:
        """The ends of the line through the groups at the middle of their ranks, by least squares."""
        groups = [row._replace(group=one) for one in row.group.split("-")]
        weight = (self.atoms["size"] * self.atoms[f"weight {at}"]).to_numpy()
        total = np.array([weight[self._inside(one, at)].sum() for one in groups])
        share = total / total.sum()
        x = np.column_stack([np.ones(len(groups)), np.cumsum(share) - share / 2])
        fit = np.linalg.pinv(x * np.sqrt(share)[:, None]) * np.sqrt(share)
        values = np.array([self._share(one, at) for one in groups])
        return fit[0] @ values, (fit[0] + fit[1]) @ values

    def _share(self, row: object, at: int) -> np.ndarray:
        """The share of a cell with the answer, as a sum of the unknowns, in per cent."""
        weight = self.atoms[f"weight {at}"].to_numpy()
        total = (self.atoms["size"] * weight)[self._inside(row, at)].sum()
        return self.count(row, at) * np.repeat(weight, len(self.patterns)) * 100 / total

    def between(self, row: object, at: int = 0, enough: float = np.inf) -> tuple[float, float]:
        """The least and the most that a cell's count can be; infinite where it is `enough` above."""
        ends: list[float] = []
        count = self.count(row, at)
        for sign in (1.0, -1.0):
            if ends and enough < np.inf:
                further = LinearConstraint(count, ends[0] + enough, np.inf)
                found = milp(
                    0 * count,
                    constraints=[*self.facts, further],
                    bounds=Bounds(0, self.most),
                    integrality=np.ones(len(self.most)),
                    options={"time_limit": SECONDS},
                )
                if found.x is not None:
                    return ends[0], np.inf
            found = milp(
                sign * count,
                constraints=self.facts,
                bounds=Bounds(0, self.most),
                integrality=np.ones(len(self.most)),
                options={"time_limit": SECONDS},
            )
            if found.status == 1:
                # Out of time: what is sure is not that it is narrow, so the attack failed here.
                found = milp(sign * count, constraints=self.facts, bounds=Bounds(0, self.most))
            assert found.x is not None, "the truth itself must be possible"
            ends.append(round(float(sign * found.fun), 6))
        return ends[0], ends[1]


def _within(row: object, low: float, high: float) -> tuple[float, float]:
    """The ends of a difference, by its number and by how the verdict says its limits lie."""
    half = (row.exact_upper - row.exact_lower) / 2
    ends = {
        "higher": (max(low, half), high),
        "lower": (low, min(high, -half)),
        "not_distinguishable": (max(low, -half), min(high, half)),
    }
    return ends.get(row.verdict, (low, high))


def _question(answers: list[pd.Series], own: pd.Series) -> int:
    """The number of the question that was answered so: one asked before, or a new one."""
    for at, one in enumerate(answers):
        if (one.isna() | own.isna() | one.eq(own)).all():
            answers[at] = one.fillna(own)
            return at
    answers.append(own)
    return len(answers) - 1


def found_of(
    attacker: Attacker, town: Town, rows: pd.DataFrame, at: int = 0, enough: float = np.inf
) -> pd.DataFrame:
    """Return of counts of a town between what they are found to be; `enough` apart is no further.

    Returns
    -------
    DataFrame
        ``true, low, high, n``; the truth is always between.
    """
    place, found = Places(town.cells).of(rows), []
    for row, cell in zip(rows.itertuples(), town.cells.iloc[place].itertuples(), strict=True):
        low, high = attacker.between(row, at, min(enough, cell.n) if cell.n else np.inf)
        found.append({"true": float(cell.x), "low": low, "high": high, "n": float(cell.n)})
    return pd.DataFrame(found, columns=["true", "low", "high", "n"])


def held(found: pd.DataFrame, protection: int) -> None:
    """Every count is found to be in an interval with the truth, as wide as asked."""
    assert (found["low"] <= found["true"] + 1e-6).all()
    assert (found["true"] <= found["high"] + 1e-6).all()
    asked = np.minimum(protection, found["n"])
    assert (found["high"] - found["low"] >= asked - 1e-6).all(), found
