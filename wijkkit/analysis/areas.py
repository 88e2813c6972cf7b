"""What the wijken of a city show together: the funnel and modelled estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.analysis.grid import Cells, cells_of, tidy_with
from wijkkit.analysis.outcome import outcome_of, require_percentage
from wijkkit.analysis.result import Result
from wijkkit.analysis.selection import last_wave
from wijkkit.estimates import estimate_funnel, estimate_small_areas
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.analysis.people import People

_LIMITS = ("target", "effective_n", "lower95", "upper95", "lower998", "upper998", "position")


def funnel(people: People, outcome: str, overdispersion: bool) -> Result:
    """Return the wijken around the city, see `People.funnel`; limits as further columns."""
    people, notes = last_wave(people, outcome)
    asked = outcome_of(people.study, people.frame, outcome)
    require_percentage(asked, "funnel")
    cells = cells_of(people, asked, "wijk")
    limits = estimate_funnel(cells.grid, overdispersion=overdispersion)
    rows = cells.asked_for(cells.grid.table)
    rows = rows.merge(limits[["area", "wave", *_LIMITS]], on=["area", "wave"], how="left")
    return _result("funnel", people, cells, rows, notes, _LIMITS)


def small_areas(people: People, outcome: str, figures: pd.DataFrame | None) -> Result:
    """Return modelled estimates of every wijk, see `People.small_areas`."""
    people, notes = last_wave(people, outcome)
    asked = outcome_of(people.study, people.frame, outcome)
    cells = cells_of(people, asked, "wijk")
    rows = cells.asked_for(estimate_small_areas(cells.grid, figures))
    return _result("small_areas", people, cells, rows, notes, ())


def _result(
    kind: str,
    people: People,
    cells: Cells,
    rows: pd.DataFrame,
    notes: dict[str, str],
    more: tuple[str, ...],
) -> Result:
    """A row rests on its wijk and on the city, which all wijken are held against."""
    wanted = rows[list(ESTIMATE_KEYS)].assign(row=range(len(rows)))
    city = wanted.assign(area="city", area_level="city", group_by="", group=EVERYBODY)
    frame = tidy_with(cells.labelled(rows), ("wijk", *more))
    behind = cells.behind(pd.concat([wanted, city]))
    notes = {**notes, "among": people.chosen} if people.chosen else notes
    return Result(kind, cells.outcome.label, ("wijk",), frame, behind, people.study, notes)
