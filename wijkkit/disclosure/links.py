"""Which cells add up to which: wijken to a gebied, an arm and the city, groups to everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wijkkit.disclosure.composition import Composition
from wijkkit.tables import EVERYBODY

#: A total and its parts, as positions of cells.
Sum = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Links:
    """How the m cells of one system hang together.

    Parameters
    ----------
    sums : list of Sum
        Sums that hold for both n and x.
    part_sums : list of Sum
        Sums of indicator parts, which hold for x.
    wijk : ndarray of int, shape (m,)
        The number of each cell's wijk; -1 for cells of larger areas.
    spare : ndarray of bool, shape (m,)
        Cells of larger areas, and of one wijk in each of them.
    """

    sums: list[Sum]
    part_sums: list[Sum]
    wijk: np.ndarray
    spare: np.ndarray


def links_of(cells: pd.DataFrame, areas: pd.DataFrame, composition: Composition) -> Links:
    """Return how cells hang together.

    Parameters
    ----------
    cells : DataFrame
        Key columns of one wave, of one indicator or of indicators that are parts of another.
    areas : DataFrame
        Columns `wijk`, `district`, `arm`: one row per wijk.
    composition : Composition
        Indicators and groups that are made of others.
    """
    columns = ["indicator", "area_level", "area", "group_by", "group"]
    keys = list(cells[columns].itertuples(index=False, name=None))
    position = {key: at for at, key in enumerate(keys)}
    is_wijk = (cells["area_level"] == "wijk").to_numpy()
    one_each = [*areas.groupby("district")["wijk"].first(), *areas.groupby("arm")["wijk"].first()]
    return Links(
        sums=_area_sums(position, areas)
        + _group_sums(keys, position)
        + _crossed_sums(position, composition),
        part_sums=_part_sums(position, composition),
        wijk=np.where(is_wijk, pd.factorize(cells["area"])[0], -1),
        spare=~is_wijk | cells["area"].isin(one_each).to_numpy(),
    )


def _area_sums(position: Mapping[tuple, int], areas: pd.DataFrame) -> list[Sum]:
    nested = [("city", "city", "wijk", areas["wijk"])]
    districts = areas["district"].loc[areas["district"] != ""]
    nested.append(("city", "city", "gebied", districts.drop_duplicates()))
    for level, column in (("gebied", "district"), ("arm", "arm")):
        for name, members in areas.groupby(column)["wijk"]:
            nested.append((level, name, "wijk", members))
    slices = {(key[0], key[3], key[4]) for key in position}
    found = []
    for level, name, part_level, members in nested:
        for indicator, group_by, group in slices:
            total = position.get((indicator, level, name, group_by, group))
            at = [
                position[key]
                for member in members
                if (key := (indicator, part_level, member, group_by, group)) in position
            ]
            if total is not None and at:
                found.append((total, tuple(at)))
    return found


def _group_sums(keys: list[tuple], position: Mapping[tuple, int]) -> list[Sum]:
    groups = defaultdict(list)
    for at, (indicator, level, area, group_by, _) in enumerate(keys):
        if group_by:
            groups[indicator, level, area, group_by].append(at)
    return [
        (total, tuple(at))
        for (indicator, level, area, _), at in groups.items()
        if (total := position.get((indicator, level, area, "", EVERYBODY))) is not None
    ]


def _crossed_sums(position: Mapping[tuple, int], composition: Composition) -> list[Sum]:
    found = []
    for (*place, group_by, group), total in position.items():
        finer = composition.groups.get((group_by, group), ())
        at = [position[key] for part in finer if (key := (*place, *part)) in position]
        if at:
            found.append((total, tuple(at)))
    return found


def _part_sums(position: Mapping[tuple, int], composition: Composition) -> list[Sum]:
    found = []
    for (indicator, *rest), total in position.items():
        at = [position.get((part, *rest)) for part in composition.indicators.get(indicator, ())]
        if at and None not in at:
            found.append((total, tuple(at)))
    return found


def incidence(sums: list[Sum], size: int) -> sparse.csr_array:
    """Return the matrix of shape (sums, size): 1 for a total, -1 for its parts."""
    rows, columns, values = [], [], []
    for row, (total, parts) in enumerate(sums):
        rows += [row] * (1 + len(parts))
        columns += [total, *parts]
        values += [1.0] + [-1.0] * len(parts)
    return sparse.csr_array(
        (np.array(values), (np.array(rows, int), np.array(columns, int))),
        shape=(len(sums), size),
    )
