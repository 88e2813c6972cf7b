"""What the wijken of a city show together: the funnel and modelled estimates."""

from __future__ import annotations

import pandas as pd

from wijkkit.analysis.grid import Cells, cells_of, tidy_with
from wijkkit.analysis.outcome import outcome_of, require_percentage
from wijkkit.analysis.result import Result
from wijkkit.analysis.selection import last_wave
from wijkkit.estimates import estimate_funnel, estimate_small_areas
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

_LIMITS = ("target", "effective_n", "lower95", "upper95", "lower998", "upper998", "position")


def funnel(
    study: Study, frame: pd.DataFrame, chosen: str, outcome: str, overdispersion: bool
) -> Result:
    """Return the wijken around the city, see `People.funnel`; limits as further columns."""
    asked = outcome_of(study, frame, outcome)
    require_percentage(asked, "funnel")
    frame, notes = last_wave(study, frame, outcome)
    cells = cells_of(study, frame, chosen, asked, "wijk")
    limits = estimate_funnel(cells.grid, overdispersion=overdispersion)
    rows = cells.asked_for(cells.grid.table)
    rows = rows.merge(limits[["area", "wave", *_LIMITS]], on=["area", "wave"], how="left")
    return _result("funnel", study, chosen, cells, rows, notes, _LIMITS)


def small_areas(
    study: Study, frame: pd.DataFrame, chosen: str, outcome: str, figures: pd.DataFrame | None
) -> Result:
    """Return modelled estimates of every wijk, see `People.small_areas`."""
    asked = outcome_of(study, frame, outcome)
    frame, notes = last_wave(study, frame, outcome)
    cells = cells_of(study, frame, chosen, asked, "wijk")
    rows = cells.asked_for(estimate_small_areas(cells.grid, figures))
    return _result("small_areas", study, chosen, cells, rows, notes, ())


def _result(
    kind: str,
    study: Study,
    chosen: str,
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
    notes = {**notes, "among": chosen} if chosen else notes
    return Result(kind, cells.outcome.label, ("wijk",), frame, behind, study, notes)
