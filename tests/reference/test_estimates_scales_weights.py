"""Scales, pooling and weighting equal R's psych, mice and survey (tests/data/r)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkkit.estimates import pool, poststratify, rake, scale_reliability, survey_mean

DATA = Path(__file__).resolve().parents[1] / "data" / "r"
CLOSED = 1e-8


@pytest.fixture(scope="module")
def expected():
    table = pd.read_csv(DATA / "scales_weights_results.csv").set_index(["statistic", "name"])
    return lambda statistic, name: float(table.loc[(statistic, str(name)), "value"])


def test_alpha_and_its_parts_equal_psych(expected):
    found = scale_reliability(pd.read_csv(DATA / "items.csv"))
    assert (found.n, found.missing) == (58, 2)
    assert found.alpha == pytest.approx(expected("alpha", "raw"), rel=CLOSED)
    assert found.lower == pytest.approx(expected("alpha", "lower"), rel=CLOSED)
    assert found.upper == pytest.approx(expected("alpha", "upper"), rel=CLOSED)


def test_omega_equals_psych(expected):
    found = scale_reliability(pd.read_csv(DATA / "items.csv"))
    # Both minimise the same residuals, each with its own stopping rule.
    assert found.omega == pytest.approx(expected("omega", "total"), rel=1e-4)


@pytest.mark.parametrize(("n", "label"), [(100, "pool_100"), (10**9, "pool_1e+09")])
def test_pooling_equals_mice(expected, n, label):
    found = pool(
        [0.21, 0.25, 0.19, 0.28, 0.22], [0.03, 0.035, 0.028, 0.033, 0.03], complete_df=n - 1
    )
    ours = {
        "qbar": found.value,
        "ubar": found.within,
        "b": found.between,
        "t": found.se**2,
        "df": found.df,
        "r": found.relative_increase,
        "fmi": found.fraction_missing,
    }
    for name, value in ours.items():
        assert value == pytest.approx(expected(label, name), rel=CLOSED), name


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    table = pd.read_csv(DATA / "survey_data.csv")
    regular = (table["lonely"] == 0) & table["group"].str.fullmatch("g[1-5]")
    return table[regular & table["score"].notna()].reset_index(drop=True)


GROUPS = {"g1": 900, "g2": 1100, "g3": 1000, "g4": 1200, "g5": 800}
STRATA = {"a": 1000, "b": 1500, "c": 1300, "d": 1200}


@pytest.mark.parametrize("method", ["poststratify", "rake"])
def test_weights_and_the_errors_of_weighted_means_equal_survey(expected, sample, method):
    if method == "rake":
        weights = rake(
            sample, {"group": GROUPS, "stratum": STRATA}, weight="weight", tolerance=1e-13
        )
    else:
        weights = poststratify(sample, "group", GROUPS, weight="weight")
    for row in (1, 50, 200, 350):
        want = expected(f"{method}_weight", row)
        assert weights.weight[row - 1] == pytest.approx(want, rel=CLOSED)
    options = {"weight": weights, "strata": "stratum", "psu": "psu"}
    whole = survey_mean(sample, "score", **options).iloc[0]
    part = survey_mean(sample, "score", by="stratum", **options).set_index("stratum").loc["a"]
    assert whole["value"] == pytest.approx(expected(method, "mean"), rel=CLOSED)
    assert whole["se"] == pytest.approx(expected(method, "se"), rel=CLOSED)
    assert part["value"] == pytest.approx(expected(method, "mean_a"), rel=CLOSED)
    assert part["se"] == pytest.approx(expected(method, "se_a"), rel=CLOSED)
    np.testing.assert_allclose(weights.targets["after"], weights.targets["population"], rtol=1e-9)
