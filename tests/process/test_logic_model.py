"""The logic model: every element of the theory with the state a wijk has in it."""

from __future__ import annotations

import pandas as pd
import pytest

from wijkkit.errors import StudyError
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model import assumption_findings, box_findings, element_states
from wijkkit.evaluation.logic_model.finding import change_state, together
from wijkkit.language.messages import catalogue
from wijkkit.study.settings.logic_model import BOXES, LogicModelSettings


def finding(table: pd.DataFrame, measure: str) -> pd.Series:
    rows = table[table["measure"].eq(measure)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_box_of_the_method_has_elements_with_words_in_both_languages():
    model = LogicModelSettings()
    assert {element.box for element in model.elements} == set(BOXES)
    assert {(item.from_box, item.to_box) for item in model.assumptions} == set(
        zip(BOXES, BOXES[1:], strict=False)
    )
    for language in ("nl", "en"):
        words = catalogue("logic_model", language)
        assert {element.id for element in model.elements} <= set(words["element"])
        assert {item.id for item in model.assumptions} <= set(words["assumption"])
        assert set(words["box"]) == set(BOXES)


def test_indicators_stand_in_the_box_that_their_definition_names(facts):
    table = box_findings(facts(), "a")
    assert finding(table, "play")["box"] == "intermediate"
    assert finding(table, "ill")["box"] == "ultimate"


def test_a_change_is_one_when_its_interval_excludes_zero(facts):
    table = box_findings(facts(), "a")
    assert finding(table, "play")["state"] == "better"
    assert finding(box_findings(facts(), "b"), "play")["state"] == "same"
    assert finding(box_findings(facts(), "b"), "sport")["state"] == "worse"


def test_hidden_figures_are_not_measured_and_one_wave_is_no_change(facts):
    table = box_findings(facts(), "a")
    assert finding(table, "sport")["state"] == "not_measured"
    assert finding(table, "ill")["state"] == "measured"
    assert "12%" in finding(table, "ill")["words"]


def test_a_gap_that_moves_towards_zero_became_better(facts):
    known = facts()
    assert finding(box_findings(known, "a"), "gap:play")["state"] == "better"
    other_sign = known.gaps.assign(value=-known.gaps["value"])
    turned = facts(gaps=other_sign)
    assert finding(box_findings(turned, "a"), "gap:play")["state"] == "worse"


def test_what_was_not_registered_is_not_measured_and_says_so(facts):
    table = box_findings(facts(registry={}), "a")
    for measure in ("partners", "budget", "meetings", "documents", "reach", "dose", "levels"):
        row = finding(table, measure)
        assert row["state"] == "not_measured"
        assert "niet geregistreerd" in row["words"]
        assert "0" not in row["words"]


def test_elements_take_the_state_of_their_measures_together(facts):
    states = element_states(box_findings(facts(), "a")).set_index("element")
    assert states.loc["factors", "state"] == "better"
    assert states.loc["interventions", ["state", "measured", "measures"]].tolist() == [
        "measured",
        2,
        3,
    ]
    assert states.loc["partners", "state"] == "not_measured"
    assert len(states) == len(LogicModelSettings().elements)


def test_assumptions_say_what_speaks_for_and_against_them(facts):
    table = assumption_findings(facts(), "a").set_index("assumption")
    assert table.loc["output_to_intermediate", "verdict"] == "mixed"  # evidence half, reach 20 %
    assert "20%" in table.loc["output_to_intermediate", "words"]
    assert table.loc["input_to_output", "verdict"] == "mixed"  # a goal without intervention
    empty = assumption_findings(facts(registry={}), "a")
    assert empty["verdict"].eq("unknown").all()


def test_an_unknown_measure_is_an_error_that_names_the_known_ones(small_study, facts):
    extra = 'logic_model: {elements: [{id: x, box: assets, label: "X", measures: [beauty]}]}\n'
    study = small_study(replace=("sources:", extra + "sources:"))
    with pytest.raises(StudyError, match="unknown measure 'beauty'"):
        box_findings(Facts(study=study, registry={}, as_of=facts().as_of), "a")


def test_an_element_without_a_measure_says_so(small_study, facts):
    extra = 'logic_model: {elements: [{id: x, box: assets, label: "X"}]}\n'
    study = small_study(replace=("sources:", extra + "sources:"))
    table = box_findings(Facts(study=study, registry={}, as_of=facts().as_of), "a")
    assert table["words"].tolist() == ["Hiervoor is nog geen maat gekozen."]


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (["better", "worse", "same"], "mixed"),
        (["same", "measured"], "same"),
        (["worse", "measured"], "worse"),
        (["not_measured", "not_measured"], "not_measured"),
    ],
)
def test_states_together(states, state):
    assert together(states) == state


def test_a_change_without_an_interval_is_no_verdict():
    assert change_state(float("nan"), 3.0, "higher") == "measured"


def test_an_english_study_has_no_dutch_in_its_findings(facts):
    words = " ".join(box_findings(facts("en"), "a")["words"])
    assert "niet" not in words and "not registered" in words
