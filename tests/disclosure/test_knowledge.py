"""What a reader knows of a figure from all that is shown of it, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.derived import release_derived
from wijkkit.disclosure.knowledge import Relation, known
from wijkkit.tables import tidy


def gap_of(value, half, most=np.inf, scale="linear"):
    one = (np.array([number]) for number in (value, value - half, value + half, 1.0))
    return Relation(np.array([[0], [1]]), np.array([[1.0], [-1.0]]), scale, *one, most)


@pytest.mark.parametrize(
    ("value", "half", "most", "multiple", "expected"),
    [
        # In tens -12 stands as -10: between -15 and -5; clearly lower, so at most -11.9.
        (-12, 11.9, np.inf, 10, (-15, -11.9)),
        (12, 11.9, np.inf, 10, (11.9, 15)),
        # Not clear: no further from zero than half its interval.
        (-12, 12.2, np.inf, 10, (-12.2, -5)),
        (12, 12.2, np.inf, 10, (5, 12.2)),
        # A limit at zero is not clear; the number stands in this step and in no coarser one.
        (-12, 12, np.inf, 10, (-12, -5)),
        (12, 12, 10, 10, (5, 12)),
        # Without limits there is no verdict.
        (-12, np.nan, np.inf, 10, (-15, -5)),
        # The number is not shown, or not in so coarse a step; the verdict is.
        (-12, 11.9, 1, 10, (-np.inf, -11.9)),
        (12, 12.2, 0, 1, (-12.2, 12.2)),
        # In whole points the limits (-0.1 as 0) say less than the verdict.
        (-11.9, 11.8, np.inf, 1, (-12.5, -11.8)),
    ],
)
def test_a_verdict_tells_how_far_a_difference_is_from_zero(value, half, most, multiple, expected):
    low, high = gap_of(value, half, most).ends(multiple)
    assert (low[0], high[0]) == pytest.approx(expected)


def test_the_figures_of_a_difference_are_known_by_its_verdict_whatever_their_step():
    table = pd.DataFrame({"value": [40.0, 52.0], "lower": [30.0, 42.0], "upper": [50.0, 62.0]})
    table = table.assign(unit="percent", wave="1")
    finest = np.ones(2)
    without = known(table, finest, [])
    found = known(table, finest, [gap_of(-12.0, 11.9, most=1)])
    # The one is in 35-45 by its rounding, and at least 11.9 below the other, which is at most 52.5.
    low, high = found[10.0]
    assert (low[0], high[0]) == pytest.approx((35, without[1.0][1][1] - 11.9))
    assert (low[1], high[1]) == pytest.approx((without[1.0][0][0] + 11.9, 55))
    for multiple, (low, high) in found.items():
        assert (low >= without[multiple][0]).all() and (high <= without[multiple][1]).all()
        assert (low <= table["value"]).all() and (high >= table["value"]).all()


def test_a_figure_of_a_change_is_known_as_by_who_knows_the_other_wave_exactly():
    table = pd.DataFrame({"value": [40.0, 52.0], "lower": [30.0, 42.0], "upper": [50.0, 62.0]})
    table = table.assign(unit="percent", wave=["1", "2"])
    low, high = known(table, np.full(2, 5.0), [gap_of(-12.0, 5.0)])[1.0]
    # As -12 it is between -12.5 and -11.5; without the other wave known that says less.
    assert (low[0], high[0]) == pytest.approx((39.5, 40.5))
    assert (low[1], high[1]) == pytest.approx((51.5, 52.5))


def test_a_difference_in_a_coarse_step_is_released_with_the_verdict_of_its_exact_limits():
    cell = {"indicator": "sport", "area": "city", "area_level": "city", "wave": "1"}
    cells = [{**cell, "group_by": "ses", "group": one, "value": 50.0} for one in ("low", "high")]
    table = tidy(pd.DataFrame(cells)).assign(step=[10.0, 1.0])
    numbers = {"value": -30.0, "lower": -59.6, "upper": -0.4}
    gap = pd.DataFrame([{**cell, "group_by": "ses", "group": "low-high", "unit": "points"}])
    row = release_derived(tidy(gap.assign(**numbers)), table, 1.0).iloc[0]
    assert row[["value", "upper", "step", "verdict"]].tolist() == [-30, 10, 10, "lower"]
    hidden = table.assign(status=["hidden", "ok"])
    assert release_derived(tidy(gap.assign(**numbers)), hidden, 1.0)["verdict"].item() == "unknown"


def test_a_verdict_that_would_cost_a_wijk_is_withheld_where_a_figure_is_coarse():
    cell = {"indicator": "sport", "area": "city", "area_level": "city", "wave": "1"}
    cells = [{**cell, "group_by": "ses", "group": one, "value": 50.0} for one in ("low", "high")]
    table = tidy(pd.DataFrame(cells)).assign(step=[10.0, 1.0])
    numbers = {"value": -30.0, "lower": -59.6, "upper": -0.4}
    gap = pd.DataFrame([{**cell, "group_by": "ses", "group": "low-high", "unit": "points"}])
    gap = tidy(gap.assign(**numbers))
    for unjudged in ([True, False], [False, True]):
        row = release_derived(gap, table, 1.0, np.array(unjudged)).iloc[0]
        assert row[["value", "verdict"]].tolist() == [-30, "unknown"]
    fine = release_derived(gap, table.assign(step=1.0), 1.0, np.array([True, True]))
    assert fine["verdict"].item() == "lower"
    # Nothing but the number tells of the sum then; in the finest step the verdict still does.
    told, silent = gap_of(-12.0, 11.9), replace(gap_of(-12.0, 11.9), judged=False)
    assert (silent.ends(10)[0][0], silent.ends(10)[1][0]) == (-15, -5)
    assert (silent.ends(2)[0][0], silent.ends(2)[1][0]) == (-13, -11)
    assert silent.ends(1) == told.ends(1)
