"""The effect evaluation gives the published results of real data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkkit.evaluation.effect.did import did
from wijkkit.evaluation.effect.fit import cr1_variance, least_squares
from wijkkit.evaluation.effect.resampling import draws, wild_bootstrap


@pytest.fixture(scope="module")
def growth(shared_data: Path) -> pd.DataFrame:
    """Boys of 4 up to 12 in five regions, 1997 and 2009; the outcome is a BMI of 18 or more."""
    first = pd.read_csv(shared_data / "growth" / "boys7482.csv").assign(post=0)
    second = pd.read_csv(shared_data / "growth" / "fdgs.csv").assign(post=1)
    second = second[second["sex"] == "boy"]
    both = pd.concat([first, second], ignore_index=True)
    both["reg"] = both["reg"].str.lower()
    both = both[both["age"].between(4, 12, inclusive="left")].dropna(subset=["hgt", "wgt", "reg"])
    both["high"] = (both["wgt"] / (both["hgt"] / 100) ** 2 >= 18).astype(float)
    return both.reset_index(drop=True)


def growth_did(growth: pd.DataFrame, **more: object) -> pd.DataFrame:
    table = did(growth["high"], growth["reg"] == "city", growth["post"], growth["reg"], **more)
    return table.set_index(["method", "scale"])


def test_growth_study_gives_the_odds_ratio_of_r(growth):
    row = growth_did(growth, methods=["model_based"]).loc[("model_based", "odds_ratio")]
    # R's results are given to four decimals.
    assert row[["estimate", "lower", "upper"]].tolist() == pytest.approx(
        [0.9859, 0.6033, 1.6110], abs=5e-5
    )


def test_growth_study_gives_the_odds_ratio_of_r_with_age_as_covariate(growth):
    table = growth_did(growth, methods=["model_based"], covariates=growth[["age"]])
    row = table.loc[("model_based", "odds_ratio")]
    assert row[["estimate", "lower", "upper"]].tolist() == pytest.approx(
        [0.8409, 0.5070, 1.3947], abs=5e-5
    )


def test_growth_study_gives_the_linear_difference_of_r(growth):
    row = growth_did(growth, family="linear", methods=["model_based"]).loc[("model_based", "score")]
    # 0.00086 (SE 0.04290), both rounded; the t interval is 1.9609 standard errors wide.
    assert row["estimate"] == pytest.approx(0.00086, abs=5e-6)
    assert (row["upper"] - row["estimate"]) / 1.9609 == pytest.approx(0.04290, abs=5e-6)


def test_one_treated_area_leaves_no_test_that_can_reach_the_level(growth):
    table = growth_did(growth)
    refused = ["cr1", "cr2", "wild_rademacher", "wild_webb", "cluster_period", "hierarchical"]
    for method in refused:
        rows = table.loc[method]
        assert rows["reason"].eq("one_cluster_in_an_arm").all(), method
        assert rows[["estimate", "lower", "upper", "p"]].isna().all(axis=None), method
    exact = table.loc["randomisation"]
    assert exact["floor"].eq(0.2).all() and exact["p"].ge(0.2).all()


@pytest.fixture(scope="module")
def collapsed(shared_data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, outcome under the null of 0.04, and the eight clusters."""
    table = pd.read_csv(shared_data / "did" / "collapsed.csv")
    x = np.column_stack([np.ones(len(table)), table[["selfemployed", "post", "post_self"]]])
    y = (table["hasinsurance"] - 0.04 * table["post_self"]).to_numpy()
    return x, y, np.unique(table["year"], return_inverse=True)[1]


def test_collapsed_data_give_the_published_cluster_robust_t(collapsed):
    x, y, cluster = collapsed
    fit = least_squares(x, y, np.ones(len(y)))
    last = np.array([0.0, 0.0, 0.0, 1.0])
    t = fit.beta[-1] / np.sqrt(cr1_variance(fit, last, cluster))
    assert t == pytest.approx(2.0194, abs=5e-5)


def bootstrap(collapsed, kind: str, replications: int):
    x, y, cluster = collapsed
    weight = np.ones(len(y))
    drawn = draws(kind, 8, replications, 1)
    return wild_bootstrap(least_squares(x, y, weight), y, weight, cluster, drawn, 0.95)


def test_collapsed_data_give_the_published_webb_p_value(collapsed):
    # 0.0757 is from 10 million draws; 99,999 draws have a standard error of 0.0008.
    assert bootstrap(collapsed, "webb", 99_999).p == pytest.approx(0.0757, abs=0.0034)


def test_collapsed_data_give_the_enumerated_rademacher_p_value_with_ties_counted(collapsed):
    assert bootstrap(collapsed, "rademacher", 9_999).p == 0.078125


@pytest.mark.parametrize(("cluster", "error"), [("firm", 0.0506), ("year", 0.0334)])
def test_petersens_data_give_the_published_clustered_errors(shared_data, cluster, error):
    table = pd.read_csv(shared_data / "did" / "PetersenCL.csv")
    fit = least_squares(
        np.column_stack([np.ones(len(table)), table["x"]]),
        table["y"].to_numpy(),
        np.ones(len(table)),
    )
    codes = np.unique(table[cluster], return_inverse=True)[1]
    found = np.sqrt(cr1_variance(fit, np.array([0.0, 1.0]), codes))
    assert fit.beta[1] == pytest.approx(1.0348, abs=5e-5)
    assert found == pytest.approx(error, abs=5e-5)
