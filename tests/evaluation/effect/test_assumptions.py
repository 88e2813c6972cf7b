"""The checks of assumptions see what they are for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from wijkkit.evaluation.effect.assumptions import ASSUMPTION_COLUMNS, assumption_table


def check(study, respondents, outcome: str, name: str) -> pd.DataFrame:
    table = assumption_table(study, respondents, (outcome,))
    assert list(table) == list(ASSUMPTION_COLUMNS)
    return table[table["check"] == name].set_index("item")


@pytest.fixture
def table(respondents) -> pd.DataFrame:
    """Many respondents: chance is small against what the tests build in."""
    rng = np.random.default_rng(3)
    rows = pd.concat([respondents] * 10, ignore_index=True)
    return rows.assign(
        age=rng.uniform(4, 12, len(rows)), score=rng.normal(10, 1, len(rows)), play=np.nan
    )


def in_cell(table: pd.DataFrame, wave: str, arm: str = "programme") -> pd.Series:
    return (table["arm"] == arm) & (table["wave"] == wave)


def test_a_trend_before_the_start_shows_and_widens_the_bounds(make_study, table):
    study = make_study(family=("score",))
    table["score"] += 1.0 * in_cell(table, "w18") + 2.0 * in_cell(table, "w21")
    trend = check(study, table, "score", "pre_trend").loc["w14-w18"]
    assert trend["estimate"] == pytest.approx(1, abs=0.2) and trend["p"] < 0.05
    bounds = check(study, table, "score", "bounds")
    # A continuing trend of one point explains the whole change of one point.
    assert bounds.loc["1", "lower"] < 0.15 and bounds.loc["0.5", "lower"] > 0.15


def test_without_an_earlier_wave_that_is_said(make_study, respondents):
    found = check(make_study(), respondents, "strain", "pre_trend")
    assert found["reason"].tolist() == ["no_earlier_wave"]
    assert "bounds" not in set(assumption_table(make_study(), respondents, ("strain",))["check"])


def test_a_change_in_who_took_part_shows_and_is_undone_by_reweighting(make_study, table):
    study = make_study(family=("score",), covariates=("sex",))
    rng = np.random.default_rng(4)
    table["sex"] = np.where(rng.random(len(table)) < 0.5, "girl", "boy")
    shifted = in_cell(table, "w21")
    table.loc[shifted, "sex"] = np.where(rng.random(shifted.sum()) < 0.9, "girl", "boy")
    table["score"] += 2.0 * (table["sex"] == "girl")
    shift = check(study, table, "score", "composition").loc["sex=girl"]
    assert shift["p"] < 0.05 and shift["scale"] == "sd" and shift["estimate"] > 0.6
    crude = assumption_table(make_study(family=("score",)), table, ("score",))
    crude = crude[crude["item"] == "complete_cases"]["estimate"].iloc[0]
    reweighted = check(study, table, "score", "reweighted").loc["covariates", "estimate"]
    assert crude > 0.5 and abs(reweighted) < 0.15


def test_missing_outcomes_that_depend_on_a_covariate_are_made_up_for(make_study, table):
    study = make_study(family=("score",), covariates=("sex",), imputations=5)
    girl = table["sex"] == "girl"
    full = table.assign(score=table["score"] + 3.0 * girl)
    rng = np.random.default_rng(5)
    gone = in_cell(table, "w21") & girl & (rng.random(len(table)) < 0.6)
    gappy = full.assign(score=full["score"].mask(gone))
    without_covariate = assumption_table(make_study(family=("score",)), gappy, ("score",))
    biased = without_covariate.set_index("item").loc["complete_cases", "estimate"]
    assert biased < -0.4
    found = check(study, gappy, "score", "missing")
    for item in ("inverse_probability", "multiple_imputation"):
        assert abs(found.loc[item, "estimate"]) < 0.15, item
    assert found.loc["multiple_imputation", "n"] > found.loc["complete_cases", "n"]


def test_imputed_shares_stay_the_same_where_answers_are_missing_by_chance(make_study, respondents):
    study = make_study(family=("play",), imputations=40)
    found = check(study, respondents, "play", "missing")
    complete, imputed = found.loc["complete_cases"], found.loc["multiple_imputation"]
    assert imputed["estimate"] == pytest.approx(complete["estimate"], abs=3)
    assert found.loc["unit_nonresponse", "reason"] == "no_respondents_known"


def test_contamination_divides_the_effect_by_the_share_that_was_not_reached(
    make_study, respondents
):
    study = make_study(family=("strain",), contamination=(0.0, 0.5))
    found = check(study, respondents, "strain", "contamination")
    numbers = ["estimate", "lower", "upper"]
    assert found.loc["0.5", numbers].tolist() == pytest.approx(
        (2 * found.loc["0", numbers]).tolist()
    )
    assert found["p"].nunique() == 1
    with pytest.raises(ValidationError, match="less than 1"):
        make_study(contamination=(1.0,))


def test_leaving_out_the_wijk_that_carries_the_effect_takes_it_away(make_study, table):
    study = make_study(family=("score",))
    table["score"] += 6.0 * (in_cell(table, "w21") & (table["wijk"] == "wijk-1"))
    found = check(study, table, "score", "leave_one_out")
    assert set(found.index) == {*(f"wijk-{i}" for i in range(6)), "p0", "p1", "p2"}
    assert abs(found.loc["wijk-1", "estimate"]) < 0.2 and abs(found.loc["p1", "estimate"]) < 0.2
    others = found.drop(index=["wijk-1", "p1"])
    assert others["estimate"].gt(1.5).all()


def test_a_wijk_that_joined_later_cannot_be_left_out(make_study, table):
    late = table[table["wijk"].ne("wijk-1") | table["wave"].eq("w21")]
    found = check(make_study(family=("score",)), late, "score", "leave_one_out")
    assert set(found.index) == {*(f"wijk-{i}" for i in range(6)), "p0", "p1", "p2"} - {"wijk-1"}


def test_without_covariates_composition_cannot_be_judged(make_study, respondents):
    found = check(make_study(), respondents, "strain", "composition")
    assert found["reason"].tolist() == ["no_covariates"]
