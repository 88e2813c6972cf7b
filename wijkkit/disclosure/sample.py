"""The respondents behind the estimates, and what each cell counts of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wijkkit.estimates.layout import Block, Groupings, blocks, keys


@dataclass(frozen=True, slots=True)
class Sample:
    """Respondents as disclosure control reads them.

    Parameters
    ----------
    people : DataFrame
        One row per respondent and wave: ``wave, wijk, district, arm, weight``, the columns of
        the groupings, and one column per indicator, absent where it was not asked.
    units : mapping of str to str
        Indicator -> ``percent`` or ``score``.
    waves : tuple of str
    groupings : mapping
        Grouping id -> (column, groups in order).
    areas : DataFrame
        All wijken: ``wijk, district, arm``.
    """

    people: pd.DataFrame = field(repr=False)
    units: Mapping[str, str]
    waves: tuple[str, ...]
    groupings: Groupings
    areas: pd.DataFrame = field(repr=False)

    def blocks(self) -> list[Block]:
        """Return the blocks of cells, in the order of the estimates."""
        return blocks(self.people, self.waves, self.groupings, areas=self.areas)


def cells_of(sample: Sample) -> pd.DataFrame:
    """Return what each cell counts, one row per cell in the order of the estimates.

    Returns
    -------
    DataFrame
        The key columns, ``unit, n, x`` (respondents with the answer; absent for a score), and for
        scores ``above_least, below_most`` (respondents not at the lowest, not at the highest
        score of the whole sample), ``dominance`` (largest share of one respondent in the total)
        and ``move`` (how far the mean moves at most when one respondent leaves).
    """
    divided = sample.blocks()
    code = [block.code for block in divided]
    size = [block.size for block in divided]
    weight = sample.people["weight"].to_numpy(float)
    parts = []
    for key, unit in sample.units.items():
        y = sample.people[key].to_numpy(float)
        count = _percent if unit == "percent" else _score
        parts += [
            pd.DataFrame(count(y, weight, one, many)).assign(unit=unit)
            for one, many in zip(code, size, strict=True)
        ]
    # A study without an indicator has no cell.
    none = pd.DataFrame({"n": [], "x": [], "unit": pd.Series(dtype="str")})
    table = pd.concat(parts, ignore_index=True) if parts else none
    return pd.concat([keys(divided, list(sample.units)), table], axis=1)


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
