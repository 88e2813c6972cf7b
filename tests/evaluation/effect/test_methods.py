"""The methods of inference: floors, refusals, and agreement with each other."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.did import DID_COLUMNS, METHODS, did
from wijkkit.evaluation.effect.fit import (
    _adjusted,
    _pseudo_root,
    fitted,
    least_squares,
    logistic,
)
from wijkkit.evaluation.effect.resampling import draws, randomisation_test, wild_bootstrap
from wijkkit.evaluation.effect.sample import NotEstimable, make_sample
from wijkkit.study.settings import EvaluationSettings

FAST = EvaluationSettings(replications=399)


def cross_sections(seed: int, clusters: int = 6, per_cell: int = 30, effect: float = 0.0):
    """Arrays of two waves in clusters, half of them treated."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), 2 * per_cell)
    post = np.tile(np.repeat([0, 1], per_cell), clusters)
    treated = cluster % 2 == 0
    y = (rng.random(len(cluster)) < 0.4 + effect * treated * post).astype(float)
    return y, treated, post, cluster


def rows(table: pd.DataFrame, method: str) -> pd.DataFrame:
    return table[table["method"] == method].set_index("scale")


def test_floors_of_three_pairs_are_those_of_the_design():
    y, treated, post, cluster = cross_sections(1)
    table = did(y, treated, post, cluster, pair=cluster // 2, settings=EvaluationSettings())
    floors = table.drop_duplicates("method").set_index("method")["floor"]
    assert floors["randomisation_paired"] == 0.25
    assert floors["randomisation"] == 0.10
    assert floors["wild_rademacher"] == 1 / 32
    assert floors["wild_webb"] == 1 / 10_000
    assert floors[["model_based", "cr1", "cr2", "cluster_period", "hierarchical"]].isna().all()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), effect=st.sampled_from([0.0, 0.55]))
def test_no_p_value_lies_below_its_floor(seed, effect):
    y, treated, post, cluster = cross_sections(seed, effect=effect)
    methods = ["wild_rademacher", "wild_webb", "randomisation", "randomisation_paired"]
    table = did(y, treated, post, cluster, pair=cluster // 2, methods=methods, settings=FAST)
    shown = table[table["status"] == "ok"]
    assert len(shown) and shown["p"].ge(shown["floor"] - 1e-12).all()
    assert shown["p"].le(1).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
@example(seed=1241)  # the p-value rises again beyond the estimate
def test_an_interval_excludes_no_effect_exactly_when_the_test_rejects(seed):
    effect = 0.3 if seed % 2 else 0.0
    y, treated, post, cluster = cross_sections(seed, effect=effect)
    table = did(y, treated, post, cluster, settings=FAST)
    table = table[table["status"] == "ok"]
    nothing = np.where(table["scale"] == "odds_ratio", 1.0, 0.0)
    excluded = (table["lower"] > nothing) | (table["upper"] < nothing)
    assert excluded.eq(table["p"] <= 0.05).all()


def test_a_test_that_cannot_reach_the_level_has_an_unbounded_interval_and_says_why():
    y, treated, post, cluster = cross_sections(2)
    found = rows(did(y, treated, post, cluster, methods=["randomisation"]), "randomisation")
    assert found["lower"].tolist() == [0.0, -np.inf]
    assert found["upper"].tolist() == [np.inf, np.inf]
    assert found["reason"].tolist() == ["floor", "floor"]


def test_without_covariates_percentage_points_are_the_difference_of_differences():
    y, treated, post, cluster = cross_sections(3, effect=0.2)
    table = did(y, treated, post, cluster, settings=FAST)
    cells = pd.Series(y).groupby([treated, post]).mean()
    raw = 100 * (cells[True, 1] - cells[True, 0] - cells[False, 1] + cells[False, 0])
    points = table[(table["scale"] == "points") & (table["status"] == "ok")]
    # Clusters are of one size, so every method estimates the same difference.
    assert points["estimate"].tolist() == pytest.approx([raw] * len(points), abs=1e-6)


def test_triple_difference_is_the_difference_between_the_groups_effects():
    y, treated, post, cluster = cross_sections(4, per_cell=60)
    group = (np.arange(len(y)) % 3 == 0).astype(float)
    methods = ["model_based"]
    parts = [
        did(*(a[group == g] for a in (y, treated, post, cluster)), methods=methods) for g in (1, 0)
    ]
    triple = did(y, treated, post, cluster, group=group, methods=methods)
    ratio, points = triple["estimate"]
    assert ratio == pytest.approx(parts[0]["estimate"][0] / parts[1]["estimate"][0], rel=1e-8)
    assert points == pytest.approx(parts[0]["estimate"][1] - parts[1]["estimate"][1], abs=1e-8)
    assert triple["contrast"].eq("ddd").all()


def test_more_waves_compare_the_mean_after_with_the_mean_before():
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(6), 120)
    wave = np.tile(np.repeat([0, 1, 2, 3], 30), 6)
    y = rng.normal(size=720)
    table = did(
        y, cluster < 3, wave >= 2, cluster, wave=wave, family="linear", methods=["cluster_period"]
    )
    mean = pd.Series(y).groupby([cluster, wave]).mean().unstack()
    change = mean[[2, 3]].mean(axis=1) - mean[[0, 1]].mean(axis=1)
    assert table["estimate"][0] == pytest.approx(change[:3].mean() - change[3:].mean())


def test_of_a_score_the_model_based_interval_is_that_of_four_means():
    rng = np.random.default_rng(7)
    cluster = np.repeat(np.arange(4), [5, 6, 4, 7])
    y, post = rng.normal(size=22), np.arange(22) % 2
    row = did(y, cluster < 2, post, cluster, family="linear", methods=["model_based"]).iloc[0]
    cells = pd.Series(y).groupby([cluster < 2, post])
    error = np.sqrt((cells.var() * (cells.size() - 1)).sum() / 18 * (1 / cells.size()).sum())
    mean = cells.mean()
    value = mean[True, 1] - mean[True, 0] - mean[False, 1] + mean[False, 0]
    half = stats.t.ppf(0.975, 18) * error
    assert row[["estimate", "lower", "upper"]].tolist() == pytest.approx(
        [value, value - half, value + half]
    )
    assert row["p"] == pytest.approx(2 * stats.t.sf(abs(value) / error, 18))


def test_a_panel_counts_respondents_once_in_the_model_based_error():
    rng = np.random.default_rng(6)
    unit = np.tile(np.arange(200), 2)
    post = np.repeat([0, 1], 200)
    level = rng.normal(0, 3, 200)
    y = np.tile(level, 2) + rng.normal(0, 0.5, 400)
    cluster = unit % 6
    same = {"family": "linear", "methods": ["model_based"]}
    panel = did(y, cluster < 3, post, cluster, unit=unit, **same)
    separate = did(y, cluster < 3, post, cluster, **same)
    assert panel["estimate"][0] == pytest.approx(separate["estimate"][0])
    width = (panel["upper"] - panel["lower"])[0]
    assert width < 0.4 * (separate["upper"] - separate["lower"])[0]


def test_one_treated_cluster_refuses_what_needs_its_variance():
    y, _treated, post, cluster = cross_sections(7, clusters=5)
    table = did(y, cluster == 0, post, cluster, settings=FAST)
    by = table.drop_duplicates("method").set_index("method")
    assert by.loc["model_based", "status"] == "ok"
    assert by.loc["randomisation", ["status", "floor"]].tolist() == ["ok", 0.2]
    for method in ("cr1", "cr2", "wild_rademacher", "wild_webb", "cluster_period", "hierarchical"):
        assert by.loc[method, ["status", "reason"]].tolist() == [
            "too_few",
            "one_cluster_in_an_arm",
        ]


def test_separated_data_have_a_reason_instead_of_an_odds_ratio():
    y, treated, post, cluster = cross_sections(8)
    y[treated & (post == 1)] = 0.0
    found = rows(did(y, treated, post, cluster, methods=["model_based", "cr2"]), "model_based")
    assert found["reason"].tolist() == ["separation", "separation"]
    assert found[["estimate", "lower", "upper", "p"]].isna().all(axis=None)


def test_a_wijk_without_respondents_in_a_wave_is_left_out_of_every_method():
    y, treated, post, cluster = cross_sections(9)
    keep = ~((cluster == 0) & (post == 1))
    table = did(y[keep], treated[keep], post[keep], cluster[keep], settings=FAST)
    others = cluster != 0
    without = did(y[others], treated[others], post[others], cluster[others], settings=FAST)
    pd.testing.assert_frame_equal(table, without)
    assert table["clusters"].eq(len(np.unique(cluster)) - 1).all()
    sample = make_sample(y[keep], treated[keep], post[keep], cluster[keep])
    assert sample.left_out == ("0",)


def test_a_sample_without_some_wijken_is_the_one_made_of_the_others():
    y, treated, post, cluster = cross_sections(11, clusters=8)
    rng = np.random.default_rng(1)
    given = {"weight": rng.uniform(0.5, 2, len(y)), "covariates": rng.normal(size=(len(y), 2))}
    given |= {"group": rng.integers(0, 2, len(y)), "pair": cluster // 2, "unit": np.arange(len(y))}
    arrays = {"outcome": y, "treated": treated, "post": post, "cluster": cluster, **given}
    whole, others = make_sample(**arrays), ~np.isin(cluster, (2, 3))
    found = whole.without(np.isin(whole.names, (2, 3)))
    direct = make_sample(**{name: values[others] for name, values in arrays.items()})
    for name in ("y", "cluster", "wave", "treated", "post", "covariates", "pair", "unit", "names"):
        assert np.array_equal(getattr(found, name), getattr(direct, name)), name
    assert np.allclose(found.weight, direct.weight)
    assert np.array_equal(found.group, direct.group)
    with pytest.raises(NotEstimable, match="no arms"):
        whole.without(whole.treated)


@pytest.mark.parametrize("scale", ["odds_ratio", "points"])
def test_the_bootstrap_rejects_just_beyond_its_limits_and_not_within(scale):
    y, treated, post, cluster = cross_sections(12, clusters=10, effect=-0.2)
    sample, drawn = make_sample(y, treated, post, cluster), draws("webb", 10, 999, 1)
    full = fitted(sample, "logistic" if scale == "odds_ratio" else "linear")
    found = wild_bootstrap(full, sample.y, sample.weight, sample.cluster, drawn, 0.95)
    last, step = full.x[:, -1], (found.upper - found.lower) / 20
    for end, way in ((found.lower, -1), (found.upper, 1)):
        for null, rejected in ((end + way * step, True), (end - way * step, False)):
            assert (_p_under(full, null, last, sample, drawn) <= 0.05) is rejected


def _p_under(full, null: float, last: np.ndarray, sample, drawn) -> float:
    """The p-value of a null value: share of draws whose t is at least that of the data."""
    others, g = full.x[:, :-1], sample.cluster
    if full.logistic:
        fit = logistic(others, sample.y, sample.weight, null * last)
        bread = np.linalg.inv(full.x.T @ (full.x * fit.working[:, None]))
    else:
        fit = least_squares(others, sample.y - null * last, sample.weight)
        bread = full.bread
    scores = np.array([(full.x * fit.residual[:, None])[g == c].sum(axis=0) for c in range(10)])
    blocks = [(full.x * fit.working[:, None])[g == c].T @ full.x[g == c] for c in range(10)]

    def t(weight: np.ndarray) -> float:
        moved = bread @ (weight @ scores)
        left = [w * s - b @ moved for w, s, b in zip(weight, scores, blocks, strict=True)]
        return abs(moved[-1]) / np.sqrt(sum((bread[-1] @ one) ** 2 for one in left))

    observed = t(np.ones(10))
    extreme = sum(t(weight) >= observed * (1 - 1e-9) for weight in drawn.weights)
    return float((1 + extreme) / (1 + len(drawn.weights)))


def test_an_empty_arm_or_wave_is_a_reason_for_every_method():
    y, treated, post, cluster = cross_sections(10)
    assert did(y, treated, post * 0, cluster)["reason"].eq("no_baseline").all()
    assert did(y, treated & False, post, cluster)["reason"].eq("no_arms").all()
    table = did(y * np.nan, treated, post, cluster)
    assert table["reason"].eq("no_outcome").all() and list(table) == list(DID_COLUMNS)
    assert set(table["method"]) == set(METHODS)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"outcome": 2.0}, "not 0/1"),
        ({"treated": True}, "in both arms"),
        ({"weight": -1.0}, "negative or missing weights"),
        ({"weight": np.nan}, "negative or missing weights"),
    ],
)
def test_arrays_that_do_not_fit_are_errors_that_say_what_is_wrong(change, what):
    y, treated, post, cluster = cross_sections(11)
    arrays = {"outcome": y, "treated": treated, "post": post, "cluster": cluster}
    arrays["weight"] = np.ones(len(y))
    for name, value in change.items():
        arrays[name] = arrays[name].copy()
        arrays[name][70] = value
    with pytest.raises(EstimationError, match=what):
        did(**arrays)


def test_rescaling_the_weights_changes_nothing():
    y, treated, post, cluster = cross_sections(12)
    weight = np.random.default_rng(1).uniform(0.5, 2, len(y))
    one, other = (
        did(y, treated, post, cluster, weight=w, settings=FAST) for w in (weight, 7 * weight)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-5)


def test_the_same_seed_gives_the_same_bootstrap():
    assert draws("webb", 6, 399, 1) is draws("webb", 6, 399, 1)
    first, second = draws("webb", 7, 399, 1).weights, draws("webb", 7, 399, 2).weights
    assert not np.array_equal(first, second)


def test_the_cr2_adjustment_without_the_clusters_matrix_is_the_direct_one():
    rng = np.random.default_rng(13)
    x, phi = rng.normal(size=(40, 4)), rng.uniform(3, 40, 40)
    others = rng.normal(size=(90, 4))
    bread = np.linalg.inv((x / phi[:, None]).T @ x + others.T @ others / 9)
    vector = rng.normal(size=40)
    root = np.sqrt(phi)
    direct = root * _pseudo_root(root * vector, phi, root[:, None] * x, bread)
    # The quadrature is made for 1e-14 of the largest term.
    assert _adjusted(vector, x, phi, bread) == pytest.approx(direct, rel=1e-9, abs=1e-10)


def test_a_covariate_that_only_one_cluster_has_does_not_stop_cr2():
    y, treated, post, cluster = cross_sections(14)
    only = ((cluster == 2) & (np.arange(len(y)) % 2 == 0)).astype(float)
    found = did(y, treated, post, cluster, covariates=only[:, None], methods=["cr2"])
    assert found["status"].eq("ok").all() and found["df"].between(1, 6).all()


def test_the_logistic_bootstrap_is_that_of_the_linearised_regression():
    y, treated, post, cluster = cross_sections(15, effect=0.2)
    x = np.column_stack([np.ones(len(y)), treated, post, treated & (post == 1)]).astype(float)
    found = did(y, treated, post, cluster, methods=["wild_rademacher"], settings=FAST)
    null = logistic(x[:, :-1], y, np.ones(len(y)))
    # Weighted regression of the working residuals, clusters' signs flipped in all 64 ways.
    root = np.sqrt(null.working)
    z, residual = root[:, None] * x, null.residual / root
    bread = np.linalg.inv(z.T @ z)

    def t(signs):
        outcome = np.array(signs)[cluster] * residual
        beta = bread @ z.T @ outcome
        scores = z * (outcome - z @ beta)[:, None]
        influence = [bread[-1] @ scores[cluster == g].sum(axis=0) for g in range(6)]
        return abs(beta[-1]) / np.linalg.norm(influence)

    drawn = [t(signs) for signs in product((1, -1), repeat=6)]
    extreme = np.mean(np.array(drawn) >= drawn[0] * (1 - 1e-9))
    assert found["p"][0] == extreme


@pytest.mark.parametrize("paired", [False, True])
def test_the_randomisation_test_is_scipys_exact_permutation_test(paired):
    change = np.random.default_rng(18).normal(size=8) + np.repeat([1.2, 0.0], 4)
    treated, block = np.arange(8) < 4, np.arange(8) % 4 if paired else np.zeros(8, int)
    found = randomisation_test(change, treated, block, 0.95)
    exact = stats.permutation_test(
        (change[:4], change[4:]),
        lambda one, other: abs(one.mean() - other.mean()),
        permutation_type="samples" if paired else "independent",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=False,
    )
    assert len(exact.null_distribution) == (16 if paired else 70)
    assert found.p == pytest.approx(exact.pvalue, rel=1e-12)
    assert found.estimate == pytest.approx(change[:4].mean() - change[4:].mean())


def _still(kind: str) -> np.ndarray:
    """Outcomes of six clusters and two waves of 40 in which nothing varies that an error needs."""
    shares = {"constant": [1.0] * 6, "alike": [0.5] * 6, "lasting": [0.2, 0.4, 0.5, 0.3, 0.6, 0.7]}
    cells = [np.repeat([1.0, 0.0], [round(40 * s), 40 - round(40 * s)]) for s in shares[kind]]
    return np.concatenate([cell for cell in cells for _ in (0, 1)])


@pytest.mark.parametrize("family", ["logistic", "linear"])
@pytest.mark.parametrize("kind", ["constant", "alike", "lasting"])
def test_no_method_gives_an_interval_without_width(kind, family):
    cluster, post = np.repeat(np.arange(6), 80), np.tile(np.repeat([0, 1], 40), 6)
    table = did(
        _still(kind), cluster < 3, post, cluster, family=family, pair=cluster % 3,
        settings=EvaluationSettings(replications=199),
    )  # fmt: skip
    assert (table["upper"] - table["lower"])[table["status"].eq("ok")].gt(1e-3).all()
    named = {"no_variation", "separation", "floor", ""}
    assert set(table["reason"]) <= named and "no_variation" in set(table["reason"])
