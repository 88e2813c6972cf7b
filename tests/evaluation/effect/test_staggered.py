"""Staggered starts in a made-up study."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from wijkkit.evaluation.effect.evaluate import evaluate_effect
from wijkkit.evaluation.effect.outcomes import compared_waves, first_waves
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.effect.staggered import (
    average_effect,
    group_time_effects,
    staggered_rows,
)


def test_repeated_cross_sections_give_back_an_effect_that_grows_with_time():
    rng = np.random.default_rng(1)
    n, clusters = 24_000, 12
    cluster = rng.integers(0, clusters, n)
    wave = rng.integers(0, 4, n)
    start = np.array([1.0] * 4 + [2.0] * 4 + [np.inf] * 4)[cluster]
    effect = np.where(wave >= start, wave - start + 1, 0)
    y = cluster + wave * 0.5 + effect + rng.normal(size=n)
    found = group_time_effects(y, start, wave, cluster)
    since = found.wave - found.start
    # Clusters' levels differ by several points and their sizes by chance: about 0.15.
    for time in (-1, 0, 1, 2):
        assert found.estimate[since == time] == pytest.approx(max(time + 1, 0), abs=0.5)
    # The two groups have 3 and 2 waves after their start: effects of 1, 2, 3 and of 1, 2.
    shares = np.array([found.share[1.0]] * 3 + [found.share[2.0]] * 2)
    expected = shares @ [1, 2, 3, 1, 2] / shares.sum()
    assert average_effect(found)["estimate"] == pytest.approx(expected, abs=0.3)


def test_one_start_for_all_is_the_ordinary_difference_in_differences(respondents):
    rows = respondents[respondents["arm"].ne("none") & respondents["wave"].isin(["w18", "w21"])]
    rows = rows.dropna(subset="strain")
    start = np.where(rows["arm"].eq("programme"), 1.0, np.inf)
    found = group_time_effects(rows["strain"], start, rows["wave"].eq("w21"), rows["wijk"])
    cells = rows.groupby(["arm", "wave"])["strain"].mean().unstack()
    change = cells["w21"] - cells["w18"]
    expected = change["programme"] - change["comparator"]
    assert average_effect(found)["estimate"] == pytest.approx(expected)


def started(study, **starts):
    """The study with these wijken starting on a day of their own."""
    hoods = {
        slug: hood.model_copy(update={"start": starts.get(slug.replace("-", "_"))})
        for slug, hood in study.neighbourhoods.items()
    }
    return replace(study, neighbourhoods=hoods)


def test_the_waves_compared_lie_before_the_first_and_after_the_last_start(make_study):
    study = make_study()
    assert compared_waves(study) == ("w18", "w21")
    early = started(study, wijk_1=date(2015, 1, 1))
    assert compared_waves(early) == ("w14", "w21")
    assert first_waves(early) == {"wijk-0": "w21", "wijk-1": "w18", "wijk-2": "w21"}
    late = started(study, wijk_1=date(2022, 1, 1))
    with pytest.raises(NotEstimable, match="no baseline"):
        compared_waves(late)


def test_a_study_whose_wijken_started_in_different_waves_has_that_estimate_among_the_methods(
    make_study, respondents
):
    options = {"family": ("play",), "grouping": None}
    plain = evaluate_effect(make_study(**options), respondents).effects
    assert not plain["method"].eq("staggered").any()
    days = {"wijk_0": date(2015, 1, 1), "wijk_1": date(2015, 1, 1)}
    study = started(make_study(**options), **days)
    six = replace(study, neighbourhoods={**study.neighbourhoods})
    found = evaluate_effect(six, respondents).effects
    row = found[found["method"].eq("staggered")]
    # Two wijken started before w18, one before w21: the one cannot tell chance from effect.
    assert row["reason"].tolist() == ["one_cluster_in_an_arm"]
    hoods = {**study.neighbourhoods}
    hoods["wijk-3"] = hoods["wijk-3"].model_copy(update={"arm": "programme"})
    moved = respondents["wijk"].eq("wijk-3")
    people = respondents.assign(arm=respondents["arm"].mask(moved, "programme"))
    found = evaluate_effect(replace(study, neighbourhoods=hoods), people).effects
    row = found[found["method"].eq("staggered") & found["group"].eq("all")].iloc[0]
    rows = people[people["arm"].ne("none") & people["play"].notna()]
    waves = rows["wave"].map({"w14": 0, "w18": 1, "w21": 2})
    # Two wijken started before w18, two before w21; the adverse answer is modelled.
    order = {"wijk-0": 1, "wijk-1": 1, "wijk-2": 2, "wijk-3": 2}
    start = rows["wijk"].map(order).to_numpy(float)
    direct = average_effect(group_time_effects(1 - rows["play"], start, waves, rows["wijk"]))
    assert row["status"] == "ok" and row["estimate"] == pytest.approx(100 * direct["estimate"])
    assert (row["scale"], row["clusters"]) == ("points", 6)
    # Who has no weight in this sample counts in no method, nor in this one.
    others = people.sample(frac=0.1, random_state=1).assign(weight=0.0)
    again = staggered_rows(
        replace(study, neighbourhoods=hoods), pd.concat([people, others]), "play"
    )
    assert again[0].iloc[0][["estimate", "n"]].tolist() == row[["estimate", "n"]].tolist()
