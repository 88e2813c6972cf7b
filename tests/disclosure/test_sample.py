"""What each cell counts of its respondents, against a loop over all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.sample import Sample, apart, cells_of, weight_of_cells
from wijkkit.tables import ESTIMATE_KEYS

AREAS = pd.DataFrame(
    {"wijk": ["a", "b", "c"], "district": ["n", "n", "s"], "arm": ["programme", "none", "none"]}
)
SES = {"ses": ("ses", ("low", "high"))}
COLUMN = {"wijk": "wijk", "gebied": "district", "arm": "arm"}


def sample_of(seed: int = 0, n: int = 60, weights: bool = False) -> Sample:
    random = np.random.default_rng(seed)
    people = pd.DataFrame({"wijk": random.choice(list("ab"), n), "wave": random.choice(["1"], n)})
    people = people.merge(AREAS, on="wijk").assign(
        ses=random.choice(["low", "high", None], n, p=[0.4, 0.4, 0.2]),
        weight=random.uniform(0.5, 3, n),
        play=np.where(random.random(n) < 0.1, np.nan, random.integers(0, 2, n)),
        sport=random.integers(0, 2, n).astype(float),
        sdq=np.where(random.random(n) < 0.2, np.nan, random.integers(2, 9, n)),
    )
    # In the second wave one child of a wijk and two light ones of another.
    few = people.index[[0, *np.flatnonzero(people["wijk"] != people["wijk"].iloc[0])[-2:]]]
    people.loc[few, ["wave", "sdq", "weight"]] = [["2", 3.0, 2.0], ["2", 2.0, 0.3], ["2", 8.0, 0.4]]
    people.loc[people.index[3:6], "play"] = [1.0, 0.0, 1.0]
    own = {}
    if weights:
        # Of the city one child of a less, of areas another less; of `sport` all count.
        own = {("play", level): people["weight"].to_numpy(copy=True) for level in ("area", "city")}
        own["play", "area"][[3, 4]] = 0.0
        own["play", "city"][[5]] = 0.0
    units = {"play": "percent", "sport": "percent", "sdq": "score"}
    return Sample(people, units, ("1", "2"), SES, AREAS, own)


def who(sample: Sample, row) -> np.ndarray:
    """Which respondents a cell is of, whether they answered or not."""
    people = sample.people
    inside = people["wave"].eq(row.wave).to_numpy(copy=True)
    if row.area_level != "city":
        inside &= people[COLUMN[row.area_level]].eq(row.area).to_numpy()
    if row.group_by:
        inside &= people["ses"].eq(row.group).to_numpy()
    return inside


def weight_of(sample: Sample, row) -> np.ndarray:
    level = "city" if row.area_level == "city" else "area"
    return sample.weights.get((row.indicator, level), sample.people["weight"].to_numpy())


def test_a_study_without_indicators_has_no_cells():
    sample = replace(sample_of(), units={})
    assert len(cells_of(sample)) == len(weight_of_cells(sample)) == 0


@pytest.mark.parametrize("weights", [False, True])
def test_cells_count_their_respondents_and_those_with_the_answer(weights):
    sample = sample_of(weights=weights)
    cells, total = cells_of(sample), weight_of_cells(sample)
    low, high = sample.people["sdq"].min(), sample.people["sdq"].max()
    assert list(cells.columns[:6]) == list(ESTIMATE_KEYS)
    # Of 3 wijken, 2 gebieden, an arm and the city, 2 waves, everybody and 2 groups.
    assert len(cells) == 3 * 7 * 2 * 3
    for row, its_weight in zip(cells.itertuples(), total, strict=True):
        weight = weight_of(sample, row)
        y = sample.people[row.indicator].to_numpy()
        inside = who(sample, row) & (weight > 0) & ~np.isnan(y)
        assert row.n == inside.sum()
        assert row.unit == sample.units[row.indicator]
        assert its_weight == pytest.approx(weight[inside].sum())
        if row.unit == "percent":
            assert row.x == y[inside].sum() and np.isnan(row.dominance)
            continue
        y, weight = y[inside], weight[inside]
        assert np.isnan(row.x)
        assert (row.above_least, row.below_most) == ((y > low).sum(), (y < high).sum())
        assert row.dominance == pytest.approx(y.max() / y.sum() if len(y) else 1.0)
        moves = [
            abs(np.average(y, weights=weight) - np.average(rest, weights=others))
            for at in range(len(y))
            if len(rest := np.delete(y, at)) and len(others := np.delete(weight, at))
        ]
        # Of one respondent alone nothing is left when it leaves.
        assert row.move == pytest.approx(max(moves) if moves else np.inf if len(y) else 0.0)


def test_a_total_of_scores_below_zero_is_counted_from_the_least():
    sample = sample_of()
    people = sample.people.assign(sdq=[-2.0, *[0.0] * 30, *[2.0] * 29], wave="1")
    sample = replace(sample, people=people, units={"sdq": "score"})
    city = cells_of(sample).query("area_level == 'city' and wave == '1' and group_by == ''")
    # From -2: one of 0, thirty of 2, 29 of 4.
    assert city["dominance"].item() == pytest.approx(4 / (30 * 2 + 29 * 4))
    assert (city["above_least"].item(), city["below_most"].item()) == (59, 31)


def test_nobody_and_no_indicator_are_no_error():
    sample = sample_of()
    empty = replace(sample, people=sample.people.assign(sdq=np.nan), units={"sdq": "score"})
    assert cells_of(empty)[["n", "above_least"]].eq(0).all(axis=None)
    none = cells_of(replace(sample, units={}))
    assert len(none) == 0 and {"n", "x", "unit"} <= set(none)


def test_who_is_counted_nowhere_of_a_level_is_in_no_cell_of_it():
    sample = replace(sample_of(weights=True), units={"play": "percent"})
    for block in sample.blocks():
        out = {5} if block.area_level == "city" else {3, 4}
        whole = replace(sample, weights={}).blocks()
        same = next(
            b for b in whole if (b.area_level, b.group_by) == (block.area_level, block.group_by)
        )
        differs = set(np.flatnonzero(block.code != same.code))
        assert differs == {at for at in out if same.code[at] >= 0}
        assert (block.code[list(out)] == -1).all()
    # With another indicator that counts them they are.
    assert all((b.code[[3, 4, 5]] >= 0).all() for b in sample_of(weights=True).blocks()[:1])


def test_a_weight_of_zero_is_not_weighted_and_not_counted():
    sample = sample_of()
    assert sample.weighted is sample.people
    people = sample.people.assign(weight=sample.people["weight"].mask(sample.people.index < 2, 0.0))
    zero = replace(sample, people=people)
    assert len(zero.weighted) == 58 and zero.weighted.index.tolist() == list(range(58))
    assert zero.counted("sport", "wijk").tolist() == [False] * 2 + [True] * 58


def test_what_the_city_counts_other_than_its_areas_is_told_apart():
    sample = sample_of(weights=True)
    found = apart(sample)
    cells = cells_of(sample)
    one_sided = []
    for row, told in zip(cells.itertuples(), found.itertuples(), strict=True):
        y = sample.people[row.indicator].to_numpy()
        inside = who(sample, row) & ~np.isnan(y) & (row.area_level == "city")
        area, city = (
            sample.weights.get((row.indicator, level), sample.people["weight"].to_numpy()) > 0
            for level in ("area", "city")
        )
        more, less = inside & city & ~area, inside & area & ~city
        assert told.n == more.sum() + less.sum()
        assert told.x == y[more | less].sum()
        assert told.one_sided == (not more.any() or not less.any())
        one_sided.append(told.one_sided)
    assert not all(one_sided) and any(found["n"].eq(1))
