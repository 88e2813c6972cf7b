"""What the cells of a result count: what disclosure control judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.analysis.outcome import Outcome
from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.tables import ESTIMATE_KEYS, REST

if TYPE_CHECKING:
    from wijkkit.analysis.people import People

#: Columns of the cells: the row of the result that rests on it, its keys, its counts.
CELL_COLUMNS = (
    "row",
    *ESTIMATE_KEYS,
    "unit",
    "n",
    "x",
    "above_least",
    "below_most",
    "dominance",
    "move",
)


def sample_of(people: People, outcome: Outcome, group_by: str, group: pd.Series | None) -> Sample:
    """Return respondents as disclosure control reads them.

    Parameters
    ----------
    group_by : str
        The division; empty for everybody.
    group : Series, optional
        The group of each of these people, missing for none.
    """
    frame = people.everyone if group_by else people.frame
    counts = frame[["wave", "wijk", "district", "arm", "weight", outcome.key]]
    divisions = {}
    if group_by and group is not None:
        groups = group.reindex(frame.index).astype("str").fillna(REST)
        counts = counts.assign(_group=groups)
        divisions = {group_by: ("_group", tuple(sorted({*groups, REST})))}
    waves = tuple(wave.id for wave in people.study.waves if wave.id in set(frame["wave"]))
    areas = people.study.areas()[["wijk", "district", "arm"]]
    return Sample(counts, {outcome.key: outcome.unit}, waves, divisions, areas)


def counted(wanted: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """Return the cells with these keys and what they count; `wanted` has ``row`` and the keys.

    A row of a group rests on the others of its area as well: everybody less the groups is them.
    """
    wanted = wanted[["row", *ESTIMATE_KEYS]]
    grouped = wanted[wanted["group_by"].ne("")]
    others = grouped.assign(group=REST).drop_duplicates()
    found = pd.concat([wanted, others]).merge(cells_of(sample), on=list(ESTIMATE_KEYS), how="left")
    return found.reindex(columns=list(CELL_COLUMNS))
