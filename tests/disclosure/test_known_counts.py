"""How far each count may be from its truth by what is shown: by trying every other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit, logit

from wijkkit.disclosure.knowledge import Relation, Shown, known
from wijkkit.disclosure.policy import CBS, GGD
from wijkkit.disclosure.rounding import around, down, to_step
from wijkkit.disclosure.system import System

SIZES, WEIGHTS = np.array([40.0, 60.0]), np.array([1.0, 2.5])


def town(having: Sequence[float], weights: np.ndarray, whole: bool = True) -> System:
    """Two wijken of children who are all asked one question; cells of both and of the city.

    `having`: How many have the answer; of a score the total in the width of its scale.
    """
    none = np.zeros(3, int)
    names = np.array(["w0", "w1", "city"], object)
    return System(
        ("play",),
        np.arange(3),
        none,
        np.array(["wijk", "wijk", "city"], object),
        names,
        none,
        none,
        sparse.csr_array(np.array([[1.0, 0], [0, 1], [1, 1]])),
        np.array([[0], [1]]),
        np.ones((2, 1), bool),
        np.column_stack([SIZES - having, having]),
        SIZES,
        weights,
        np.arange(2),
        np.zeros((2, 1), int),
        whole,
    )


def shares(system: System) -> np.ndarray:
    return 100 * system.weighted() / system.respondents_weight()


def figures(value: np.ndarray, unit: str = "percent") -> pd.DataFrame:
    return pd.DataFrame({"value": value, "lower": np.nan, "upper": np.nan, "unit": unit, "wave": 1})


def shown(system: System, policy=GGD, status=("ok",) * 3, **more) -> Shown:
    value = shares(system)
    told = known(figures(value), np.ones(3), [])
    return Shown(system, value, told, np.array(status, object), policy, **more)


@pytest.mark.parametrize("step", [1.0, 10.0])
@pytest.mark.parametrize("having", [(6, 20), (20, 31), (33, 52), (17, 59)])
def test_of_a_figure_as_many_children_are_known_as_round_to_it(having, step):
    system = town(having, np.ones(2))
    slack = shown(system).slack(np.full(3, step))
    n, count = system.respondents(), system.counts()
    for cell in range(3):
        other = np.arange(n[cell] + 1)
        as_shown = to_step(100 * other / n[cell], step)
        same = other[as_shown == to_step(100 * count[cell] / n[cell], step)]
        # The edge of a rounding may belong to either side; no more answer than there are.
        up, down = (
            min(count[cell] + slack.up[cell], n[cell]),
            max(count[cell] - slack.down[cell], 0),
        )
        edges = (as_shown[int(count[cell])] + np.array([-1, 1]) * step / 2) * n[cell] / 100
        on_edge = abs(edges - np.round(edges)) < 1e-9
        assert up == same.max() or (on_edge[1] and up == same.max() + 1)
        assert down == same.min() or (on_edge[0] and down == same.min() - 1)
    assert np.isinf([slack.weighted_up, slack.weighted_down]).all()


def test_a_weighted_figure_tells_the_weighted_count_and_not_the_children():
    system = town((12, 30), WEIGHTS)
    one = shown(system)
    # Within a wijk all weights are one; in the city they are not.
    assert one.uneven.tolist() == [False, False, True]
    slack = one.slack(np.ones(3))
    value, total = shares(system)[2], system.respondents_weight()[2]
    low, high = to_step(value) - 0.5, to_step(value) + 0.5
    assert slack.weighted_up[2] == pytest.approx((high - value) / 100 * total, abs=2e-6)
    assert slack.weighted_down[2] == pytest.approx((value - low) / 100 * total, abs=2e-6)
    assert slack.up[2] == 100 - 42 and slack.down[2] == 42
    assert np.isinf(slack.weighted_up[:2]).all() and (slack.up[:2] < 2).all()
    hidden = one.slack(np.zeros(3))
    assert np.isinf(hidden.weighted_up).all()
    assert hidden.up.tolist() == [28, 30, 58] and hidden.down.tolist() == [12, 30, 42]


def test_an_effect_gives_the_count_of_everybody_in_a_wijk_that_is_shown_away():
    system = town((13, 30), np.ones(2))
    # In tens a figure leaves a child open, but for who knows the effect.
    value, status = shares(system), np.array(["ok"] * 3, object)
    reach = known(figures(value), np.full(3, 10.0), [])
    bare, told = (Shown(system, value, reach, status, GGD, one) for one in ((), ("play",)))
    for step in (1.0, 2.0):
        assert bare.slack(np.full(3, step)).up[0] > 0
        slack = told.slack(np.array([step, 0.0, step]))
        assert slack.up[0] == slack.down[0] == 0
        rest = bare.slack(np.array([step, 0.0, step]))
        assert slack.up[1:].tolist() == rest.up[1:].tolist()
    bare, group = shown(system), replace(system, slot=np.ones(3, int))
    for same in (shown(group, outcomes=("play",)), shown(system, outcomes=("sport",))):
        assert same.slack(np.full(3, 10.0)).up.tolist() == bare.slack(np.full(3, 10.0)).up.tolist()


def test_who_knows_a_count_finds_no_secret_in_it():
    one = shown(town((13, 30), np.ones(2)))
    seen = one.knowing(np.array([1]))
    assert seen.need.tolist() == [3, 0, 3] and one.need.tolist() == [3, 3, 3]
    slack = seen.slack(np.zeros(3))
    assert slack.up.tolist() == [27, 0, 57] and slack.down.tolist() == [13, 0, 43]
    assert one.slack(np.zeros(3)).up.tolist() == [27, 30, 57]


@pytest.mark.parametrize(
    ("policy", "having", "status", "least", "most"),
    [
        (GGD, 3, "hidden", 0, 40),
        # Nobody is said, so a hidden figure is not of nobody.
        (replace(GGD, exact_zero="show"), 3, "hidden", 1, 39),
        (replace(GGD, exact_zero="show"), 1, "hidden", 1, 39),
        (replace(GGD, exact_zero="show"), 40, "ok", 0, 40),
        (replace(GGD, exact_zero="show"), 0, "ok", 0, 40),
        # But of too few nothing is said.
        (replace(GGD, exact_zero="show", min_n=41), 3, "hidden", 0, 40),
        (replace(GGD, exact_zero="show", min_n=40), 3, "hidden", 1, 39),
        # Above 90 % of 60: at least 55. Hidden otherwise: at most 54.
        (replace(GGD, max_share=0.9), 57, "above", 55, 60),
        (replace(GGD, max_share=0.9), 54, "hidden", 0, 54),
        (replace(GGD, max_share=0.9), 3, "hidden", 0, 54),
        # From as many as leave the least count of values open.
        (replace(GGD, max_share=0.9, min_count=6), 3, "hidden", 0, 54),
        (replace(GGD, max_share=0.9, min_count=7), 3, "hidden", 0, 60),
        # It is not said: of few respondents, of levels without the rule, by a policy that hides it.
        (replace(GGD, max_share=0.95), 3, "hidden", 0, 60),
        (replace(GGD, max_share=0.9, max_share_levels=("arm",)), 57, "hidden", 0, 60),
        (CBS, 57, "hidden", 0, 60),
    ],
)
def test_that_a_figure_is_absent_says_what_the_policy_would_have_said(
    policy, having, status, least, most
):
    at = int(most == 60 or having > 40 or policy.max_share is not None)
    counts = [20.0, 20.0]
    counts[at] = having
    states = ["ok"] * 3
    states[at] = status
    one = shown(town(counts, np.ones(2)), policy, states)
    slack = one.slack(np.zeros(3))
    assert having + slack.up[at] == most and having - slack.down[at] == least
    assert one.spare[at] == most - least - policy.protection
    assert one.to_none[at] == (least == 0) and one.to_all[at] == (most == (40, 60)[at])


def test_less_than_the_protection_is_asked_where_no_more_can_be_open():
    said = replace(GGD, max_share=0.95, min_count=3, protection=2)
    states = ["ok", "above", "ok"]
    one = shown(town((20, 59), np.ones(2)), said, states)
    # Above 95 % of 60 are 58, 59 and 60.
    assert one.need.tolist() == [2, 2, 2] and one.spare[1] == 0
    assert shown(town((20, 59), np.ones(2)), replace(said, protection=3), states).need[1] == 2


@pytest.mark.parametrize("weights", [np.ones(2), WEIGHTS])
def test_a_kept_figure_is_of_answers_of_which_fewer_than_the_least_count_are_others(weights):
    system = town((13, 30), weights)
    value = shares(system)
    then = np.array([value[0] + 5, np.nan, value[2] - 1])
    bare, one = shown(system), shown(system, then=then)
    slack, rest = one.slack(np.ones(3)), bare.slack(np.ones(3))
    # It was five points more, and at most four of forty children changed: ten points either way.
    assert slack.up[0] == np.floor(0.15 * 40) and slack.down[0] == np.floor(0.05 * 40 + 1e-6)
    assert slack.up[1] == rest.up[1] and slack.down[1] == rest.down[1]
    if weights is WEIGHTS:
        total = 40 + 60 * 2.5
        # The heaviest weighs 2.5.
        assert slack.weighted_up[2] == pytest.approx(4 * 2.5 - 0.01 * total, abs=2e-6)
        assert slack.weighted_down[2] == pytest.approx(4 * 2.5 + 0.01 * total, abs=2e-6)
    else:
        assert slack.up[2] == 3 and slack.down[2] == 5
    far = shown(system, then=value + 40).slack(np.ones(3))
    assert far.down[0] == far.down[1] == 0 and min(far.down[2], far.weighted_down[2]) < 1e-5


def test_a_score_is_a_total_in_the_width_of_its_scale():
    system = town((12.0, 30.0), np.ones(2), whole=False)
    # From 4 to 24: means of 10 and 14.
    value = 4 + 20 * system.counts() / system.respondents()
    told = known(figures(value, "score"), np.full(3, 0.1), [])
    one = Shown(system, value, told, np.array(["ok"] * 3, object), GGD)
    assert one.unit == pytest.approx(20)
    slack = one.slack(np.ones(3))
    # A mean in tenths is known to half of one: of 40 children two points, a tenth of the width.
    assert slack.up[:2] == pytest.approx([0.1, 0.15]) and slack.down[:2] == pytest.approx(
        [0.1, 0.15]
    )
    assert one.need.tolist() == [1, 1, 1]
    alike = town((16.0, 24.0), np.ones(2), whole=False)
    flat = Shown(alike, np.full(3, 12.0), told, np.array(["ok"] * 3, object), GGD)
    assert flat.unit == 1


def interval(p: np.ndarray, n: float) -> tuple[np.ndarray, np.ndarray]:
    half = 1.96 / np.sqrt(n * p * (1 - p))
    return 100 * expit(logit(p) - half), 100 * expit(logit(p) + half)


@pytest.mark.parametrize("n", [60, 250, 900])
@pytest.mark.parametrize("share", [0.08, 0.2321, 0.4979, 0.6667, 0.914])
def test_a_percentage_is_known_by_itself_and_by_its_limits(share, n):
    lower, upper = interval(np.array([share]), n)
    table = figures(np.array([100 * share])).assign(lower=lower, upper=upper)
    found = known(table, np.ones(1), [])
    other = np.arange(max(share - 0.03, 1e-4), share + 0.03, 1e-6)
    ends = interval(other, n)
    own = (to_step(100 * share), *(to_step(end) for end in (lower, upper)))
    same = other[
        (to_step(100 * other) == own[0])
        & (to_step(ends[0]) == own[1])
        & (to_step(ends[1]) == own[2])
    ]
    low, high = (end[0] for end in found[1.0])
    # How limits move with the percentage is taken as linear.
    assert low == pytest.approx(100 * same.min(), abs=0.02)
    assert high == pytest.approx(100 * same.max(), abs=0.02)
    # In a coarse step the limits are those of any value that stands so.
    coarse = to_step(100 * share, 5)
    assert [found[5.0][0][0], found[5.0][1][0]] == pytest.approx([coarse - 2.5, coarse + 2.5])
    assert around(100 * share, lower, upper, 5)[0] <= down(lower, 5)


@pytest.mark.parametrize("scale", ["linear", "log", "logit"])
@pytest.mark.parametrize("shares", [(30.2, 47.9), (8.3, 6.1), (90.4, 76.2)])
def test_a_figure_is_known_by_what_is_made_of_it_and_of_one_that_is_known(scale, shares):
    first, second = (np.array([one]) for one in shares)
    forms = {
        "linear": lambda a, b: a - b,
        "log": lambda a, b: a / b,
        "logit": lambda a, b: np.exp(logit(a / 100) - logit(b / 100)),
    }
    form, step = forms[scale], 0.5 if scale == "linear" else 0.01
    value = form(first, second)
    ends = (value - 7, value + 7) if scale == "linear" else (value / 2.2, value * 2.2)
    one = Relation(
        np.array([[0], [1]]), np.array([[1.0], [-1.0]]), scale, value, *ends, np.array([step])
    )
    # Of another wave the other figure is taken as known.
    table = figures(np.array(shares)).assign(wave=["1", "2"])
    low, high = known(table, np.full(2, 10.0), [one])[1.0]
    for cell, other in enumerate(shares[::-1]):
        some = np.arange(shares[cell] - 6, shares[cell] + 6, 1e-4)
        some = some[(some > 0) & (some < 100)]
        made = form(some, other) if cell == 0 else form(other, some)
        half = (ends[0] - value, ends[1] - value)
        if scale == "linear":
            below, above = made + half[0], made + half[1]
        else:
            below, above = made * ends[0] / value, made * ends[1] / value
        same = to_step(made, step) == to_step(value, step)
        # Its limits, each by itself, say where the middle is: no more than both of them say.
        tight = same & (to_step(below, step) == to_step(ends[0], step))
        tight &= to_step(above, step) == to_step(ends[1], step)
        by_rounding = abs(some - to_step(shares[cell], 10)) <= 5
        kept, most = some[tight & by_rounding], some[same & by_rounding]
        assert low[cell] <= kept.min() + 1e-3 and high[cell] >= kept.max() - 1e-3
        assert low[cell] >= most.min() - 1e-3 and high[cell] <= most.max() + 1e-3


def test_the_limits_of_a_difference_say_where_its_middle_is():
    # 10.4 (0.2 to 20.6) stands as 10 (0 to 21): between -0.5 and 0.5, and between 20.5 and 21.5.
    numbers = np.array([[10.4, 10.6, 10.9], [0.2, 0.8, 0.8], [20.6, 20.4, 21], [1.0] * 3])
    one = Relation(np.array([[0] * 3, [1] * 3]), np.array([[1.0], [-1.0]]), "linear", *numbers)
    found = np.transpose([one.by_number(1), one.by_number(2)]).tolist()
    # 10.6 (0.8 to 20.4) as 11 (1 to 20): between 0.5 and 1.5, and between 19.5 and 20.5.
    expected = [[[10, 9], [10.5, 11]], [[10.5, 9], [11, 11]], [[10.5, 9], [11.5, 11]]]
    assert found == pytest.approx(np.array(expected))


def test_a_mean_is_known_by_itself_and_by_its_limits_which_move_as_it_does():
    table = figures(np.array([10.43]), "score").assign(lower=9.96, upper=10.94)
    low, high = known(table, np.full(1, 0.1), [])[1.0]
    # As 10.4 (10.0 to 10.9) it is no less than 0.01 less, and no more than 0.01 more.
    assert (low[0], high[0]) == pytest.approx((10.42, 10.44))


def test_a_sum_says_of_each_figure_what_is_left_of_it_by_what_that_is_multiplied():
    # 40 - 52 / 2 stands as 14; of another wave the other figure is known exactly.
    table = figures(np.array([40.0, 52.0])).assign(wave=["1", "2"])
    numbers = (np.array([one]) for one in (14.0, 10.0, 18.0, 1.0))
    one = Relation(np.array([[0], [1]]), np.array([[1.0], [-0.5]]), "linear", *numbers)
    low, high = known(table, np.full(2, 10.0), [one])[1.0]
    assert low.tolist() == [39.5, 51] and high.tolist() == [40.5, 53]


def test_no_interval_turns_round():
    # A kept figure and a new one may contradict what is made of both.
    table = figures(np.array([30.2, 40.3])).assign(wave=["1", "2"])
    numbers = (np.array([one]) for one in (-14.0, -20.0, -8.0, 1.0))
    one = Relation(np.array([[0], [1]]), np.array([[1.0], [-1.0]]), "linear", *numbers)
    low, high = known(table, np.ones(2), [one])[1.0]
    assert (low < high).all() and (high - low < 1e-6).all()
    assert low == pytest.approx([30, 40], abs=1e-6)
    # As -18 with 52.5 known it is at most 35, and as 40 in tens at least: it is 35.
    table = figures(np.array([40.0, 52.5])).assign(wave=["1", "2"])
    one = replace(one, value=np.array([-18.0]), lower=np.array([-24]), upper=np.array([-12]))
    low, high = known(table, np.full(2, 10.0), [one])[1.0]
    assert low[0] == high[0] == 35


def test_a_ratio_says_nothing_where_the_other_figure_is_nobody_or_everybody():
    table = figures(np.array([100.0, 50.0])).assign(wave=["1", "2"])
    numbers = (np.array([one]) for one in (2.0, 1.0, 4.0, 0.01))
    one = Relation(np.array([[0], [1]]), np.array([[1.0], [-1.0]]), "log", *numbers)
    low, high = known(table, np.ones(2), [one])[1.0]
    assert low[0] == 99.75 and high[0] == pytest.approx(100)
    assert low[1] == pytest.approx(100 / 2.005) and high[1] == pytest.approx(100 / 1.995)
    # Of one wave everybody is between 99.5 and 100.
    low, high = known(table.assign(wave="1"), np.ones(2), [one])[1.0]
    assert low[1] == pytest.approx(99.5 / 2.005) and high[1] == pytest.approx(100 / 1.995)
