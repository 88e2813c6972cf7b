"""The dashboard's page in a real browser: for everybody, on a phone, and after a reload."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.reports.test_accessibility import AXE
from tests.workbench.conftest import make_view
from tests.workbench.servers import dashboard, free_port, serving
from wijkkit.workbench import dashboard as module

pytestmark = pytest.mark.browser
pytest.importorskip("voila", reason="voila is not installed")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of the dashboard of the small study."""
    folder, port = tmp_path_factory.mktemp("dashboard"), free_port()
    make_view(folder)
    with serving(folder, dashboard("parameters", port), port) as address:
        yield address


@pytest.fixture(scope="module")
def opened(address, chromium):
    """The page, opened once, with every host that was asked for something."""
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(60_000)
    hosts = set()
    page.on("response", lambda response: hosts.add(urlsplit(response.url).hostname))
    page.goto(address)
    figure_that_says(page, "Noord: 63%").wait_for()
    yield page, hosts
    page.close()


@pytest.fixture
def page(opened):
    """The page at its usual width and first choice."""
    page, _ = opened
    page.set_viewport_size({"width": 1200, "height": 800})
    page.get_by_label("Meting", exact=True).select_option(label="meting 2")
    page.get_by_label("Wijken", exact=True).select_option([])
    figure_that_says(page, "Noord: 63%").wait_for()
    return page


def figure_that_says(page, words: str):
    return page.locator(f'figure[role="img"][aria-label*="{words}"]')


def choose_first_wave(page) -> None:
    page.get_by_label("Meting", exact=True).select_option(label="meting 1")
    figure_that_says(page, "Noord: 41%").wait_for()


@pytest.mark.parametrize("width", [1200, 320])
def test_axe_finds_nothing(page, width):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (.ci/run installs it in .cache/axe)")
    page.set_viewport_size({"width": width, "height": 700})
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert [(item["id"], item["nodes"][0]["html"]) for item in found["violations"]] == []
    assert len(found["passes"]) > 15


@pytest.mark.parametrize("width", [320, 375])
def test_on_a_phone_nothing_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.wait_for_function("document.querySelector('#rendered_cells').clientWidth == innerWidth")
    wide = page.evaluate(
        """[document.scrollingElement, ...document.querySelectorAll("#rendered_cells, #rendered_cells *")]
        .filter(part => !part.closest("svg") && part.scrollWidth > part.clientWidth + 1
                        && part.clientWidth > 0)
        .map(part => part.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    figure = page.locator("figure svg").bounding_box()
    assert figure["x"] >= 0 and figure["x"] + figure["width"] <= width


def test_the_page_says_its_language_title_and_heading(page):
    assert page.evaluate("document.documentElement.lang") == "nl"
    assert page.title() == page.locator("h1").inner_text() == "Dashboard van Proefstad"


@pytest.mark.parametrize("name", ["Indicator", "Meting", "Groep"])
def test_every_control_has_its_name(page, name):
    assert page.get_by_role("combobox", name=name, exact=True).count() == 1


def test_the_keyboard_alone_changes_the_figure(page):
    page.get_by_role("combobox", name="Indicator", exact=True).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("ArrowUp")
    figure_that_says(page, "Noord: 41%").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**wijken=noord**")


def test_a_screen_reader_is_told_of_a_changed_figure(page):
    region = page.get_by_role("status")
    before = region.element_handle()
    assert "meting 2021" in region.inner_text()
    choose_first_wave(page)
    assert "meting 2018" in before.inner_text()


def test_what_is_chosen_survives_a_reload(page):
    choose_first_wave(page)
    page.wait_for_url("**wave=2018**")
    page.reload()
    figure_that_says(page, "Noord: 41%").wait_for()
    assert page.get_by_label("Meting", exact=True).input_value() == "meting 1"


def test_the_link_opens_what_is_shown(page, address, chromium):
    choose_first_wave(page)
    link = page.get_by_role("link", name="Deze keuze als adres").get_attribute("href")
    other = chromium.new_page()
    other.goto(f"{address}/{link}", timeout=60_000)
    figure_that_says(other, "Noord: 41%").wait_for(timeout=60_000)
    other.close()


def test_no_code_and_nothing_hidden_is_on_the_page(page):
    content = page.content()
    assert "open_city(" not in content and "explore_figure" not in content
    shown = page.locator("#rendered_cells").inner_text() + page.locator("figure").inner_html()
    assert "63%" in shown and "12%" not in shown


def test_no_other_host_is_asked_for_anything(opened):
    assert opened[1] == {"127.0.0.1"}


def test_it_listens_to_this_machine_only(view, monkeypatch):
    from voila.app import Voila

    started = []
    monkeypatch.setattr(Voila, "launch_instance", lambda argv, **_: started.append(argv))
    module.serve_dashboard(view.study)
    assert "--Voila.ip=127.0.0.1" in started[0]
