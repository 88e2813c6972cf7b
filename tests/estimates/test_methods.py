"""The single methods: what they refuse, what they leave absent, what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial import distance

from wijkkit.errors import DataError, EstimationError
from wijkkit.estimates import (
    change,
    compare_estimates,
    estimate_change,
    estimate_grid,
    funnel,
    pool,
    poststratify,
    rake,
    scale_reliability,
    small_area,
    survey_mean,
    survey_proportion,
    survey_quantile,
    weight_report,
    wilson,
    write_weights,
)
from wijkkit.estimates.comparable import (
    comparable_map,
    comparable_neighbourhoods,
    estimate_funnel,
    estimate_small_areas,
)
from wijkkit.loaders.survey_rows import with_weights
from wijkkit.study.indicators import Indicator


def test_wilson_of_nobody_is_absent_and_of_none_is_not_without_width():
    found = wilson([0, 0, np.nan], [0, 30, 10])
    assert np.isnan([found.value[0], found.lower[0], found.upper[0], found.value[2]]).all()
    assert (found.lower[1], round(found.upper[1], 6)) == (0.0, 0.113513)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson(5, 4), "more with the characteristic"),
        (lambda: wilson(-1, 4), "outside its range"),
        (lambda: wilson("many", 4), "not numbers"),
        (lambda: wilson(1, 4, confidence=95), "not a confidence level"),
        (lambda: change(0.1, 0.1, 0.2, 0.1, measure="percent"), "unknown measure"),
        (lambda: funnel([3], [2]), "more with the characteristic"),
        (
            lambda: scale_reliability(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]})),
            "as does their sum",
        ),
        (lambda: pool([1.0], [1.0]), "two data sets"),
        (lambda: small_area([0.1] * 5), "effective_n for proportions"),
        (lambda: small_area([10.0] * 5, effective_n=[9] * 5), "not a proportion"),
        (lambda: small_area([0.1] * 2, effective_n=[9] * 2), "too few areas"),
        (lambda: scale_reliability(pd.DataFrame({"a": [1, 2, 3]})), "at least two items"),
        (lambda: weight_report(np.array([1.0, 0.0])), "not a positive number"),
    ],
)
def test_arguments_for_which_a_statistic_is_not_defined_are_refused(call, message):
    with pytest.raises(EstimationError, match=message):
        call()


def test_all_problems_of_a_survey_design_are_reported_at_once():
    frame = pd.DataFrame({"y": [1.0, 0], "w": [1.0, -1], "s": ["a", None]})
    with pytest.raises(EstimationError) as caught:
        survey_mean(frame, "y", weight="w", strata=["s", "t"], lonely_psu="remove")
    found = str(caught.value)
    for part in ("lonely_psu", "'t' is missing", "missing values", "not a positive number"):
        assert part in found


def test_a_population_smaller_than_its_sample_is_refused():
    frame = pd.DataFrame({"y": [1.0, 0, 1], "N": [2, 2, 2]})
    with pytest.raises(EstimationError, match="population does not fit"):
        survey_mean(frame, "y", fpc="N")


@pytest.mark.parametrize("values", [[2.0, 1], [0.5, 1], ["yes", "no"]])
def test_a_proportion_of_anything_but_zero_and_one_is_refused(values):
    with pytest.raises(EstimationError):
        survey_proportion(pd.DataFrame({"y": values}), "y")


def test_booleans_and_missing_values_are_a_proportion():
    frame = pd.DataFrame({"y": pd.array([True, False, None, True], dtype="boolean")})
    found = survey_proportion(frame, "y").iloc[0]
    assert (found["n"], found["missing"]) == (3, 1)
    assert found["value"] == pytest.approx(2 / 3)


def test_groups_that_cancel_have_no_interval_without_width():
    frame = pd.DataFrame({"y": [1.0, 0, 1, 0], "psu": [1, 1, 2, 2]})
    found = survey_proportion(frame, "y", psu="psu").iloc[0]
    assert (found["value"], found["reason"]) == (0.5, "no_variation")
    assert np.isnan(found["lower"])


def test_as_many_strata_as_units_leave_no_interval_but_an_error():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"s": np.repeat([1, 2], 20), "psu": np.repeat([1, 2, 3, 4], 10)})
    frame["y"] = rng.normal(size=40) + frame["psu"]
    frame["part"] = np.isin(frame["psu"], [1, 3])
    found = survey_mean(frame, "y", by="part", strata="s", psu="psu").set_index("part").loc[True]
    assert (found["df"], found["reason"]) == (0, "no_df")
    assert found["se"] > 0 and np.isnan(found["lower"])


def test_a_census_has_no_interval_without_width():
    frame = pd.DataFrame({"y": [1.0, 0, 1, 1], "N": 4})
    found = survey_proportion(frame, "y", fpc="N").iloc[0]
    assert found["value"] == 0.75 and np.isnan(found["lower"])


def test_a_median_of_equal_answers_has_no_interval_without_width():
    frame = pd.DataFrame({"y": [3.0] * 30})
    found = survey_quantile(frame, "y").iloc[0]
    assert (found["value"], found["reason"]) == (3.0, "no_variation")


PEOPLE = pd.DataFrame({"sex": list("bbgggg"), "age": list("yoyyoo"), "respondent": list("uvwxyz")})


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        ({"sex": {"b": 5, "g": 5}, "age": {"y": 5, "o": 6}}, "one population"),
        ({"sex": {"b": 5}, "age": {"y": 3, "o": 2}}, "without a cell"),
        ({"sex": {"b": 5, "g": 4, "x": 1}, "age": {"y": 5, "o": 5}}, "without respondents.*x"),
        ({"class": {"1": 10}}, "'class' is missing"),
    ],
)
def test_margins_that_do_not_fit_the_respondents_are_refused(margins, message):
    with pytest.raises(EstimationError, match=message):
        rake(PEOPLE, margins)


def test_margins_that_contradict_each_other_are_refused():
    frame = pd.DataFrame({"a": list("xxyy"), "b": list("ppqq")})
    with pytest.raises(EstimationError, match="do not fit the margins"):
        rake(frame, {"a": {"x": 5, "y": 5}, "b": {"p": 4, "q": 6}}, iterations=50)


def test_totals_may_differ_by_their_rounding_alone():
    def totals(off: float) -> dict[str, dict[str, float]]:
        return {"sex": {"b": 4e5, "g": 6e5}, "age": {"y": 5e5, "o": 5e5 + off}}

    assert rake(PEOPLE, totals(1e-5)).weight.sum() == pytest.approx(1e6)
    with pytest.raises(EstimationError, match="one population"):
        rake(PEOPLE, totals(1e-2))


def test_poststrata_of_two_columns_add_up():
    population = {("b", "y"): 10, ("b", "o"): 20, ("g", "y"): 30, ("g", "o"): 40}
    weights = poststratify(PEOPLE, ["sex", "age"], population)
    assert weights.weight.tolist() == [10, 20, 15, 15, 20, 20]


def test_a_version_changes_with_any_weight_and_the_weights_can_be_run_again(tmp_path):
    first = poststratify(PEOPLE, "sex", {"b": 100, "g": 100}, name="2021")
    second = poststratify(PEOPLE, "sex", {"b": 100, "g": 101}, name="2021")
    assert first.version != second.version
    path = write_weights(first, PEOPLE["respondent"], tmp_path)
    assert path.name == f"2021-{first.version}.csv"
    assert write_weights(first, PEOPLE["respondent"], tmp_path) == path
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".csv", ".json"]
    again = with_weights(PEOPLE.assign(weight=1.0), path)
    np.testing.assert_allclose(again["weight"], first.weight, rtol=1e-15)
    with pytest.raises(DataError, match="1 respondents without weight"):
        with_weights(pd.concat([PEOPLE, PEOPLE.head(1).assign(respondent="new")]), path)


PLAY = {
    "play": Indicator(
        label="Play", function="f", columns={}, question_version="1", direction="higher"
    )
}


def wijken(n: int = 3000, k: int = 24, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    which = rng.integers(0, k, n)
    share = 0.3 + 0.1 * np.sin(np.arange(k))
    return pd.DataFrame(
        {
            "wave": "2021",
            "wijk": [f"w{number:02d}" for number in which],
            "district": "d",
            "arm": "none",
            "age": 6.0,
            "weight": rng.lognormal(0, 0.4, n),
            "play": (rng.random(n) < share[which]).astype(float),
        }
    )


def test_corrected_weights_show_what_they_changed():
    people = wijken()
    before = estimate_grid(people, PLAY, ["2021"], {}).table
    heavier = people.assign(weight=people["weight"] * (1 + 4 * people["play"]))
    after = estimate_grid(heavier, PLAY, ["2021"], {}).table
    changed = compare_estimates(before, after[after["area"] != "w00"]).set_index("area")
    assert changed.loc["city", "difference"] > 10 and changed.loc["city", "apart"]
    assert changed.loc["w00", "status_after"] == "absent"
    same = compare_estimates(before, before)
    assert (same["difference"] == 0).all() and not same["apart"].any()


def test_a_change_says_how_it_was_made_and_why_it_is_absent():
    people = pd.DataFrame({"wave": ["2018"] * 4 + ["2021"] * 4, "wijk": "a", "district": "d"})
    people = people.assign(arm="programme", age=6.0, weight=1.0, play=[0.0, 0, 0, 1, 0, 1, 1, 1])
    grid = estimate_grid(
        people.assign(none=[0.0] * 6 + [1, 1]),
        dict.fromkeys(("play", "none"), PLAY["play"]),
        ["2018", "2021"],
        {},
    )
    found = estimate_change(grid).query("area_level == 'city'")
    assert found[["indicator", "unit", "method", "status"]].to_numpy().tolist() == [
        ["play", "points", "t", "ok"],
        ["play", "ratio", "log t", "ok"],
        ["play", "odds_ratio", "log t", "ok"],
        # Of nobody there is a difference without limits, and no ratio.
        ["none", "points", "no_interval:one_side", "ok"],
        ["none", "ratio", "", "missing"],
        ["none", "odds_ratio", "", "missing"],
    ]


def test_small_areas_are_drawn_to_what_their_characteristics_predict():
    people = wijken()
    few = people[(people["wijk"] != "w03") | (people.groupby("wijk").cumcount() < 8)]
    few = few[few["wijk"] != "w05"]
    slugs = [f"w{number:02d}" for number in range(24)]
    figures = pd.DataFrame({"wave_like": np.sin(np.arange(24))}, index=slugs)
    areas = pd.DataFrame({"wijk": slugs, "district": "d", "arm": "none"})
    grid = estimate_grid(few, PLAY, ["2021"], {}, areas=areas)
    found = estimate_small_areas(grid, figures).set_index("area")
    direct = grid.table[grid.table["area_level"] == "wijk"].set_index("area")
    assert set(found["source"]) == {"modelled"} and set(found["status"]) == {"ok"}
    assert found.loc["w05", "n"] == 0 and found.loc["w05", "value"] > 0
    truth = 100 * (0.3 + 0.1 * np.sin(3))
    width = found["upper"] - found["lower"]
    assert abs(found.loc["w03", "value"] - truth) < 8
    assert width["w03"] < direct.loc["w03", "upper"] - direct.loc["w03", "lower"]
    without = estimate_small_areas(grid, figures.drop(index="w07")).set_index("area")
    assert without.loc["w07", "status"] == "missing"


def test_small_areas_of_equal_precision_have_the_closed_form():
    theta, psi = np.random.default_rng(12).normal(10, 2, 14), 1.5
    found = small_area(theta, se=np.full(14, np.sqrt(psi)))
    m, squares = len(theta), ((theta - theta.mean()) ** 2).sum()
    # The adjusted residual likelihood's derivative, times 2 A (A + psi)^2, is quadratic in A.
    a = np.roots([3 - m, squares + (5 - m) * psi, 2 * psi**2]).max()
    own = a / (a + psi)
    mse = own * psi + (1 - own) ** 2 * (a + psi) / m + 4 * psi**2 / (m * (a + psi))
    # What the bias of A, 2 (A + psi)^2 / (m A), adds to own * psi.
    mse -= 2 * psi**2 / (m * a)
    # The likelihood is maximised to 1e-5 of the logarithm of A.
    assert found.between == pytest.approx(a, rel=1e-4)
    value = own * theta + (1 - own) * theta.mean()
    np.testing.assert_allclose(found.areas["value"], value, rtol=1e-5)
    np.testing.assert_allclose(found.areas["rmse"], np.sqrt(mse), rtol=1e-5)


def test_small_area_estimates_err_less_than_direct_ones_and_their_intervals_cover():
    rng = np.random.default_rng(2)
    inside, ours, direct = [], [], []
    for _ in range(60):
        x = rng.normal(size=60)
        truth = np.sin(0.55 + 0.08 * x + rng.normal(0, 0.05, 60)) ** 2
        n = rng.integers(15, 150, 60)
        sample = rng.binomial(n, truth) / n
        found = small_area(sample, effective_n=n, characteristics=x).areas
        inside.append(((found["lower"] <= truth) & (truth <= found["upper"])).mean())
        ours.append(((found["value"] - truth) ** 2).mean())
        direct.append(((sample - truth) ** 2).mean())
    # 3,600 intervals: two standard errors of coverage are 0.7 points.
    assert 0.93 < np.mean(inside) < 0.975
    assert np.mean(ours) < 0.5 * np.mean(direct)


def test_the_error_claimed_for_equal_areas_is_not_far_above_the_true_one():
    rng = np.random.default_rng(3)
    squared, claimed = [], []
    for _ in range(100):
        n = rng.integers(20, 80, 71)
        found = small_area(rng.binomial(n, 0.1) / n, effective_n=n).areas
        squared.append((found["value"] - 0.1) ** 2)
        claimed.append(found["rmse"] ** 2)
    # Without the term for the bias of A it is twice the true error.
    assert 1 < np.sqrt(np.mean(claimed) / np.mean(squared)) < 1.5


def test_about_one_area_in_twenty_is_outside_the_inner_limits_when_all_are_equal():
    rng = np.random.default_rng(4)
    n = rng.integers(50, 500, 2000)
    areas = funnel(rng.binomial(n, 0.3), n, target=0.3).areas
    outside = (areas["position"] != "inside").mean()
    assert 0.03 < outside < 0.065
    assert (areas["position"].isin(["low998", "high998"])).mean() < 0.006


def test_overdispersion_widens_the_limits_only_when_areas_differ_more_than_chance():
    rng = np.random.default_rng(6)
    n = np.full(200, 300)
    same = funnel(rng.binomial(n, 0.3), n, overdispersion=True)
    spread = funnel(rng.binomial(n, rng.beta(30, 70, 200)), n, overdispersion=True)
    assert 1 <= same.dispersion < 1.3 < 2 < spread.dispersion
    assert (spread.areas["position"] == "inside").mean() > 0.9


def test_no_area_is_outside_a_funnel_in_which_nothing_happened():
    assert funnel([0, 0], [10, 400]).areas["position"].tolist() == ["inside"] * 2


def test_the_funnel_of_a_city_uses_the_effective_number_of_respondents():
    people = wijken()
    grid = estimate_grid(people, PLAY, ["2021"], {})
    table = estimate_funnel(grid)
    direct = grid.table[grid.table["area_level"] == "wijk"].set_index("area")
    effect = (direct["n"] / table.set_index("area")["effective_n"]).unique()
    kish = weight_report(people["weight"].to_numpy()).design_effect
    assert effect.max() - effect.min() < 1e-9
    assert effect[0] == pytest.approx(kish, rel=0.1)
    own = grid.table[grid.table["area_level"] == "city"].iloc[0]
    assert (table["target"] == own["value"]).all()


def test_comparable_wijken_are_near_in_every_characteristic_and_never_the_wijk_itself():
    rng = np.random.default_rng(9)
    figures = pd.DataFrame(rng.normal(size=(30, 3)), columns=list("abc")).add_prefix("f_")
    figures.index = [f"w{number}" for number in range(30)]
    figures.loc["w1", "f_a"] = np.nan
    table = comparable_neighbourhoods(figures, size=4)
    links = comparable_map(table)
    assert all(wijk not in others and len(others) == 4 for wijk, others in links.items())
    # Two of three characteristics is less than 80 %: this wijk is compared with none.
    assert "w1" not in links and "w1" not in set(table["comparable"])
    assert (table.groupby("area")["distance"].is_monotonic_increasing).all()
    spread = stats.median_abs_deviation(figures, scale="normal", nan_policy="omit")
    scaled = (figures / spread).drop(index="w1")
    apart = distance.squareform(distance.pdist(scaled) / np.sqrt(3))
    nearest = np.sort(apart, axis=1)[:, 1:5].ravel()
    # 1.4826 is the customary rounding of the constant, by 1.5e-6.
    np.testing.assert_allclose(table["distance"], nearest, rtol=2e-6)
    other = comparable_neighbourhoods(figures * 1000 + 5, size=4)
    pd.testing.assert_frame_equal(table, other)


def test_pooling_equal_estimates_finds_no_missing_information():
    found = pool([2.0, 2.0, 2.0], [0.5, 0.5, 0.5])
    assert (found.value, found.se, found.relative_increase, found.df) == (2.0, 0.5, 0.0, np.inf)
