"""All towns of a few children, one by one: what the choice, its programs and the audit say of them.

A town is so many children of each pattern of answers in each atom. In towns of a dozen children
all that look the same can be made, so that how open a count is needs no program.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from towns import Town, areas_of, town_of

from wijkkit.disclosure import program as programs
from wijkkit.disclosure import system
from wijkkit.disclosure.audit import Search, narrow_with, open_with
from wijkkit.disclosure.choice import FREE, Settled
from wijkkit.disclosure.differences import Lines
from wijkkit.disclosure.moves import Moves, Proofs
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.program import Program
from wijkkit.disclosure.system import Ends
from wijkkit.disclosure.towns import Towns

#: Of three children a figure is shown, in steps of ten points.
FEW = Policy("few", 3, 2, protection=1, decimals=-1)
SEX = {"sex": ("sex", ("girl", "boy"))}
STEPS = [0.0, 0.0, 1.0, 2.0, 5.0, 10.0, FREE]


def tiny(seed: int, questions: int, weighted: bool = False) -> Town:
    """Two or three wijken of four to seven children; two questions are levels of one scale.

    Three are a question and its opposite, which a child is not asked.
    """
    random = np.random.default_rng(seed)
    questions, opposite = min(questions, 2), questions == 3
    areas = areas_of(4 - questions, 1)
    rows = [
        (wijk, random.choice(["girl", "boy"]), random.random())
        for wijk in areas["wijk"]
        for _ in range(random.integers(4, 8 - questions))
    ]
    people = pd.DataFrame(rows, columns=["wijk", "sex", "score"]).merge(areas, on="wijk")
    people = people.assign(wave="1", age=6.0, weight=1.0)
    if weighted:
        people["weight"] = people["wijk"].map({"w00": 1.0, "w01": 2.5, "w02": 0.7})
    names = [f"from {number}" for number in range(questions)]
    for name, cut in zip(names, (0.6, 0.3), strict=False):
        people[name] = (people["score"] > cut).astype(float)
    if opposite:
        people[names[1]] = (1 - people[names[0]]).where(people.index != 2)
    return town_of(people, areas, dict.fromkeys(names, "percent"), SEX)


@cache
def settled(seed: int, questions: int, weighted: bool = False) -> tuple[Settled, ...]:
    """What a release settles, as one system: so few do not show that questions are linked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "families", lambda _, indicators, few: [tuple(indicators)])
        return tiny(seed, questions, weighted).release(FEW).settled


def every_town(one: Settled) -> np.ndarray:
    """All towns of the same children, whatever they answer; (T, N, P)."""
    system = one.system
    patterns = len(system.patterns)
    options = []
    for size, asked in zip(system.size.astype(int), system.asked, strict=True):
        # What somebody answers who was asked all that these were, as far as these were asked it.
        there = {
            tuple(system.patterns[pattern][asked])
            for atom, pattern in zip(*np.nonzero(system.truth), strict=True)
            if system.asked[atom][asked].all()
        }
        may = [tuple(pattern[asked]) in there for pattern in system.patterns]
        parts = [p for p in product(range(size + 1), repeat=patterns) if sum(p) == size]
        options.append([p for p in parts if not any(np.array(p)[~np.array(may)])])
    return np.array(list(product(*options)), float)


def counted(one: Settled, towns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The count of each cell in each town, and the weighted one, by a loop over cells; (T, C)."""
    system, columns = one.system, []
    for cell in range(len(system.rows)):
        inside = np.array(
            [
                (system.level[cell] != "wijk" or one_in(system, cell, atom))
                and (system.slot[cell] == 0 or system.groups[atom, 1] == system.group[cell])
                for atom in range(len(system.size))
            ]
        )
        if system.level[cell] == "arm":
            arms = {"w00": "programme", "w01": "comparator", "w02": "none"}
            inside &= [arms[f"w{wijk:02d}"] == system.area[cell] for wijk in system.wijk]
        had = system.patterns[:, system.indicator[cell]]
        inside &= system.asked[:, system.indicator[cell]]
        count = (towns * had).sum(axis=2) * inside
        columns.append((count.sum(axis=1), (count * system.weight).sum(axis=1)))
    count, weighted = (np.array(part).T for part in zip(*columns, strict=True))
    return count, weighted


def one_in(system, cell: int, atom: int) -> bool:
    return system.area[cell] == f"w{system.wijk[atom]:02d}"


class Small:
    """A settled system with all its towns."""

    def __init__(self, one: Settled) -> None:
        self.one, self.choice, self.shown = one, one.choice, one.choice.shown
        self.towns = every_town(one)
        self.count, self.weighted = counted(one, self.towns)
        truth = (self.towns == one.system.truth).all(axis=(1, 2))
        (self.true,) = np.flatnonzero(truth)

    def same(self, multiple: np.ndarray) -> np.ndarray:
        """Which towns look the same: each count in its room."""
        slack, at = self.shown.slack(multiple), self.true
        up, down = self.count - self.count[at], self.count[at] - self.count
        heavy = self.weighted - self.weighted[at]
        fits = (up <= slack.up + 1e-6) & (down <= slack.down + 1e-6)
        fits &= (heavy <= slack.weighted_up + 1e-6) & (-heavy <= slack.weighted_down + 1e-6)
        return fits.all(axis=1)

    def widths(self, multiple: np.ndarray) -> np.ndarray:
        return np.ptp(self.count[self.same(multiple)], axis=0)


@cache
def small(seed: int, questions: int, weighted: bool = False) -> Small:
    return Small(settled(seed, questions, weighted)[0])


KINDS = [
    (1, False),
    (1, True),
    (2, False),
    (3, False),
    pytest.param(2, True, marks=pytest.mark.slow),
]


def counts_in(one: Small, town: np.ndarray | None) -> np.ndarray:
    assert town is not None
    return one.one.system.counts(town)


def choices(one: Small, number: int, seed: int = 0):
    """Choices at random, that of the release among them."""
    random = np.random.default_rng(seed)
    yield one.one.multiple
    for _ in range(number):
        yield random.choice(STEPS, len(one.one.multiple))


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_counts_of_a_system_are_those_of_its_children(seed, questions, weighted):
    one = small(seed, questions, weighted)
    system, at = one.one.system, one.true
    assert (system.counts() == one.count[at]).all()
    assert system.weighted() == pytest.approx(one.weighted[at])
    assert (one.shown.count == one.count[at]).all()
    for town in one.towns[:: max(1, len(one.towns) // 20)]:
        (number,) = np.flatnonzero((one.towns == town).all(axis=(1, 2)))
        assert system.counts(town).tolist() == one.count[number].tolist()
        assert system.weighted(town) == pytest.approx(one.weighted[number])


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_no_hidden_count_of_a_release_is_narrow(seed, questions, weighted):
    one = small(seed, questions, weighted)
    secret = one.choice.secrets(one.one.multiple)
    assert len(secret)
    assert (one.widths(one.one.multiple)[secret] >= one.shown.need[secret]).all()


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_no_figure_that_is_given_up_could_stand_by_itself(questions, weighted):
    one = small(1, questions, weighted)
    multiple = one.choice.settled()
    assert not len(one.choice.narrow(multiple))
    given_up = np.flatnonzero((one.choice.first > 0) & (multiple != 1.0))
    for cell in given_up:
        again = multiple.copy()
        again[cell] = 1.0
        assert len(one.choice.narrow(again)), cell


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_the_audit_finds_open_what_is_open_and_nothing_else(seed, questions, weighted):
    one = small(seed, questions, weighted)
    search = Search(one.choice)
    for multiple in choices(one, 5, seed):
        secret, need = one.choice.secrets(multiple), one.shown.need
        exact = np.minimum(one.widths(multiple), need)
        found = search.ends(multiple).width()
        assert (np.minimum(found, need)[secret] == exact[secret]).all()


def in_parts(one: Small, multiple: np.ndarray, cell: int) -> float:
    """How far apart a count can be in towns of parts of children, by a program of scipy's."""
    system, slack, at = one.one.system, one.shown.slack(multiple), one.true
    atoms, patterns = system.truth.shape
    units = np.eye(atoms * patterns).reshape(-1, atoms, patterns)
    count, weighted = counted(one.one, units)
    ends = one.count[at], one.weighted[at]
    lines = np.concatenate([count.T, -count.T, weighted.T, -weighted.T])
    most = [ends[0] + slack.up, slack.down - ends[0]]
    most += [ends[1] + slack.weighted_up, slack.weighted_down - ends[1]]
    here = np.isfinite(most := np.concatenate(most))
    occurs = np.tile(system.truth.any(axis=0), atoms)
    options = {
        "A_ub": lines[here],
        "b_ub": most[here] + 1e-7,
        "A_eq": np.kron(np.eye(atoms), np.ones(patterns)),
        "b_eq": system.size,
        "bounds": [(0, None if there else 0) for there in occurs],
    }
    least, largest = (linprog(sign * count[:, cell], **options).fun for sign in (1, -1))
    return -largest - least


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_what_the_programs_of_the_choice_find_open_is_open(seed, questions, weighted):
    one = small(seed, questions, weighted)
    towns, need = Towns(one.shown), one.shown.need
    # So much further apart must counts be where children come in parts, if they can.
    enough, by_whole = need + np.minimum(1.0, one.shown.spare), 0
    for multiple in choices(one, 8, seed):
        secret = one.choice.secrets(multiple)
        narrow = towns.narrow(multiple, secret)
        exact = one.widths(multiple)
        for cell in secret:
            if cell in narrow:
                assert in_parts(one, multiple, cell) < enough[cell] - 1e-7
                assert weighted or exact[cell] < enough[cell]
            elif exact[cell] < need[cell]:
                assert weighted and in_parts(one, multiple, cell) > enough[cell] - 1e-5
            elif exact[cell] < enough[cell]:
                by_whole += in_parts(one, multiple, cell) < enough[cell] - 1e-5
    # In towns of whole children no more is asked.
    assert by_whole or weighted or questions > 1


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_moves_of_children_promise_no_more_than_there_is(seed, questions, weighted):
    one = small(seed, questions, weighted)
    promised = 0
    for multiple in choices(one, 8, seed):
        exact, need = one.widths(multiple), one.shown.need
        is_open = one.choice.open_by_moves(multiple) & (multiple == 0)
        assert (exact >= need - 1e-9)[is_open].all()
        # Each proof is a town that looks the same.
        program = Program(one.shown, multiple)
        proofs = one.choice.moves.proofs(multiple, one.choice.secrets(multiple))
        ends = Ends(one.count[[one.true]])
        program.look_at(program.possible(proofs), ends)
        assert (ends.width() <= exact).all()
        shown_open = np.isin(np.arange(len(need)), one.choice.secrets(multiple)) & is_open
        assert (ends.width() >= need - 1e-9)[shown_open].all()
        promised += int((need * shown_open).sum())
    # Of a question and its opposite moves alone may open nothing.
    assert promised or questions == 3


@pytest.mark.parametrize("asked", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_several_children_are_moved_at_once_where_no_group_is_told(weighted, asked):
    """Then moves show all that there is: where a wijk's count is told, children of two groups."""
    one, moved = small(1, 1, weighted), set()
    shown, system = copy(one.shown), one.one.system
    shown.need = np.minimum(asked, one.shown.need + one.shown.spare)
    moves = Moves(shown)
    for told in (False, True):
        whole = (system.level == "wijk") & (system.slot == 0) & told
        multiple = np.where(whole, 1.0, 0.0)
        exact = np.minimum(one.widths(multiple), shown.need)
        assert moves.widths(multiple)[~whole].tolist() == exact[~whole].tolist()
        program, ends = Program(shown, multiple), Ends(one.count[[one.true]])
        program.look_at(program.possible(moves.proofs(multiple, np.flatnonzero(~whole))), ends)
        found = np.minimum(ends.width(), shown.need)
        assert (found == exact)[~whole & (exact >= shown.need)].all()
        moved |= set(exact[~whole].tolist())
    assert {0.0, asked} <= moved


@pytest.mark.parametrize("factor", [0.5, 2.0, -0.5, -0.25])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_count_that_a_sum_tells_of_is_moved_as_far_as_the_sum_leaves_it(weighted, factor):
    one, size = small(1, 1, weighted), set()
    shown, system = copy(one.shown), one.one.system
    shown.need = one.shown.need + one.shown.spare
    truth, multiple = one.weighted[one.true], np.zeros(len(one.shown.need))
    for cell in np.flatnonzero((system.level == "wijk") & (system.slot == 0)):
        line = summed(factor * np.eye(1, len(truth), cell)[0], -1.1, 0.6)
        moved = factor * (one.weighted - truth)[:, cell]
        exact = np.ptp(one.count[(moved >= -1.1) & (moved <= 0.6), cell])
        program, ends = Program(shown, multiple, line), Ends(one.count[[one.true]])
        program.look_at(program.possible(Moves(shown).proofs(multiple, cell[None], line)), ends)
        assert ends.width()[cell] == exact
        size.add(exact)
    assert len(size) > 1 or abs(factor) == 2


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_a_program_finds_the_least_and_the_most_of_a_count(questions, weighted):
    one = small(1, questions, weighted)
    for multiple in choices(one, 2, 5):
        program, same = Program(one.shown, multiple), one.same(multiple)
        for cell in range(0, len(multiple), 3):
            among = one.count[same, cell]
            for least, sign, end in ((True, 1.0, among.min()), (False, -1.0, among.max())):
                town = program.end(cell, least)
                assert counts_in(one, town)[cell] == end and program.allows(town)
                # Further than the end there is none, and that is known.
                far = end - one.shown.count[cell]
                assert program.beyond(cell, far - sign) == (None, True)
                town, decided = program.beyond(cell, far or -sign * 0.0)
                assert decided and counts_in(one, town)[cell] == end
                # No further than asked.
                town = program.end(cell, least, enough=one.count[one.true, cell])
                assert counts_in(one, town)[cell] == one.count[one.true, cell]


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_a_program_allows_the_towns_that_look_the_same_and_no_others(questions, weighted):
    one = small(2, questions, weighted)
    for multiple in choices(one, 3, 7):
        program, same = Program(one.shown, multiple), one.same(multiple)
        some = np.random.default_rng(0).permutation(len(same))[:60]
        assert [program.allows(one.towns[at]) for at in some] == same[some].tolist()
    # Parts of children are none, nor is a child more, nor one less than nobody.
    truth = one.one.system.truth
    part = truth.copy()
    at = int(truth[:, 0].argmax())
    part[at, :2] += [-0.5, 0.5]
    more, less = truth.copy(), truth.copy()
    more[at, 0] += 1
    less[at, :2] += [-truth[at, 0] - 1, truth[at, 0] + 1]
    free = Program(one.shown, np.full(len(one.one.multiple), FREE))
    assert free.allows(truth) and not any(map(free.allows, (part, more, less)))


@pytest.mark.parametrize("status", range(5))
def test_a_search_is_decided_where_the_solver_has_a_town_or_knows_that_there_is_none(
    status, monkeypatch
):
    """By the statuses of `scipy.optimize.milp`; in others its nodes are used up, or it failed."""
    one = small(1, 1)
    monkeypatch.setattr(programs, "milp", lambda *_, **__: SimpleNamespace(status=status, x=None))
    found = Program(one.shown, one.one.multiple).beyond(0, 1.0)
    assert found == (None, status in (0, 2))


def summed(line: np.ndarray, low: float, high: float) -> Lines:
    return Lines.of([(line, low, high)], len(line))


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_who_knows_counts_exactly_is_told_apart(seed, questions, weighted):
    one = small(seed, questions, weighted)
    multiple = one.one.multiple
    secret = one.choice.secrets(multiple)
    shown = np.flatnonzero(multiple > 0)
    for exact in (shown[:1], shown, secret[:1]):
        same = one.same(multiple) & (one.count == one.count[one.true])[:, exact].all(axis=1)
        width = np.ptp(one.count[same], axis=0)
        rest = np.setdiff1d(secret, exact)
        is_open = width[rest] >= one.shown.need[rest]
        narrow = narrow_with(one.choice, multiple, exact)
        assert set(rest[~is_open]) <= set(narrow)
        said = open_with(one.choice, multiple, exact)
        if said:
            assert is_open.all() and not set(exact) & set(secret)
        assert said or weighted or set(exact) & set(secret) or not is_open.all()


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_sums_of_counts_that_are_known_narrow_what_is_open(seed, questions, weighted):
    one = small(seed, questions, weighted)
    multiple, random = one.one.multiple, np.random.default_rng(seed)
    secret, truth = one.choice.secrets(multiple), one.weighted[one.true]
    nothing = np.zeros(0, np.int64)
    for _ in range(6):
        line = random.choice([-1.0, 0.0, 0.0, 0.5, 1.0], len(multiple))
        below, above = -float(random.integers(0, 3)), float(random.integers(0, 3))
        moved = (one.weighted - truth) @ line
        same = one.same(multiple) & (moved >= below - 1e-9) & (moved <= above + 1e-9)
        is_open = (np.ptp(one.count[same], axis=0) >= one.shown.need)[secret].all()
        said = open_with(one.choice, multiple, nothing, summed(line, below, above))
        # Where weights are unequal a search may end undecided.
        assert said == is_open or (weighted and is_open)
    only = np.eye(1, len(truth), secret[0])[0]
    assert not open_with(one.choice, multiple, nothing, summed(only, 0.0, 0.0))
    assert weighted or open_with(one.choice, multiple, nothing, summed(line, -99.0, 99.0))


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_a_program_keeps_what_is_elsewhere_and_takes_counts_from_a_list(questions, weighted):
    one = small(1, questions, weighted)
    system, random = one.one.system, np.random.default_rng(3)
    for multiple in choices(one, 3, 9):
        program, same = Program(one.shown, multiple), np.flatnonzero(one.same(multiple))
        secret = one.choice.secrets(multiple)
        if len(secret) < 3:
            continue
        for sign in (1.0, -1.0):
            cell, *listed = random.choice(secret, 3, replace=False)
            around = np.flatnonzero(system.wijk == random.integers(system.wijk.max() + 1))
            still = ~np.isin(np.arange(len(system.size)), around)
            fixed = (one.towns[same] == system.truth)[:, still].all(axis=(1, 2))
            ends = sign * one.count[same[fixed], cell]
            town = program.end(cell, sign > 0, around=around)
            assert sign * counts_in(one, town)[cell] == ends.min()
            assert (town == system.truth)[still].all()
            # Of these sets of counts the town has one, the truth not always among them.
            sets = one.count[np.ix_(random.choice(same, 4), listed)]
            has = (one.count[same][:, None, listed] == sets).all(axis=2).any(axis=1)
            town = program.end(cell, sign > 0, (np.array(listed), sets))
            ends = sign * one.count[same[has], cell]
            assert sign * counts_in(one, town)[cell] == ends.min()
            assert (counts_in(one, town)[listed] == sets).all(axis=1).any()


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_what_children_answer_otherwise_counts_where_such_a_town_looks_the_same(
    questions, weighted
):
    """Proofs made at random: of parts of children, and of more than there are."""
    one = small(0, questions, weighted)
    system, random = one.one.system, np.random.default_rng(1)
    atoms, patterns = system.truth.shape
    kinds = set()
    for multiple in [*choices(one, 2, 4), np.full(len(one.one.multiple), FREE)]:
        program, same = Program(one.shown, multiple), one.same(multiple)
        for _ in range(40):
            size = int(random.integers(1, 4))
            town, atom = np.zeros(size, int), random.integers(atoms, size=size)
            gone, come = random.integers(patterns, size=(2, size))
            gone[0] = system.truth[atom[0]].argmax()
            number = random.choice([1.0, 1.0, 2.0, 0.5], size)
            made = system.truth.copy()
            np.add.at(made, (atom, gone), -number)
            np.add.at(made, (atom, come), number)
            (at,) = np.flatnonzero((one.towns == made).all(axis=(1, 2))).tolist() or [None]
            good = at is not None and bool(same[at])
            ends = Ends(one.shown.count[None])
            proof = Proofs(town, atom, gone, come, number)
            program.look_at(program.possible(proof), ends)
            count = one.count[at] if good else one.shown.count
            assert (ends.least == np.minimum(one.shown.count, count)).all()
            assert (ends.most == np.maximum(one.shown.count, count)).all()
            kinds.add((good, at is None))
    assert len(kinds) == 3


@pytest.mark.parametrize("seed", range(3))
def test_of_scores_parts_of_children_are_enough(seed):
    """Children have a score, whose total may be anything between the ends of its scale."""
    people = tiny(seed, 1).sample.people.drop(columns="from 0")
    areas = people[["wijk", "district", "arm"]].drop_duplicates()
    made = town_of(people, areas.reset_index(drop=True), {"score": "score"}, SEX)
    one = Small.__new__(Small)
    (one.one,) = made.release(FEW).settled
    one.choice, one.shown, one.true = one.one.choice, one.one.choice.shown, 0
    one.count, one.weighted = counted(one.one, one.one.system.truth[None])
    towns, need = Towns(one.shown), one.shown.need
    assert not one.one.system.whole
    seen = set()
    for multiple in choices(one, 4, seed):
        secret = one.choice.secrets(multiple)
        widths = np.array([in_parts(one, multiple, cell) for cell in secret])
        narrow = np.isin(secret, towns.narrow(multiple, secret))
        assert (widths[narrow] < need[secret][narrow] + 1e-5).all()
        assert (widths[~narrow] > need[secret][~narrow] - 1e-5).all()
        seen |= set(narrow.tolist())
    assert len(seen) == 2
