"""Changes, gaps, comparisons and the slope index, with the cells that they rest on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkkit.analysis.domains import (
    AND,
    AREA_COLUMNS,
    By,
    Outcome,
    columns_of,
    counted,
    grouped,
    last_wave,
    outcome_of,
    require_percentage,
    sample_of,
)
from wijkkit.analysis.result import Result
from wijkkit.disclosure.sample import Sample
from wijkkit.errors import EstimationError
from wijkkit.estimates import compare as compare_areas
from wijkkit.estimates import estimate_change, estimate_gap, estimate_slope
from wijkkit.estimates.comparable import estimate_funnel, estimate_small_areas
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.study import Study
from wijkkit.study.model import Grouping
from wijkkit.tables import ESTIMATE_COLUMNS, ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.analysis.people import People
    from wijkkit.estimates.change import Measure


# The cells that changes, gaps and comparisons of one outcome are made of.


@dataclass(frozen=True, slots=True)
class Cells:
    """Estimates of one outcome for every wave of some areas and groups.

    `grid`: Of all area levels and of the grouping. `level`: The area level that is asked for.
    `group_by`: The grouping that is asked for; empty for everybody. `columns`: The columns of `by`.
    `sample`: The respondents, for the counts of cells.
    """

    outcome: Outcome
    grid: Estimates
    level: str
    group_by: str
    columns: tuple[str, ...]
    chosen: str
    sample: Sample

    def asked_for(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of `table` at the level and of the grouping that are asked for."""
        rows = table[table["area_level"].eq(self.level) & table["group_by"].eq(self.group_by)]
        return rows.reset_index(drop=True)

    def labelled(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows with the columns of `by`, their keys those of who was chosen."""
        made = {name: rows["area" if name in AREA_COLUMNS else "group"] for name in self.columns}
        return self._as_chosen(rows.assign(**made))

    def _as_chosen(self, rows: pd.DataFrame) -> pd.DataFrame:
        if not self.chosen:
            return rows
        named = rows["group_by"].ne("")
        group = (rows["group"] + AND + "selected").where(named, "selected")
        group_by = (rows["group_by"] + AND + self.chosen).where(named, self.chosen)
        return rows.assign(group_by=group_by, group=group)

    def estimated(self, people: People, estimator: Any, *by: Any, of: Any = None) -> pd.DataFrame:
        """Return what a method of `wijkkit.estimates` makes of the outcome, for what is asked."""
        waves = list(self.grid.table["wave"].unique())
        outcome = {self.outcome.key: self.outcome if of is None else of}
        return estimator(people.frame, outcome, waves, *by, areas=_areas(people.study))

    def behind(self, wanted: pd.DataFrame) -> pd.DataFrame:
        """Return the cells with these keys; `wanted` has ``row`` and the key columns."""
        return counted(self._as_chosen(wanted), self.sample)


def cells_of(people: People, outcome: str, by: By, between: Grouping | None = None) -> Cells:
    """Estimate the cells of one outcome.

    `by`: Areas, and at most one other column. Raises EstimationError: `by` divides in a way that
    these methods do not.
    """
    study, frame, chosen = people.study, people.frame, people.chosen
    asked = outcome_of(study, frame, outcome)
    columns = [column for column in columns_of(by, frame, study) if column != "wave"]
    places = [column for column in columns if column in AREA_COLUMNS]
    others = [column for column in columns if column not in places]
    if len(places) > 1 or len(others) > (0 if between else 1):
        raise EstimationError(
            "divided by too many columns",
            place="by",
            found=", ".join(columns),
            expected="one of wijk, district, arm" + ("" if between else " and one other column"),
            remedy="Choose some people first: people[people.sex == 'girl'].",
        )
    division = _groups_of(between) if between else {}
    for column in others:
        known = next((_groups_of(one) for one in study.groupings if one.column == column), None)
        values = tuple(sorted(frame[column].dropna().unique(), key=str))
        division = known or {column: (column, values)}
    waves = [wave.id for wave in study.waves if wave.id in frame["wave"].unique()]
    grid = estimate_grid(frame, {outcome: asked}, waves, division, areas=_areas(study))
    level, there = AREA_COLUMNS[places[0]] if places else "city", set(grid.table["area_level"])
    if level not in there:
        raise EstimationError(
            "there are no areas of this kind",
            place="by",
            found=places[0],
            expected=", ".join(name for name, at in AREA_COLUMNS.items() if at in there),
            remedy="Divide by another, or give the wijken an arm or a district.",
        )
    group_by, (column, _) = next(iter(division.items()), ("", ("", ())))
    named, group = grouped(study, frame, [column] if group_by else [], chosen)
    sample = sample_of(people, asked, named, group)
    return Cells(asked, grid, level, group_by, tuple(columns), chosen, sample)


def _areas(study: Study) -> pd.DataFrame:
    return study.areas()[["wijk", "district", "arm"]]


def _groups_of(grouping: Grouping) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {grouping.id: (grouping.column, tuple(group.id for group in grouping.groups))}


#: Between two waves, or two groups, in a key.
TO = "-"


def change(people: People, outcome: str, by: By = None, *, measure: Measure = "points") -> Result:
    """Return the change from the first wave to each later one, per group of `by`.

    Parameters
    ----------
    outcome : str
    by : str or list of str, optional
        Areas (``wijk``, ``district``, ``arm``) and at most one other column.
    measure : {"points", "ratio", "odds_ratio"}
    """
    cells = cells_of(people, outcome, by)
    rows = cells.asked_for(estimate_change(cells.grid))
    unit = "score" if cells.outcome.unit == "score" else measure
    rows = rows[rows["unit"].eq(unit)].reset_index(drop=True)
    if rows.empty:
        raise EstimationError(
            "there is no change to estimate",
            place=outcome,
            found=f"{people.frame['wave'].nunique()} wave, measure '{measure}'",
            expected="two waves; points, ratio or odds_ratio of a percentage, points of a score",
        )
    wanted = _of_waves(rows, people.study)
    return _result("change", people, cells, rows, wanted, {"measure": measure})


def gap(people: People, outcome: str, between: str = "", by: By = None) -> Result:
    """Return the gap between the first and the last group of a grouping, and its change.

    Parameters
    ----------
    outcome : str
    between : str
        A grouping of the study or its column; the first ordered one where empty.
    by : str or list of str, optional
        Areas.
    """
    grouping = grouping_called(people.study, between)
    cells = cells_of(people, outcome, by, grouping)
    rows = cells.asked_for(cells.estimated(people, estimate_gap, _groups_of(grouping)))
    wanted = _of_groups(rows, people.study, grouping.groups[0].id, grouping.groups[-1].id)
    return _result("gap", people, cells, rows, wanted, {"between": grouping.id})


def compare(people: People, outcome: str, by: str = "wijk") -> Result:
    """Compare each area with the city it is part of; the covariance of the two counts."""
    people, notes = last_wave(people, outcome)
    cells = cells_of(people, outcome, by)
    # A verdict needs a direction: more of a column of a researcher's own is taken as better.
    directed = replace(cells.outcome, direction=cells.outcome.direction or "higher")
    found = cells.estimated(people, compare_areas, of=directed)
    found = found.rename(columns={"difference": "value"}).assign(group_by="", group=EVERYBODY)
    rows = cells.asked_for(found)
    own = cells.asked_for(cells.grid.table)[["area", "wave", "n", "status"]]
    rows = rows.merge(own, on=["area", "wave"]).assign(method="t", source="survey")
    return _result("compare", people, cells, rows, _beside_city(rows), notes)


def slope_index(people: People, outcome: str, between: str = "", by: By = None) -> Result:
    """Return the slope index of inequality over the groups of an ordered grouping."""
    people, notes = last_wave(people, outcome)
    grouping = grouping_called(people.study, between)
    cells = cells_of(people, outcome, by, grouping)
    rows = cells.estimated(people, estimate_slope, _groups_of(grouping))
    if rows.empty:
        raise EstimationError(
            "no slope of fewer than three groups",
            place="between",
            found=grouping.id,
            expected="an ordered grouping of at least three groups",
            remedy="Compare two groups by their gap.",
        )
    rows = cells.asked_for(rows[rows["method"].eq("slope_index")])
    wanted = _of_groups(rows, people.study, *(group.id for group in grouping.groups))
    return _result("slope_index", people, cells, rows, wanted, notes | {"between": grouping.id})


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


def _of_groups(rows: pd.DataFrame, study: Study, *groups: str) -> pd.DataFrame:
    """Return the keys of each of these groups, in both waves of each row that is made of them."""
    ends = pd.DataFrame({"group": TO.join(groups), "end": groups})
    wanted = _of_waves(rows, study).merge(ends, on="group")
    return wanted.drop(columns="group").rename(columns={"end": "group"})


def _of_waves(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the keys of both waves of each row that is made of two of them."""
    waves = [wave.id for wave in study.waves]
    parts = {
        f"{first}{TO}{later}": (first, later)
        for at, first in enumerate(waves)
        for later in waves[at + 1 :]
    } | {wave: (wave,) for wave in waves}
    wanted = rows[list(ESTIMATE_KEYS)].assign(row=range(len(rows)))
    return wanted.assign(wave=wanted["wave"].map(parts)).explode("wave")


def _result(
    kind: str,
    people: People,
    cells: Cells,
    rows: pd.DataFrame,
    wanted: pd.DataFrame,
    notes: dict[str, Any],
    more: tuple[str, ...] = (),
) -> Result:
    """Return a result; `more`: Further columns of its rows."""
    notes = {**notes, "among": people.chosen} if people.chosen else notes
    frame = cells.labelled(rows if "step" in rows else rows.assign(step=float("nan")))
    others = [name for name in ("se", "df", "against", "verdict") if name in frame]
    frame = frame[list(dict.fromkeys([*ESTIMATE_COLUMNS, *others, *cells.columns, *more]))]
    about = cells.outcome.label, cells.columns
    return Result(kind, *about, frame, cells.behind(wanted), people.study, notes)


# What the wijken of a city show together: the funnel and modelled estimates.

_LIMITS = ("target", "effective_n", "lower95", "upper95", "lower998", "upper998", "position")


def funnel(people: People, outcome: str, *, overdispersion: bool = False) -> Result:
    """Return the wijken around the city in the last wave; the limits of chance are columns."""
    people, notes = last_wave(people, outcome)
    require_percentage(outcome_of(people.study, people.frame, outcome), "funnel")
    cells = cells_of(people, outcome, "wijk")
    limits = estimate_funnel(cells.grid, overdispersion=overdispersion)
    rows = cells.asked_for(cells.grid.table)
    rows = rows.merge(limits[["area", "wave", *_LIMITS]], on=["area", "wave"], how="left")
    return _result("funnel", people, cells, rows, _beside_city(rows), notes, _LIMITS)


def small_areas(people: People, outcome: str, figures: pd.DataFrame | None = None) -> Result:
    """Return modelled estimates of every wijk (Fay-Herriot), in the last wave."""
    people, notes = last_wave(people, outcome)
    cells = cells_of(people, outcome, "wijk")
    rows = cells.asked_for(estimate_small_areas(cells.grid, figures))
    return _result("small_areas", people, cells, rows, _beside_city(rows), notes)


def _beside_city(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of each row and of the city, which all wijken are held against."""
    wanted = rows[list(ESTIMATE_KEYS)].assign(row=range(len(rows)))
    city = wanted.assign(area="city", area_level="city", group_by="", group=EVERYBODY)
    return pd.concat([wanted, city])
