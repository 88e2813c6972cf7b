"""What an earlier publication keeps as it was: figures that differ in a few respondents only.

Two publications of nearly the same respondents give away the few in whom they differ. So a cell
whose respondents or answers differ from those of a published figure by fewer than `min_count`
keeps that figure, or its absence. Cells are recognised by their respondents and answers, not by
their names: another name, another grouping of the same children, an answer turned round are the
same figure, and another definition or population is another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd

from wijkkit.disclosure.ledger import Entry, answer_marks, person_marks
from wijkkit.disclosure.sample import Sample
from wijkkit.estimates.layout import keys
from wijkkit.tables import ESTIMATE_KEYS

#: From this share of equal answers, of those with and of those without the answer, indicators
#: with different names are the same one.
_ALIKE = 0.8
#: An indicator of so few cannot be recognised by its answers.
_ENOUGH = 10

KEPT_COLUMNS = [
    *(*ESTIMATE_KEYS, "value", "lower", "upper", "n", "step", "status", "method"),
    *("first", "turned", "then", *(f"was_{name}" for name in ESTIMATE_KEYS)),
]


@dataclass(frozen=True, slots=True)
class _Pair:
    """An indicator now and one that was published."""

    now: str
    then: str
    turned: bool


def kept_figures(sample: Sample, entries: Iterable[Entry], min_count: int) -> pd.DataFrame:
    """Return the cells that keep what was published of them.

    One row per cell that keeps its figure: the key columns, ``value, lower, upper, n, step, status,
    method`` as published, `first` (the publication that first showed it), `turned` (it was
    published for the opposite answer), `then` (what it was exactly; of a score as published) and
    ``was_<key>``: its key then. Of several publications that keep a cell the nearest holds, and the
    latest of those.
    """
    parts = [_nearest_in(sample, entry, min_count) for entry in entries]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=KEPT_COLUMNS).astype({"turned": bool})
    found = _nearest(pd.concat(parts[::-1], ignore_index=True))
    return found.loc[found["keep"], KEPT_COLUMNS].reset_index(drop=True)


def _nearest(found: pd.DataFrame) -> pd.DataFrame:
    """Return the published cell that each cell is nearest to, by its own name where it is one."""
    found = found.sort_values(["apart", "other_name"], kind="stable")
    return found.drop_duplicates(list(ESTIMATE_KEYS))


def _nearest_in(sample: Sample, entry: Entry, min_count: int) -> pd.DataFrame:
    """Return the cell of one publication that each cell is nearest to, if near at all.

    A figure that the publication kept from one before it is held against that one's respondents,
    not against its own: else it could be kept for ever while all of its respondents change.
    """
    persons = person_marks(sample.people, entry.about.salt)
    wave_now = sample.people["wave"].to_numpy(str)
    wave_then = entry.people["wave"].to_numpy(str)
    pairs: list[_Pair] = []
    moved: list[int] = []
    found: list[np.ndarray] = []
    exact: list[np.ndarray] = []
    division, division_then = divided(sample), divided_then(entry)
    for now, before in same_waves(sample, entry, persons):
        rows, rows_then = np.flatnonzero(wave_now == now), np.flatnonzero(wave_then == before)
        place = pd.Index(entry.people["person"].to_numpy()[rows_then])
        at = place.get_indexer(persons[rows])
        both, both_then = rows[at >= 0], rows_then[at[at >= 0]]
        gone = max(len(rows), len(rows_then)) - len(both)
        weights = _changed_weights(sample, entry, both, both_then)
        for pair in _pairs(sample, entry, persons, both, both_then):
            y = sample.people[pair.now].to_numpy(float)
            marks = answer_marks(persons, 1 - y if pair.turned else y)
            marks_then = entry.people[f"of {pair.then}"].to_numpy()
            there = rows[marks[rows] != 0]
            there_then = rows_then[marks_then[rows_then] != 0]
            same = (marks[both] != 0) & (marks[both] == marks_then[both_then])
            moved.append(max(max(len(there), len(there_then)) - same.sum(), gone))
            common = (both[same], both_then[same], weights[same])
            for cells in division:
                for cells_then in division_then:
                    close = _close(cells, cells_then, there, there_then, common, min_count)
                    found.append(np.vstack([close, np.full(close.shape[1], len(pairs))]))
            pairs.append(pair)
            exact.append(shares_then(entry, pair.then, division_then))
    if not found:
        return pd.DataFrame()
    every = np.hstack(found)
    # A wave in which nobody changed is as it was where few changed in another: what may be shown
    # of the two is chosen together.
    apart = np.array(moved)
    few = (apart < min_count) & (apart[apart < min_count] > 0).any()
    named = _named(every, pairs, few, sample, entry, min_count)
    matched = _nearest(named.assign(then=np.array(exact)[every[4], every[1]]))
    then = entry.tables["estimates"]
    own = then[then["first"].eq(entry.about.release)] if "first" in then else then
    was = {name: f"was_{name}" for name in ESTIMATE_KEYS}
    figures = own[[*ESTIMATE_KEYS, "value", "lower", "upper", "n", "step", "status", "method"]]
    figures = figures.assign(first=entry.about.release).rename(columns=was)
    return _turned_back(matched.merge(figures, on=list(was.values()), how="inner"))


def shares_then(entry: Entry, key: str, divided: list[_Cells]) -> np.ndarray:
    """Return what the published cells of an indicator were exactly; NaN for a score."""
    y = entry.answers(key)
    asked = ~np.isnan(y)
    weight = entry.people["weight"].to_numpy(float)[asked]
    percent = 100.0 if entry.about.units[key] == "percent" else np.nan
    parts = []
    for _, many, code in divided:
        total, with_it = (_in_cells(code[asked], many, one) for one in (weight, weight * y[asked]))
        with np.errstate(invalid="ignore"):
            parts.append(percent * with_it / total)
    return np.concatenate(parts)


def _in_cells(code: np.ndarray, many: int, weight: np.ndarray | None = None) -> np.ndarray:
    """Return how many respondents are in each cell, or how much weight."""
    inside = code >= 0
    return np.bincount(code[inside], None if weight is None else weight[inside], many)


#: Of a block of cells: the number of its first cell among all, how many it has, and of each
#: respondent the cell it is in, -1 for none.
_Cells = tuple[int, int, np.ndarray]


def divided(sample: Sample) -> list[_Cells]:
    """Return the blocks of cells of this release."""
    return _numbered([(block.size, block.code) for block in sample.blocks()])


def divided_then(entry: Entry) -> list[_Cells]:
    """Return the blocks of cells of a publication, which are in the order of `Entry.cells`."""
    sizes = entry.cells.groupby("block", sort=True).size()
    return _numbered([(size, entry.people[f"block {at}"].to_numpy()) for at, size in sizes.items()])


def _numbered(blocks: list[tuple[int, np.ndarray]]) -> list[_Cells]:
    firsts = accumulate((size for size, _ in blocks), initial=0)
    return [(first, size, code) for first, (size, code) in zip(firsts, blocks, strict=False)]


def same_waves(sample: Sample, entry: Entry, persons: np.ndarray) -> Iterator[tuple[str, str]]:
    """Yield each wave with the published one of the same respondents, whatever it is named."""
    marks = {
        f"of {key}": answer_marks(persons, sample.people[key].to_numpy(float))
        for key in sample.units
    }
    now = pd.DataFrame({"person": persons, "now": sample.people["wave"].to_numpy(str), **marks})
    then = entry.people.filter(items=["person", "wave", *marks])
    both = now.merge(then, on="person", suffixes=("", " then"))
    equal = [both[name] == both[f"{name} then"] for name in marks if name in then]
    both["points"] = sum(equal, start=np.ones(len(both)))
    score = both.groupby(["now", "wave"])["points"].sum().reset_index()
    best = score.sort_values("points", kind="stable").drop_duplicates("now", keep="last")
    yield from best[["now", "wave"]].itertuples(index=False, name=None)


def _changed_weights(
    sample: Sample, entry: Entry, both: np.ndarray, both_then: np.ndarray
) -> np.ndarray:
    """Return which respondents have another weight than all of them have; shape (m,)."""
    now = sample.people["weight"].to_numpy(float)[both]
    then = entry.people["weight"].to_numpy(float)[both_then]
    counted = then > 0
    usual = np.median(now[counted] / then[counted]) if counted.any() else 1.0
    return ~np.isclose(now, usual * then, rtol=1e-6)


def _pairs(
    sample: Sample, entry: Entry, persons: np.ndarray, both: np.ndarray, both_then: np.ndarray
) -> Iterator[_Pair]:
    """Yield the indicators that are the same: by their name, or by their answers."""
    marks_then = {key: entry.people[f"of {key}"].to_numpy()[both_then] for key in entry.about.units}
    for key, unit in sample.units.items():
        y = sample.people[key].to_numpy(float)[both]
        turns = (False, True) if unit == "percent" else (False,)
        for turned in turns:
            marks = answer_marks(persons[both], 1 - y if turned else y)
            for then, unit_then in entry.about.units.items():
                if unit_then != unit:
                    continue
                named = then == key and not turned
                if named or _alike(y, marks, marks_then[then], unit):
                    yield _Pair(key, then, turned)


def _alike(y: np.ndarray, marks: np.ndarray, marks_then: np.ndarray, unit: str) -> bool:
    answered = (marks != 0) & (marks_then != 0)
    same = marks[answered] == marks_then[answered]
    with_answer = y[answered] == 1
    parts = [same] if unit == "score" else [same[with_answer], same[~with_answer]]
    return all(len(part) >= _ENOUGH and part.mean() >= _ALIKE for part in parts)


def _close(
    cells: _Cells,
    cells_then: _Cells,
    there: np.ndarray,
    there_then: np.ndarray,
    common: tuple[np.ndarray, np.ndarray, np.ndarray],
    min_count: int,
) -> np.ndarray:
    """Return the pairs of a cell and a published one that are near."""
    both, both_then, weights = common
    (first, many, code), (first_then, many_then, code_then) = cells, cells_then
    now, then = code[both], code_then[both_then]
    inside = (now >= 0) & (then >= 0)
    pair = now[inside] * many_then + then[inside]
    held, changed = np.bincount(pair), np.bincount(pair, weights[inside])
    pairs = np.flatnonzero(held)
    now, then = np.divmod(pairs, many_then)
    size, size_then = _in_cells(code[there], many), _in_cells(code_then[there_then], many_then)
    apart = np.maximum(size[now], size_then[then]) - held[pairs]
    found = np.vstack([first + now, first_then + then, apart, changed[pairs]]).astype(np.int64)
    return found[:, apart < min_count]


def _named(
    found: np.ndarray,
    pairs: list[_Pair],
    few: np.ndarray,
    sample: Sample,
    entry: Entry,
    min_count: int,
) -> pd.DataFrame:
    """Return pairs of cells with their keys now and then, and whether the figure is kept.

    A cell that differs in nobody is free, unless few respondents of the wave, or few weights in
    it, changed: what moves it then are those few.
    """
    now, then, apart, changed, number = found
    names = [name for name in ESTIMATE_KEYS if name != "indicator"]
    own = keys(sample.blocks(), [""])[names].iloc[now].reset_index(drop=True)
    was = entry.cells[names].iloc[then].reset_index(drop=True)
    other = sum((own[name].to_numpy() != was[name].to_numpy()).astype(int) for name in names)
    indicators = [
        np.array([getattr(pair, one) for pair in pairs])[number] for one in ("now", "then")
    ]
    few_weights = (changed > 0) & (changed < min_count)
    return pd.concat([own, was.add_prefix("was_")], axis=1).assign(
        indicator=indicators[0],
        was_indicator=indicators[1],
        turned=np.array([pair.turned for pair in pairs])[number],
        apart=apart,
        keep=(apart > 0) | few[number] | few_weights,
        other_name=other + (indicators[0] != indicators[1]),
    )


def _turned_back(kept: pd.DataFrame) -> pd.DataFrame:
    """Return figures that were published for the opposite answer as those of the answer."""
    turned = kept["turned"].to_numpy(bool)
    lower, upper = kept["lower"].to_numpy(float), kept["upper"].to_numpy(float)
    return kept.assign(
        value=np.where(turned, 100 - kept["value"], kept["value"]),
        then=np.where(turned, 100 - kept["then"], kept["then"].fillna(kept["value"])),
        lower=np.where(turned, 100 - upper, lower),
        upper=np.where(turned, 100 - lower, upper),
        status=kept["status"].mask(turned & kept["status"].eq("above"), "hidden"),
    )
