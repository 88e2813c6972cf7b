"""Survey estimates equal those of R's survey package, stored by tests/data/r/survey.R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.estimates import (
    change,
    compare,
    estimate_gap,
    survey_mean,
    survey_proportion,
    survey_quantile,
    survey_total,
)
from wijkkit.study.indicators import Indicator

YES = Indicator(label="Yes", function="f", columns={}, question_version="1", direction="higher")

DATA = Path(__file__).resolve().parents[1] / "data" / "r"

#: Closed forms on the same numbers: only rounding separates the two.
CLOSED = 1e-8
#: R fits the logit interval by iteration, which stops at this relative precision.
ITERATED = 1e-6

DESIGNS = {
    "weights": {},
    "strata": {"strata": "stratum"},
    "psu": {"psu": "psu"},
    "full": {"strata": "stratum", "psu": "psu"},
    "fpc": {"strata": "stratum", "psu": "psu", "fpc": "population"},
}

#: Cells in which R gives a standard error of zero; here it is absent, with this reason.
WITHOUT_INTERVAL = {"zero": "no_variation", "full": "no_variation", "single": "one_psu"}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(DATA / "survey_data.csv")


def stored(statistic: str) -> pd.DataFrame:
    table = pd.read_csv(DATA / "survey_results.csv", keep_default_na=True)
    return table[table["statistic"] == statistic].assign(group=lambda t: t["group"].fillna(""))


def estimated(call, design: str, people: pd.DataFrame, **options) -> pd.DataFrame:
    """All respondents together (group '') and each group."""
    options = {"weight": "weight", **DESIGNS[design], **options}
    whole = call(people, **options).assign(group="")
    return pd.concat([whole, call(people, by="group", **options)]).set_index("group")


def assert_equal(found: pd.DataFrame, expected: pd.DataFrame, columns, tolerance: float) -> None:
    assert len(expected) > 3
    for row in expected.itertuples():
        own, checked = found.loc[row.group], columns
        if row.se == 0:  # A stratum sampled whole: no interval instead of one without width.
            assert own["reason"] == "no_variation" and np.isnan(own["lower"])
            checked = ["value"]
        for column in checked:
            want = getattr(row, column)
            if not np.isnan(want):
                assert own[column] == pytest.approx(want, rel=tolerance), (row, column)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("method", ["logit", "beta", "xlogit", "mean"])
def test_proportions_equal_svyciprop(people, design, method):
    sample = people[people["lonely"] == 0]
    found = estimated(
        lambda frame, **o: survey_proportion(frame, "yes", method=method, **o), design, sample
    )
    expected = stored("proportion").query("design == @design and method == @method")
    regular = expected[~expected["group"].isin(list(WITHOUT_INTERVAL))]
    tolerance = ITERATED if method == "logit" else CLOSED
    assert_equal(found, regular, ["value", "se"], CLOSED)
    assert_equal(found, regular, ["lower", "upper"], tolerance)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_cell_in_which_r_has_no_error_has_a_value_and_no_interval(people, design):
    sample = people[people["lonely"] == 0]
    found = estimated(lambda f, **o: survey_proportion(f, "yes", **o), design, sample)
    for group, reason in WITHOUT_INTERVAL.items():
        assert found.loc[group, "reason"] == reason
        assert found.loc[group, "value"] == (0 if group == "zero" else 1)
        assert found.loc[group, ["se", "lower", "upper"]].isna().all()
    assert found.loc["missing", "reason"] == "empty"
    assert found.loc["missing", "missing"] == 12
    assert found.loc["missing", ["value", "se", "lower", "upper"]].isna().all()


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("statistic", "call"),
    [
        ("mean", lambda frame, **o: survey_mean(frame, "score", **o)),
        ("total", lambda frame, **o: survey_total(frame, "part", **o)),
        ("quantile0.1", lambda f, **o: survey_quantile(f, "part", probability=0.1, **o)),
        ("quantile0.5", lambda f, **o: survey_quantile(f, "part", probability=0.5, **o)),
        ("quantile0.8", lambda f, **o: survey_quantile(f, "part", probability=0.8, **o)),
    ],
)
def test_means_totals_and_quantiles_equal_r(people, design, statistic, call):
    found = estimated(call, design, people[people["lonely"] == 0])
    expected = stored(statistic).query("design == @design and group != 'single'")
    assert_equal(found, expected, ["value", "se", "lower", "upper"], CLOSED)


@pytest.mark.parametrize("policy", ["certainty", "adjust", "average"])
def test_a_stratum_with_one_unit_counts_as_its_policy_says(people, policy):
    found = estimated(
        lambda frame, **o: survey_mean(frame, "score", lonely_psu=policy, **o), "full", people
    )
    expected = stored("mean").query("design == 'lonely_' + @policy")
    for row in expected.itertuples():
        own = found.loc[row.group]
        want = [row.value, row.se, row.lower, row.upper]
        assert own[["value", "se", "lower", "upper"]].tolist() == pytest.approx(want, rel=CLOSED)


def test_by_default_a_stratum_with_one_unit_leaves_the_interval_out(people):
    found = estimated(lambda frame, **o: survey_mean(frame, "score", **o), "full", people)
    assert found.loc["g1", "reason"] == "lonely_psu"
    assert np.isnan(found.loc["g1", "se"]) and not np.isnan(found.loc["g1", "value"])
    assert found.loc["g2", "reason"] == "" and found.loc["g2", "se"] > 0


def test_changes_equal_svycontrast_and_svyglm(people):
    sample = people[people["lonely"] == 0]
    by = survey_proportion(
        sample, "yes", by=["group", "stratum"], weight="weight", strata="stratum", psu="psu"
    ).set_index(["group", "stratum"])
    for row in stored("change").itertuples():
        group, first, later = row.group.split("-")
        one, two = by.loc[(group, first)], by.loc[(group, later)]
        found = change(
            one["value"],
            one["se"],
            two["value"],
            two["se"],
            measure=row.method,
            df=one["df"] + two["df"],
        )
        tolerance = ITERATED if row.method == "odds_ratio" else CLOSED
        want = [row.value, row.lower, row.upper]
        assert [found.value, found.lower, found.upper] == pytest.approx(want, rel=tolerance)


@pytest.fixture(scope="module")
def city(people) -> pd.DataFrame:
    """The same sample as respondents of one wave; the groups are the wijken."""
    sample = people[people["lonely"] == 0]
    names = {"wave": "2018", "wijk": sample["group"], "district": "d", "arm": "none", "age": 5.0}
    return sample.assign(**names)


def standard_error(lower: float, upper: float, df: float) -> float:
    return (upper - lower) / 2 / stats.t.ppf(0.975, df)


@pytest.mark.parametrize("design", ["weights", "full"])
def test_an_area_against_the_city_counts_their_overlap_as_svycontrast(city, design):
    sample = city if design == "full" else city.drop(columns=["stratum", "psu"])
    table = compare(sample, {"yes": YES}, ["2018"]).set_index("area")
    for row in stored("against_all").query("design == @design").itertuples():
        own = table.loc[row.group]
        df = survey_mean(sample, "yes", by="group", **design_columns(design)).set_index("group")
        error = standard_error(own["lower"], own["upper"], df.loc[row.group, "df"])
        assert [own["difference"], error] == pytest.approx(
            [100 * row.value, 100 * row.se], rel=1e-8
        )


@pytest.mark.parametrize("design", ["weights", "full"])
def test_a_gap_between_groups_that_share_units_equals_svycontrast(city, design):
    sample = city if design == "full" else city.drop(columns=["stratum", "psu"])
    for row in stored("gap").query("design == @design").itertuples():
        ends = row.group.split("-")
        both = sample.assign(ses=sample["group"].where(sample["group"].isin(ends)))
        table = estimate_gap(both, {"yes": YES}, ["2018"], {"ses": ("ses", ends)})
        own = table[table["area_level"] == "city"].iloc[0]
        pair = both.assign(pair=both["ses"].notna())
        df = survey_mean(pair, "yes", by="pair", **design_columns(design)).set_index("pair")
        error = standard_error(own["lower"], own["upper"], df.loc[True, "df"])
        assert own["group"] == row.group
        assert [own["value"], error] == pytest.approx([100 * row.value, 100 * row.se], rel=1e-8)


def design_columns(design: str) -> dict[str, str]:
    return {"weight": "weight", **DESIGNS[design]}
