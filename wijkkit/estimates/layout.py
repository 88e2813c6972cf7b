"""Which cells a table has, and what was asked in them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError, Problem
from wijkkit.estimates.design import column_twice
from wijkkit.estimates.interval import missing
from wijkkit.tables import AREA_LEVELS, EVERYBODY

Codes = NDArray[np.int64]

#: Grouping id -> the column that holds it and its groups in order, least advantaged first.
Groupings = Mapping[str, tuple[str, Sequence[str]]]

#: The key columns of a cell, in the order in which `keys` makes them.
_KEYS = ("area", "area_level", "wave", "group_by", "group")

#: The column of the respondents that says in which area of a level they live.
LEVEL_COLUMNS = {"wijk": "wijk", "gebied": "district", "arm": "arm"}


@dataclass(frozen=True, slots=True)
class Block:
    """All cells of one area level and one grouping, in the order area, wave, group.

    `area_level`, `group_by`: The level, and the grouping (empty for everybody). `areas`, `waves`,
    `groups`: What the cells are the combinations of. `code`: The cell of each respondent; -1 for
    none.
    """

    area_level: str
    group_by: str
    areas: tuple[str, ...]
    waves: tuple[str, ...]
    groups: tuple[str, ...]
    code: Codes

    @property
    def size(self) -> int:
        return len(self.areas) * len(self.waves) * len(self.groups)


def blocks(
    respondents: pd.DataFrame,
    waves: Sequence[str],
    groupings: Groupings,
    *,
    areas: pd.DataFrame | None = None,
    levels: Sequence[str] = AREA_LEVELS,
) -> list[Block]:
    """Divide respondents into cells, a block per area level and grouping.

    `waves`: The waves in order. `groupings`: Grouping id -> (column, groups in order). `areas`: All
    wijken with columns ``wijk, district, arm``, so that one without respondents is reported as
    missing; those of the respondents where absent. `levels`: Which area levels. Raises
    EstimationError: A column is missing, or a respondent has a wave or group that is not listed.
    """
    _check(respondents, waves, groupings)
    wave = pd.Index(waves).get_indexer(respondents["wave"])
    everybody = ("", (EVERYBODY,), np.zeros(len(respondents), dtype=np.int64))
    divisions = [everybody] + [
        (key, tuple(groups), pd.Index(groups).get_indexer(respondents[column]))
        for key, (column, groups) in groupings.items()
    ]
    made = []
    for level in levels:
        names, area = _areas(respondents, areas, level)
        if not names:
            continue
        for key, groups, group in divisions:
            inside = (area >= 0) & (group >= 0)
            code = np.where(inside, (area * len(waves) + wave) * len(groups) + group, -1)
            made.append(Block(level, key, names, tuple(waves), groups, code.astype(np.int64)))
    return made


def _areas(
    respondents: pd.DataFrame, areas: pd.DataFrame | None, level: str
) -> tuple[tuple[str, ...], Codes]:
    if level == "city":
        return ("city",), np.zeros(len(respondents), dtype=np.int64)
    column = LEVEL_COLUMNS[level]
    named = (respondents if areas is None else areas)[column].dropna().astype("str").unique()
    names = sorted(name for name in named if name not in ("", "none"))
    return tuple(names), pd.Index(names, dtype="str").get_indexer(respondents[column])


def _check(respondents: pd.DataFrame, waves: Sequence[str], groupings: Groupings) -> None:
    columns = {"wave", *LEVEL_COLUMNS.values(), *(column for column, _ in groupings.values())}
    if twice := list(column_twice(respondents)):
        raise EstimationError(twice)
    problems = missing(respondents, sorted(columns), "respondents")
    listed = {"wave": ("wave", waves), **groupings}
    for what, (column, allowed) in listed.items():
        if column not in respondents:
            continue
        found = respondents[column].drop_duplicates()
        other = found[~found.isin(list(allowed)) & (found.notna() | (what == "wave"))]
        if len(other):
            problems.append(
                Problem(
                    f"respondents with a {what} that is not listed",
                    place=f"column '{column}'",
                    found=", ".join(map(str, other[:5])),
                    expected=", ".join(map(str, allowed)),
                    remedy="List it in study.yml, or recode it in codebook.yml.",
                )
            )
    EstimationError.raise_for(problems)


def keys(divided: Sequence[Block], indicators: Sequence[str]) -> pd.DataFrame:
    """Return the key columns of the tidy table: every cell of every block, per indicator.

    >>> block = Block("city", "", ("city",), ("2018", "2021"), ("all",), np.zeros(1, int))
    >>> keys([block], ["play"])[["indicator", "area", "wave", "group"]].values.tolist()
    [['play', 'city', '2018', 'all'], ['play', 'city', '2021', 'all']]
    """
    cells = [
        (area, block.area_level, wave, block.group_by, group)
        for block in divided
        for area, wave, group in itertools.product(block.areas, block.waves, block.groups)
    ]
    again = np.tile(np.arange(len(cells)), len(indicators))
    which = np.repeat(np.arange(len(indicators)), len(cells))
    columns = {"indicator": pd.array(list(indicators), dtype="str").take(which)}
    for name, values in zip(_KEYS, zip(*cells, strict=True), strict=True):
        columns[name] = pd.array(values, dtype="str").take(again)
    return pd.DataFrame(columns)


class Asked(Protocol):
    """What the grid reads of an indicator; `wijkkit.study.indicators.Indicator` has it."""

    @property
    def unit(self) -> Literal["percent", "score"]: ...

    @property
    def ages(self) -> tuple[int, int] | None: ...

    @property
    def waves(self) -> tuple[str, ...]: ...


def asked_rows(respondents: pd.DataFrame, indicator: Asked) -> NDArray[np.bool_]:
    """Return which respondents an indicator was asked: those of its waves and its ages.

    A respondent of unknown age may have been asked.
    """
    asked = np.ones(len(respondents), dtype=bool)
    if indicator.waves:
        asked &= respondents["wave"].isin(list(indicator.waves)).to_numpy()
    if indicator.ages is not None:
        age = respondents["age"].to_numpy(dtype=float, na_value=np.nan)
        first, end = indicator.ages
        asked &= np.isnan(age) | ((age >= first) & (age < end))
    return asked


def not_asked(
    divided: Sequence[Block], indicator: Asked, asked: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Return which combinations of wave and group were not asked, per grouping.

    Those of a wave without the question, and those of a group (an age group, say) of which
    nobody in the whole city was asked it. The cells of a group that was asked but where nobody
    answered are missing instead.
    """
    found = {}
    for block in divided:
        if block.area_level != "city":
            continue
        skipped = [bool(indicator.waves) and wave not in indicator.waves for wave in block.waves]
        inside = block.code >= 0
        there = np.bincount(block.code[inside], minlength=block.size)
        of_which = np.bincount(block.code[inside], asked[inside], minlength=block.size)
        never = (there > 0) & (of_which == 0)
        found[block.group_by] = never | np.repeat(skipped, len(block.groups))
    return found
