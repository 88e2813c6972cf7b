"""Towns in which an effect stands as it does: what an effect beside the figures leaves open.

The effect on everybody and its interval are functions of the changes of wijken. Of a hidden count
other values are tried, alone and in pairs: those in which the effect is shown the same are looked
for as towns of whole children in which all figures are the same as well. Such a town is proof that
nobody can tell. The attacker is granted the truth of the other wave, of all figures of wijken that
are shown, and what covariates explain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkkit.disclosure.audit import Program, counts_of
from wijkkit.disclosure.release import Settled

Floats = NDArray[np.float64]
#: By how many children a hidden count is tried to differ, beyond what is asked.
_BEYOND = 1
#: Programs that are tried for one count.
_TRIES = 60
#: Counts of wijken with which other hidden counts are looked at.
_FEW = 8
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Form:
    """How an effect is shown.

    Parameters
    ----------
    step, lower, upper : float
        Multiples of the finest step of the estimate, rounded to the nearest, and of its limits,
        rounded outwards.
    thresholds : tuple of float
        Below which of these p is, is said.
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

    Parameters
    ----------
    one : Settled
    cells : (K,) array of int
        The hidden cells of everybody in a wijk that is compared.
    moved : (V, K) array
        By how many each count differs; the first is the truth.
    change : (V, G) array
        What the changes of the wijken would be.
    """

    one: Settled
    cells: NDArray[np.int64]
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
    found: Sequence[Candidates], forms_: Sequence[Form], as_shown: ShownAs
) -> Form | None:
    """Return the first form in which all hidden counts stay open; None where none is.

    Parameters
    ----------
    found : sequence of Candidates
        Of each wave and system.
    forms_ : sequence of Form
    as_shown : callable
    """
    programs = [Program(one.one.choice.shown, one.one.multiple) for one in found]
    known: list[dict[object, Any]] = [{} for _ in found]
    for form in forms_:
        if all(
            _open(one, _alike(one.change, form, as_shown), program, seen)
            for one, program, seen in zip(found, programs, known, strict=True)
        ):
            return form
    return None


def candidates(
    one: Settled,
    at: NDArray[np.int64],
    wijken: Sequence[str],
    change: Floats,
    way: float,
) -> Candidates:
    """Return other counts of the hidden cells among these, and the changes they would make.

    Parameters
    ----------
    one : Settled
    at : array of int
        The cell of everybody of each wijk that is compared.
    wijken : sequence of str
        In the order of the changes.
    change : (G,) array
        The exact changes, in points.
    way : float
        1 where a higher count makes the change larger, else -1.
    """
    cells = np.intersect1d(at, one.choice.secrets(one.multiple))
    most = int(np.ceil(one.choice.needed(cells).max(initial=0))) + _BEYOND
    tried = list(_moves(len(cells), most))
    moved = np.array(tried, float).reshape(len(tried), len(cells))
    count = one.choice.count[cells] + moved
    n = one.system.respondents()[cells]
    moved = moved[((count >= 0) & (count <= n)).all(axis=1)]
    order = {name: number for number, name in enumerate(wijken)}
    out = np.repeat(change[None], len(moved), axis=0)
    for column, cell in enumerate(cells):
        name = one.system.area[cell]
        if name in order:
            out[:, order[name]] += way * one.unit * moved[:, column] / n[column]
    return Candidates(one, cells, moved, out)


def _moves(size: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield the truth, then what differs in one count, then in two."""
    ways = [way for way in range(-most, most + 1) if way]
    yield (0,) * size
    for number in (1, 2):
        for places in combinations(range(size), number):
            for values in product(ways, repeat=number):
                moved = [0] * size
                for place, value in zip(places, values, strict=True):
                    moved[place] = value
                yield tuple(moved)


def _alike(change: Floats, form: Form, as_shown: ShownAs) -> NDArray[np.bool_]:
    seen = as_shown(change, form)
    return (np.abs(seen - seen[0]) < _TINY).all(axis=1)


def _open(
    found: Candidates, alike: NDArray[np.bool_], program: Program, known: dict[object, Any]
) -> bool:
    """Return whether each hidden count takes values far enough apart among towns alike."""
    choice, multiple = found.one.choice, found.one.multiple
    secret = choice.secrets(multiple)
    need = dict(zip(secret, choice.needed(secret), strict=True))
    moved = found.moved[alike]
    lowest, highest = choice.count.copy(), choice.count.copy()
    # Of each count what is as far as asked first, and of these what moves the others least.
    order = np.argsort(np.abs(moved).sum(axis=1), kind="stable")
    for column, cell in enumerate(found.cells):
        if np.ptp(moved[:, column]) < need[cell] - _TINY:
            return False
        far = np.abs(np.abs(moved[order, column]) - need[cell])
        for row in order[np.argsort(far, kind="stable")][:_TRIES]:
            if highest[cell] - lowest[cell] >= need[cell] - _TINY:
                break
            value = choice.count[cell] + moved[row, column]
            if not lowest[cell] <= value <= highest[cell]:
                key = tuple(moved[row])
                if key not in known:
                    count = choice.count[found.cells] + moved[row]
                    known[key] = program.with_counts(found.cells, count)
                _see(found.one, known[key], lowest, highest)
        if highest[cell] - lowest[cell] < need[cell] - _TINY:
            return False
    return _others_open(found, moved[order], need, (lowest, highest), program, known)


def _see(one: Settled, town: Floats | None, lowest: Floats, highest: Floats) -> None:
    if town is not None:
        count = counts_of(one.choice.shown, town)
        np.minimum(lowest, count, out=lowest)
        np.maximum(highest, count, out=highest)


def _others_open(
    found: Candidates,
    moved: Floats,
    need: Mapping[int, float],
    seen: tuple[Floats, Floats],
    program: Program,
    known: dict[object, Any],
) -> bool:
    """Return whether all other hidden counts are open, each in some of the towns alike."""
    choice, multiple = found.one.choice, found.one.multiple
    lowest, highest = seen
    if "narrow" not in known:
        known["narrow"] = choice.narrow_with(multiple, found.cells)
    # Counts of wijken of which there are towns.
    there = [row for row in moved if known.get(tuple(row)) is not None or not row.any()]
    for cell in known["narrow"]:
        for row, sign in product(there[:_FEW], (1.0, -1.0)):
            if highest[cell] - lowest[cell] >= need[cell] - _TINY:
                break
            key = (cell, sign, *row)
            if key not in known:
                count = choice.count[found.cells] + row
                known[key] = program.with_counts(found.cells, count, cell, sign)
            _see(found.one, known[key], lowest, highest)
        if highest[cell] - lowest[cell] < need[cell] - _TINY:
            return False
    return True
