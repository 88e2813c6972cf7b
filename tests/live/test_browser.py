"""The pages in a real browser: axe-core, 320 pixels, one A4, and what was typed and not saved."""

from __future__ import annotations

import io

import pytest

from tests.conftest import ROOT
from tests.live.conftest import PASSWORD
from wijkkit.live.identity import Accounts
from wijkkit.registry import open_registry

pytestmark = pytest.mark.browser

AXE = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "", "stad", "w/noord", "w/zuid", "w/noord/bijhouden", "w/noord/activities",
    "w/noord/activities/A01", "w/noord/meetings/O01", "w/noord/kwartaal", "w/noord/werkmap",
)  # fmt: skip


@pytest.fixture(scope="module")
def page(served, chromium):
    """A page of a browser in which a researcher is logged in."""
    Accounts(served[1]).add("Browser", "researcher", (), PASSWORD)
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(f"{served[0]}/wijken/")
    page.get_by_label("Naam").fill("Browser")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("heading", level=1).wait_for()
    yield page
    context.close()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(served, page, path, language):
    for width in (1200, 961, 768, 400, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{served[0]}/wijken/{path}?language={language}")
        assert page.locator("html").get_attribute("lang") == language
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (path, width)
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (.ci/run installs it in .cache/axe)")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")
    shown = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
    assert shown == [] and len(found["passes"]) > 15


def test_a_table_that_is_too_wide_says_that_it_slides(served, page):
    for width, there in ((1200, False), (400, True)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{served[0]}/wijken/stad?language=nl")
        hint = page.locator("[data-sideways]").first
        hint.wait_for(state="visible" if there else "hidden")
        assert "Schuif" in hint.text_content()
    region = page.locator(".scroll").first
    assert "more" in region.get_attribute("class")
    region.evaluate("region => region.scrollTo(region.scrollWidth, 0)")
    page.wait_for_function("!document.querySelector('.scroll').classList.contains('more')")
    page.emulate_media(media="print")
    assert hint.is_hidden()
    page.emulate_media(media="null")


def test_a_wijk_prints_on_one_page(served, page):
    pypdf = pytest.importorskip("pypdf")
    page.goto(f"{served[0]}/wijken/w/noord?language=nl")
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    page.emulate_media(media="print")
    for fold in ("#model", "details"):
        assert page.locator(fold).first.is_hidden()
    assert page.locator("#vragen").is_visible()
    page.emulate_media(media="null")


def test_the_keyboard_reaches_the_content_first(served, page):
    page.goto(f"{served[0]}/wijken/w/noord?language=nl")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_what_was_typed_and_not_saved_is_kept_and_asked_about(served, page):
    form = f"{served[0]}/wijken/w/noord/goals/D01?language=nl"
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(form)
    assert page.locator("[data-asking]").is_hidden()
    page.get_by_label("Streefwaarde").fill("77")
    page.goto(f"{served[0]}/wijken/w/noord")
    assert asked == ["beforeunload"]
    page.goto(form)
    assert page.get_by_label("Streefwaarde").input_value() != "77"
    page.get_by_role("button", name="Ja, verder met wat ik typte").click()
    assert page.get_by_label("Streefwaarde").input_value() == "77"
    page.get_by_role("button", name="Opslaan").click()
    page.locator("[data-saved]").wait_for()
    page.goto(form)
    assert page.locator("[data-asking]").is_hidden()
    assert page.get_by_label("Streefwaarde").input_value() == "77"


def test_what_was_typed_can_be_thrown_away(served, page):
    form = f"{served[0]}/wijken/w/noord/goals/D01?language=nl"
    page.goto(form)
    page.get_by_label("Startwaarde").fill("12")
    page.goto(form)
    page.get_by_role("button", name="Nee, weggooien").click()
    page.goto(form)
    assert page.locator("[data-asking]").is_hidden()


def test_no_visitor_starts_a_kernel(served, page):
    import subprocess

    for path in PATHS:
        page.goto(f"{served[0]}/wijken/{path}")
    running = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, timeout=60
    ).stdout
    own = str(served[1].folder.parent)
    assert not [line for line in running.splitlines() if "ipykernel" in line and own in line]


@pytest.mark.parametrize("many", [6, 15])
def test_a_wijk_with_many_interventions_prints_on_one_page(served, page, many):
    pypdf = pytest.importorskip("pypdf")
    study = served[1]
    with open_registry(study) as registry:
        for at in range(len(registry.table("interventions", "noord")), many):
            key = f"I{at + 50}"
            item = {"key": key, "name": f"Buitenspeeluur na school {at}", "status": "running"}
            item |= {"goal": "D01", "evidence": "2", "target_group": "kinderen van 4 tot en met 12"}
            item |= {"target_size": 337, "target_low_ses": 150, "cost": 18000}
            registry.save("interventions", {"wijk": "noord", **item}, "A")
            row = {"intervention": key, "name": f"Voorjaar {at}", "period_start": "2019-01-01"}
            row |= {"period_end": "2019-06-30", "planned_sessions": 156, "delivered_sessions": 104}
            row |= {"planned_participants": 391, "participants": 242, "cost": 17356}
            row |= {"participants_ses_known": 200, "participants_low_ses": 64}
            row |= {"quality": 74, "quality_n": 12}
            registry.save("activities", {"wijk": "noord", **row}, "A")
        goals = len(registry.table("goals", "noord"))
        for at in range(goals, 4):
            goal = {"name": f"Meer ouders krijgen steun {at}", "domain": "veilig", "target": 42}
            registry.save("goals", {"wijk": "noord", **goal}, "A")
    for language in ("nl", "en"):
        page.goto(f"{served[0]}/wijken/w/noord?language={language}")
        assert page.locator(".interventions tbody tr").count() == many
        pdf = page.pdf(prefer_css_page_size=True)
        assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
