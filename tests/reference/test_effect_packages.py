"""Where the effect evaluation, statsmodels and pyfixest agree, and by what they differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from wijkkit.evaluation.effect.fit import cr1_variance, fit_target, model_variance
from wijkkit.evaluation.effect.sample import make_sample

DATA = Path(__file__).resolve().parents[1] / "data" / "r" / "effect_data.csv"
MODEL = "~ arm + post + effect + age"


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(DATA)


def ours(data: pd.DataFrame, outcome: str) -> dict[str, float]:
    sample = make_sample(
        data[outcome],
        data["arm"],
        data["post"],
        data["cluster"],
        covariates=data[["age"]],
        binary=outcome == "y",
    )
    target = fit_target(sample, "odds_ratio" if outcome == "y" else "score")
    return {
        "estimate": target.estimate,
        "model": float(np.sqrt(model_variance(target.fit, target.gradient))),
        "cr1": float(np.sqrt(cr1_variance(target.fit, target.gradient, sample.cluster))),
    }


def test_least_squares_is_that_of_both_packages(data):
    found = ours(data, "score")
    groups = {"groups": data["cluster"]}
    models = smf.ols("score" + MODEL, data).fit(cov_type="cluster", cov_kwds=groups)
    fixest = pf.feols("score" + MODEL, data, vcov={"CRV1": "cluster"})
    for estimate, error in (
        (models.params["effect"], models.bse["effect"]),
        (fixest.coef()["effect"], fixest.se()["effect"]),
    ):
        assert (found["estimate"], found["cr1"]) == pytest.approx((estimate, error), rel=1e-8)


def test_logistic_regression_is_that_of_statsmodels(data):
    found = ours(data, "y")
    models = smf.glm("y" + MODEL, data, family=sm.families.Binomial()).fit()
    wanted = models.params["effect"], models.bse["effect"]
    assert (found["estimate"], found["model"]) == pytest.approx(wanted, rel=1e-6)


def test_both_packages_widen_logistic_cluster_errors_for_coefficients_as_r_does_not(data):
    found = ours(data, "y")
    groups = {"groups": data["cluster"]}
    family = sm.families.Binomial()
    models = smf.glm("y" + MODEL, data, family=family).fit(cov_type="cluster", cov_kwds=groups)
    fixest = pf.feglm("y" + MODEL, data, family="logit", vcov={"CRV1": "cluster"})
    factor = np.sqrt((len(data) - 1) / (len(data) - 5))
    assert models.bse["effect"] / found["cr1"] == pytest.approx(factor, rel=1e-6)
    assert fixest.se()["effect"] / found["cr1"] == pytest.approx(factor, rel=1e-6)
