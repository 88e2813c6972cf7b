"""The demo study: its truth, its formats, and that it overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pyreadstat
import pytest
import statsmodels.api as sm
import typer
from typer.testing import CliRunner

from wijkkit.cli.study import demo
from wijkkit.demo import city as truth
from wijkkit.demo.city import build_city
from wijkkit.demo.project import SEED, WIJKEN, make_demo, study_files, write_study
from wijkkit.demo.survey import simulate
from wijkkit.errors import DataError, ParameterError, StudyError
from wijkkit.evaluation.effect.did import did
from wijkkit.evaluation.process.implementation import pace
from wijkkit.indicators import compute
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.borders import load_borders
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.loaders.standard_table import load_catalogue, load_key_figures
from wijkkit.loaders.survey import load_survey
from wijkkit.registry import open_registry
from wijkkit.study import Study, open_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("demo")
    return open_study(make_demo(folder / "parameters", folder / "data"))


def test_the_repository_holds_the_default_demos_study() -> None:
    for name, content in study_files("../data", build_city(WIJKEN, SEED)).items():
        found = (ROOT / "parameters" / name).read_text(encoding="utf-8")
        assert found == content, f"copy parameters/{name} to wijkkit/demo/study"


def test_it_has_the_published_studys_size_and_design(study: Study) -> None:
    found = load_survey(study)
    assert found.groupby("wave").size().to_dict() == {"2018": 984, "2021": 413}
    assert found.attrs["dropped"] == {"2018": 12, "2021": 5}
    arms = study.areas().groupby("pair")["arm"].agg(sorted)
    assert arms.tolist() == [["comparator", "programme"]] * 3
    assert study.areas().groupby("pair")["district"].nunique().tolist() == [1, 1, 1]
    per_cell = found.groupby(["wijk", "wave"]).size()
    assert per_cell.min() < 45 < 190 < per_cell.max(), "some wijk has little data"


def test_questions_are_skipped_by_age_and_wave(study: Study) -> None:
    found = load_survey(study)
    assert found.loc[found["age"] < 3, "sdq_01"].isna().all()
    assert found.loc[found["age"] < 4, ["outdoor_days", "sport_club"]].isna().all(axis=None)
    assert found.loc[found["wave"] == "2018", ["used_interventions", "moved"]].isna().all(axis=None)
    asked = found[found["age"] >= 4]
    assert asked["outdoor_days"].isna().mean() == pytest.approx(0.02, abs=0.015), (
        "two per cent at random; four standard errors at n = 980"
    )


def test_weights_differ_and_lift_those_who_answer_less(study: Study) -> None:
    found = load_survey(study)
    assert found["weight"].std() > 0.2
    weighted = found.groupby("ses")["weight"].mean()
    assert weighted["low"] > weighted["middle"] > weighted["high"]


def test_the_survey_is_as_suppliers_deliver_it(study: Study) -> None:
    data = study.path("../data/survey")
    names = []
    for wave in truth.WAVES:
        cells, meta = pyreadstat.read_sav(data / f"kindmonitor_{wave}.sav", user_missing=True)
        names.append(set(cells))
        assert meta.missing_ranges
        assert meta.variable_value_labels
        assert cells.isin([8, 9]).any(axis=None)
    assert not names[0] & names[1], "no column has the same name in both years"


def test_area_figures_and_borders_are_of_the_study(study: Study) -> None:
    figures = load_area_figures(study)
    assert set(figures["area"]) == {
        *study.neighbourhoods,
        "Noordoever",
        "Middenstad",
        "Zuidoever",
        "city",
    }
    assert figures["status"].value_counts().to_dict() == {"ok": 110, "missing": 4}
    assert figures.loc[figures["status"] == "missing", "area"].unique().tolist() == ["rietoord"]
    borders = load_borders(study, "wijk").set_index("code")
    codes = study.areas()["code"]
    assert codes.isin(borders.index).all()
    whole = load_borders(study, "city").union_all()
    assert borders.union_all().symmetric_difference(whole).area < 1, "square metres of rounding"
    overlap = borders.area.sum() - borders.union_all().area
    assert overlap < 1
    layers = pyogrio.list_layers(study.path("../data/areas/borders.gpkg"))[:, 0]
    assert set(layers) == {"buurten", "wijken", "gemeenten"}


def test_the_respondents_have_more_education_than_all_parents(study: Study) -> None:
    figures = load_area_figures(study).set_index(["area", "figure", "period"])["value"]
    low = truth.EDUCATION["high"][:2]
    assert figures["ankerveld", "parents_low", "2021"] == pytest.approx(100 * sum(low))
    people = load_survey(study).query("wave == '2021'")
    share = people.groupby("wijk")["ses"].value_counts(normalize=True).unstack()
    gap = 100 * share["low"] - figures.xs(("parents_low", "2021"), level=(1, 2))[share.index]
    assert gap.mean() < -5
    weighted = people.groupby("ses")["weight"].sum() / people["weight"].sum()
    assert 100 * weighted["low"] == pytest.approx(
        figures["city", "parents_low", "2021"], abs=5
    )  # 2 standard errors


def test_what_was_done_is_in_the_registry_through_its_own_import(study: Study) -> None:
    with open_registry(study) as registry:
        activities, steps = registry.table("activities"), registry.table("steps")
        history = registry.history()
        interventions = registry.table("interventions")
    wijken = {slug for slug, hood in study.neighbourhoods.items() if hood.arm == "programme"}
    assert set(steps["wijk"]) == wijken
    assert set(interventions["wijk"]) == set(study.neighbourhoods)
    assert history["source"].str.startswith("workbook:").any()
    silent = interventions.merge(
        activities, left_on=["wijk", "key"], right_on=["wijk", "intervention"], how="left"
    )
    assert silent[silent["key_y"].isna()]["wijk"].tolist() == ["ankerveld", "ankerveld"]
    late = pace(steps, sorted(wijken), as_of=pd.Timestamp("2021-07-31").date())
    assert {"late", "overdue"} <= set(late["against_plan"])


def test_interviews_and_catalogue_are_read(study: Study) -> None:
    interviews = load_group_interviews(study)
    assert not interviews.problems
    assert set(interviews.segments["check"]) == {"match"}
    assert len(interviews.groups) == 26
    assert load_key_figures(study).groupby(["wijk", "wave"]).size().eq(8).all()
    assert len(load_catalogue(study)) == 14


def effects(respondents: pd.DataFrame) -> pd.DataFrame:
    """Log odds ratio of the adverse outcome, programme x wave, with age and SES."""
    rows = {}
    treated = respondents["arm"].eq("programme").astype(float)
    later = respondents["wave"].eq("2021").astype(float)
    ses = pd.get_dummies(respondents["ses"], dtype=float)[["low", "high"]]
    design = pd.concat([treated, later, treated * later, ses, respondents["age"]], axis=1)
    design.columns = ["treated", "later", "effect", "low", "high", "age"]
    design["low_later"], design["high_later"] = ses["low"] * later, ses["high"] * later
    for key, adverse in OUTCOMES.items():
        outcome = adverse - respondents[key] if adverse else respondents[key]
        used = outcome.notna() & respondents["ses"].notna()
        plain = design[used].drop(columns=["low_later", "high_later"])
        main = sm.Logit(outcome[used], sm.add_constant(plain)).fit(disp=0)
        gap = sm.Logit(outcome[used], sm.add_constant(design[used])).fit(disp=0)
        rows[key] = {
            "effect": main.params["effect"],
            "error": main.bse["effect"],
            "gap": gap.params[["low_later", "high_later"]].abs().max(),
            "gap_error": gap.bse[["low_later", "high_later"]].max(),
        }
    return pd.DataFrame(rows).T


#: Indicator -> 1 where its adverse pole is the complement.
OUTCOMES = {
    "psychosocial_problems": 0,
    "outdoor_play": 1,
    "sport": 1,
    "general_health": 1,
    "parenting_support": 1,
}


def test_the_default_demo_shows_what_is_true(study: Study) -> None:
    found = effects(compute(study, load_survey(study)))
    z = found["effect"] / found["error"]
    true = np.log(truth.OUTDOOR_PLAY_ODDS_RATIO)
    play = found.loc["outdoor_play"]
    assert abs(play["effect"] - true) < 1.96 * play["error"]
    assert z["outdoor_play"] < -1.96
    assert z.drop("outdoor_play").abs().max() < 1.96
    assert (found["gap"] / found["gap_error"]).max() < 2.6, "five outcomes, two terms each"


def test_a_large_city_gives_the_true_effects_back(study: Study) -> None:
    """With 34,080 respondents the estimates are close to the truth, not only compatible."""
    city = build_city(71, SEED)
    waves = [
        people.assign(wave=wave).merge(city[["code", "arm"]], left_on="area", right_on="code")
        for wave, people in simulate(city, SEED).items()
    ]
    people = pd.concat(waves, ignore_index=True)
    people = people[people["arm"] != "none"]
    assert len(people) > 33_000
    groups = {1: "low", 2: "low", 3: "middle", 4: "middle", 5: "high", 6: "high"}
    respondents = people.assign(
        ses=people["education"].map(groups),
        perceived_health=people["general_health"],
        sport_club=people["sport_club"].map({1: 1.0, 2: 0.0}),
        informal_support=people["informal_support"].map({1: 1.0, 2: 0.0}),
        **{f"sdq_{item:02d}": people[f"sdq_{item:02d}"] - 1 for item in range(1, 26)},
    ).drop(columns=["general_health"])
    people = compute(study, respondents)
    found = effects(people)
    ours = {
        key: did(
            adverse - people[key] if adverse else people[key],
            people["arm"].eq("programme"),
            people["wave"].eq("2021"),
            people["area"],
            methods=["model_based", "cluster_period"],
        )
        for key, adverse in OUTCOMES.items()
    }
    true = np.log(truth.OUTDOOR_PLAY_ODDS_RATIO)
    assert found.loc["outdoor_play", "effect"] == pytest.approx(true, abs=0.12)
    others = found.drop(index="outdoor_play")
    assert others["effect"].abs().max() < 0.25, "general health is rare: standard error 0.1"
    assert ((others["effect"] / others["error"]).abs() < 3).all()
    assert ((found["gap"] / found["gap_error"]) < 3.3).all(), "ten comparisons"
    play = ours.pop("outdoor_play")
    ratio = play[play["scale"] == "odds_ratio"]
    assert ratio["lower"].lt(truth.OUTDOOR_PLAY_ODDS_RATIO).all()
    assert ratio["upper"].between(truth.OUTDOOR_PLAY_ODDS_RATIO, 0.7).all()
    assert all(table["p"].gt(0.003).all() for table in ours.values()), "eight tests"


def test_wijken_differ_little_beyond_chance() -> None:
    """Respondents of one wijk are alike, but only a little: an ICC below 0.02."""
    city = build_city(71, SEED)
    people = simulate(city, SEED)["2018"].dropna(subset=["outdoor_days"])
    enough = people["outdoor_days"].ge(6)
    cells = enough.groupby([people["area"], people["education"]])
    residual = enough - enough.groupby(people["education"]).transform("mean")
    means, sizes = residual.groupby(people["area"]).mean(), residual.groupby(people["area"]).size()
    within = residual.groupby(people["area"]).var().mean()
    between = means.var() - (within / sizes).mean()
    assert cells.ngroups > 300
    assert 0 < between / (between + within) < 0.02


def test_the_same_seed_gives_the_same_study_and_another_does_not(tmp_path: Path) -> None:
    one, same, other = (simulate(build_city(6, seed), seed)["2021"] for seed in (3, 3, 4))
    assert one.equals(same)
    assert not one.equals(other)


def test_a_demo_of_another_size_is_a_study_of_its_own(tmp_path: Path) -> None:
    wijken = 5
    study = open_study(make_demo(tmp_path / "city", tmp_path / "city" / "data", wijken=wijken))
    found = load_survey(study)
    assert found["wijk"].nunique() == wijken == len(study.neighbourhoods)
    assert len(found) == 2 * 240 * wijken
    assert study.runs == tmp_path / "city" / "runs"
    assert load_borders(study, "wijk")["code"].isin(study.areas()["code"]).sum() == wijken
    assert load_area_figures(study)["area"].nunique() > wijken


def test_a_city_the_size_of_rotterdam_has_71_wijken_in_14_gebieden() -> None:
    city = build_city(71, SEED)
    assert city["code"].is_unique
    assert city["wijk"].is_unique
    assert city["district"].nunique() == 14
    assert city["arm"].value_counts().to_dict() == {"programme": 35, "comparator": 35, "none": 1}


def test_data_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    mine = tmp_path / "data" / "mine.csv"
    mine.write_text("mine")
    with pytest.raises(DataError, match="there is data here already"):
        make_demo(tmp_path / "parameters", tmp_path / "data")
    assert list(tmp_path.rglob("*")) == [tmp_path / "data", mine]


def test_another_study_is_not_overwritten(tmp_path: Path, study: Study) -> None:
    with pytest.raises(StudyError, match="there is another study here"):
        make_demo(study.folder, tmp_path / "data", wijken=8)
    assert len(list((study.folder / "wijken").glob("*.yml"))) == 6


def test_changes_to_the_demos_own_files_are_kept(tmp_path: Path) -> None:
    city = build_city(2, SEED)
    assert len(write_study(tmp_path, tmp_path / "data", city)) == 5
    study = tmp_path / "study.yml"
    study.write_text(study.read_text(encoding="utf-8").replace("Lindestad", "Elders"))
    (tmp_path / "codebook.yml").unlink()
    assert write_study(tmp_path, tmp_path / "data", city) == [tmp_path / "codebook.yml"]
    assert "Elders" in study.read_text(encoding="utf-8")


@pytest.mark.parametrize("wijken", [0, 1, 100])
def test_a_city_of_an_impossible_size_is_refused(tmp_path: Path, wijken: int) -> None:
    with pytest.raises(ParameterError, match="found .*expected 2 to 99"):
        make_demo(tmp_path / "p", tmp_path / "d", wijken=wijken)


def test_the_command_says_where_the_study_is(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(demo)
    result = CliRunner().invoke(app, ["--wijken", "2", "--seed", "5"])
    assert result.exit_code == 0
    assert "Demo study with 2 wijken" in result.output
    assert (tmp_path / "demo-2" / "data" / "survey" / "kindmonitor_2018.sav").is_file()
    assert open_study(tmp_path / "demo-2")
