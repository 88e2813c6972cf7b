"""What is cheapest to give up for a count that is not open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_whole_children import KINDS, in_parts, small
from towns import areas_of, by_rules, people_of, town_of

from wijkkit.disclosure import GGD
from wijkkit.disclosure.cheapest import Cheapest
from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.loss import lost
from wijkkit.disclosure.towns import Towns


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_a_count_is_so_far_apart_without_what_is_given_up(seed, questions, weighted):
    one = small(seed, questions, weighted)
    system, first = one.one.system, one.choice.first
    fixed = (np.arange(len(first)) % 5 == 0) & (first > 0)
    tried = 0
    for some, size in ((fixed, 2.0), (0 * fixed > 0, 10.0)):
        widest = np.full(len(first), size)
        program = Cheapest(Towns(one.shown), one.choice._wijken, some, widest)
        for cell in np.flatnonzero((first == 0) & (system.level == "wijk")):
            after = program.given_up(first, cell, 1.0)
            stands = some if after is None else after == first
            without = np.where(stands, first, 0.0)
            apart = in_parts(one, without, cell)
            if after is None:
                # Not even without all that may go.
                assert apart < 1
                continue
            tried += 1
            assert apart >= 1 - 1e-6
            assert (after == first)[some].all() and (lost(after) >= lost(first)).all()
            # Nothing is given up for a count that is open already.
            if in_parts(one, first, cell) >= 1 + 1e-6:
                assert (after == first).all()
    assert tried


def exact_town(seed: int, also: tuple[str, ...] = (), decimals: int = 1) -> Choice:
    """Eight wijken of which every figure is exact, and all but groups within wijken stand.

    `also`: Levels of which groups need not stand either.
    """
    areas = areas_of(8, 1).assign(district="", arm="none")
    random = np.random.default_rng(seed)
    people = people_of(areas, random, size=(110, 150), share=(0.4, 0.6), missing_ses=0.0)
    here = people["wijk"].eq("w03")
    groups = np.repeat(["low", "high", "middle"], [29, 40, here.sum() - 69])
    people.loc[here, "ses"] = groups
    made = town_of(people, areas, {"play": "percent"})
    shown, first = by_rules(made, replace(GGD, decimals=decimals))
    system = shown.system
    kept = ~np.isin(system.level, ["wijk", *also]) | (system.slot == 0)
    return Choice(shown, first, kept & (first > 0))


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_groups_of_two_wijken_hide_each_other_where_all_else_stands(seed):
    """One after another none of them helps: all would be given up, and the question left out."""
    choice = exact_town(seed)
    multiple = choice.settled()
    assert multiple is not None and not len(choice.narrow(multiple))
    given_up = (choice.first > 0) & (multiple != 1)
    assert given_up.sum() == 4
    assert (multiple[given_up] == 0).all()


@pytest.mark.parametrize("size", [1.0, 10.0])
def test_groups_of_the_city_stand_coarser_before_those_of_wijken_are_hidden(size):
    """And are left out after them: where they have no coarser step, as if they had to stand."""
    choice = exact_town(0, also=("city",), decimals=0)
    system, first = choice.shown.system, choice.first
    (hidden,) = np.flatnonzero((first == 0) & (system.area == "w03"))
    alone = np.where(np.arange(len(first)) == hidden, 0.0, 1.0)
    wijken, widest = choice._wijken, np.full(len(first), size)
    program = Cheapest(Towns(choice.shown), wijken, choice._kept, widest)
    after = program.given_up(alone, hidden, 2.0)
    gone = np.flatnonzero(after != alone)
    at_wijk, at_city = (gone[system.level[gone] == level] for level in ("wijk", "city"))
    # Children of other groups answer otherwise, of that wijk and of the city; or of two wijken.
    assert len(set(system.area[at_wijk])) == (2 if size == 1 else 1)
    assert bool(len(at_city)) == (size > 1)
    assert not after[at_wijk].any() and (after[at_city] == size).all()
