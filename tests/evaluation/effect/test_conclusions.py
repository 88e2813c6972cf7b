"""What may be concluded from an effect."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from wijkkit.evaluation.effect.conclusions import (
    chance_of_sign,
    conclude,
    conclusion_sentences,
    effect_verdict,
)
from wijkkit.study.settings import EvaluationSettings


def effect_rows(estimate=-4.0, lower=-9.0, upper=1.0, p=0.09, p_holm=None, naive=0.2, **more):
    """Rows of the recommended and of the model-based method."""
    common = {"outcome": "play", "group": "all", "contrast": "did", "clusters": 6}
    main = {
        **common,
        "method": "cluster_period",
        "scale": "points",
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "p": p,
        "p_holm": p if p_holm is None else p_holm,
        "status": "ok",
        "reason": "",
        **more,
    }
    other = {**main, "method": "model_based", "p": naive, "status": "ok", "reason": ""}
    return pd.DataFrame([main, other])


DETECTABLE = pd.DataFrame(
    [
        {
            "relevant": 5.0,
            "detectable": 20.0,
            "ceiling": 30.0,
            "scale": "points",
            "power": 0.8,
            "icc": 0.01,
            "outcomes": 5,
            "status": "ok",
        }
    ]
)


def verdict(rows, sign=-1):
    return effect_verdict(rows, sign, EvaluationSettings(), DETECTABLE)


@pytest.mark.parametrize(
    ("numbers", "sign", "key"),
    [
        ((-8, -12, -4, 0.01), -1, "shown_better"),
        ((8, 4, 12, 0.01), -1, "shown_worse"),
        ((8, 4, 12, 0.01), 1, "shown_better"),
        ((-4, -9, 1, 0.09), -1, "not_shown_wide"),
        ((0, -5.1, 1, 0.9), -1, "not_shown_wide"),
        ((0, -1, 5.1, 0.9), -1, "not_shown_wide"),
        ((0, -4.9, 4.9, 0.9), -1, "not_shown_small"),
    ],
)
def test_the_wording_follows_from_estimate_interval_and_pole(numbers, sign, key):
    assert verdict(effect_rows(*numbers), sign)[0] == key


def test_an_interval_that_is_narrow_by_luck_does_not_rule_out_an_effect():
    rows = effect_rows(0, -2, 2, 0.9)
    rows.loc[rows["method"] == "model_based", ["lower", "upper"]] = [-8.0, 8.0]
    assert verdict(rows)[0] == "not_shown_wide"
    # Of many wijken it is not luck, and a release need not show the other method.
    many = rows.assign(clusters=70, status=["ok", "hidden"])
    hidden = DETECTABLE.assign(status="hidden", relevant=float("nan"))
    key, fields = effect_verdict(many, -1, EvaluationSettings(), hidden)
    assert (key, fields["relevant"]) == ("not_shown_small", 5.0)


def test_an_effect_that_does_not_survive_the_other_outcomes_is_a_sign_only():
    rows = effect_rows(-8, -12, -4, 0.02, p_holm=0.1)
    assert verdict(rows)[0] == "alone_better"


def test_a_wide_interval_is_never_called_no_effect(make_study):
    study = make_study()
    table = conclude(study, "play", effect_rows(), DETECTABLE, 0)
    sentence = conclusion_sentences(study, table, "play", "effect")[0]
    # Modelled is the adverse pole; readers see more as favourable, as in every figure and table.
    assert "tussen −1 procentpunt en +9 procentpunt past" in sentence
    assert "(+ is gunstig)" in sentence
    assert "geen effect" not in sentence


def test_a_design_whose_tests_cannot_reach_the_level_says_so():
    rows = effect_rows(status="too_few", reason="one_cluster_in_an_arm")
    exact = rows.iloc[[1]].assign(method="randomisation", floor=0.2)
    key, fields = verdict(pd.concat([rows, exact]))
    assert key == "cannot_test"
    assert fields == {"estimate": -4.0, "p": 0.2, "floor": 0.2, "clusters": 6, "scale": "points"}


def test_without_numbers_the_reason_is_given():
    rows = effect_rows(status="not_asked", reason="not_asked")
    assert verdict(rows) == ("unavailable", {"reason": "not_asked"})


def test_one_wijk_in_an_arm_is_never_tested_however_low_the_floor(make_study):
    rows = effect_rows(status="too_few", reason="one_cluster_in_an_arm", clusters=31)
    exact = rows.iloc[[1]].assign(method="randomisation", floor=1 / 31)
    table = conclude(make_study(), "play", pd.concat([rows, exact]), DETECTABLE, 0)
    sentence = conclusion_sentences(make_study(), table, "play", "effect")[0]
    # 0.032 is below 0.05, so that it would be untrue that no p-value can be.
    assert "niet te schatten" in sentence and "p-waarde is 0,032" in sentence
    assert "+4 procentpunt" in sentence and "geeft p = 0,2" in sentence
    assert "aangetoond" not in sentence


def test_an_effect_on_a_score_has_its_sign_and_the_decimals_of_the_table(make_study):
    fields = json.dumps({"estimate": -1.4, "lower": -2.5, "upper": -0.2, "scale": "score"})
    table = pd.DataFrame(
        [{"outcome": "score", "part": "effect", "key": "shown_better", "fields": fields}]
    )
    (sentence,) = conclusion_sentences(make_study(), table, "score", "effect")
    assert "+1,4" in sentence and "+0,2" in sentence and "+2,5" in sentence


def test_a_sign_is_said_with_how_often_chance_gives_one(make_study):
    rows = effect_rows(-8, -12, -4, 0.02, p_holm=0.1)
    table = conclude(make_study(), "play", rows, DETECTABLE, 0, tested=5)
    sentence = conclusion_sentences(make_study(), table, "play", "effect")[0]
    assert "We toetsen 5 uitkomsten tegelijk" in sentence
    assert "tot 23 van de 100 zulke studies minstens één aanwijzing" in sentence
    # The verdict alone gives them in so many of simulated studies: docs/effect.md.
    assert chance_of_sign(1, 0.95) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("ceiling", "outcomes", "words"),
    [
        (30.0, 5, "een verbetering van 20 procentpunt goed aan te tonen (in 80 van de 100 keer)"),
        (30.0, 5, "als we 5 uitkomsten samen toetsen en de ICC 0,010 is"),
        (11.0, 5, "geen enkele verbetering goed aan te tonen"),
        (11.0, 5, "meer dan 11 procentpunt kan niet"),
        (11.0, 1, "(bij een ICC van 0,010)"),
    ],
)
def test_what_could_have_been_shown_names_the_ceiling_the_icc_and_the_number(
    make_study, ceiling, outcomes, words
):
    row = DETECTABLE.assign(ceiling=ceiling, outcomes=outcomes)
    table = conclude(make_study(), "play", effect_rows(), row, 0)
    assert words in conclusion_sentences(make_study(), table, "play", "detectable")[0]


def test_wijken_that_a_wave_lacks_are_named(make_study):
    table = conclude(make_study(), "play", effect_rows(), DETECTABLE, 1, left_out=("wijk-1",))
    sentences = conclusion_sentences(make_study(), table, "play", "limits")
    assert any("zonder Wijk 1: daar" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("numbers", "p_holm", "key", "words"),
    [
        ((-8, -12, -4, 0.01), 0.04, "shown_better", "gunstiger voor ‘low’ dan voor ‘high’"),
        ((8, 4, 12, 0.01), 0.04, "shown_worse", "minder gunstig voor ‘low’ dan voor ‘high’"),
        ((-8, -12, -4, 0.02), 0.1, "alone_better", "is dat niet aangetoond"),
        ((-8, -17, 1, 0.09), 0.4, "not_shown", "tussen −1 procentpunt en +17 procentpunt past"),
    ],
)
def test_a_gap_is_judged_beside_the_other_outcomes_and_says_whom_it_favours(
    make_study, numbers, p_holm, key, words
):
    study = make_study()
    gap = effect_rows(*numbers, p_holm=p_holm).assign(contrast="ddd", group="low-high")
    table = conclude(study, "play", pd.concat([effect_rows(), gap]), DETECTABLE, 0)
    assert table.loc[table["part"] == "gap", "key"].tolist() == [key]
    assert words in conclusion_sentences(study, table, "play", "gap")[0]


def test_a_p_value_is_never_given_as_zero(make_study):
    table = conclude(make_study(), "play", effect_rows(naive=1e-7), DETECTABLE, 0)
    assert "(p < 0,001)" in conclusion_sentences(make_study(), table, "play", "methods")[0]


def test_many_wijken_are_not_called_few(make_study):
    table = conclude(make_study(), "play", effect_rows(clusters=60), DETECTABLE, 1)
    assert "limits" not in set(table["part"])


@pytest.mark.parametrize(
    ("naive", "p", "said"), [(0.03, 0.2, True), (0.03, 0.01, False), (0.2, 0.3, False)]
)
def test_it_is_said_where_independence_would_conclude_otherwise(make_study, naive, p, said):
    table = conclude(make_study(), "play", effect_rows(p=p, naive=naive), DETECTABLE, 0)
    assert ("methods" in set(table["part"])) == said


def test_the_limits_of_the_design_stand_next_to_the_result(make_study):
    without = conclude(make_study(), "play", effect_rows(), DETECTABLE, 0)
    with_earlier = conclude(make_study(), "play", effect_rows(), DETECTABLE, 1)
    limits = [set(t.loc[t["part"] == "limits", "key"]) for t in (without, with_earlier)]
    assert limits == [{"few_clusters", "no_earlier_wave"}, {"few_clusters"}]


def test_an_outcome_label_cannot_bring_markup_into_a_sentence(make_study):
    study = make_study()
    label = study.indicators["play"].model_copy(update={"label": "<b>*Play*</b>"})
    other = replace(study, indicators={**study.indicators, "play": label})
    table = conclude(other, "play", effect_rows(), DETECTABLE, 0)
    sentence = conclusion_sentences(other, table, "play", "effect")[0]
    assert "<b>" not in sentence and sentence.startswith(r"**\<b\>\*Play\*")
