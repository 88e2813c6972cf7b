"""What the cells of a result count: what disclosure control judges."""

from __future__ import annotations

import pandas as pd

from wijkkit.analysis.outcome import Outcome
from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS

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


def sample_of(
    study: Study, frame: pd.DataFrame, outcome: Outcome, group_by: str, group: pd.Series | None
) -> Sample:
    """Return respondents as disclosure control reads them.

    Parameters
    ----------
    study : Study
    frame : DataFrame
    outcome : Outcome
    group_by : str
        The division; empty for everybody.
    group : Series, optional
        The group of each respondent, missing for none.
    """
    people = frame[["wave", "wijk", "district", "arm", "weight", outcome.key]]
    divisions = {}
    if group_by and group is not None:
        people = people.assign(_group=group)
        divisions = {group_by: ("_group", tuple(sorted(group.dropna().unique())))}
    waves = tuple(wave.id for wave in study.waves if wave.id in set(frame["wave"]))
    areas = study.areas()[["wijk", "district", "arm"]]
    return Sample(people, {outcome.key: outcome.unit}, waves, divisions, areas)


def counted(wanted: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """Return the cells with these keys and what they count; `wanted` has ``row`` and the keys."""
    cells = cells_of(sample)
    found = wanted[["row", *ESTIMATE_KEYS]].merge(cells, on=list(ESTIMATE_KEYS), how="left")
    return found.reindex(columns=list(CELL_COLUMNS))
