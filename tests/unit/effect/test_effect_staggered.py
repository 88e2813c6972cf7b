"""Staggered starts in a made-up study."""

from __future__ import annotations

import numpy as np
import pytest

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.staggered import group_time_effects
from wijkkit.evaluation.effect.staggered_average import average_effects
from wijkkit.evaluation.effect.staggered_study import staggered_effects


def test_repeated_cross_sections_give_back_an_effect_that_grows_with_time():
    rng = np.random.default_rng(1)
    n, clusters = 24_000, 12
    cluster = rng.integers(0, clusters, n)
    wave = rng.integers(0, 4, n)
    start = np.array([1.0] * 4 + [2.0] * 4 + [np.inf] * 4)[cluster]
    effect = np.where(wave >= start, wave - start + 1, 0)
    y = cluster + wave * 0.5 + effect + rng.normal(size=n)
    found = group_time_effects(y, start, wave, cluster)
    table = average_effects(found, "dynamic").set_index("item")
    # Clusters' levels differ by several points and their sizes by chance: about 0.15.
    assert table.loc[["0", "1", "2"], "estimate"].tolist() == pytest.approx([1, 2, 3], abs=0.5)
    assert table.loc["-1", "estimate"] == pytest.approx(0, abs=0.5)


def test_a_study_with_two_starts_has_rows_per_outcome(make_study, respondents):
    study = make_study(family=("play", "late"))
    starts = {"wijk-0": "w18", "wijk-1": "w18", "wijk-2": "w21"}
    table = staggered_effects(study, respondents, starts)
    # One wijk starts in 2021, which leaves its chance fluctuation unknown; late is asked once.
    assert table["reason"].tolist() == ["one_cluster_in_an_arm", "one_cluster_in_an_arm"]


def test_one_start_for_all_is_the_ordinary_difference_in_differences(make_study, respondents):
    study = make_study(family=("strain",))
    starts = dict.fromkeys(["wijk-0", "wijk-1", "wijk-2"], "w21")
    found = staggered_effects(study, respondents, starts).set_index("kind")
    cells = respondents.groupby(["arm", "wave"])["strain"].mean().unstack()
    change = cells["w21"] - cells["w18"]
    expected = 100 * (change["programme"] - change["comparator"])
    assert found.loc["simple", "estimate"] == pytest.approx(expected)
    assert found.loc["simple", "clusters"] == 6 and found.loc["simple", "scale"] == "points"


def test_starts_that_do_not_fit_the_study_are_an_error(make_study, respondents):
    with pytest.raises(EstimationError, match="wijk-2, w99"):
        staggered_effects(make_study(), respondents, {"wijk-0": "w18", "wijk-1": "w99"})
