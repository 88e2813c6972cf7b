"""What a notebook sees of the released tables: one wijk, or the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wijkkit.released.store import Released, open_released
from wijkkit.showing import ShowsItself
from wijkkit.study import Study, open_study
from wijkkit.study.model import Neighbourhood


@dataclass(frozen=True, repr=False)
class CityView(ShowsItself):
    """A study and its released tables.

    Parameters
    ----------
    study : Study
    released : Released
    """

    study: Study
    released: Released

    @property
    def language(self) -> str:
        return self.study.language

    def table(self, name: str) -> pd.DataFrame:
        """Return a released table of the whole city."""
        return self.released.table(name)

    def __repr__(self) -> str:
        return f"<{self.study.settings.city.name}: released tables {', '.join(self.released)}>"

    def _facts(self) -> Mapping[str, object]:
        return {"city": self.study.settings.city.name, "released_tables": ", ".join(self.released)}


@dataclass(frozen=True, repr=False)
class WijkView(CityView):
    """One neighbourhood's view: the city's released tables, and which wijk this is.

    Parameters
    ----------
    study, released
        As of `CityView`.
    wijk : Neighbourhood
    """

    wijk: Neighbourhood

    @property
    def slug(self) -> str:
        return self.wijk.wijk

    @property
    def name(self) -> str:
        return self.wijk.name

    def own(self, name: str) -> pd.DataFrame:
        """Return the rows of a released table that are about this wijk.

        A table is about a wijk through its column `wijk`, or through `area` with
        `area_level` ``wijk``.
        """
        table = self.released.table(name, own=self.slug)
        if "wijk" in table:
            return table[table["wijk"] == self.slug].reset_index(drop=True)
        mine = table["area"] == self.slug
        if "area_level" in table:
            mine &= table["area_level"] == "wijk"
        return table[mine].reset_index(drop=True)

    def __repr__(self) -> str:
        return f"<{self.name} ({self.wijk.arm}) in {self.study.settings.city.name}>"

    def _facts(self) -> Mapping[str, object]:
        return {"wijk": self.name, "arm": self.wijk.arm, **super()._facts()}


def open_city(study: str | Study = "parameters") -> CityView:
    """Open the released tables of a study.

    Parameters
    ----------
    study : str or Study
        A study, or its folder.

    Returns
    -------
    CityView

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> view.study.settings.city.name
    'Lindestad'
    """
    study = study if isinstance(study, Study) else open_study(study)
    return CityView(study, open_released(study))


def open_wijk(study: str | Study = "parameters", wijk: str = "") -> WijkView:
    """Open the released tables of a study for one neighbourhood.

    Parameters
    ----------
    study : str or Study
        The study or its folder.
    wijk : str
        The neighbourhood's slug; the study's first neighbourhood where empty.

    Returns
    -------
    WijkView

    Raises
    ------
    ParameterError
        The study has no such wijk.

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> view
    <Ankerveld (programme) in Lindestad>
    """
    study = study if isinstance(study, Study) else open_study(study)
    return WijkView(
        study, open_released(study), study.neighbourhood(wijk or next(iter(study.neighbourhoods)))
    )
