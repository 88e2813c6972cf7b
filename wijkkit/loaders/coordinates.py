"""Coordinates held against the system they are said to be in; all borders become RD New."""

from __future__ import annotations

import geopandas as gpd
from pyproj import CRS
from pyproj.exceptions import CRSError

from wijkkit.errors import DataError

#: The Dutch national grid (Rijksdriehoekstelsel), in metres.
RD_NEW = "EPSG:28992"
#: x and y of the Netherlands in RD New: west, south, east, north.
NETHERLANDS = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)


def to_rd_new(shapes: gpd.GeoDataFrame, said: str | None, file: str) -> gpd.GeoDataFrame:
    """Return the shapes in RD New (EPSG:28992), wherever their coordinates truly are.

    Parameters
    ----------
    shapes : GeoDataFrame
        As read. A GeoJSON file without ``crs`` is read as WGS84 even where its coordinates are
        metres; such a file is RD New if they lie in the Netherlands.
    said : str, optional
        What study.yml says the coordinates are.

    Raises
    ------
    DataError
        The system is unknown, or the coordinates cannot be in the system they are said to be in.
    """
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
        raise DataError(
            "the coordinates' system is not known",
            file=file,
            expected="a file that names it, or crs in study.yml",
            remedy=f"Set crs: {RD_NEW} or EPSG:4326 in study.yml.",
        )
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
    return DataError(
        "the coordinates are not in the system they are said to be in",
        file=file,
        found=f"x {bounds[0]:g} to {bounds[2]:g}, y {bounds[1]:g} to {bounds[3]:g}",
        expected=expected,
        remedy="Set crs in study.yml to what the coordinates are, or export the file again.",
    )
