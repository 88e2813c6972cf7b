"""Area figures and borders as released tables: public data, joined to the study's areas."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from wijkkit.loaders import load_area_figures, load_borders
from wijkkit.loaders.areas import area_names
from wijkkit.loaders.borders import RD_NEW
from wijkkit.released import write_released
from wijkkit.study import Study

#: Borders are drawn at the size of a page; corners closer than this (m) make no difference there.
SIMPLIFIED = 15.0


def release_areas(study: Study) -> None:
    """Write the study's area figures and borders to its released tables.

    They are published by others and hold nothing of a respondent, so no control is needed.
    The table ``borders`` of a study without borders is empty.
    """
    write_released(study, "area_figures", load_area_figures(study))
    borders = [_borders(study, source.level) for source in study.settings.sources.borders]
    write_released(study, "borders", gpd.GeoDataFrame(pd.concat([_no_borders(), *borders])))


def _no_borders() -> gpd.GeoDataFrame:
    columns: dict[str, list[str]] = {"area": [], "area_level": [], "name": []}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=RD_NEW)).astype(
        dict.fromkeys(columns, "str")
    )


def _borders(study: Study, level: str) -> gpd.GeoDataFrame:
    borders = load_borders(study, level)
    borders = borders.assign(
        area=borders["code"].map(area_names(study, level)).fillna(""),
        area_level=level,
        geometry=borders.geometry.simplify(SIMPLIFIED),
    )
    return borders[["area", "area_level", "name", "geometry"]]
