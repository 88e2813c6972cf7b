"""The documentation as a site: every page, links that lead somewhere, readable for everybody."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from tests.conftest import ROOT
from tests.reports.test_accessibility import AXE
from wijkkit import estimates

build = pytest.importorskip("docs.build", reason="quartodoc is not installed")
#: One of each type: a list, a page with code, a long reference page, a glossary.
TYPES = ("index", "howto/corrected_weights", "reference/index", "reference/estimates", "glossary")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site as the engine of the reports makes it, also where there is a Quarto."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "find_quarto", lambda: None)
        return build.build(tmp_path_factory.mktemp("documentation") / "site")


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, BeautifulSoup]:
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in site.rglob("*.html")
    }


def test_every_page_of_the_documentation_is_on_the_site(site):
    sources = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "howto").glob("*.md")]
    expected = {s.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for s in sources}
    made = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert expected <= made
    assert len({name for name in made if name.startswith("reference/")}) > 15


def test_every_link_and_image_leads_to_a_place_of_the_site(pages):
    wrong = []
    for path, page in pages.items():
        targets = [tag["href"] for tag in page.select("a[href], link[href]")]
        targets += [tag["src"] for tag in page.select("img[src]")]
        for target in targets:
            file, _, anchor = unquote(target).partition("#")
            other = (path.parent / file).resolve() if file else path
            if "://" in target or target.startswith("mailto:"):
                continue
            if not other.is_file() or (anchor and pages[other].find(id=anchor) is None):
                wrong.append((path.name, target))
    assert wrong == []


def test_every_link_of_a_source_is_on_its_page(pages, site):
    lost = []
    for path, page in pages.items():
        source = (ROOT / "docs" / path.relative_to(site)).with_suffix(".md")
        if not source.is_file():
            continue
        shown = {tag["href"] for tag in page.select("main a[href]")}
        written = re.findall(
            r"(?<!!)\]\(([\w./-]+)\.md(#[\w-]+)?\)", source.read_text(encoding="utf-8")
        )
        lost += [(source.name, name) for name, at in written if f"{name}.html{at}" not in shown]
    assert lost == []


def test_a_page_says_where_it_is_and_needs_nothing_from_elsewhere(pages):
    for path, page in pages.items():
        assert page.html["lang"] == "en"
        assert page.find("h1").get_text(strip=True), path.name
        assert len(page.select(".site-nav a")) == 7
        assert "default-src 'none'" in str(page.find("meta", attrs={"http-equiv": True}))
        assert page.select("script[src], img[src*='://'], link[href*='://']") == []


def test_formulas_of_docstrings_are_formulas(pages):
    text = {path.stem: page for path, page in pages.items() if path.parent.name == "reference"}
    written = "".join(inspect.getdoc(getattr(estimates, name)) or "" for name in estimates.__all__)
    formulas = re.findall(r":math:`|\.\. math::", written)
    assert len(text["estimates"].find_all("math")) == len(formulas) > 10
    for page in text.values():
        for code in page.find_all(["pre", "script", "annotation"]):
            code.extract()
        assert ":math:" not in page.get_text() and ".. math::" not in page.get_text()


def test_quarto_shows_the_shortcodes_in_code_and_runs_none(tmp_path, monkeypatch):
    program = tmp_path / "quarto"
    program.write_text("#!/bin/sh\nmkdir _site; cp *.md _site\n")
    program.chmod(0o755)
    monkeypatch.setattr(build, "find_quarto", lambda: str(program))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("`{{< meta wijk >}}`\n\n    {{< embed a.ipynb#b >}}\n")
    build._with_quarto(tmp_path / "docs", tmp_path / "site")
    shown = (tmp_path / "site" / "a.md").read_text()
    assert shown == "`{{{< meta wijk >}}}`\n\n    {{{< embed a.ipynb#b >}}}\n"


@pytest.mark.browser
@pytest.mark.parametrize("name", TYPES)
def test_axe_finds_nothing_on_a_type_of_page(site, chromium, name):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (.ci/run installs it in .cache/axe)")
    page = chromium.new_page()
    page.goto((site / f"{name}.html").as_uri())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    page.close()
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]] == []
