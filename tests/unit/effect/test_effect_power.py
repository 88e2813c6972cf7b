"""Power in closed form and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.power import (
    Design,
    clusters_needed,
    detectable_effect,
    power,
    respondents_needed,
)
from wijkkit.evaluation.effect.power_simulation import simulated_power

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


@pytest.mark.parametrize(
    "made",
    [
        design(),
        design(icc=0.0),
        design(icc=0.03, autocorrelation=0.7),
        design(treated=8, comparators=10, before=60, after=60),
    ],
)
def test_simulation_finds_the_detectable_effect_as_often_as_the_closed_form_says(made):
    effect = detectable_effect(made, 0.8)
    simulations = 3000
    found = simulated_power(made, effect, SHARE, simulations, seed=3)
    # Monte Carlo error 0.007; the share's variance changes a little with the effect itself.
    assert found == pytest.approx(0.8, abs=0.035)


@pytest.mark.parametrize("made", [design(), design(treated=6, comparators=6, icc=0.05)])
def test_without_an_effect_simulated_power_is_the_level(made):
    assert simulated_power(made, 0.0, SHARE, 4000, seed=4) == pytest.approx(0.05, abs=0.012)


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
    assert power(design(treated=4, comparators=4, before=needed, after=needed), effect) >= 0.8
    short = needed - 1
    assert power(design(treated=4, comparators=4, before=short, after=short), effect) < 0.8


def test_no_number_of_respondents_makes_up_for_fluctuating_clusters():
    assert respondents_needed(design(icc=0.05), 0.1) == np.inf
    assert clusters_needed(design(icc=0.05), 0.001, most=50) == np.inf


def test_only_the_clusters_variance_that_comes_and_goes_counts():
    lasting = design(icc=0.05, autocorrelation=1.0)
    assert lasting.standard_error < design(icc=0.05).standard_error
    assert lasting.standard_error == pytest.approx(
        design(icc=0.0).standard_error * np.sqrt(0.95), rel=1e-12
    )


@pytest.mark.parametrize(
    "wrong", [{"treated": 1}, {"before": 0}, {"icc": 1.0}, {"autocorrelation": -0.1}]
)
def test_designs_without_a_test_are_errors(wrong):
    with pytest.raises(EstimationError):
        design(**wrong)
