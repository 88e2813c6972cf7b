"""Pages in a real browser: axe-core, keyboard, 400 % zoom, phone width, print, no network."""

from __future__ import annotations

import csv
import shutil

import pytest

from tests.conftest import ROOT
from tests.reports.conftest import make_study, outputs_for, write_notebook
from wijkkit.language.messages import catalogue
from wijkkit.reports.engine import render_html
from wijkkit.reports.page import frame_of
from wijkkit.reports.render import render_states
from wijkkit.reports.runs import NotebookState
from wijkkit.reports.staged_notebook import stage_notebooks
from wijkkit.reports.theme import load_house_style

pytestmark = pytest.mark.browser

AXE = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("index", "woorden", "stad", "wijk-a", "wijk-b", "example")
#: A desktop, a phone, and what is left of 1280 by 1024 pixels at 400 % zoom.
SIZES = {"desktop": (1280, 900), "phone": (375, 700), "zoom": (320, 256)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with every type of page: `wijk-b` misses a notebook, `example` has every feature."""
    folder = tmp_path_factory.mktemp("browser")
    study, states = make_study(folder / "study")
    states["wijk-b", "2_doelen"] = NotebookState("failed", "ValueError")
    render_states(study, states, engine="builtin")
    labels = ("fig-een", "tbl-een")
    write_notebook(folder / "run.ipynb", {label: outputs_for(label) for label in labels})
    stage_notebooks([(folder / "run.ipynb", labels, folder / "a.ipynb")])
    shutil.copy(ROOT / "reports" / "references.bib", folder)
    shutil.copy(ROOT / "tests" / "reports" / "example.qmd", folder)
    frame = frame_of(study, load_house_style(ROOT / "reports" / "theme"), "example", ("html",))
    render_html(folder / "example.qmd", study.site / "example.html", frame)
    return study.site


@pytest.fixture
def open_page(site, chromium):
    pages = []

    def open_one(name: str, size: str = "desktop", **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        pages.append(context)
        page = context.new_page()
        page.goto((site / f"{name}.html").as_uri())
        return page

    yield open_one
    for context in pages:
        context.close()


@pytest.mark.parametrize("size", ["desktop", "zoom"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page, name, size):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (.ci/run installs it in .cache/axe)")
    page = open_page(name, size)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    shown = [(item["id"], [node["html"] for node in item["nodes"]]) for item in found["violations"]]
    assert shown == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("size", ["phone", "zoom"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways(open_page, name, size):
    page = open_page(name, size)
    wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def test_the_first_tab_reaches_a_link_that_skips_to_the_content(open_page):
    page = open_page("wijk-a")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_that_can_be_used_is_reached_with_tab_and_shows_its_focus(open_page):
    page = open_page("example")
    wanted = page.locator("a[href]:visible, summary, [tabindex='0']").count()
    reached = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        place = page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
        if page.evaluate("document.activeElement !== document.body"):
            reached.add(place)
            assert outline != "none"
    hidden_tabs = page.locator("[role=tab][tabindex='-1']").count()
    assert len(reached) >= wanted - hidden_tabs


def test_the_contents_are_open_beside_the_text_and_folded_on_a_phone(open_page):
    link = "#TOC a"
    assert open_page("wijk-a").locator(link).first.is_visible()
    phone = open_page("wijk-a", "phone")
    assert not phone.locator(link).first.is_visible()
    phone.locator("#TOC summary").press("Enter")
    assert phone.locator(link).first.is_visible()


def test_tabs_follow_the_arrow_keys(open_page):
    page = open_page("example")
    tabs = page.get_by_role("tab")
    assert tabs.all_text_contents() == ["Grafiek", "Tabel", "Uitleg"]
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Tabel"
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert page.get_by_text("De tabel.").is_visible()
    assert not page.get_by_text("De grafiek.").is_visible()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.get_by_text("De grafiek.").is_visible()


def test_a_folded_part_opens_with_enter(open_page):
    page = open_page("example")
    hidden = page.get_by_text("Ingeklapte tekst.")
    assert not hidden.is_visible()
    page.locator("main summary").first.focus()
    page.keyboard.press("Enter")
    assert hidden.is_visible()


def test_search_on_the_index_hides_other_wijken_and_says_how_many_are_left(open_page):
    page = open_page("index")
    page.get_by_label("Zoek een wijk").fill("WIJK B")
    rows = page.locator("tbody tr:visible")
    assert rows.count() == 1 and "Wijk b" in rows.first.text_content()
    assert page.get_by_role("status").text_content() == "1 gevonden"
    page.get_by_label("Zoek een wijk").fill("")
    assert rows.count() == 3


def test_without_script_everything_can_be_read(open_page):
    page = open_page("example", java_script_enabled=False)
    for words in ("De grafiek.", "De tabel.", "De uitleg."):
        assert page.get_by_text(words).is_visible()
    assert page.locator("[role=tab]").count() == 0


def test_print_shows_all_tabs_and_folded_parts_and_no_navigation(open_page):
    page = open_page("example")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for words in ("De grafiek.", "De tabel.", "De uitleg.", "Ingeklapte tekst."):
        assert page.get_by_text(words).is_visible()
    assert not page.locator("header.site").is_visible()
    assert not page.locator("#TOC").is_visible()


def test_a_wide_table_is_whole_on_paper(open_page):
    """What scrolls on a screen cannot scroll on paper: A4 leaves 680 pixels."""
    measures = catalogue("process", "nl")["measure"]
    keys = ("reach_of_plan", "low_ses_reached", "adoption", "dose", "frequency", "quality")
    rows = [["Kring voor Drukke Kinderen", *(measures[key] for key in keys)]]
    rows += [["Buitenspeeluur na school", *["niet geregistreerd"] * len(keys)]]
    page = open_page("example")
    page.set_viewport_size({"width": 680, "height": 900})
    page.emulate_media(media="print")
    part = page.locator(".table-scroll").first
    part.evaluate(
        """(part, rows) => { part.innerHTML = "<table>" + rows.map(row =>
        "<tr>" + row.map(cell => `<td>${cell}</td>`).join("") + "</tr>").join("") + "</table>" }""",
        rows,
    )
    assert part.evaluate("part => getComputedStyle(part).overflowX") == "visible"
    assert part.evaluate("part => part.firstChild.offsetWidth - part.clientWidth") <= 0


def test_a_page_from_disk_asks_only_for_files_of_the_site(site, chromium):
    page = chromium.new_page()
    asked, failed, said = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for name in PAGES:
        page.goto((site / f"{name}.html").as_uri())
        loaded = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
        assert page.evaluate(loaded), name
    assert [url for url in asked if not url.startswith(site.as_uri())] == []
    assert failed == [] and said == []
    assert page.evaluate("document.styleSheets.length") == 1
    page.close()


@pytest.mark.parametrize("name", ["stad", "wijk-a"])
def test_every_table_of_a_report_can_be_saved(open_page, name):
    page = open_page(name)
    tables = page.locator("main .table-scroll").count()
    assert tables > 10
    assert page.locator("main .get-csv").count() == tables


@pytest.mark.parametrize("name", ["stad", "wijk-a"])
def test_the_first_screen_holds_the_sentences_and_the_figure_side_by_side(open_page, name):
    page = open_page(name)
    sentences = page.locator(".beside").first.locator("> :first-child").bounding_box()
    figure = page.locator(".beside").first.locator("figure").first.bounding_box()
    assert figure["x"] > sentences["x"] + sentences["width"]
    assert figure["y"] + figure["height"] < 900 and sentences["y"] < 300


def test_on_a_phone_the_sentences_come_before_the_figure(open_page):
    page = open_page("wijk-a", "phone")
    sentences = page.locator(".beside").first.locator("> :first-child").bounding_box()
    figure = page.locator(".beside").first.locator("figure").first.bounding_box()
    assert figure["y"] >= sentences["y"] + sentences["height"]


def test_a_table_is_saved_as_csv_in_which_no_cell_is_a_formula(open_page):
    page = open_page("example")
    cells = ["=1+1", "+18 procentpunt (\u22124 tot +40)"]
    page.evaluate(
        "cells => document.querySelectorAll('#tbl-een td').forEach((td, i) => td.textContent = cells[i])",
        cells,
    )
    page.evaluate("document.querySelector('#tbl-een th').textContent = '@SUM(A1)'")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download als CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "example-tbl-een.csv"
    assert text.splitlines() == [
        '"Rapport";"\'@SUM(A1)";"Wijk A";"Wijk A ondergrens";"Wijk A bovengrens"',
        '"Alle onderdelen";"\'=1+1";"18";"-4";"40"',
    ]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("66% (56\u201375)", ["66", "56", "75"]),
        ("ongeveer 65% (60\u201370)", ["65", "60", "70"]),
        ("\u25b2 66% (56\u201375)", ["66", "56", "75"]),
        ("0,46 (0,24\u20131,10)", ["0,46", "0,24", "1,10"]),
        ("\u221225 procentpunt (\u221240 tot \u22123)", ["-25", "-40", "-3"]),
        ("12%", ["12", "", ""]),
        ("niet getoond (privacy)", ["niet getoond (privacy)", "", ""]),
        ("meer dan 90%", ["meer dan 90%", "", ""]),
    ],
)
def test_a_number_and_its_margin_get_columns_of_their_own(open_page, cell, parts):
    page = open_page("example")
    fill = "cell => document.querySelectorAll('#tbl-een td').forEach(td => td.textContent = cell)"
    page.evaluate(fill, cell)
    first = "() => { document.querySelector('#tbl-een td').textContent = '1% (0\u20132)'; }"
    row = "() => document.querySelector('#tbl-een tbody').appendChild(document.querySelector('#tbl-een tbody tr').cloneNode(true))"
    page.evaluate(row)
    page.evaluate(first)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download als CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert next(csv.reader([lines[-1]], delimiter=";"))[1:4] == parts


def test_what_scrolls_on_a_phone_says_so(open_page):
    page = open_page("example", "phone")
    words = catalogue("reports", "nl")["scroll"]
    asked = (
        "parts => parts.filter(part => part.offsetParent).map(part => [part.scrollWidth > "
        "part.clientWidth + 1, getComputedStyle(part, '::before').content])"
    )
    parts = page.locator(".figure-scroll, .table-scroll")
    # The page measures itself some frames after it is there.
    page.wait_for_function(
        f"words => ({asked})([...document.querySelectorAll('.figure-scroll, .table-scroll')])"
        ".every(([scrolls, said]) => said.includes(words) === scrolls)",
        arg=words,
    )
    found = parts.evaluate_all(asked)
    assert {scrolls for scrolls, _ in found} == {True, False}
    assert all((words in said) == scrolls for scrolls, said in found)
    # What gets wider without a word, as a picture that comes late, is measured again.
    grown = page.locator(".figure-scroll:visible > *, .table-scroll:visible > *").first
    for width, says in ((3000, True), (40, False)):
        grown.evaluate(f"one => {{ one.style.cssText = 'min-width: 0; width: {width}px'; }}")
        page.wait_for_function(
            "([one, says]) => one.parentElement.classList.contains('scrolls') === says",
            arg=[grown.element_handle(), says],
        )
