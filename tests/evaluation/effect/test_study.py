"""The effect evaluation of a whole study."""

from __future__ import annotations

import json
import time
from datetime import date

import numpy as np
import pandas as pd
import pytest

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.conclusions import conclusion_sentences
from wijkkit.evaluation.effect.did import METHODS
from wijkkit.evaluation.effect.evaluate import EFFECT_COLUMNS, evaluate_effect
from wijkkit.evaluation.effect.sample import STATUS_OF_REASON
from wijkkit.evaluation.effect.staggered import STAGGERED
from wijkkit.language.messages import catalogue
from wijkkit.tables import STATUSES


@pytest.fixture(scope="module")
def results(make_study, respondents):
    study = make_study(family=("play", "strain", "score", "late"), covariates=("age", "sex"))
    return evaluate_effect(study, respondents)


def test_effects_have_one_row_per_outcome_group_method_and_scale(results):
    effects = results.effects
    assert list(effects) == list(EFFECT_COLUMNS)
    keys = ["outcome", "group", "contrast", "method", "scale"]
    assert not effects.duplicated(keys).any()
    for outcome, scales in {"play": 2, "strain": 2, "score": 1, "late": 2}.items():
        rows = effects[effects["outcome"] == outcome]
        assert set(rows["group"]) == {"all", "low", "middle", "high", "low-high"}
        assert len(rows) == 5 * scales * len(METHODS)


def test_rows_without_a_number_have_a_status_and_a_reason(results):
    effects = results.effects
    shown = effects["status"] == "ok"
    assert effects.loc[shown, "estimate"].notna().all()
    assert effects.loc[~shown, ["estimate", "lower", "upper", "p", "p_holm"]].isna().all(axis=None)
    assert effects.loc[~shown, "reason"].isin(STATUS_OF_REASON).all()


def test_an_argument_is_as_if_the_study_said_so_and_is_kept_beside_what_it_says(
    make_study, respondents
):
    family = {"family": ("play",), "grouping": None}
    planned = make_study(**family, covariates=("age",))
    wijk = respondents.loc[respondents["arm"].eq("comparator"), "wijk"].iloc[0]
    asked = {"method": "cr2", "covariates": ("age", "sex"), "without": (wijk,)}
    found = evaluate_effect(planned, respondents, **asked, pole="favourable")
    said = evaluate_effect(make_study(**family, **asked), respondents)
    alone = evaluate_effect(
        make_study(**family, covariates=("age", "sex")), respondents[respondents["wijk"].ne(wijk)]
    )
    for one in (said, alone):
        main = [table.effects.query("scale == 'points'") for table in (found, one)]
        for name, way in (("estimate", -1), ("p", 1)):
            assert main[0][name].to_numpy() == pytest.approx(
                way * main[1][name].to_numpy(), abs=1e-6, nan_ok=True
            )
    rows = found.arguments.set_index("argument")
    assert rows["used"].map(json.loads).to_dict() == {
        **{name: list(value) if name != "method" else value for name, value in asked.items()},
        "pole": "favourable",
    }
    assert json.loads(rows.loc["covariates", "planned"]) == ["age"]
    # The conclusion rests on the method that was asked for.
    fields = json.loads(found.conclusions.query("part == 'effect'")["fields"].iloc[0])
    by_method = found.effects.query("method == 'cr2' and scale == 'points'")
    assert fields["p"] == by_method["p"].iloc[0]


@pytest.mark.parametrize(
    "wrong", [{"method": "cr9"}, {"covariates": ["agee"]}, {"without": ["x"]}, {"pole": "left"}]
)
def test_an_argument_that_names_nothing_says_what_there_is(make_study, respondents, wrong):
    with pytest.raises(EstimationError, match=r"unknown .* expected"):
        evaluate_effect(make_study(family=("play",)), respondents, **wrong)


def test_an_outcome_that_was_not_asked_in_a_wave_is_rows_with_that_reason(results):
    rows = results.effects[results.effects["outcome"] == "late"]
    assert rows["status"].eq("not_asked").all()
    assert results.detectable.set_index("outcome").loc["late", "reason"] == "not_asked"


def test_an_indicator_of_which_more_is_better_is_modelled_on_its_adverse_pole(
    make_study, respondents
):
    study = make_study(family=("play",), grouping=None)
    table = respondents.copy()
    better = (table["arm"] == "programme") & (table["wave"] == "w21")
    table.loc[better, "play"] = np.where(np.arange(better.sum()) % 20, 1.0, 0.0)
    effects = evaluate_effect(study, table).effects
    found = effects[effects["method"].eq("cluster_period") & effects["group"].eq("all")]
    found = found.set_index("scale")
    assert found.loc["odds_ratio", "estimate"] < 0.5 and found.loc["points", "estimate"] < -15
    assert found["pole"].eq("adverse").all()


def test_covariates_that_were_not_asked_are_a_reason(make_study, respondents):
    study = make_study(family=("play",), covariates=("sex",), grouping=None)
    table = respondents.assign(sex=respondents["sex"].where(respondents["wave"] != "w18"))
    assert evaluate_effect(study, table).effects["reason"].eq("covariate_missing").all()
    absent = respondents.drop(columns="sex")
    assert evaluate_effect(study, absent).effects["reason"].eq("covariate_missing").all()


def test_a_study_without_a_wave_before_the_start_runs_through(make_study, respondents):
    study = make_study(family=("play",))
    early = study.settings.programme.model_copy(update={"start": date(2010, 1, 1)})
    settings = study.settings.model_copy(update={"programme": early})
    late = type(study)(
        study.folder, settings, study.codebook, study.indicators, study.neighbourhoods
    )
    results = evaluate_effect(late, respondents)
    assert results.effects["reason"].eq("no_baseline").all()
    assert results.conclusions["key"].iloc[0] == "unavailable"


def test_modelled_figures_are_refused(make_study, respondents):
    with pytest.raises(EstimationError, match="modelled figures cannot be an outcome"):
        evaluate_effect(make_study(family=("play", "area")), respondents)


def test_an_area_figure_joined_to_respondents_is_refused(make_study, respondents):
    study = make_study(family=("score",), grouping=None)
    level = respondents.groupby(["wijk", "wave"])["score"].transform("mean")
    effects = evaluate_effect(study, respondents.assign(score=level)).effects
    assert effects["reason"].eq("modelled_figures").all()


def test_the_family_is_the_goals_indicators_where_the_study_names_none(make_study, respondents):
    effects = evaluate_effect(make_study(grouping=None), respondents).effects
    assert list(effects["outcome"].unique()) == ["play", "strain"]


def test_input_is_left_as_it_was(make_study, respondents):
    before = respondents.copy()
    evaluate_effect(make_study(family=("play",)), respondents)
    pd.testing.assert_frame_equal(respondents, before)


def test_every_reason_method_and_check_has_words_in_both_languages(results):
    for language in ("nl", "en"):
        words = catalogue("effect", language)
        assert set(words["reason"]) == {*STATUS_OF_REASON, "floor", "hidden", "only_recommended"}
        assert set(words["method"]) == {*METHODS, STAGGERED}
        assert set(results.assumptions["check"]) <= set(words["check"])
    assert set(STATUS_OF_REASON.values()) <= set(STATUSES)


def test_conclusions_are_sentences_in_the_studys_language(make_study, results):
    study = make_study(family=("play", "strain", "score", "late"), covariates=("age", "sex"))
    for outcome in ("play", "strain", "score", "late"):
        sentences = conclusion_sentences(study, results.conclusions, outcome)
        assert sentences and not any("{" in sentence for sentence in sentences)
        assert "geen effect" not in " ".join(sentences).lower()
    assert results.conclusions["fields"].map(json.loads).map(type).eq(dict).all()


def test_results_survive_parquet(results, tmp_path):
    for name in ("effects", "detectable", "assumptions", "conclusions"):
        table = getattr(results, name)
        table.to_parquet(tmp_path / f"{name}.parquet", index=False)
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"{name}.parquet"), table)


def test_five_outcomes_take_seconds_not_minutes(make_study, respondents):
    table = respondents.assign(**dict.fromkeys(("late", "score"), respondents["strain"]))
    study = make_study(family=("play", "strain", "score"), covariates=("age",), replications=9999)
    start = time.process_time()
    evaluate_effect(study, table)
    # About 3 s on one idle core; twenty seconds mean that something became quadratic.
    assert time.process_time() - start < 20


def test_percentages_and_scores_are_one_family(make_study, respondents):
    study = make_study(family=("play", "strain", "score"))
    effects = evaluate_effect(study, respondents).effects
    main = effects[effects["method"].eq("cluster_period") & effects["group"].eq("all")]
    p = main[main["scale"].ne("odds_ratio")].set_index("outcome")[["p", "p_holm"]].sort_values("p")
    assert len(p) == 3
    # Holm: the smallest times three, the next times two, and none below the one before it.
    expected = np.maximum.accumulate(np.minimum(p["p"].to_numpy() * [3, 2, 1], 1))
    assert p["p_holm"].to_numpy() == pytest.approx(expected)
    bh = main[main["scale"].ne("odds_ratio")]["p_bh"]
    assert bh.max() == pytest.approx(p["p"].max())
    # Odds ratios are of the two percentages.
    ratios = main[main["scale"].eq("odds_ratio")].sort_values("p")
    assert ratios["p_holm"].iloc[0] == pytest.approx(min(2 * ratios["p"].iloc[0], 1))


def test_one_treated_wijk_runs_through_and_nothing_is_concluded(make_study, respondents):
    table = respondents.copy()
    table["arm"] = np.where(table["wijk"] == "wijk-0", "programme", "comparator")
    study = make_study(family=("play", "score"), covariates=("age",))
    results = evaluate_effect(study, table)
    main = results.effects[results.effects["group"] == "all"].set_index("method")
    assert main.loc["cluster_period", "reason"].eq("one_cluster_in_an_arm").all()
    assert main.loc["model_based", "status"].eq("ok").all()
    assert main.loc["randomisation", "floor"].eq(1 / 6).all()
    assert results.detectable["reason"].eq("one_cluster_in_an_arm").all()
    said = results.conclusions[results.conclusions["part"] == "effect"]
    assert said["key"].eq("cannot_test").all()
    sentence = conclusion_sentences(study, results.conclusions, "play", "effect")[0]
    assert "niet te toetsen" in sentence and "0,167" in sentence
    checks = results.assumptions[results.assumptions["check"] == "leave_one_out"]
    # Without the one programme wijk there is no programme arm at all.
    assert set(checks["reason"]) == {"one_cluster_in_an_arm", "no_arms"}


def test_an_earlier_wave_without_answers_is_no_earlier_wave(make_study, respondents):
    study = make_study(family=("play",), grouping=None)
    silent = respondents.assign(play=respondents["play"].mask(respondents["wave"] == "w14"))
    said = [evaluate_effect(study, table).conclusions["key"] for table in (respondents, silent)]
    assert ["no_earlier_wave" in set(keys) for keys in said] == [False, True]


def test_survey_weights_count(make_study, respondents):
    study = make_study(family=("strain",), grouping=None)
    heavy = respondents["strain"].eq(1) & respondents["wave"].eq("w21")
    heavy &= respondents["arm"].eq("programme")
    table = respondents.assign(weight=np.where(heavy, 3.0, 1.0))
    found = [evaluate_effect(study, one).effects for one in (respondents, table)]
    one, other = (rows.loc[rows["group"].eq("all"), "estimate"] for rows in found)
    assert other.gt(one).all()
