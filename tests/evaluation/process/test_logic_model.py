"""The logic model: every element of the theory with the state a wijk has in it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from wijkkit.errors import StudyError
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.boxes import (
    _verdict,
    assumption_findings,
    box_findings,
    check_measures,
    element_state,
    element_states,
    finding_of,
)
from wijkkit.evaluation.logic_model.measures import _changed, carried_out, together
from wijkkit.language.messages import catalogue
from wijkkit.study.settings.programme import BOXES, LogicModelSettings


def finding(table: pd.DataFrame, measure: str) -> pd.Series:
    rows = table[table["measure"].eq(measure)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_box_of_the_method_has_elements_with_words_in_both_languages():
    model = LogicModelSettings()
    assert {element.box for element in model.elements} == set(BOXES)
    assert {(item.from_box, item.to_box) for item in model.assumptions} == set(
        itertools.pairwise(BOXES)
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
    done = states.loc["interventions", ["state", "measured", "measures"]]
    assert done.tolist() == ["partly", 2, 4]  # much was held, few were reached
    assert states.loc["partners", "state"] == "not_measured"
    assert len(states) == len(LogicModelSettings().elements)


def test_only_what_should_change_is_judged_by_a_change(facts):
    """What is there and what was done is held against the plan, not against last year."""
    findings = box_findings(facts(), "a")
    by_plan = {"in_place", "partly", "lacking", "known", "not_measured"}
    for (_, element), rows in findings.groupby(["box", "element"]):
        changes = element == "better_assets" or rows["box"].isin(["intermediate", "ultimate"]).all()
        assert rows["changes"].eq(changes).all()
        assert changes or element_state(rows) in by_plan
    plans = pd.DataFrame({"state": ["measured", "same", "worse"], "changes": False})
    for supports, state in (
        (["for", "for", "unknown"], "in_place"),
        (["partly", "unknown", "unknown"], "partly"),
        (["for", "against", "unknown"], "partly"),
        (["against", "unknown", "against"], "lacking"),
        (["unknown", "unknown", "unknown"], "known"),
    ):
        assert element_state(plans.assign(support=supports)) == state


def test_assumptions_say_what_speaks_for_and_against_them(facts):
    table = assumption_findings(facts(), "a").set_index("assumption")
    assert table.loc["output_to_intermediate", "verdict"] == "against"  # reach 20 %
    assert "20%" in table.loc["output_to_intermediate", "words"]
    assert table.loc["input_to_output", "verdict"] == "mixed"  # a goal without intervention
    empty = assumption_findings(facts(registry={}), "a")
    assert empty["verdict"].eq("unknown").all()


def supported(facts, measure, **registry) -> str:
    """Return what a measure says where the registry holds these rows of wijk a."""
    return finding_of(facts(registry=registry), "a", measure).support


@pytest.mark.parametrize(
    ("measure", "kind", "rows", "support"),
    [
        ("partners", "stakeholders", [{"organisation": "School"}], "against"),
        ("partners", "stakeholders", [{"organisation": n} for n in ("School", "Club")], "for"),
        (
            "steps_input",
            "steps",
            [{"cycle": 1, "step": s, "status": "done"} for s in "12"],
            "against",
        ),
        ("steps_input", "steps", [{"cycle": 1, "step": s, "status": "done"} for s in "123"], "for"),
        ("goals_with_target", "goals", [{"target": 1.0}], "against"),
        ("goals_with_target", "goals", [{"target": 1.0, "baseline": 0.0}], "for"),
        ("levels", "interventions", [{"prevention": "universal"}], "against"),
        ("levels", "interventions", [{"prevention": n} for n in ("universal", "selective")], "for"),
        ("evidence_known", "interventions", [{"evidence": n} for n in ("2", "4", "1")], "for"),
        (
            "evidence_known",
            "interventions",
            [{"evidence": n} for n in ("none", "1", "3")],
            "against",
        ),
        (
            "evidence_known",
            "interventions",
            [{"evidence": n} for n in ("4", None, None)],
            "unknown",
        ),
        # As the explanation of a short time: around two years nothing is decided.
        ("years_between", "interventions", [{"start": date(2018, 10, 1)}], "for"),
        ("years_between", "interventions", [{"start": date(2019, 4, 1)}], "unknown"),
        ("years_between", "interventions", [{"start": date(2019, 10, 1)}], "against"),
        ("years_between", "interventions", [{"start": date(2021, 5, 1)}], "against"),
        ("years_between", "interventions", [{"status": "planned"}], "unknown"),
        *(
            (measure, "activities", [{delivered: done, planned: 60}], support)
            for measure, delivered, planned in (
                ("dose", "delivered_sessions", "planned_sessions"),
                ("reach", "participants", "planned_participants"),
            )
            for done, support in ((48, "for"), (47, "partly"), (20, "partly"), (19, "against"))
        ),
        (
            "frequency",
            "activities",
            [
                {
                    "delivered_sessions": 4,
                    "planned_sessions": 4,
                    "period_start": date(2019, 1, 1),
                    "period_end": date(2019, 6, 30),
                }
            ],
            "for",
        ),
        ("quality", "activities", [{"quality": 80.0, "quality_n": 8}], "for"),
        ("quality", "activities", [{"quality": 33.0, "quality_n": 8}], "against"),
        ("quality", "activities", [{"planned_sessions": 1}], "unknown"),
    ],
)
def test_each_measure_says_what_it_supports(facts, registry_table, measure, kind, rows, support):
    table = registry_table(kind, *({"wijk": "a", "key": str(n)} | r for n, r in enumerate(rows)))
    assert supported(facts, measure, **{kind: table}) == support
    assert supported(facts, measure) == "unknown"


def test_half_of_those_invited_is_enough_to_work_together(facts, registry_table):
    held = [{"wijk": "a", "key": f"O{n}", "date": date(2021, 3, n)} for n in (1, 2)]
    there = [{"wijk": "a", "meeting": f"O{n}", "stakeholder": "P1"} for n in (1, 2)]
    for presence, support in ((("present", "absent"), "for"), (("excused", "absent"), "against")):
        rows = [row | {"presence": one} for row, one in zip(there, presence, strict=True)]
        tables = {"meetings": registry_table("meetings", *held)}
        tables["attendance"] = registry_table("attendance", *rows)
        assert supported(facts, "attendance", **tables) == support


def held(*days_ago: int) -> list[dict]:
    day = date(2021, 7, 1)
    return [{"key": f"O{ago}", "date": day - timedelta(ago)} for ago in days_ago]


def attended(**meetings: str) -> list[dict]:
    """Who was there (+) and who was not, by the key of the meeting."""
    signs = {"+": "present", "-": "absent"}
    return [
        {"meeting": key, "stakeholder": f"P{n}", "presence": signs[sign]}
        for key, there in meetings.items()
        for n, sign in enumerate(there)
    ]


@pytest.mark.parametrize(
    ("measure", "tables", "expected"),
    [
        # A year is from the day after this one last year until today.
        ("meetings", {"meetings": held(0, 364, 365, 729)}, ("same", "past year: 2; in the year before: 2")),
        ("meetings", {"meetings": held(0, 365, 366, 730)}, ("worse", "past year: 1; in the year before: 2")),
        ("meetings", {"meetings": held(-1, 5, 6, 366)}, ("better", "past year: 2; in the year before: 1")),
        ("attendance", {"meetings": held(3, 366), "attendance": attended(O3="+-+-", O366="----")},
         ("better", "50%")),
        ("attendance", {"meetings": held(3, 366), "attendance": attended(O3="+---", O366="++--")},
         ("worse", "25%")),
        ("attendance", {"meetings": held(3), "attendance": attended(O3="++++")}, ("measured", "100%")),
        ("attendance", {"meetings": held(365), "attendance": attended(O365="+")},
         ("not_measured", "not registered in the last year")),
        ("meetings", {"meetings": held(400)}, ("not_measured", "not registered in the last year")),
        # A meeting without a list counts by its two numbers, as everywhere.
        ("attendance", {"meetings": [*held(3), {**held(9)[0], "invited": 6, "present": 3}],
                        "attendance": attended(O3="++")}, ("measured", "63%")),
        ("partners", {"stakeholders": [{"organisation": "City", "start": date(2018, 9, 1)},
                                       {"organisation": "School", "start": date(2021, 7, 1)},
                                       {"organisation": "Left", "end": date(2021, 6, 30),
                                        "start": date(2018, 9, 1)}]}, ("same", "2")),
        ("years_between", {"interventions": [{"status": "running", "start": date(2001, 4, 1)}]},
         ("measured", "lie 20.0 years")),
        ("years_between", {"interventions": [{"status": "running", "start": date(2021, 4, 1)}]},
         ("measured", "began only after the last wave")),
        ("steps_input", {"steps": [{"cycle": 1, "step": n, "status": "done",
                                    "actual_end": date(2020, 1, 1)} for n in "124"]},
         ("measured", "2 of 3")),
    ],
)  # fmt: skip
def test_a_measure_of_the_registry_says_what_was_counted(
    facts, registry_table, measure, tables, expected
):
    tables = {
        kind: registry_table(kind, *({"wijk": "a"} | row for row in rows))
        for kind, rows in tables.items()
    }
    found = finding_of(facts("en", registry=tables), "a", measure)
    assert found.state == expected[0] and expected[1] in found.words, found


def test_figures_on_the_goals_are_counted_where_they_are_shown(facts):
    known = facts("en")
    found = finding_of(known, "a", "data_goals")
    assert (found.support, found.words) == (
        "partly", "In the last wave there are figures on 1 of the 2 goals."
    )  # fmt: skip
    every = known.estimates.assign(status="ok")
    assert finding_of(facts("en", estimates=every), "a", "data_goals").support == "for"
    none = known.estimates.assign(status="hidden")
    assert finding_of(facts("en", estimates=none), "a", "data_goals").support == "against"


def test_a_stopped_intervention_serves_no_goal(facts, registry_table):
    goals = registry_table("goals", {"wijk": "a", "key": "D1"})
    for status, support in (("running", "for"), ("stopped", "against")):
        row = {"wijk": "a", "goal": "D1", "status": status}
        tables = {"goals": goals, "interventions": registry_table("interventions", row)}
        assert supported(facts, "goals_with_intervention", **tables) == support


def test_the_study_sets_from_when_a_measure_supports(facts, registry_table):
    known = facts(registry={"activities": registry_table("activities", ACTIVITY)})
    assert finding_of(known, "a", "dose").support == "partly"
    settings = known.study.settings
    explanations = settings.evaluation.explanations.model_copy(
        update={"minimum_implementation": 0.5}
    )
    evaluation = settings.evaluation.model_copy(update={"explanations": explanations})
    lower = replace(known.study, settings=settings.model_copy(update={"evaluation": evaluation}))
    assert finding_of(replace(known, study=lower), "a", "dose").support == "for"


ACTIVITY = {"wijk": "a", "planned_sessions": 10, "delivered_sessions": 6}


def test_an_unknown_measure_is_an_error_that_names_the_known_ones(small_study, facts):
    extra = 'logic_model: {elements: [{id: x, box: assets, label: "X", measures: [beauty]}]}\n'
    study = small_study(replace=("sources:", extra + "sources:"))
    with pytest.raises(StudyError, match="unknown measure 'beauty'"):
        box_findings(Facts(study=study, registry={}, as_of=facts().as_of), "a")
    assert [problem.found for problem in check_measures(study)] == ["beauty"]


@pytest.mark.parametrize("measure", ["budgt", "gap:pley", "scale:trust", "indicator:play"])
def test_a_misspelt_measure_is_found_before_a_run(small_study, measure):
    extra = f'logic_model: {{elements: [{{id: x, box: assets, label: "X", measures: ["{measure}"]}}]}}\n'
    assert [problem.found for problem in check_measures(small_study())] == []
    study = small_study(replace=("sources:", extra + "sources:"))
    assert [problem.found for problem in check_measures(study)] == [measure]


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


def test_a_change_without_an_interval_is_no_verdict(facts):
    bare = facts().changes.assign(lower=float("nan"), upper=float("nan"))
    row = finding(box_findings(facts(changes=bare), "a"), "play")
    assert row["state"] == "measured" and "hoe zeker dat is, is niet bekend" in row["words"]


def test_only_goals_are_judged_and_it_is_said_how_many_were_looked_at(facts):
    known = facts()
    row = finding(box_findings(known, "a"), "play")
    assert f"{len(known.study.indicators)} doelen samen beoordeeld" in row["words"]
    no_goal = known.goal_changes[known.goal_changes["indicator"].ne("play")]
    row = finding(box_findings(facts(goal_changes=no_goal), "a"), "play")
    assert row["state"] == "measured" and "Dit is geen doel" in row["words"]
    gap = finding(box_findings(facts(goal_changes=no_goal), "a"), "gap:play")
    assert gap["state"] == "measured"
    assert f"({known.study.gap_grouping.label})" in gap["words"]


def test_a_measure_of_which_nothing_is_known_does_not_speak_for_an_assumption(facts):
    known = facts(registry={"goals": facts().registry["goals"].iloc[:0]})
    assert _verdict({"for", "unknown"}) == "unknown"
    assert _verdict({"for", "partly"}) == "unknown"
    assert _verdict({"for"}) == "for" and _verdict({"against", "unknown"}) == "against"
    assert _verdict({"for", "against"}) == "mixed" and _verdict(set()) == "unknown"
    assert assumption_findings(known, "a")["verdict"].eq("unknown").all()


def test_an_english_study_has_no_dutch_in_its_findings(facts):
    words = " ".join(box_findings(facts("en"), "a")["words"])
    assert "niet" not in words and "not registered" in words


@pytest.mark.parametrize(
    ("unit", "numbers", "said"),
    [
        ("points", (15.4, 8.4, 22.4), ("15 procentpunt", "8 tot 22")),
        ("score", (0.26, 0.14, 0.44), ("+0,3", "0,1 tot 0,4")),
    ],
)
def test_a_change_of_a_percentage_is_in_whole_points_and_one_of_a_score_in_tenths(
    unit, numbers, said
):
    row = pd.Series(dict(zip(("value", "lower", "upper"), numbers, strict=True)) | {"unit": unit})
    words = _changed("changed_no_goal", row, "measured", "nl", label="Sport")
    assert all(part in words for part in said), words
    unsure = _changed("changed_no_goal", row.replace(numbers[1], None), "measured", "nl", label="x")
    assert said[0] in unsure and "niet bekend" in unsure
    for step, about in ((1.0 if unit == "points" else 0.1, False), (5.0, True)):
        words = _changed(
            "changed_no_goal", pd.Series({**row, "step": step}), "measured", "nl", label="x"
        )
        assert ("ongeveer" in words) == about


def test_a_plan_is_carried_out_from_the_share_that_the_settings_name(facts):
    known = facts()
    low = 100 * known.study.settings.process.low_reach
    enough = 100 * known.study.settings.evaluation.explanations.minimum_implementation
    shares = (low - 0.01, low, enough - 0.01, enough)
    assert [carried_out(known, one) for one in shares] == ["against", "partly", "partly", "for"]
