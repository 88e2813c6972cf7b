"""Power in closed form and by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from wijkkit.evaluation.effect.power import (
    Design,
    clusters_needed,
    detectable_effect,
    power,
    respondents_needed,
)

SHARE = 0.4


def design(**change: float) -> Design:
    given = {
        "treated": 3,
        "comparators": 3,
        "before": 164,
        "after": 69,
        "variance": SHARE * (1 - SHARE),
        "icc": 0.01,
        **change,
    }
    return Design(**given)


def test_the_detectable_effect_is_found_with_the_power_asked_for():
    for wanted in (0.5, 0.8, 0.95):
        assert power(design(), detectable_effect(design(), wanted)) == pytest.approx(wanted)


def test_clusters_needed_is_the_smallest_number_that_suffices():
    effect = 0.08
    needed = clusters_needed(design(), effect)
    fewer = design(treated=needed - 1, comparators=needed - 1)
    enough = design(treated=needed, comparators=needed)
    assert power(fewer, effect) < 0.8 <= power(enough, effect)


def test_respondents_needed_is_the_smallest_number_that_suffices():
    effect, made = 0.3, design(treated=4, comparators=4)
    needed = respondents_needed(made, effect)
    assert power(replace(made, before=needed, after=needed), effect) >= 0.8
    assert power(replace(made, before=needed - 1, after=needed - 1), effect) < 0.8


def test_no_number_of_respondents_makes_up_for_fluctuating_clusters():
    assert respondents_needed(design(icc=0.05), 0.1) == np.inf
    assert clusters_needed(design(icc=0.05), 0.001, most=50) == np.inf


def test_only_the_clusters_variance_that_comes_and_goes_counts():
    lasting = design(icc=0.05, autocorrelation=1.0)
    assert lasting.standard_error < design(icc=0.05).standard_error
    assert lasting.standard_error == pytest.approx(
        design(icc=0.0).standard_error * np.sqrt(0.95), rel=1e-12
    )


def test_where_both_arms_vary_alike_the_power_is_that_of_the_pooled_t_test():
    # So many respondents that their own error bounds nothing.
    made = design(icc_range=(0.0, 0.0), icc=0.05, before=1e7, after=1e7)
    shift, critical = 0.2 / made.standard_error, stats.t.ppf(0.975, 4)
    expected = stats.nct.sf(critical, 4, shift) + stats.nct.cdf(-critical, 4, shift)
    assert power(made, 0.2) == pytest.approx(expected, rel=1e-9)


def test_more_outcomes_and_more_unequal_arms_ask_for_a_larger_effect():
    one, five = detectable_effect(design()), detectable_effect(design(outcomes=5))
    assert five == pytest.approx(detectable_effect(design(alpha=0.01)))
    assert one < detectable_effect(design(icc_range=(0.01, 0.3))) < five
    assert one < detectable_effect(design(sampling_ratio=11.0))


def test_an_effect_larger_than_the_level_leaves_room_for_cannot_be():
    low = design(variance=0.11 * 0.89, share=0.11, outcomes=5)
    assert low.ceiling == 0.11 < detectable_effect(low)
    assert design(share=0.11, favourable=1).ceiling == 0.89
    # As the share falls, so does its variance: less is needed than where that is left out.
    half = design(variance=0.25, share=0.5)
    assert detectable_effect(half) < detectable_effect(replace(half, share=None))
