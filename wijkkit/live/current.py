"""The pages as they are now: what did not change is not made again."""

from __future__ import annotations

from functools import partial

from wijkkit.live.city_page import CityPage, WijkLine, city_page, wijk_line
from wijkkit.live.snapshot import Snapshot, Source
from wijkkit.live.wijk_page import WijkPage, wijk_page


def current_page(source: Source, language: str, wijk: str) -> WijkPage:
    """Return the page of a wijk."""
    make = partial(wijk_page, source.snapshot(language, wijk), wijk)
    return source.kept(("page", language), make, wijk)


def current_city(source: Source, language: str) -> CityPage:
    """Return the pages of the city; a line of the list is made again when its wijk changed."""

    def make() -> CityPage:
        snapshot = source.snapshot(language)
        wijken = source.study.neighbourhoods
        return city_page(snapshot, [_line(source, snapshot, wijk) for wijk in wijken])

    return source.kept(("city", language), make)


def _line(source: Source, snapshot: Snapshot, wijk: str) -> WijkLine:
    return source.kept(("line", snapshot.language), partial(wijk_line, snapshot, wijk), wijk)
