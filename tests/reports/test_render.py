"""A site from executed notebooks: all pages, in place at once, and honest about what failed."""

from __future__ import annotations

import os

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from tests.reports.conftest import make_study
from tests.reports.features import read_structure
from wijkkit.batch.manifest import COLUMNS
from wijkkit.disclosure import Release, policy_for
from wijkkit.disclosure.sign_off import record_audit
from wijkkit.errors import ParameterError, ReportError
from wijkkit.released.store import write_released
from wijkkit.reports import render as module
from wijkkit.reports import runs
from wijkkit.reports.render import render_states
from wijkkit.reports.runs import NotebookState
from wijkkit.study import open_study

REPORTS = ("wijk-a", "wijk-b", "stad")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    study, states = make_study(tmp_path_factory.mktemp("site") / "study")
    result = render_states(study, states, engine="builtin", formats=("html", "pdf", "docx"))
    return study, result


def test_every_wijk_the_city_and_an_index_have_a_page_in_every_form(made):
    _study, result = made
    names = {path.name for path in result.files}
    assert names == {
        "index.html",
        "woorden.html",
        *(f"{stem}.{form}" for stem in REPORTS for form in ("html", "pdf", "docx")),
        *(f"{stem}-kort.pdf" for stem in REPORTS),
    }
    assert all(path.stat().st_size > 1000 for path in result.files)
    assert result.engine == "builtin" and result.failed == {}


def test_all_links_and_images_of_the_site_lead_to_files_of_the_site(made):
    study, _ = made
    for page in study.site.glob("*.html"):
        soup = BeautifulSoup(page.read_text(), "html.parser")
        targets = [tag["href"] for tag in soup.find_all(["a", "link"])]
        targets += [tag["src"] for tag in soup.find_all("img")]
        for target in targets:
            if target.startswith("#"):
                assert soup.find(id=target[1:]) is not None, target
            elif not target.startswith("https://doi.org/"):
                assert (study.site / target).is_file(), target


def test_every_figure_has_an_alt_text_and_every_wijk_its_own_figures(made):
    study, _ = made
    for slug in ("wijk-a", "wijk-b"):
        structure = read_structure(study.site / f"{slug}.html")
        alts = [image["alt"] for image in structure["images"]]
        assert alts and set(alts) == {f"Balk van 41% in {slug.replace('-', ' ').capitalize()}"}


def test_an_indicator_that_could_not_be_protected_is_named_with_the_reason(tmp_path):
    folder = tmp_path / "study"
    make_study(folder)
    (folder / "indicators.yml").write_text(
        "strain:\n  label: {nl: Spanning <thuis>}\n  function: f\n  columns: {}\n"
        "  question_version: proef\n  direction: lower\n"
    )
    study = open_study(folder)
    released = Release(pd.DataFrame(), {}, policy_for(study), left_out=("strain",))
    write_released(study, "timeline", pd.DataFrame({"kind": []}))
    record_audit(study, released)
    states = {
        (scope, source.stem): NotebookState("ok")
        for scope in ("stad", "wijk-a", "wijk-b")
        for source in (study.runs / "stad").parent.glob(f"**/{scope}/*.ipynb")
    }
    render_states(study, states, engine="builtin", formats=("html",))
    for page in ("wijk-a", "stad"):
        soup = BeautifulSoup((study.site / f"{page}.html").read_text(), "html.parser")
        said = " ".join(soup.get_text(" ").split())
        why = "tonen we niets: anders zijn antwoorden van afzonderlijke kinderen te berekenen."
        assert f"Van ‘Spanning <thuis>’ {why}" in said
    quality = BeautifulSoup((study.site / "wijk-a.html").read_text(), "html.parser")
    fold = next(one for one in quality.find_all("details") if why in one.get_text(" "))
    assert "Hoe goed zijn deze gegevens?" in fold.find("summary").get_text()


def test_the_site_stays_as_it_was_when_a_report_cannot_be_made(tmp_path):
    study, states = make_study(tmp_path / "study", wijken=("wijk-a", "wijk-b"))
    render_states(study, states, engine="builtin")
    before = {path: path.read_bytes() for path in study.site.rglob("*") if path.is_file()}
    (study.runs / "wijk" / "wijk-b" / "2_doelen.ipynb").write_text('{"cells": []}')
    with pytest.raises(ReportError, match="fig-doelen"):
        render_states(study, states, engine="builtin")
    after = {path: path.read_bytes() for path in study.site.rglob("*") if path.is_file()}
    assert before == after
    assert [
        path.name for path in study.site.parent.iterdir() if path.name.startswith(".site")
    ] == []


def test_the_failure_of_one_wijk_leaves_the_other_whole_and_is_on_page_and_index(tmp_path):
    study, states = make_study(tmp_path / "study")
    states["wijk-b", "2_doelen"] = NotebookState("failed", "ValueError in cel 3")
    result = render_states(study, states, engine="builtin")
    assert result.failed == {"wijk-b": {"wijk/2_doelen.ipynb": "mislukt. ValueError in cel 3"}}
    text = (study.site / "wijk-b.html").read_text()
    assert "niet compleet" in text and "ValueError in cel 3" in text
    assert "niet compleet" not in (study.site / "wijk-a.html").read_text()
    assert "2_doelen (ValueError in cel 3)" in (study.site / "index.html").read_text()


def test_an_older_output_of_a_failed_notebook_is_on_no_page(tmp_path):
    study, states = make_study(tmp_path / "study", wijken=("wijk-a", "wijk-b"))
    path = study.runs / "wijk" / "wijk-b" / "2_doelen.ipynb"
    path.write_text(path.read_text().replace("Buitenspelen", "OLDER"))
    states["wijk-b", "2_doelen"] = NotebookState("failed", "")
    render_states(study, states, engine="builtin")
    assert "OLDER" not in (study.site / "wijk-b.html").read_text()


def test_a_part_of_the_wijken_leaves_the_other_pages_as_they_were(tmp_path):
    study, states = make_study(tmp_path / "study")
    render_states(study, states, engine="builtin")
    kept = study.site / "wijk-a.html"
    os.utime(kept, (1, 1))
    result = render_states(study, states, engine="builtin", wijken=["wijk-b"])
    assert {path.name for path in result.files} == {
        "wijk-b.html",
        "stad.html",
        "index.html",
        "woorden.html",
    }
    assert kept.stat().st_mtime == 1


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path):
    study, states = make_study(tmp_path / "study")
    study.site.mkdir()
    (study.site / "thesis.txt").write_text("mine")
    with pytest.raises(ReportError, match="something else"):
        render_states(study, states, engine="builtin")
    assert (study.site / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"engine": "word"}, ReportError, "unknown engine"),
        ({"formats": ("odt",)}, ReportError, "unknown format"),
        ({"wijken": ["nowhere"]}, ParameterError, "unknown wijk 'nowhere'"),
    ],
)
def test_what_cannot_be_asked_for_is_said(executed, arguments, error, message):
    study, states = executed
    with pytest.raises(error, match=message):
        render_states(study, states, **arguments)


def test_quarto_is_asked_for_where_there_is_none(executed, monkeypatch):
    study, states = executed
    monkeypatch.setattr(module, "find_quarto", lambda: None)
    with pytest.raises(ReportError, match="not on the path"):
        render_states(study, states, engine="quarto")


def test_an_english_study_gives_pages_without_dutch(tmp_path):
    study, states = make_study(tmp_path / "study", language="en")
    render_states(study, states, engine="builtin")
    structure = read_structure(study.site / "wijk-a.html")
    assert structure["lang"] == "en"
    assert any(caption.startswith("Figure 1: ") for caption in structure["captions"])
    words = ["Inhoud", "Bronnen", "Paragraaf", "Tabel ", "Overzicht", "Zoek", "rapport", "Naar de"]
    for page in study.site.glob("*.html"):
        soup = BeautifulSoup(page.read_text(), "html.parser")
        for made_in_dutch in soup.select("p, caption, figcaption, td, th"):
            made_in_dutch.decompose()
        text = soup.get_text(" ") + str(soup.body.attrs)
        assert [word for word in words if word in text] == []


def test_the_batch_says_which_notebooks_may_be_used(executed, monkeypatch):
    study, _ = executed
    rows = [
        ("stad", "1_schattingen", "ok", "", "", None),
        ("wijk-a", "1_analyse", "failed", "ValueError", "geen cijfers", 3),
        ("wijk-a", "2_doelen", "skipped", "", "needs stad/2, which did not succeed", None),
    ]
    columns = ["scope", "notebook", "status", "kind", "message", "cell"]
    assert set(columns) <= set(COLUMNS), "the batch's own table has these columns"
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    monkeypatch.setattr(runs, "states", lambda study: found)
    assert runs.notebook_states(study) == {
        ("stad", "1_schattingen"): NotebookState("ok"),
        ("wijk-a", "1_analyse"): NotebookState("failed", "cel 3: ValueError: geen cijfers"),
        ("wijk-a", "2_doelen"): NotebookState("skipped"),
    }


def test_a_report_is_a_concept_until_somebody_approved_it(executed):
    study, states = executed
    render_states(study, states, engine="builtin", formats=("html", "docx"))
    for name in ("wijk-a", "stad", "index"):
        assert "nog niet vastgesteld" in (study.site / f"{name}.html").read_text()
    render_states(study, states, engine="builtin", approved=True)
    for name in ("wijk-a", "stad", "index"):
        assert "nog niet vastgesteld" not in (study.site / f"{name}.html").read_text()


def test_nothing_stays_of_a_wijk_that_is_no_longer_in_the_study(executed):
    study, states = executed
    render_states(study, states, engine="builtin")
    (study.folder / "wijken" / "wijk-b.yml").unlink()
    (study.folder / "wijken" / "wijk-a.yml").write_text(
        (study.folder / "wijken" / "wijk-a.yml").read_text().replace("programme", "none")
    )
    render_states(open_study(study.folder), states, engine="builtin")
    assert not (study.site / "wijk-b.html").exists()
    assert not (study.runs / "reports" / "wijk-b").exists()
