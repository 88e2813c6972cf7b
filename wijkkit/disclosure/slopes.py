"""Slopes and relative indices of inequality: in what steps they may stand beside the figures.

A slope is a sum of its groups' figures; a relative index says that one such sum is so many times
another. It is missed less than a figure, of which none is lost for it: each is tried in its finest
step and in coarser ones, whatever those of its figures; where hidden counts would not stay open
beside any of them, it is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.audit import Search
from wijkkit.disclosure.choice import Settled
from wijkkit.disclosure.derived import RATIO_STEP, joined, names_in, parts_of
from wijkkit.disclosure.differences import Lines
from wijkkit.disclosure.knowledge import Relation
from wijkkit.disclosure.loss import COARSER, STEPS
from wijkkit.disclosure.rounding import down, limits, to_step
from wijkkit.estimates.inequality import to_ends
from wijkkit.tables import tidy

#: The next coarser step of each; 0 is none.
_NEXT = dict(zip(STEPS, (*COARSER, 0.0), strict=True))
#: What is missed most is tried first: slopes before relative indices, waves before changes.
ORDER = tuple(product(("city", "arm", "gebied", "wijk"), (False, True), (False, True)))
#: A slope that its cells do not give to this is not made of them alone.
_SAME = 1e-6


def with_slopes(
    slopes: pd.DataFrame,
    table: pd.DataFrame,
    weight: Floats,
    finest: Floats,
    new: Mask,
    settled: Sequence[Settled],
) -> tuple[tuple[Settled, ...], pd.DataFrame]:
    """Return what is shown and known of each system beside slopes, and the slopes as they may stand.

    One that its cells do not give is hidden: what it tells is not known.

    `weight`, `finest`: Total weight and finest step of each cell of the table. `new`: Cells that
    were not published before: what is made of others stands as it did.
    """
    rows = slopes.reset_index(drop=True)
    if rows.empty:
        return tuple(settled), tidy(rows)
    parts, given = parts_of_slopes(rows, table, weight)
    at = parts_of(rows, table)
    shown = np.zeros(len(table), bool)
    for one in settled:
        shown[one.system.rows] = one.multiple > 0
    may = given & rows["status"].eq("ok").to_numpy()
    multiple = np.where(may & shown[at].all(axis=0), 1.0, 0.0)
    ratio = rows["unit"].eq("ratio").to_numpy()
    fine = np.where(ratio, RATIO_STEP, finest[at].max(axis=0))
    told, fresh = _told(rows, fine, ratio), new[at].all(axis=0)
    waves = set(table["wave"])
    before, change = _before(rows, waves), ~rows["wave"].isin(waves).to_numpy()
    kinds = [
        (
            rows["area_level"].eq(level).to_numpy() & (ratio == relative) & (change == changed),
            (level, relative) == ("city", False),
        )
        for level, relative, changed in ORDER
    ]
    final, left = list(settled), np.ones(len(rows), bool)
    # One after another: the programs of all at once would fill the memory.
    for parts_of_system in _linked(settled, [part for part in parts if fresh[part.row]]):
        systems = {n: _System(settled[n], own, told, ratio) for n, own in parts_of_system.items()}
        mine = np.zeros(len(rows), bool)
        mine[[part.row for own in parts_of_system.values() for part in own]] = True
        left &= ~mine
        multiple = _stepped(
            multiple, [(kind & mine, long) for kind, long in kinds], before, tuple(systems.values())
        )
        for number, system in systems.items():
            final[number] = system.beside(multiple)
    # The others tell of no system.
    multiple = _stepped(multiple, [(kind & left, long) for kind, long in kinds], before, ())
    return tuple(final), _rounded(rows, fine, multiple)


def _stepped(
    multiple: Floats,
    kinds: Sequence[tuple[Mask, bool]],
    before: Sequence[Sequence[int]],
    systems: Sequence[_System],
) -> Floats:
    """Return the multiples in which slopes leave the hidden counts of these systems open.

    `kinds`: Which slopes are tried together, in order, and whether the search is a long one.
    `before`: What each slope must be no finer than.
    """
    multiple, tried = multiple.copy(), np.zeros(len(multiple), bool)
    for mine, long in kinds:
        for row in np.flatnonzero(mine & (multiple > 0)).tolist():
            steps = multiple[before[row]]
            multiple[row] = steps.max(initial=1.0) if steps.all() else 0.0
        tried |= mine
        asked = mine
        while asked.any():
            beside = np.where(tried, multiple, 0.0)
            blamed = np.zeros(len(multiple), bool)
            for system in systems:
                if system.tells(asked):
                    blamed |= system.to_blame(beside, mine, long)
            multiple[blamed] = [_NEXT[step] for step in multiple[blamed]]
            asked = blamed
    return multiple


def _linked(settled: Sequence[Settled], parts: Sequence[Part]) -> Iterator[dict[int, list[Part]]]:
    """Yield the lines that lie in each system, by its number, of systems with slopes in common."""
    home = {cell: n for n, one in enumerate(settled) for cell in one.system.rows.tolist()}
    of: dict[int, list[Part]] = {number: [] for number in range(len(settled))}
    for part in parts:
        homes = {home.get(cell) for cell in part.cells.tolist()}
        if len(homes) == 1 and (number := homes.pop()) is not None:
            of[number].append(part)
    ends = [(number, len(of) + part.row) for number, own in of.items() for part in own]
    system, row = np.array(ends).reshape(-1, 2).T
    size = max([*row.tolist(), len(of) - 1]) + 1
    graph = sparse.coo_array((np.ones(len(row)), (system, row)), shape=(size, size))
    label = connected_components(graph, directed=False)[1][: len(of)]
    for one in dict.fromkeys(label.tolist()):
        yield {number: of[number] for number in np.flatnonzero(label == one).tolist()}


def _before(rows: pd.DataFrame, waves: Collection[str]) -> list[list[int]]:
    """Return what each must be no finer than: a relative index its slope, a change both waves."""
    names = ["indicator", "area_level", "area", "group_by"]
    ratio = rows["unit"].eq("ratio")
    keys = list(zip(*(rows[name] for name in names), ratio, rows["wave"], strict=True))
    place = {key: number for number, key in enumerate(keys)}
    found = []
    for *area, relative, wave in keys:
        parts = names_in(wave, waves)
        of = [(*area, relative, part) for part in parts if len(parts) > 1]
        of += [(*area, False, wave)] if relative else []
        found.append([place[key] for key in of if key in place])
    return found


def _told(rows: pd.DataFrame, fine: Floats, ratio: Mask) -> Floats:
    """Return how far below and above the truth each slope may be for who sees it, (T, 2, S).

    By its step; of a relative index of its logarithm.
    """
    value, lower, upper = (rows[name].to_numpy(float) for name in ("value", "lower", "upper"))
    none, within = np.zeros((0, len(rows))), []
    for step in STEPS:
        ends = []
        for scale, true in (("linear", value), ("log", np.log(np.where(ratio, value, np.nan)))):
            one = Relation(none.astype(int), none, scale, value, lower, upper, fine)
            ends.append(np.array(one.by_number(step)) - true)
        low, high = np.where(ratio, ends[1], ends[0])
        within.append([np.fmin(low, 0.0), np.fmax(high, 0.0)])
    return np.array(within)


class _System:
    """A system, and the slopes that tell of it."""

    def __init__(self, one: Settled, parts: Sequence[Part], told: Floats, ratio: Mask) -> None:
        self._one, self._told, self._ratio, self._search = one, told, ratio, Search(one.choice)
        rows = one.system.rows
        self._row = np.array([part.row for part in parts], int)
        self._way = np.array([part.way for part in parts], float)
        self._values = np.array([part.values for part in parts]).reshape(-1, 2).T
        place = {cell: number for number, cell in enumerate(rows.tolist())}
        cells = [place[cell] for part in parts for cell in part.cells.tolist()]
        at = np.repeat(np.arange(len(parts)), [len(part.cells) for part in parts]), cells
        by_weight = sparse.diags_array(one.unit / one.system.respondents_weight())
        ends = np.concatenate([np.zeros((2, 0)), *(part.ends for part in parts)], axis=1)
        #: By what the ends of each line multiply the weighted count of each cell.
        self._start, self._end = (
            sparse.csr_array((values, at), shape=(len(parts), len(rows))) @ by_weight
            for values in ends
        )
        #: The wijken that each line tells of.
        own = sparse.csr_array((np.ones(len(cells)), at), shape=self._start.shape)
        self._wijken = own @ one.choice.in_wijk.astype(float) > 0

    def tells(self, which: Mask) -> bool:
        """Return whether any of these slopes tells of the system."""
        return bool(which[self._row].any())

    def lines(self, multiple: Floats) -> Lines:
        """Return what slopes in these multiples tell who knows the other wave exactly."""
        at = np.flatnonzero(multiple[self._row] > 0)
        row, (first, last) = self._row[at], self._values[:, at]
        within = self._told[np.searchsorted(STEPS, multiple[row]), :, row].T
        low, high = np.sort(self._way[at] * within, axis=0)
        index, start, end = self._ratio[row], self._start[at], self._end[at]
        found = Lines(start[~index] - end[~index], low[~index], high[~index])
        # One end is between so many times the other: exact, not near the truth alone.
        for factor, least, most in ((np.exp(low), 0.0, np.inf), (np.exp(high), -np.inf, 0.0)):
            times = factor * first / last
            rest = (first - times * last)[index]
            sums = start[index] - end[index] * times[index, None]
            found += Lines(sparse.csr_array(sums), least - rest, most - rest)
        return found

    def to_blame(self, multiple: Floats, mine: Mask, long: bool) -> Mask:
        """Return which of these slopes stand in the way of a hidden count that is not open."""
        choice, lines = self._one.choice, self._one.lines + self.lines(multiple)
        narrow = self._search.narrow(self._one.multiple, lines, further=long)
        near, every = np.zeros((2, len(multiple)), bool)
        wijken = choice.in_wijk[narrow].any(axis=0)
        near[self._row[self._wijken[:, wijken].any(axis=1)]] = True
        every[self._row] = len(narrow) > 0
        # Of its own area, or, where none of these is shown, any.
        near, every = (one & mine & (multiple > 0) for one in (near, every))
        return near if near.any() else every

    def beside(self, multiple: Floats) -> Settled:
        """Return what is shown and known of the system beside slopes in these multiples."""
        self._one.choice.moves.forget()
        return replace(self._one, slopes=self.lines(multiple))


def _rounded(rows: pd.DataFrame, fine: Floats, multiple: Floats) -> pd.DataFrame:
    """Return slopes as they stand in these multiples of their finest step; 0 hides them."""
    step = fine * np.maximum(multiple, 1.0)
    value, lower, upper = (rows[name].to_numpy(float) for name in ("value", "lower", "upper"))
    low, high = limits(value, lower, upper, step, multiple > 1)
    # Half the interval of a relative index is one of its logarithm.
    with np.errstate(divide="ignore", invalid="ignore"):
        least = down(np.maximum(to_step(value, step) - step / 2, 0) * lower / value, step)
        most = -down(-(to_step(value, step) + step / 2) * upper / value, step)
    ratio = rows["unit"].eq("ratio").to_numpy() & (multiple > 1)
    low, high = np.where(ratio, least, low), np.where(ratio, most, high)
    held = rows["status"].eq("ok") & (multiple == 0)
    made = rows.assign(value=to_step(value, step), lower=low, upper=high, step=step)
    return tidy(made.assign(status=rows["status"].mask(held, "hidden")))


def shown_beside(slopes: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return slopes there where each of their cells is shown."""
    if slopes.empty:
        return slopes
    status, _ = joined(slopes["status"], table, parts_of(slopes, table))
    return tidy(slopes.assign(status=status))


@dataclass(frozen=True, slots=True)
class Part:
    """The line through the figures of groups in a wave that a slope is made of.

    `row`: The slope. `cells`: Of its groups. `ends`: By what their values make the line's ends.
    `values`: These ends. `way`: -1 for the first wave of a change, else 1.
    """

    row: int
    cells: Ints
    ends: Floats
    values: Floats
    way: float


def parts_of_slopes(
    slopes: pd.DataFrame, table: pd.DataFrame, weight: Floats
) -> tuple[list[Part], Mask]:
    """Return the lines of slopes, and which slopes are made of these alone.

    `weight`: Total weight of each cell of the table: what shares of groups are made of.
    """
    value, relative = table["value"].to_numpy(float), slopes["unit"].eq("ratio").to_numpy()
    change = ~slopes["wave"].isin(table["wave"].unique()).to_numpy()
    by_wave = parts_of(slopes, table).reshape(1 + int(change.any()), -1, len(slopes))
    parts, made = [], np.zeros(len(slopes))
    for row, changed in enumerate(change):
        ways = (-1.0, 1.0) if changed else (1.0,)
        for way, every in zip(ways, by_wave[:, :, row], strict=False):
            cells = np.array(list(dict.fromkeys(every.tolist())))
            if cells.min() < 0 or not (weight[cells] > 0).all():
                made[row] = np.nan
                break
            ends = to_ends(weight[cells])
            parts.append(Part(row, cells, ends, ends @ value[cells], way))
            start, end = parts[-1].values
            with np.errstate(divide="ignore", invalid="ignore"):
                made[row] += way * (np.log(start / end) if relative[row] else start - end)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(relative, np.log(slopes["value"]), slopes["value"])
    return parts, np.isclose(made, own, rtol=_SAME, atol=_SAME)
