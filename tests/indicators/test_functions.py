"""Indicators against their published definitions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.studies import replace, write_study
from wijkkit.errors import EstimationError, StudyError
from wijkkit.indicators.compute import compute
from wijkkit.indicators.functions import (
    answer_at_least,
    answer_in,
    answer_value,
    check_indicators,
    outdoor_play_days,
    outdoor_play_hours,
    outdoor_play_week,
)
from wijkkit.indicators.sdq import (
    CUT_OFFS,
    DIFFICULTIES,
    REVERSED,
    SUBSCALES,
    sdq_elevated,
    sdq_subscale,
    sdq_total,
)
from wijkkit.study import open_study


def items(answers: list[float | None]) -> pd.DataFrame:
    return pd.DataFrame([answers], columns=[f"sdq_{i:02d}" for i in range(1, 26)], dtype=float)


def score_by_hand(answers: list[float | None], subscale: str) -> float:
    values = []
    for number in SUBSCALES[subscale]:
        answer = answers[number - 1]
        if answer is not None and not math.isnan(answer):
            values.append(2 - answer if number in REVERSED else answer)
    return math.floor(0.5 + 5 * sum(values) / len(values)) if len(values) >= 3 else math.nan


def test_every_item_belongs_to_one_subscale():
    numbers = sorted(number for subscale in SUBSCALES.values() for number in subscale)
    assert numbers == list(range(1, 26))


def test_scores_follow_the_rule_for_missing_items():
    rng = np.random.default_rng(1)
    for _ in range(300):
        answers = list(rng.integers(0, 3, 25).astype(float))
        for position in np.flatnonzero(rng.random(25) < 0.25):
            answers[position] = math.nan
        by_hand = {name: score_by_hand(answers, name) for name in SUBSCALES}
        for name, expected in by_hand.items():
            np.testing.assert_equal(sdq_subscale(items(answers), name).iloc[0], expected)
        total = sum(by_hand[name] for name in DIFFICULTIES)
        np.testing.assert_equal(sdq_total(items(answers)).iloc[0], total)


def test_prorating_rounds_half_up():
    answers = [0.0] * 25
    answers[2], answers[7], answers[12] = 1.0, 0.0, 0.0  # emotional items 3, 8, 13
    answers[15] = answers[23] = math.nan
    assert sdq_subscale(items(answers), "emotional").iloc[0] == 2.0  # 5 * 1/3 + 0.5, floored
    answers[15], answers[2] = 0.0, 2.0  # four answered, sum 2: 2.5 rounds up, not to even
    assert sdq_subscale(items(answers), "emotional").iloc[0] == 3.0


@pytest.mark.parametrize(
    ("cut_off_set", "edges", "age", "cut_off"),
    [
        ("nl-2022", "older", 3, 11),
        ("nl-2022", "older", 4, 15),
        ("nl-2022", "younger", 4, 11),
        ("nl-2022", "older", 7, 14),
        ("nl-2022", "younger", 7, 15),
        ("nl-2022", "younger", 8, 14),
        ("nl-2022", "older", 11, 14),
        ("nl-2022", "older", 12, 12),
        ("uk", "younger", 4, 16),
        ("uk", "older", 4, 17),
        ("nl-2022", "older", 14, 12),
        ("uk", "older", 2, 16),
        ("uk", "older", 17, 17),
    ],
)
def test_cut_offs_apply_from_their_value_at_their_age(cut_off_set, edges, age, cut_off):
    for score, expected in ((cut_off - 1, 0.0), (cut_off, 1.0)):
        answers = answers_with_total(score)
        found = sdq_elevated(items(answers), pd.Series([age]), cut_off_set, shared_edges=edges)
        assert found.iloc[0] == expected


@pytest.mark.parametrize(
    ("cut_off_set", "age", "borderline", "elevated"),
    [
        ("nl-2022", 3, 8, 11),
        ("nl-2022", 5, 11, 15),
        ("nl-2022", 9, 11, 14),
        ("nl-2022", 13, 9, 12),
        ("uk", 3, 13, 16),
        ("uk", 9, 14, 17),
    ],
)
def test_both_levels_begin_where_their_source_says(cut_off_set, age, borderline, elevated):
    for level, cut_off in (("borderline", borderline), ("elevated", elevated)):
        scores = [
            sdq_elevated(
                items(answers_with_total(total)), pd.Series([age]), cut_off_set, level=level
            )
            for total in (cut_off - 1, cut_off)
        ]
        assert [score.iloc[0] for score in scores] == [0.0, 1.0]


def answers_with_total(total: int) -> list[float]:
    answers = [0.0] * 25
    for number in REVERSED:
        answers[number - 1] = 2.0
    for name in DIFFICULTIES:
        for number in SUBSCALES[name]:
            step = min(2, total)
            answers[number - 1] = 2.0 - step if number in REVERSED else float(step)
            total -= step
    return answers


def test_outside_the_ages_of_the_set_the_indicator_is_absent():
    answers = items([1.0] * 25)
    assert sdq_elevated(answers, pd.Series([2.9]), "nl-2022").isna().all()
    assert sdq_elevated(answers, pd.Series([np.nan]), "nl-2022").isna().all()
    assert {band.first for band in CUT_OFFS["nl-2022"]} == {3, 4, 7, 12}


def test_a_wrong_item_score_is_refused_with_its_place():
    answers = [1.0] * 25
    answers[4] = 3.0
    with pytest.raises(EstimationError, match="sdq_05.*row 1.*found 3.0"):
        sdq_total(items(answers))
    with pytest.raises(EstimationError, match="SDQ items that are not numbers"):
        sdq_total(items([1.0] * 25).astype({"sdq_07": str}))
    with pytest.raises(EstimationError, match="found 24 columns"):
        sdq_total(items([1.0] * 25).iloc[:, :24])


def test_definitions_of_outdoor_play_can_disagree_about_one_child():
    school, weekend = pd.Series([45.0]), pd.Series([97.5])
    assert outdoor_play_week(school, weekend).iloc[0] == 0.0  # exactly 7 hours is not more than 7
    assert outdoor_play_week(school, weekend + 1).iloc[0] == 1.0
    assert outdoor_play_hours(school, weekend).iloc[0] == pytest.approx(1.0)
    assert outdoor_play_week(pd.Series([0]), pd.Series([24 * 60])).iloc[0] == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: outdoor_play_days(pd.Series([6, 9])),
        lambda: outdoor_play_days(pd.Series([-1, 6])),
        lambda: outdoor_play_days(pd.Series(["six"])),
        lambda: outdoor_play_week(pd.Series([60]), pd.Series([1441])),
        lambda: outdoor_play_hours(pd.Series([-5]), pd.Series([60])),
        lambda: answer_at_least(pd.Series(["18.0", "many"]), 18),
        lambda: answer_value(pd.Series(["unknown"])),
    ],
)
def test_a_code_of_no_answer_is_never_counted_as_an_answer(call):
    with pytest.raises(EstimationError, match="cannot be counted"):
        call()


@pytest.mark.parametrize("options", [{"level": "high"}, {"shared_edges": "oldest"}])
def test_an_unknown_choice_of_cut_off_is_refused(options):
    with pytest.raises(EstimationError, match=f"options.{next(iter(options))}"):
        sdq_elevated(items([1.0] * 25), pd.Series([5]), "nl-2022", **options)


def test_values_that_no_answer_could_have_are_refused():
    for answers, values in (([1.0, 2.0], ["1"]), (["1", "2"], [1])):
        with pytest.raises(EstimationError, match="another kind"):
            answer_in(pd.Series(answers), values)
    assert answer_in(pd.Series([np.nan, np.nan]), ["yes"]).isna().all()
    assert answer_in(pd.Series([2.0, 3.0]), [1]).tolist() == [0.0, 0.0]


def computed(tmp_path, code: str, **entry: object) -> pd.DataFrame:
    """Return respondents with the indicator `own` of a study with this indicators.py."""
    folder = write_study(tmp_path / "study")
    (folder / "indicators.py").write_text(f"""from wijkkit.indicators import indicator


@indicator
def own_function(days):
    {code}
""")
    said = {"label": "x", "function": "own_function", "columns": {"days": "days"},
            "question_version": "1", "direction": "higher", **entry}  # fmt: skip
    (folder / "indicators.yml").write_text(yaml.safe_dump({"play": said}))
    people = pd.DataFrame({"wave": "2018", "age": [5.0, 6], "days": [7.0, np.nan]})
    return compute(open_study(folder), people)


@pytest.mark.parametrize(
    ("code", "entry", "said"),
    [
        (
            "return days['maandag']",
            {},
            "indicators.py, line 6: .*own_function fails .found KeyError",
        ),
        ("return days", {}, "a percentage of other values than 0 and 1 .found 7; expected 0, 1"),
        ("return 1.0", {}, "own_function gives no number per respondent .found float; expected"),
        ("return days.astype(str) + 'x'", {}, "own_function gives no number per respondent .found"),
        ("return days.dropna()", {"unit": "score"}, "gives no number per respondent"),
        ("return days", {"ages": [12, 4]}, "the first age must be below the first that"),
    ],
)
def test_what_an_own_function_must_not_do_is_said_with_its_place(tmp_path, code, entry, said):
    with pytest.raises(StudyError, match=said):
        computed(tmp_path, code, **entry)


def test_an_own_score_and_an_own_percentage_are_what_its_function_returns(tmp_path):
    assert computed(tmp_path / "a", "return days", unit="score")["play"].tolist()[0] == 7
    half = computed(tmp_path / "b", "return (days > 6).astype(float).where(days.notna())")
    assert half["play"].tolist()[0] == 1 and math.isnan(half["play"].tolist()[1])


def test_a_value_that_counts_must_be_an_answer_of_its_column(tmp_path):
    folder = write_study(tmp_path / "study")
    column = {"source": "q", "type": "category", "values": {"1": "soms", "2": "vaak"}}
    replace(folder, "codebook.yml", "columns:\n", f"columns:\n  q: {column}\n")
    said = {"label": "x", "function": "answer_in", "columns": {"answer": "q"}, "question_version": "1",
            "direction": "higher"}  # fmt: skip
    for values, wrong in ((["soms"], []), (["Vaak", "soms"], ["'Vaak'"]), ([1], ["1"])):
        entry = {"play": {**said, "options": {"values": values}}}
        (folder / "indicators.yml").write_text(yaml.safe_dump(entry))
        assert [one.found for one in check_indicators(open_study(folder))] == wrong
