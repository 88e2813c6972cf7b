"""The cells that changes, gaps and comparisons of one outcome are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.analysis.cells import counted, sample_of
from wijkkit.analysis.division import AND, AREA_COLUMNS, By, columns_of, grouped
from wijkkit.analysis.outcome import Outcome
from wijkkit.disclosure.sample import Sample
from wijkkit.errors import EstimationError
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.study import Study
from wijkkit.study.model import Grouping
from wijkkit.tables import ESTIMATE_COLUMNS

if TYPE_CHECKING:
    from wijkkit.analysis.people import People


@dataclass(frozen=True, slots=True)
class Cells:
    """Estimates of one outcome for every wave of some areas and groups.

    Parameters
    ----------
    grid : Estimates
        Of all area levels and of the grouping.
    level : str
        The area level that is asked for.
    group_by : str
        The grouping that is asked for; empty for everybody.
    columns : tuple of str
        The columns of `by`.
    chosen : str
        Who was chosen.
    sample : Sample
        The respondents, for the counts of cells.
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
        places = {column: "area" for column in AREA_COLUMNS if column in self.columns}
        made = {
            column: rows[places.get(column, "group")] for column in self.columns if column != "wave"
        }
        return self._as_chosen(rows.assign(**made))

    def _as_chosen(self, rows: pd.DataFrame) -> pd.DataFrame:
        if not self.chosen:
            return rows
        named = rows["group_by"].ne("")
        group = (rows["group"] + AND + "selected").where(named, "selected")
        group_by = (rows["group_by"] + AND + self.chosen).where(named, self.chosen)
        return rows.assign(group_by=group_by, group=group)

    def behind(self, wanted: pd.DataFrame) -> pd.DataFrame:
        """Return the cells with these keys; `wanted` has ``row`` and the key columns."""
        return counted(self._as_chosen(wanted), self.sample)


def cells_of(
    people: People,
    outcome: Outcome,
    by: By,
    between: Grouping | None = None,
) -> Cells:
    """Estimate the cells of one outcome.

    Parameters
    ----------
    by : str or list of str, optional
        Areas, and at most one other column.

    Raises
    ------
    EstimationError
        `by` divides in a way that these methods do not.
    """
    study, frame, chosen = people.study, people.frame, people.chosen
    columns = [column for column in columns_of(by, frame) if column != "wave"]
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
    if between is not None:
        division = {between.id: (between.column, tuple(group.id for group in between.groups))}
    else:
        division = dict(_division(study, frame, column) for column in others)
    waves = [wave.id for wave in study.waves if wave.id in set(frame["wave"])]
    areas = study.areas()[["wijk", "district", "arm"]]
    grid = estimate_grid(frame, {outcome.key: outcome}, waves, division, areas=areas)
    level = AREA_COLUMNS[places[0]] if places else "city"
    if not grid.table["area_level"].eq(level).any():
        raise EstimationError(
            "there are no areas of this kind",
            place="by",
            found=places[0],
            expected=", ".join(name for name, at in AREA_COLUMNS.items()
                               if grid.table["area_level"].eq(at).any()),
            remedy="Divide by another, or give the wijken an arm or a district.",
        )  # fmt: skip
    group_by, (column, _) = next(iter(division.items()), ("", ("", ())))
    named, group = grouped(study, frame, [column] if group_by else [], chosen)
    sample = sample_of(people, outcome, named, group)
    return Cells(outcome, grid, level, group_by, tuple(columns), chosen, sample)


def _division(
    study: Study, frame: pd.DataFrame, column: str
) -> tuple[str, tuple[str, tuple[str, ...]]]:
    for grouping in study.groupings:
        if grouping.column == column:
            return grouping.id, (column, tuple(group.id for group in grouping.groups))
    return column, (column, tuple(sorted(frame[column].dropna().unique(), key=str)))


def tidy_with(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return rows with the tidy columns first, `step` and the columns of `by` after them."""
    rows = rows.assign(step=float("nan")) if "step" not in rows else rows
    others = [name for name in ("se", "df", "against", "verdict") if name in rows]
    return rows[list(dict.fromkeys([*ESTIMATE_COLUMNS, *others, *columns]))]
