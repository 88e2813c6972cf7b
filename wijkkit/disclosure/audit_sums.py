"""Which sums an attacker may use: every area is a set of wijken, every grouping a partition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wijkkit.disclosure.composition import Composition


@dataclass(frozen=True, slots=True)
class Sums:
    """Matrices of sums among m cells: `both` holds for x and n, `counts` for x alone."""

    both: sparse.csr_array
    counts: sparse.csr_array

    def among(self, cells: np.ndarray) -> Sums:
        """Return the sums among the cells at these positions."""
        parts = (matrix[:, cells] for matrix in (self.both, self.counts))
        return Sums(*(part[np.diff(part.indptr) > 0] for part in parts))


def sums(table: pd.DataFrame, areas: pd.DataFrame, composition: Composition) -> Sums:
    """Return the sums among all released cells (rows of `table`, in order)."""
    cells = table.assign(cell=np.arange(len(table)))
    found = [_areas(cells, areas), _groups(cells), _crossed(cells, composition)]
    both = pd.concat(found, ignore_index=True)
    return Sums(
        _matrix(both, len(cells)), _matrix(_indicator_parts(cells, composition), len(cells))
    )


def _areas(cells: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    members = pd.concat(
        [
            pd.DataFrame(
                {"area_level": "gebied", "area": areas["district"], "part": areas["wijk"]}
            ),
            pd.DataFrame({"area_level": "arm", "area": areas["arm"], "part": areas["wijk"]}),
            pd.DataFrame({"area_level": "city", "area": "city", "part": areas["wijk"]}),
        ]
    ).assign(part_level="wijk")
    whole = areas.loc[areas["district"] != "", "district"].drop_duplicates()
    of_city = pd.DataFrame(
        {"area_level": "city", "area": "city", "part": whole, "part_level": "gebied"}
    )
    members = pd.concat([members, of_city])
    slices = ["indicator", "wave", "group_by", "group"]
    wholes = cells[[*slices, "area_level", "area", "cell"]].merge(
        members, on=["area_level", "area"]
    )
    pieces = cells[[*slices, "area_level", "area", "cell"]].rename(
        columns={"area_level": "part_level", "area": "part", "cell": "piece"}
    )
    found = wholes.merge(pieces, on=[*slices, "part_level", "part"])
    return found.assign(sum=found["cell"].astype(str) + found["part_level"])[
        ["sum", "cell", "piece"]
    ]


def _groups(cells: pd.DataFrame) -> pd.DataFrame:
    place = ["indicator", "wave", "area_level", "area"]
    everybody = cells.loc[cells["group_by"] == "", [*place, "cell"]]
    grouped = cells.loc[cells["group_by"] != "", [*place, "group_by", "cell"]]
    found = grouped.rename(columns={"cell": "piece"}).merge(everybody, on=place)
    return found.assign(sum=found["cell"].astype(str) + "by " + found["group_by"])[
        ["sum", "cell", "piece"]
    ]


def _crossed(cells: pd.DataFrame, composition: Composition) -> pd.DataFrame:
    place, group = ["indicator", "wave", "area_level", "area"], ["group_by", "group"]
    pairs = pd.DataFrame(
        [(*whole, *part) for whole, of in composition.groups.items() for part in of],
        columns=[*group, "part_by", "part"],
        dtype=str,
    )
    wholes = cells[[*place, *group, "cell"]].merge(pairs, on=group)
    pieces = cells[[*place, *group, "cell"]].set_axis([*place, "part_by", "part", "piece"], axis=1)
    found = wholes.merge(pieces, on=[*place, "part_by", "part"])
    return found.assign(sum=found["cell"].astype(str) + "crossed")[["sum", "cell", "piece"]]


def _indicator_parts(cells: pd.DataFrame, composition: Composition) -> pd.DataFrame:
    place = ["wave", "area_level", "area", "group_by", "group"]
    frames = [pd.DataFrame({"sum": [], "cell": [], "piece": []})]
    for whole, of in composition.indicators.items():
        total = cells.loc[cells["indicator"] == whole, [*place, "cell"]]
        piece = cells.loc[cells["indicator"].isin(of), [*place, "cell"]]
        found = piece.rename(columns={"cell": "piece"}).merge(total, on=place)
        complete = found.groupby("cell")["piece"].transform("size") == len(set(of))
        frames.append(
            found[complete].assign(sum=found["cell"].astype(str) + whole)[["sum", "cell", "piece"]]
        )
    return pd.concat(frames, ignore_index=True)


def _matrix(found: pd.DataFrame, size: int) -> sparse.csr_array:
    row, names = pd.factorize(found["sum"])
    first = ~found["sum"].duplicated().to_numpy()
    cells = found["cell"].to_numpy(int)
    pieces = found["piece"].to_numpy(int)
    return sparse.csr_array(
        (
            np.concatenate([np.ones(first.sum()), -np.ones(len(pieces))]),
            (np.concatenate([row[first], row]), np.concatenate([cells[first], pieces])),
        ),
        shape=(len(names), size),
    )
