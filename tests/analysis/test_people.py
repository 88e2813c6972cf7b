"""What people give is what the exact functions give, with the design of the whole sample."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import wijkkit as wk
from wijkkit.errors import DataError, EstimationError
from wijkkit.tables import ESTIMATE_COLUMNS

KEYS = ["area", "wave", "group"]


def test_a_proportion_is_that_of_the_grid(people, estimates):
    found = people.proportion("outdoor_play", by=["wijk", "ses", "wave"]).frame
    table = estimates.estimates.table
    cells = table[table["indicator"].eq("outdoor_play") & table["area_level"].eq("wijk")]
    cells = cells[cells["group_by"].eq("ses") & cells["status"].eq("ok")]
    both = found.merge(cells, on=KEYS, suffixes=("", "_grid"))
    assert len(both) == len(cells) > 20
    for name in ("value", "lower", "upper", "n"):
        assert both[name].to_numpy(float) == pytest.approx(
            both[f"{name}_grid"].to_numpy(float), nan_ok=True
        )
    assert list(found.columns[: len(ESTIMATE_COLUMNS)]) == list(ESTIMATE_COLUMNS)


def test_cells_are_the_unweighted_counts(people):
    found = people.proportion("outdoor_play", by=["sex", "wijk"])
    frame = people.frame[people.frame["wave"].eq("2021")]
    by = frame.groupby(["sex", "wijk"])["outdoor_play"].agg(["sum", "count"]).reset_index()
    both = found.frame.merge(by, on=["sex", "wijk"])
    assert both["x"].tolist() == both["sum"].tolist()
    assert both["n"].tolist() == both["count"].tolist()
    own = found.cells[found.cells["group"].ne("others")].sort_values("row")
    assert own["x"].tolist() == found.frame["x"].tolist()
    others = found.cells[found.cells["group"].eq("others")]
    nobody = frame[frame["sex"].isna() & frame["outdoor_play"].notna()].groupby("wijk").size()
    assert others.groupby("area")["n"].first().to_dict() == {
        wijk: nobody.get(wijk, 0) for wijk in frame["wijk"].unique()
    }


def test_a_choice_rests_on_the_others_too(people):
    found = people[people.sex == "girl"].change("outdoor_play", by="wijk")
    frame = people.frame[people.frame["outdoor_play"].notna()]
    boys = frame[frame["sex"].ne("girl")].groupby(["wijk", "wave"]).size()
    others = found.cells[found.cells["group"].eq("others")]
    assert len(others) == len(boys) == 12
    for cell in others.itertuples():
        assert cell.n == boys[cell.area, cell.wave]


def test_a_choice_of_people_keeps_the_design(people):
    girls = people[people.sex == "girl"]
    found = girls.proportion("outdoor_play", by="arm").frame.set_index("arm")
    whole = people.proportion("outdoor_play", by=["sex", "arm"]).frame
    whole = whole[whole["sex"].eq("girl")].set_index("arm")
    for name in ("value", "lower", "upper", "se", "n"):
        assert found[name].tolist() == pytest.approx(whole[name].tolist(), rel=1e-12)
    assert found["group_by"].eq("sex=girl").all()


def test_what_is_missing_is_not_false(people):
    unknown = people.frame["outdoor_days"].isna().sum()
    assert unknown > 0
    often = people.assign(often=lambda p: p.outdoor_days >= 4)
    assert often.frame["often"].isna().sum() == unknown
    assert len(people[people.outdoor_days < 99]) == len(people) - unknown


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda p: p.proportion("outdoor_pley"), "outcome: .*expected outdoor_play"),
        (lambda p: p.compare("outdoor_pley"), "outcome: .*expected outdoor_play"),
        (lambda p: p.slope_index("outdoor_pley"), "outcome: .*expected outdoor_play"),
        (lambda p: p.funnel("outdoor_pley"), "outcome: .*expected outdoor_play"),
        (lambda p: p.small_areas("outdoor_pley"), "outcome: .*expected outdoor_play"),
        (lambda p: p.proportion("sport", by="wijkk"), "by: .*expected wijk"),
        (lambda p: p.model("sport ~ sess", family="binomial"), "formula: .*expected ses"),
        (lambda p: p["sesss"], "by: .*expected ses"),
    ],
)
def test_a_name_typed_wrong_is_answered_with_the_names_like_it(people, ask, said):
    with pytest.raises(EstimationError, match=said) as found:
        ask(people)
    assert len(str(found.value)) < 250


def test_the_id_of_a_grouping_is_answered_with_its_column(people):
    other = people.study.groupings[0].model_copy(update={"id": "education"})
    settings = people.study.settings.model_copy(update={"groupings": (other,)})
    renamed = replace(people, study=replace(people.study, settings=settings))
    with pytest.raises(EstimationError, match="grouping 'education' divides by 'ses'"):
        renamed.proportion("sport", by="education")


def test_an_indicator_of_two_questions_in_a_line(people):
    both = people.assign(active=lambda p: (p.outdoor_days >= 4) & (p.sport == 1))
    found = both.proportion("active", by="arm").frame
    frame = people.frame[people.frame["wave"].eq("2021")]
    known = frame["outdoor_days"].notna() & frame["sport"].notna()
    no = frame["outdoor_days"].lt(4) | frame["sport"].eq(0)
    n = frame[known | no].groupby("arm").size()
    assert found.set_index("arm")["n"].to_dict() == n.to_dict()


def test_changes_gaps_and_comparisons_are_the_exact_ones(people, estimates):
    for found, table in (
        (people.change("sport", by="wijk"), estimates.changes),
        (people.gap("sport", "ses", by="wijk"), estimates.gaps),
    ):
        rows = table[table["indicator"].eq("sport") & table["area_level"].eq("wijk")]
        both = found.frame.merge(rows, on=["area", "wave", "group_by", "group", "unit"])
        assert len(both) == len(found.frame) > 5
        assert both["value_x"].to_numpy() == pytest.approx(both["value_y"].to_numpy(), nan_ok=True)
        assert both["lower_x"].to_numpy() == pytest.approx(both["lower_y"].to_numpy(), nan_ok=True)
    compared = people.compare("sport").frame
    rows = estimates.comparisons
    rows = rows[
        rows["indicator"].eq("sport") & rows["against"].eq("city") & rows["wave"].eq("2021")
    ]
    both = compared.merge(rows, on=["area", "area_level", "wave"])
    assert both["value"].to_numpy() == pytest.approx(both["difference"].to_numpy(), nan_ok=True)


def test_a_change_rests_on_both_waves_and_a_gap_on_both_groups(people):
    change = people.change("sport", by="wijk").cells
    assert change.groupby("row")["wave"].apply(set).tolist() == [{"2018", "2021"}] * 6
    gap = people.gap("sport", "ses").cells
    assert gap.groupby("row")["group"].apply(set).tolist() == [{"low", "high", "others"}] * 3
    of_change = gap[gap["row"].eq(2)]
    of_change = of_change[of_change["group"].ne("others")]
    assert len(of_change) == 4 and set(of_change["wave"]) == {"2018", "2021"}


def test_a_slope_index_is_that_of_the_release_and_rests_on_every_group(people):
    found = people.slope_index("sport")
    study, waves = people.study, ["2018", "2021"]
    division = {one.id: (one.column, [group.id for group in one.groups]) for one in study.groupings}
    indicators = {"sport": study.indicators["sport"]}
    table = wk.estimate_slope(people.frame, indicators, waves, division)
    city = table[table["area_level"].eq("city") & table["method"].eq("slope_index")]
    city = city[city["wave"].eq("2021") & city["group_by"].eq("ses")].iloc[0]
    row, ends = found.frame.iloc[0], ["value", "lower", "upper"]
    assert row[ends].tolist() == pytest.approx(city[ends].tolist())
    assert set(found.cells["group"]) >= {"low", "middle", "high"}


def test_the_effect_is_that_of_did_and_follows_its_arguments(people, folder):
    effect = wk.evaluate_effect(wk.open_study(folder), people.frame).effects
    rows = effect[effect["outcome"].eq("outdoor_play") & effect["group"].eq("all")]
    rows = rows[rows["method"].eq("cluster_period")].set_index("scale")
    made = people.did("outdoor_play")
    # Reports turn an effect so that higher is better; here it is that of the side in the model.
    for said in (made.sentence(), made.caption):
        assert "effect van het programma (hoger is ongunstig)" in said
    found = made.frame.set_index("scale")
    assert found["value"].to_dict() == pytest.approx(rows["estimate"].to_dict())
    turned = people.did("outdoor_play", pole="favourable")
    assert "(hoger is gunstig)" in turned.sentence()
    turned = turned.frame.set_index("scale")
    assert turned.loc["points", "value"] == pytest.approx(-found.loc["points", "value"])
    without = people.did("outdoor_play", without=["rietoord"])
    assert without.frame["clusters"].eq(5).all()
    assert set(without.cells.query("area_level == 'wijk'")["area"]) == {"rietoord"}
    bare = people.did("outdoor_play", covariates=[]).frame.set_index("scale")
    assert bare.loc["points", "value"] != pytest.approx(found.loc["points", "value"])


def test_results_that_are_divided_otherwise_do_not_stand_side_by_side(people):
    by_wijk, by_arm = (people.proportion("sport", by=by) for by in ("wijk", "arm"))
    with pytest.raises(DataError, match=r"found arm; expected wijk.*Give both the same by="):
        by_wijk.joined(by_arm)


def test_a_caption_says_of_whom_when_and_what_was_asked_otherwise(people):
    low = people[people.ses == "low"]
    found = low.proportion("sport", by="arm")
    said = "Dit gaat alleen over: Opleiding van de ouder: laag"
    assert found.caption.endswith(f", 2021. {said}") and found.sentence().endswith(f"{said}.")
    assert low.change("sport", by="arm").caption.endswith(said)
    young = people[people.age < 7.3].proportion("sport").caption
    assert "leeftijd: 0, 1" in young or young.endswith("een deel van de kinderen")
    some = people[people.respondent.isin(people.respondent[:70])].mean("age").caption
    assert some.endswith("alleen over: een deel van de kinderen") and "70" not in some
    asked = people.did("sport", without=["rietoord"], covariates=["age"]).caption
    assert "Wijken die niet meetellen: Rietoord; in de opzet: geen." in asked
    about = f"{found.title}, effect van het programma (hoger is ongunstig)"
    assert people.did("sport").caption == people.did("sport", method="cr2").caption == about


def test_a_model_takes_the_order_and_the_design_of_the_study(people):
    model = people.model("outdoor_play ~ ses + age", family="binomial")
    assert model.frame["term"].tolist()[1:3] == ["ses[T.middle]", "ses[T.high]"]
    assert model.frame["odds_ratio"].to_numpy() == pytest.approx(np.exp(model.frame["value"]))
    girls = people[people.sex == "girl"].model("sport ~ age")
    whole = people.assign(girls=lambda p: p.sport.where(p.sex == "girl")).model("girls ~ age")
    assert girls.frame["se"].tolist() == pytest.approx(whole.frame["se"].tolist(), rel=1e-12)


def test_mistakes_name_what_there_is(people):
    for call, words in (
        (lambda: people.proportion("sports"), "sport"),
        (lambda: people.proportion("outdoor_days"), "Use mean"),
        (lambda: people.proportion("sport", by="wijken"), "wijk"),
        (lambda: people.change("sport", by=["wijk", "ses", "sex"]), "one other column"),
        (lambda: people.did("sport", method="clusters"), "cluster_period"),
        (lambda: people.did("sport", without=["nergens"]), "rietoord"),
        (lambda: people.model("sport ~ see"), "ses"),
        (lambda: people.model("sport + ses"), "outcome ~ predictor"),
        (lambda: people[people.sex == "x"], "nobody is left"),
        (lambda: people[["a", "b"]], "people.sex"),
        (lambda: people.assign(weight=1), "part of the design"),
        (lambda: people.gap("sport", "geloof"), "ses"),
    ):
        with pytest.raises(EstimationError) as error:
            call()
        assert words in str(error.value)


def test_numbers_stay_numbers_in_a_table_for_a_paper(people, tmp_path):
    found = people.proportion("sport", by="wijk")
    found.to_excel(tmp_path / "new" / "a.xlsx")
    back = pd.read_excel(tmp_path / "new" / "a.xlsx", engine="openpyxl")
    assert back["value"].tolist() == pytest.approx(found.frame["value"].tolist())
    assert "ankerveld" in found.to_latex() and "tabular" in found.to_latex()
    found.to_latex(tmp_path / "tex" / "a.tex")
    assert (tmp_path / "tex" / "a.tex").read_text() == found.to_latex()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_result_draws_and_says_itself(people, language):
    results = [
        people.proportion("sport", by=["ses", "wijk"]),
        people.proportion("sport", by=["wijk", "wave"]),
        people.mean("age"),
        people.total("sport", by="arm"),
        people.quantile("age", by="sex"),
        people.change("sport", by="arm"),
        people.gap("sport"),
        people.compare("sport"),
        people.slope_index("sport"),
        people.funnel("sport"),
        people.small_areas("sport"),
        people.did("sport"),
        people.model("sport ~ ses", family="binomial"),
    ]
    for result in results:
        assert result.plot().figure is not None
        assert len(result.sentence(language)) > 20
        assert result.kind in repr(result) and "<table" in result._repr_html_()


def test_a_study_without_arms_borders_or_programme_is_told_so(folder, people, tmp_path):
    hoods = {
        slug: hood.model_copy(update={"arm": "none", "pair": None})
        for slug, hood in people.study.neighbourhoods.items()
    }
    sources = people.study.settings.sources.model_copy(update={"borders": ()})
    settings = people.study.settings.model_copy(update={"sources": sources})
    study = replace(people.study, neighbourhoods=hoods, settings=settings)
    bare = wk.people(study, people.frame.assign(arm="none"))
    with pytest.raises(EstimationError, match="no areas of this kind"):
        bare.gap("sport", by="arm")
    with pytest.raises(EstimationError, match="a map needs borders"):
        bare.proportion("sport", by="wijk").map()
    effect = bare.did("sport")
    assert effect.shown["reason"].astype(bool).all() and "reason" in repr(effect)


def test_latex_of_a_table_escapes_what_latex_reads(people):
    aged = people.assign(band=lambda p: (p.age // 3 * 3).astype("str") + "_jaar & ouder")
    assert r"\_jaar \& ouder" in aged.proportion("sport", by="band").to_latex()


def test_covariates_that_say_the_same_are_named_as_that(people):
    twice = people.assign(age2=lambda p: p.age * 2)
    found = twice.did("sport", covariates=["age", "age2"], method=["model_based", "cluster_period"])
    assert found.frame["reason"].eq("collinear").all()


def test_differences_are_said_with_their_sign_and_what_cannot_be_estimated_so(people):
    aged = people.change("age", by="arm").sentence()
    assert re.search(r"(\+\d|−\d|0,0)[,\d]* \((\+|−|0,0)", aged) and not re.search(
        r"wijken \d", aged
    )
    arms = people.study.arms
    all_but_one = [wijk for wijk, arm in arms.items() if arm == "programme"][1:]
    said = people.did("sport", without=all_but_one).sentence()
    assert said.count("niet te schatten") == 2 and "te weinig" not in said
