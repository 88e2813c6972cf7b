"""The map of the wijken as shapes for a page."""

from __future__ import annotations

from dataclasses import dataclass

from wijkkit.released import open_released
from wijkkit.study import Study

#: The longest side of the map, and how much of a border may be left out, in its own units.
_SIZE, _TOLERANCE = 600, 1.0
#: So many names can be read on the map.
_NAMES = 20


@dataclass(frozen=True, slots=True)
class Shape:
    """One wijk on the map: its slug, the path of its border, and where its name stands."""

    wijk: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CityMap:
    """The wijken of a city, in a box of `width` by `height`."""

    width: int
    height: int
    shapes: list[Shape]
    names: bool


def city_map(study: Study) -> CityMap | None:
    """Return the map of the wijken; None where no borders were released."""
    released = open_released(study)
    if "borders" not in released:
        return None
    table = released.table("borders")
    if table.empty:
        return None
    known = table[table["area_level"].eq("wijk") & table["area"].isin(study.neighbourhoods)]
    if known.empty:
        return None
    shapes = known.geometry.to_crs(28992) if known.crs is not None else known.geometry
    left, low, right, high = shapes.total_bounds
    scale = _SIZE / max(right - left, high - low)
    drawn = shapes.affine_transform([scale, 0, 0, -scale, -left * scale, high * scale])
    drawn = drawn.simplify(_TOLERANCE)
    found = [
        Shape(area, _path(one), round(point.x, 1), round(point.y, 1))
        for area, one, point in zip(known["area"], drawn, drawn.representative_point(), strict=True)
    ]
    width, height = round((right - left) * scale), round((high - low) * scale)
    return CityMap(width, height, found, len(found) <= _NAMES)


def _path(shape: object) -> str:
    parts = getattr(shape, "geoms", [shape])
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return " ".join(
        "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in ring.coords[:-1]) + " Z" for ring in rings
    )
