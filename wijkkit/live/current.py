"""The pages as they are now: what did not change is not made again."""

from __future__ import annotations

from wijkkit.live.city_map import CityMap, city_map
from wijkkit.live.city_page import CityPage, WijkLine, city_page, wijk_line
from wijkkit.live.snapshot import Now, Source
from wijkkit.live.wijk_page import WijkPage, wijk_page


def current_page(source: Source, language: str, wijk: str) -> WijkPage:
    """Return the page of a wijk."""
    now = source.now()
    return source.kept(
        ("page", language, wijk),
        now.of(wijk),
        lambda: wijk_page(source.snapshot(now, language, wijk), wijk),
    )


def current_city(source: Source, language: str) -> CityPage:
    """Return the pages of the city; what of them is of one wijk is made again when that changed."""
    now = source.now()

    def make() -> CityPage:
        lines = [_line(source, now, language, wijk) for wijk in source.study.neighbourhoods]
        return city_page(source.city_snapshot(now, language), lines)

    return source.kept(("city", language), now.of_city, make)


def current_map(source: Source) -> CityMap | None:
    """Return the map of the wijken, made again when it was released again."""
    return source.kept(("map",), source.now().released, lambda: city_map(source.study))


def _line(source: Source, now: Now, language: str, wijk: str) -> WijkLine:
    return source.kept(
        ("line", language, wijk),
        now.of(wijk),
        lambda: wijk_line(source.snapshot(now, language, wijk), wijk),
    )
