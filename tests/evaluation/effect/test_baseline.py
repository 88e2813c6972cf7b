"""Who took part, how alike the arms were at the start, and when what happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.policy import GGD
from wijkkit.evaluation.baseline import baseline_balance, children_of, participants, timeline
from wijkkit.pipeline.release import _shown_balance, _shown_participants
from wijkkit.study.settings import ProcessSettings


def test_participants_are_counted_per_wijk_arm_and_wave_with_their_response(
    make_study, respondents
):
    study = make_study()
    waves = [wave.id for wave in study.waves]
    index = pd.MultiIndex.from_product([list(study.neighbourhoods), waves])
    children = pd.Series(500.0, index).drop(("wijk-0", "w14"))
    table = participants(study, respondents, children).set_index(["area", "wave"])
    n = respondents["wijk"].eq("wijk-3") & respondents["wave"].eq("w18")
    assert table.loc[("wijk-3", "w18"), "n"] == n.sum()
    assert table.loc[("wijk-3", "w18"), "response"] == pytest.approx(n.sum() / 5)
    assert table.loc[("city", "w21"), "n"] == respondents["wave"].eq("w21").sum()
    assert table.loc[("city", "w21"), "children"] == 3000
    # One wijk without its number of children leaves no response of all of them.
    assert np.isnan(table.loc[("programme", "w14"), "response"])
    assert table.loc[("comparator", "w14"), "response"] > 0


def test_a_wijk_with_few_participants_is_not_counted_in_a_release(make_study, respondents):
    few = respondents[~respondents["wijk"].eq("wijk-1") | (respondents.index % 20 == 0)]
    none = few[~(few["wijk"].eq("wijk-2") & few["wave"].eq("w14"))]
    shown = _shown_participants(participants(make_study(), none), GGD).set_index(["area", "wave"])
    assert shown.loc[("wijk-1", "w14"), "status"] == "too_few"
    assert np.isnan(shown.loc[("wijk-1", "w14"), "n"])
    assert shown.loc[("wijk-2", "w14"), "status"] == "missing"
    assert shown.loc[("wijk-0", "w18"), "status"] == "ok"


def test_children_are_those_of_the_last_figure_up_to_the_wave(make_study):
    study = make_study()
    process = ProcessSettings(children_figure="children")
    settings = study.settings.model_copy(update={"process": process})
    figures = pd.DataFrame(
        {
            "area_level": "wijk",
            "area": "wijk-0",
            "figure": "children",
            "period": ["2016", "2019", "2021"],
            "value": [100.0, 200.0, 300.0],
        }
    )
    found = children_of(replace(study, settings=settings), figures)
    assert found["wijk-0"].to_dict() == {"w14": 100.0, "w18": 100.0, "w21": 300.0}
    assert children_of(study, figures).empty


def test_the_arms_are_compared_at_the_baseline_by_standardised_differences(make_study, respondents):
    study = make_study(covariates=("age", "sex"))
    table = baseline_balance(study, respondents)
    rows = respondents[respondents["wave"].eq("w18")]
    by_arm = [rows[rows["arm"].eq(arm)] for arm in ("programme", "comparator")]
    play = [arm["play"].mean() for arm in by_arm]
    row = table[table["key"].eq("play")].iloc[0]
    assert row["programme"] == pytest.approx(100 * play[0])
    spread = np.sqrt(sum(p * (1 - p) for p in play) / 2)
    assert row["difference"] == pytest.approx((play[0] - play[1]) / spread)
    age = table[table["key"].eq("age")].iloc[0]
    means = [arm["age"].mean() for arm in by_arm]
    spread = np.sqrt(sum(arm["age"].var(ddof=0) for arm in by_arm) / 2)
    assert age["difference"] == pytest.approx((means[0] - means[1]) / spread)
    groups = table[table["key"].eq("education")]
    assert groups["category"].tolist() == ["low", "middle", "high"]
    assert groups["programme"].sum() == pytest.approx(100)
    assert set(table["kind"]) == {"indicator", "grouping", "covariate"}
    assert not table["key"].eq("strain").all() and table["wave"].eq("w18").all()


def test_a_balance_hides_all_categories_where_one_has_too_few(make_study, respondents):
    study = make_study(covariates=("sex",))
    rows = respondents.copy()
    high = rows["education"].eq("high") & rows["arm"].eq("programme")
    rows.loc[high & rows["wave"].eq("w18") & (rows.index % 40 != 0), "education"] = "low"
    estimates = pd.DataFrame(
        {"indicator": "play", "wave": "w18", "area": ["programme", "comparator"]}
    ).assign(area_level="arm", group="all", status=["ok", "too_few"])
    shown = _shown_balance(baseline_balance(study, rows), estimates, GGD)
    status = shown.groupby("key")["status"].unique()
    assert status["education"].tolist() == ["hidden"]
    assert status["sex"].tolist() == ["ok"] and status["play"].tolist() == ["too_few"]
    absent = shown["status"].ne("ok")
    numbers = ["programme", "comparator", "difference", "n_programme", "n_comparator"]
    assert shown.loc[absent, numbers].isna().all(axis=None)
    assert not {"x_programme", "x_comparator"} & set(shown)


def test_the_timeline_holds_waves_start_and_the_measures_between_them(make_study):
    study = make_study()
    table = timeline(study)
    assert table["kind"].tolist()[:4] == ["wave"] * 3 + ["programme"]
    corona = table[table["kind"].eq("corona")]
    assert corona["start"].min().year == 2020
    assert corona["end"].max() <= table.loc[table["kind"].eq("wave"), "end"].max()
    nowhere = {k: one.model_copy(update={"arm": "none"}) for k, one in study.neighbourhoods.items()}
    without = timeline(replace(study, neighbourhoods=nowhere))
    assert "programme" not in set(without["kind"]) and len(without) == len(table) - 1
