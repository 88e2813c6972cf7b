"""Inequality measures equal checked results, and their errors equal resampling."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.estimates import (
    between_group,
    concentration_index,
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


def test_the_concentration_index_of_groups_equals_the_checked_one():
    frame = grouped(VALUES, PEOPLE)
    options = {"weight": "people"}
    absolute = concentration_index(frame, "value", "order", kind="absolute", **options)
    relative = concentration_index(frame, "value", "order", **options)
    assert [absolute.value, relative.value] == pytest.approx([7.3284203, 0.1777686], abs=5e-8)


def test_the_logistic_indices_of_groups_equal_those_that_count_people_once():
    slope = slope_index(VALUES, PEOPLE, model="logit", scale=100)
    relative = relative_index(VALUES, PEOPLE, model="logit", scale=100)
    assert [slope.value, relative.value] == pytest.approx([44.90526, 3.223924], abs=5e-6)


def test_the_population_attributable_fraction_equals_the_checked_one():
    table = between_group(VALUES, PEOPLE).set_index("measure")
    assert table.loc["paf", "value"] == pytest.approx(45.544548, rel=PRINTED * 2)


def test_a_sample_of_wealth_quintiles_gives_the_checked_indices(shared_data):
    sample = pd.read_csv(shared_data / "inequality" / "OrderedSample.csv")
    sample = sample[sample["indicator"] == sample["indicator"].iloc[0]].sort_values(
        "subgroup_order"
    )
    people, values = sample["population"], sample["estimate"]
    frame = grouped(values.to_numpy(), people)
    absolute = concentration_index(frame, "value", "order", kind="absolute", weight="people")
    relative = concentration_index(frame, "value", "order", weight="people")
    assert [absolute.value, relative.value] == pytest.approx([4.3005197, 0.04695060], rel=PRINTED)
    slope = slope_index(values, people, model="logit", scale=100)
    ratio = relative_index(values, people, model="logit", scale=100)
    assert [slope.value, ratio.value] == pytest.approx([31.63539, 1.466471], rel=1e-6)


def test_measures_between_groups_follow_their_formulas_with_three_groups_and_ten():
    for values in ([20.0, 30, 40], np.linspace(5, 50, 10)):
        people = np.arange(1.0, len(values) + 1)
        share = people / people.sum()
        mean = share @ values
        table = between_group(values, people).set_index("measure")["value"]
        ratio = np.asarray(values) / mean
        expected = {
            "difference": values[0] - values[-1],
            "ratio": values[0] / values[-1],
            "par": values[-1] - mean,
            "bgv": share @ (values - mean) ** 2,
            "theil": share @ (ratio * np.log(ratio)),
            "mld": -share @ np.log(ratio),
        }
        for name, value in expected.items():
            assert table[name] == pytest.approx(value, rel=1e-12), name


def test_the_errors_between_groups_equal_the_spread_of_simulated_values():
    rng = np.random.default_rng(3)
    values, errors, people = np.array([20.0, 26, 40]), np.array([0.8, 0.5, 0.9]), [3, 4, 3]
    draws = values + errors * rng.standard_normal((4000, 3))
    simulated = pd.DataFrame(
        [between_group(draw, people).set_index("measure")["value"] for draw in draws[:600]]
    ).std()
    table = between_group(values, people, se=errors).set_index("measure")
    # 600 draws leave a relative error of 3 % in a standard deviation; four times that.
    for name in ("difference", "par", "paf", "bgv", "theil", "mld", "ratio"):
        assert table.loc[name, "se"] == pytest.approx(simulated[name], rel=0.12), name


def test_a_ratio_to_nothing_and_a_log_of_nothing_are_absent():
    table = between_group([0.0, 20, 0], [1, 1, 1], se=[1, 1, 1]).set_index("measure")
    assert table.loc[["ratio", "mld"], ["value", "lower"]].isna().all(axis=None)
    assert table.loc["difference", "value"] == 0


def test_groups_in_which_nobody_has_it_differ_by_nothing_and_have_no_ratio():
    table = between_group([0.0, 0], [1, 1], se=[0, 0]).set_index("measure")
    assert table["value"].dropna().to_dict() == {"difference": 0, "par": 0, "bgv": 0}
    assert table[["lower", "upper"]].isna().all(axis=None)


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


@pytest.mark.parametrize("kind", ["absolute", "relative", "wagstaff", "erreygers"])
def test_the_design_based_error_of_the_concentration_index_equals_the_jackknife(persons, kind):
    options = {"kind": kind, "bounds": (0, 1), "weight": "weight", "psu": "psu"}
    found = concentration_index(persons, "sick", "ses", **options)
    units = persons["psu"].unique()
    left_out = np.array(
        [
            concentration_index(persons[persons["psu"] != unit], "sick", "ses", **options).value
            for unit in units
        ]
    )
    k = len(units)
    jackknife = np.sqrt((k - 1) / k * ((left_out - left_out.mean()) ** 2).sum())
    half = (found.upper - found.lower) / 2
    # Both are first-order; with 30 units they differ by the second order, 1/30.
    assert half / stats.t.ppf(0.975, k - 1) == pytest.approx(jackknife, rel=0.05)


def test_the_bounded_indices_of_a_proportion_follow_from_the_relative_one(persons):
    options = {"weight": "weight", "bounds": (0, 1)}
    mean = np.average(persons["sick"], weights=persons["weight"])
    values = {
        kind: concentration_index(persons, "sick", "ses", kind=kind, **options).value
        for kind in ("relative", "wagstaff", "erreygers")
    }
    assert values["wagstaff"] == pytest.approx(values["relative"] / (1 - mean), rel=1e-12)
    assert values["erreygers"] == pytest.approx(4 * mean * values["relative"], rel=1e-12)


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
