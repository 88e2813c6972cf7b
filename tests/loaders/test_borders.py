"""Borders land where they are, whatever their file says, and services are read to the end."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.loaders.loopback import Service
from tests.loaders.study_maker import StudyMaker
from wijkkit.errors import DataError
from wijkkit.loaders.borders import load_borders
from wijkkit.pipeline import checks

ROTTERDAM = (55_000, 428_000, 102_000, 447_500)


def square(x: float, y: float, size: float) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def feature(code: str, shape: shapely.Polygon, **properties: str) -> dict:
    return {
        "type": "Feature",
        "properties": {"code": code, **properties},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


SHAPES = [
    feature("BU0101", square(190_000, 470_000, 900)),
    feature("BU0102", square(191_000, 470_000, 900)),
]


def write_geojson(make_study: StudyMaker, features: list[dict], **source: str) -> None:
    content = {"type": "FeatureCollection", "features": features}
    make_study.write("borders.geojson", json.dumps(content))
    make_study.sources = {
        "borders": [{"level": "wijk", "path": "borders.geojson", "code_column": "code", **source}]
    }


def test_metres_in_a_file_without_crs_are_rd_new(make_study: StudyMaker) -> None:
    write_geojson(make_study, SHAPES)
    found = load_borders(make_study.open(), "wijk")
    assert found.crs.to_epsg() == 28992
    assert found.total_bounds.tolist() == [190_000, 470_000, 191_900, 470_900]
    assert found.columns.tolist() == ["code", "name", "geometry"]


def test_a_wijk_has_its_name_and_that_without_a_shape_is_told(make_study: StudyMaker) -> None:
    write_geojson(make_study, [SHAPES[0], feature("BU0199", square(191_000, 470_000, 900))])
    study = make_study.open()
    assert load_borders(study, "wijk")["name"].tolist() == ["Oost", "BU0199"]
    (told,) = checks._without_borders(study)
    assert (told.what, told.found) == (
        "no borders of 'west', so that it is not on the map",
        "BU0102",
    )


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_degrees_become_metres(make_study: StudyMaker, crs: str | None) -> None:
    rd = gpd.GeoSeries([square(190_000, 470_000, 900)], crs=28992).to_crs(4326)
    write_geojson(make_study, [feature("BU0101", rd[0])], **({"crs": crs} if crs else {}))
    found = load_borders(make_study.open(), "wijk")
    assert found.total_bounds == pytest.approx([190_000, 470_000, 190_900, 470_900], abs=0.5), (
        "half a metre: GeoJSON coordinates and the grid's inverse are no more exact"
    )


def test_water_is_left_out(make_study: StudyMaker) -> None:
    wet = feature("BU0101", square(180_000, 470_000, 900), water="JA")
    dry = [shape | {"properties": shape["properties"] | {"water": "NEE"}} for shape in SHAPES]
    write_geojson(make_study, [*dry, wet])
    assert load_borders(make_study.open(), "wijk")["code"].tolist() == ["BU0101", "BU0102"]


def test_a_level_without_borders_is_an_empty_table(make_study: StudyMaker) -> None:
    write_geojson(make_study, SHAPES)
    found = load_borders(make_study.open(), "gebied")
    assert found.empty
    assert found.crs.to_epsg() == 28992


def test_the_citys_own_files_land_in_rotterdam(make_study: StudyMaker, shared_data: Path) -> None:
    make_study.wijken = (
        {"wijk": "dorp", "name": "Dorp", "code": "1702"},
        {"wijk": "strand", "name": "Strand en Duin", "code": "1701"},
    )
    make_study.sources = {
        "borders": [
            {
                "level": "wijk",
                "path": str(shared_data / "geo" / "tir_buurten.geojson"),
                "code_column": "TEKST",
                "name_column": "BUURTNAAM",
            }
        ]
    }
    found = load_borders(make_study.open(), "wijk")
    assert len(found) == 91
    assert_in_rotterdam(found)


def test_the_buurten_of_cbs_land_in_rotterdam(make_study: StudyMaker, shared_data: Path) -> None:
    make_study.wijken = ({"wijk": "cool", "name": "Cool", "code": "BU05990112"},)
    path = shared_data / "geo" / "cbs_buurten_2015_GM0599.geojson"
    make_study.sources = {
        "borders": [
            {
                "level": "wijk",
                "path": str(path),
                "code_column": "BU_CODE",
                "name_column": "BU_NAAM",
            }
        ]
    }
    found = load_borders(make_study.open(), "wijk")
    assert len(found) == 92
    assert_in_rotterdam(found)


def test_a_geopackage_in_rd_new_stays_as_it_is(make_study: StudyMaker, shared_data: Path) -> None:
    path = shared_data / "cbs" / "NLD_dist_rotterdam_rd28992.gpkg"
    make_study.wijken = (make_study.wijken[0] | {"district": "WK059903", "arm": "none"},)
    del make_study.wijken[0]["pair"]
    make_study.sources = {
        "borders": [
            {"level": "gebied", "path": str(path), "code_column": "code", "name_column": "name"}
        ]
    }
    found = load_borders(make_study.open(), "gebied")
    assert len(found) == 21
    assert_in_rotterdam(found)
    assert found.set_index("code").loc["WK059903", "name"] == "Delfshaven"


def assert_in_rotterdam(found: gpd.GeoDataFrame) -> None:
    west, south, east, north = found.total_bounds
    assert ROTTERDAM[0] <= west <= east <= ROTTERDAM[2]
    assert ROTTERDAM[1] <= south <= north <= ROTTERDAM[3]


def from_service(make_study: StudyMaker, url: str) -> gpd.GeoDataFrame:
    make_study.sources = {"borders": [{"level": "wijk", "url": url, "code_column": "code"}]}
    return load_borders(make_study.open(), "wijk")


def test_an_ogc_service_is_read_page_by_page(make_study: StudyMaker) -> None:
    with Service() as service:
        first = {
            "features": SHAPES[:1],
            "links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": "/items2?cursor=1"}],
        }
        service.answer("/items", first)
        service.answer("/items2", {"features": SHAPES[1:], "links": []})
        found = from_service(make_study, f"{service.url}/items?bbox=1,2,3,4")
        assert found["code"].tolist() == ["BU0101", "BU0102"]
        assert service.asked[0] == ("/items", {"bbox": "1,2,3,4", "f": "json", "limit": "1000"})
        service.stop()
        again = from_service(make_study, f"{service.url}/items?bbox=1,2,3,4")
        assert again["code"].tolist() == ["BU0101", "BU0102"]


def test_a_wfs_service_is_read_page_by_page(make_study: StudyMaker) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    with Service() as service:
        pages = [{"features": [shape], "crs": crs} for shape in SHAPES]
        service.answer("/wfs", [*pages, {"features": [], "crs": crs}])
        url = f"{service.url}/wfs?service=WFS&request=GetFeature&typeName=buurten&count=1"
        assert len(from_service(make_study, url)) == 2
        starts = [query["startIndex"] for _, query in service.asked]
        assert starts == ["0", "1", "2"]


def test_a_service_that_leads_elsewhere_is_refused(make_study: StudyMaker) -> None:
    with Service() as service:
        link = {"rel": "next", "href": "http://127.0.0.1:9/items"}
        service.answer("/items", {"features": SHAPES, "links": [link]})
        with pytest.raises(DataError, match="a next page on another host"):
            from_service(make_study, f"{service.url}/items")


def test_a_service_without_end_is_refused(make_study: StudyMaker) -> None:
    with Service() as service:
        link = {"rel": "next", "href": "/items"}
        service.answer("/items", {"features": SHAPES, "links": [link]})
        with pytest.raises(DataError, match="more than 100 pages"):
            from_service(make_study, f"{service.url}/items")


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"[1]", b'{"features": 3}', None])
def test_a_service_that_does_not_answer_with_shapes_is_refused(
    make_study: StudyMaker, body: bytes | None
) -> None:
    with Service() as service:
        if body is not None:
            service.answer("/items", body)
        with pytest.raises(DataError, match="the borders cannot be downloaded"):
            from_service(make_study, f"{service.url}/items")
