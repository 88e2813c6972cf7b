"""Changes, gaps, comparisons and the slope index, with the cells that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkkit.analysis.division import By
from wijkkit.analysis.grid import Cells, cells_of, tidy_with
from wijkkit.analysis.outcome import outcome_of
from wijkkit.analysis.result import Result
from wijkkit.analysis.selection import last_wave
from wijkkit.errors import EstimationError
from wijkkit.estimates import compare as compare_areas
from wijkkit.estimates import estimate_change, estimate_gap, estimate_slope
from wijkkit.study import Study
from wijkkit.study.model import Grouping
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.analysis.people import People

#: Between two waves, or two groups, in a key.
TO = "-"


def change(people: People, outcome: str, by: By, measure: str) -> Result:
    """Return the change from the first wave to each later one, see `People.change`."""
    study, frame = people.study, people.frame
    asked = outcome_of(study, frame, outcome)
    cells = cells_of(people, asked, by)
    rows = cells.asked_for(estimate_change(cells.grid))
    unit = "score" if asked.unit == "score" else measure
    rows = rows[rows["unit"].eq(unit)].reset_index(drop=True)
    if rows.empty:
        raise EstimationError(
            "there is no change to estimate",
            place=outcome,
            found=f"{frame['wave'].nunique()} wave, measure '{measure}'",
            expected="two waves; points, ratio or odds_ratio of a percentage, points of a score",
        )
    wanted = _spread(rows, "wave", study)
    return _result("change", people, cells, rows, wanted, {"measure": measure})


def gap(people: People, outcome: str, between: str, by: By) -> Result:
    """Return the gap between the ends of a grouping, see `People.gap`."""
    study, frame = people.study, people.frame
    asked, grouping = outcome_of(study, frame, outcome), grouping_called(study, between)
    cells = cells_of(people, asked, by, grouping)
    division = {grouping.id: (grouping.column, tuple(group.id for group in grouping.groups))}
    waves = list(cells.grid.table["wave"].unique())
    areas = study.areas()[["wijk", "district", "arm"]]
    rows = cells.asked_for(estimate_gap(frame, {outcome: asked}, waves, division, areas=areas))
    ends = f"{grouping.groups[0].id}{TO}{grouping.groups[-1].id}"
    by_group = pd.DataFrame({"group": ends, "end": [grouping.groups[at].id for at in (0, -1)]})
    wanted = _spread(rows, "wave", study).merge(by_group, on="group")
    wanted = wanted.drop(columns="group").rename(columns={"end": "group"})
    return _result("gap", people, cells, rows, wanted, {"between": grouping.id})


def compare(people: People, outcome: str, by: str) -> Result:
    """Compare each area with the city, see `People.compare`."""
    people, notes = last_wave(people, outcome)
    study, frame = people.study, people.frame
    asked = outcome_of(study, frame, outcome)
    cells = cells_of(people, asked, by)
    waves = list(cells.grid.table["wave"].unique())
    areas = study.areas()[["wijk", "district", "arm"]]
    known = study.indicators.get(outcome)
    directed: Any = known if known is not None else _Directed(asked)
    found = compare_areas(frame, {outcome: directed}, waves, areas=areas)
    found = found.rename(columns={"difference": "value"}).assign(group_by="", group=EVERYBODY)
    rows = cells.asked_for(found)
    own = cells.asked_for(cells.grid.table)[["area", "wave", "n", "status"]]
    rows = rows.merge(own, on=["area", "wave"]).assign(method="t", source="survey")
    wanted = rows[list(ESTIMATE_KEYS)].assign(row=range(len(rows)))
    city = wanted.assign(area="city", area_level="city")
    return _result("compare", people, cells, rows, pd.concat([wanted, city]), notes)


class _Directed:
    """A column of a researcher, of which more is taken as better: a verdict needs a direction."""

    direction = "higher"

    def __init__(self, asked: Any) -> None:
        self.unit, self.ages, self.waves = asked.unit, asked.ages, asked.waves


def slope_index(people: People, outcome: str, between: str, by: By) -> Result:
    """Return the slope index of inequality per area, see `People.slope_index`."""
    people, notes = last_wave(people, outcome)
    study, frame = people.study, people.frame
    asked, grouping = outcome_of(study, frame, outcome), grouping_called(study, between)
    cells = cells_of(people, asked, by, grouping)
    names = tuple(group.id for group in grouping.groups)
    waves = list(cells.grid.table["wave"].unique())
    areas = study.areas()[["wijk", "district", "arm"]]
    division = {grouping.id: (grouping.column, names)}
    rows = estimate_slope(frame, {outcome: asked}, waves, division, areas=areas)
    if rows.empty:
        raise EstimationError(
            "no slope of fewer than three groups",
            place="between",
            found=grouping.id,
            expected="an ordered grouping of at least three groups",
            remedy="Compare two groups by their gap.",
        )
    rows = cells.asked_for(rows[rows["method"].eq("slope_index")])
    by_group = pd.DataFrame({"group": TO.join(names), "end": names})
    wanted = _spread(rows, "wave", study).merge(by_group, on="group")
    wanted = wanted.drop(columns="group").rename(columns={"end": "group"})
    notes = {**notes, "between": grouping.id}
    return _result("slope_index", people, cells, rows, wanted, notes)


def grouping_called(study: Study, name: str) -> Grouping:
    """Return the grouping with this id or column; the first ordered one where `name` is empty."""
    ordered = [grouping for grouping in study.groupings if grouping.ordered]
    known = study.groupings if name else ordered
    for grouping in known:
        if name in ("", grouping.id, grouping.column):
            return grouping
    raise EstimationError(
        "no such grouping",
        place="between",
        found=name or "none",
        expected=", ".join(grouping.id for grouping in study.groupings) or "a grouping",
        remedy="Name a grouping of study.yml.",
    )


def _spread(rows: pd.DataFrame, column: str, study: Study) -> pd.DataFrame:
    """Return the keys of both waves of each row whose `column` holds two of them."""
    waves = [wave.id for wave in study.waves]
    parts = {
        f"{first}{TO}{later}": (first, later)
        for at, first in enumerate(waves)
        for later in waves[at + 1 :]
    } | {wave: (wave,) for wave in waves}
    wanted = rows[list(ESTIMATE_KEYS)].assign(row=range(len(rows)))
    wanted[column] = wanted[column].map(parts)
    return wanted.explode(column)


def _result(
    kind: str,
    people: People,
    cells: Cells,
    rows: pd.DataFrame,
    wanted: pd.DataFrame,
    notes: dict[str, Any],
) -> Result:
    notes = {**notes, "among": people.chosen} if people.chosen else notes
    frame = tidy_with(cells.labelled(rows), cells.columns)
    return Result(
        kind, cells.outcome.label, cells.columns, frame, cells.behind(wanted), people.study, notes
    )
