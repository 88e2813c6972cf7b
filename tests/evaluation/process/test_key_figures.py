"""Key-figure interviews: scales, reliability, change by arm with the honesty of few wijken."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure import GGD
from wijkkit.errors import DataError
from wijkkit.evaluation.process.key_figures import (
    key_figure_sentences,
    scale_changes,
    scale_table,
    scores,
    shown_scales,
)
from wijkkit.loaders.standard_table import load_key_figures
from wijkkit.study.settings.programme import Scale

SCALE = Scale(label="S", items=("c1", "c2", "c3"), reverse=("c3",))


def interviews(gain: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Eight interviews per wijk and wave; programme wijken gain `gain`, comparators nothing."""
    rng = np.random.default_rng(seed)
    rows = []
    for wijk, wave, person in product("abcd", ("2018", "2021"), range(8)):
        level = 3 + gain * (wijk in "ab" and wave == "2021") + rng.normal(0, 0.3)
        items = np.clip(np.rint(level + rng.normal(0, 0.4, 3)), 1, 5)
        items[2] = 6 - items[2]
        arm = "programme" if wijk in "ab" else "comparator"
        pair = f"p{'abcd'.index(wijk) % 2}"
        rows.append((f"{wijk}{wave}{person}", wijk, wave, "school", *items, arm, pair))
    columns = ["respondent", "wijk", "wave", "role", "c1", "c2", "c3", "arm", "pair"]
    return pd.DataFrame(rows, columns=columns)


def test_reversed_items_are_turned_and_half_of_the_items_is_enough():
    answers = pd.DataFrame({"c1": [5, 5, None], "c2": [4, None, None], "c3": [1, 2, 2]})
    found = scores(answers, SCALE)
    assert found.iloc[0] == pytest.approx((5 + 4 + 5) / 3)
    assert found.iloc[1] == pytest.approx((5 + 4) / 2)
    assert np.isnan(found.iloc[2])
    all_of_them = SCALE.model_copy(update={"at_least": 3})
    assert scores(answers, all_of_them).isna().tolist() == [False, True, True]
    with pytest.raises(ValueError, match="cannot need 4 of 3 items"):
        Scale(label="S", items=SCALE.items, at_least=4)


def test_means_have_intervals_over_wijken_not_over_persons(small_study):
    answers = interviews()
    table = scale_table(small_study(), answers).set_index(["arm", "wave"])
    row = table.loc[("programme", "2021")]
    mine = answers.query("arm == 'programme' and wave == '2021'")
    means = scores(mine, SCALE).groupby(mine["wijk"]).mean()
    assert row["mean"] == pytest.approx(means.mean())
    error = means.std(ddof=1) / np.sqrt(2)
    assert row["upper"] - row["mean"] == pytest.approx(12.7062 * error, rel=1e-4)  # t(1)
    assert (row["n"], row["wijken"]) == (16, 2)
    assert row["alpha_lower"] < row["alpha"] < row["alpha_upper"]


def test_one_wijk_gives_no_interval_and_nobody_no_mean(small_study):
    answers = interviews().query("wijk != 'b' and not (arm == 'comparator' and wave == '2018')")
    table = scale_table(small_study(), answers).set_index(["arm", "wave"])
    assert np.isnan(table.loc[("programme", "2018"), "lower"])
    assert table.loc[("comparator", "2018"), "status"] == "missing"


def test_the_change_is_the_difference_of_the_arms_mean_changes(small_study):
    answers = interviews()
    row = scale_changes(small_study(), answers).iloc[0]
    score = answers.assign(score=scores(answers, SCALE)).groupby(["arm", "wijk", "wave"])["score"]
    moves = score.mean().unstack()
    moves = (moves["2021"] - moves["2018"]).groupby("arm").mean()
    assert row[["programme", "comparator"]].tolist() == pytest.approx(
        [moves["programme"], moves["comparator"]]
    )
    assert row["value"] == pytest.approx(row["programme"] - row["comparator"])
    assert row["lower"] < row["value"] < row["upper"]
    # Two pairs can be turned in four ways: the smallest two-sided p is one half.
    assert row["floor"] == pytest.approx(0.5) and row["p"] >= row["floor"]
    study = small_study()
    said = key_figure_sentences(scale_table(study, answers), pd.DataFrame([row]), study)
    assert said[0].startswith(
        "Coordination: de programmawijken gingen meer vooruit dan de vergelijkingswijken"
    )
    assert "kan de toets nooit lager uitkomen dan p = 0,50" in said[-1]


def test_the_sentence_says_what_the_adjusted_test_says(small_study):
    study, answers = small_study(), interviews()
    row = scale_changes(study, answers).iloc[0].copy()
    row["verdict"] = "not_distinguishable"  # as beside other scales, the interval above zero
    assert row["lower"] > 0
    said = key_figure_sentences(scale_table(study, answers), pd.DataFrame([row]), study)
    assert "geen duidelijk verschil" in said[0]


@pytest.mark.parametrize(
    ("kept", "reason"), [("wave == '2018'", "one_wave"), ("arm == 'programme'", "one_arm")]
)
def test_one_wave_or_one_arm_gives_no_change(small_study, kept, reason):
    row = scale_changes(small_study(), interviews().query(kept)).iloc[0]
    assert (row["status"], row["reason"]) == ("missing", reason)
    assert np.isnan(row["value"])


def test_a_scale_that_was_asked_in_one_wave_only_gives_no_change(small_study):
    answers = interviews()
    answers.loc[answers["wave"].eq("2018"), ["c1", "c2", "c3"]] = np.nan
    row = scale_changes(small_study(), answers).iloc[0]
    assert (row["status"], row["reason"]) == ("missing", "one_wave")


def test_limits_and_reserve_follow_the_study(small_study):
    answers, study = interviews(), small_study()
    evaluation = study.settings.evaluation.model_copy(update={"level": 0.9})
    figures = study.settings.process.key_figures.model_copy(update={"reliable": 0.3})
    process = study.settings.process.model_copy(update={"key_figures": figures})
    update = {"evaluation": evaluation, "process": process}
    other = replace(study, settings=study.settings.model_copy(update=update))
    width = [
        (found["upper"] - found["lower"]).iloc[0]
        for one in (study, other)
        for found in (scale_changes(one, answers), scale_table(one, answers))
    ]
    assert width[2] < width[0] and width[3] < width[1]
    said = [
        key_figure_sentences(scale_table(one, answers), scale_changes(one, answers), one)[0]
        for one in (study, other)
    ]
    assert "voorbehoud" in said[0] and "voorbehoud" not in said[1]


def test_means_are_shown_in_tenths_and_not_of_a_wijk_with_few_interviews(small_study):
    study, answers = small_study(), interviews()
    table, changes = scale_table(study, answers), scale_changes(study, answers)
    shown, moved = shown_scales(table, changes, answers, GGD)
    keys = ["arm", "wave"]
    exact, rounded = (one.set_index(keys) for one in (table, shown))
    assert ((rounded["mean"] - exact["mean"]).abs() <= 0.05 + 1e-9).all()
    assert (rounded["lower"] <= exact["lower"]).all() and (rounded["upper"] >= exact["upper"]).all()
    for name in ("mean", "lower", "upper"):
        assert (10 * rounded[name]).round(6).mod(1).eq(0).all()
    means, row, was = rounded["mean"], moved.iloc[0], changes.iloc[0]
    gained = [means[arm, "2021"] - means[arm, "2018"] for arm in ("programme", "comparator")]
    assert row[["programme", "comparator"]].tolist() == pytest.approx(gained)
    assert row["value"] == pytest.approx(gained[0] - gained[1])
    half = np.ceil(10 * (was["upper"] - was["lower"]) / 2) / 10
    assert (row["lower"], row["upper"]) == pytest.approx((row["value"] - half, row["value"] + half))
    # Five in each wijk are enough, four in one of them are not, whatever the other has.
    person = answers["respondent"].str[-1].astype(int)
    few = answers["wijk"].eq("a") & answers["wave"].eq("2018")
    for most, status in ((5, "ok"), (4, "too_few")):
        fewer = answers[~few | (person < most)]
        shown, moved = shown_scales(table, changes, fewer, GGD)
        of = shown.set_index(keys)
        assert of["status"].to_dict() == dict.fromkeys(of.index, "ok") | {
            ("programme", "2018"): status
        }
        assert np.isnan(of.loc[("programme", "2018"), "mean"]) == (status != "ok")
        assert moved["status"].item() == status and moved["value"].isna().item() == (status != "ok")


def test_no_interviews_at_all_give_tables_that_say_so(small_study):
    none, study = interviews().head(0), small_study("en")
    assert scale_table(study, none)["status"].eq("missing").all()
    changes = scale_changes(study, none)
    said = key_figure_sentences(scale_table(study, none), changes, study)
    assert said == ["‘Coordination’ was not asked in both waves and both groups."]


def write(study, *rows: str):
    text = "respondent,wijk,wave,role,c1,c2,c3\n" + "\n".join(rows) + "\n"
    (study.folder / "key_figures.csv").write_text(text)


def test_interviews_are_loaded_with_missing_answers_and_the_arm(small_study):
    study = small_study()
    write(study, "1,Wijk-A,2018,school,4,9,2", "2,c,2021,,5,5,1")
    table = load_key_figures(study)
    assert table["wijk"].tolist() == ["a", "c"]
    assert table["arm"].tolist() == ["programme", "comparator"]
    assert np.isnan(table.loc[0, "c2"])


def test_an_item_that_the_file_lacks_is_no_item_that_nobody_answered(small_study):
    study = small_study()
    write(study, "1,a,2018,school,4,,2")
    assert np.isnan(load_key_figures(study)["c2"].iloc[0])
    path = study.folder / "key_figures.csv"
    path.write_text(path.read_text().replace("c2", "c_2"))
    with pytest.raises(DataError, match="column 'c2' is missing"):
        load_key_figures(study)


def test_everything_wrong_in_the_interviews_is_reported(small_study):
    study = small_study()
    write(study, "1,a,2018,school,4,8,2")
    with pytest.raises(DataError, match="c2"):
        load_key_figures(study)
    write(study, "1,a,2018,school,4,4,2", "1,b,2018,x,4,4,2", "2,nowhere,2019,x,4,4,2")
    with pytest.raises(DataError) as error:
        load_key_figures(study)
    assert [problem.what for problem in error.value.problems] == [
        "unknown wijk",
        "unknown wave",
        "a person is there twice in one wave",
    ]
