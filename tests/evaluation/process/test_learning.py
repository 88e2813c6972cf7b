"""Learning: each rule asks when it should and is silent when it should not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.process.conftest import estimate_rows
from wijkkit.evaluation.learning import comparison
from wijkkit.evaluation.learning.comparison import (
    clash_sentences,
    clashes,
    side_by_side,
)
from wijkkit.evaluation.learning.data_quality import data_quality
from wijkkit.evaluation.learning.questions import (
    RULES,
    improvement_cycle,
    open_decisions,
    questions,
)
from wijkkit.evaluation.logic_model.measures import indicator_finding
from wijkkit.language.messages import catalogue
from wijkkit.pipeline.checks import missing_parts
from wijkkit.study.settings.programme import QualitySettings


def asked(facts, rule, wijk="a"):
    return [subject for subject, _ in RULES[rule](facts, wijk)]


def changed(facts, kind, **values):
    """Return the facts with other values in one kind of the registry."""
    known = facts()
    registry = dict(known.registry)
    registry[kind] = registry[kind].assign(**values)
    return facts(registry=registry)


@pytest.mark.parametrize(
    ("rule", "subjects"),
    [
        ("nothing_registered", []),
        ("step_overdue", ["4"]),
        ("goal_without_intervention", ["D2"]),
        ("intervention_without_goal", ["I2"]),
        ("no_data_for_goal", ["D2"]),
        ("goal_without_target", ["D2"]),
        ("goal_worse", []),
        ("evidence_unknown", ["I2"]),
        ("no_evidence", []),
        ("no_activities", ["I2"]),
        ("low_reach", ["I1"]),
        ("low_ses_missed", ["I1"]),
        ("done_without_change", []),
        ("decision_overdue", ["B1"]),
        ("clash_open", ["K1"]),
    ],
)
def test_each_rule_asks_about_what_it_is_for(facts, rule, subjects):
    assert asked(facts(), rule) == subjects


@pytest.mark.parametrize(
    ("status", "days", "asked_about"),
    [("running", 0, True), ("planned", 0, True), ("planned", 1, False), ("running", 1, False),
     ("stopped", 0, False), ("running", None, True), ("planned", None, False)],
)  # fmt: skip
def test_only_of_what_has_begun_and_runs_activities_are_missed(
    facts, registry_table, status, days, asked_about
):
    known = facts()
    start = None if days is None else known.as_of + timedelta(days)
    item = {"wijk": "a", "key": "I9", "name": "Club", "status": status, "start": start}
    rows = {**known.registry, "interventions": registry_table("interventions", item)}
    assert asked(facts(registry=rows), "no_activities") == (["I9"] if asked_about else [])


def test_every_rule_has_a_test_and_a_question_in_both_languages():
    marks = test_each_rule_asks_about_what_it_is_for.pytestmark[0].args[1]
    assert sorted(rule for rule, _ in marks) == sorted(RULES)
    for language in ("nl", "en"):
        assert set(catalogue("learning", language)["question"]) == set(RULES)


def test_questions_come_in_the_order_of_the_rules(facts):
    table = questions(facts(), "a")
    order = [list(RULES).index(rule) for rule in table["rule"]]
    assert order == sorted(order) and len(order) == 11
    assert "‘Talk’ loopt, maar er is geen activiteit geregistreerd" in " ".join(table["question"])


def test_a_wijk_without_a_registry_gets_one_question(facts):
    table = questions(facts(registry={}), "a")
    assert table["rule"].tolist() == ["nothing_registered"]


def test_rules_fall_silent_when_the_gap_is_closed(facts):
    assert asked(changed(facts, "interventions", goal="D1", second_goal="D2"),
                 "goal_without_intervention") == []  # fmt: skip
    assert asked(changed(facts, "interventions", evidence="3"), "evidence_unknown") == []
    assert asked(changed(facts, "interventions", evidence="none"), "no_evidence") == ["I1", "I2"]
    assert asked(changed(facts, "decisions", status="carried_out"), "decision_overdue") == []
    assert asked(changed(facts, "flags", status="solved"), "clash_open") == []
    assert asked(changed(facts, "steps", status="done"), "step_overdue") == []


def test_comparators_are_not_asked_which_goal_an_intervention_has(facts):
    assert asked(changed(facts, "interventions", wijk="b"), "intervention_without_goal", "b") == [
        "I2"
    ]
    moved = changed(facts, "interventions", wijk="c")
    assert asked(moved, "intervention_without_goal", "c") == []


def test_a_third_of_the_plan_is_the_limit_for_reach(facts):
    assert asked(changed(facts, "activities", participants=166), "low_reach") == ["I1"]
    assert asked(changed(facts, "activities", participants=167), "low_reach") == []
    # Of so few is said nothing, and so of nobody.
    assert asked(changed(facts, "activities", participants=0), "low_reach") == []
    assert asked(changed(facts, "activities", participants=5), "low_reach") == ["I1"]
    assert asked(changed(facts, "activities", participants=np.nan), "low_reach") == []


def test_low_ses_is_asked_about_only_when_the_figures_are_sure_of_it(facts):
    def missed(**values):
        return asked(changed(facts, "activities", **values), "low_ses_missed")

    # A sample of 40 of the 100: 16 low SES of 40 may well be half of the target group.
    assert missed(participants_ses_known=40, participants_low_ses=16) == []
    assert missed(participants_ses_known=95, participants_low_ses=10) == ["I1"]
    # Everybody counted: 45 of a hundred is close enough to half.
    assert missed(participants_low_ses=45) == []
    # Four are not told by a question either.
    assert missed(participants_low_ses=4) == []


def test_goals_that_became_worse_or_stayed_the_same_are_asked_about(facts):
    assert asked(facts(), "goal_worse", "b") == ["D1"]
    worse = facts().changes.assign(lower=-3.0, upper=8.0)
    assert asked(facts(changes=worse), "done_without_change") == ["D1"]
    # The wijk's own figures say that it changed: the goals together do not make that a question.
    together = facts(changes=worse).goal_changes
    for clear in ({"lower": 0.1, "upper": 8.0}, {"verdict": "higher"}):
        known = facts(changes=worse.assign(**clear), goal_changes=together)
        assert asked(known, "done_without_change") == []
        words = indicator_finding(known, "a", "play").words
        assert "geen duidelijke verandering" in words and "wel duidelijk" in words


def test_clashes_are_counted_over_wijken(facts, monkeypatch):
    table = clashes(facts())
    assert table.loc[0, ["clash", "programme", "wijken", "open"]].tolist() == [
        "procurement",
        "Sport plan",
        2,
        2,
    ]
    assert "Wijk-A en Wijk-B" in clash_sentences(facts())[0]
    monkeypatch.setattr(comparison, "_NAMED", 1)
    assert "Dit wringt in alle 2 programmawijken." in clash_sentences(facts())[0]
    assert "niet is opgeschreven" in clash_sentences(facts(registry={}))[0]


def test_wijken_stand_side_by_side_and_unregistered_is_not_zero(facts):
    table = side_by_side(facts()).set_index("wijk")
    assert table.loc["a", ["better", "same", "worse", "not_measured"]].tolist() == [1, 0, 0, 1]
    assert table.loc["a", ["dose", "steps_done"]].tolist() == [90, 3]
    assert table.loc["b", ["dose", "reach_of_plan", "steps_done", "attendance"]].isna().all()


def test_a_goal_measured_once_is_counted_with_those_whose_change_is_unknown(facts):
    table = side_by_side(facts(changes=facts().changes.iloc[:0]))
    assert table[["better", "same", "worse"]].eq(0).all(axis=None)
    assert table["not_measured"].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("status", "days", "answered"),
    [("taken", 0, True), ("carried_out", 364, True), ("taken", 365, False), ("taken", -1, False),
     ("open", 3, False)],
)  # fmt: skip
def test_a_decision_of_the_last_year_answers_what_is_asked_of_its_goal(
    facts, registry_table, status, days, answered
):
    known = facts()
    on = known.as_of - timedelta(days)
    row = {"wijk": "a", "key": "B9", "decision": "x", "status": status, "date": on, "goal": "D2"}
    known = facts(registry={**known.registry, "decisions": registry_table("decisions", row)})
    assert ("D2" not in set(questions(known, "a")["subject"])) == answered


def test_the_cycle_has_every_part(facts):
    table = improvement_cycle(facts(), "a")
    assert list(dict.fromkeys(table["part"])) == ["planned", "learned", "next"]
    said = " ".join(table["sentence"])
    assert "Reden: Few partners." in said
    assert "Open besluit, uiterlijk 1 mei 2021: Open the square." in said
    empty = improvement_cycle(facts(registry={}), "a")
    assert "Er zijn geen doelen en geen interventies geregistreerd." in empty["sentence"].tolist()


def test_open_decisions_say_which_are_overdue(facts):
    table = open_decisions(facts(), "a")
    assert table[["key", "overdue"]].values.tolist() == [["B1", True]]


def judged(table, aspect):
    return table.loc[table["aspect"].eq(aspect), "judgement"].tolist()


def test_data_quality_is_judged_on_every_aspect(facts):
    table = data_quality(facts(), "a")
    assert judged(table, "completeness") == ["fair"]  # sport is hidden
    assert judged(table, "age") == ["by_date"]  # the study names no day to judge it on
    assert judged(table, "response") == ["fair"]
    assert judged(table, "representativeness") == ["poor"]  # 30 % of 60 against 42 %
    assert judged(table, "reference") == ["fair"]
    assert judged(table, "registry") == ["poor"]  # of one of three
    said = " ".join(table["words"])
    assert "Er zijn hier 1.200 children. De deelnemers zijn daarvan 5%." in said
    assert "30% van de deelnemers, 42% van alle kinderen" in said
    some = quality_words(with_process(facts(), children_surveyed=13 / 15), "response")
    assert "Naar schatting hebben 1.040 daarvan de leeftijd van de vragenlijst." in some[0][1]
    assert "De deelnemers zijn daarvan 6%." in some[0][1]


def quality_words(known, aspect):
    table = data_quality(known, "a")
    rows = table[table["aspect"].eq(aspect)]
    return list(zip(rows["judgement"], rows["words"], strict=True))


def with_process(known, **settings):
    """Return the facts of a study with other settings of the process."""
    process = known.study.settings.process.model_copy(update=settings)
    found = known.study.settings.model_copy(update={"process": process})
    return replace(known, study=replace(known.study, settings=found))


def test_the_share_of_children_is_that_of_the_figure_the_study_names(facts):
    known = facts()
    ((_, said),) = quality_words(with_process(known, children_figure=None), "response")
    assert "Welk deel dat is, is niet bekend." in said and "%" not in said
    lacking = missing_parts(with_process(known, children_figure=None).study)
    assert "process.children_figure" in {problem.place for problem in lacking}
    ((_, said),) = quality_words(
        replace(known, area_figures=known.area_figures.tail(1)), "response"
    )
    assert "ontbreekt het aantal kinderen" in said
    later = known.area_figures.head(1).assign(period="2024", value=6000.0)
    figures = pd.concat([known.area_figures, later])
    ((_, said),) = quality_words(replace(known, area_figures=figures), "response")
    assert "1.200 children" in said  # of the wave, not of the newest table


def test_representativeness_says_what_lacks(facts):
    known = facts()
    ((judgement, said),) = quality_words(
        with_process(known, representativeness={}), "representativeness"
    )
    assert judgement == "unknown"
    assert said == "Of de deelnemers op de wijk lijken, is niet te controleren."
    lacking = missing_parts(with_process(known, representativeness={}).study)
    assert "process.representativeness" in {problem.place for problem in lacking}
    no_figure = replace(known, area_figures=known.area_figures.head(1))
    ((judgement, said),) = quality_words(no_figure, "representativeness")
    assert judgement == "unknown" and "kerncijfers" in said


def few_of_one_group(known):
    """Return the facts with one of the two groups too small to show, in wijk a alone."""
    rows = known.estimates
    hidden = rows["area"].eq("a") & rows["group"].eq("low")
    return rows.assign(n=rows["n"].mask(hidden), status=rows["status"].mask(hidden, "too_few"))


def test_a_group_that_may_not_be_shown_gives_no_share_of_the_others(facts):
    known = facts()
    one = replace(
        with_process(known, representativeness={"ses.high": "low_education"}),
        estimates=few_of_one_group(known),
    )
    ((judgement, said),) = quality_words(one, "representativeness")
    assert judgement == "unknown" and "niet te tonen" in said and "%" not in said


def test_where_a_wijk_has_too_few_all_wijken_together_are_shown(facts):
    known = facts()
    city = [
        ("play", "city", "city", "2021", "ses", group, 50, 40, 60, n, "percent", "ok")
        for group, n in (("low", 30), ("high", 90))
    ]
    figures = [
        known.area_figures.assign(area=wijk, value=[children, low])
        for wijk, children, low in zip("abcd", (100, 100, 100, 300), (20, 20, 20, 40), strict=True)
    ]
    estimates = pd.concat([few_of_one_group(known), estimate_rows(*city)])
    one = replace(known, estimates=estimates, area_figures=pd.concat(figures))
    few, together = quality_words(one, "representativeness")
    assert few[0] == "unknown"
    assert together == (
        "good",
        "SES: low, in alle wijken van de studie samen: 25% van de deelnemers, 30% van alle "
        "kinderen. Dat past goed bij elkaar.",
    )


def test_the_study_sets_what_good_data_are(facts):
    known = with_process(facts(), as_of=date(2023, 6, 1))
    found = {
        aspect: quality_words(known, aspect)[0][0]
        for aspect in ("age", "response", "representativeness", "registry")
    }
    assert found == {
        "age": "good",
        "response": "fair",
        "representativeness": "poor",
        "registry": "poor",
    }
    other = QualitySettings(
        recent_months=6, old_months=12, many=60, few=30, close_points=8.0, far_points=13.0,
        registered=0.6, hardly_registered=0.3,
    )  # fmt: skip
    known = with_process(known, quality=other)
    found = {aspect: quality_words(known, aspect)[0][0] for aspect in found}
    assert found == {
        "age": "poor",
        "response": "good",
        "representativeness": "fair",
        "registry": "fair",
    }


@pytest.mark.parametrize(("n", "said"), [(69.0, "deden 69 "), (float("nan"), None), (0.0, None)])
def test_who_took_part_is_counted_as_in_the_table_of_participants(facts, n, said):
    """A figure may rest on fewer: not everybody answered every question."""
    known = facts()
    rows = [
        {"area": area, "area_level": "wijk", "wave": wave.id, "n": n if area == "a" else 500.0}
        for area in ("a", "b")
        for wave in known.study.waves
    ]
    words = quality_words(replace(known, participants=pd.DataFrame(rows)), "response")
    assert said in words[0][1] if said else words[0][0] == "unknown"


def test_data_quality_of_nothing_is_unknown_or_weak_and_never_good(facts):
    nothing = facts().estimates.head(0)
    table = data_quality(facts(registry={}, estimates=nothing, area_figures=nothing), "a")
    assert set(table["judgement"]) == {"unknown", "poor", "by_date"}


@pytest.mark.parametrize(
    ("as_of", "judgement", "words"),
    [
        (None, "by_date", "Tot 30 juni 2023 zijn de cijfers recent, na 30 juni 2025 zijn ze oud."),
        ("2021-12-31", "good", "Op 31 december 2021 was dat 6 maanden geleden."),
        ("2024-06-30", "fair", "36 maanden geleden"),
        ("2026-06-30", "poor", "60 maanden geleden"),
    ],
)
def test_age_is_judged_only_on_a_day_that_the_study_names(
    facts, small_study, as_of, judgement, words
):
    day = f"process:\n  as_of: {as_of}" if as_of else "process:"
    known = replace(facts(), study=small_study(replace=("process:", day)))
    (row,) = data_quality(known, "a").query("aspect == 'age'").itertuples()
    assert row.judgement == judgement and words in row.words


def test_a_goal_can_be_compared_only_where_the_wijk_has_a_figure_itself(facts):
    city = ("city", "city", "2021", "", "all", 50, 49, 51, 900, "percent", "ok")
    estimates = pd.concat([facts().estimates, estimate_rows(("sport", *city))])
    said = " ".join(data_quality(facts(estimates=estimates), "a")["words"])
    assert "Met de stad te vergelijken: 1 van de 2 doelen." in said  # sport of wijk a is hidden


def test_a_step_that_is_overdue_names_the_day_it_is_judged_on(facts):
    table = questions(facts(), "a").query("rule == 'step_overdue'")
    assert table["question"].item().startswith("Op 1 juli 2021 had stap 4 ")


def test_an_english_study_asks_in_english(facts):
    words = " ".join(questions(facts("en"), "a")["question"])
    assert "niet" not in words and "Does the network choose one" in words
