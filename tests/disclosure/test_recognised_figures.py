"""Which published figure each cell is nearest to, and keeps: by the children of both, in random towns."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.earlier_figures import kept_figures
from wijkkit.disclosure.ledger import About, Entry, entry_of
from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.tables import ESTIMATE_KEYS

KEYS = list(ESTIMATE_KEYS)
LEAST = 3
LEVELS = {"wijk": "wijk", "gebied": "district", "arm": "arm"}
AREAS = pd.DataFrame({"wijk": ["a", "b", "c"], "district": ["n", "n", "s"], "arm": ["t", "u", "u"]})
UNITS = {"play": "percent", "sport": "percent", "sdq": "score"}
WAVES = {"1": "one", "2": "two"}
FIGURE = ("value", "lower", "upper", "n", "step", "status", "method")


def town(random: np.random.Generator, panel: bool) -> Sample:
    """Three wijken and two waves of twenty children each, the same ones in a panel."""
    rows = [(wave, wijk, at) for wave in WAVES for wijk in "abc" for at in range(20)]
    people = pd.DataFrame(rows, columns=["wave", "wijk", "at"]).merge(AREAS, on="wijk")
    many = len(people)
    people = people.assign(
        respondent=people["wijk"] + people["at"].astype(str) + ("" if panel else people["wave"]),
        sex=random.choice(["girl", "boy"], many),
        weight=np.where(random.random(many) < 0.03, 0, random.uniform(0.1, 0.9, many)),
        play=(random.random(many) < 0.5).astype(float),
        sport=np.where(random.random(many) < 0.1, np.nan, random.random(many) < 0.5),
        sdq=random.integers(0, 40, many).astype(float),
    )
    return Sample(people, UNITS, tuple(WAVES), {"sex": ("sex", ("girl", "boy"))}, AREAS)


def later(sample: Sample, random: np.random.Generator) -> Sample:
    """The same a year on: a few children, answers, weights and borders are others, or all are."""
    people = sample.people.copy()
    some = random.choice(len(people), random.integers(0, 6), replace=False)
    people.loc[some, "weight"] = random.choice([0.0, 9.0], len(some))
    if random.random() < 0.3:
        return replace(sample, people=people.assign(weight=3 * people["weight"]))
    for name in ("play", "sport", "sdq"):
        some = random.choice(len(people), random.integers(0, 4), replace=False)
        people.loc[some, name] = random.choice([0.0, 1.0, np.nan], len(some))
    for name, values in (("wijk", ["a", "b"]), ("sex", ["boy"])):
        some = random.choice(len(people), random.integers(0, 4), replace=False)
        people.loc[some, name] = random.choice(values, len(some))
    people = people.drop(index=random.choice(len(people), random.integers(0, 4), replace=False))
    if random.random() < 0.2:
        people["play"] = 1 - people["play"]
    if random.random() < 0.2:
        people["sport"] = random.permutation(people["sport"])
    people = people.drop(columns=["district", "arm"]).merge(AREAS, on="wijk")
    return replace(sample, people=people.reset_index(drop=True))


def published(sample: Sample, random: np.random.Generator) -> Entry:
    table = cells_of(sample)[[*KEYS, "n"]]
    numbers = random.integers(0, 90, (3, len(table))).astype(float)
    table = table.assign(value=numbers[0], lower=numbers[1], upper=numbers[2], step=1.0)
    table = table.assign(status=random.choice(["ok", "hidden"], len(table)), method="m")
    about = About("R1", "2021-01", "t", "A", "f", "00" * 16, sample.units)
    return entry_of(about, sample, {"estimates": table})


def inside(sample: Sample, wave: str, children: pd.Index) -> tuple[list[tuple], np.ndarray]:
    """The keys of the cells of a wave, and which children are in each."""
    own = sample.people[sample.people["wave"].eq(wave)].set_index("respondent").reindex(children)
    cells = cells_of(sample)[KEYS[1:]].drop_duplicates()
    cells, found = cells[cells["wave"].eq(wave)], []
    for cell in cells.itertuples():
        here = own["wave"].notna()
        if cell.area_level != "city":
            here &= own[LEVELS[cell.area_level]].eq(cell.area)
        found.append(here & (own["sex"].eq(cell.group) | (cell.group_by == "")))
    return list(cells.itertuples(index=False, name=None)), np.array(found)


def alike(now: np.ndarray, then: np.ndarray, unit: str) -> bool:
    """Whether at least four of five of ten and more give the same answer, of each answer."""
    both = ~np.isnan(now) & ~np.isnan(then)
    parts = [both] if unit == "score" else [both & (now == answer) for answer in (0, 1)]
    return all(len(then[one]) >= 10 and np.mean((now == then)[one]) >= 0.8 for one in parts)


def nearest(sample: Sample, then: Sample, waves: dict[str, str]) -> list[tuple]:
    """Each cell with every near published one: how far, keys, turned, and whether it is kept."""
    found, moved = [], []
    for wave in sample.waves:
        people = [
            one.people[one.people["wave"].eq(name)].set_index("respondent")
            for one, name in ((sample, wave), (then, waves[wave]))
        ]
        children = people[0].index.union(people[1].index)
        gone = len(children) - min(map(len, people))
        (cells, mine), (cells_then, theirs) = (
            inside(one, name, children) for one, name in ((sample, wave), (then, waves[wave]))
        )
        own, was = (one.reindex(children) for one in people)
        ratio = own["weight"] / was["weight"]
        weights = ~(np.isclose(ratio, ratio.median()) | (own["weight"].eq(0) & was["weight"].eq(0)))
        for key, before, turned in product(UNITS, UNITS, (False, True)):
            if UNITS[key] != UNITS[before] or (turned and UNITS[key] == "score"):
                continue
            y, y_then = own[key].to_numpy(float), was[before].to_numpy(float)
            y = 1 - y if turned else y
            common = own["wave"].notna() & was["wave"].notna()
            if (key != before or turned) and not alike(y[common], y_then[common], UNITS[key]):
                continue
            there, there_then = mine & ~np.isnan(y), theirs & ~np.isnan(y_then)
            same = y == y_then
            number = len(moved)
            moved.append(max((~np.isnan(y)).sum(), (~np.isnan(y_then)).sum()) - same.sum())
            moved[number] = max(moved[number], gone)
            for (cell, who), (other, who_then) in product(
                zip(cells, there, strict=True), zip(cells_then, there_then, strict=True)
            ):
                held = who & who_then & same
                apart = max(who.sum(), who_then.sum()) - held.sum()
                if apart < LEAST and held.any():
                    names = sum(a != b for a, b in zip((key, *cell), (before, *other), strict=True))
                    few = apart > 0 or 0 < (held & weights).sum() < LEAST
                    found.append(
                        ((apart, names), (key, *cell), (before, *other), turned, few, number)
                    )
    few = {at for at, one in enumerate(moved) if one < LEAST}
    few = few if any(moved[at] > 0 for at in few) else set()
    return [(*one, few_here or number in few) for *one, few_here, number in found]


@pytest.mark.parametrize("seed", range(7, 23))
def test_each_cell_keeps_the_published_figure_of_nearly_the_same_children(seed):
    random = np.random.default_rng(seed)
    then = town(random, panel=seed % 3 == 0)
    now, waves = later(then, random), WAVES if seed % 2 else {wave: wave for wave in WAVES}
    renamed = then.people.assign(wave=then.people["wave"].map(waves))
    then = replace(then, people=renamed, waves=tuple(waves.values()))
    entry = published(then, random)
    kept = kept_figures(now, [entry], LEAST)
    near = nearest(now, then, waves)
    least = {cell: min(far for far, one, *_ in near if one == cell) for _, cell, *_ in near}
    of: dict[bool, dict[tuple, list]] = {True: {}, False: {}}
    for far, cell, was, turned, held in near:
        if far == least[cell]:
            of[held].setdefault(cell, []).append((*was, turned))
    cells = list(kept[KEYS].itertuples(index=False, name=None))
    assert set(of[True]) - set(of[False]) <= set(cells) <= set(of[True])
    was = [f"was_{name}" for name in KEYS]
    then = entry.tables["estimates"].set_index(KEYS)
    for cell, row in zip(cells, kept.to_dict("records"), strict=True):
        key = tuple(row[name] for name in was)
        assert (*key, row["turned"]) in of[True][cell]
        figure = then.loc[key]
        for name, opposite in (("value", "value"), ("lower", "upper"), ("upper", "lower")):
            assert row[name] == (100 - figure[opposite] if row["turned"] else figure[name])
        assert [row[name] for name in FIGURE[3:]] == figure[list(FIGURE[3:])].tolist()


@pytest.mark.parametrize(
    ("unit", "having", "others", "changes", "same"),
    [
        ("percent", 10, 10, 2, True),
        ("percent", 10, 10, 3, False),
        ("percent", 9, 10, 1, False),
        ("percent", 10, 9, 1, False),
        ("score", 10, 0, 2, True),
        ("score", 10, 0, 3, False),
        ("score", 9, 0, 1, False),
    ],
)
@pytest.mark.parametrize("silent", ["now", "then", "now and then"])
def test_answers_are_the_same_question_by_those_who_gave_one(
    unit, having, others, changes, same, silent
):
    answers = np.array([1.0] * having + [0.0] * others + [1.0] * 10)
    people = pd.DataFrame({"respondent": [f"r{at}" for at in range(len(answers))], "wave": "1"})
    people = people.assign(wijk="a", district="n", arm="t", sex="girl", weight=1.0)
    late = people.index >= having + others
    y = np.where(late & ("now" in silent), np.nan, answers)
    y_then = np.where(late & ("then" in silent), np.nan, answers * (people.index >= changes))
    now, then = (
        Sample(people.assign(**{name: one}), {name: unit}, ("1",), {}, AREAS[:1])
        for name, one in (("play", y), ("sport", y_then))
    )
    entry = published(then, np.random.default_rng(1))
    assert (len(kept_figures(now, [entry], 15)) > 0) == same
