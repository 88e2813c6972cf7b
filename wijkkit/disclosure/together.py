"""What a release and earlier publications of the same children give away together.

Other groups, areas or weights, or more or fewer of the same children, make figures that each leave
every hidden count open, and together do not. Whoever holds all publications knows of each child in
which cells it was counted. Children who are alike in all of them are one atom; a town of whole
children in which no published figure stands otherwise proves that a count is open. It is sought by
integer programs, among the children of the count's wijken and, where those are few, among all.
Where there is none, new figures around the count are coarsened or left out in the order of loss.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.editions import Edition, editions_of
from wijkkit.disclosure.knowledge import Known
from wijkkit.disclosure.ledger import Entry
from wijkkit.disclosure.loss import ORDER, STEPS, lost
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.program import Children
from wijkkit.disclosure.sample import Sample
from wijkkit.disclosure.system import families, patterns_of
from wijkkit.disclosure.tolerance import at_least, between

#: All children are searched among where there are fewer variables.
SMALL = 1500


def opened(
    sample: Sample,
    entries: Sequence[Entry],
    table: pd.DataFrame,
    multiple: Floats,
    finest: Floats,
    known: Known,
    by_rule: Mask,
    kept: Mask,
    policy: Policy,
) -> tuple[Floats, Mask]:
    """Return the multiples in which hidden counts stay open beside earlier publications.

    And which cells were published of the very same children: they stand as they did.

    `multiple`: Of the `finest` step of each cell, as the release would show it; 0 where it is
    hidden.
    """
    out, public = multiple.copy(), np.zeros(len(multiple), bool)
    for wave in sample.waves if entries else ():
        questions, editions = editions_of(sample, entries, table, by_rule, kept, wave)
        told = {one for edition in editions for one in edition.cells["question"]}
        asked = [question for question in questions if question in told]
        for family in families(questions, asked, policy.min_count):
            together = _Together(questions[list(family)], editions, policy)
            together.settle(out, public, finest, known)
    return out, public


class _Together:
    """Linked questions of a wave, as all editions tell of them."""

    def __init__(self, answers: pd.DataFrame, editions: Sequence[Edition], policy: Policy) -> None:
        y = answers.to_numpy(float)
        answered = ~np.isnan(y)
        told = (one.cells[one.cells["question"].isin(list(answers))] for one in editions)
        parts = zip(editions, told, strict=True)
        editions = [replace(one, cells=cells) for one, cells in parts if len(cells)]
        codes = [code for one in editions for code in one.codes]
        counted = [one.weights[at] > 0 for one in editions for at in one.cells["weight"].unique()]
        key = np.column_stack([*codes, *counted, answered]).astype(np.int64)
        _, first, atom = np.unique(key, axis=0, return_index=True, return_inverse=True)
        self._atom, size = atom.ravel(), len(first)
        self._size = np.bincount(self._atom, minlength=size).astype(float)
        self._asked = answered[first]
        patterns, self._truth = patterns_of(y, answered, self._atom, size)
        self._children = Children(self._truth, self._size, patterns, self._asked)
        # The wijk of each atom: its cell among everybody, of the first edition that has it.
        homes = np.stack([one.codes[0][first] for one in editions])
        edition = (homes >= 0).argmax(axis=0)
        home = np.column_stack([edition, homes[edition, np.arange(size)]])
        self._wijk = np.unique(home, axis=0, return_inverse=True)[1].ravel()
        self._read(answers, editions, first, policy)
        self._towns: list[tuple[Floats, Floats]] = []
        self._small = self._truth.size <= SMALL

    def _read(
        self, answers: pd.DataFrame, editions: Sequence[Edition], first: Ints, policy: Policy
    ) -> None:
        """Read the cells of all editions: whom each counts, and what it tells."""
        size, names = len(first), list(answers)
        parts, counts, sums = [], [], []
        for one in editions:
            cells, code = one.cells, np.stack([c[first] for c in one.codes])
            row, column = code[code >= 0], np.nonzero(code >= 0)[1]
            shape = (max(row.max(initial=0), cells["cell"].max()) + 1, size)
            member = sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
            question = np.array([names.index(q) for q in cells["question"]])
            used, which = np.unique(cells["weight"], return_inverse=True)
            weights = [np.bincount(self._atom, one.weights[at], size) for at in used]
            weight = (np.stack(weights) / self._size)[which]
            inside = sparse.csr_array(member[cells["cell"].to_numpy()].multiply(weight > 0))
            inside.eliminate_zeros()
            counts.append(inside)
            sums.append(sparse.csr_array(inside.multiply(weight)))
            parts.append(cells.assign(number=question))
        self.cells = pd.concat(parts, ignore_index=True)
        count, total = (sparse.csr_array(sparse.vstack(one)) for one in (counts, sums))
        self._n, self._total = count @ self._size, total @ self._size
        self._homes = count @ sparse.csr_array((np.ones(size), (np.arange(size), self._wijk)))
        number = self.cells["number"].to_numpy()
        self._count, self._sum = (self._children.sums(one, number) for one in (count, total))
        x = self._count @ self._truth.ravel()
        few = (self._n < policy.min_n) | (x < policy.min_count) | (self._n - x < policy.min_count)
        now = self.cells["row"].ge(0).to_numpy()
        self._secret = self.cells["secret"].to_numpy(bool) & (now | few)
        self._need = np.minimum(policy.protection, self._n)
        self._same = self._alike(total)

    def _alike(self, total: sparse.csr_array) -> Ints:
        """Return a number per cell that those of the same children, weights and question share."""
        total.sort_indices()
        atoms, weights = (
            np.split(part, total.indptr[1:-1]) for part in (total.indices, total.data)
        )
        keys = [
            (number, own.tobytes(), (weight / every).astype(np.float32).tobytes())
            for number, own, weight, every in zip(
                self.cells["number"], atoms, weights, self._total, strict=True
            )
        ]
        return pd.factorize(pd.Series(keys, dtype=object))[0]

    def settle(self, multiple: Floats, stands: Mask, finest: Floats, known: Known) -> None:
        """Coarsen and leave out new figures until every hidden count is open, in `multiple`."""
        rows = self.cells["row"].to_numpy()
        mine = rows >= 0
        then = self.cells["shown"].notna().to_numpy()
        shown = mine & ~self.cells["kept"].to_numpy(bool) & (multiple[rows] > 0)
        # What was published of the very same children stands as it does: in two steps it would tell
        # more than in either.
        public = np.round(self._of_same(self.cells["step"].where(then), "min") / finest[rows])
        again = shown & np.isin(public, STEPS)
        finer = (again & (public < multiple[rows])).any()
        multiple[rows[again]] = public[again]
        stands[rows[again]] = True
        new = shown & ~again
        # What stands here as well, no finer than by itself, was audited with this release.
        here = self._of_same(again | (self._secret & mine), "any")
        if not finer and here[then | self._secret].all():
            return

        def bounds(which: Mask) -> tuple[Floats, Floats]:
            return self._bounds(np.where(which, multiple[rows], 0.0), known)

        seen = bounds(shown)
        first = ~pd.Series(self._same).where(self._secret).duplicated().to_numpy()
        secrets: list[int] = np.flatnonzero(self._secret & first).tolist()
        # What the publications before it tell alone nothing can mend.
        without = bounds(again)
        narrow = [at for at in secrets if not self._open(at, seen) and self._open(at, without)]
        if narrow:
            self._give_up(multiple, narrow, shown, new, known)

    def _give_up(
        self, multiple: Floats, narrow: list[int], shown: Mask, new: Mask, known: Known
    ) -> None:
        """Give up figures that are new until these counts are open, no more than that takes."""
        rows, before = self.cells["row"].to_numpy(), multiple.copy()
        homes = self._homes.toarray() > 0
        wijken = homes.sum(axis=1)
        near = homes[:, homes[narrow].any(axis=0)].any(axis=1)
        losses = [(loss, size) for loss in ORDER for size in loss.multiples]
        # What is around the counts first; where that is not enough, what is elsewhere.
        steps = list(product((False, True) if self._small else (False,), losses))

        def after(many: int) -> Floats:
            out = before.copy()
            for far, (loss, size) in steps[:many]:
                which = new & (near | far) & loss.of(self.cells, wijken)
                which &= lost(out[rows]) < lost(size)
                out[rows[which]] = size
            return out

        def all_open(many: int) -> bool:
            return self._all_open(narrow, after(many), shown, known)

        multiple[:] = after(bisect_left(range(len(steps)), True, key=all_open))
        mended = [cell for cell in narrow if self._all_open([cell], multiple, shown, known)]

        def give_back(at: Ints) -> bool:
            given_up = multiple[at]
            multiple[at] = before[at]
            if not (right := self._all_open(mended, multiple, shown, known)):
                multiple[at] = given_up
            return right

        # What turns out not to be needed is given back, the dearest first.
        for loss in reversed(ORDER):
            at = rows[new & loss.of(self.cells, wijken) & (multiple[rows] != before[rows])]
            if len(at) and not give_back(at) and self._small:
                for one in at:
                    give_back(np.array([one]))

    def _all_open(self, cells: list[int], multiple: Floats, shown: Mask, known: Known) -> bool:
        """Return whether all counts are open; the first that is not is asked first the next time."""
        rows = self.cells["row"].to_numpy()
        seen = self._bounds(np.where(shown, multiple[rows], 0.0), known)
        for at, cell in enumerate(cells):
            if not self._open(cell, seen):
                cells.insert(0, cells.pop(at))
                return False
        return True

    def _of_same(self, values: Any, how: str) -> Any:
        """Return what holds of all cells of the same children together, for each of them."""
        return pd.Series(values).groupby(self._same).transform(how).to_numpy()

    def _bounds(self, multiple: Floats, known: Known) -> tuple[Floats, Floats]:
        """Return by how much each weighted count may be lower and higher.

        Of cells of this release by their `multiple`, 0 for one that is not shown.
        """
        value, rows = self.cells["value"].to_numpy(float), self.cells["row"].to_numpy()
        shown, step = (self.cells[name].to_numpy(float) for name in ("shown", "step"))
        low, high = (
            np.where(np.isnan(shown), side * np.inf, shown + side * step / 2) for side in (-1, 1)
        )
        for size, ends in known.items():
            at = (rows >= 0) & (multiple == size)
            low[at], high[at] = (end[rows[at]] for end in ends)
        with np.errstate(invalid="ignore"):
            low, high = ((end - value) * self._total / 100 for end in (low, high))
        # Of a cell of nobody there is no other count.
        return np.fmin(low, 0), np.fmax(high, 0)

    def _open(self, cell: int, bounds: tuple[Floats, Floats]) -> bool:
        """Return whether a count can be as far apart as is asked, in towns that look the same."""
        need, found = self._need[cell], [0.0]
        found += [moved[cell] for moved, weighted in self._towns if _within(weighted, bounds)]
        # Among all children, or where these are many those of its wijken.
        near = self._homes[[cell]].indices
        atoms = np.flatnonzero(np.isin(self._wijk, near) | self._small)
        for far in (-need, need):
            if at_least(np.ptp(found), need):
                return True
            if (other := self._beyond(cell, far, atoms, bounds)) is not None:
                found.append(other[cell])
        return bool(at_least(np.ptp(found), need))

    def _beyond(
        self, cell: int, far: float, atoms: Ints, bounds: tuple[Floats, Floats]
    ) -> Floats | None:
        """Return how counts move in a town in which this one moves as far as it can, up to `far`."""
        truth = self._truth.ravel()
        own, now = self._count[[cell]], self._sum @ truth
        count = own @ truth
        told = [
            (self._sum, now, now + bounds[0], now + bounds[1]),
            (own, count, *np.sort([count, count + far], axis=0)),
        ]
        town, _ = self._children.town(told, -np.sign(far) * own, atoms)
        if town is None:
            return None
        change = town.ravel() - truth
        moved, weighted = self._count @ change, self._sum @ change
        if not _within(weighted, bounds):
            return None
        self._towns.append((moved, weighted))
        return moved


def _within(weighted: Floats, bounds: tuple[Floats, Floats]) -> bool:
    """Return whether no figure of a town stands otherwise, by its weighted counts."""
    return bool(between(weighted, *bounds).all())
