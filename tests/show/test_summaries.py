"""The first screen says in plain sentences what the released tables hold, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.show.test_show import changes, estimates, gaps, hide
from tests.show.test_show import judged as with_verdict
from tests.studies import replace, write_study
from wijkkit import show
from wijkkit.errors import ParameterError
from wijkkit.evaluation.effect.outcomes import arguments_table, as_asked
from wijkkit.language import counted, large_first
from wijkkit.released import WijkView, open_city, open_wijk
from wijkkit.released.sentences import WEIGHT
from wijkkit.released.store import write_released
from wijkkit.reports.pages import metadata
from wijkkit.show.output import Nothing
from wijkkit.study import open_study

PACE = {"wijk": "noord", "cycle": 1, "registered": 6, "done": 3, "steps_done": 3}
QUESTION = "Stap 4 had al 94 dagen klaar moeten zijn. Wat houdt de stap op?"


def implementation(by_wijk: bool) -> pd.DataFrame:
    rows = [
        ("dose", 66.0, 310, 468),
        ("reach_of_plan", 61.0, None, None),
        ("registered", 60.0, 3, 5),
    ]
    table = pd.DataFrame(rows, columns=["measure", "value", "numerator", "denominator"])
    table = table.assign(wijk="noord", name="Sport", status="ok")
    return table if by_wijk else table.assign(intervention=["I1", "I2", "I3"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_study(tmp_path / "studie")
    study = open_study(folder)
    verdict = {"indicator": "play", "area": "noord", "area_level": "wijk", "wave": "2021"}
    tables = {
        "estimates": estimates(),
        "changes": changes(),
        "gaps": gaps(),
        "comparisons": pd.DataFrame([{**verdict, "against": "city", "verdict": "better"}]),
        "pace_by_wijk": pd.DataFrame([PACE]),
        "implementation": implementation(by_wijk=False),
        "implementation_by_wijk": implementation(by_wijk=True),
        "questions": pd.DataFrame(
            [{"wijk": "noord", "rule": "step_overdue", "subject": "", "question": QUESTION}]
        ),
        "interventions": pd.DataFrame({"wijk": ["noord"] * 5, "key": list("abcde")}),
        "quotes": pd.DataFrame(columns=["code", "arm", "wave", "role", "quote"]),
    }
    for name, table in tables.items():
        write_released(study, name, table)
    return folder


def answers(folder: Path) -> list[str]:
    return show.wijk_summary(open_wijk(folder, "noord")).markdown.replace("\\", "").splitlines()


def test_the_clear_change_comes_first_and_then_five_answers(folder):
    assert answers(folder) == [
        "- **Wat valt op?** Speelt voldoende buiten is duidelijk verbeterd: van 41% naar 52%. Dit "
        "cijfer zegt niet of het door het programma komt.",
        "- **Hoe staat Noord ervoor?** Gunstiger dan in de twee wijken samen: speelt voldoende "
        "buiten 52%.",
        "- **Zijn de doelen gehaald?** De stad stelde één doel vast. Nog niet gehaald: meer "
        "buitenspelen.",
        "- **Zijn er al stappen gemaakt?** Ja, drie van de zes stappen zijn klaar. Er zijn vijf "
        "interventies gekozen. Van twee daarvan is niets opgeschreven; de cijfers hierna gaan over "
        "drie interventies. Van de geplande bijeenkomsten is 66% gehouden. Van het geplande aantal "
        "deelnemers is 61% bereikt.",
        f"- **Waarover praten?** {QUESTION}",
    ]


def test_figures_are_about_what_was_registered_and_not_about_what_is_planned(folder):
    """Six were chosen, one of them only planned: of five the registration can be missing."""
    study = open_study(folder)
    items = pd.DataFrame({"wijk": ["noord"] * 6, "key": list("abcdef")})
    write_released(study, "interventions", items)
    assert "gaan over drie interventies." in " ".join(answers(folder))
    table = implementation(by_wijk=True)
    none = table["numerator"].mask(table["measure"].eq("registered"), 0)
    write_released(study, "implementation_by_wijk", table.assign(numerator=none))
    said = " ".join(answers(folder))
    assert "Van geen daarvan is iets opgeschreven." in said and "gaan over" not in said


def test_a_goal_without_a_target_cannot_have_been_reached(folder):
    path = folder / "study.yml"
    text = path.read_text(encoding="utf-8")
    without = text.replace(', target: {value: 60, wave: "2021"}', "")
    path.write_text(without, encoding="utf-8")
    assert without != text and (
        "- **Zijn de doelen gehaald?** De stad stelde één doel vast. Zonder streefwaarde, en dus "
        "niet te zeggen: meer buitenspelen."
    ) in answers(folder)


def test_the_largest_clear_change_is_said_first(folder):
    replace(
        folder,
        "indicators.yml",
        "play:",
        "sport:\n  label: Sport\n  function: outdoor_play_days\n  columns: {days: days}\n"
        "  question_version: proef\n  direction: higher\nplay:",
    )
    goal = "  - {id: sport, label: Meer sport, indicator: sport, domain: gezond}\n"
    replace(folder, "study.yml", "sources:", f"{goal}sources:")
    study = open_study(folder)
    both = [table.assign(indicator="sport") for table in (estimates(), changes())]
    both[1] = with_verdict(both[1], value=-15.0, lower=-20.0, upper=-10.0)
    write_released(study, "estimates", pd.concat([estimates(), both[0]]))
    write_released(study, "changes", pd.concat([changes(), both[1]]))
    assert answers(folder)[0].startswith("- **Wat valt op?** Sport is duidelijk verslechterd")


def test_without_a_clear_change_what_was_done_comes_first(folder):
    unclear = with_verdict(changes(), lower=-2.0)
    write_released(open_study(folder), "changes", unclear)
    assert answers(folder)[0].startswith("- **Zijn er al stappen gemaakt?**")


def test_what_is_not_known_is_said_with_its_reason_and_never_as_a_zero(folder):
    hide(folder, "too_few")
    said = " ".join(answers(folder))
    assert "Te weinig kinderen: speelt voldoende buiten. Het verschil tussen groepen" in said
    assert " 0 " not in said


def test_questions_come_by_weight_whatever_the_order_of_the_rules(folder):
    rows = [("step_overdue", "Stap?"), ("goal_worse", "Doel?"), ("clash_open", "Knelpunt?")]
    table = pd.DataFrame(rows, columns=["rule", "question"]).assign(wijk="noord", subject="")
    write_released(open_study(folder), "questions", table)
    said = show.said(open_wijk(folder, "noord").questions()).markdown.replace("\\", "").splitlines()
    assert said == ["- Doel?", "- Knelpunt?", "- Stap?"]
    assert len(WEIGHT) == len(set(WEIGHT))


def test_a_wijk_s_own_question_comes_before_one_that_all_wijken_have(folder, monkeypatch):
    rows = [
        ("noord", "step_overdue", "Stap?"),
        ("noord", "clash_open", "Knelpunt?"),
        ("noord", "evidence_unknown", "Bewijs?"),
        ("zuid", "clash_open", "Knelpunt?"),
        ("zuid", "step_overdue", "Stap?"),
    ]
    table = pd.DataFrame(rows, columns=["wijk", "rule", "question"]).assign(subject="")
    write_released(open_study(folder), "questions", table)
    monkeypatch.setattr(WijkView, "programme", ("noord", "zuid"))
    shared = open_wijk(folder, "noord").questions().set_index("rule")["shared"]
    assert shared.to_dict() == {"clash_open": True, "evidence_unknown": False, "step_overdue": True}
    assert answers(folder)[-1] == "- **Waarover praten?** Bewijs? Knelpunt?"


def test_a_comparison_wijk_has_no_goals_no_steps_and_no_advice(folder):
    said = show.wijk_summary(open_wijk(folder, "zuid")).markdown
    assert "vergelijkingswijk" in said and "stappen" not in said and "doel" not in said


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        (0, "Nog niet: er is nog geen stap klaar."),
        (1, "Ja, één van de zes stappen is klaar."),
        (6, "Ja, alle zes stappen zijn klaar."),
    ],
)
def test_steps_are_counted_with_the_right_plural(folder, done, sentence):
    write_released(open_study(folder), "pace_by_wijk", pd.DataFrame([{**PACE, "done": done}]))
    assert f"gemaakt?** {sentence}" in answers(folder)[3]


def test_the_same_answers_in_english(folder):
    replace(folder, "study.yml", "title: Proef", "title: Proef\nlanguage: en")
    assert answers(folder)[0] == (
        "- **What stands out?** Speelt voldoende buiten clearly improved: from 41% to 52%. This "
        "figure does not say whether the programme is the cause."
    )


def test_a_count_begins_a_sentence_with_one_capital_accent():
    assert large_first(counted("common.goals", 1, "nl")) == "Eén doel"
    assert counted("common.goals", 12, "nl") == "12 doelen"


@pytest.fixture
def city(folder: Path):
    study = open_study(folder)
    effect = {
        "outcome": "play", "group": "all", "contrast": "did", "method": "cluster_period",
        "scale": "points", "estimate": -16.0, "lower": -27.0, "upper": -5.0, "p": 0.02,
        "status": "ok", "reason": "",
    }  # fmt: skip
    conclusions = [
        ("play", "effect", "alone_better", '{"outcomes": 5, "chance": 0.226}'),
        ("play", "gap", "not_shown", "{}"),
    ]
    explanation = {"aspect": "effect", "evidence": "mentioned", "fields": json.dumps({})}
    names = (("covid", "plays"), ("theory", "within"))
    tables = {
        "effects": pd.DataFrame([effect]),
        "effect_conclusions": pd.DataFrame(
            conclusions, columns=["outcome", "part", "key", "fields"]
        ),
        "detectable": pd.DataFrame(
            [
                {"outcome": "play", "detectable": 35.2, "ceiling": 60.0, "baseline": 60.0},
                {"outcome": "play", "detectable": 22.0, "ceiling": 11.0, "baseline": 11.0},
            ]
        ).assign(status="ok", scale="points", outcomes=5, icc=0.01),
        "side_by_side": pd.DataFrame(
            [{"steps_done": 3.0, "dose": 65.0, "reach_of_plan": 61.0, "registered": 60.0}]
        ),
        "explanations": pd.DataFrame(
            [{**explanation, "explanation": name, "verdict": verdict} for name, verdict in names]
        ),
    }
    for name, table in tables.items():
        write_released(study, name, table)
    return open_city(folder)


def test_the_city_says_what_was_found_what_was_done_and_what_explains_it(city):
    assert show.city_summary(city).markdown.replace("\\", "").splitlines() == [
        "- **Werkt het programma?** Van geen enkele uitkomst is een verandering door het programma "
        "aangetoond. Er is een aanwijzing voor verbetering, maar geen bewijs: speelt voldoende "
        "buiten (+16 procentpunt, marge +5 tot +27). Een aanwijzing kan toeval zijn: ook zonder "
        "enig effect heeft tot 23 van de 100 studies met 5 uitkomsten er minstens één. Met "
        "dit aantal wijken en kinderen is een verbetering pas goed aan te tonen vanaf 35 procentpunt. "
        "Dat geldt als we 5 uitkomsten samen toetsen en de ICC 0,010 is. Geen enkele verbetering was goed "
        "aan te tonen bij: speelt voldoende buiten. Daarvoor is daar te weinig ruimte.",
        "- **Zijn de verschillen tussen groepen kleiner geworden?** Een verschil in effect tussen de "
        "groepen (opleiding) is voor geen enkele uitkomst aangetoond.",
        "- **Zijn er al stappen gemaakt?** Eén programmawijk heeft 3 van de 6 stappen klaar. Van de "
        "geplande bijeenkomsten is in de middelste wijk 65% gehouden. Van het geplande aantal "
        "deelnemers is in de middelste wijk 61% bereikt. "
        "In één wijk is van sommige interventies niets opgeschreven.",
        "- **Wat kan dit verklaren?** Dit speelt misschien mee: de coronatijd.",
        "- **Wat raden we aan?** Meet opnieuw na de coronatijd, ook in de vergelijkingswijken.",
    ]


def judged(city, *verdicts: tuple[str, str]):
    """Return the city with these verdicts on its explanations."""
    explanation = {"aspect": "effect", "evidence": "none", "fields": json.dumps({})}
    rows = [{**explanation, "explanation": name, "verdict": verdict} for name, verdict in verdicts]
    write_released(city.study, "explanations", pd.DataFrame(rows))
    return open_city(city.study.folder)


UNKNOWN = ("theory", "cannot_be_judged")


def test_what_cannot_be_judged_is_named_and_not_taken_for_a_no(city):
    some = judged(city, ("covid", "within"), UNKNOWN)
    assert show.explanations(some).markdown == (
        "Van de verklaringen die te beoordelen zijn, is er geen teken dat er een meespeelt. Dat bewijst "
        "niet dat ze niet meespelen. Met deze gegevens niet te zeggen: een aanpak die in theorie niet klopt."
    )
    found = judged(city, ("covid", "plays"), UNKNOWN)
    assert show.explanations(found).markdown.splitlines()[1] == (
        "- Met deze gegevens niet te zeggen: een aanpak die in theorie niet klopt."
    )
    assert "niet te zeggen" in show.explanations(judged(city, UNKNOWN)).markdown
    none = show.explanations(judged(city, ("covid", "within"))).markdown
    assert none == (
        "Er is geen teken dat een van de bekende verklaringen meespeelt. Dat bewijst niet dat ze "
        "niet meespelen."
    )


def test_what_would_let_an_explanation_be_judged_is_recommended_too(city):
    found = judged(city, UNKNOWN, ("covid", "plays")).recommendations()
    said = show.said(found).markdown.replace("\\", "").splitlines()
    assert said[0].endswith("Reden: de coronatijd.")
    assert said[1].endswith(
        "we weten nog niet of dit meespeelt: een aanpak die in theorie niet klopt."
    )


def test_a_favourable_effect_is_shown_to_the_right_of_zero(city):
    effects = city.effects()
    assert effects[["value", "lower", "upper"]].iloc[0].tolist() == [16.0, 5.0, 27.0]
    table = show.table(effects, ["value", "key"]).data
    assert table.iloc[0].tolist() == ["+16 procentpunt (+5 tot +27)", "aanwijzing, geen bewijs"]
    assert "+16 (+5 tot +27)" in show.intervals(effects).alt


def test_an_effect_that_was_evaluated_otherwise_says_so_beside_each_figure_and_on_the_page(city):
    study = city.study
    wijk, hood = next(iter(study.neighbourhoods.items()))
    asked = as_asked(study, ["sex"], "cr2", ["sex"], [wijk], "favourable")
    assert as_asked(study, []) is study
    write_released(study, "effect_arguments", arguments_table(study, study))
    assert (
        city.effects().attrs["caption"] == city.framed("effects", pd.DataFrame()).attrs["caption"]
    )
    as_planned = metadata(study, "stad")["text"]["method_design"]
    assert (
        "Rekenwijze waar de conclusies op rusten" in as_planned and "in de opzet" not in as_planned
    )
    write_released(study, "effect_arguments", arguments_table(study, asked))
    words = (
        "Dit is anders berekend dan in de opzet van het onderzoek. Rekenwijze waar de conclusies op "
        "rusten: Houdt rekening met wijken: robuust voor weinig wijken (CR2); in de opzet: "
        "Gemiddelden per wijk en meting (aanbevolen). Kenmerken waar we rekening mee houden: sex; "
        f"in de opzet: geen. Wijken die niet meetellen: {hood.name}; in de opzet: geen. Kant van de "
        "uitkomsten in het model: de gunstige; in de opzet: per uitkomst gekozen."
    )
    for kind, slug in (("stad", ""), ("wijk", wijk)):
        assert words in metadata(study, kind, slug)["text"]["method_design"]
    row = city.table("effects").iloc[[0]].assign(method="cr2", pole="favourable", floor=0.0)
    write_released(study, "effects", row)
    city = open_city(study.folder)
    for frame in (city.effects(), city.methods()):
        assert frame.attrs["caption"].endswith(f". {words}")
    # The other side is modelled, so a rise is favourable now.
    assert city.effects()["value"].tolist() == [-16.0]


def test_a_grouping_that_the_study_does_not_have_is_an_error(city):
    for asked in (
        lambda: city.groups("play", "nonsense"),
        lambda: city.gaps("nonsense"),
        lambda: city.places("play", group_by="nonsense"),
    ):
        with pytest.raises(ParameterError, match="found nonsense; expected ses"):
            asked()


def test_a_gap_that_is_shown_says_whom_the_effect_favours(city):
    replace(city.study.folder, "study.yml", "goals:", "evaluation: {grouping: ses}\ngoals:")
    fields = json.dumps({"first": "low", "last": "high"})
    rows = [("play", "effect", "not_shown_wide", "{}"), ("play", "gap", "shown_worse", fields)]
    columns = ["outcome", "part", "key", "fields"]
    write_released(city.study, "effect_conclusions", pd.DataFrame(rows, columns=columns))
    said = show.city_summary(open_city(city.study.folder)).markdown
    assert (
        "minder gunstig voor ‘laag’ dan voor ‘hoog’ (opleiding) bij: speelt voldoende buiten."
        in said
    )


def test_an_effect_that_is_no_more_than_a_sign_is_not_drawn_as_demonstrated(city):
    figure = show.intervals(city.effects())
    words = [words.get_text() for words in figure.axes[0].get_legend().texts]
    assert words == ["aanwijzing, geen bewijs"]


@pytest.mark.parametrize(
    ("pole", "ratio", "points"),
    [("adverse", [0.5, 0.4, 1.0], 16), ("favourable", [2, 1, 2.5], -16)],
)
def test_odds_ratios_are_those_of_the_adverse_pole_whichever_is_modelled(city, pole, ratio, points):
    old = "direction: higher"
    replace(city.study.folder, "indicators.yml", old, f"{old}\n  pole: {pole}")
    row = {
        "outcome": "play", "group": "all", "contrast": "did", "method": "cluster_period",
        "estimate": -16.0, "lower": -27.0, "upper": -5.0, "p": 0.05, "n": 9, "clusters": 6,
        "floor": float("nan"), "status": "ok", "reason": "", "pole": pole, "scale": "points",
    }  # fmt: skip
    odds = {**row, "scale": "odds_ratio", "estimate": 0.5, "lower": 0.4, "upper": 1.0}
    write_released(city.study, "effects", pd.DataFrame([row, odds]))
    methods = open_city(city.study.folder).methods()
    assert methods[["odds_ratio", "or_lower", "or_upper"]].iloc[0].tolist() == ratio
    assert methods["value"].tolist() == [points]
    assert methods["compared"].tolist() == [False]
    write_released(city.study, "effects", pd.DataFrame([row, odds, {**row, "method": "cr2"}]))
    assert open_city(city.study.folder).methods()["compared"].tolist() == [True, True]


def test_tables_of_the_effect_say_it_of_the_outcome_they_name(city):
    """Outdoor play is modelled as its complement: 40 % do not play enough, so 60 % do."""
    design = {
        "outcome": "play", "status": "ok", "reason": "", "scale": "points", "baseline": 40.0,
        "detectable": 35.2, "clusters_needed": 12.0, "respondents_needed": float("inf"),
    }  # fmt: skip
    check = {
        "outcome": "play", "check": "leave_one_out", "item": "noord", "scale": "points",
        "estimate": -3.0, "lower": -8.0, "upper": 2.0, "status": "ok", "reason": "",
    }  # fmt: skip
    shift = {**check, "check": "composition", "item": "age", "scale": "sd", "estimate": 0.5}
    group = {**shift, "item": "ses=low"}
    reached = {**check, "check": "contamination", "item": "0.25"}
    pair = {**check, "item": "p1"}
    checks = [check, shift, group, reached, pair]
    write_released(city.study, "detectable", pd.DataFrame([design]))
    write_released(city.study, "effect_assumptions", pd.DataFrame(checks))
    view = open_city(city.study.folder)
    columns = ["label", "baseline", "detectable", "respondents_needed"]
    needed = show.table(view.detectable(), columns)
    assert needed.data.iloc[0].tolist()[1:] == ["60%", "+35 procentpunt", "niet haalbaar"]
    assert "ICC 0,010" in needed.caption
    for changed, cells in (
        ({"scale": "score", "baseline": 8.99, "detectable": 3.03, "step": 0.1}, ["9,0", "3,0"]),
        ({"status": "hidden", "baseline": float("nan")}, ["niet getoond (privacy)"] * 2),
        ({"status": "too_few", "reason": "one_cluster_in_an_arm"}, ["niet te schatten"] * 2),
    ):
        write_released(city.study, "detectable", pd.DataFrame([design | changed]))
        found = show.table(open_city(city.study.folder).detectable(), columns)
        assert found.data.iloc[0].tolist()[1:3] == cells
    shown = show.table(view.design_checks(), ["item", "value"]).data
    effects = shown.iloc[:, 1].tolist()
    assert effects[0] == "+3 procentpunt (−2 tot +8)" and effects[1].startswith("+0,50")
    items = ["Noord", "leeftijd", "opleiding: laag", "25% bereikt", "paar p1"]
    assert shown.iloc[:, 0].tolist() == items
    hidden = {**check, "status": "hidden", "item": "zuid"}
    write_released(city.study, "effect_assumptions", pd.DataFrame([check, hidden]))
    shown = show.table(open_city(city.study.folder).design_checks(), ["item", "value"]).data
    assert shown.iloc[:, 0].tolist() == ["Noord"]  # what is hidden everywhere is left out


def test_the_table_of_scales_gives_the_reliability_that_the_sentence_warns_of(city):
    row = {
        "scale": "a", "label": "Schaal", "mean": 3.2, "lower": 3.0, "upper": 3.4, "status": "ok",
        "arm": "programme", "wave": "2018", "alpha": 0.58,
    }  # fmt: skip
    table = pd.DataFrame([row, {**row, "wave": "2021", "alpha": 0.77}])
    write_released(city.study, "key_figures", table)
    scales = open_city(city.study.folder).key_figures()
    shown = show.table(scales, ["label", "lowest_alpha", "value"], across="column").data
    assert shown.iloc[0].tolist() == ["Schaal", "0,58", "3,2 (3,0–3,4)", "3,2 (3,0–3,4)"]


def test_an_effect_without_a_number_says_why(city):
    row = ("play", "effect", "unavailable", json.dumps({"reason": "no_baseline"}))
    conclusions = pd.DataFrame([row], columns=["outcome", "part", "key", "fields"])
    write_released(city.study, "effect_conclusions", conclusions)
    said = show.city_summary(open_city(city.study.folder)).markdown
    assert "Er is geen meting van voor en van na de start." in said


def test_an_effect_that_is_hidden_was_estimated(city):
    said = json.dumps({"reason": "hidden"})
    row = pd.DataFrame([("play", "effect", "unavailable", said)])
    row.columns = ["outcome", "part", "key", "fields"]
    write_released(city.study, "effect_conclusions", row)
    effect = city.table("effects").iloc[[0]]
    gone = dict.fromkeys(("estimate", "lower", "upper"), float("nan"))
    for status, reason, found in (("hidden", "hidden", True), ("missing", "no_baseline", False)):
        write_released(city.study, "effects", effect.assign(**gone, status=status, reason=reason))
        summary = show.effect_summary(open_city(city.study.folder))
        assert isinstance(summary, Nothing) != found
        assert ("zou een verborgen aantal kinderen zijn uit te rekenen" in str(summary)) == found


def test_one_wijk_with_the_programme_is_told_that_it_cannot_be_tested(city):
    few = {"status": "too_few", "reason": "one_cluster_in_an_arm"}
    write_released(city.study, "effects", city.table("effects").assign(**few))
    columns = ["outcome", "part", "key", "fields"]
    said = pd.DataFrame([("play", "effect", "cannot_test", "{}")], columns=columns)
    write_released(city.study, "effect_conclusions", said)
    view = open_city(city.study.folder)
    for shown in (show.city_summary(view), show.effect_summary(view)):
        assert "Niet te toetsen: speelt voldoende buiten." in shown.markdown


def test_the_gap_of_an_outcome_that_cannot_be_judged_is_counted(city):
    hidden = json.dumps({"reason": "no_groups"})
    rows = [
        ("play", "effect", "not_shown_wide", "{}"),
        ("play", "gap", "not_shown", "{}"),
        ("strain", "gap", "unavailable", hidden),
    ]
    table = pd.DataFrame(rows, columns=["outcome", "part", "key", "fields"])
    write_released(city.study, "effect_conclusions", table)
    said = show.city_summary(open_city(city.study.folder)).markdown
    assert "Bij één uitkomst is er niets over te zeggen." in said


@pytest.fixture
def without_registry(folder):
    study = open_study(folder)
    step = {"wijk": "noord", "cycle": 1, "step": 1, "state": "not_registered", "days_late": None}
    none = dict.fromkeys(("planned_start", "planned_end", "actual_start", "actual_end"), pd.NaT)
    about = {"against_plan": "not_planned", "as_of": pd.Timestamp("2021-07-31")}
    write_released(study, "pace", pd.DataFrame([step | none | about]))
    write_released(study, "pace_by_wijk", pd.DataFrame([PACE | {"registered": 0, "done": 0}]))
    write_released(study, "interventions", pd.DataFrame({"wijk": [], "key": []}))
    measures = implementation(by_wijk=True).assign(status="not_registered")
    write_released(study, "implementation_by_wijk", measures)
    return study


def test_a_study_that_keeps_no_registry_has_no_empty_steps_measures_or_answers(without_registry):
    wijk, city = open_wijk(without_registry, "noord"), open_city(without_registry)
    assert wijk.steps().empty and city.steps().empty and city.measures().empty
    said = show.wijk_summary(wijk).markdown
    assert "stappen" not in said and "register" not in said


def test_what_was_planned_is_shown_before_anything_is_registered(without_registry):
    pace = open_city(without_registry).table("pace").assign(planned_end=pd.Timestamp("2021-01-01"))
    write_released(without_registry, "pace", pace)
    assert len(open_wijk(without_registry, "noord").steps()) == 1


def test_an_explanation_without_data_is_named_but_has_no_row(city):
    view = judged(city, ("covid", "within"), UNKNOWN)
    assert len(view.explanations()) == 1
    assert "een aanpak die in theorie niet klopt" in show.explanations(view).markdown
