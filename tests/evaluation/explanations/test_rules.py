"""Each explanation is found in the made-up programme in which exactly it holds."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from wijkkit.evaluation.explanations.evidence import Evidence, days_under, measures
from wijkkit.evaluation.explanations.explain import explanation_rows, explanations
from wijkkit.evaluation.explanations.rules import PROCESS, Threshold, covid
from wijkkit.language.messages import catalogue
from wijkkit.study.codebook import Codebook
from wijkkit.study.model import StudyFile
from wijkkit.study.settings import ExplanationSettings
from wijkkit.study.study import Study

#: A programme in which nothing went wrong, long before COVID-19.
SOUND = Evidence(
    wijken=2,
    implementation_start={"a": date(2011, 1, 1), "b": date(2011, 6, 1)},
    goal_coverage={"play": 1.0, "health": 1.0},
    group_coverage={"low": 0.97},
    response_gaps={"ses.low": -0.04},
    comparator_interventions=0.1,
    comparator_participation=0.0,
    comparator_moves=0.05,
    deployed=3,
    evidence_levels={"x": 3, "y": 2, "z": 4},
    dose={"a": 0.97, "b": 1.0},
    reach={"a": 0.95, "b": 1.1},
    fidelity={"a": 0.96, "b": 0.98},
    interviews=20,
    mentioned_by={code: frozenset() for code in PROCESS}
    | {"theory": frozenset({"g1"}), "wisselingen": frozenset({"g1", "g2"})},
    staff_turnover=0.1,
    steps_on_time=0.9,
)


#: Of twenty groups.
EIGHTEEN = tuple(f"g{i}" for i in range(1, 19))


def mentions(**codes: tuple[str, ...]) -> dict[str, frozenset[str]]:
    return {**SOUND.mentioned_by, **{code: frozenset(groups) for code, groups in codes.items()}}


def make_study(start=date(2010, 9, 1), follow_up=2014, **thresholds) -> Study:
    waves = tuple(
        {"id": f"w{y}", "label": str(y), "start": date(y, 4, 1), "end": date(y, 7, 31)}
        for y in (start.year - (0 if start.month > 7 else 1), follow_up)
    )
    settings = StudyFile.model_validate(
        {
            "title": "Made up",
            "city": {"name": "Anywhere"},
            "programme": {"name": "Programme", "start": start},
            "waves": waves,
            "goals": (
                {"id": "play", "label": "Buiten spelen", "indicator": "p", "domain": "gezond"},
            ),
            "sources": {"survey": ({"id": "s", "path": "s.csv"},)},
            "evaluation": {"explanations": thresholds},
        }
    )
    return Study(Path(), settings, Codebook(columns={}), {}, {})


def verdicts(evidence: Evidence, study: Study | None = None) -> dict[str, str]:
    table = explanations(study or make_study(), evidence)
    return dict(zip(table["explanation"], table["verdict"], strict=True))


def test_nothing_plays_a_part_in_a_programme_in_which_nothing_went_wrong():
    assert set(verdicts(SOUND).values()) == {"within"}


@pytest.mark.parametrize(
    ("explanation", "change"),
    [
        ("period", {"implementation_start": {"a": date(2013, 6, 1), "b": date(2013, 9, 1)}}),
        ("coverage", {"goal_coverage": {"play": 0.5}}),
        ("coverage", {"group_coverage": {"low": 0.1}}),
        ("contamination", {"comparator_interventions": 0.6}),
        ("contamination", {"comparator_participation": 0.31}),
        ("contamination", {"comparator_moves": 0.35}),
        ("response", {"response_gaps": {"ses.low": -0.13, "ses.high": 0.04}}),
        ("evidence_levels", {"evidence_levels": {"x": 0, "y": 1, "z": 3}}),
        ("implemented", {"dose": {"a": 0.4, "b": 0.6}}),
        ("implemented", {"reach": {"a": 0.5, "b": 0.6}}),
        ("implemented", {"fidelity": {"a": 0.6, "b": 0.6}}),
        ("staff_turnover", {"staff_turnover": 0.5}),
        ("unclear_execution", {"steps_on_time": 0.3}),
        *[(name, {"mentioned_by": mentions(**{name: EIGHTEEN})}) for name in PROCESS],
    ],
)
def test_exactly_the_explanation_that_holds_plays_a_part(explanation, change):
    found = verdicts(replace(SOUND, **change))
    assert [name for name, code in found.items() if code == "plays"] == [explanation]


def test_covid_plays_a_part_in_a_programme_that_ran_through_it():
    study = make_study(start=date(2018, 9, 1), follow_up=2021)
    evidence = replace(SOUND, implementation_start={"a": date(2018, 12, 1)})
    found = verdicts(evidence, study)
    assert [name for name, code in found.items() if code == "plays"] == ["covid"]


def test_what_is_not_known_cannot_be_judged():
    found = verdicts(Evidence())
    # How much of the period lay under measures follows from the dates of the study alone.
    assert found.pop("covid") == "within"
    assert set(found.values()) == {"cannot_be_judged"}


@pytest.mark.parametrize(
    ("thresholds", "explanation"),
    [
        ({"minimum_months": 70.0}, "period"),
        ({"minimum_coverage": 1.0, "undecided": 0.0}, "coverage"),
        ({"contamination_share": 0.05}, "contamination"),
        ({"minimum_evidence_level": 4}, "evidence_levels"),
        ({"minimum_implementation": 1.3}, "implemented"),
        ({"turnover_share": 0.05}, "staff_turnover"),
        ({"minimum_on_time": 1.0, "undecided": 0.05}, "unclear_execution"),
        ({"mentioned_share": 0.005}, "theory"),
        ({"response_gap": 0.03}, "response"),
        (
            {"codes": {"staff_turnover": ("wisselingen",)}, "mentioned_share": 0.02},
            "staff_turnover",
        ),
    ],
)
def test_the_study_sets_the_thresholds(thresholds, explanation):
    assert verdicts(SOUND, make_study(**thresholds))[explanation] == "plays"


def test_groups_that_mention_any_of_the_codes_count_once():
    study = make_study(codes={"theory": ("a", "b")})
    for b, verdict in ((EIGHTEEN[2:], "plays"), (("g1", "g2"), "within")):
        evidence = replace(SOUND, mentioned_by=mentions(a=("g1", "g2"), b=b))
        assert verdicts(evidence, study)["theory"] == verdict


def test_what_the_interviews_have_no_code_for_cannot_be_judged():
    found = verdicts(replace(SOUND, mentioned_by={"theory": frozenset()}))
    assert found["theory"] == "within"
    assert found["programme"] == found["pandemic"] == "cannot_be_judged"


@pytest.mark.parametrize(
    ("explanation", "change"),
    [
        ("period", {"implementation_start": {"a": date(2011, 1, 1)}}),
        ("contamination", {"comparator_moves": None}),
        ("contamination", {"comparator_interventions": None, "comparator_participation": None}),
        ("evidence_levels", {"deployed": 6}),
        ("implemented", {"fidelity": {}}),
        ("implemented", {"dose": {"a": 0.95}}),
    ],
)
def test_nothing_is_ruled_out_by_a_part_of_what_must_be_known(explanation, change):
    found = verdicts(replace(SOUND, **change))
    assert {name for name, code in found.items() if code != "within"} == {explanation}
    assert found[explanation] == "cannot_be_judged"


@pytest.mark.parametrize(
    ("explanation", "change"),
    [
        ("contamination", {"comparator_moves": 0.4, "comparator_participation": None}),
        ("evidence_levels", {"evidence_levels": {"x": 0, "y": 1, "z": 0}, "deployed": 4}),
        ("implemented", {"dose": {"a": 0.4, "b": 0.5}, "fidelity": {}}),
    ],
)
def test_one_sign_is_enough_whatever_the_others_are(explanation, change):
    assert verdicts(replace(SOUND, **change))[explanation] == "plays"


def test_without_a_wave_to_follow_up_time_and_covid_cannot_be_judged():
    study = make_study()
    settings = study.settings.model_copy(update={"waves": study.waves[:1]})
    found = verdicts(SOUND, replace(study, settings=settings))
    assert found["period"] == found["covid"] == "cannot_be_judged"


def test_a_start_after_the_last_wave_says_nothing_of_covid():
    verdict = covid([date(2021, 8, 1)], date(2021, 7, 31), ExplanationSettings())
    assert verdict.code == "cannot_be_judged"
    # A wijk that had not begun does not count.
    both = covid([date(2018, 9, 1), date(2021, 8, 1)], date(2021, 7, 31), ExplanationSettings())
    assert both == covid([date(2018, 9, 1)], date(2021, 7, 31), ExplanationSettings())


@pytest.mark.parametrize(
    ("lower", "upper", "code"),
    [(0.3, 0.6, "plays"), (0.29, 0.6, "undecided"), (0.1, 0.3, "undecided"), (0.1, 0.29, "within")],
)
def test_a_margin_that_begins_at_the_limit_lies_beyond_it(lower, upper, code):
    assert Threshold(0.3, 0.0).sampled((lower + upper) / 2, lower, upper) == code


def test_a_missing_number_is_not_known():
    nan = float("nan")
    shares = ("comparator_interventions", "comparator_participation", "comparator_moves")
    unknown = dict.fromkeys((*shares, "staff_turnover", "steps_on_time"), nan)
    unknown |= dict.fromkeys(("dose", "reach", "fidelity", "goal_coverage"), {"a": nan})
    unknown |= {"group_coverage": {}, "response_gaps": {"ses.low": nan}, "interviews": 0}
    found = verdicts(replace(SOUND, **unknown))
    for name in ("contamination", "implemented", "coverage", "response", "staff_turnover"):
        assert found[name] == "cannot_be_judged", name
    assert found["unclear_execution"] == "cannot_be_judged"


def test_too_few_interviews_say_nothing():
    evidence = replace(SOUND, interviews=2, mentioned_by=mentions(theory=("g1", "g2")))
    assert verdicts(evidence)["theory"] == "cannot_be_judged"


def test_the_period_is_the_median_of_the_neighbourhoods():
    starts = {"a": date(2010, 10, 1), "b": date(2011, 1, 1), "c": date(2014, 3, 1)}
    evidence = replace(SOUND, implementation_start=starts, wijken=3)
    assert verdicts(evidence)["period"] == "within"


def test_every_row_reads_as_sentences_in_both_languages():
    for language in ("nl", "en"):
        study = make_study()
        settings = study.settings.model_copy(update={"language": language})
        study = replace(study, settings=settings)
        for evidence in (SOUND, Evidence(), replace(SOUND, goal_coverage={"play": 0.5})):
            rows = explanation_rows(study, explanations(study, evidence))
            assert len(rows) == 15 and rows.notna().all(axis=None)
            assert not rows.map(lambda cell: "{" in cell or cell == "").any(axis=None)


def test_evidence_shows_numbers_and_the_goals_own_names():
    study = make_study()
    table = explanations(study, replace(SOUND, goal_coverage={"play": 0.5}))
    rows = explanation_rows(study, table).set_index("explanation")
    sentence = rows.loc["Doelen of groepen zonder cijfers", "evidence"]
    assert sentence == (
        "Bij ‘Buiten spelen’ ontbreekt 50% van de cijfers. Wij vinden dat minstens 80% er moet zijn."
    )


def test_the_share_of_weak_interventions_is_that_of_the_deployed_ones():
    weak = replace(SOUND, evidence_levels={"x": 0, "y": 1, "z": 0}, deployed=4)
    rows = explanation_rows(make_study(), explanations(make_study(), weak))
    assert rows["evidence"].str.contains("75%").sum() == 1


def test_the_catalogue_has_no_sentence_that_no_rule_gives():
    given = set()
    changes = [{}, {"goal_coverage": {"play": 0.1}}, {"interviews": 1}, {"comparator_moves": 0.9}]
    changes += [{"comparator_participation": 0.9}, {"mentioned_by": {}}, {"staff_turnover": None}]
    changes += [{"reach": {"a": 0.1, "b": 0.1}}, {"dose": {"a": 0.1, "b": 0.1}}, {"deployed": 9}]
    changes += [{"wijken": 9}, {"response_gaps": {"ses.low": 0.3}}]
    for change in changes:
        given |= set(explanations(make_study(), replace(SOUND, **change))["evidence"])
    given |= set(explanations(make_study(), Evidence())["evidence"])
    for language in ("nl", "en"):
        assert set(catalogue("explanations", language)["evidence"]) == given


def test_days_under_measures_are_counted_once_and_both_ends_included():
    assert days_under("schools_closed", date(2020, 3, 16), date(2020, 3, 16)) == 1
    assert days_under("schools_closed", date(2020, 3, 1), date(2020, 3, 15)) == 0
    rows = measures()
    for _, same in rows.groupby("kind"):
        assert (same["start"].iloc[1:].to_numpy() > same["end"].iloc[:-1].to_numpy()).all()
    for source in ("start_source", "end_source"):
        assert rows[source].str.fullmatch(r"https://[^/]+/\S+").all()


@pytest.mark.parametrize(
    ("kind", "last_open", "first_open"),
    [
        ("restrictions", date(2020, 3, 14), date(2021, 6, 26)),
        ("restrictions", date(2021, 11, 12), date(2022, 2, 25)),
        ("schools_closed", date(2020, 3, 15), date(2020, 5, 11)),
        ("schools_closed", date(2020, 12, 15), date(2021, 2, 8)),
        ("schools_closed", date(2021, 12, 19), date(2022, 1, 10)),
    ],
)
def test_measures_were_in_force_between_the_days_of_the_announcements(kind, last_open, first_open):
    days = (first_open - last_open).days - 1
    assert days_under(kind, last_open, first_open) == days
    assert days_under(kind, last_open, last_open) == days_under(kind, first_open, first_open) == 0


def test_all_evidence_is_optional():
    assert len(fields(Evidence)) == 18
    Evidence()


@pytest.mark.parametrize(
    ("explanation", "change"),
    [
        ("evidence_levels", {"evidence_levels": {str(i): 4 * (i > 5) for i in range(15)}}),
        ("response", {"response_gaps": {"ses.low": -0.09}}),
        ("response", {"response_gaps": {"ses.low": -0.05}, "limits": {"ses.low": (-0.11, 0.01)}}),
        ("contamination", {"comparator_moves": 0.1, "limits": {"moves": (0.02, 0.3)}}),
        ("preconditions", {"interviews": 8, "mentioned_by": {"preconditions": frozenset("abc")}}),
        ("implemented", {"dose": {"a": 0.7, "b": 0.9}}),
        ("period", {"implementation_start": {"a": date(2012, 2, 1), "b": date(2012, 2, 1)}}),
    ],
)
def test_what_is_near_its_threshold_or_whose_margin_holds_it_is_undecided(explanation, change):
    assert verdicts(replace(SOUND, **change))[explanation] == "undecided"


def test_a_sample_counts_with_its_margin_on_both_sides():
    far = {"response_gaps": {"ses.low": 0.2}, "limits": {"ses.low": (0.15, 0.25)}}
    assert verdicts(replace(SOUND, **far))["response"] == "plays"
    wide = far | {"limits": {"ses.low": (0.05, 0.35)}}
    assert verdicts(replace(SOUND, **wide))["response"] == "undecided"
    near = {"response_gaps": {"ses.low": 0.02}, "limits": {"ses.low": (-0.02, 0.06)}}
    assert verdicts(replace(SOUND, **near))["response"] == "within"
