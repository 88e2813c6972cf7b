"""In what steps effects stand beside hidden counts, against all towns of a dozen children."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_whole_children import Small, small

from wijkkit.disclosure.effects import (
    Comparison,
    Contrast,
    _pull,
    cells_compared,
    everything_known,
    shown_effects,
)
from wijkkit.disclosure.rounding import limits, to_step

GROUPS = {"sex": ("girl", "boy")}
INDICATOR = "from 0"
#: The wave of the towns is the second, or the first; of the other one nothing is in question.
COMPARED = {
    "after": Comparison({"w00": True, "w01": False, "w02": True}, "0", "1", GROUPS),
    "before": Comparison({"w00": False, "w01": True, "w02": False}, "1", "2", GROUPS),
}
AFTER = COMPARED["after"]


def changes(one: Small, parts, way: float) -> np.ndarray:
    """By how many points each wijk changed, in every town; (towns, wijken)."""
    system, n = one.one.system, one.one.system.respondents()
    found = np.zeros((len(one.towns), 3))
    for group_by, group, sign in parts:
        for column, wijk in enumerate(AFTER.treated):
            slot = int(group_by == "sex")
            number = GROUPS["sex"].index(group) if slot else 0
            (cell,) = np.flatnonzero(
                (system.area == wijk) & (system.slot == slot) & (system.group == number)
            )
            found[:, column] += way * sign * 100 * one.count[:, cell] / n[cell]
    return found


def half_of(change: np.ndarray, treated: np.ndarray, at: int, half: float) -> np.ndarray:
    """Half the interval in every town, as it moves near the true one."""

    def squares(row: np.ndarray) -> float:
        return sum(((row[arm] - row[arm].mean()) ** 2).sum() for arm in (treated, ~treated))

    true = change[at]
    if squares(true) == 0:
        return np.full(len(change), half)
    ends = (
        np.array([squares(true + way * np.eye(3)[i] * 1e-4) for i in range(3)]) for way in (1, -1)
    )
    up, down = (half * np.sqrt(one / squares(true)) for one in ends)
    return half + (change - true) @ (up - down) / 2e-4


def looks(estimate: np.ndarray, half: np.ndarray, step: float, multiple: float) -> np.ndarray:
    """What is shown of an effect in every town."""
    step = step * multiple
    ends = estimate, estimate - half, estimate + half
    shown = limits(*ends, step, multiple > 1)
    return np.column_stack([to_step(estimate, step), *shown])


def open_among(one: Small, alike: np.ndarray) -> bool:
    """Whether each hidden count is as open among these towns as is asked."""
    secret = one.choice.secrets(one.one.multiple)
    return bool((np.ptp(one.count[alike], axis=0) >= one.shown.need)[secret].all())


def with_everybody(one: Small) -> np.ndarray:
    """The towns that look the same and have as many of everybody in each wijk."""
    cells = cells_compared(one.one, INDICATOR, AFTER)
    known = (one.count[:, cells] == one.count[one.true, cells]).all(axis=1)
    return one.same(one.one.multiple) & known


@pytest.mark.parametrize("seed", range(14))
def test_all_is_known_to_leave_hidden_counts_open_where_towns_show_it(seed):
    one = small(seed, 1)
    cells, system = cells_compared(one.one, INDICATOR, AFTER), one.one.system
    assert [(system.level[at], system.area[at], system.slot[at]) for at in cells] == [
        ("wijk", wijk, 0) for wijk in AFTER.treated
    ]
    hidden = np.isin(cells, one.choice.secrets(one.one.multiple)).any()
    expected = not hidden and open_among(one, with_everybody(one))
    assert everything_known([one.one], INDICATOR, AFTER) == expected
    # Of other waves and other indicators nothing is told.
    assert everything_known([one.one], INDICATOR, AFTER, ("3",))
    assert everything_known([one.one], "from 9", AFTER)


PARTS = {
    "girl": (("sex", "girl", 1.0),),
    "boy": (("sex", "boy", 1.0),),
    "half girl-boy": (("sex", "girl", 0.5), ("sex", "boy", -1.0)),
}


@pytest.mark.parametrize("wave", ["before", "after"])
@pytest.mark.parametrize("half", [np.nan, 30.0, 90.0])
@pytest.mark.parametrize("seed", [4, 10, 13])
def test_an_effect_stands_in_the_finest_step_in_which_towns_that_look_so_leave_all_open(
    seed, half, wave
):
    """But where a program over parts of children refuses what whole ones leave open (seed 0)."""
    one, step, way = small(seed, 1), 25.0, 1.0 if wave == "after" else -1.0
    treated = np.array(list(COMPARED[wave].treated.values()))
    contrasts, seen = [], {}
    for name, parts in PARTS.items():
        change = changes(one, parts, way)
        estimate = change[:, treated].mean(axis=1) - change[:, ~treated].mean(axis=1)
        halves = half_of(change, treated, one.true, half)
        seen[name] = estimate, halves
        at = estimate[one.true], halves[one.true]
        contrasts.append(Contrast(name, parts, at[0], at[0] - at[1], at[0] + at[1], step))
    expected, alike = {}, with_everybody(one)
    for name, (estimate, halves) in seen.items():
        for multiple in (1.0, 2.0, 5.0):
            look = looks(estimate, halves, step, multiple)
            look = look[:, : 1 if np.isnan(half) else 3]
            same = alike & (abs(look - look[one.true]) < 1e-9).all(axis=1)
            if open_among(one, same):
                expected[name], alike = multiple, same
                break
    # Of other waves and other indicators it says nothing.
    system = replace(one.one.system, indicators=("from 9",))
    others = [replace(one.one, wave="9"), one.one, replace(one.one, system=system)]
    assert shown_effects(others, INDICATOR, COMPARED[wave], contrasts) == expected
    # Wijken that joined later are in no effect.
    later = {**COMPARED[wave].treated, "w08": False, "w09": True}
    compared = replace(COMPARED[wave], treated=later)
    assert shown_effects([one.one], INDICATOR, compared, contrasts) == expected


@pytest.mark.parametrize("wave", ["before", "after"])
@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_half_an_interval_moves_with_each_wijk_as_the_root_of_the_squares_does(wave, parts):
    one, way = small(0, 1), 1.0 if wave == "after" else -1.0
    treated = COMPARED[wave].treated
    change = changes(one, parts, way)[[one.true] * 4] + np.vstack([np.zeros(3), np.eye(3)])
    halves = half_of(change, np.array(list(treated.values())), 0, 30.0)
    pull = _pull([one.one], INDICATOR, COMPARED[wave], Contrast("", parts, 0.0, -20.0, 40.0, 1.0))
    assert [pull[wijk] for wijk in treated] == pytest.approx(halves[1:] - halves[0], abs=1e-6)


def test_where_all_wijken_changed_alike_nothing_moves_half_an_interval():
    one = small(4, 1)
    alone = replace(AFTER, treated={"w00": True, "w01": False})
    pull = _pull([one.one], INDICATOR, alone, Contrast("", PARTS["girl"], 0.0, -20.0, 40.0, 1.0))
    assert pull == {"w00": 0.0, "w01": 0.0}
