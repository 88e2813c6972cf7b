"""Only what changed is made again, and every page says of which run it is."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from tests.conftest import ROOT
from tests.reports.conftest import make_study
from wijkkit.batch.fingerprint import hash_of
from wijkkit.reports import record
from wijkkit.reports.render import render_states
from wijkkit.reports.runs import NotebookState
from wijkkit.study import open_study

REPORTS = {"wijk-a", "wijk-b", "stad", "index"}
ALL = {*REPORTS, "woorden"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study whose sources are its own, and whose site is made."""
    folder = tmp_path_factory.mktemp("changed") / "study"
    study, states = make_study(folder)
    shutil.copytree(ROOT / "reports", folder / "reports", ignore=shutil.ignore_patterns("_site"))
    for number, key in enumerate(states):
        at = f"2021-07-31T10:{number:02}:00+00:00"
        states[key] = NotebookState("ok", fingerprint=hash_of(*key), at=at)
    assert set(render_states(study, states, engine="builtin").made) == ALL
    return study, states


@pytest.fixture
def site(made, tmp_path):
    """A copy of the study, its runs and its site; nothing is changed yet."""
    study, states = made
    shutil.copytree(study.folder, tmp_path / "study")
    return open_study(tmp_path / "study"), dict(states)


def again(study, states, **options) -> set[str]:
    return set(render_states(study, states, engine="builtin", **options).made)


def edit(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_changed_nothing_is_made_and_the_site_is_not_touched(site):
    study, states = site
    before = study.site.stat().st_ino
    assert again(study, states) == set()
    assert study.site.stat().st_ino == before


def test_a_changed_notebook_of_a_wijk_makes_the_page_of_that_wijk(site):
    study, states = site
    edit(study.runs / "wijk" / "wijk-b" / "2_doelen.ipynb", "41%", "42%")
    assert again(study, states) == {"wijk-b"}
    assert "42%" in (study.site / "wijk-b.html").read_text()
    assert again(study, states) == set()


def test_a_failed_notebook_makes_the_page_of_its_wijk_and_the_index(site):
    study, states = site
    states["wijk-b", "2_doelen"] = NotebookState("failed", "ValueError")
    assert again(study, states) == {"wijk-b", "index"}


@pytest.mark.parametrize(
    ("name", "touched"), [("1_schattingen", {"stad"}), ("4_leren", {"stad", "index"})]
)
def test_a_city_notebook_makes_the_pages_that_show_it(site, name, touched):
    study, states = site
    edit(study.runs / "stad" / f"{name}.ipynb", "41%", "42%")
    assert again(study, states) == touched


@pytest.mark.parametrize(
    ("name", "old", "new", "touched"),
    [
        ("wijk.qmd", "#sec-verder", "#sec-straks", {"wijk-a", "wijk-b"}),
        ("stad.qmd", "toc: true", "toc: false", {"stad"}),
        ("theme/house.yml", "#0b3a63", "#0b3a64", ALL),
        ("references.bib", "{2022}", "{2023}", ALL),
        ("theme/project.yml", "papersize: a4", "papersize: a5", ALL),
    ],
)
def test_a_changed_source_makes_the_pages_that_come_from_it(site, name, old, new, touched):
    study, states = site
    edit(study.folder / "reports" / name, old, new)
    assert again(study, states) == touched


def test_approval_forms_and_engine_make_everything(site):
    study, states = site
    assert again(study, states, approved=True) == REPORTS
    assert again(study, states, approved=True, formats=("html", "docx")) == REPORTS
    sources = study.folder / "reports"
    assert record.shared_inputs(sources, "builtin") != record.shared_inputs(sources, "quarto")


def test_no_summary_of_another_run_stays_beside_a_report_that_is_made_again(site):
    study, states = site
    briefs = {f"{stem}-kort" for stem in ("wijk-a", "wijk-b", "stad")}
    assert again(study, states, formats=("html", "pdf")) == REPORTS | briefs
    assert {path.stem for path in study.site.glob("*.pdf")} == {*briefs, "wijk-a", "wijk-b", "stad"}
    assert again(study, states, wijken=["wijk-b"]) == {"wijk-b", "stad", "index"}
    assert {path.name for path in study.site.glob("*.pdf")} == {"wijk-a.pdf", "wijk-a-kort.pdf"}
    assert again(study, states) == {"wijk-a"}
    assert list(study.site.glob("*.pdf")) == []


def test_changed_code_or_words_of_wijkkit_make_everything(site, tmp_path, monkeypatch):
    study, _ = site
    package = tmp_path / "wijkkit"
    for room in ("reports", "language"):
        shutil.copytree(ROOT / "wijkkit" / room, package / room)
    monkeypatch.setattr(record, "_PACKAGE", package)
    marks = [record.shared_inputs(study.folder / "reports", "builtin")]
    for name in ("reports/html/report.css", "reports/page.py", "language/nl/reports.yml"):
        with (package / name).open("a", encoding="utf-8") as file:
            file.write("\n")
        marks.append(record.shared_inputs(study.folder / "reports", "builtin"))
    assert len(set(marks)) == 4


def test_a_page_that_was_deleted_or_edited_is_made_again(site):
    study, states = site
    whole = (study.site / "wijk-a.html").read_bytes()
    (study.site / "wijk-a.html").write_text("edited")
    next((study.site / "wijk-b_files").iterdir()).unlink()
    assert again(study, states) == {"wijk-a", "wijk-b"}
    assert (study.site / "wijk-a.html").read_bytes() == whole


def test_a_page_of_no_wijk_does_not_stay(site):
    study, states = site
    (study.site / "wijk-z.html").write_text("somebody's")
    assert again(study, states) == set()
    assert not (study.site / "wijk-z.html").exists()


def test_a_changed_style_sheet_of_the_site_is_made_again(site):
    study, states = site
    sheet = study.site / "assets" / "report.css"
    whole = sheet.read_bytes()
    sheet.write_text("edited")
    again(study, states)
    assert sheet.read_bytes() == whole


def test_a_record_that_cannot_be_read_makes_everything(site):
    study, states = site
    (study.runs / "reports.json").write_text("{")
    assert again(study, states) == ALL


def test_the_colophon_and_the_manifest_of_the_site_say_the_same(site):
    study, states = site
    entry = json.loads((study.runs / "reports.json").read_text())["pages"]["wijk-b"]
    own = {f"{s}/{n}": state for (s, n), state in states.items() if s == "wijk-b"}
    assert entry["notebooks"] == {name: state.fingerprint for name, state in own.items()}
    marks = [part for name in sorted(own) for part in (name, own[name].fingerprint)]
    assert entry["fingerprint"] == hash_of(*marks)[:12]
    assert entry["at"] == max(state.at for state in own.values())
    page = BeautifulSoup((study.site / "wijk-b.html").read_text(), "html.parser")
    shown = page.select_one("main footer.colophon").get_text(" ", strip=True)
    assert shown == (
        f"Gemaakt met wijkkit {entry['wijkkit']}, van de berekening van 31 juli 2021, "
        f"{entry['at'][11:16]} uur (UTC). Kenmerk: {entry['fingerprint']}."
    )


def test_another_run_of_a_notebook_is_said_on_the_page_that_shows_it(site):
    study, states = site
    state = states["wijk-b", "2_doelen"]
    states["wijk-b", "2_doelen"] = replace(state, fingerprint="other")
    assert again(study, states) == {"wijk-b"}
