"""Explore the sources, on purpose: numbers that disclosure control has not seen."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from wijkkit.errors import ParameterError, WijkkitError
from wijkkit.estimates import estimate_grid
from wijkkit.language import text
from wijkkit.pipeline.estimation import groupings
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.released import CityView
from wijkkit.released.store import Released
from wijkkit.show.theme import WORSE
from wijkkit.study import Study
from wijkkit.study.guard import require_desk


class Exact(Released):
    """Estimates that have not been released, in memory, read as released tables are."""

    __slots__ = ("_estimates",)

    def __init__(self, folder: Path, estimates: pd.DataFrame) -> None:
        super().__init__(folder)
        object.__setattr__(self, "_estimates", estimates)

    # Each is another: what was looked up in one is never found for another.
    __eq__, __hash__ = object.__eq__, object.__hash__

    def __iter__(self) -> Iterator[str]:
        return iter(("estimates",))

    def __contains__(self, name: object) -> bool:
        return name == "estimates"

    def table(self, name: str, own: str = "") -> pd.DataFrame:
        """Return the estimates; there is nothing else that has not been released."""
        self.version(name, own)
        return self._estimates.copy()

    def version(self, name: str, own: str = "") -> tuple[int, ...]:  # noqa: ARG002
        """Return the same for as long as there is this object; its estimates do not change."""
        if name not in self:
            raise ParameterError("the sources give estimates only", found=name)
        return ()


@dataclass(frozen=True, repr=False)
class SourceView(CityView):
    """A study and its estimates as the sources give them: not protected, not to be shared."""

    def __repr__(self) -> str:
        return f"<{self.study.settings.city.name}: unprotected estimates, not to be shared>"

    def _facts(self) -> Mapping[str, object]:
        return {"city": self.study.settings.city.name, "estimates": "unprotected, not to be shared"}


def open_sources(study: Study) -> SourceView:
    """Estimate every cell of a study from its sources, in memory only.

    Raises
    ------
    DisclosureError
        In a batch or on a page that is served.
    DataError, StudyError
        The sources cannot be read.
    """
    require_desk("the sources")
    waves = [wave.id for wave in study.waves]
    areas = study.areas()[["wijk", "district", "arm"]]
    grid = estimate_grid(
        load_respondents(study), study.indicators, waves, groupings(study), areas=areas
    )
    return SourceView(study, Exact(study.folder, grid.table))


def on_purpose(study: Study, make: Callable[[], widgets.Widget]) -> widgets.VBox:
    """Return a warning and a button; only when it is pressed, the panel that `make` gives.

    A notebook that is executed with nobody at the desk has nobody to press it, so that its
    outputs and its widget state hold no number of the sources.

    Parameters
    ----------
    study : Study
    make : callable
        Makes the panel on the sources.

    Raises
    ------
    DisclosureError
        In a batch or on a page that is served.
    """
    require_desk("the explorer on the sources")
    language = study.language
    warning = widgets.HTML(_warning(text("workbench.sources.warning", language)))
    button = widgets.Button(
        description=text("workbench.sources.open", language),
        layout=widgets.Layout(width="auto"),
    )
    panel = widgets.VBox([warning, button])

    def pressed(_button: widgets.Button) -> None:
        try:
            panel.children = [warning, make()]
        except WijkkitError as error:
            warning.value = _warning(str(error))

    button.on_click(pressed)
    return panel


def _warning(words: str) -> str:
    look = f"border: 3px solid {WORSE}; padding: 0.5em 1em; font-weight: bold"
    return f'<p role="alert" style="{look}">{html.escape(words)}</p>'
