"""The respondents behind the estimates, and what each cell counts of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from wijkkit.estimates.layout import Block, Groupings, blocks, keys
from wijkkit.tables import AREA_LEVELS


@dataclass(frozen=True, slots=True)
class Sample:
    """Respondents as disclosure control reads them.

    `people`: One row per respondent and wave: ``wave, wijk, district, arm, weight``, the columns of
    the groupings, and one column per indicator, absent where it was not asked. `units`: Indicator
    -> ``percent`` or ``score``. `groupings`: Grouping id -> (column, groups in order). `areas`: All
    wijken: ``wijk, district, arm``. `weights`: Indicator and level (``area`` or ``city``) -> weight
    of each respondent, 0 for who is not counted there; the column ``weight`` everywhere where it
    is empty.
    """

    people: pd.DataFrame = field(repr=False)
    units: Mapping[str, str]
    waves: tuple[str, ...]
    groupings: Groupings
    areas: pd.DataFrame = field(repr=False)
    weights: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict, repr=False)

    def blocks(self, levels: Collection[str] = AREA_LEVELS) -> list[Block]:
        """Return the blocks of cells, in the order of the estimates; nobody is where not counted."""
        asked = tuple(level for level in AREA_LEVELS if level in levels)
        divided = blocks(self.people, self.waves, self.groupings, areas=self.areas, levels=asked)
        if not self.weights:
            return divided
        inside = {
            level: np.any([self.weight(key, level) > 0 for key in self.units], axis=0)
            for level in AREA_LEVELS
        }
        return [
            replace(block, code=np.where(inside[block.area_level], block.code, -1))
            for block in divided
        ]

    @property
    def weighted(self) -> pd.DataFrame:
        """The respondents with a weight of their own: those of the figures of areas."""
        there = self.people["weight"].gt(0)
        return self.people if there.all() else self.people[there].reset_index(drop=True)

    def weight(self, indicator: str, area_level: str) -> np.ndarray:
        """Return the weights of an indicator at a level; 0 for who is not counted there."""
        level = "city" if area_level == "city" else "area"
        if (indicator, level) in self.weights:
            return self.weights[indicator, level]
        return self.people["weight"].to_numpy(float)

    def counted(self, indicator: str, area_level: str) -> np.ndarray:
        """Return whether each respondent is counted in the figures of an indicator at a level."""
        return self.weight(indicator, area_level) > 0


def cells_of(sample: Sample, levels: Collection[str] = AREA_LEVELS) -> pd.DataFrame:
    """Return what each cell of these area levels counts, a row each in the order of the estimates.

    The key columns, ``unit, n, x`` (respondents with the answer; absent for a score), and for
    scores ``above_least, below_most`` (respondents not at the lowest, not at the highest score of
    the whole sample), ``dominance`` (largest share of one respondent in the total) and ``move``
    (how far the mean moves at most when one respondent leaves).
    """
    divided = sample.blocks(levels)
    parts: list[dict[str, np.ndarray]] = []
    for key, unit in sample.units.items():
        y = sample.people[key].to_numpy(float)
        count = _percent if unit == "percent" else _score
        parts += [
            count(
                np.where(sample.counted(key, block.area_level), y, np.nan),
                sample.weight(key, block.area_level),
                block.code,
                block.size,
            )
            for block in divided
        ]
    # A study without an indicator has no cell.
    names = dict.fromkeys(name for part in parts for name in part) or ("n", "x")
    sizes = [block.size for block in divided] * len(sample.units)
    table = {
        name: np.concatenate(
            [part.get(name, np.full(size, np.nan)) for part, size in zip(parts, sizes, strict=True)]
            or [np.zeros(0)]
        )
        for name in names
    }
    units = np.repeat(list(sample.units.values()), sum(block.size for block in divided))
    unit = pd.Series(units, dtype="str", name="unit")
    return pd.concat(
        [keys(divided, list(sample.units)), pd.DataFrame(table).assign(unit=unit)], axis=1
    )


def weight_of_cells(sample: Sample) -> np.ndarray:
    """Return the total weight of each cell's respondents, in the order of `cells_of`."""
    divided, parts = sample.blocks(), []
    for key in sample.units:
        there = ~np.isnan(sample.people[key].to_numpy(float))
        for block in divided:
            weight = sample.weight(key, block.area_level)
            who = there & (block.code >= 0)
            parts.append(np.bincount(block.code[who], weight[who], block.size))
    return np.concatenate([np.zeros(0), *parts])


def apart(sample: Sample) -> pd.DataFrame:
    """Return what each figure of the city counts more and less than those of areas together.

    In the order of `cells_of`: ``n, x`` of who is in one of the two only; 0 at other levels.
    ``one_sided`` says that all of them are in the same.
    """
    people = sample.people
    divided = blocks(people, sample.waves, sample.groupings, areas=sample.areas)
    parts = []
    for key in sample.units:
        y = people[key].to_numpy(float)
        areas, city = (sample.counted(key, level) & ~np.isnan(y) for level in ("wijk", "city"))
        for block in divided:
            here = (block.code >= 0) & (block.area_level == "city")
            more, less, only = (
                np.bincount(block.code[who & here], of[who & here], minlength=block.size)
                for who, of in (
                    (city & ~areas, y * 0 + 1),
                    (areas & ~city, y * 0 + 1),
                    (city ^ areas, y),
                )
            )
            one_sided = (more == 0) | (less == 0)
            parts.append(pd.DataFrame({"n": more + less, "x": only, "one_sided": one_sided}))
    return pd.concat(parts, ignore_index=True)


def _percent(
    y: np.ndarray, weight: np.ndarray, code: np.ndarray, size: int
) -> dict[str, np.ndarray]:
    there = (code >= 0) & ~np.isnan(y)
    at = code[there]
    return {
        "n": np.bincount(at, minlength=size).astype(float),
        "x": np.bincount(at, y[there], minlength=size),
    }


def _score(y: np.ndarray, weight: np.ndarray, code: np.ndarray, size: int) -> dict[str, np.ndarray]:
    there = (code >= 0) & ~np.isnan(y)
    at, score, w = code[there], y[there], weight[there]
    ends = (score.min(), score.max()) if len(score) else (0.0, 0.0)
    total = np.bincount(at, w, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(at, w * score, minlength=size) / total
        others = total[at] - w
        moved = np.where(others > 0, w * np.abs(score - mean[at]) / others, np.inf)
        # Scores from their least value: only so is a share of the total one of a child's.
        above = score - min(ends[0], 0.0)
        largest = _greatest(at, above, size) / np.bincount(at, above, minlength=size)
    return {
        "n": np.bincount(at, minlength=size).astype(float),
        "x": np.full(size, np.nan),
        "above_least": np.bincount(at, score > ends[0], minlength=size),
        "below_most": np.bincount(at, score < ends[1], minlength=size),
        "dominance": np.nan_to_num(largest, nan=1.0),
        "move": _greatest(at, moved, size),
    }


def _greatest(at: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros(size)
    np.maximum.at(out, at, values)
    return out
