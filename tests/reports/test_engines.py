"""A real Quarto and the built-in engine make the same pages; and what a source may get wrong."""

from __future__ import annotations

import shutil

import pytest

from tests.reports.conftest import make_study
from tests.reports.features import differences, page_structure, read_structure
from wijkkit.errors import ReportError
from wijkkit.reports.engine import render_html
from wijkkit.reports.quarto import find_quarto
from wijkkit.reports.render import render_states


@pytest.mark.skipif(find_quarto() is None, reason="Quarto is not on the path")
def test_both_engines_make_pages_of_the_same_structure(tmp_path):
    study, states = make_study(tmp_path / "study")
    render_states(study, states, engine="builtin")
    shutil.copytree(study.site, tmp_path / "builtin")
    result = render_states(study, states, engine="quarto")
    assert result.engine == "quarto"
    for page in ("wijk-a.html", "stad.html", "index.html"):
        own = read_structure(tmp_path / "builtin" / page)
        assert differences(own, read_structure(study.site / page)) == []


def test_the_staged_folder_is_a_project_of_quarto_with_all_pages(tmp_path):
    study, states = make_study(tmp_path / "study")
    render_states(study, states, engine="builtin")
    folder = study.runs / "reports"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"_quarto.yml", "references.bib", "wijk-a/wijk/1_analyse.ipynb"} <= names
    pages = {"wijk-a.qmd", "wijk-b.qmd", "stad.qmd", "index.qmd", "woorden.qmd"}
    assert {name for name in names if name.endswith(".qmd")} == pages
    assert (folder / "assets" / "report.css").read_bytes() == (
        study.site / "assets" / "report.css"
    ).read_bytes()
    assert str(tmp_path) not in "".join(path.read_text() for path in folder.glob("*.qmd"))


def test_two_structures_that_differ_are_told_apart_by_what_differs():
    first = page_structure("<main><h2 id='a'>1 A</h2><p>B</p></main>")
    second = page_structure("<main><h2 id='a'>2 A</h2><p>B</p></main>")
    assert [difference.partition(":")[0] for difference in differences(first, second)] == [
        "headings"
    ]


def test_the_structure_of_a_page_of_quarto_is_read_the_same(tmp_path):
    page = """<html lang="nl"><main id="quarto-document-content">
    <header id="title-block-header"><h1 class="title">Wijk A</h1></header>
    <section id="sec-a" class="level2" data-number="1">
    <h2 data-number="1" class="anchored"><span class="header-section-number">1</span> A</h2>
    <div class="callout callout-style-default callout-tip callout-titled">
    <div class="callout-header"><div class="callout-icon-container"><i></i></div>
    <div class="callout-title-container flex-fill"><span class="screen-reader-only">Tip</span>Titel
    </div></div><div class="callout-body-container callout-body"><p>Tekst.</p></div></div>
    <p><span class="math display">\\[x\\tag{1}\\]</span></p></section></main></html>"""
    found = page_structure(page)
    assert found["headings"] == [{"level": 2, "id": "sec-a", "text": "1 A"}]
    assert found["callouts"] == [{"type": "tip", "title": "Tip Titel", "body": "Tekst."}]
    source = tmp_path / "a.qmd"
    source.write_text(
        "---\ntitle: Wijk A\nlang: nl\nnumber-sections: true\n---\n\n## A {#sec-a}\n\n"
        "::: {.callout-tip}\n## Titel\nTekst.\n:::\n\n$$\nx\n$$ {#eq-x}\n"
    )
    own = read_structure(render_html(source, tmp_path / "a.html"))
    assert {**own, "paragraphs": None} == {**found, "paragraphs": None}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Zie @fig-weg.", "'fig-weg', which is not there"),
        ("Volgens @nobody2020.", "nobody2020"),
        ("{{< meta weg >}}", "no 'weg'"),
        ("{{< include a.md >}}", "unknown shortcode 'include'"),
        ("Een {{< embed a.ipynb#x >}} in een zin.", "unknown shortcode 'embed'"),
        ("{{< embed weg.ipynb#x >}}", "weg.ipynb"),
    ],
)
def test_what_is_wrong_in_a_source_is_said(tmp_path, body, message):
    source = tmp_path / "a.qmd"
    source.write_text(f"---\ntitle: A\nlang: nl\n---\n\n{body}\n")
    with pytest.raises(ReportError) as error:
        render_html(source, tmp_path / "a.html")
    assert message in str(error.value)
    assert not (tmp_path / "a.html").exists()
