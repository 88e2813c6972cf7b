"""Whether shapes can be the borders of areas."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
from shapely.validation import explain_validity

from wijkkit.errors import Problem
from wijkkit.loaders.source_table import rows_text


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
            yield Problem(
                what,
                file=file,
                place=rows_text(places),
                found=found,
                expected=expected,
                remedy=remedy,
            )
    yield from _double(borders, file)


def _double(borders: gpd.GeoDataFrame, file: str) -> Iterator[Problem]:
    double = borders["code"][borders["code"].duplicated()].unique()
    if len(double):
        yield Problem(
            "a code that more than one shape has",
            file=file,
            found=", ".join(double[:5]),
            expected="one shape per area",
            remedy="Dissolve the shapes by code, or correct code_column.",
        )
