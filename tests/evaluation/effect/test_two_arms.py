"""The t-test between two arms of few clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.effect.two_arms import (
    change_test,
    critical_value,
    half_width,
    power_at,
    statistic_error,
    variance_ratios,
    worst_p,
)


@pytest.mark.parametrize(("treated", "comparators"), [(3, 3), (2, 9), (9, 2)])
def test_with_equal_variances_it_is_scipys_pooled_t_test(treated, comparators):
    rng = np.random.default_rng(16)
    change = np.concatenate([rng.normal(1, 2, treated), rng.normal(0, 1, comparators)])
    arm = np.arange(len(change)) < treated
    found = change_test(change, arm, 0.95, (1.0, 1.0))
    pooled = stats.ttest_ind(change[arm], change[~arm])
    assert found.p == pytest.approx(pooled.pvalue, rel=1e-9)
    limits = tuple(pooled.confidence_interval())
    assert (found.lower, found.upper) == pytest.approx(limits, rel=1e-8)


def simulated(sizes, ratio, ratios, shift, draws=200_000):
    """Statistics of normal changes, the arms' variances `ratio` apart."""
    rng = np.random.default_rng(17)
    arms = [
        rng.normal(size=(draws, n)) * np.sqrt(v) for n, v in zip(sizes, (ratio, 1.0), strict=True)
    ]
    squares = [((arm - arm.mean(1, keepdims=True)) ** 2).sum(1) for arm in arms]
    error = statistic_error(*squares, sizes, ratios)
    moved = shift * np.sqrt(ratio / sizes[0] + 1 / sizes[1])
    return (arms[0].mean(1) - arms[1].mean(1) + moved) / error


@pytest.mark.parametrize("sizes", [(3, 3), (2, 10), (3, 30)])
@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0, 10.0])
@pytest.mark.parametrize("shift", [0.0, 4.0])
def test_its_power_is_that_of_simulated_normal_changes(sizes, ratio, shift):
    ratios = (0.2, 5.0)
    t = np.abs(simulated(sizes, ratio, ratios, shift))
    for alpha in (0.05, 0.01):
        found = (t > critical_value(alpha, sizes, ratios)).mean()
        expected = power_at(shift, ratio, alpha, sizes, ratios)
        assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / len(t)))


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (3, 6), (2, 10), (3, 30), (2, 35), (6, 6)])
@pytest.mark.parametrize("ratios", [(0.2, 5.0), (0.78, 11.0), (0.1, 1.2)])
def test_it_keeps_its_level_at_every_ratio_it_allows_for(sizes, ratios):
    for alpha in (0.05, 0.01, 0.005):
        rates = [
            power_at(0.0, float(ratio), alpha, sizes, ratios) for ratio in np.geomspace(*ratios, 40)
        ]
        assert max(rates) == pytest.approx(alpha, rel=2e-3)


def test_the_p_value_and_the_interval_are_of_one_test():
    rng = np.random.default_rng(18)
    for _ in range(50):
        change, treated = rng.normal(size=9), np.arange(9) < 3
        found = change_test(change, treated, 0.95)
        assert (found.lower > 0 or found.upper < 0) == (found.p < 0.05)
    assert worst_p(critical_value(0.03, (3, 6), (0.2, 5.0)), (3, 6), (0.2, 5.0)) == pytest.approx(
        0.03, rel=1e-7
    )


def test_clusters_that_happen_to_agree_are_no_surer_than_their_respondents_allow():
    change = np.array([5.0, 5.0, 0.1, 0.0])
    treated = np.arange(4) < 2
    sure = change_test(change, treated, 0.95)
    found = change_test(change, treated, 0.95, least=3.0)
    assert sure.p < 0.01
    assert found.p == pytest.approx(2 * stats.norm.sf(found.estimate / 3.0), rel=1e-12)
    assert found.upper - found.estimate == pytest.approx(3.0 * stats.norm.ppf(0.975), rel=1e-12)
    assert change_test(change, treated, 0.95, least=1e-9) == sure


@pytest.mark.parametrize("least", [0.5, 1.0, 1.4])
@pytest.mark.parametrize("shift", [0.0, 4.0])
def test_its_power_counts_the_least_error(least, shift):
    rng, sizes, ratio, ratios = np.random.default_rng(19), (3, 6), 2.0, (0.5, 3.0)
    arms = [rng.normal(size=(200_000, 3)) * np.sqrt(ratio), rng.normal(size=(200_000, 6))]
    true = np.sqrt(ratio / 3 + 1 / 6)
    squares = [((arm - arm.mean(1, keepdims=True)) ** 2).sum(1) for arm in arms]
    error = statistic_error(*squares, sizes, ratios)
    effect = arms[0].mean(1) - arms[1].mean(1) + shift * true
    found = (np.abs(effect) > half_width(error, least * true, 0.05, sizes, ratios)).mean()
    expected = power_at(shift, ratio, 0.05, sizes, ratios, least)
    assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 200_000))


def test_the_ratios_follow_from_sizes_and_correlations():
    assert variance_ratios((0.02, 0.02), (0.0, 0.0), 0.0) == (1.0, 1.0)
    low, high = variance_ratios((1 / 30 + 1 / 25, 1 / 450 + 1 / 225), (0.01, 0.10), 0.5)
    assert high == pytest.approx(11.0) and 0.5 < low < 1
    mirrored = variance_ratios((1 / 450 + 1 / 225, 1 / 30 + 1 / 25), (0.01, 0.10), 0.5)
    assert mirrored == pytest.approx((1 / high, 1 / low))


def test_one_cluster_and_changes_that_differ_by_rounding_only_have_no_test():
    change = np.array([0.1 + 0.2, 0.3, 0.3, 0.3, 0.1 + 0.2, 0.3])
    with pytest.raises(NotEstimable, match="no variation"):
        change_test(change, np.arange(6) < 3, 0.95)
    with pytest.raises(NotEstimable, match="one cluster"):
        change_test(change, np.arange(6) < 1, 0.95)
