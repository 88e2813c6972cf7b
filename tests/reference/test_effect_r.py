"""The effect evaluation gives what R's glm, sandwich, clubSandwich, survey and lme4 give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkkit.evaluation.effect.evaluate import benjamini_hochberg, holm
from wijkkit.evaluation.effect.fit import (
    Target,
    cr1_variance,
    cr2_variance,
    design_matrix,
    fit_target,
    linearised_variance,
    model_variance,
)
from wijkkit.evaluation.effect.hierarchical import linear_mixed, logistic_mixed
from wijkkit.evaluation.effect.sample import Sample, make_sample
from wijkkit.evaluation.effect.two_arms import change_test, cluster_changes

DATA = Path(__file__).resolve().parents[1] / "data" / "r"
#: Both sides solve the same equations to about 1e-8; R prints 15 digits.
EXACT = 1e-6


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(DATA / "effect_data.csv")


@pytest.fixture(scope="module")
def expected() -> dict[tuple[str, str], float]:
    table = pd.read_csv(DATA / "effect_reference.csv", dtype={"quantity": str})
    return {(row.model, row.quantity): row.value for row in table.itertuples()}


def sample(data: pd.DataFrame, outcome: str = "y", **more: object) -> Sample:
    given = {"covariates": data[["age"]], "binary": outcome == "y", **more}
    return make_sample(data[outcome], data["arm"], data["post"], data["cluster"], **given)


def check(expected: dict, model: str, tolerance: float = EXACT, **found: float) -> None:
    wanted = {quantity: expected[model, quantity] for quantity in found}
    assert found == pytest.approx(wanted, rel=tolerance)


def errors(target: Target, cluster: np.ndarray) -> dict[str, float]:
    fit, gradient = target.fit, target.gradient
    cr2, df = cr2_variance(fit, gradient, cluster)
    return {
        "estimate": target.estimate,
        "model_se": np.sqrt(model_variance(fit, gradient)),
        "cr1_se": np.sqrt(cr1_variance(fit, gradient, cluster)),
        "cr2_se": np.sqrt(cr2),
        "cr2_df": df,
    }


@pytest.mark.parametrize(
    ("model", "outcome", "scale"), [("logit", "y", "odds_ratio"), ("linear", "score", "score")]
)
def test_regression_with_model_based_cr1_and_cr2_errors(data, expected, model, outcome, scale):
    ours = sample(data, outcome)
    check(expected, model, **errors(fit_target(ours, scale), ours.cluster))


def test_triple_difference_with_model_based_cr1_and_cr2_errors(data, expected):
    ours = sample(data, group=data["low"])
    check(expected, "triple", **errors(fit_target(ours, "odds_ratio"), ours.cluster))


def test_weighted_least_squares_with_cr1_and_cr2_errors(data, expected):
    ours = sample(data, "score", weight=data["weight"])
    found = errors(fit_target(ours, "score"), ours.cluster)
    del found["model_se"]
    check(expected, "weighted_linear", **found)


def test_survey_weights_give_the_design_based_error_of_svyglm(data, expected):
    target = fit_target(sample(data, weight=data["weight"]), "odds_ratio")
    error = np.sqrt(linearised_variance(target.fit, target.gradient))
    check(expected, "svyglm", estimate=target.estimate, se=error)


def test_percentage_points_follow_from_standardisation_and_the_delta_method(data, expected):
    ours = sample(data)
    found = errors(fit_target(ours, "points"), ours.cluster)
    check(
        expected,
        "standardised",
        estimate=found["estimate"],
        model_se=found["model_se"],
        cr1_se=found["cr1_se"],
    )


def mixed(fit, ours: Sample):
    waves = len(ours.post)
    cell = ours.cluster * waves + ours.wave
    return fit(design_matrix(ours), ours.y, ours.weight, cell, waves)


def test_hierarchical_logistic_model_is_glmers_laplace_fit(data, expected):
    found = mixed(logistic_mixed, sample(data))
    error = float(np.sqrt(found.covariance[-1, -1]))
    # Two optimisers stop near the same optimum; estimates are less sensitive than deviations.
    check(expected, "glmer_0", 1e-3, estimate=found.beta[-1], se=error)
    cluster, cell = found.deviations
    check(expected, "glmer_0", 5e-3, sd_cluster=cluster, sd_cell=cell)
    # nAGQ = 1 also moves the fixed effects in the outer optimisation: close, not the same.
    check(expected, "glmer_1", 0.03, estimate=found.beta[-1], se=error)


def test_hierarchical_linear_model_is_lmers_restricted_likelihood(data, expected):
    found = mixed(linear_mixed, sample(data, "score"))
    error = float(np.sqrt(found.covariance[-1, -1]))
    check(expected, "lmer", 1e-3, estimate=found.beta[-1], se=error)
    cluster, cell = found.deviations
    check(expected, "lmer", 5e-3, sd_cluster=cluster, sd_cell=cell)


def test_cluster_period_means_are_a_t_test_on_changes(data, expected):
    ours = sample(data, "score", covariates=None)
    found = change_test(cluster_changes(ours, "score"), ours.treated, 0.95, (1.0, 1.0))
    check(expected, "cluster_period", estimate=found.estimate, p=found.p, lower=found.lower)


def test_adjusted_p_values_are_those_of_p_adjust(expected):
    p = [0.049, 0.2, 0.012, 0.6, 0.03]
    for name, adjust in (("holm", holm), ("bh", benjamini_hochberg)):
        wanted = [expected[name, str(i)] for i in range(1, 6)]
        assert adjust(p) == pytest.approx(wanted, rel=1e-12)
