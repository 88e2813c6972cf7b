"""What the audit does with counts that are not open, and how far it searches around one."""

from __future__ import annotations

from copy import copy
from itertools import product

import numpy as np
import pytest
from test_choice import choice_of, needing
from test_whole_children import choices as steps_at_random
from test_whole_children import small

from wijkkit.disclosure import audit
from wijkkit.disclosure import choice as choices
from wijkkit.disclosure.audit import Search, audited
from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.loss import lost
from wijkkit.disclosure.system import Ends


def searched(needs, monkeypatch, seeks: bool = True) -> None:
    """Let the search of an audit find narrow what is not coarse enough, as in `needing`."""

    class Told(Search):
        def narrow(self, multiple, known=(), further=False, first=False):
            found = [
                cell
                for cell, ways in needs.items()
                if multiple[cell] == 0 and not any(lost(multiple[at]) >= lost(s) for at, s in ways)
            ]
            return np.array(found, int)

        def seeks(self, further=False):
            return seeks

    monkeypatch.setattr(audit, "Search", Told)


class Sought(Exception):
    """Among which atoms a program is asked for a town, and how far apart counts must be."""


class Program:
    def end(self, cell, least, enough, around):
        raise Sought(around, enough)


def hidden_of(choice: Choice) -> int:
    """A hidden group of a wijk of which something is shown."""
    of_wijk = choice.shown.system.level == "wijk"
    told = choice.in_wijk[of_wijk & (choice.first > 0)].any(axis=0)
    return int(
        np.flatnonzero(of_wijk & (choice.first == 0) & choice.in_wijk[:, told].any(axis=1))[0]
    )


@pytest.mark.parametrize("least", [2.0, 5.0, 10.0, 0.0])
@pytest.mark.parametrize("level", ["arm", "city", "gebied", "wijk"])
def test_an_arm_or_the_city_comes_back_in_the_finest_step_that_holds(level, least, monkeypatch):
    choice = choice_of(0)
    needing(choice, {}, monkeypatch)
    at = np.flatnonzero((choice.shown.system.level == level) & (choice.first > 0))[-1]
    searched({hidden_of(choice): [(at, least)]}, monkeypatch)
    multiple = np.where(np.arange(len(choice.first)) == at, 0.0, choice.first)
    large = level in ("arm", "city")
    assert (audited(choice, multiple) == multiple).all()
    back = audited(choice, multiple, back=True)
    assert back[at] == (least if large else 0.0) and (np.delete(back != multiple, at) == 0).all()
    # What a rule hides does not come back.
    free = np.where(choice.first > 0, multiple, 0.0)
    searched({}, monkeypatch)
    assert (audited(choice, free, back=True)[choice.first == 0] == 0).all()


@pytest.mark.parametrize("seeks", [True, False])
def test_where_no_towns_are_sought_the_choice_may_refuse(seeks, monkeypatch):
    choice = choice_of(0)
    at = np.flatnonzero((choice.shown.system.level == "arm") & (choice.first > 0))[0]
    hidden = hidden_of(choice)
    # The choice asks for more than the search.
    needing(choice, {hidden: [(at, 10.0)]}, monkeypatch)
    searched({hidden: [(at, 2.0)]}, monkeypatch, seeks)
    multiple = np.where(np.arange(len(choice.first)) == at, 0.0, choice.first)
    assert audited(choice, multiple, back=True)[at] == (2.0 if seeks else 10.0)


@pytest.mark.parametrize("small_", [True, False])
def test_what_is_given_up_on_the_way_and_not_needed_is_undone_in_a_small_system(
    small_, monkeypatch
):
    monkeypatch.setattr(choices, "SMALL", 300 if small_ else 0)
    choice = choice_of(1)
    system, hidden = choice.shown.system, hidden_of(choice)
    needing(choice, {}, monkeypatch)
    near = choice.in_wijk[:, choice.in_wijk[hidden]].any(axis=1) & (choice.first > 0)
    for at in np.flatnonzero(near):
        of_wijk = system.level[at] == "wijk"
        for least in (0.0,) if of_wijk else (5.0, 0.0):
            searched({hidden: [(at, least)]}, monkeypatch)
            found = audited(choice, choice.first)
            gone = np.flatnonzero(found != choice.first)
            assert lost(found[at]) >= lost(least)
            if small_:
                # All that one step gives up, which is a figure where it is of a wijk.
                assert len(set(found[gone])) == 1
                # A gebied of few wijken is left out before it is made coarser, and no figure stands
                # in a coarser step that gives it no more room.
                few = system.level[at] == "gebied" or not choice._loses(choice.first, least)[at]
                assert found[at] == least or few
                assert len(gone) == 1 or not of_wijk
            else:
                # In a large one all that was tried before stays.
                assert not of_wijk or (found[near & (system.level == "city")] > 1).all()
    # What nothing opens ends in nothing; nor does an audit make up for a choice that failed.
    searched({hidden: []}, monkeypatch)
    assert audited(choice, choice.first) is None and audited(choice, None) is None
    searched({}, monkeypatch)
    assert (audited(choice, choice.first, back=True) == choice.first).all()


def test_what_is_undone_is_refused_by_the_choice_or_by_the_search(monkeypatch):
    choice = choice_of(1)
    hidden, system = hidden_of(choice), choice.shown.system
    arms = np.flatnonzero((system.level == "arm") & (system.slot == 0) & (choice.first > 0))
    (arm, *_) = (at for at in arms if (choice.in_wijk[at] & choice.in_wijk[hidden]).any())
    near = choice.in_wijk[:, choice.in_wijk[hidden]].any(axis=1) & (choice.first > 0)
    own = np.flatnonzero(near & (system.level == "wijk"))[0]
    searched({hidden: [(own, 0.0)]}, monkeypatch)
    for refused in (False, True):
        needing(choice, {hidden: [(arm, 10.0)]} if refused else {}, monkeypatch)
        found = audited(choice, choice.first)
        assert found[own] == 0 and (found[arm] > 1) == refused


def nearest(choice: Choice, multiple: np.ndarray, cell: int) -> list[int]:
    """Wijken in which a count is sought: its own, then those with a hidden count of its grouping."""
    system, inside = choice.shown.system, choice.in_wijk
    alike = (system.level == "wijk") & (system.slot == system.slot[cell])
    hidden = inside[alike & (multiple == 0)].any(axis=0)
    larger = (system.level != "wijk") & (inside & inside[cell]).any(axis=1)
    return sorted(
        range(inside.shape[1]),
        key=lambda w: (not inside[cell, w], not hidden[w], -inside[larger, w].sum()),
    )


@pytest.mark.parametrize("many", [1, 2, 3])
def test_towns_are_sought_in_the_wijken_that_share_most_figures_with_a_count(many, monkeypatch):
    monkeypatch.setattr(audit, "WIJKEN", many)
    choice = choice_of(0)
    system, need, others = choice.shown.system, choice.shown.need, set()
    ends = Ends(np.full((2, len(need)), [[4.0], [4.5]]))
    of_wijk, random = system.level == "wijk", np.random.default_rng(0)
    for cell in np.flatnonzero(of_wijk):
        multiple = np.where(of_wijk, random.choice([0.0, 1.0], len(need), p=[0.2, 0.8]), 0.0)
        with pytest.raises(Sought) as caught:
            Search(choice)._nearby(Program(), multiple, cell, ends)
        around, enough = caught.value.args
        order = nearest(choice, multiple, cell)
        assert set(system.wijk[around]) == set(order[:many]) and enough == 4.5 - need[cell]
        others.add(tuple(order[1:]))
    assert len(others) > 3


@pytest.mark.parametrize("undecided", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_count_is_sought_on_either_side_until_it_is_as_far_apart_as_asked(weighted, undecided):
    """By a program that finds no town with so many fewer, or so many more."""
    choice = copy(small(1, 1, weighted).choice)
    choice.shown = copy(choice.shown)
    for need, fewer, more in product((1.0, 2.0, 2.5, 3.0), range(4), range(4)):
        choice.shown.need = np.full(len(choice.first), need)
        ends = Ends(np.zeros((2, len(choice.first))))

        class Bounded(Program):
            def beyond(self, cell, far, fewer=fewer, more=more):
                far = np.sign(far) * np.ceil(abs(far))
                found = -fewer <= far <= more
                return (far if found else None), found or not undecided

            def moved(self, town):
                return town

            def look_at(self, town, ends):
                ends.note(np.append(town, ends.least[1:]))

        decided = Search(choice)._decided(Bounded(), 0, ends)
        is_open = ends.width()[0] >= need
        if undecided and weighted:
            assert decided == is_open
        else:
            assert decided and is_open == (fewer + more >= need)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("many", [1, 2, 3])
def test_in_a_large_system_towns_are_sought_in_the_wijken_around_a_count(
    many, weighted, monkeypatch
):
    """Among those of its wijken, then of those with a hidden count of the same grouping."""
    towns, beyond = [small(seed, 1, weighted) for seed in range(3)], 0
    monkeypatch.setattr(choices, "SMALL", 0)
    monkeypatch.setattr(audit, "WIJKEN", many)
    for seed, one in enumerate(towns):
        system, need = one.one.system, one.shown.need
        choice = Choice(one.shown, one.choice.first, np.zeros(len(need), bool))
        assert not choice.small
        for multiple in steps_at_random(one, 4, seed):
            secret = choice.secrets(multiple)
            found = np.minimum(Search(choice).ends(multiple, further=True).width(), need)
            exact = np.minimum(one.widths(multiple), need)
            assert (found <= exact)[secret].all()
            by_moves = np.minimum(Search(choice).ends(multiple).width(), need)
            assert (by_moves <= found)[secret].all()
            beyond += int((found > by_moves)[secret].sum())
            for cell in secret:
                order = nearest(choice, multiple, cell)
                still = ~np.isin(system.wijk, order[:many])
                near = (one.towns == system.truth)[:, still].all(axis=(1, 2))
                there = one.count[one.same(multiple) & near, cell]
                assert found[cell] >= min(np.ptp(there), need[cell])
    assert beyond or many == 1


@pytest.mark.parametrize(("questions", "further"), [(1, True), (1, False), (2, True)])
def test_of_linked_questions_of_a_large_system_no_towns_are_sought(questions, further, monkeypatch):
    one = small(1, questions)
    assert Search(one.choice).seeks(further) and Search(one.choice).seeks()
    monkeypatch.setattr(choices, "SMALL", 0)
    large = Choice(one.shown, one.choice.first, np.zeros(len(one.shown.need), bool))
    assert Search(large).seeks(further) == (questions == 1 and further)


@pytest.mark.parametrize(("seed", "questions"), [(0, 1), (1, 1), (2, 1), (0, 3), (1, 3)])
def test_the_audit_names_the_counts_that_are_not_open(seed, questions):
    one = small(seed, questions)
    search, failed = Search(one.choice), 0
    for multiple in steps_at_random(one, 8, seed):
        narrow = search.narrow(multiple)
        secret = one.choice.secrets(multiple)
        assert narrow.tolist() == secret[(one.widths(multiple) < one.shown.need)[secret]].tolist()
        failed += len(narrow)
        # Whether there are any, the first tells.
        assert bool(len(Search(one.choice).narrow(multiple, first=True))) == bool(len(narrow))
    assert failed


@pytest.mark.parametrize("small_", [True, False])
def test_a_search_ends_with_the_first_count_that_stays_undecided(small_, monkeypatch):
    """In a large system all are asked."""
    search, asked = Search(copy(small(1, 1).choice)), []
    search._choice.small = small_
    monkeypatch.setattr(search, "_decided", lambda program, cell, ends: asked.append(cell))
    monkeypatch.setattr(search, "_nearby", lambda program, multiple, cell, ends: asked.append(cell))
    monkeypatch.setattr(search, "_open", lambda cell, ends: cell != 1 and cell != 3)
    search._seek(None, None, np.arange(5), None, False)
    assert asked == ([0] if small_ else [0, 1, 2, 3, 4])


@pytest.mark.parametrize(("first", "asked"), [(True, [0, 1, 2]), (False, [0, 1, 2, 3, 4])])
def test_whether_any_count_is_not_open_is_known_with_the_first(first, asked, monkeypatch):
    search, sought = Search(small(1, 1).choice), []
    monkeypatch.setattr(search, "_decided", lambda program, cell, ends: not sought.append(cell))
    monkeypatch.setattr(search, "_open", lambda cell, ends: cell != 2)
    search._seek(None, None, np.arange(5), None, first)
    assert sought == asked


def test_where_nothing_is_secret_nothing_is_sought():
    one = small(1, 1)
    assert not Search(one.choice).ends(np.ones(len(one.shown.need))).width().any()
