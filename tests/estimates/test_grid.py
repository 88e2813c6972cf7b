"""The grid of a whole city: the same numbers as one by one, and honest about what is absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wijkkit.errors import EstimationError
from wijkkit.estimates import (
    compare,
    estimate_change,
    estimate_gap,
    estimate_grid,
    survey_mean,
    survey_proportion,
)
from wijkkit.estimates.compare import compare_comparable
from wijkkit.estimates.design import made_once, once
from wijkkit.study.indicators import Indicator
from wijkkit.tables import ESTIMATE_COLUMNS, ESTIMATE_KEYS

WAVES = ["2018", "2021"]
SES = {"ses": ("ses", ["low", "high"])}


def indicator(**changes) -> Indicator:
    given = {"label": "x", "function": "f", "columns": {}, "question_version": "1"}
    return Indicator(**{**given, "direction": "higher", **changes})


INDICATORS = {
    "play": indicator(),
    "club": indicator(direction="lower", waves=("2021",), ages=(4, 12)),
    "points": indicator(unit="score"),
}


def city(n: int = 900, seed: int = 7, design: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    wijk = rng.choice(["aa", "bb", "cc", "dd"], n)
    frame = pd.DataFrame(
        {
            "wave": rng.choice(WAVES, n),
            "wijk": wijk,
            "district": np.where(wijk < "c", "north", "south"),
            "arm": pd.Series(wijk).map({"aa": "programme", "bb": "comparator"}).fillna("none"),
            "age": rng.uniform(0, 12, n),
            "weight": rng.lognormal(0, 1, n),
            "ses": rng.choice(["low", "high", None], n, p=[0.45, 0.45, 0.1]),
            "play": np.where(rng.random(n) < 0.05, np.nan, rng.random(n) < 0.4),
            "club": (rng.random(n) < 0.7).astype(float),
            "points": rng.normal(10, 4, n),
        }
    )
    if design:
        frame["stratum"] = wijk
        frame["psu"] = [f"{w}{k}" for w, k in zip(wijk, rng.integers(0, 25, n), strict=True)]
    return frame


def row(table: pd.DataFrame, **keys) -> pd.Series:
    chosen = {"group_by": "", "group": "all", **keys}
    found = table[np.logical_and.reduce([table[name] == value for name, value in chosen.items()])]
    assert len(found) == 1, f"{len(found)} rows for {chosen}"
    return found.iloc[0]


@pytest.mark.parametrize("design", [True, False])
def test_the_grid_gives_what_the_survey_functions_give_one_by_one(design):
    people = city(design=design)
    grid = estimate_grid(people, INDICATORS, WAVES, SES)
    options = {"weight": "weight", "strata": "wave"}
    if design:
        people["unit"] = people["wave"] + people["psu"]
        options = {"weight": "weight", "strata": ["wave", "stratum"], "psu": "unit"}
    by = ["wijk", "wave", "ses"]
    single = survey_proportion(people, "play", by=by, **options)
    mean = survey_mean(people, "points", by=by, **options)
    for expected, key, scale in ((single, "play", 100), (mean, "points", 1)):
        for want in expected.itertuples():
            keys = {"group_by": "ses", "group": want.ses, "wave": want.wave, "area": want.wijk}
            own = row(grid.table, indicator=key, area_level="wijk", **keys)
            numbers = scale * np.array([want.value, want.lower, want.upper])
            np.testing.assert_allclose(
                own[["value", "lower", "upper"]].astype(float), numbers, rtol=1e-10
            )
            assert own["n"] == want.n


def test_a_known_number_of_units_in_the_population_narrows_the_grid_as_it_does_one_by_one():
    people = city()
    people["unit"] = people["wave"] + people["psu"]
    late = people["wave"] == "2021"
    people["fpc"] = np.where(late, 40.0, np.nan)
    grid = estimate_grid(people, INDICATORS, WAVES, {}).table
    options = {"weight": "weight", "strata": "stratum", "psu": "unit", "by": "wijk"}
    for wave, fpc in (("2018", None), ("2021", "fpc")):
        alone = people[people["wave"] == wave]
        for want in survey_proportion(alone, "play", fpc=fpc, **options).itertuples():
            own = row(grid, indicator="play", area_level="wijk", area=want.wijk, wave=wave)
            limits = own[["lower", "upper"]].astype(float)
            np.testing.assert_allclose(limits, [100 * want.lower, 100 * want.upper], rtol=1e-10)


def test_the_tables_have_the_agreed_columns_and_one_row_per_number():
    grid = estimate_grid(city(), INDICATORS, WAVES, SES)
    assert tuple(grid.table.columns) == ESTIMATE_COLUMNS
    assert not grid.table.duplicated(list(ESTIMATE_KEYS)).any()
    for other in (grid.counts, grid.precision):
        pd.testing.assert_frame_equal(other[list(ESTIMATE_KEYS)], grid.table[list(ESTIMATE_KEYS)])
    assert set(grid.table["area_level"]) == {"wijk", "gebied", "arm", "city"}
    assert set(grid.table.loc[grid.table["area_level"] == "arm", "area"]) == {
        "programme",
        "comparator",
    }
    # 4 wijken, 2 gebieden, 2 arms and the city; everybody and two groups; 2 waves.
    assert len(grid.table) == 3 * (4 + 2 + 2 + 1) * 3 * 2


def test_counts_are_unweighted_and_a_score_has_no_numerator():
    people = city()
    grid = estimate_grid(people, INDICATORS, WAVES, SES)
    first = people[people["wave"] == "2018"]
    own = row(grid.counts, indicator="play", area="city", area_level="city", wave="2018")
    assert own[["x", "n"]].tolist() == [first["play"].sum(), first["play"].notna().sum()]
    assert grid.counts.loc[grid.counts["indicator"] == "points", "x"].isna().all()


def test_a_wave_without_the_question_is_not_asked_and_never_zero():
    grid = estimate_grid(city(), INDICATORS, WAVES, SES)
    rows = grid.table.query("indicator == 'club' and wave == '2018'")
    assert set(rows["status"]) == {"not_asked"}
    assert rows[["value", "lower", "upper", "n"]].isna().all(axis=None)
    counts = grid.counts.query("indicator == 'club' and wave == '2018'")
    assert counts[["x", "n"]].isna().all(axis=None)


def test_an_age_group_without_the_question_is_not_asked_in_every_wijk():
    people = city()
    people["ages"] = np.where(people["age"] < 4, "0-3", "4-11")
    grid = estimate_grid(people, INDICATORS, WAVES, {"ages": ("ages", ["0-3", "4-11"])})
    rows = grid.table.query("indicator == 'club' and wave == '2021' and group_by == 'ages'")
    assert set(rows.loc[rows["group"] == "0-3", "status"]) == {"not_asked"}
    assert set(rows.loc[rows["group"] == "4-11", "status"]) == {"ok"}
    everybody = row(grid.table, indicator="club", area="city", area_level="city", wave="2021")
    old = people.query("wave == '2021' and age >= 4")
    assert everybody["n"] == old["club"].notna().sum()


def test_a_cell_in_which_nobody_answered_is_missing():
    people = city()
    people.loc[people["wijk"] == "bb", "play"] = np.nan
    grid = estimate_grid(people, INDICATORS, WAVES, SES)
    own = row(grid.table, indicator="play", area="bb", area_level="wijk", wave="2018")
    assert own["status"] == "missing" and np.isnan(own["value"])
    counts = row(grid.counts, indicator="play", area="bb", area_level="wijk", wave="2018")
    assert counts["n"] == 0


def test_a_wijk_without_respondents_is_missing_when_the_wijken_are_given():
    areas = pd.DataFrame(
        {"wijk": ["aa", "bb", "cc", "dd", "ee"], "district": "north", "arm": "none"}
    )
    grid = estimate_grid(city(), INDICATORS, WAVES, {}, areas=areas)
    own = row(grid.table, indicator="play", area="ee", area_level="wijk", wave="2021")
    assert own["status"] == "missing"


def test_full_zero_and_single_cells_have_a_value_and_a_reason_instead_of_an_interval():
    people = city(design=False)
    people.loc[people["wijk"] == "aa", "play"] = 0.0
    people.loc[people["wijk"] == "bb", "play"] = 1.0
    others = people[people["wijk"] != "cc"]
    one = people[(people["wijk"] == "cc") & (people["wave"] == "2018")].head(1)
    grid = estimate_grid(pd.concat([others, one.assign(play=1.0)]), INDICATORS, WAVES, {})
    for area, value, reason in (
        ("aa", 0, "no_variation"),
        ("bb", 100, "no_variation"),
        ("cc", 100, "one_psu"),
    ):
        own = row(grid.table, indicator="play", area=area, area_level="wijk", wave="2018")
        assert (own["value"], own["method"]) == (value, f"no_interval:{reason}")
        assert np.isnan(own["lower"]) and np.isnan(own["upper"])


def test_neither_the_order_of_rows_nor_the_scale_of_weights_changes_a_number():
    people = city()
    grid = estimate_grid(people, INDICATORS, WAVES, SES).table
    shuffled = people.sample(frac=1, random_state=1).assign(weight=lambda t: t["weight"] * 1e4)
    again = estimate_grid(shuffled, INDICATORS, WAVES, SES).table
    pd.testing.assert_frame_equal(grid, again, rtol=1e-9)


def test_a_weighted_estimate_has_a_wider_interval_than_an_unweighted_one():
    people = city(design=False)
    weighted = estimate_grid(people, INDICATORS, WAVES, {}).table
    plain = estimate_grid(people.assign(weight=1.0), INDICATORS, WAVES, {}).table
    keys = {"indicator": "play", "area": "city", "area_level": "city", "wave": "2018"}
    width = [row(t, **keys)["upper"] - row(t, **keys)["lower"] for t in (weighted, plain)]
    assert width[0] > 1.3 * width[1]


def test_the_input_is_left_as_it_was():
    people = city()
    before = people.copy(deep=True)
    estimate_grid(people, INDICATORS, WAVES, SES)
    estimate_gap(people, INDICATORS, WAVES, SES)
    pd.testing.assert_frame_equal(people, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(wave="2016"), "wave that is not listed.*2016"),
        (lambda t: t.assign(ses="rich"), "ses that is not listed.*rich"),
        (
            lambda t: t.drop(columns=["weight", "play"]),
            "'weight' is missing(.|\n)*'play' is missing",
        ),
        (lambda t: t.drop(columns=["arm", "ses"]), "'arm' is missing(.|\n)*'ses' is missing"),
        (lambda t: t.assign(weight=0.0), "not a positive number"),
        (lambda t: t.assign(weight=np.nan), "missing values"),
        (lambda t: t.assign(play=3.0), "not a 0/1 outcome.*found 3"),
    ],
)
def test_respondents_that_do_not_fit_are_refused_with_a_reason(change, message):
    with pytest.raises(EstimationError, match=message):
        estimate_grid(change(city()), INDICATORS, WAVES, SES)


@pytest.mark.parametrize("options", [{"method": "wald"}, {"confidence": 95}, {"lonely_psu": "ok"}])
def test_unknown_choices_are_refused(options):
    with pytest.raises(EstimationError):
        estimate_grid(city(60), INDICATORS, WAVES, {}, **options)


def test_a_change_starts_at_the_first_wave_that_asked():
    waves = ["2014", *WAVES]
    people = pd.concat([city(), city(seed=8).assign(wave="2014")])
    late = {"late": indicator(waves=("2018", "2021")), "play": indicator()}
    people["late"] = people["club"]
    table = estimate_change(estimate_grid(people, late, waves, {}))
    assert set(table.query("indicator == 'late'")["wave"]) == {"2018-2021"}
    assert set(table.query("indicator == 'play'")["wave"]) == {"2014-2018", "2014-2021"}


def test_a_change_is_the_difference_of_the_two_waves():
    grid = estimate_grid(city(), INDICATORS, WAVES, SES)
    table = estimate_change(grid)
    keys = {"indicator": "play", "area": "aa", "area_level": "wijk"}
    first, last = (row(grid.table, wave=wave, **keys) for wave in WAVES)
    own = row(table, wave="2018-2021", unit="points", **keys)
    assert own["value"] == pytest.approx(last["value"] - first["value"])
    assert own["lower"] < own["value"] < own["upper"]
    odds = row(table, wave="2018-2021", unit="odds_ratio", **keys)
    p, q = first["value"] / 100, last["value"] / 100
    assert odds["value"] == pytest.approx(q / (1 - q) / (p / (1 - p)))
    assert set(table.query("indicator == 'points'")["unit"]) == {"score"}


def test_a_change_of_a_zero_cell_has_points_without_interval_and_no_ratio():
    people = city(design=False)
    people.loc[(people["wijk"] == "aa") & (people["wave"] == "2018"), "play"] = 0.0
    table = estimate_change(estimate_grid(people, INDICATORS, WAVES, {}))
    keys = {"indicator": "play", "area": "aa", "area_level": "wijk", "wave": "2018-2021"}
    points = row(table, unit="points", **keys)
    assert points["value"] > 0 and np.isnan(points["lower"])
    assert points["method"] == "no_interval:one_side"
    assert row(table, unit="ratio", **keys)["status"] == "missing"


def test_a_gap_is_the_first_group_minus_the_last_and_its_change_their_difference():
    grid = estimate_grid(city(), INDICATORS, WAVES, SES).table
    table = estimate_gap(city(), INDICATORS, WAVES, SES)
    gaps = []
    for wave in WAVES:
        keys = {"indicator": "play", "area": "cc", "area_level": "wijk", "wave": wave}
        low, high = (row(grid, group_by="ses", group=g, **keys) for g in ("low", "high"))
        own = row(table, group_by="ses", group="low-high", **keys)
        assert own["value"] == pytest.approx(low["value"] - high["value"])
        assert own["n"] == min(low["n"], high["n"])
        gaps.append(own["value"])
    keys = {"indicator": "play", "area": "cc", "area_level": "wijk", "wave": "2018-2021"}
    own = row(table, group_by="ses", group="low-high", **keys)
    assert own["value"] == pytest.approx(gaps[1] - gaps[0])
    assert own["unit"] == "points"


def test_a_gap_of_a_group_that_was_not_asked_or_is_absent_says_so():
    people = city()
    people.loc[people["wijk"] == "aa", "ses"] = "low"
    table = estimate_gap(people, INDICATORS, WAVES, SES)
    keys = {"area": "aa", "area_level": "wijk", "group_by": "ses", "group": "low-high"}
    assert row(table, indicator="play", wave="2018", **keys)["status"] == "missing"
    assert row(table, indicator="club", wave="2018", **keys)["status"] == "not_asked"


def test_a_verdict_follows_the_direction_of_the_indicator():
    people = city(2000, design=False)
    mine = people["wijk"] == "aa"
    for key in ("play", "club"):
        people.loc[mine, key] = (np.arange(mine.sum()) % 10 < 9).astype(float)
    table = compare(people, INDICATORS, WAVES)
    own = table.query("area == 'aa' and wave == '2021'").set_index("indicator")
    assert own.loc["play", "verdict"] == "better"
    assert own.loc["club", "verdict"] == "worse"
    assert own.loc["play", "lower"] > 0
    asked = table.query("area == 'aa' and wave == '2018' and indicator == 'club'").iloc[0]
    assert asked["verdict"] == "unknown" and np.isnan(asked["difference"])


def test_an_area_that_is_the_whole_city_cannot_be_held_against_it():
    people = city(300, design=False).assign(district="north")
    table = compare(people, {"play": indicator()}, WAVES)
    assert set(table.query("area == 'north'")["verdict"]) == {"unknown"}


def test_comparable_wijken_count_equally_and_two_are_needed():
    grid = estimate_grid(city(design=False), INDICATORS, WAVES, {})
    table = compare_comparable(grid, INDICATORS, {"aa": ["bb", "cc", "dd"], "bb": ["cc"]})
    keys = {"indicator": "play", "area_level": "wijk", "wave": "2018"}
    values = {
        area: row(grid.table, area=area, **keys)["value"] for area in ("aa", "bb", "cc", "dd")
    }
    own = table.query("area == 'aa' and indicator == 'play' and wave == '2018'").iloc[0]
    mean = (values["bb"] + values["cc"] + values["dd"]) / 3
    assert own["difference"] == pytest.approx(values["aa"] - mean)
    assert set(table.query("area == 'bb'")["verdict"]) == {"unknown"}


def test_a_comparable_wijk_in_which_nobody_has_it_is_not_left_out_of_the_reference():
    people = city(design=False)
    people.loc[people["wijk"] == "bb", "play"] = 0.0
    grid = estimate_grid(people, INDICATORS, WAVES, {})
    table = compare_comparable(grid, INDICATORS, {"aa": ["bb", "cc", "dd"]})
    own = table.query("indicator == 'play'")
    assert own["verdict"].eq("unknown").all() and own["difference"].isna().all()
    assert table.query("indicator == 'points'")["verdict"].ne("unknown").all()


def test_what_estimates_share_is_made_once_and_only_for_the_same_table():
    calls = []

    @once
    def made(table, *, level="a"):
        calls.append(level)
        return len(table)

    one, other = pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [1, 2]})
    with made_once():
        assert [made(one), made(one), made(other), made(one, level="b")] == [1, 1, 2, 1]
        for size in range(3, 9):  # Tables that are gone leave no number behind.
            assert made(pd.DataFrame({"x": range(size)})) == size
    assert calls == ["a", "a", "b", *["a"] * 6]
    assert made(one) == made(one) == 1 and len(calls) == 11
