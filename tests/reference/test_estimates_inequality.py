"""Inequality measures equal checked results, and their errors equal resampling."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wijkkit.estimates import (
    relative_index,
    slope_index,
)

#: Results of the reference, which prints nine significant digits.
PRINTED = 1e-7

PEOPLE = [78, 91, 162, 103, 105]
VALUES = [20.0, 30, 40, 50, 60]


def grouped(values, people) -> pd.DataFrame:
    order = range(len(values))
    return pd.DataFrame({"value": values, "people": np.asarray(people, float), "order": order})


def test_the_logistic_indices_of_groups_equal_those_that_count_people_once():
    slope = slope_index(VALUES, PEOPLE, model="logit", scale=100)
    relative = relative_index(VALUES, PEOPLE, model="logit", scale=100)
    assert [slope.value, relative.value] == pytest.approx([44.90526, 3.223924], abs=5e-6)


@pytest.mark.parametrize("options", [{"se": [0, 0, 0]}, {"model": "logit"}])
def test_a_slope_through_groups_that_do_not_vary_has_no_interval_without_width(options):
    for index in (slope_index, relative_index):
        found = index([0.3, 0.3, 0.3], [10, 20, 10], **options)
        assert found.value == pytest.approx(float(index is relative_index), abs=1e-12)
        assert np.isnan([found.lower, found.upper]).all()


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    n = 240
    ses = rng.integers(1, 6, n)
    psu = np.arange(n) // 8
    lift = rng.normal(0, 0.8, 30)[psu]
    sick = rng.random(n) < 1 / (1 + np.exp(0.4 * ses - 0.5 + lift))
    return pd.DataFrame(
        {"ses": ses, "sick": sick.astype(float), "psu": psu, "weight": rng.lognormal(0, 0.5, n)}
    )


@pytest.mark.parametrize("model", ["linear", "logit"])
def test_the_error_of_the_slope_index_equals_the_spread_of_simulated_values(model):
    rng = np.random.default_rng(5)
    values, errors, people = np.array([40.0, 33, 30, 22]), np.full(4, 1.5), [4000, 3000, 2000, 4000]
    draws = [
        slope_index(values + errors * noise, people, model=model, scale=100).value
        for noise in rng.standard_normal((1500, 4))
    ]
    found = slope_index(values, people, se=errors, model=model, scale=100)
    # 1500 draws leave 2 % in a standard deviation; the delta method a little more.
    assert (found.upper - found.lower) / 2 / 1.959964 == pytest.approx(np.std(draws), rel=0.07)
