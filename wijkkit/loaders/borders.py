"""Borders of areas, from files and services, checked and in RD New."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import GEOSException
from shapely.validation import explain_validity

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.areas import check_areas, find_columns
from wijkkit.loaders.downloads import download_features
from wijkkit.loaders.source_table import rows_text, written
from wijkkit.study import Study
from wijkkit.study.guard import require_sources
from wijkkit.study.settings.sources import BorderSource

FORMATS = (".gpkg", ".geojson", ".json")


def load_borders(study: Study, level: str) -> gpd.GeoDataFrame:
    """Read the borders of one level of areas.

    Parameters
    ----------
    level : {"wijk", "gebied", "city"}

    Returns
    -------
    GeoDataFrame
        ``code, name, geometry`` in RD New (EPSG:28992), every area of the source, water left
        out; empty where the study has no borders of this level. Where the source names none,
        `name` is that of the study's wijk, or the code.

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
        file = source.path or ""
        path = study.path(file)
        _check_file(path, source)
    shapes = _read(path, source.layer, file)
    named = [name for name in (source.code_column, source.name_column) if name]
    place = f"study.yml, sources.borders ({source.level})"
    code, *name = find_columns(named, list(shapes), file, place).values()
    shapes = _on_land(shapes)
    borders = gpd.GeoDataFrame(
        {
            "code": shapes[code].map(written).astype("str"),
            "name": shapes[(name or [code])[0]].map(written).astype("str"),
        },
        geometry=shapes.geometry.array,
        crs=shapes.crs,
    )
    DataError.raise_for(
        [
            *check_shapes(borders, file),
            *check_areas(
                study,
                source.level,
                borders["code"],
                borders["name"] if source.name_column else None,
                file,
            ),
        ]
    )
    if source.name_column is None and source.level == "wijk":
        names = {wijk.code: wijk.name for wijk in study.neighbourhoods.values()}
        borders["name"] = borders["code"].map(names).fillna(borders["code"]).astype("str")
    return to_rd_new(borders, source.crs, file).reset_index(drop=True)


def _check_file(path: Path, source: BorderSource) -> None:
    if not path.is_file():
        what, expected = "the file is missing", f"as sources.borders ({source.level}) says"
        remedy = "Put it there, or correct the path in study.yml."
        raise DataError(what, file=source.path or "", expected=expected, remedy=remedy)
    if path.suffix.lower() not in FORMATS:
        what, found = "unknown format", path.suffix or "no ending"
        expected, remedy = ", ".join(FORMATS), "Export the borders in one of these."
        raise DataError(what, file=source.path or "", found=found, expected=expected, remedy=remedy)


def _read(path: Path, layer: str | None, file: str) -> gpd.GeoDataFrame:
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if (layer is not None and layer not in layers) or (layer is None and len(layers) != 1):
            what = f"there is no layer '{layer}'" if layer else "which layer is not said"
            found, remedy = ", ".join(layers), "Set layer in study.yml."
            raise DataError(what, file=file, found=found, expected="one of these", remedy=remedy)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            shapes = pyogrio.read_dataframe(path, layer=layer)
    except (DataSourceError, DataLayerError, ValueError):
        what = "the file is damaged, or holds no borders"
        expected = "a complete GeoPackage or GeoJSON file"
        raise DataError(what, file=file, expected=expected, remedy="Export it again.") from None
    except GEOSException as error:
        what, found = "a shape that cannot be read", str(error).rpartition(": ")[2]
        expected = "polygons whose rings end where they start"
        remedy = "Repair the borders, for example with 'Fix geometries' in QGIS."
        raise DataError(what, file=file, found=found, expected=expected, remedy=remedy) from None
    if not isinstance(shapes, gpd.GeoDataFrame) or shapes.empty:
        raise DataError(
            "the file holds no shapes", file=file, expected="polygons", remedy="Export it again."
        )
    return shapes


def _on_land(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes without those that CBS marks as water."""
    water = [column for column in shapes.columns if column.lower() == "water"]
    if not water:
        return shapes
    return shapes[shapes[water[0]].astype("str").str.strip().str.upper().ne("JA")]


def check_shapes(borders: gpd.GeoDataFrame, file: str) -> Iterator[Problem]:
    """Yield empty shapes, shapes that are no areas or cross themselves, and double codes."""
    shapes = borders.geometry
    empty = shapes.isna() | shapes.is_empty
    polygons = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    invalid = ~empty & polygons & ~shapes.is_valid
    remedy = "Repair the borders, for example with 'Fix geometries' in QGIS."
    kinds = (
        (empty, "an empty shape", "a polygon"),
        (~empty & ~polygons, "a shape that is no area", "a polygon"),
        (invalid, "an invalid shape", "a polygon that does not cross itself"),
    )
    for wrong, what, expected in kinds:
        if wrong.any():
            first = shapes[wrong].iloc[0]
            found = explain_validity(first) if what == "an invalid shape" else ""
            places = [f"{row + 1} ({code})" for row, code in borders["code"][wrong].items()]
            yield Problem(what, file, rows_text(places), found, expected, remedy)
    yield from _double(borders, file)


def _double(borders: gpd.GeoDataFrame, file: str) -> Iterator[Problem]:
    double = borders["code"][borders["code"].duplicated()].unique()
    if len(double):
        what, found = "a code that more than one shape has", ", ".join(double[:5])
        expected = "one shape per area"
        remedy = "Dissolve the shapes by code, or correct code_column."
        yield Problem(what, file=file, found=found, expected=expected, remedy=remedy)


#: The Dutch national grid (Rijksdriehoekstelsel), in metres.
RD_NEW = "EPSG:28992"
#: x and y of the Netherlands in RD New: west, south, east, north.
NETHERLANDS = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)


def to_rd_new(shapes: gpd.GeoDataFrame, said: str | None, file: str) -> gpd.GeoDataFrame:
    """Return the shapes in RD New; DataError where the coordinates are not in the said system."""
    system = _system(shapes, said, file)
    bounds = tuple(float(value) for value in shapes.total_bounds)
    if system.is_geographic and not _are_degrees(bounds):
        if said is not None or not _inside(bounds):
            raise _wrong(file, bounds, f"degrees, as {system.to_string()} has")
        system = CRS(RD_NEW)
    elif system.is_projected and _are_degrees(bounds):
        raise _wrong(file, bounds, f"metres, as {system.to_string()} has")
    elif system.is_geographic and _swapped(bounds):
        raise _wrong(file, bounds, "longitude before latitude")
    moved = shapes.set_crs(system, allow_override=True).to_crs(RD_NEW)
    if not _inside(tuple(moved.total_bounds)):
        raise _wrong(file, bounds, f"a place in the Netherlands, in {system.to_string()}")
    return moved


def _system(shapes: gpd.GeoDataFrame, said: str | None, file: str) -> CRS:
    if said is None and shapes.crs is None:
        if _inside(tuple(shapes.total_bounds)):
            return CRS(RD_NEW)
        what = "the coordinates' system is not known"
        expected = "a file that names it, or crs in study.yml"
        remedy = f"Set crs: {RD_NEW} or EPSG:4326 in study.yml."
        raise DataError(what, file=file, expected=expected, remedy=remedy)
    try:
        return CRS(said) if said is not None else shapes.crs
    except CRSError:
        raise DataError(
            f"unknown coordinate system '{said}'",
            file="study.yml",
            place="sources.borders.crs",
            expected=f"{RD_NEW} (metres) or EPSG:4326 (degrees)",
            remedy="Use one of these.",
        ) from None


def _are_degrees(bounds: tuple[float, ...]) -> bool:
    west, south, east, north = bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _inside(bounds: tuple[float, ...]) -> bool:
    west, south, east, north = NETHERLANDS
    return west <= bounds[0] <= bounds[2] <= east and south <= bounds[1] <= bounds[3] <= north


def _swapped(bounds: tuple[float, ...]) -> bool:
    """Latitudes of the Netherlands (50-54) where longitudes (3-8) belong."""
    return 50 <= bounds[0] <= bounds[2] <= 54 and 3 <= bounds[1] <= bounds[3] <= 8


def _wrong(file: str, bounds: tuple[float, ...], expected: str) -> DataError:
    what = "the coordinates are not in the system they are said to be in"
    found = f"x {bounds[0]:g} to {bounds[2]:g}, y {bounds[1]:g} to {bounds[3]:g}"
    remedy = "Set crs in study.yml to what the coordinates are, or export the file again."
    return DataError(what, file=file, found=found, expected=expected, remedy=remedy)
