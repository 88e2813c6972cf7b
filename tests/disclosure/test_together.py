"""What two publications of a dozen children tell together, against all that they may have answered."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from towns import Town, areas_of, town_of

from wijkkit.disclosure import system, together
from wijkkit.disclosure.earlier_figures import kept_figures
from wijkkit.disclosure.knowledge import Known, known
from wijkkit.disclosure.ledger import About, entry_of
from wijkkit.disclosure.loss import lost
from wijkkit.disclosure.policy import Policy, finest_steps, statuses
from wijkkit.tables import ESTIMATE_KEYS

KEYS = list(ESTIMATE_KEYS)
#: Of three children a figure is shown, in steps of ten points.
FEW = Policy("few", 3, 2, protection=2, decimals=-1)
SEX = {"sex": ("sex", ("girl", "boy"))}
LEVELS = {"wijk": "wijk", "gebied": "district", "arm": "arm"}
#: What the second publication of a town has otherwise, and towns in which that matters.
KINDS = {
    "fewer": (3, 5),
    "girls": (1,),
    "weights": (1, 3, 5),
    "wijken": (1, 3),
    "groups": (1,),
    "question": (5, 9),
    "blank": (2, 8),
}
TOWNS = [(seed, kind) for kind, seeds in KINDS.items() for seed in seeds]


def town_at(people: pd.DataFrame, question: str, groupings=SEX) -> Town:
    areas = people[["wijk", "district", "arm"]].drop_duplicates().sort_values("wijk")
    units = {question: "percent"}
    return town_of(people.reset_index(drop=True), areas.reset_index(drop=True), units, groupings)


def pair(seed: int, kind: str) -> tuple[pd.DataFrame, Town, Town]:
    """The children, the town of a first publication, and that of the second."""
    random, areas = np.random.default_rng(seed), areas_of(3, 1)
    most, more = (3, 1) if kind == "question" else (4, 2)
    rows = [
        (wijk, random.choice(["girl", "boy"]), random.random())
        for wijk in areas["wijk"]
        for _ in range(random.integers(most - 1, most + 1) + more * (wijk == "w00"))
    ]
    people = pd.DataFrame(rows, columns=["wijk", "sex", "score"]).merge(areas, on="wijk")
    people["respondent"] = [f"r{number:02d}" for number in range(len(people))]
    people = people.assign(wave="1", age=6.0, weight=1.0)
    people["play"] = (people["score"] > 0.5).astype(float)
    # A higher level of the same scale, not asked of everybody.
    people["much"] = (people["score"] > 0.7).astype(float).where(people.index % 4 > 0)
    weights = people["wijk"].map({"w00": 1.0, "w01": 2.5, "w02": 0.7})
    then = {
        "fewer": people[people.groupby("wijk").cumcount() > 0],
        "girls": people[people["sex"].eq("girl")],
        "weights": people.assign(weight=weights),
        # An answer that was taken back.
        "blank": people.assign(play=people["play"].where(people.index % 4 > 0)),
        "wijken": people.assign(wijk=people["wijk"].replace("w00", "w01"), arm="none"),
    }
    first = town_at(people, "play", {} if kind == "groups" else SEX)
    return people, first, town_at(then.get(kind, people), "much" if kind == "question" else "play")


class Both:
    """Two publications, and everything that the children may have answered."""

    def __init__(self, seed: int, kind: str) -> None:
        self.people, *self.towns = pair(seed, kind)
        self.asked = ["play", "much"] if kind == "question" else ["play"]
        self.status = [
            statuses(one.cells.assign(status=one.estimates.table["status"]), FEW)
            for one in self.towns
        ]
        given = self.people[self.asked].to_numpy(float)
        occurs = np.unique(np.nan_to_num(given), axis=0)
        may = [[one for one in occurs if not one[np.isnan(row)].any()] for row in given]
        self.answers = every = np.array(list(product(*may)))
        (self.true,) = np.flatnonzero((every == np.nan_to_num(given)).all(axis=(1, 2)))
        self.weight = [self._inside(one) for one in self.towns]
        self.count, self.share = [], []
        for town, weight in zip(self.towns, self.weight, strict=True):
            answers = every[:, :, self.asked.index(next(iter(town.sample.units)))]
            total = np.maximum(weight.sum(axis=1), 1e-9)
            self.count.append(answers @ (weight > 0).T)
            self.share.append(100 * (answers @ weight.T) / total)
        self._publish()

    def _inside(self, town: Town) -> np.ndarray:
        """The weight of each child in each figure, by a loop over the figures."""
        own = town.sample.people.set_index("respondent").reindex(self.people["respondent"])
        found = []
        for row in town.estimates.table.itertuples():
            here = own[row.indicator].notna()
            if row.area_level != "city":
                here &= own[LEVELS[row.area_level]].eq(row.area)
            if row.group_by:
                here &= own[row.group_by].eq(row.group)
            found.append(np.where(here, own["weight"], 0.0))
        return np.array(found)

    def _publish(self) -> None:
        """Release the first, and the second beside it and as if it were the only one."""
        first, now = self.towns
        table = first.release(FEW).table.assign(first="R0")
        self.step = table["step"].to_numpy(float)
        self.then = table["value"].where(table["status"].eq("ok")).to_numpy(float)
        about = About("R0", "2021-01", "t", "A", "f", "00" * 16, first.sample.units)
        entry = entry_of(about, first.sample, {"estimates": table})
        kept = kept_figures(now.sample, [entry], FEW.min_count)
        table = now.estimates.table.reset_index(drop=True)
        finest = finest_steps(now.cells, FEW)
        self.known = known(table, finest, [])
        shown = [now.release(FEW, earlier=kept, entries=one).table for one in ([], [entry])]
        # What is kept stands in the first publication.
        new = ~pd.MultiIndex.from_frame(table[KEYS]).isin(pd.MultiIndex.from_frame(kept[KEYS]))
        self.before, self.multiple = (
            np.where(one["status"].eq("ok") & new, one["step"] / finest, 0.0) for one in shown
        )

    def open(self, multiple: np.ndarray) -> list[np.ndarray]:
        """Which hidden counts of each publication are open when the second shows this much."""
        then = np.abs(self.share[0] - self.then) <= self.step / 2 + 1e-6
        same = (then | np.isnan(self.then)).all(axis=1)
        for size, (low, high) in self.known.items():
            inside = (self.share[1] >= low - 1e-6) & (self.share[1] <= high + 1e-6)
            same &= (inside | (multiple != size)).all(axis=1)
        assert same[self.true]
        found = []
        for count, weight, status in zip(self.count, self.weight, self.status, strict=True):
            n = (weight > 0).sum(axis=1)
            wide = np.ptp(count[same], axis=0) >= np.minimum(FEW.protection, n)
            found.append(wide[(n > 0) & (status != "ok")])
        return found


@cache
def seen(seed: int, kind: str) -> tuple[Both, together._Together, tuple]:
    """Two publications, their linked questions, and what these were settled with."""
    found = []

    class Kept(together._Together):
        def __init__(self, *made):
            super().__init__(*made)
            self.made = made

        def settle(self, multiple, stands, finest, known):
            found.append((self, (multiple.copy(), stands.copy(), finest, known)))
            super().settle(multiple, stands, finest, known)

    with pytest.MonkeyPatch.context() as patch:
        # So few children do not show that questions are linked.
        for room in (system, together):
            patch.setattr(room, "families", lambda _, asked, few: [tuple(asked)])
        patch.setattr(together, "_Together", Kept)
        one = Both(seed, kind)
    return one, *found[-1]


@pytest.fixture
def one(seed: int, kind: str) -> Both:
    return seen(seed, kind)[0]


@pytest.fixture
def told(seed: int, kind: str) -> together._Together:
    return seen(seed, kind)[1]


@pytest.fixture
def reach(seed: int, kind: str) -> Known:
    return seen(seed, kind)[2][-1]


@pytest.mark.parametrize(("seed", "kind"), TOWNS)
def test_a_count_that_each_publication_leaves_open_stays_so_beside_both(one):
    alone = one.open(np.zeros(len(one.before)))
    for without, after in zip(alone, one.open(one.multiple), strict=True):
        assert (after == without).all()


@pytest.mark.parametrize(("seed", "kind"), TOWNS)
def test_nothing_is_given_up_that_could_stand_and_what_was_published_stands(one):
    then, now = (each / np.maximum(each.sum(axis=1, keepdims=True), 1e-9) for each in one.weight)
    same = np.isclose(now[:, None], then[None]).all(axis=2) & (len(one.asked) == 1)
    step = np.where(same & ~np.isnan(one.then), one.step, np.inf).min(axis=1, initial=np.inf)
    published = np.isfinite(step) & (one.before > 0)
    assert one.multiple[published] * 10 == pytest.approx(step[published])
    is_open = np.concatenate(one.open(one.multiple))
    for cell in np.flatnonzero((one.multiple != one.before) & ~published):
        again = one.multiple.copy()
        again[cell] = one.before[cell]
        assert (np.concatenate(one.open(again)) < is_open).any()


def test_some_figures_are_given_up_and_some_are_not():
    towns = [seen(seed, kind)[0] for seed, kind in TOWNS]
    lost = [((one.before > 0) & (one.multiple == 0)).any() for one in towns]
    coarser = [(one.multiple > np.maximum(one.before, 1)).any() for one in towns]
    assert sum(lost) > 3 and sum(coarser) > 3 and all((one.multiple > 0).any() for one in towns)


def placed(one: Both, told: together._Together) -> list[tuple[int, int]]:
    """The publication of each cell, this one last, and its place there."""
    return [
        (1, int(cell.row)) if cell.row >= 0 else (0, int(cell.cell))
        for cell in told.cells.itertuples()
    ]


@pytest.mark.parametrize(("seed", "kind"), TOWNS)
def test_cells_of_both_publications_count_the_children_they_are_of(one, told):
    told = together._Together(*told.made)
    now = told._truth.ravel()
    homes = told._homes.toarray() > 0
    inside = [weight > 0 for weight in one.weight]
    # A child's home is its wijk now, or where it is withdrawn the one then.
    people = one.towns[1].sample.people.set_index("respondent")["wijk"]
    home = people.astype(object).reindex(one.people["respondent"]).reset_index(drop=True)
    home = home.fillna("then " + one.people["wijk"])
    assert len(set(placed(one, told))) == len(told.cells)
    shares = []
    for at, (edition, place) in enumerate(placed(one, told)):
        weight, here = one.weight[edition][place], inside[edition][place]
        n, count = here.sum(), one.count[edition][one.true, place]
        assert (told._n[at], told._total[at]) == (n, pytest.approx(weight.sum()))
        assert (told._count @ now)[at] == count
        assert (told._sum @ now)[at] == pytest.approx(
            one.share[edition][one.true, place] * weight.sum() / 100
        )
        assert told._need[at] == min(FEW.protection, n)
        few = n < FEW.min_n or min(count, n - count) < FEW.min_count
        hidden = one.status[edition][place] != "ok" if edition else np.isnan(one.then[place])
        # What was published of the same children is no secret of this release.
        assert told._secret[at] == (hidden and few) or (edition and hidden > told._secret[at])
        assert homes[at].sum() == home[here].nunique()
        question = told.cells["question"].iloc[at]
        shares.append((question, tuple(np.round(weight / max(weight.sum(), 1e-9), 9))))
    for at, own in enumerate(shares):
        assert (told._same == told._same[at]).tolist() == [other == own for other in shares]


@pytest.mark.parametrize(("seed", "kind"), [(1, "wijken")])
def test_what_was_hidden_before_is_a_secret_where_a_rule_hides_it(one, told, monkeypatch):
    """Of what was hidden then for another's sake the count need not be open."""
    answers, editions, _ = told.made
    hidden = [replace(each, cells=each.cells.assign(secret=True)) for each in editions]
    edges, place = set(), placed(one, told)
    for min_n, min_count in product((4, 5, 6), (1, 2, 3)):
        policy = replace(FEW, min_n=min_n, min_count=min_count)
        again = together._Together(answers, hidden, policy)
        for secret, (edition, at) in zip(again._secret, place, strict=True):
            n, count = (one.weight[edition][at] > 0).sum(), one.count[edition][one.true, at]
            least = min(count, n - count)
            assert secret == (edition == 1 or n < min_n or least < min_count)
            if edition == 0 and not secret:
                edges |= {(n - min_n, least - min_count, bool(count == least))}
    assert edges >= {(0, 1, True), (1, 0, True), (1, 0, False)}, edges
    # Elsewhere than in its own wijken nothing moves where there are more unknowns.
    for more in (0, 1):
        monkeypatch.setattr(together, "SMALL", told._truth.size - more)
        assert together._Together(*told.made)._small == (not more)


@pytest.mark.parametrize(("seed", "kind"), TOWNS)
def test_what_was_published_of_the_same_children_stands_whatever_step_is_asked(
    seed, kind, monkeypatch
):
    one, told, (_, stands, finest, known) = seen(seed, kind)
    sought = []
    monkeypatch.setattr(told, "_open", lambda *asked: not sought.append(asked))
    then, now = (each / np.maximum(each.sum(axis=1, keepdims=True), 1e-9) for each in one.weight)
    same = np.isclose(now[:, None], then[None]).all(axis=2) & (len(one.asked) == 1)
    step = np.where(same & ~np.isnan(one.then), one.step, np.inf).min(axis=1, initial=np.inf)
    for size in (0.0, 1.0, 2.0, 10.0):
        multiple, public = np.full(len(one.before), size), stands.copy()
        kept = told.cells["kept"].to_numpy() & (told.cells["row"] >= 0)
        free = ~np.isin(np.arange(len(multiple)), told.cells["row"][kept])
        told.settle(multiple, public, finest, known)
        expected = np.isfinite(step) & free & (size > 0)
        assert public.tolist() == expected.tolist()
        assert multiple[expected] * 10 == pytest.approx(step[expected])
        # The same figures in no finer step were held open with this release.
        assert kind != "groups" or not size or bool(sought) == (size * 10 > step[expected]).any()
        sought.clear()


@pytest.mark.parametrize(("seed", "kind"), TOWNS[::2])
def test_what_is_known_of_a_cell_is_its_rounding_then_or_what_is_told_now(one, told, reach, seed):
    random = np.random.default_rng(seed)
    steps = random.choice([0.0, 1.0, 2.0, 5.0, 10.0], len(told.cells))
    bounds = told._bounds(steps, reach)
    for at, (edition, place) in enumerate(placed(one, told)):
        value = one.share[edition][one.true, place]
        low, high = -np.inf, np.inf
        if edition == 0 and not np.isnan(one.then[place]):
            low, high = (one.then[place] + side * one.step[place] / 2 for side in (-1, 1))
        elif edition == 1 and steps[at] > 0:
            low, high = (end[place] for end in reach[steps[at]])
        if not told._total[at]:
            assert (bounds[0][at], bounds[1][at]) == (0, 0)
            continue
        ends = (
            min((low - value) * told._total[at] / 100, 0),
            max((high - value) * told._total[at] / 100, 0),
        )
        assert (bounds[0][at], bounds[1][at]) == pytest.approx(ends, abs=1e-5)


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize(("seed", "kind"), TOWNS)
def test_a_count_is_open_where_towns_that_look_the_same_are_apart(
    one, told, reach, seed, small, monkeypatch
):
    """In a large system among children of its own wijken."""
    monkeypatch.setattr(told, "_small", small)
    random, kinds = np.random.default_rng(seed), set()
    every, place = np.arange(len(told.cells)), placed(one, told)
    moved = np.array([one.count[e][:, p] - one.count[e][one.true, p] for e, p in place]).T
    heavy = np.array([(one.share[e][:, p] - one.share[e][one.true, p]) * one.weight[e][p].sum() / 100
                      for e, p in place]).T  # fmt: skip
    answers = one.answers - one.answers[one.true]
    for _ in range(3):
        steps = random.choice([0.0, 0.0, 1.0, 5.0, 10.0], len(every))
        bounds = told._bounds(steps, reach)
        same = ((heavy >= bounds[0] - 1e-6) & (heavy <= bounds[1] + 1e-6)).all(axis=1)
        monkeypatch.setattr(told, "_towns", [])
        for cell in random.choice(np.flatnonzero(told._secret), 4):
            found, need = told._open(cell, bounds), told._need[cell]
            here = one.weight[place[cell][0]][place[cell][1]] > 0
            own = one.people["wijk"].isin(one.people.loc[here, "wijk"]).to_numpy()
            near = same & (answers[:, ~own] == 0).all(axis=(1, 2))
            widest, nearest = np.ptp(moved[same, cell]), np.ptp(moved[near, cell])
            assert (nearest >= need) <= found <= (widest >= need)
            assert not small or found == (widest >= need)
            kinds.add(bool(found))
        # Each town that was found is one of those, and moves as far as it says.
        for count, weighted in told._towns:
            assert ((weighted >= bounds[0] - 1e-6) & (weighted <= bounds[1] + 1e-6)).all()
            assert (np.abs(moved[same] - count).max(axis=1) < 1e-6).any()
    assert kinds


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize(("seed", "kind"), [(3, "fewer"), (1, "wijken"), (1, "girls")])
def test_of_the_new_figures_the_one_that_opens_a_count_is_given_up_and_no_other(
    seed, kind, small, monkeypatch
):
    """By a rule that says which one it is; in a large system one of the count's own wijken."""
    _, told, (before, stands, finest, known) = seen(seed, kind)
    cells, needs = told.cells, {}
    rows, slot, level = (cells[name].to_numpy() for name in ("row", "slot", "level"))
    before = np.ones(len(before))

    def is_open(cell: int, multiple: np.ndarray) -> bool:
        same = [at for at in needs if told._same[at] == told._same[cell]]
        return all(lost(multiple[way]) >= lost(least) for at in same for way, least in needs[at])

    monkeypatch.setattr(told, "_small", small)
    monkeypatch.setattr(told, "_bounds", lambda multiple, known: multiple)
    monkeypatch.setattr(told, "_open", is_open)

    def settled() -> tuple[np.ndarray, np.ndarray]:
        out, public = before.copy(), stands.copy()
        told.settle(out, public, finest, known)
        return out, public

    start, public = settled()
    new = np.flatnonzero((rows >= 0) & (start[rows] > 0) & ~public[rows] & ~cells["kept"])
    assert len(new) > 3
    homes = told._homes.toarray() > 0
    wijken = homes.sum(axis=1)
    given_up, random = 0, np.random.default_rng(seed)
    for _ in range(15):
        count, way = random.choice(np.flatnonzero(told._secret)), random.choice(new)
        least, near = random.choice([2.0, 10.0, 0.0]), bool((homes[way] & homes[count]).any())
        needs = {count: [(way, least)]}
        found, _ = settled()
        few = level[way] == "gebied" and wijken[way] < 3
        out = least == 0 or few or level[way] == "wijk"
        met = lost(start[rows[way]]) >= lost(least) or not (small or near)
        expected = start.copy()
        if not met:
            expected[rows[way]] = 0.0 if out else least
        # In a large system all of one kind of loss that are near go together.
        kind_of = ((slot == 0) == (slot[way] == 0)) | (level == "gebied")
        kind_of &= level == level[way]
        together_ = kind_of & (homes & homes[count]).any(axis=1) & (not small) & (not met)
        rest = ~np.isin(np.arange(len(start)), rows[together_])
        rest[rows[way]] = True
        assert found[rest].tolist() == expected[rest].tolist(), (way, least, near)
        given_up += not met
    assert given_up > 3
