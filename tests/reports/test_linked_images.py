"""An image with links: what stands in the page can be clicked, read aloud and shown by the policy."""

from __future__ import annotations

import re

import geopandas
import pytest
from shapely.geometry import box

from wijkkit import show
from wijkkit.reports.images import named_links, open_links, svg_image


@pytest.fixture
def drawn():
    places = {"area": ["a", "b"], "name": ["A & A", "B"], "role": ["programme", "comparator"]}
    shapes = [box(0, 0, 1, 1).union(box(3, 0, 4, 1)), box(1, 0, 2, 1)]
    borders = geopandas.GeoDataFrame({**places, "page": ["a.html", ""]}, geometry=shapes)
    figure = show.map(borders)
    return named_links(svg_image(figure.svg().encode()), figure.links)


def test_a_wijk_of_two_parts_is_one_link_and_one_without_a_page_is_none(drawn, tmp_path):
    (tmp_path / "a_files").mkdir()
    (tmp_path / "a_files" / "fig-kaart-1.svg").write_bytes(drawn)
    page = tmp_path / "a.html"
    page.write_text('<figure><img src="a_files/fig-kaart-1.svg" alt="Kaart &amp; meer"></figure>')
    open_links(page)
    shown = page.read_text()
    assert re.findall("<a [^>]*>", shown) == ['<a href="a.html" aria-label="A &amp; A">']
    assert 'role="group" aria-label="Kaart &amp; meer"' in shown
    assert not re.search(r"style=|<style|<img|xlink", shown)
    names = re.findall(r'\bid="([^"]+)"', shown)
    assert len(names) == len(set(names)) and all(name.startswith("fig-kaart-1-") for name in names)
    used = re.findall(r'(?:url\(#|href="#)([^)"]+)', shown)
    assert used and set(used) <= set(names)


@pytest.mark.parametrize(
    "target", ["https://a.nl/b.html", "javascript:a.html", "../a.html", "a.html?x", "//a.html"]
)
def test_an_image_leads_nowhere_but_to_a_page_of_the_site(drawn, target):
    other = drawn.replace(b'"a.html"', f'"{target}"'.encode())
    assert target.encode() in other
    assert target.encode() not in svg_image(other)


def test_an_image_without_links_stays_beside_the_page(tmp_path):
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    page = tmp_path / "a.html"
    page.write_text('<img src="a.svg" alt="">')
    open_links(page)
    assert page.read_text() == '<img src="a.svg" alt="">'
