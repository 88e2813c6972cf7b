"""Attacks on the effect evaluation: they win on exact numbers and fail on what is released."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from effect_attacker import EffectTown, changes
from effect_towns import ARMS, Evaluated, evaluated, people_in_arms
from scipy import stats
from test_attacks_on_tables import WHOLE
from towns import SES

from wijkkit.disclosure import GGD
from wijkkit.disclosure.effect_attack import effect_attack
from wijkkit.disclosure.effect_numbers import numbers
from wijkkit.disclosure.effect_rows import COARSER, Comparison
from wijkkit.disclosure.effects import shown_effects
from wijkkit.errors import DisclosureError
from wijkkit.evaluation.effect.did import did
from wijkkit.evaluation.effect.power import Design, detectable_row
from wijkkit.study import open_study

LIMITS = ("estimate", "lower", "upper")
MAIN = {"contrast": "did", "method": "cluster_period", "scale": "points"}


def rows_of(table: pd.DataFrame, **keys: str) -> pd.DataFrame:
    return table[(table[list(keys)] == pd.Series(keys)).all(axis=1)]


def steps_of(made: Evaluated) -> dict[str, float]:
    """The step of each contrast in points: granted to the attacker, from the ledger."""
    lines = (made.study.runs / "effect_ledger.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return {row["name"]: row["step"] for row in found if row["scale"] == "points"}


def given_of(made: Evaluated) -> tuple:
    """What the audit of effects is given of a town."""
    treated = {row.wijk: row.arm == ARMS[0] for row in made.town.areas.itertuples()}
    compared = Comparison(treated, {}, ("1", "2"), "ses", SES, 0.95)
    released = made.released
    return released.table, released.hidden, made.town.counts, made.town.areas, compared


@pytest.fixture(scope="module")
def four(tmp_path_factory) -> Evaluated:
    """Two wijken in each arm."""
    people, areas = people_in_arms(8, 4, size=(60, 160), share=(0.05, 0.4))
    return evaluated(people, areas, tmp_path_factory.mktemp("four"))


@pytest.fixture(scope="module")
def six(tmp_path_factory) -> Evaluated:
    """Three wijken in each arm."""
    people, areas = people_in_arms(1, 6, size=(60, 160), share=(0.1, 0.5))
    return evaluated(people, areas, tmp_path_factory.mktemp("six"))


# saturated regression: the effect is arithmetic on counts ------------------------------------


def test_exact_effects_give_hidden_counts_and_released_ones_do_not(four):
    exact = EffectTown(four, known_n=True)
    asked = exact.hidden[::4]
    before = exact.learned(asked)
    exact.learn_exactly(four.exact.effects)
    won = exact.learned(asked)
    assert all(low == high == truth for low, high, truth in won.values())
    assert not any(low == high for low, high, _ in before.values())

    released = EffectTown(four, known_n=False)
    released.learn_released(four.table("effects"), steps_of(four))
    for cell, (low, high, truth) in released.learned(asked).items():
        assert low <= truth <= high, cell
        assert high - low >= WHOLE * GGD.protection, cell
    assert rows_of(four.table("effects"), group="all", **MAIN)["status"].eq("ok").all()


@pytest.mark.parametrize("sign", [(1.0,), (1.0, -1.0)], ids=["did", "ddd"])
def test_what_the_audit_makes_of_counts_is_what_the_methods_give(sign):
    random = np.random.default_rng(7)
    treated = np.array([True, False, True, False, True])
    n = random.integers(20, 60, (len(sign), 5, 2))
    x = random.binomial(n, 0.3)
    places = np.array(list(np.ndindex(n.shape)))
    people = np.repeat(places, n.ravel(), axis=0)
    answers = np.concatenate(
        [np.repeat([1, 0], [x[i, j, k], n[i, j, k] - x[i, j, k]]) for i, j, k in places]
    )
    group, wijk, wave = people.T
    found = did(
        answers, treated[wijk], wave, wijk,
        group=1 - group if len(sign) == 2 else None,
        methods=["cluster_period", "model_based", "cr1"],
    ).set_index(["scale", "method"])  # fmt: skip
    for scale, odds, unit in (("points", False, lambda v: v), ("odds_ratio", True, np.log)):
        made = numbers(x.astype(float), n.astype(float), np.array(sign), treated, 0.95, odds)
        rows = found.loc[scale][list(LIMITS)].map(unit)
        half = (rows["upper"] - rows["lower"]) / 2
        assert made[[0, 2]] == pytest.approx(rows["estimate"].iloc[:2].to_numpy())
        assert made[[1, 3, 4]] == pytest.approx(half.to_numpy())
        assert made[5] == n.sum()


def test_steps_that_are_too_fine_do_not_pass_the_audit(four):
    attack = effect_attack(*given_of(four), GGD)
    assert attack.fails(("all",), 1.0, math.nan)
    assert not attack.fails(("all",), 1e-4, math.nan)


# one wijk: without it, alone, and hidden -----------------------------------------------------


def test_leaving_out_gives_what_a_wijk_did_and_its_rounding_leaves_that_open(six):
    arms = dict(zip(six.town.areas["wijk"], six.town.areas["arm"], strict=True))
    counts = {
        (row.area, row.wave): (row.x, row.n)
        for row in rows_of(six.town.counts, area_level="wijk", group_by="").itertuples()
    }
    mine = [wijk for wijk in arms if arms[wijk] == "programme"]
    truth = changes(counts, mine) - changes(counts, mine).mean()

    def derived(effects: pd.DataFrame, checks: pd.DataFrame) -> np.ndarray:
        whole = rows_of(effects, group="all", **MAIN)["estimate"].item()
        without = rows_of(checks, check="leave_one_out").set_index("item")["estimate"]
        # Without a wijk the mean of the others moves away from it; the sign is the adverse pole's.
        return -(len(mine) - 1) * (whole - without[mine].to_numpy())

    exact = derived(six.exact.effects, six.exact.assumptions)
    assert exact == pytest.approx(truth, abs=1e-9)
    # The change of a wijk that was left out of the table is what the others leave.
    assert -exact[1:].sum() == pytest.approx(truth[0], abs=1e-9)

    checks = rows_of(six.table("effect_assumptions"), check="leave_one_out")
    assert checks["status"].nunique() == 1, "together, or the hidden one follows from the others"
    assert checks["status"].eq("ok").all()
    step = steps_of(six)["all"]
    open_ = (len(mine) - 1) * (step + COARSER * step) / 100
    smallest = min(n for _, n in counts.values())
    assert open_ * smallest >= GGD.protection
    found = derived(six.table("effects"), six.table("effect_assumptions"))
    assert np.abs(found - truth).max() <= 100 * open_ / 2 + 1e-9


def test_the_effect_of_one_programme_wijk_is_that_wijk_and_hidden_with_it(tmp_path):
    people, areas = people_in_arms(3, 5, size=(60, 90), share=(0.3, 0.5))
    areas["arm"] = ["programme"] + ["comparator"] * 4
    people["arm"] = people["wijk"].map(areas.set_index("wijk")["arm"])
    few = people["wijk"].eq("w00") & people["wave"].eq("2")
    people["play"] = people["play"].mask(few, 0.0)
    people.loc[people.index[few][:3], "play"] = 1.0
    made = evaluated(people, areas, tmp_path)
    model = {"method": "model_based", "scale": "points", "group": "all"}
    assert rows_of(made.exact.effects, **model)["status"].eq("ok").all()
    shown = made.table("effects")
    assert rows_of(shown, **model)["reason"].tolist() == ["hidden"]
    assert shown[["estimate", "lower", "upper", "p", "n"]].isna().all(axis=None)
    said = made.table("effect_conclusions")
    assert not said["fields"].str.contains("estimate").any()


# groups --------------------------------------------------------------------------------------


def test_an_effect_is_hidden_where_a_figure_of_an_arm_is(tmp_path):
    people, areas = people_in_arms(1, 4, size=(30, 60), share=(0.2, 0.5))
    made = evaluated(people, areas, tmp_path)
    arm = rows_of(made.released.table, area_level="arm", group_by="ses")
    hidden = set(arm.loc[arm["status"].ne("ok"), "group"])
    assert "low" in hidden and rows_of(made.exact.effects, **MAIN)["status"].eq("ok").all()
    effects = made.table("effects")
    assert rows_of(effects, group="all", **MAIN)["status"].eq("ok").all()
    for group in (*hidden, "low-high"):
        assert effects.loc[effects["group"].eq(group), "reason"].isin(["hidden", "no_pairs"]).all()


def test_no_reason_says_that_nobody_or_everybody_of_a_wijk_is_in_a_group(tmp_path):
    people, areas = people_in_arms(5, 4, size=(60, 90), share=(0.3, 0.5))
    people = people[~(people["wijk"].eq("w01") & people["ses"].eq("low"))].reset_index(drop=True)
    made = evaluated(people, areas, tmp_path)
    telling = ["empty_cell", "separation", "no_variation"]
    assert made.exact.effects["reason"].isin(telling).any()
    for name in ("effects", "detectable", "effect_assumptions"):
        assert not made.table(name)["reason"].isin(telling).any()


# the same number in several places -----------------------------------------------------------


def test_a_p_value_gives_the_estimate_behind_a_rounded_one_unless_it_is_made_from_that(four):
    exact = rows_of(four.exact.effects, group="all", **MAIN).iloc[0]
    error = (exact["upper"] - exact["lower"]) / 2 / stats.t.ppf(0.975, exact["df"])
    assert abs(exact["estimate"]) == pytest.approx(stats.t.isf(exact["p"] / 2, exact["df"]) * error)
    effects = four.table("effects")
    tests = effects[effects["df"].notna()]
    ratio = tests["scale"].eq("odds_ratio")
    numbers = [tests[name].mask(ratio, np.log(tests[name].where(ratio))) for name in LIMITS]
    size, half = numbers[0], (numbers[2] - numbers[1]) / 2
    t = size.abs() / half * stats.t.ppf(0.975, tests["df"])
    assert tests["p"].to_numpy() == pytest.approx(2 * stats.t.sf(t, tests["df"]), abs=1e-6)
    others = effects[effects["df"].isna()]["p"].dropna()
    assert len(others) and others.to_numpy() == pytest.approx(others.round(2).to_numpy())


def test_contamination_rounded_for_itself_narrows_the_effect_and_is_made_from_the_shown_one(four):
    truth, step = rows_of(four.exact.effects, group="all", **MAIN)["estimate"].item(), 1.0
    shares = (0.0, 0.1, 0.25, 0.5)
    ends = [
        [(np.floor(truth / (1 - c) / step + 0.5) + side) * step * (1 - c) for side in (-0.5, 0.5)]
        for c in shares
    ]
    assert min(high for _, high in ends) - max(low for low, _ in ends) < step
    shown = rows_of(four.table("effects"), group="all", **MAIN)["estimate"].item()
    rows = rows_of(four.table("effect_assumptions"), check="contamination")
    back = rows["estimate"] * (1 - rows["item"].astype(float))
    assert back.to_numpy() == pytest.approx([shown] * len(rows))


def test_the_level_before_the_start_times_n_is_a_count_unless_it_is_that_of_the_tables(four):
    exact = four.exact.detectable.iloc[0]
    arms = rows_of(four.town.counts, area_level="arm", group_by="", wave="1")
    assert (100 - exact["baseline"]) / 100 * arms["n"].sum() == pytest.approx(arms["x"].sum())
    shown = rows_of(four.released.table, area_level="arm", group_by="", wave="1")
    row = four.table("detectable").iloc[0]
    level = np.average(shown["value"], weights=shown["n"])
    assert row["baseline"] == pytest.approx(100 - level)
    # All else follows from this level and rounded sizes: nothing exact is behind it.
    assert row["before"] % GGD.count_base == row["after"] % GGD.count_base == 0
    settings = four.study.settings.evaluation
    p = row["baseline"] / 100
    sizes = (2, 2, row["before"], row["after"], p * (1 - p))
    design = Design(
        *sizes,
        settings.icc,
        settings.autocorrelation,
        0.05,
        int(row["outcomes"]),
        float(row["sampling_ratio"]),
        share=p,
    )
    again = detectable_row(design, p, settings)
    for name in ("detectable", "clusters_needed", "respondents_needed"):
        assert row[name] == pytest.approx(again[name])


def test_numbers_are_multiples_of_their_steps_and_n_of_its_base(four, six):
    for made in (four, six):
        effects = rows_of(made.table("effects"), status="ok", scale="points")
        step = effects["group"].map(steps_of(made))
        for name in LIMITS:
            times = effects[name][np.isfinite(effects[name])] / step
            assert times.dropna().to_numpy() == pytest.approx(times.dropna().round().to_numpy())
        assert (effects["n"] % GGD.count_base == 0).all()


# reruns --------------------------------------------------------------------------------------


def test_a_rerun_without_one_respondent_gives_the_answer_exactly_and_shows_the_same(four, tmp_path):
    people, areas = four.town.people, four.town.areas
    first = four.table("effects")
    before = rows_of(four.exact.effects, group="all", **MAIN)["estimate"].item()
    for at in (5, 211, 307):
        who = people.iloc[at]
        folder = tmp_path / str(at)
        folder.mkdir()
        for name in ("ledger.jsonl", "runs/effect_ledger.jsonl"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes((four.study.folder / name).read_bytes())
        again = evaluated(people.drop(index=people.index[at]).reset_index(drop=True), areas, folder)
        moved = rows_of(again.exact.effects, group="all", **MAIN)["estimate"].item() - before
        # Up or down is what they answered: the adverse pole is modelled.
        sign = (1 if who["arm"] == ARMS[0] else -1) * (1 if who["wave"] == "2" else -1)
        assert (moved * sign > 0) == (who["play"] == 1)
        shown = again.table("effects")
        pd.testing.assert_series_equal(shown["estimate"], first["estimate"])
        pd.testing.assert_frame_equal(rows_of(shown, **MAIN), rows_of(first, **MAIN))


def test_a_rerun_adds_nothing_to_what_was_shown_and_shows_nothing_finer(six):
    free = shown_effects(*given_of(six), GGD)
    assert len(free.names) > 2 and free.points == 1
    before = pd.DataFrame({"name": ["all"], "step": [2.0]})
    bound = shown_effects(*given_of(six), GGD, before)
    assert bound.names == ("all",) and bound.points == 2 and math.isnan(bound.log_odds)


def test_a_damaged_ledger_of_effects_stops_the_release(four, tmp_path):
    people, areas = four.town.people, four.town.areas
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "effect_ledger.jsonl").write_text("{}\n")
    with pytest.raises(DisclosureError, match="damaged"):
        evaluated(people, areas, tmp_path)
    assert not (tmp_path / "runs" / "released" / "effects.parquet").exists()


# the demo ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(demo_run: Path):
    """The released tables of the demo, by name."""
    study = open_study(demo_run / "parameters")
    return lambda name: pd.read_parquet(study.runs / "released" / f"{name}.parquet")


def test_the_demos_main_effects_are_shown_and_nothing_finer_than_a_whole_point(demo):
    effects = demo("effects")
    main = rows_of(effects, group="all", **MAIN)
    assert len(main) == 5 and main["status"].eq("ok").all()
    ratios = rows_of(effects, group="all", method="cluster_period", scale="odds_ratio")
    assert ratios["status"].eq("ok").all()
    points = rows_of(effects, status="ok", scale="points")
    checks = demo("effect_assumptions")
    checks = checks[checks["scale"].eq("points") & checks["check"].ne("contamination")]
    for table in (points, checks):
        for name in LIMITS:
            known = table[name][np.isfinite(table[name])]
            assert (known == known.round()).all()
    fields = [json.loads(text) for text in demo("effect_conclusions")["fields"]]
    shown = [
        value
        for one in fields
        for name, value in one.items()
        if name in ("estimate", "lower", "upper")
    ]
    assert shown and all(value == round(value) for value in shown)


def test_the_demos_level_that_is_above_ninety_percent_is_in_no_table_of_the_effect(demo):
    hidden = demo("hidden")
    above = set(
        hidden.loc[
            hidden["area_level"].eq("arm") & hidden["group_by"].eq("") & hidden["above"].notna(),
            "indicator",
        ]
    )
    assert above == {"general_health"}
    row = demo("detectable").set_index("outcome").loc["general_health"]
    assert row["status"] == "hidden" and pd.isna(row["baseline"]) and pd.isna(row["detectable"])


def test_the_demos_effect_of_a_hidden_group_is_hidden(demo):
    table, hidden, effects = demo("estimates"), demo("hidden"), demo("effects")
    keys = ["indicator", "area", "area_level", "wave", "group_by", "group"]
    arms = table[table["area_level"].eq("arm") & table["group_by"].isin(["", "ses"])]
    arms = arms.merge(hidden[[*keys, "above"]], on=keys, how="left")
    closed = arms[arms["status"].ne("ok") & arms["above"].isna()]
    pairs = set(zip(closed["indicator"], closed["group"], strict=True))
    assert pairs
    for row in effects[effects["status"].eq("ok")].itertuples():
        assert not {(row.outcome, group) for group in row.group.split("-")} & pairs
