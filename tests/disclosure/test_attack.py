"""Random towns attacked by someone who knows that children come whole."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from attacker import Attacker, found_of, held
from towns import GROUPINGS, SES, SEX, areas_of, people_of, random_town, town, town_of

from wijkkit.disclosure import CBS, GGD
from wijkkit.disclosure.audit import Search
from wijkkit.disclosure.derived import release_comparisons, release_derived
from wijkkit.disclosure.loss import COARSER
from wijkkit.disclosure.policy import statuses
from wijkkit.disclosure.program import Program
from wijkkit.disclosure.release import Made
from wijkkit.disclosure.system import Ends
from wijkkit.estimates import compare
from wijkkit.estimates.change import estimate_change
from wijkkit.estimates.inequality import estimate_gap

NOTHING = pd.DataFrame()


def attacked(made, policy=GGD, most=6, seed=0, gaps=None):
    """What the attacker finds of some of the counts that a rule hides, and the release."""
    if gaps is None:
        released, told = made.release(policy), ()
    else:
        released = made.release(policy, made=Made([gaps], NOTHING, NOTHING))
        told = release_derived(gaps, released.table, 1.0)
        told = (told.assign(exact_lower=gaps["lower"], exact_upper=gaps["upper"]),)
    table = made.estimates.table.reset_index(drop=True)
    rules = statuses(made.cells.assign(status=table["status"]), policy)
    secret = np.flatnonzero((rules != "ok") & table["status"].eq("ok").to_numpy())
    chosen = np.sort(np.random.default_rng(seed).permutation(secret)[:most])
    attacker = Attacker((made, released.table, *told))
    return found_of(attacker, made, released.table.iloc[chosen]), released


@pytest.mark.parametrize(
    "seed, weights", [(0, ""), (3, ""), (4, "proportional"), (5, "oversampled")]
)
def test_no_hidden_count_of_a_random_town_is_found_and_no_indicator_is_left_out(seed, weights):
    found, released = attacked(random_town(seed, weights), seed=seed)
    assert len(found) and released.left_out == ()
    held(found, GGD.protection)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_count_of_many_random_towns_is_found(seed):
    found, released = attacked(random_town(seed, ("", "proportional", "oversampled")[seed % 3]))
    assert released.left_out == ()
    held(found, GGD.protection)


def between_groups(made, estimate=estimate_gap) -> pd.DataFrame:
    sample = made.sample
    indicators = {key: SimpleNamespace(unit="percent", ages=None, waves=()) for key in sample.units}
    divided = {"ses": GROUPINGS["ses"]}
    return estimate(sample.people, indicators, sample.waves, divided, areas=sample.areas)


@pytest.mark.parametrize("seed", range(3))
def test_no_hidden_count_is_found_from_gaps_and_their_verdicts(seed):
    made = town(seed, wijken=3, districts=1, groupings=("ses",), size=(60, 150))
    gaps = between_groups(made)
    found, released = attacked(made, gaps=gaps, seed=seed)
    assert released.left_out == ()
    held(found, GGD.protection)


@pytest.mark.parametrize(
    ("seed", "weights", "whole"),
    [(0, "", True), (3, "proportional", True), (4, "", False), (1, "oversampled", False)],
)
def test_no_hidden_count_is_found_from_gaps_and_comparisons_with_the_city_together(
    seed, weights, whole, monkeypatch
):
    """Where not the whole town is searched, the wijken around a count are, as in a large city."""
    if not whole:
        monkeypatch.setattr("wijkkit.disclosure.choice.SMALL", 0)
    made = town(seed, wijken=5, size=(40, 120), share=(0.03, 0.3), weights=weights)
    gaps = between_groups(made)
    asked = {
        key: SimpleNamespace(unit="percent", ages=None, waves=(), direction="higher")
        for key in made.sample.units
    }
    found = compare(made.sample.people, asked, made.sample.waves, areas=made.sample.areas)
    alike = pd.DataFrame(columns=["area", "comparable", "rank", "distance"])
    released = made.release(GGD, made=Made([gaps], found, alike))
    told = release_derived(gaps, released.table, 1.0)
    compared = release_comparisons(found, alike, released.table, 1.0)
    verdict = compared["verdict"].replace({"better": "higher", "worse": "lower"})
    tables = [
        table.assign(exact_lower=exact["lower"], exact_upper=exact["upper"])
        for table, exact in (
            (told, gaps),
            (compared.assign(verdict=verdict, group_by="", group="all"), found),
        )
    ]
    rules = statuses(made.cells.assign(status=made.estimates.table["status"]), GGD)
    secret = np.flatnonzero((rules != "ok") & made.estimates.table["status"].eq("ok").to_numpy())
    chosen = np.sort(np.random.default_rng(seed).permutation(secret)[:5])
    attacker = Attacker((made, released.table, tables[0], released.table.iloc[:0], tables[1]))
    assert compared["difference"].notna().any() and len(chosen)
    held(found_of(attacker, made, released.table.iloc[chosen]), GGD.protection)


def two_waves(seed: int):
    """A town asked twice, half of them with groups and half of them weighted."""
    return town(
        seed,
        wijken=3,
        districts=1,
        groupings=("ses",) if seed % 2 else (),
        size=(60, 150),
        share=(0.02, 0.3),
        waves=("1", "2"),
        weights=("", "proportional")[seed // 2 % 2],
    )


def hold_two_waves(seed: int) -> None:
    made = two_waves(seed)
    changes = estimate_change(made.estimates).query("unit == 'points'").reset_index(drop=True)
    found, released = attacked(made, gaps=changes, seed=seed)
    assert released.left_out == ()
    held(found, GGD.protection)


@pytest.mark.parametrize("seed", [2, 3])
def test_no_hidden_count_is_found_from_two_waves_and_their_changes_together(seed):
    """In the first, both counts were found when each wave was held open by itself."""
    hold_two_waves(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 40))
def test_no_hidden_count_is_found_from_many_towns_of_two_waves(seed):
    hold_two_waves(seed)


def test_no_hidden_count_is_found_from_groupings_that_overlap():
    """Education, the same in two, sex, and education by sex."""
    areas = areas_of(3, 1)
    people = people_of(areas, np.random.default_rng(4), size=(60, 150), missing_ses=0.0)
    two = people["ses"].where(people["ses"].eq("low"), "other")
    people = people.assign(two=two, both=people["ses"] + " " + people["sex"])
    groupings = GROUPINGS | {
        "two": ("two", ("low", "other")),
        "both": ("both", tuple(f"{ses} {sex}" for ses in SES for sex in SEX)),
    }
    found, released = attacked(town_of(people, areas, {"play": "percent"}, groupings), most=4)
    assert len(found) == 4 and released.left_out == ()
    held(found, GGD.protection)


def test_shares_near_ninety_per_cent_are_released_and_stay_open():
    made = town(248, wijken=3, districts=1, groupings=("ses", "sex"), share=(0.8, 0.92))
    found, released = attacked(made, CBS)
    assert released.left_out == () and released.table["status"].eq("ok").any()
    held(found, CBS.protection)


def test_a_score_is_released_by_a_policy_with_a_rule_of_dominance():
    random = np.random.default_rng(5)
    areas = areas_of(3, 1)
    people = pd.DataFrame({"wijk": np.repeat(areas["wijk"], 60), "wave": "1", "weight": 1.0})
    people["score"] = random.integers(0, 40, len(people)).astype(float)
    # One respondent has more than half of the total of a wijk.
    lonely = people["wijk"].eq("w01")
    people.loc[lonely, "score"] = np.where(np.arange(60) == 0, 39.0, np.arange(60) % 2 * 0.5)
    people = people.merge(areas, on="wijk").assign(age=6.0)
    out = town_of(people, areas, {"score": "score"}, {}).release(CBS).table.set_index("area")
    assert out.loc["w00", "status"] == "ok"
    assert out.loc["w01", "status"] == "hidden"


@pytest.mark.parametrize("score", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_each_town_that_moves_of_children_prove_is_one_for_the_audit(seed, score):
    made = town(seed, wijken=6, groupings=("ses", "sex"), size=(40, 160))
    if score:
        random, people = np.random.default_rng(seed), made.sample.people.drop(columns="play")
        people["score"] = random.integers(0, 40, len(people)).astype(float)
        made = town_of(people, made.sample.areas, {"score": "score"}, made.sample.groupings)
    (one,) = made.release(GGD).settled
    choice, shown, found = one.choice, one.choice.shown, 0
    # Whatever is shown: what moves count is what the towns show that they name.
    for size in (one.multiple, 10.0 * (choice.first > 0), 5.0 * (one.system.level == "city")):
        multiple = np.where(choice.first > 0, size, 0.0)
        secret, ends = choice.secrets(multiple), Ends(shown.count[None])
        program = Program(shown, multiple)
        program.look_at(program.possible(choice.moves.proofs(multiple, secret)), ends)
        proven = secret[choice.open_by_moves(multiple)[secret]]
        assert (ends.width() >= shown.need - 1e-6)[proven].all()
        found += len(proven)
    assert found


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_no_figure_of_an_arm_or_the_city_is_hidden_that_could_stand_in_a_coarser_step(seed):
    options = {"size": (20, 60), "share": (0.1, 0.5), "weights": "proportional"}
    made = town(seed, wijken=4, groupings=("ses", "sex"), **options)
    for one in made.release(GGD).settled:
        choice, large = one.choice, np.isin(one.system.level, ["arm", "city"])
        hidden = np.flatnonzero(large & (choice.first > 0) & (one.multiple == 0))
        for cell, size in product(hidden, COARSER):
            multiple = np.where(np.arange(len(large)) == cell, size, one.multiple)
            assert len(Search(choice).narrow(multiple)), (cell, size)


def test_a_count_that_is_not_open_makes_figures_of_its_own_group_coarser_first():
    one = town(1, groupings=("ses", "sex"), size=(60, 160)).release(GGD).settled[0]
    choice, system = one.choice, one.system
    narrow = np.flatnonzero((system.level == "wijk") & (choice.first == 0) & (system.slot > 0))[:1]
    more = choice.more(choice.first, narrow)
    lost = more != choice.first
    assert lost.any() and (more[lost] > 1).all()
    assert (system.slot[lost] == system.slot[narrow]).all()
    assert (system.group[lost] == system.group[narrow]).all()


@pytest.mark.parametrize("seed", range(3))
def test_what_a_search_found_for_one_choice_is_looked_at_again_for_the_next(seed):
    made = town(seed, groupings=("ses",))
    for one in made.release(GGD).settled:
        choice, shown = one.choice, one.choice.shown
        search = Search(choice)
        # In a coarser step a figure has more room on one side, and may have less on the other.
        for size in (1.0, 2.0, 5.0, 1.0):
            multiple = np.where(one.multiple > 0, np.maximum(one.multiple, size), 0.0)
            secret = choice.secrets(multiple)
            need = shown.need[secret] - 1e-6
            again = search.ends(multiple).width()[secret] >= need
            assert (again <= (Search(choice).ends(multiple).width()[secret] >= need)).all()


def test_a_count_beyond_all_that_is_possible_is_decided_at_once():
    one = town(1, groupings=("ses",)).release(GGD).settled[0]
    program = Program(one.choice.shown, one.multiple)
    assert program.beyond(0, 1e6) == (None, True)
    found, decided = program.beyond(0, 0.0)
    assert decided and program.allows(found)
