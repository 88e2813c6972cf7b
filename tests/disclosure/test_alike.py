"""An effect beside the figures leaves every hidden count open: each proof is looked at again."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from test_choice import choice_of, needing
from test_whole_children import small
from towns import town

from wijkkit.disclosure import GGD, alike
from wijkkit.disclosure.alike import (
    Form,
    _Attack,
    _given_back,
    _more,
    _moves,
    _one_wijk,
    candidates,
    finest_form,
    forms,
)
from wijkkit.disclosure.choice import Settled
from wijkkit.disclosure.loss import lost
from wijkkit.disclosure.rounding import down, to_step


def as_shown(treated: np.ndarray):
    """What is shown of a difference of means: rounded, with limits outwards."""

    def shown(change: np.ndarray, form: Form) -> np.ndarray:
        arms = change[:, treated], change[:, ~treated]
        effect = arms[0].mean(axis=1) - arms[1].mean(axis=1)
        half = 3 * np.sqrt(sum(arm.var(axis=1) for arm in arms))
        low, high = down(effect - half, form.lower), -down(-effect - half, form.upper)
        return np.column_stack([to_step(effect, form.step), low, high])

    return shown


@pytest.mark.parametrize("seed", range(4))
def test_counts_that_show_the_same_effect_are_as_far_apart_as_asked(seed):
    made = town(seed, wijken=6, groupings=(), size=(22, 60), share=(0.2, 0.6))
    (one,) = made.release(GGD).settled
    system = one.system
    at = np.flatnonzero((system.level == "wijk") & (system.slot == 0))
    wijken = list(system.area[at])
    n = system.respondents()[at]
    change = 100 * one.choice.shown.count[at] / n
    treated = np.arange(len(wijken)) % 2 == 0
    shown = as_shown(treated)

    def made(one):
        return candidates(one, at, wijken, change, 1.0)

    form, (after,) = finest_form([one], made, forms((1.0, 5.0, 10.0), (5.0, 40.0)), shown)
    if form is None:
        assert (after.multiple == one.multiple).all()
        return
    found = made(after)
    # The attack: every count that is possible with the effect as it is shown.
    seen = shown(found.change, form)
    same = (np.abs(seen - seen[0]) < 1e-9).all(axis=1)
    for column, cell in enumerate(found.cells):
        spread = np.ptp(found.moved[same, column])
        assert spread >= min(GGD.protection, n[list(at).index(cell)])
    # No figure of an arm or the city is left out for it, and none that was hidden is shown.
    whole = np.isin(system.level, ["arm", "city"]) & (system.slot == 0)
    assert (after.multiple[whole & (one.multiple > 0)] > 0).all()
    assert ((after.multiple == 0) | (one.multiple > 0)).all()


def test_the_finest_form_is_tried_first_and_a_finer_estimate_goes_before_finer_limits():
    found = forms((1.0, 5.0), (1.0, 5.0, 20.0))
    assert (found[0].step, found[0].lower, found[0].upper) == (1.0, 1.0, 1.0)
    assert all(min(one.lower, one.upper) >= one.step for one in found)


def wijken_of(one):
    """The cells of everybody in a wijk, and their wijken."""
    system = one.system
    at = np.flatnonzero((system.level == "wijk") & (system.slot == 0) & (system.indicator == 0))
    return at, list(system.area[at])


@pytest.mark.parametrize("weights", ["", "proportional"])
@pytest.mark.parametrize("seed", [0, 5, 6])
def test_candidates_are_all_counts_that_figures_of_larger_areas_allow(seed, weights):
    size, by = (22, 60), ("sex",) if weights else ()
    made = town(seed, wijken=6, groupings=by, size=size, share=(0.1, 0.3), weights=weights)
    (one,) = made.release(GGD).settled
    system, slack = one.system, one.choice.shown.slack(one.multiple)
    at, wijken = wijken_of(one)
    n, count = system.respondents(), one.choice.shown.count
    change = np.arange(len(at)) * 7.0
    found = candidates(one, at, wijken, change, -1.0)
    hidden = [cell for cell in at if one.multiple[cell] == 0]
    assert found.cells.tolist() == hidden
    people = made.sample.people.drop_duplicates("wijk").set_index("wijk")
    inside = {"city": lambda area, wijk: True}
    inside |= {"arm": lambda area, wijk: people.loc[wijk, "arm"] == area}
    inside |= {"gebied": lambda area, wijk: people.loc[wijk, "district"] == area}
    larger = (system.slot == 0) & (system.level != "wijk")
    most = GGD.protection + 1
    expected = set()
    for moved in product(range(-most, most + 1), repeat=len(hidden)):
        fits = all(0 <= count[c] + m <= n[c] for c, m in zip(hidden, moved, strict=True))
        for cell in np.flatnonzero(larger & (one.multiple > 0)):
            here = [
                (m, m * people.loc[system.area[c], "weight"])
                for c, m in zip(hidden, moved, strict=True)
                if inside[system.level[cell]](system.area[cell], system.area[c])
            ]
            more, heavier = (sum(part) for part in zip(*here, strict=True)) if here else (0, 0)
            fits &= -slack.down[cell] - 1e-6 <= more <= slack.up[cell] + 1e-6
            fits &= heavier <= slack.weighted_up[cell] + 1e-6
            fits &= heavier >= -slack.weighted_down[cell] - 1e-6
        if fits:
            expected.add(moved)
    assert {tuple(map(int, row)) for row in found.moved} == expected and len(hidden) > 1
    assert not found.moved[0].any() and len(found.moved) == len(expected)
    for row, moves in zip(found.change, found.moved, strict=True):
        right = dict(zip(wijken, change, strict=True))
        for cell, move in zip(hidden, moves, strict=True):
            right[system.area[cell]] -= 100 * move / n[cell]
        assert row == pytest.approx(list(right.values()))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3, 6, 7, 9, 11])
def test_the_form_is_the_finest_in_which_every_town_that_looks_so_leaves_counts_open(
    seed, weighted, monkeypatch
):
    monkeypatch.setattr(alike, "_TRIALS", 99)
    one = small(seed, 1, weighted)
    at, wijken = wijken_of(one.one)
    n = one.one.system.respondents()[at]
    treated = np.array([True, False, True])
    tried, as_seen = forms((5.0, 20.0, 60.0), (20.0, 60.0)), as_shown(treated)

    def made(settled):
        return candidates(settled, at, wijken, 100 * settled.choice.shown.count[at] / n, 1.0)

    def is_open(form, multiple) -> bool:
        same = one.same(multiple)
        seen = as_seen(100 * one.count[:, at] / n, form)
        same &= (np.abs(seen - seen[one.true]) < 1e-6).all(axis=1)
        secret = one.choice.secrets(multiple)
        return bool((np.ptp(one.count[same], axis=0) >= one.shown.need)[secret].all())

    form, (after,) = finest_form([one.one], made, tried, as_seen)
    if form is None:
        assert (after.multiple == one.one.multiple).all()
        return
    assert is_open(form, after.multiple)
    if (after.multiple == one.one.multiple).all():
        assert form == next(each for each in tried if is_open(each, after.multiple))
    system = one.one.system
    whole = np.isin(system.level, ["arm", "city"]) & (system.slot == 0)
    assert (after.multiple[whole & (one.one.multiple > 0)] > 0).all()
    # What is given up for it cannot stand by itself.
    for cell in np.flatnonzero(after.multiple != one.one.multiple):
        again = after.multiple.copy()
        again[cell] = one.one.multiple[cell]
        assert len(one.choice.narrow(again)) or not is_open(form, again)


@pytest.mark.parametrize(("wijken", "most"), [(0, 2), (1, 3), (5, 1), (6, 1), (7, 2)])
def test_of_few_wijken_all_counts_near_the_truth_are_tried_and_of_more_two_at_once(wijken, most):
    moved = _moves(wijken, most)
    ways = range(-most, most + 1)
    changed = wijken if wijken <= 5 else 2
    every = {row for row in product(ways, repeat=wijken) if np.count_nonzero(row) <= changed}
    assert {tuple(map(int, row)) for row in moved} == every and len(moved) == len(every)
    apart = np.abs(moved).sum(axis=1)
    assert apart[0] == 0 and (np.diff(apart) >= 0).all()


def test_a_program_chooses_among_the_nearest_sets_of_each_count():
    rows = np.arange(1, 300)
    moved = np.column_stack([np.repeat([0.0, 1.0, 2.0], 100), np.arange(300.0)])
    attack = SimpleNamespace(found=SimpleNamespace(moved=moved))
    chosen = _Attack._nearest(attack, rows, np.array([0]))
    assert chosen.tolist() == [*range(1, 41), *range(100, 140), *range(200, 240)]
    assert _Attack._nearest(attack, rows, np.zeros(0, int)).tolist() == list(range(1, 161))


def test_of_wijken_that_would_be_given_up_together_the_smallest_is():
    one = small(1, 1).one
    n, (at, _) = one.system.respondents(), wijken_of(one)
    assert len(set(n[at])) > 1
    shown, gone = replace(one, multiple=np.ones(len(n))), np.ones(len(n))
    gone[at] = 0.0
    assert np.flatnonzero(_one_wijk(shown, gone) == 0).tolist() == [at[n[at].argmin()]]
    # Groups are given up as they come, and a wijk that was hidden before is no new one.
    groups = np.where(one.system.slot == 1, 0.0, 1.0)
    assert (_one_wijk(shown, groups) == groups).all()
    assert (_one_wijk(replace(one, multiple=gone), gone) == gone).all()


def test_forms_come_in_the_order_of_what_they_lose():
    found = [(one.step, one.lower, one.upper, one.thresholds) for one in forms((1, 5), (5, 15))]
    order = [(1, 5, 5), (5, 5, 5), (1, 15, 5), (1, 5, 15), (5, 15, 5), (5, 5, 15), (1, 15, 15)]
    each = ((0.01, 0.05), (0.05,))
    assert found == [(*one, p) for one in [*order, (5, 15, 15)] for p in each]
    # No limit stands in a finer step than the estimate.
    assert [(one.lower, one.upper) for one in forms((5,), (1, 5))] == [(5, 5)] * 2


class Rule:
    """An attack that some figures must be coarse for, which counts how often it is asked."""

    def __init__(self, needs: dict[int, float], multiple: np.ndarray) -> None:
        self.needs, self.asked = needs, 0
        self.found = SimpleNamespace(one=SimpleNamespace(multiple=multiple))

    def beside(self, one):
        self.tried = one.multiple
        return self

    def open(self, form, shown) -> bool:
        self.asked += 1
        return all(lost(self.tried[cell]) >= lost(least) for cell, least in self.needs.items())


@pytest.mark.parametrize("least", [2.0, 5.0, 10.0, 0.0])
@pytest.mark.parametrize("hidden", [True, False])
def test_what_an_effect_does_not_need_is_given_back_and_the_rest_as_fine_as_it_holds(
    least, hidden, monkeypatch
):
    choice = choice_of(0)
    needing(choice, {}, monkeypatch)
    system, first = choice.shown.system, choice.first
    before = Settled(system, "1", choice, first, 100.0, None)
    gone = np.where(first > 0, 0.0 if hidden else 10.0, 0.0)
    may = np.flatnonzero(first > 0)
    monkeypatch.setattr(alike, "_TRIALS", 9999)
    for cell in may[::4] if lost(gone[may[0]]) >= lost(least) else ():
        rule = Rule({cell: least}, gone)
        after = _given_back(before, rule, lambda one: one, None, None).multiple
        assert (np.delete(after, cell) == np.delete(first, cell)).all()
        finer = system.level[cell] != "wijk" and least in (2.0, 5.0)
        assert after[cell] == (5.0 if finer else gone[cell])
    # It is not asked more often than this, nor at all where the choice refuses.
    monkeypatch.setattr(alike, "_TRIALS", 12)
    never = Rule(dict.fromkeys(may, 0.0), gone)
    _given_back(before, never, lambda one: one, None, None)
    assert never.asked == 12
    needing(choice, {int(np.flatnonzero(first == 0)[0]): []}, monkeypatch)
    refused = Rule({}, gone)
    after = _given_back(before, refused, lambda one: one, None, None)
    assert refused.asked == 0 and (after.multiple == gone).all()


def test_no_whole_arm_nor_the_city_is_left_out_for_an_effect(monkeypatch):
    choice = choice_of(0)
    system, first = choice.shown.system, choice.first
    monkeypatch.setattr(alike, "audited", lambda choice, multiple: multiple)
    one = Settled(system, "1", choice, first, 100.0, None)
    attack = SimpleNamespace(found=SimpleNamespace(one=one), narrow=None, beside=lambda one: one)
    for cell in np.flatnonzero(first > 0):
        for size in (0.0, 10.0):
            more = np.where(np.arange(len(first)) == cell, size, first)
            choice.more = lambda multiple, narrow, more=more: more
            left = _more(attack, lambda one: one)
            whole = system.level[cell] in ("arm", "city") and system.slot[cell] == 0
            assert (left is None) == (whole and size == 0)
            assert left is None or (left.multiple == more).all()
    # Where it was hidden before it is no loss of the effect.
    attack.found.one = replace(one, multiple=np.where(system.level == "city", 0.0, first))
    choice.more = lambda multiple, narrow: multiple
    assert _more(attack, lambda one: one) is not None
    choice.more = lambda multiple, narrow: None
    assert _more(attack, lambda one: one) is None
