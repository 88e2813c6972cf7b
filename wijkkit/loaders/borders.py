"""Borders of areas, from files and services, checked and in RD New."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pandera.pandas as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import GEOSException

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.areas import check_areas
from wijkkit.loaders.cbs_values import find_column
from wijkkit.loaders.cells import written
from wijkkit.loaders.coordinates import RD_NEW, to_rd_new
from wijkkit.loaders.pdok import download_features
from wijkkit.loaders.shapes import check_shapes
from wijkkit.study import Study
from wijkkit.study.guard import require_sources
from wijkkit.study.settings.sources import BorderSource

FORMATS = (".gpkg", ".geojson", ".json")

SCHEMA = pa.DataFrameSchema(
    {
        "code": pa.Column("str", unique=True),
        "name": pa.Column("str"),
        "geometry": pa.Column(
            "geometry", pa.Check(lambda shapes: shapes.is_valid & ~shapes.is_empty)
        ),
    },
    strict=True,
    ordered=True,
)


def load_borders(study: Study, level: str) -> gpd.GeoDataFrame:
    """Read the borders of one level of areas.

    Parameters
    ----------
    study : Study
    level : {"wijk", "gebied", "city"}

    Returns
    -------
    GeoDataFrame
        ``code, name, geometry`` in RD New (EPSG:28992), every area of the source, water left
        out; empty where the study has no borders of this level. `name` is the code where the
        source names none.

    Raises
    ------
    DataError
        The source cannot be read, has no such layer or column, its coordinates are not in the
        system they are said to be in, or shapes are empty, invalid, no polygons or double.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> len(wk.load_borders(study, "wijk"))
    7
    """
    require_sources("borders", public=True)
    for source in study.settings.sources.borders:
        if source.level == level:
            return _load(study, source)
    return gpd.GeoDataFrame({"code": [], "name": []}, geometry=[], crs=RD_NEW)


def _load(study: Study, source: BorderSource) -> gpd.GeoDataFrame:
    if source.url is not None:
        path, file = download_features(study, source.url), source.url.partition("?")[0]
    else:
        path, file = study.path(source.path), source.path
        _check_file(path, source)
    shapes = _read(path, source.layer, file)
    code, name = _columns(source, shapes, file)
    shapes = _on_land(shapes)
    borders = gpd.GeoDataFrame(
        {
            "code": shapes[code].map(written).astype("str"),
            "name": shapes[name or code].map(written).astype("str"),
        },
        geometry=shapes.geometry.array,
        crs=shapes.crs,
    )
    problems = [
        *check_shapes(borders, file),
        *check_areas(
            study,
            source.level,
            borders["code"],
            borders["name"] if source.name_column else None,
            file,
        ),
    ]
    if problems:
        raise DataError(problems)
    return SCHEMA.validate(to_rd_new(borders, source.crs, file).reset_index(drop=True))


def _check_file(path: Path, source: BorderSource) -> None:
    if not path.is_file():
        raise DataError(
            "the file is missing",
            file=source.path,
            expected=f"as sources.borders ({source.level}) says",
            remedy="Put it there, or correct the path in study.yml.",
        )
    if path.suffix.lower() not in FORMATS:
        raise DataError(
            "unknown format",
            file=source.path,
            found=path.suffix or "no ending",
            expected=", ".join(FORMATS),
            remedy="Export the borders in one of these.",
        )


def _read(path: Path, layer: str | None, file: str) -> gpd.GeoDataFrame:
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer is not None and layer not in layers or layer is None and len(layers) != 1:
            raise DataError(
                f"there is no layer '{layer}'" if layer else "which layer is not said",
                file=file,
                found=", ".join(layers),
                expected="one of these",
                remedy="Set layer in study.yml.",
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            shapes = pyogrio.read_dataframe(path, layer=layer)
    except (DataSourceError, DataLayerError, ValueError):
        raise DataError(
            "the file is damaged, or holds no borders",
            file=file,
            expected="a complete GeoPackage or GeoJSON file",
            remedy="Export it again.",
        ) from None
    except GEOSException as error:
        raise DataError(
            "a shape that cannot be read",
            file=file,
            found=str(error).rpartition(": ")[2],
            expected="polygons whose rings end where they start",
            remedy="Repair the borders, for example with 'Fix geometries' in QGIS.",
        ) from None
    if not isinstance(shapes, gpd.GeoDataFrame) or shapes.empty:
        raise DataError(
            "the file holds no shapes", file=file, expected="polygons", remedy="Export it again."
        )
    return shapes


def _columns(source: BorderSource, shapes: gpd.GeoDataFrame, file: str) -> tuple[str, str | None]:
    wanted = [source.code_column, *([source.name_column] if source.name_column else [])]
    found = [find_column(name, shapes.columns) for name in wanted]
    problems = [
        Problem(
            item.what,
            file=file,
            place=f"study.yml, sources.borders ({source.level})",
            found=item.found,
            expected=item.expected,
            remedy=item.remedy,
        )
        for item in found
        if isinstance(item, Problem)
    ]
    if problems:
        raise DataError(problems)
    return found[0], found[1] if source.name_column else None


def _on_land(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes without those that CBS marks as water."""
    water = [column for column in shapes.columns if column.lower() == "water"]
    if not water:
        return shapes
    return shapes[shapes[water[0]].astype("str").str.strip().str.upper().ne("JA")]
