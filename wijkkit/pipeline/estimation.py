"""Every number of the study, estimated at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from wijkkit.estimates.change import estimate_change
from wijkkit.estimates.compare import compare
from wijkkit.estimates.gap import estimate_gap
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.study import Study

Groupings = dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class StudyEstimates:
    """All estimates of a study, before disclosure control.

    Parameters
    ----------
    estimates : Estimates
        Value, interval and counts per indicator, area, wave and group.
    changes : DataFrame
        Tidy: the change from the first wave to each later one.
    gaps : DataFrame
        Tidy: the gap between the ends of each ordered grouping, and its change.
    comparisons : DataFrame
        Each area against the city: a verdict per indicator and wave.
    """

    estimates: Estimates = field(repr=False)
    changes: pd.DataFrame = field(repr=False)
    gaps: pd.DataFrame = field(repr=False)
    comparisons: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        table = self.estimates.table
        return (
            f"<{len(table):,} estimates of {table['indicator'].nunique()} indicators; "
            f"{len(self.changes):,} changes, {len(self.gaps):,} gaps>"
        )


def estimate(study: Study, respondents: pd.DataFrame) -> StudyEstimates:
    """Estimate every indicator for every area, wave and group of a study.

    Parameters
    ----------
    study : Study
    respondents : DataFrame
        As `load_respondents` gives them.

    Returns
    -------
    StudyEstimates
        Not for readers yet: `release` comes between.
    """
    waves = [wave.id for wave in study.waves]
    areas = study.areas()[["wijk", "district", "arm"]]
    grid = estimate_grid(respondents, study.indicators, waves, groupings(study), areas=areas)
    ordered = groupings(study, ordered=True)
    return StudyEstimates(
        grid,
        estimate_change(grid),
        estimate_gap(respondents, study.indicators, waves, ordered, areas=areas),
        compare(respondents, study.indicators, waves, areas=areas),
    )


def groupings(study: Study, ordered: bool = False) -> Groupings:
    """Return the study's groupings as the estimates take them: id -> column and group ids."""
    return {
        grouping.id: (grouping.column, tuple(group.id for group in grouping.groups))
        for grouping in study.groupings
        if grouping.ordered or not ordered
    }
