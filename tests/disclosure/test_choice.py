"""In what order a choice gives up figures, in towns of a dozen children."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from test_whole_children import KINDS, small
from towns import GROUPINGS, areas_of, by_rules, people_of, pick, town, town_of

from wijkkit.disclosure import GGD
from wijkkit.disclosure import choice as choices
from wijkkit.disclosure.choice import FREE, Choice
from wijkkit.disclosure.differences import Lines
from wijkkit.disclosure.loss import COARSER, ORDER, lost
from wijkkit.disclosure.policy import changed


@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_ever_more_is_given_up_until_nothing_is_left_and_kept_figures_stand(
    questions, weighted, block
):
    one = small(1, questions, weighted)
    system, first = one.one.system, one.choice.first
    kept = np.zeros(len(first), bool)
    kept[np.flatnonzero(first > 0)[:1]] = True
    choice = Choice(one.shown, first, kept)
    narrow = choice.secrets(first)[:1]
    multiple, steps = first.copy(), []
    while (less := choice.more(multiple, narrow, block)) is not None:
        changed = np.flatnonzero(less != multiple)
        # Hidden for good, or coarser than it was, all of a step alike.
        assert len(changed) and (multiple[changed] > 0).all()
        assert len(set(less[changed])) == 1
        assert ((less[changed] == 0) | (less[changed] > multiple[changed])).all()
        assert set(less[changed]) <= {0.0, *COARSER}
        of_wijk = (system.level[changed] == "wijk").all()
        if not block and of_wijk and less[changed[0]] == 0:
            assert len(changed) == 1
        steps.append((changed, less[changed[0]]))
        multiple = less
    assert len(steps) > 2
    # What is kept stands; all else that has a wijk in common with the count is gone.
    of_atoms = system.member.toarray() > 0
    wijken = [set(system.wijk[inside]) for inside in of_atoms]
    near = np.array([bool(those & wijken[narrow[0]]) for those in wijken])
    near |= (system.level == "wijk") & (system.slot == 0)
    assert (multiple[kept] == 1).all() and not multiple[near & ~kept].any()
    # A figure of a larger area is made coarser before any is left out, everybody's last.
    whole = (system.slot == 0) & np.isin(system.level, ["arm", "city"])
    gone = [at for at, (cells, size) in enumerate(steps) if size == 0 and whole[cells].any()]
    coarser = [at for at, (cells, size) in enumerate(steps) if size > 0 and whole[cells].any()]
    assert not whole[~kept].any() or max(coarser) < min(gone)


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_what_must_stay_open_is_what_is_hidden_and_not_free(questions, weighted):
    one = small(1, questions, weighted)
    system, choice = one.one.system, one.choice
    for multiple in (one.one.multiple, 0 * one.one.multiple):
        expected = (multiple == 0) & (one.shown.need > 0)
        # A gebied that is left out for another count's sake is no secret itself.
        expected &= (choice.first == 0) | (system.level != "gebied")
        assert choice.secrets(multiple).tolist() == np.flatnonzero(expected).tolist()
    hidden = one.one.multiple == 0
    assert not len(choice.secrets(np.full(len(hidden), FREE)))
    # What is known exactly is no secret any more.
    secret = choice.secrets(one.one.multiple)
    beside = choice.knowing(secret[:2])
    assert beside.secrets(one.one.multiple).tolist() == secret[2:].tolist()
    # What is asked of no cell cannot be narrow, and all that is narrow is a secret.
    assert not len(choice.narrow(choice.first, np.zeros(0, int)))
    assert np.isin(choice.narrow(choice.first), choice.secrets(choice.first)).all()


@pytest.mark.parametrize("small_", [True, False])
@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_what_is_settled_is_open_in_small_systems_and_in_large_ones(
    seed, questions, weighted, small_, monkeypatch
):
    """In a large one moves of children alone decide, and cells of one group go together."""
    one = small(seed, questions, weighted)
    monkeypatch.setattr(choices, "SMALL", 300 if small_ else 0)
    first = one.choice.first
    choice = Choice(one.shown, first, np.zeros(len(first), bool))
    assert choice.small == small_
    multiple = choice.settled()
    assert small_ or "towns" not in vars(choice)
    if multiple is None:
        # Not even without a figure that may be shown is all open.
        assert len(choice.narrow(np.where(first > 0, 0.0, first))) or not small_
        return
    assert not multiple[first == 0].any() and set(multiple) <= {0.0, 1.0, *COARSER}
    secret = choice.secrets(multiple)
    assert (one.widths(multiple)[secret] >= one.shown.need[secret]).all()
    assert not len(choice.narrow(multiple))
    # Where no rule hides anything all is shown.
    free = Choice(one.shown, np.ones(len(first)), np.zeros(len(first), bool))
    assert (free.settled() == 1).all() and "towns" not in vars(free)


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_the_finest_step_with_room_for_the_children_who_must_move(questions, weighted):
    one = small(1, questions, weighted)
    system, most = one.one.system, one.shown.need.max()
    sizes = np.array([1.0, *COARSER])
    for cell in range(len(system.rows)):
        inside = system.member.toarray()[cell] > 0
        rooms = []
        for size in sizes:
            slack = one.shown.slack(np.full(len(system.rows), size))
            heavy = system.weight[inside].max(initial=1e-9)
            ends = [slack.up, slack.down, slack.weighted_up / heavy, slack.weighted_down / heavy]
            rooms.append(min(float(end[cell]) for end in ends))
        enough = [size for size, room in zip(sizes, rooms, strict=True) if room >= most]
        expected = enough[0] if enough else sizes[int(np.argmax(rooms))]
        assert one.choice._roomy[cell] == expected
        # A coarser step that gives no more room is none, and all is lost by what is hidden.
        for now, later in combinations(range(len(sizes)), 2):
            multiple = np.full(len(system.rows), sizes[now])
            assert one.choice._loses(multiple, sizes[later])[cell] == (rooms[later] > rooms[now])
            assert one.choice._loses(multiple, 0.0)[cell]


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_each_loss_is_the_first_in_the_order_that_it_can_be(questions, weighted):
    one = small(1, questions, weighted)
    system, first = one.one.system, one.choice.first
    wijken = (system.member.toarray() > 0) @ np.eye(system.wijk.max() + 1)[system.wijk] > 0
    for size in (0.0, 2.0, 10.0):
        multiple = np.full(len(first), size)
        given_up = [one.choice._given_up_as(rank, multiple) for rank in range(len(ORDER))]
        for cell in range(len(first)):
            may = [
                number
                for number, loss in enumerate(ORDER)
                if loss.of(system, wijken.sum(axis=1))[cell] and size in loss.multiples
            ]
            found = [rank for rank, cells in enumerate(given_up) if cells[cell]]
            assert found == (may[:1] if first[cell] > 0 else [])


def choice_of(seed: int, kept=(), **options: object) -> Choice:
    """The choice for a town of five wijken, in which rules hide some groups."""
    made = town(seed, wijken=5, groupings=("ses", "sex"), size=(30, 70), **options)
    shown, first = by_rules(made, GGD)
    return Choice(shown, first, np.isin(np.arange(len(first)), kept))


def needing(choice: Choice, needs: dict[int, list[tuple[int, float]]], monkeypatch) -> None:
    """Let a count be open where one of these figures stands at least as coarse as told.

    The program that seeks what is cheapest knows of no such rule.
    """
    monkeypatch.setattr(choice, "_cheapest", lambda: None)

    def narrow(multiple, asked=None):
        found = [
            cell
            for cell, ways in needs.items()
            if multiple[cell] == 0 and not any(lost(multiple[at]) >= lost(s) for at, s in ways)
        ]
        return np.array([one for one in found if asked is None or one in asked], int)

    monkeypatch.setattr(choice, "narrow", narrow)


def keys_of(choice: Choice, cell: int) -> tuple:
    system = choice.shown.system
    return system.level[cell], system.area[cell], system.slot[cell], system.group[cell]


def rank_of(choice: Choice, hidden: int, cell: int, least: float) -> tuple:
    """When a figure is given up for the sake of a count: its kind of loss, then which of a wijk."""
    system = choice.shown.system
    inside = system.member.toarray() > 0
    wijken = [set(system.wijk[atoms]) for atoms in inside]
    number = np.array([len(one) for one in wijken])
    for rank, loss in enumerate(ORDER):
        if not loss.of(system, number)[cell]:
            continue
        near = bool(wijken[cell] & wijken[hidden])
        if loss.multiples == COARSER and (not near or least == 0):
            continue
        if system.level[cell] != "wijk":
            return (rank,)
        own, mine = keys_of(choice, hidden), keys_of(choice, cell)
        where = 0 if near else 1 if own[2:] == mine[2:] else 2 if not mine[2] else 9
        size = inside[cell] @ system.size
        return rank, where, own[2] != mine[2], own[2:] != mine[2:], size
    raise AssertionError


@pytest.mark.parametrize("seed", range(3))
def test_of_two_figures_that_would_do_the_one_that_is_missed_least_is_given_up(seed, monkeypatch):
    choice = choice_of(seed)
    system, random = choice.shown.system, np.random.default_rng(seed)
    hidden = np.flatnonzero((choice.first == 0) & (system.level == "wijk"))
    may = np.flatnonzero(choice.first > 0)
    kinds = set()
    for _ in range(80):
        cell, ways = random.choice(hidden), random.choice(may, 2, replace=False)
        steps = random.choice([2.0, 5.0, 10.0, 0.0], 2)
        needing(choice, {cell: list(zip(ways, steps, strict=True))}, monkeypatch)
        ranks = [rank_of(choice, cell, *one) for one in zip(ways, steps, strict=True)]
        # A group of another wijk is not hidden for the sake of another group.
        able = [one for one in range(2) if ranks[one][1:2] != (9,)]
        found = choice.settled()
        if not able:
            assert found is None
            continue
        best = min(able, key=ranks.__getitem__)
        level = system.level[ways]
        lost_at = [0.0 if level[one] == "wijk" else steps[one] for one in range(2)]
        expected = [np.where(np.arange(len(found)) == ways[one], lost_at[one], choice.first)
                    for one in range(2) if ranks[one] == ranks[best]]  # fmt: skip
        assert any((found == one).all() for one in expected)
        kinds.add((ranks[best][0], len(able)))
    assert len(kinds) > 8


@pytest.mark.parametrize("small_", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_no_figure_is_given_up_that_could_stand_and_all_is_open(seed, small_, monkeypatch):
    """In a small system by each figure, in a large one by those of a group of an area."""
    monkeypatch.setattr(choices, "SMALL", 300 if small_ else 0)
    random = np.random.default_rng(seed)
    choice = choice_of(seed, kept=(0, 7, 30))
    system, first = choice.shown.system, choice.first
    hidden = np.flatnonzero((first == 0) & (small_ | (system.level == "wijk")))
    may = (first > 0) & ~choice._kept
    solved = 0
    for _ in range(20):
        needs = {}
        for cell in random.choice(hidden, 6):
            # In a large system only children of its own wijk are moved.
            near = may & (small_ | choice.in_wijk[:, choice.in_wijk[cell]].any(axis=1))
            ways = random.choice(np.flatnonzero(near), 6)
            needs[cell] = [(at, random.choice([2.0, 10.0, 0.0])) for at in ways]
        needing(choice, needs, monkeypatch)
        found = choice.settled()
        if found is None:
            continue
        solved += 1
        assert not len(choice.narrow(found)) and (found[choice._kept] == first[choice._kept]).all()
        lost_ones = np.flatnonzero(found != first)
        assert (first[lost_ones] > 0).all()
        groups = {}
        for at in lost_ones:
            groups.setdefault(at if small_ else keys_of(choice, at), []).append(at)
        for cells in groups.values():
            of_wijk = system.level[cells[0]] == "wijk"
            assert not of_wijk or not found[cells].any()
            for less in (1.0, *(() if of_wijk else COARSER if small_ else (10.0,))):
                again = found.copy()
                again[cells] = np.where(lost(found[cells]) > less, less, found[cells])
                assert (again == found).all() or len(choice.narrow(again)), (cells, less)
    assert solved > 10


def test_what_is_given_up_for_a_count_is_kept_open_in_its_turn(monkeypatch):
    """An arm that is hidden needs a group of another wijk, which the first count does not reach."""
    choice = choice_of(0)
    system = choice.shown.system
    hidden = np.flatnonzero((choice.first == 0) & (system.level == "wijk"))[0]
    home = np.flatnonzero(choice.in_wijk[hidden])[0]
    arms = np.flatnonzero((system.level == "arm") & (system.slot == 0) & (choice.first > 0))
    for arm in arms:
        there = choice.in_wijk[arm]
        other = (system.level == "wijk") & (system.slot > 0) & (choice.first > 0)
        other &= choice.in_wijk[:, there].any(axis=1) & ~choice.in_wijk[:, home]
        other &= system.slot != system.slot[hidden]
        for cell in np.flatnonzero(other)[:2]:
            needs = {arm: [(cell, 0.0)], hidden: [(arm, 0.0)]}
            needing(choice, needs, monkeypatch)
            found = choice.settled()
            assert np.flatnonzero(found != choice.first).tolist() == sorted([arm, cell])
            assert found[arm] == found[cell] == 0


def test_one_figure_of_a_wijk_is_given_up_for_each_count_or_all_in_a_block():
    choice = choice_of(0)
    system = choice.shown.system
    of_wijk = system.level == "wijk"
    multiple = np.where(of_wijk, choice.first, 0.0)
    hidden = np.flatnonzero(of_wijk & (choice.first == 0) & (system.slot > 0))
    groups = of_wijk & (system.slot > 0) & (multiple > 0)
    every = choice.more(multiple, hidden[:2])
    assert (np.flatnonzero(every != multiple) == np.flatnonzero(groups)).all()
    ranks = [
        [rank_of(choice, cell, at, 0.0) for at in np.flatnonzero(groups)]
        for cell in hidden[[0, -1]]
    ]
    first = {int(np.flatnonzero(groups)[min(range(len(r)), key=r.__getitem__)]) for r in ranks}
    some = choice.more(multiple, hidden[[0, -1]], block=False)
    assert set(np.flatnonzero(some != multiple).tolist()) == first and not some[list(first)].any()
    # Then everybody, all or one.
    alone = np.where(groups, 0.0, multiple)
    whole = choice.more(alone, hidden[:1])
    assert (whole != alone).sum() == (of_wijk & (system.slot == 0) & (alone > 0)).sum()
    assert (choice.more(alone, hidden[:1], block=False) != alone).sum() == 1


def figures(choice: Choice, *kinds: tuple[str, bool]) -> list[list[int]]:
    """Cells that may be shown of these levels, of everybody there or of groups."""
    system, may = choice.shown.system, choice.first > 0
    return [
        np.flatnonzero((system.level == level) & ((system.slot == 0) == everybody) & may).tolist()
        for level, everybody in kinds
    ]


def test_the_careful_choice_hides_a_figure_of_a_wijk_where_that_leaves_fewer_to_open(monkeypatch):
    """A group of a wijk that is hidden must be open in its turn: that takes an arm."""
    choice = choice_of(0)
    system, of_group = choice.shown.system, choice.shown.system.slot > 0
    groups = (system.level == "wijk") & of_group & (system.area == "w00")
    hidden, (group, *_) = (np.flatnonzero(groups & (choice.first == one)) for one in (0, 1))
    (arm, other, *_) = np.flatnonzero((system.level == "arm") & of_group & (choice.first > 0))
    ways = [(group, 0.0), (arm, 0.0)]
    for counts, careful, gone in ((1, False, True), (1, True, False), (2, True, True)):
        needs = dict.fromkeys(hidden[:counts], ways) | {group: [(other, 0.0)]}
        needing(choice, needs, monkeypatch)
        found, left = choice._in_order(choice.first, hidden[:counts], careful)
        assert not len(left) and (found[group] == 0) == gone, careful
        assert found[arm] == found[other] == 0


@pytest.mark.parametrize(("small_", "questions"), [(True, 1), (False, 1), (False, 2)])
def test_of_one_question_of_a_large_system_all_is_given_back_twice(small_, questions, monkeypatch):
    """What is dearest stood in the way of a figure that comes back after it."""
    monkeypatch.setattr(choices, "SMALL", 300 if small_ else 0)
    choice = choice_of(0)
    choice.shown.system = replace(choice.shown.system, indicators=("play",) * questions)
    hidden = np.flatnonzero((choice.first == 0) & (choice.shown.system.level == "wijk"))[0]
    (group, *_), (arm, *_), (wijk, *_) = figures(
        choice, ("wijk", False), ("arm", False), ("wijk", True)
    )
    needing(choice, {hidden: [(group, 0.0), (arm, 0.0)], arm: [(wijk, 0.0)]}, monkeypatch)
    start = np.where(np.isin(np.arange(len(choice.first)), [group, arm, wijk]), 0, choice.first)
    found = choice._settled(start, careful=False)
    again = not small_ and questions == 1
    assert found[group] == 0 and found[arm] == 1 and found[wijk] == (1 if again else 0)


def test_another_wijk_is_hidden_only_where_none_can_help_itself(monkeypatch):
    monkeypatch.setattr(choices, "SMALL", 0)
    choice = choice_of(0)
    system = choice.shown.system
    groups = (system.level == "wijk") & (system.slot > 0)
    # In the first wijk no group is left.
    first = np.flatnonzero(groups & (system.area == "w01") & (system.slot == 2))[0]
    second, *own = np.flatnonzero(groups & (system.area == "w00") & (system.slot == 1))
    multiple = np.where(system.area == "w01", 0.0, 1.0)
    multiple[second] = 0.0
    needing(choice, {cell: [(at, 0.0) for at in own] for cell in (first, second)}, monkeypatch)
    found, left = choice._one_by_one(groups, multiple, np.sort([first, second]))
    assert not len(left) and (found != multiple).sum() == 1 and not found[own].all()


@pytest.mark.parametrize("small_", [True, False])
def test_a_small_system_is_chosen_in_three_ways_and_the_best_is_taken(small_, monkeypatch):
    monkeypatch.setattr(choices, "SMALL", 300 if small_ else 0)
    choice = choice_of(0)
    system, first = choice.shown.system, choice.first
    wijk = np.flatnonzero((system.level == "wijk") & (system.slot == 0) & (first > 0))[0]
    group, arm = (np.flatnonzero((system.level == level) & (system.slot > 0) & (first > 0))
                  for level in ("wijk", "arm"))  # fmt: skip
    # Fewer wijken lost, then fewer figures hidden, then fewer in a coarser step; else the first.
    losses = [(), (arm[:1],), (arm[:2],), (group[:1],), (group[:2],), ([wijk],)]
    found = []
    for size, cells in zip((1.0, 2.0, 2.0, 0.0, 0.0, 0.0), losses, strict=True):
        multiple = first.copy()
        multiple[np.ravel(cells).astype(int)] = size
        found.append(multiple)
    monkeypatch.setattr(choice, "within_wijken", lambda: first)
    for plain, careful, cheap in permutations(range(len(found)), 3):
        made = {False: found[plain], True: found[careful]}
        monkeypatch.setattr(choice, "_settled", lambda start, careful, made=made: made[careful])
        monkeypatch.setattr(choice, "_cheapest", lambda made=found[cheap]: made)
        assert choice.settled() is found[min(plain, careful, cheap) if small_ else plain]
    monkeypatch.setattr(choice, "_settled", lambda start, careful: found[0] if careful else None)
    monkeypatch.setattr(choice, "_cheapest", lambda: None)
    assert (choice.settled() is None) == (not small_)


@pytest.mark.parametrize("questions", [1, 2])
def test_a_small_system_has_fewer_unknowns_than_the_limit(questions, monkeypatch):
    one = small(1, questions)
    kept = np.zeros(len(one.choice.first), bool)
    # Of a pattern in each atom the number follows from the others and the atom's size.
    unknowns = one.one.system.truth[:, 1:].size
    for limit in (unknowns, unknowns + 1):
        monkeypatch.setattr(choices, "SMALL", limit)
        assert Choice(one.shown, one.choice.first, kept).small == (limit > unknowns)


def test_of_five_answers_one_more_is_hidden_in_a_wijk_where_the_rarest_is(monkeypatch):
    monkeypatch.setattr(choices, "SMALL", 0)
    areas, random = areas_of(12, 3), np.random.default_rng(3)
    people = people_of(areas, random, indicators=(), size=(150, 400))
    answer = random.choice(5, len(people), p=[0.2, 0.42, 0.3, 0.07, 0.01])
    levels = {f"answer {one}": (answer == one).astype(float) for one in range(5)}
    levels |= {"best two": (answer < 2).astype(float), "worst two": (answer > 2).astype(float)}
    units = dict.fromkeys(levels, "percent")
    table = town_of(people.assign(**levels), areas, units, {}).release(GGD).table
    wijken = table[table["area_level"] == "wijk"].pivot(
        index="area", columns="indicator", values="status"
    )
    rare = wijken["answer 4"] == "hidden"
    assert rare.sum() > 8
    # The worst two less the fourth answer are the fifth: one of both is enough, nothing less is.
    both = wijken[rare][["answer 3", "worst two"]].eq("hidden").sum(axis=1)
    assert (both == 1).all()
    assert (wijken[["answer 0", "answer 1", "answer 2", "best two"]] == "ok").all(axis=None)


@pytest.mark.parametrize("policy", [GGD, changed(GGD, {"max_share": 0.9})])
def test_one_child_of_a_group_costs_no_indicator(policy, monkeypatch):
    monkeypatch.setattr(choices, "SMALL", 0)
    areas, random = areas_of(12, 3), np.random.default_rng(5)
    people = people_of(areas, random, size=(60, 200), share=(0.86, 0.94), missing_ses=0)
    people["score"] = random.integers(0, 12, len(people)).astype(float)
    alone = (people["wijk"] == "w03") & (people["ses"] == "low")
    people.loc[alone, "ses"] = "middle"
    people.loc[alone.idxmax(), ["ses", "score"]] = "low", 4.0
    made = town_of(people, areas, {"play": "percent", "score": "score"}).release(policy)
    assert made.left_out == ()
    for indicator in ("play", "score"):
        assert pick(made.table, indicator=indicator)["status"] == "ok"
    everybody = (made.table["area_level"] == "wijk") & (made.table["group_by"] == "")
    score = made.table[everybody & (made.table["indicator"] == "score")]
    assert (score["status"] == "ok").all()


@pytest.mark.parametrize("seed", [14, 34])
def test_no_figure_of_a_larger_area_is_coarser_than_its_town_asks(seed):
    areas, random = areas_of(30, 6).assign(arm="none"), np.random.default_rng(seed)
    people = people_of(areas, random, indicators=(), size=(45, 350), missing_ses=0.04)
    people["weight"] = random.lognormal(0, 0.4, len(people))
    people["old"] = random.choice(["no", "yes"], len(people))
    rare = random.choice([0.02, 0.04, 0.06])
    people["play"] = (random.random(len(people)) < rare).astype(float)
    groupings = {**GROUPINGS, "old": ("old", ("no", "yes"))}
    (one,) = town_of(people, areas, {"play": "percent"}, groupings).release(GGD).settled
    choice, larger = one.choice, one.system.level != "wijk"
    assert not choice.small
    for cell in np.flatnonzero(larger & (one.multiple != 1) & (choice.first > 0)):
        assert len(choice.narrow(np.where(np.arange(len(larger)) == cell, 1.0, one.multiple)))


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_where_all_answer_alike_there_is_no_other_town_and_nothing_is_shown(answer):
    areas = areas_of(3, 1)
    people = people_of(areas, np.random.default_rng(0), indicators=(), size=(40, 60))
    made = town_of(people.assign(play=answer), areas, {"play": "percent"}, {}).release(GGD)
    (one,) = made.settled
    assert made.table["status"].eq("hidden").all() and not made.left_out
    # What the rules forbid is not lost by the choice.
    assert one.choice.wijken_lost(one.multiple) == 0


@pytest.mark.parametrize("seed", range(2))
def test_what_no_hiding_opens_follows_from_what_stands(seed, monkeypatch):
    """Also of a choice of which more was settled after it was asked."""
    monkeypatch.setattr(choices, "SMALL", 0)
    one = small(seed, 1)
    first, none = one.choice.first, np.zeros(len(one.shown.need), bool)
    choice, every = Choice(one.shown, first, none), Choice(one.shown, first, ~none)
    assert (choice.beyond_moves != every.beyond_moves).any()
    assert (choice.keeping(~none).beyond_moves == every.beyond_moves).all()


def test_what_is_known_besides_figures_is_of_sums_of_several_and_of_slopes():
    one = small(1, 1).one
    slope = Lines.of([(np.arange(len(one.multiple)) * 1.0, -2.0, 3.0)], len(one.multiple))
    beside = replace(one, slopes=slope).lines
    assert beside.sums[-1].toarray().tolist() == [*range(len(one.multiple))]
    assert (beside.low[-1], beside.high[-1]) == (-2, 3) and len(beside) == len(one.lines) + 1
