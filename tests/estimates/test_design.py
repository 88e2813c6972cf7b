"""What must hold for any survey design."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkkit.errors import EstimationError
from wijkkit.estimates import compare, survey_mean, survey_proportion
from wijkkit.study.indicators import Indicator


@st.composite
def samples(draw) -> pd.DataFrame:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 60))
    return pd.DataFrame(
        {
            "y": np.where(rng.random(n) < 0.1, np.nan, rng.random(n) < draw(st.floats(0, 1))),
            "weight": 10 ** rng.uniform(-2, 2, n),
            "stratum": rng.integers(0, draw(st.integers(1, 4)), n),
            "psu": rng.integers(0, draw(st.integers(1, 12)), n),
            "group": rng.choice(["a", "b", None], n),
        }
    )


@settings(max_examples=60, deadline=None)
@given(samples(), st.sampled_from(["logit", "beta", "mean"]), st.sampled_from(["stratum", None]))
def test_an_interval_holds_its_value_and_has_width_or_a_reason(frame, method, strata):
    frame.loc[0, "group"] = "a"
    options = {"by": "group", "weight": "weight", "strata": strata, "psu": "psu", "method": method}
    table = survey_proportion(frame, "y", **options)
    made = table["lower"].notna()
    assert (table.loc[made, "lower"] < table.loc[made, "value"]).all()
    assert (table.loc[made, "value"] < table.loc[made, "upper"]).all()
    assert (table["reason"].eq("") == made).all()
    assert (table["n"] + table["missing"]).sum() == frame["group"].notna().sum()
    assert table.loc[table["n"] == 0, "value"].isna().all()
    assert (table.loc[table["n"] <= 1, "reason"] != "").all()


@settings(max_examples=30, deadline=None)
@given(samples())
def test_more_confidence_gives_a_wider_interval_of_the_same_value(frame):
    narrow, wide = (survey_mean(frame, "y", weight="weight", confidence=c) for c in (0.9, 0.99))
    assert narrow["value"].equals(wide["value"])
    if narrow["lower"].notna().all():
        assert (wide["upper"] - wide["lower"] > narrow["upper"] - narrow["lower"]).all()


@pytest.mark.parametrize("fpc", [None, "schools"])
def test_a_stage_below_one_without_a_population_adds_no_variance(fpc):
    """As in R's survey: only what is drawn from a known population makes the next stage count."""
    rng = np.random.default_rng(5)
    school, room = np.repeat(np.arange(6), 8), np.repeat(np.arange(12), 4)
    frame = pd.DataFrame({"school": school, "room": room, "schools": 30.0, "rooms": 5.0})
    frame["y"] = rng.random(48)
    one = survey_mean(frame, "y", psu="school", fpc=fpc)
    two = survey_mean(frame, "y", psu=["school", "room"], fpc=fpc)
    assert two["se"].tolist() == one["se"].tolist()
    if fpc:
        both = survey_mean(frame, "y", psu=["school", "room"], fpc=["schools", "rooms"])
        assert (both["se"] > one["se"]).all()


def test_a_grouping_without_any_group_is_refused():
    frame = pd.DataFrame({"y": [1.0, 0.0], "group": [None, None]})
    with pytest.raises(EstimationError, match="no respondent is in a group"):
        survey_mean(frame, "y", by="group")


def test_a_lonely_stratum_averaged_makes_no_difference_wider_than_certainty_does():
    rng = np.random.default_rng(4)
    n = 400
    people = pd.DataFrame(
        {
            "wave": "2018", "district": "d", "arm": "none", "age": 6.0, "weight": 1.0,
            "wijk": np.where(np.arange(n) < 392, "a", "b"),
            "play": (rng.random(n) < 0.5).astype(float),
            "stratum": np.where(np.arange(n) < 1, "alone", np.where(np.arange(n) < 200, "x", "y")),
        }
    )  # fmt: skip
    play = Indicator(
        label="Play", function="f", columns={}, question_version="1", direction="higher"
    )
    widths = {}
    for policy in ("certainty", "adjust", "average"):
        table = compare(people, {"play": play}, ["2018"], lonely_psu=policy)
        row = table[table["area"].eq("a")].iloc[0]
        widths[policy] = row["upper"] - row["lower"]
    # Three strata stand in for two: a standard error goes up by no more than sqrt(3 / 2).
    assert widths["certainty"] <= widths["average"] <= widths["certainty"] * np.sqrt(1.5) * 1.01
    assert widths["adjust"] == pytest.approx(widths["certainty"], rel=0.1)


def test_a_column_name_that_is_there_twice_is_an_error_of_the_package():
    frame = pd.DataFrame([[1.0, 0.0, "a"]] * 3, columns=["y", "y", "g"])
    with pytest.raises(EstimationError, match="'y' is there more than once"):
        survey_mean(frame, "y")
    with pytest.raises(EstimationError, match="named twice"):
        survey_mean(frame.iloc[:, 1:], "y", by=["g", "g"])
