"""Towns in which an effect stands as it does: what an effect beside the figures leaves open.

The effect on everybody and its interval are functions of the changes of wijken. Other counts of the
hidden wijken are listed, near the truth; of those in which the effect is shown the same an integer
program picks one, with a town of whole children in which all figures are the same as well. Such a
town is proof that nobody can tell. The attacker is granted the truth of the other wave and the
exact counts of all wijken that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np

from wijkkit.disclosure.arrays import Floats, Ints, Mask
from wijkkit.disclosure.audit import audited, narrow_with
from wijkkit.disclosure.choice import Settled
from wijkkit.disclosure.loss import lost
from wijkkit.disclosure.program import Program
from wijkkit.disclosure.system import Ends
from wijkkit.disclosure.tolerance import at_least, between

#: By how many children a hidden count is tried to differ, beyond what is asked.
_BEYOND = 1
#: Up to so many hidden wijken all counts near the truth are listed; of more, those that differ
#: from the truth in one or two.
_ALL = 5
#: Sets of counts that one program chooses from, per count of the wijk that it is about.
_ROWS = 40
#: How often it is tried to give figures back.
_TRIALS = 12


@dataclass(frozen=True, slots=True)
class Form:
    """How an effect is shown.

    `step`, `lower`, `upper`: Multiples of the finest step of the estimate, rounded to the nearest,
    and of its limits, rounded outwards. `thresholds`: Below which of these p is, is said.
    """

    step: float
    lower: float
    upper: float
    thresholds: tuple[float, ...]


#: An effect as it is shown, of V towns: (V, G) changes of wijken and a form -> (V, m) numbers.
ShownAs = Callable[[Floats, Form], Floats]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Other counts of the hidden wijken of one wave.

    `cells`: The hidden cells of everybody in a wijk that is compared. `moved`: By how many each
    count differs; the first is the truth. `change`: What the changes of the wijken would be.
    """

    one: Settled
    cells: Ints
    moved: Floats
    change: Floats


def forms(steps: Sequence[float], ends: Sequence[float]) -> list[Form]:
    """Return the forms in the order of what they lose: the estimate counts double."""
    found = [
        Form(step, lower, upper, thresholds)
        for step, lower, upper in product(steps, ends, ends)
        for thresholds in ((0.01, 0.05), (0.05,))
        if min(lower, upper) >= step
    ]
    return sorted(found, key=lambda one: (2 * one.step + one.lower + one.upper, one.upper))


def finest_form(
    waves: Sequence[Settled],
    made: Callable[[Settled], Candidates],
    forms_: Sequence[Form],
    as_shown: ShownAs,
) -> tuple[Form | None, list[Settled]]:
    """Return the first form in which all hidden counts stay open, and what the figures show then.

    Where there is no such form, figures around the count that is not open are given up, in the
    order of `wijkkit.disclosure.loss.ORDER`, until there is; what turns out not to be needed is
    given back. Figures of whole arms and of the city are never left out for it.
    """
    attacks = [_Attack(made(one)) for one in waves]
    while True:
        wide = [_widened(attack, made, forms_[-1], as_shown) for attack in attacks]
        attacks = [one for one in wide if one is not None]
        if len(attacks) < len(waves):
            return None, list(waves)
        for form in forms_:
            if all(attack.open(form, as_shown) for attack in attacks):
                back = zip(waves, attacks, strict=True)
                return form, [_given_back(*one, made, form, as_shown) for one in back]
        # Each wave has a form of its own, but not one together.
        less = [_more(attack, made) if len(attack.narrow) else attack for attack in attacks]
        attacks = [one for one in less if one is not None]
        if len(attacks) < len(waves):
            return None, list(waves)


def _widened(
    attack: _Attack, made: Callable[[Settled], Candidates], form: Form, as_shown: ShownAs
) -> _Attack | None:
    """Return the attack on as many figures as stay open in the coarsest form."""
    left: _Attack | None = attack
    while left is not None and not left.open(form, as_shown):
        left = _more(left, made)
    return left


def _more(attack: _Attack, made: Callable[[Settled], Candidates]) -> _Attack | None:
    """Return the attack on what is left when more is given up; None where that is too much."""
    one = attack.found.one
    multiple = one.choice.more(one.multiple, attack.narrow)
    if multiple is not None:
        multiple = audited(one.choice, _one_wijk(one, multiple))
    large = np.isin(one.system.level, ["arm", "city"]) & (one.system.slot == 0)
    if multiple is None or (large & (one.multiple > 0) & (multiple == 0)).any():
        return None
    return attack.beside(made(replace(one, multiple=multiple)))


def _one_wijk(one: Settled, multiple: Floats) -> Floats:
    """Return the choice with a single wijk more that is hidden: the one of fewest respondents."""
    system = one.system
    gone = (multiple == 0) & (one.multiple > 0) & (system.level == "wijk") & (system.slot == 0)
    if not gone.any():
        return multiple
    at = np.flatnonzero(gone)
    least = at[np.argmin(system.respondents()[at])]
    return np.where(np.arange(len(multiple)) == least, 0.0, one.multiple)


def _given_back(
    before: Settled,
    attack: _Attack,
    made: Callable[[Settled], Candidates],
    form: Form,
    as_shown: ShownAs,
) -> Settled:
    """Return what is shown when all is given back that the form holds without."""
    choice, first = before.choice, before.multiple

    def holds(multiple: Floats) -> bool:
        if len(choice.narrow(multiple)):
            return False
        return attack.beside(made(replace(before, multiple=multiple))).open(form, as_shown)

    multiple, system = attack.found.one.multiple, before.system
    left = [_TRIALS]

    def halved(multiple: Floats, cells: Ints, target: Floats) -> Floats:
        if not len(cells) or not left[0]:
            return multiple
        left[0] -= 1
        tried = multiple.copy()
        tried[cells] = target[cells]
        if holds(tried):
            return tried
        for half in np.array_split(cells, 2) if len(cells) > 1 else ():
            multiple = halved(multiple, half, target)
        return multiple

    large, everybody = np.isin(system.level, ["arm", "city"]), system.slot == 0
    wijk = system.level == "wijk"
    # Everybody before groups, larger areas before smaller ones: what is missed most.
    for block in (large & everybody, wijk & everybody, wijk, large, system.level == "gebied"):
        for least in (0.0, 5.0):
            target = np.maximum(first, least)
            given_up = block & (first > 0) & (lost(multiple) > lost(target))
            if least == 0 or not wijk[given_up].any():
                multiple = halved(multiple, np.flatnonzero(given_up), target)
    return replace(before, multiple=multiple)


def candidates(
    one: Settled,
    at: Ints,
    wijken: Sequence[str],
    change: Floats,
    way: float,
) -> Candidates:
    """Return other counts of the hidden cells among these, and the changes they would make.

    `wijken`: In the order of the changes. `change`: The exact changes, in points. `way`: 1 where a
    higher count makes the change larger, else -1.
    """
    cells = np.intersect1d(at, one.choice.secrets(one.multiple))
    most = int(np.ceil(one.choice.shown.need[cells].max(initial=0))) + _BEYOND
    moved = _moves(len(cells), most)
    count = one.choice.shown.count[cells] + moved
    n = one.system.respondents()[cells]
    moved = moved[((count >= 0) & (count <= n)).all(axis=1)]
    moved = moved[_within(one, cells, moved)]
    order = {name: number for number, name in enumerate(wijken)}
    out = np.repeat(change[None], len(moved), axis=0)
    for column, cell in enumerate(cells):
        name = one.system.area[cell]
        if name in order:
            out[:, order[name]] += way * one.unit * moved[:, column] / n[column]
    return Candidates(one, cells, moved, out)


def _moves(size: int, most: int) -> Floats:
    """Return the truth, then what differs from it: least first."""
    ways = np.arange(-most, most + 1)
    if size <= _ALL:
        tried = list(product(ways, repeat=size))
        moved = np.array(tried, float).reshape(len(tried), size)
    else:
        parts = [np.zeros((1, size))]
        pairs = np.array([pair for pair in product(ways, repeat=2) if any(pair)], float)
        for places in combinations(range(size), 2):
            part = np.zeros((len(pairs), size))
            part[:, places] = pairs
            parts.append(part)
        moved = np.unique(np.concatenate(parts), axis=0)
    return moved[np.argsort(np.abs(moved).sum(axis=1), kind="stable")]


def _within(one: Settled, cells: Ints, moved: Floats) -> Mask:
    """Return which counts the figures of everybody in larger areas allow; other wijken are shown."""
    system, slack = one.system, one.choice.shown.slack(one.multiple)
    larger = np.flatnonzero((system.slot == 0) & (system.level != "wijk"))
    larger = larger[np.isin(system.indicator[larger], system.indicator[cells])]
    shared = (system.member[larger] @ system.member[cells].T).toarray() > 0
    shared &= system.indicator[larger][:, None] == system.indicator[cells][None]
    # All children of a wijk have the same weight.
    weight = (system.respondents_weight() / np.maximum(system.respondents(), 1))[cells]
    sums, weighted = moved @ shared.T, (moved * weight) @ shared.T
    fits = between(sums, -slack.down[larger], slack.up[larger])
    fits &= between(weighted, -slack.weighted_down[larger], slack.weighted_up[larger])
    return np.all(fits, axis=1)


class _Attack:
    """The search for towns of one wave, which remembers those that it found."""

    def __init__(self, found: Candidates) -> None:
        self.found, self.narrow = found, np.zeros(0, int)
        self._choice, self._multiple = found.one.choice, found.one.multiple
        self._program = Program(self._choice.shown, self._multiple, known=found.one.lines)
        #: Counts in the towns that were found, and which set of counts of wijken they have.
        self._counts, self._rows = [self._choice.shown.count], [0]
        self._towns: list[Floats] = []
        #: Hidden counts that are not open anyhow for who knows those of all wijken.
        self._rest: Ints | None = None

    def beside(self, found: Candidates) -> _Attack:
        """Return the attack on other figures of the same wave, with the towns found so far."""
        new = _Attack(found)
        for town in self._towns:
            if new._program.allows(town):
                new._note(town)
        return new

    def open(self, form: Form, as_shown: ShownAs) -> bool:
        """Return whether each hidden count takes values far enough apart among towns alike."""
        seen = as_shown(self.found.change, form)
        alike = np.all(between(seen, seen[0], seen[0]), axis=1)
        self._ends = Ends(np.stack(self._counts)[alike[self._rows]])
        rows = np.flatnonzero(alike)
        # What was not open in an earlier form is tried first.
        for cell in self._asked():
            need = self._choice.shown.need[cell]
            column = np.flatnonzero(self.found.cells == cell)
            few = len(column) and not at_least(np.ptp(self.found.moved[rows, column[0]]), need)
            for least in () if few else (True, False):
                if at_least(self._ends.width()[cell], need):
                    continue
                near, cells = self._nearest(rows, column), self.found.cells
                counts = self._choice.shown.count[cells] + self.found.moved[near]
                goal = self._ends.goal(cell, least, need)
                town = self._program.end(cell, least, (cells, counts), goal)
                if town is not None:
                    self._ends.note(self._note(town))
            if not at_least(self._ends.width()[cell], need):
                self.narrow = np.array([cell])
                return False
        return True

    def _note(self, town: Floats) -> Floats:
        """Remember a town by its counts, and by the set of counts of wijken that it has."""
        count = self._choice.shown.system.counts(town)
        cells = self.found.cells
        moved = count[cells] - self._choice.shown.count[cells]
        apart = np.abs(self.found.moved - moved).sum(axis=1)
        if at_least(0.0, apart.min(initial=np.inf)):
            self._towns.append(town)
            self._counts.append(count)
            self._rows.append(int(apart.argmin()))
        return count

    def _asked(self) -> Iterator[int]:
        """Yield hidden cells: what was not open in an earlier form, wijken, then all others."""
        yield from self.narrow
        yield from np.setdiff1d(self.found.cells, self.narrow)
        if self._rest is None:
            lines = self.found.one.lines
            self._rest = narrow_with(self._choice, self._multiple, self.found.cells, lines)
        yield from np.setdiff1d(self._rest, self.narrow)

    def _nearest(self, rows: Ints, column: Ints) -> Ints:
        """Return the sets of counts that a program chooses from: the nearest of each count."""
        if not len(column):
            return rows[: 4 * _ROWS]
        own = self.found.moved[rows, column[0]]
        rank = np.zeros(len(rows), int)
        for value in np.unique(own):
            here = own == value
            rank[here] = np.arange(here.sum())
        return rows[rank < _ROWS]
