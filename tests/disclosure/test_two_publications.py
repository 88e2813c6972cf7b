"""Two publications over the same children, attacked together: no count that a rule hides is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from attacker import Attacker, found_of, held
from towns import GROUPINGS, Town, town, town_of

from wijkkit.disclosure import GGD
from wijkkit.disclosure.derived import release_derived
from wijkkit.disclosure.earlier_figures import kept_figures
from wijkkit.disclosure.ledger import About, Entry, entry_of
from wijkkit.disclosure.policy import statuses
from wijkkit.disclosure.release import Made
from wijkkit.estimates.change import estimate_change
from wijkkit.pipeline.earlier import Earlier
from wijkkit.tables import ESTIMATE_KEYS

KEYS = list(ESTIMATE_KEYS)


@dataclass(frozen=True)
class Published:
    """What is published of a town: its figures, which of them stand as they did, its changes as
    they would be made of these figures and as they are, and the entry of the ledger."""

    table: pd.DataFrame
    stands: np.ndarray
    new: pd.DataFrame
    changes: pd.DataFrame
    entry: Entry


def published(made: Town, *before: Entry) -> Published:
    """Publish a town after others: its figures and, of two waves, the changes."""
    kept = kept_figures(made.sample, before, GGD.min_count)
    earlier, nothing = Earlier(before, kept), pd.DataFrame()
    changes = estimate_change(made.estimates).query("unit == 'points'").reset_index(drop=True)
    also = Made([changes], nothing, nothing)
    released = made.release(GGD, made=also, earlier=kept, entries=before)
    assert released.left_out == ()
    table = earlier.figures(released.table)
    new = release_derived(changes, table, 1.0, released.unjudged)
    told = earlier.derived("changes", new, table)
    about = About(f"R{len(before)}", "2021-01", "t", "A", "f", "00" * 16, made.sample.units)
    tables = {"estimates": table.assign(first=about.release), "changes": told}
    stands = pd.MultiIndex.from_frame(table[KEYS]).isin(pd.MultiIndex.from_frame(kept[KEYS]))
    return Published(table, stands, new, told, entry_of(about, made.sample, tables))


def secrets(made: Town, most: int, seed: int) -> pd.DataFrame:
    """The keys of some counts that a rule hides."""
    table = made.estimates.table.reset_index(drop=True)
    rules = statuses(made.cells.assign(status=table["status"]), GGD)
    at = np.flatnonzero((rules != "ok") & table["status"].eq("ok").to_numpy())
    return table.iloc[np.sort(np.random.default_rng(seed).permutation(at)[:most])]


def attack(first: Town, second: Town, seed: int, most: int = 4) -> None:
    """Publish both and attack the hidden counts of either."""
    then = published(first)
    now = published(second, then.entry)
    attacker = Attacker((first, then.table), (second, now.table[~now.stands]))
    for at, made in enumerate((first, second)):
        held(found_of(attacker, made, secrets(made, most, seed), at), GGD.protection)


def other(made: Town, people: pd.DataFrame | None = None, **changes) -> Town:
    """The town with other respondents, areas or groupings."""
    sample = made.sample
    people = (sample.people if people is None else people).reset_index(drop=True)
    areas = changes.get("areas", sample.areas)
    return town_of(people, areas, sample.units, changes.get("groupings", sample.groupings))


def _older(made: Town) -> Town:
    return other(made, made.sample.people[made.sample.people.index % 3 > 0])


def _girls(made: Town) -> Town:
    people = made.sample.people
    return other(made, people[people["sex"].eq("girl")], groupings={"ses": GROUPINGS["ses"]})


def _half_a_wave(made: Town) -> Town:
    people = made.sample.people
    return other(made, people[people["wave"].eq("1") | (people.index % 2 == 0)])


def _weighted(made: Town) -> Town:
    people = made.sample.people
    weight = people["wijk"].map({f"w{at:02d}": 1 + 4.0 * (at % 2) for at in range(9)})
    return other(made, people.assign(weight=weight))


def _two_groups(made: Town) -> Town:
    people = made.sample.people
    people = people.assign(low=people["ses"].where(people["ses"].ne("middle"), "high"))
    return other(made, people, groupings={"low": ("low", ("low", "high"))})


def _fewer_wijken(made: Town) -> Town:
    areas = made.sample.areas.iloc[:-1]
    people = made.sample.people
    return other(made, people[people["wijk"].isin(areas["wijk"])], areas=areas)


def _other_gebieden(made: Town) -> Town:
    areas = made.sample.areas.assign(district=["e0", "e0", "e0", "e1", "e1", "e1"])
    people = made.sample.people.drop(columns=["district", "arm"])
    return other(made, people.merge(areas, on="wijk"), areas=areas)


def _merged(made: Town) -> Town:
    """Wijken taken together in pairs."""
    pair = {wijk: f"m{at // 2}" for at, wijk in enumerate(made.sample.areas["wijk"])}
    areas = made.sample.areas.assign(wijk=pair.values(), district="d", arm="none")
    areas = areas.drop_duplicates("wijk")
    people = made.sample.people.assign(wijk=made.sample.people["wijk"].map(pair))
    people = people.drop(columns=["district", "arm"]).merge(areas, on="wijk")
    return other(made, people, areas=areas)


def _first_wave(made: Town) -> Town:
    people = made.sample.people
    return other(made, people[people["wave"].eq("1")])


def _answers(made: Town) -> Town:
    """Few have another answer in most wijken, many in the last; figures of few are kept."""
    random, people = np.random.default_rng(1), made.sample.people
    few = people.groupby("wijk").cumcount() < 2
    many = people["wijk"].eq("w05") & (random.random(len(people)) < 0.3)
    return other(made, people.assign(play=people["play"].where(~(few | many), 1 - people["play"])))


def _withdrawn(made: Town) -> Town:
    people = made.sample.people
    return other(made, people.drop(index=people.index[[3, 40, 41]]))


#: What is changed, and the groupings and waves of the town.
KINDS: dict[str, tuple[Callable[[Town], Town], tuple[str, ...], tuple[str, ...]]] = {
    "population": (_older, ("ses",), ("1",)),
    "girls": (_girls, ("ses", "sex"), ("1",)),
    "weights": (_weighted, ("ses",), ("1",)),
    "groups": (_two_groups, ("ses",), ("1",)),
    "wijken": (_fewer_wijken, (), ("1",)),
    "gebieden": (_other_gebieden, (), ("1",)),
    "merged": (_merged, (), ("1",)),
    "waves": (_first_wave, (), ("1", "2")),
    "half a wave": (_half_a_wave, (), ("1", "2")),
    "definition": (_answers, (), ("1",)),
    "withdrawn": (_withdrawn, ("ses",), ("1",)),
}


def both_ways(kind: str, seed: int, backwards: bool) -> None:
    change, groupings, waves = KINDS[kind]
    wijken = 4 if groupings else 6
    made = town(seed, wijken, groupings=groupings, waves=waves, size=(30, 90), share=(0.05, 0.5))
    towns = [made, change(made)]
    attack(*(towns[::-1] if backwards else towns), seed)


@pytest.mark.parametrize("kind", KINDS)
def test_no_hidden_count_is_found_from_two_publications(kind):
    both_ways(kind, 0, backwards=False)


@pytest.mark.slow
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", KINDS)
def test_no_hidden_count_is_found_from_many_pairs_of_publications(kind, seed, backwards):
    both_ways(kind, seed, backwards)


def test_a_change_of_a_kept_figure_is_as_published_or_not_there():
    made = town(3, groupings=(), waves=("1", "2"), size=(60, 120), share=(0.2, 0.5))
    people = made.sample.people
    number = people.groupby(["wijk", "wave"]).cumcount()
    # Of w00 both waves lose a few children, of w01 and w05 one wave many, of w02 one wave a few and
    # the other many.
    few, many = number < 2, number < 15
    gone = (people["wijk"].eq("w00") & few) | (
        people["wijk"].eq("w01") & people["wave"].eq("2") & many
    )
    gone |= people["wijk"].eq("w05") & people["wave"].eq("1") & many
    gone |= people["wijk"].eq("w02") & np.where(people["wave"].eq("1"), few, many)
    first = published(made)
    second = published(other(made, people[~gone]), first.entry)
    stood, was, new = (one.set_index("area") for one in (second.changes, first.changes, second.new))
    assert was.loc[["w00", "w01", "w02"], "status"].eq("ok").all()
    assert stood.loc["w00", ["value", "lower", "upper"]].equals(
        was.loc["w00", ["value", "lower", "upper"]]
    )
    assert stood.loc["w02", "status"] == "hidden" and np.isnan(stood.loc["w02", "value"])
    assert stood.loc["w02", "verdict"] == "unknown"
    rest = ["w01", "w03", "w04", "w05"]
    pd.testing.assert_frame_equal(stood.loc[rest], new.loc[rest])


def test_a_question_that_was_not_asked_in_a_wave_ends_no_second_publication():
    made = town(3, wijken=3, districts=1, indicators=("play", "sport"), waves=("1", "2"))
    people = made.sample.people
    made = other(made, people.assign(sport=people["sport"].where(people["wave"] == "2")))
    then = published(made)
    girls = _girls(made)
    now = published(girls, then.entry)
    first = now.table["wave"].eq("1") & now.table["indicator"].eq("sport")
    assert not now.table.loc[first, "status"].eq("ok").any()


def test_what_was_published_of_the_same_children_stands_whatever_an_effect_would_give_up():
    """In two steps it would tell more than in either."""
    made = town(2, wijken=4, groupings=("ses",), size=(40, 90), share=(0.1, 0.5))
    then = published(made)
    asked = []

    def beside(table, settled):
        for one in settled:
            multiple, secret = one.multiple, one.choice.secrets(one.multiple)
            while (less := one.choice.more(multiple, secret)) is not None:
                multiple = less
            asked.append(pd.DataFrame({"row": one.system.rows, "left": multiple}))
        return settled

    nothing = pd.DataFrame()
    girls = _girls(made)
    for again, stands in ((made, True), (girls, False)):
        asked.clear()
        also = Made([], nothing, nothing, beside=beside)
        kept = kept_figures(again.sample, [then.entry], GGD.min_count)
        released = again.release(GGD, made=also, earlier=kept, entries=[then.entry])
        left = pd.concat(asked).set_index("row")["left"]
        shown = released.table.iloc[left.index]["status"].eq("ok").to_numpy()
        everybody = released.table.iloc[left.index]["group"].eq("all").to_numpy()
        assert shown[everybody].any()
        assert (left[shown & everybody] > 0).all() == stands
