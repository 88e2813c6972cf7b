"""What gaps and comparisons say of several figures of a wave together, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from towns import town

from wijkkit.disclosure.differences import Differences
from wijkkit.disclosure.knowledge import Relation
from wijkkit.disclosure.system import systems


@pytest.fixture(scope="module")
def system():
    """The first of two waves of six wijken."""
    made = town(1, wijken=6, waves=("1", "2"), weights="proportional")
    one, _ = systems(made.sample, made.estimates.table.reset_index(drop=True), 5)
    return one, made.estimates.table["value"].to_numpy(float)


def only(lines):
    """The one sum that is known, and how far below and above the truth it may be."""
    assert len(lines) == 1
    return lines.sums.toarray()[0], lines.low[0], lines.high[0]


#: The first cell of all is one of them.
CELLS = np.array([0, 4])


def difference(system, value, half=30.0, most=np.inf, more=0.0, at=None):
    """The first of these cells of the table less the second, in points."""
    at = system.rows[CELLS] if at is None else at
    made = np.array([value[at[0]] - value[at[1]] + more])
    step, sign = np.ones(1), np.array([[1.0], [-1.0]])
    return Relation(at[:, None], sign, "linear", made, made - half, made + half, step, most)


def test_a_difference_is_a_sum_of_the_weighted_counts_of_its_figures(system):
    one, value = system
    told = Differences(one, 100.0, value, [difference(one, value)])
    line, low, high = only(told.known(np.ones(len(one.rows))))
    assert np.flatnonzero(line).tolist() == CELLS.tolist()
    exact = value[one.rows[CELLS[0]]] - value[one.rows[CELLS[1]]]
    assert line @ one.weighted() == pytest.approx(exact)
    shown = np.floor(abs(exact) + 0.5) * np.sign(exact)
    assert (exact + low, exact + high) == pytest.approx((shown - 0.5, shown + 0.5), abs=0.5)
    assert shown - 0.5 - 1e-9 <= exact + low <= exact <= exact + high <= shown + 0.5 + 1e-9


def test_it_says_less_in_a_coarser_step_and_nothing_where_a_figure_is_hidden(system):
    one, value = system
    told = Differences(one, 100.0, value, [difference(one, value)])
    widths = []
    for multiple in (1.0, 2.0, 5.0, 10.0):
        shown = np.ones(len(one.rows))
        shown[CELLS[1]] = multiple
        _, low, high = only(told.known(shown))
        widths.append(high - low)
    assert widths[1:] == pytest.approx([2, 5, 10]) and widths[0] <= 1 + 1e-9
    shown[CELLS[0]] = 0
    assert not len(told.known(shown))


def test_where_only_the_verdict_stands_it_says_how_far_from_zero_the_difference_is(system):
    one, value = system
    verdict = difference(one, value, half=80.0, most=0)
    line, low, high = only(Differences(one, 100.0, value, [verdict]).known(np.ones(len(one.rows))))
    exact = line @ one.weighted()
    assert (exact + low, exact + high) == pytest.approx((-80, 80))


@pytest.mark.parametrize("odd", ["one figure", "not of these figures", "a ratio"])
def test_what_is_no_sum_of_several_figures_of_the_wave_is_left_to_each_figure(system, odd):
    one, value = system
    made = difference(one, value, more=3.0 * (odd == "not of these figures"))
    if odd == "one figure":
        # The other is of another wave, and known exactly.
        other = np.setdiff1d(np.flatnonzero(~np.isnan(value)), one.rows)[0]
        made = difference(one, value, at=np.array([one.rows[4], other]))
    if odd == "a ratio":
        made = Relation(made.at, made.sign, "log", *(np.ones(1),) * 4)
    assert not len(Differences(one, 100.0, value, [made]).known(np.ones(len(one.rows))))
