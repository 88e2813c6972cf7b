"""One system of cells: the linked indicators of a wave, and the children they are counts of.

The children of a wijk with the same groups (and the same questions answered) are one atom. An
atom holds so many children of each pattern of answers; these numbers are what nobody may work
out. Every cell is a sum of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.sample import Sample
from wijkkit.estimates.layout import Block
from wijkkit.tables import AREA_LEVELS

# Which indicators tell of each other: found in the respondents' own columns.

#: How likely it may be, of all pairs together, that two answers are never given together by chance;
#: and below which part of what chance would give they hardly ever are. Where the first is wrong
#: more is hidden than need be; a link that is not seen would give counts away.
_FALSE_ALARM = 0.1
_NEARLY = 0.03


def families(people: pd.DataFrame, indicators: list[str], few: int) -> list[tuple[str, ...]]:
    """Return the indicators in sets that are protected as one.

    Two 0/1 indicators belong together where one of the four combinations of their answers does
    not occur (nested, complementary, excluding each other) or hardly ever does (nearly so),
    although it would by chance.

    `people`: A column of 0, 1 or NaN per indicator.

    >>> score = np.arange(400) % 20
    >>> people = pd.DataFrame({"high": score > 16, "elevated": score > 12,
    ...                        "sport": np.arange(400) % 3 == 0}, dtype=float)
    >>> families(people, ["high", "elevated", "sport"], 5)
    [('high', 'elevated'), ('sport',)]
    """
    if not indicators:
        return []
    values = people[indicators].to_numpy(float)
    there = (~np.isnan(values)).astype(np.float32)
    one = np.nan_to_num(values).astype(np.float32)
    zero = there - one
    size = len(indicators)
    linked = np.zeros((size, size), bool)
    both = there.T @ there
    # Each pair of questions has four of answers.
    enough = np.log(2 * size * max(size - 1, 1) / _FALSE_ALARM)
    for left in (one, zero):
        for right in (one, zero):
            found = left.T @ right
            # The number expected among those who answered both, times how many these are.
            expected = (left.T @ there) * (there.T @ right)
            rare = (found < few) & (found * both < _NEARLY * expected)
            linked |= rare & (expected >= enough * both)
    _, label = connected_components(coo_array(linked), directed=False)
    order = dict.fromkeys(label.tolist())
    return [tuple(np.array(indicators)[label == one].tolist()) for one in order]


class Ends:
    """The least and the most of each count among the towns that were seen, of (V, C) counts."""

    def __init__(self, counts: Floats) -> None:
        self.least, self.most = counts.min(axis=0), counts.max(axis=0)

    def note(self, count: Floats) -> None:
        np.minimum(self.least, count, out=self.least)
        np.maximum(self.most, count, out=self.most)

    def width(self) -> Floats:
        return self.most - self.least

    def goal(self, cell: int, least: bool, need: float) -> float:
        """Return the least, or else the most, that is as far from the other end as is asked."""
        return float(self.most[cell] - need if least else self.least[cell] + need)


@dataclass(frozen=True, slots=True)
class System:
    """Atoms and cells of linked indicators in one wave.

    `rows`: Position of each cell in the table of estimates. `indicator`: Which of the indicators it
    is a cell of. `level`, `area`, `slot`, `group`: Its area level, area, grouping (number; 0 for
    everybody) and group. `member`: Whether each atom is in the cell and was asked. `patterns`: The
    patterns of answers that occur; the first is nobody having any of them. `truth`: Children of
    each pattern; of a score the total, in the width of its scale, in the second. `weight`: Mean
    weight of a child of its wijk. `groups`: Group in each slot; -1 for none. `whole`: Counts of
    children; False for scores.
    """

    indicators: tuple[str, ...]
    rows: Ints
    indicator: Ints
    level: NDArray[np.object_]
    area: NDArray[np.object_]
    slot: Ints
    group: Ints
    member: sparse.csr_array
    patterns: Ints
    asked: Mask
    truth: Floats
    size: Floats
    weight: Floats
    wijk: Ints
    groups: Ints
    whole: bool

    def counts(self, town: Floats | None = None) -> Floats:
        """Return the count of each cell; in a town, (N, P), where one is given."""
        return self._sums(self._having(town))

    def weighted(self, town: Floats | None = None) -> Floats:
        """Return the weighted count of each cell, of atoms' mean weights."""
        return self._sums(self._having(town) * self.weight[:, None])

    def respondents(self) -> Floats:
        """Return the n of each cell."""
        return self._sums(self.asked * self.size[:, None])

    def respondents_weight(self) -> Floats:
        """Return the total weight of each cell."""
        return self._sums(self.asked * (self.size * self.weight)[:, None])

    def _having(self, town: Floats | None) -> Floats:
        return ((self.truth if town is None else town) @ self.patterns) * self.asked

    def _sums(self, values: Floats) -> Floats:
        return (self.member @ values)[np.arange(len(self.rows)), self.indicator]

    def heaviest(self) -> Floats:
        """Return the weight of the heaviest child of each cell."""
        weights = self.member.multiply(self.weight[None, :]).tocsr()
        return np.asarray(weights.max(axis=1).toarray(), float).ravel()


def systems(sample: Sample, table: pd.DataFrame, few: int) -> Iterator[System]:
    """Yield the systems of a sample: one per set of linked indicators, or score, and wave.

    `table`: The estimates, in the order of `sample.blocks`.
    """
    people = sample.people
    percent = [key for key, unit in sample.units.items() if unit == "percent"]
    sets = [(one, True) for one in families(people, percent, few)]
    sets += [((key,), False) for key, unit in sample.units.items() if unit == "score"]
    divided = sample.blocks()
    places = pd.Index(sample.areas["wijk"].astype("str")).get_indexer(people["wijk"])
    size = sum(block.size for block in divided)
    start = {key: number * size for number, key in enumerate(sample.units)}
    there = np.isin(table["status"].to_numpy(object), ["ok"])
    for wave_number, wave in enumerate(sample.waves):
        now = people["wave"].eq(wave).to_numpy()
        cells = _cells(divided, wave_number, now, places[now])
        for indicators, whole in sets:
            made = _system(sample, now, cells, indicators, start, whole, there)
            if made is not None:
                yield made


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a wave: where they are in a block of estimates, and who is in them."""

    at: Ints
    level: NDArray[np.object_]
    area: NDArray[np.object_]
    slot: Ints
    group: Ints
    codes: list[Ints]
    wijk: Ints
    groups: Ints


def _cells(divided: Sequence[Block], wave: int, now: Mask, wijk: Ints) -> _Cells:
    slots = {key: number for number, key in enumerate(dict.fromkeys(b.group_by for b in divided))}
    at, level, area, slot, group, codes = [], [], [], [], [], []
    offset, first = 0, 0
    groups = np.full((now.sum(), len(slots)), -1)
    for block in divided:
        many, own_slot = len(block.groups), slots[block.group_by]
        mine = np.flatnonzero(np.arange(block.size) // many % len(block.waves) == wave)
        at.append(offset + mine)
        level += [block.area_level] * len(mine)
        area += [name for name in block.areas for _ in block.groups]
        slot += [own_slot] * len(mine)
        group.append(mine % many)
        code = block.code[now]
        inside = code >= 0
        codes.append(np.where(inside, first + np.searchsorted(mine, code), code))
        groups[inside, own_slot] = code[inside] % many
        offset, first = offset + block.size, first + len(mine)
    return _Cells(
        np.concatenate(at),
        np.array(level, object),
        np.array(area, object),
        np.array(slot),
        np.concatenate(group),
        codes,
        wijk,
        groups,
    )


def _system(
    sample: Sample,
    now: Mask,
    cells: _Cells,
    indicators: tuple[str, ...],
    start: dict[str, int],
    whole: bool,
    there: Mask,
) -> System | None:
    y = sample.people.loc[now, list(indicators)].to_numpy(float)
    # Who is counted in the figures of wijken, gebieden and arms, and who in those of the city.
    levels = ("wijk", "city")
    inside = np.stack([[sample.counted(k, level)[now] for k in indicators] for level in levels])
    y = np.where(inside.any(axis=0).T, y, np.nan)
    answered = ~np.isnan(y)
    used = answered.any(axis=1) & (cells.wijk >= 0)
    kept = [np.flatnonzero(there[start[key] + cells.at]) for key in indicators]
    where = np.concatenate(kept)
    # Of a population above the study nobody is in a wijk: there is no count to open.
    if not len(where) or not used.any():
        return None
    y, answered, inside = y[used], answered[used], inside[..., used]
    weight = np.max([sample.weight(k, "wijk")[now][used] for k in indicators], axis=0)
    other = np.max([sample.weight(k, "city")[now][used] for k in indicators], axis=0)
    weight = np.where(weight > 0, weight, other)
    # Those of a wijk who are counted elsewhere than others of it are a part of it by themselves.
    wijk = cells.wijk[used]
    if not inside.all():
        kinds, kind = np.unique(np.concatenate(inside).T, axis=0, return_inverse=True)
        wijk = wijk * len(kinds) + kind.ravel()
    parts = np.column_stack([wijk, cells.groups[used], answered])
    _, first, atom = np.unique(parts, axis=0, return_index=True, return_inverse=True)
    atom, size = atom.ravel(), len(first)
    n = np.bincount(atom, minlength=size).astype(float)
    patterns, truth = patterns_of(y, answered, atom, size) if whole else _totals(y, atom, size, n)
    member = _membership(cells, used, atom, first, size)[where]
    if not inside.all():
        level = (cells.level[where] == "city").astype(int)
        which = np.repeat(np.arange(len(indicators)), [len(at) for at in kept])
        member = sparse.csr_array(member.multiply(inside[level, which][:, first]))
        member.eliminate_zeros()
    return System(
        indicators,
        np.concatenate([start[k] + cells.at[at] for k, at in zip(indicators, kept, strict=True)]),
        np.repeat(np.arange(len(indicators)), [len(at) for at in kept]),
        cells.level[where],
        cells.area[where],
        cells.slot[where],
        cells.group[where],
        member,
        patterns,
        answered[first],
        truth,
        n,
        _weights(weight, wijk, first),
        wijk[first],
        cells.groups[used][first],
        whole,
    )


def _weights(weight: Floats, wijk: Ints, first: Ints) -> Floats:
    """Return the mean weight of a child of each atom's wijk: the weights of areas are public."""
    return (np.bincount(wijk, weight)[wijk] / np.bincount(wijk)[wijk])[first]


def patterns_of(y: Floats, answered: Mask, atom: Ints, size: int) -> tuple[Ints, Floats]:
    """Return the patterns of answers, nobody having any first, and how many of an atom have each."""
    own = np.where(answered, y, 0).astype(np.int64)
    patterns, which = np.unique(own, axis=0, return_inverse=True)
    if patterns[0].any():
        patterns, which = np.vstack([0 * patterns[:1], patterns]), which + 1
    truth = np.zeros((size, len(patterns)))
    np.add.at(truth, (atom, which.ravel()), 1.0)
    return patterns, truth


def possible(truth: Floats, patterns: Ints, asked: Mask) -> Mask:
    """Return which patterns a child of each atom may have; (N, P).

    Those that somebody has who was asked all that it was: who was asked less and answers no may
    otherwise have two answers of which everybody gives one.

    >>> truth, patterns = np.array([[0, 2, 2], [1, 0, 1]]), np.array([[0, 0], [1, 0], [0, 1]])
    >>> possible(truth, patterns, np.array([[True, True], [False, True]])).tolist()
    [[False, True, True], [True, True, True]]
    """
    kinds, kind = np.unique(asked, axis=0, return_inverse=True)
    kind = kind.ravel()
    found = np.zeros((len(kinds), len(patterns)), bool)
    for number, own in enumerate(kinds):
        there = truth[(kinds >= own).all(axis=1)[kind]].any(axis=0)
        answers = patterns * own
        found[number] = (answers[:, None] == answers[None, there]).all(axis=2).any(axis=1)
    return found[kind]


def _totals(y: Floats, atom: Ints, size: int, n: Floats) -> tuple[Ints, Floats]:
    """Return totals of scores from the lowest score, in the width of the scale."""
    score = y[:, 0]
    width = max(score.max() - score.min(), 1e-9)
    total = np.bincount(atom, (score - score.min()) / width, size)
    return np.array([[0], [1]]), np.column_stack([n - total, total])


def _membership(cells: _Cells, used: Mask, atom: Ints, first: Ints, size: int) -> sparse.csr_array:
    row, column = [], []
    for code in cells.codes:
        own = code[used][first]
        column.append(np.flatnonzero(own >= 0))
        row.append(own[column[-1]])
    ones = np.ones(sum(map(len, row)))
    shape = (len(cells.at), size)
    return sparse.csr_array((ones, (np.concatenate(row), np.concatenate(column))), shape=shape)


def cell_places(system: System) -> Ints:
    """Return the cell of each atom by level, slot and indicator; -1 for none."""
    levels = pd.Index(AREA_LEVELS).get_indexer(system.level)
    shape = (len(AREA_LEVELS), system.groups.shape[1], len(system.indicators), len(system.size))
    cell = np.full(shape, -1)
    member = system.member.tocoo()
    row, atom = member.coords
    # A question that an atom was not asked has no cell for it.
    asked = system.asked[atom, system.indicator[row]]
    row, atom = row[asked], atom[asked]
    cell[levels[row], system.slot[row], system.indicator[row], atom] = row
    return cell


def larger_cells(cell: Ints, size: int) -> list[Ints]:
    """Return, per larger level, the larger cell of each cell of a wijk; -1 for none."""
    found = []
    for level in range(1, len(cell)):
        parent = np.full(size, -1)
        own = cell[0] >= 0
        parent[cell[0][own]] = cell[level][own]
        # Where somebody of a wijk's cell is not counted in the larger one it tells nothing of it.
        parent[cell[0][own & (cell[level] < 0)]] = -1
        found.append(parent)
    return found


def wijken_of_cells(system: System, wijk: Ints) -> Mask:
    """Return which wijken each cell's area has; (C, W)."""
    shape = (len(wijk), wijk.max() + 1)
    which = sparse.csr_array((np.ones(len(wijk)), (np.arange(len(wijk)), wijk)), shape=shape)
    return (system.member @ which).toarray().astype(bool)
