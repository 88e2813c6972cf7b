"""What must hold for any survey design."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkkit.errors import EstimationError
from wijkkit.estimates import survey_mean, survey_proportion


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


def test_a_grouping_without_any_group_is_refused():
    frame = pd.DataFrame({"y": [1.0, 0.0], "group": [None, None]})
    with pytest.raises(EstimationError, match="no respondent is in a group"):
        survey_mean(frame, "y", by="group")
