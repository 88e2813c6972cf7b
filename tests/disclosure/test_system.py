"""Systems of linked counts: which they are, and what each count is a sum of, by loops over people."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from towns import areas_of, town_of

from wijkkit.disclosure.program import Children
from wijkkit.disclosure.sample import Sample
from wijkkit.disclosure.system import (
    System,
    cell_places,
    families,
    larger_cells,
    patterns_of,
    possible,
    systems,
    wijken_of_cells,
)

PARENT = {"wijk": "wijk", "gebied": "district", "arm": "arm"}
GROUPS = {"sex": ("girl", "boy"), "ages": ("young", "old")}


def sample_of(seed: int) -> tuple[Sample, pd.DataFrame]:
    """Five wijken in two gebieden, two waves; a question, its opposite that few skip, a score."""
    random = np.random.default_rng(seed)
    areas = areas_of(5, 2)
    rows = [
        (wave, wijk)
        for wave in ("1", "2")
        for wijk in areas["wijk"]
        for _ in range(random.integers(30, 50))
    ]
    people = pd.DataFrame(rows, columns=["wave", "wijk"]).merge(areas, on="wijk")
    many = len(people)
    play = (random.random(many) < 0.4).astype(float)
    people = people.assign(
        respondent=np.arange(many).astype(str),
        age=6.0,
        sex=random.choice(GROUPS["sex"], many),
        ages=random.choice([*GROUPS["ages"], None], many),
        weight=random.uniform(0.5, 3, many),
        play=play,
        indoors=np.where(random.random(many) < 0.1, np.nan, 1 - play),
        sport=(random.random(many) < 0.6).astype(float),
        sdq=random.integers(3, 30, many) / 100,
    )
    units = {"play": "percent", "sdq": "score", "indoors": "percent", "sport": "percent"}
    groupings = {name: (name, groups) for name, groups in GROUPS.items()}
    town = town_of(people, areas, units, groupings)
    # Of some figures there is nothing.
    table = town.estimates.table
    return town.sample, table.assign(
        status=table["status"].mask(random.random(len(table)) < 0.2, "too_few")
    )


def inside(people: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """Who is counted in a figure, by its keys."""
    here = people[people["wave"] == row["wave"]]
    if row["area_level"] in PARENT:
        here = here[here[PARENT[row["area_level"]]] == row["area"]]
    if row["group_by"]:
        here = here[here[row["group_by"]] == row["group"]]
    return here[here[row["indicator"]].notna()]


@pytest.fixture(scope="module")
def made() -> tuple[Sample, pd.DataFrame, list[System]]:
    sample, table = sample_of(1)
    return sample, table, list(systems(sample, table, 5))


def test_linked_questions_and_each_score_are_a_system_of_every_wave(made):
    _, table, found = made
    kinds = Counter((one.indicators, one.whole) for one in found)
    linked = {(("play", "indoors"), True), (("sport",), True), (("sdq",), False)}
    assert kinds == dict.fromkeys(linked, 2)
    rows = np.concatenate([one.rows for one in found])
    assert sorted(rows) == np.flatnonzero(table["status"].eq("ok")).tolist()


def test_each_cell_of_a_system_is_the_figure_of_its_row(made):
    sample, table, found = made
    people = sample.people
    for one in found:
        n, total = one.respondents(), one.respondents_weight()
        count, weighted, heaviest = one.counts(), one.weighted(), one.heaviest()
        assert one.truth.sum(axis=1) == pytest.approx(one.size)
        mean = people.groupby(["wave", "wijk"])["weight"].mean()
        if one.indicators == ("play", "indoors"):
            asked = people[people[["play", "indoors"]].notna().any(axis=1)]
            mean = asked.groupby(["wave", "wijk"])["weight"].mean()
        for cell in range(0, len(one.rows), 3):
            row = table.iloc[one.rows[cell]]
            assert one.indicators[one.indicator[cell]] == row["indicator"]
            assert (one.level[cell], one.area[cell]) == (row["area_level"], row["area"])
            there = inside(people, row)
            weight = mean.loc[list(zip(there["wave"], there["wijk"], strict=True))].to_numpy()
            y = there[row["indicator"]].to_numpy()
            if not one.whole:
                every = people.loc[people["wave"].eq(row["wave"]), "sdq"]
                y = (y - every.min()) / (every.max() - every.min())
            assert n[cell] == len(there) and total[cell] == pytest.approx(weight.sum())
            assert count[cell] == pytest.approx(y.sum())
            assert heaviest[cell] == pytest.approx(weight.max())
            if one.whole:
                of_wijk = pd.DataFrame({"weight": weight, "y": y})
                assert weighted[cell] == pytest.approx((of_wijk["weight"] * of_wijk["y"]).sum())


def test_an_atom_is_the_children_of_a_wijk_with_the_same_groups_and_questions(made):
    sample, table, found = made
    people = sample.people.assign(ages=sample.people["ages"].fillna("none"))
    for one in (one for one in found if one.indicators == ("play", "indoors")):
        wave = table["wave"].iloc[one.rows[0]]
        here = people[people["wave"].eq(wave)]
        groups = here.groupby(["wijk", "sex", "ages", here["indoors"].notna()])
        assert sorted(one.size) == sorted(groups.size())
        patterns = [tuple(pattern) for pattern in one.patterns]
        # Who skipped the opposite, and who did not.
        assert set(patterns) == {(0, 0), (1, 0), (0, 1)} and not any(patterns[0])
        assert (one.truth.sum(axis=1) == one.size).all()
        assert one.truth[:, patterns.index((1, 0))].sum() == here["play"].sum()
        assert one.truth[:, patterns.index((0, 1))].sum() == here["indoors"].sum()


def test_cells_lie_in_larger_ones_and_hold_their_wijken(made):
    sample, table, found = made
    areas = sample.areas.set_index("wijk")
    for one in found:
        place = cell_places(one)
        parents = larger_cells(place, len(one.rows))
        wijken = wijken_of_cells(one, one.wijk)
        keys = table.iloc[one.rows][["indicator", "area_level", "area", "group_by", "group"]]
        keys = [tuple(key) for key in keys.to_numpy()]
        number = {level: at for at, level in enumerate(("wijk", "gebied", "arm", "city"))}
        for cell, (indicator, level, area, *group) in enumerate(keys):
            if level == "wijk":
                own = areas.loc[area]
                larger = [("gebied", own["district"]), ("arm", own["arm"]), ("city", "city")]
                for parent, (name, above) in zip(parents, larger, strict=True):
                    key = (indicator, name, above, *group)
                    assert parent[cell] == (keys.index(key) if key in keys else -1)
                assert wijken[cell].sum() == 1
                assert sample.areas["wijk"].iloc[wijken[cell].argmax()] == area
            elif level != "city" and group == ["", "all"]:
                mine = sample.areas[PARENT[level]].eq(area)
                assert wijken[cell].tolist() == mine.tolist()
            atoms = np.flatnonzero(one.member[[cell]].toarray().ravel())
            at = place[number[one.level[cell]], one.slot[cell], one.indicator[cell], atoms]
            assert ((at == cell) | ~one.asked[atoms, one.indicator[cell]]).all()


def test_a_larger_cell_that_leaves_somebody_out_tells_nothing_of_a_smaller_one():
    # Two atoms of one cell, of which the larger cell has the first only.
    assert [part.tolist() for part in larger_cells(np.array([[0, 0], [1, -1]]), 2)] == [[-1, -1]]
    assert [part.tolist() for part in larger_cells(np.array([[0, 0], [-1, 1]]), 2)] == [[-1, -1]]
    assert [part.tolist() for part in larger_cells(np.array([[0, 0], [1, 1]]), 2)] == [[1, -1]]
    assert [part.tolist() for part in larger_cells(np.array([[1, -1], [0, 0]]), 2)] == [[-1, 0]]


def answers(both: int, first: int, second: int, neither: int) -> pd.DataFrame:
    parts = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    return pd.DataFrame(parts, columns=["a", "b"], dtype=float)


@pytest.mark.parametrize(
    ("numbers", "linked"),
    [
        # Nested, complementary, excluding each other, nobody with neither.
        ((50, 0, 50, 100), True),
        ((0, 100, 100, 0), True),
        ((0, 50, 50, 100), True),
        ((100, 50, 50, 0), True),
        ((50, 50, 50, 50), False),
        # By chance 6.0 would give both answers, where at least ln(4 / 0.1) = 3.69 must: 5.8, 2.9.
        ((0, 20, 60, 120), True),
        ((0, 6, 196, 0), True),
        ((0, 3, 195, 2), False),
        # Nearly so: fewer than the least count, and than three in a hundred of what is expected.
        ((4, 400, 400, 0), True),
        ((5, 400, 400, 400), False),
        ((4, 20, 60, 120), False),
        ((4, 300, 400, 200), True),
        ((4, 150, 400, 200), False),
        ((4, 1000, 1000, 500), True),
        ((5, 1000, 1000, 500), False),
        ((3, 197, 197, 3), False),
        ((2, 197, 197, 2), True),
    ],
)
def test_questions_are_linked_where_a_pair_of_answers_is_rarer_than_by_chance(numbers, linked):
    expected = [("a", "b")] if linked else [("a",), ("b",)]
    assert families(answers(*numbers), ["a", "b"], 5) == expected
    turned = answers(*numbers)[["b", "a"]].set_axis(["a", "b"], axis=1)
    assert families(turned, ["a", "b"], 5) == expected


@pytest.mark.parametrize(
    ("many", "first", "linked"), [(2, 36, False), (2, 37, True), (20, 89, False), (20, 90, True)]
)
def test_among_more_questions_more_is_asked_of_chance(many, first, linked):
    # By chance a tenth of the first would give both; of 190 pairs ln(4 * 190 / 0.1) = 8.94 must.
    two, random = answers(0, first, 100, 900 - first), np.random.default_rng(0)
    more = {f"q{at}": (random.random(1000) < 0.5).astype(float) for at in range(many - 2)}
    found = families(two.assign(**more), ["a", "b", *more], 5)
    assert (("a", "b") in found) == linked and len(found) == many - linked
    assert families(two, [], 5) == []


def test_a_level_that_nearly_everybody_has_is_linked_with_those_within_it():
    """As among 148 children of whom 8 have it not: with four levels 5.5 by chance are enough."""
    level = np.repeat([0, 1, 2, 3, 4], [8, 19, 31, 32, 58])
    people = pd.DataFrame({f"from {k}": (level >= k).astype(float) for k in (1, 2, 3, 4)})
    assert len(families(people, list(people), 5)) == 1


def test_who_skipped_a_question_says_nothing_of_chance():
    one = answers(0, 20, 60, 120)
    skipped = pd.concat([one, pd.DataFrame({"a": [np.nan] * 300, "b": [1.0] * 300})])
    assert families(skipped, ["a", "b"], 5) == [("a", "b")]
    assert families(skipped.assign(a=skipped["a"].fillna(1)), ["a", "b"], 5) == [("a",), ("b",)]


def test_member_is_sparse_and_of_the_cells_that_are_there(made):
    _, table, found = made
    for one in found:
        assert isinstance(one.member, sparse.csr_array)
        assert one.member.shape == (len(one.rows), len(one.size))
        assert table["status"].iloc[one.rows].eq("ok").all()


def test_who_counts_in_the_city_alone_is_in_no_figure_of_a_wijk():
    sample, table = sample_of(2)
    random, many = np.random.default_rng(3), len(sample.people)
    # Each question has weights of its own.
    parted = {
        (key, level): np.where(random.random(many) < 0.3, 0.0, weight)
        for key in sample.units
        for level, weight in (("area", 1.0), ("city", 2.0))
    }
    sample = replace(sample, weights=parted)
    for one in systems(sample, table, 5):
        n, count, total = one.respondents(), one.counts(), one.respondents_weight()
        area = np.max([parted[key, "area"] for key in one.indicators], axis=0)
        for cell in range(0, len(one.rows), 5):
            row = table.iloc[one.rows[cell]]
            counted = sample.counted(row["indicator"], row["area_level"])
            there = inside(sample.people[counted], row)
            assert n[cell] == len(there)
            # Who has a weight in areas counts by that, whatever the city's is.
            assert total[cell] == np.where(area[there.index] > 0, 1.0, 2.0).sum()
            if one.whole:
                assert count[cell] == there[row["indicator"]].sum()


def test_where_nobody_is_in_a_wijk_or_nothing_may_be_shown_there_is_no_system(made):
    sample, table, found = made
    elsewhere = replace(sample, people=sample.people.assign(wijk="elsewhere"))
    assert list(systems(elsewhere, table, 5)) == []
    assert list(systems(sample, table.assign(status="too_few"), 5)) == [] != found


def test_patterns_of_answers_are_counted_in_each_atom():
    y = np.array([[1.0, 0], [0, 1], [1, 1], [1, np.nan], [0, 1]])
    patterns, truth = patterns_of(y, ~np.isnan(y), np.array([0, 0, 1, 1, 1]), 2)
    assert patterns.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert truth.tolist() == [[0, 1, 1, 0], [0, 1, 1, 1]]


def test_a_question_that_everybody_answers_alike_has_the_pattern_of_nobody_as_well():
    sample, table = sample_of(4)
    everybody = replace(sample, people=sample.people.assign(sport=1.0, sdq=7.0))
    for one in systems(everybody, table, 5):
        if one.indicators == ("sport",):
            assert one.patterns.tolist() == [[0], [1]]
            assert one.truth.tolist() == [[0.0, size] for size in one.size]
        if one.indicators == ("sdq",):
            assert (one.truth[:, 1] == 0).all()
            assert one.truth[:, 0].tolist() == one.size.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_child_may_have_the_answers_of_somebody_who_was_asked_as_much(seed):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, (40, 3)).astype(float)
    y[:, 1] = 1 - y[:, 0]
    y[random.random(y.shape) < 0.2] = np.nan
    y = y[~np.isnan(y).all(axis=1)]
    answered = ~np.isnan(y)
    asked, atom = np.unique(answered, axis=0, return_inverse=True)
    patterns, truth = patterns_of(y, answered, atom.ravel(), len(asked))
    found = possible(truth, patterns, asked)
    for own, may in zip(asked, found, strict=True):
        as_much = y[answered[:, own].all(axis=1)][:, own].tolist()
        assert may.tolist() == [(pattern[own]).tolist() in as_much for pattern in patterns]


def test_of_two_answers_of_which_everybody_gives_one_the_count_of_either_gives_the_other():
    """Also where somebody was asked only one of the two, and answered no."""
    # Twenty who were asked both, eight of whom say yes to the first, and one who was not.
    asked = np.array([[True, True], [True, False]])
    patterns = np.array([[0, 0], [0, 1], [1, 0]])
    truth = np.array([[0.0, 12.0, 8.0], [1.0, 0.0, 0.0]])
    children = Children(truth, truth.sum(axis=1), patterns, asked)
    count = children.sums(sparse.csr_array(np.ones((2, 2))), np.array([0, 1]))
    now = count @ truth.ravel()
    told = (count[[0]], now[:1], now[:1], now[:1])
    ends = []
    for sign in (1, -1):
        town, decided = children.town([told], sign * count[[1]])
        assert decided
        ends.append((count @ town.ravel())[1])
    # The one who was not asked the second may say yes to the first, and another then no.
    assert now.tolist() == [8, 12] and ends == [12, 13]
