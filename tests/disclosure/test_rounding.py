"""Numbers as people round them, against exact fractions; and where the cells of a table are."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.rounding import Places, around, down, limits, to_step

STEPS = [Fraction(1), Fraction(2), Fraction(5), Fraction(10), Fraction(1, 10), Fraction(1, 2)]
#: Halves of each step are among them, and thirds, which no step divides.
VALUES = [Fraction(at, 20) for at in range(-420, 421, 3)] + [Fraction(at, 3) for at in (-31, 50)]


@pytest.mark.parametrize("step", STEPS, ids=float)
def test_halves_are_rounded_away_from_zero_and_down_is_down(step):
    values = [float(value) for value in VALUES]
    away = [math.copysign(math.floor(abs(v) / step + Fraction(1, 2)) * step, v) for v in VALUES]
    assert to_step(values, float(step)).tolist() == pytest.approx(away, abs=1e-9)
    floors = [float(math.floor(value / step) * step) for value in VALUES]
    assert down(values, float(step)).tolist() == pytest.approx(floors, abs=1e-9)


def test_a_number_is_its_exact_multiple_however_it_was_computed():
    # 0.7 * 5 is a little less than the half that it is, and 1.1 / 0.1 a little more than 11.
    assert to_step([0.5 * 0.7 * 10 / 7, 2.675 * 20 / 53.5], 1.0).tolist() == [1.0, 1.0]
    assert to_step(0.1 * 24.5, 0.1) == 2.5
    assert down([1.1, 3 * 0.1, 0.7 * 3], 0.1).tolist() == [1.1, 0.3, 2.1]
    # What is less than a half by more than an error of the last digit is less.
    assert to_step(0.4999999, 1.0) == 0.0 and down(0.9999999, 1.0) == 0.0
    assert to_step([1.5], 1.0).tolist() == [2.0] and to_step(10.05, 0.1) == 10.1
    # Nine decimals are left: a ratio in a fine step is not cut short.
    assert to_step(0.1234567894, 1e-9) == down(0.1234567894, 1e-9) == 0.123456789
    assert to_step(2.6) == 3.0
    # What is nearer to a half or a multiple than half of 1e-9 of the step is that.
    assert to_step(0.4999999998, 1.0) == 1.0 and down(0.9999999998, 1.0) == 1.0


def test_no_zero_is_printed_with_a_sign():
    found = [to_step(-0.2), down(-0.0, 1.0)]
    found += limits([0.0], [-0.2], [-0.2], 1.0, False)
    found += [around([3.0], [-1.0], [-3.0], 10.0)[1], around([3.0], [3.0], [3.0], 2.0)[0] - 2]
    assert not any(np.signbit(one).any() for one in found) and max(map(np.max, found)) == 0


def test_limits_in_the_finest_step_are_nearest_and_in_a_coarser_one_around_the_value():
    # 50 in steps of 5 is any value from 47.5 to 52.5, 8.4 below and above it.
    coarse = np.array([False, True, False])
    found = limits([50.0] * 3, [41.6, 41.6, 41.4], [58.4, 58.4, 58.6], [1.0, 5.0, 2.0], coarse)
    assert [one.tolist() for one in found] == [[42.0, 35.0, 42.0], [58.0, 65.0, 58.0]]


@pytest.mark.parametrize("step", [2.0, 5.0, 10.0])
def test_limits_around_a_coarse_value_are_those_of_every_value_that_stands_so(step):
    """Brute force over all values of the bin with the same distance to their limits."""
    for value, below, above in np.random.default_rng(1).uniform((-60, 0, 0), (60, 20, 20), (60, 3)):
        shown = float(to_step(value, step))
        every = shown + step * np.linspace(-0.5, 0.5, 2001)
        lower, upper = around([value], [value - below], [value + above], step)
        assert lower.tolist() == [math.floor(round((every - below).min(), 9) / step) * step]
        assert upper.tolist() == [math.ceil(round((every + above).max(), 9) / step) * step]


def test_a_cell_is_found_by_its_keys_and_one_that_is_not_there_is_not():
    keys = [("a", "1"), ("a", "2"), ("b", "1"), ("c", "2"), ("d", "1")]
    table = pd.DataFrame(keys, columns=["area", "wave"])
    asked = [(area, wave) for area in "cabdz" for wave in "310 2"]
    found = Places(table, ("area", "wave")).of(pd.DataFrame(asked, columns=["area", "wave"]))
    assert found.tolist() == [keys.index(one) if one in keys else -1 for one in asked]
    nothing = Places(table.head(0), ("area", "wave"))
    assert nothing.of(table).tolist() == [-1] * 5
