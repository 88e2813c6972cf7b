"""The working folder of a report: what goes in, and what is refused."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml

from tests.conftest import ROOT
from tests.reports.conftest import outputs_for, write_notebook
from wijkkit.errors import ReportError
from wijkkit.reports.cells import labelled_cells, read_notebook
from wijkkit.reports.pages import pages
from wijkkit.reports.runs import NotebookState
from wijkkit.reports.staging import Page, failed_notebooks, split_front_matter, stage
from wijkkit.reports.theme import load_house_style

SOURCE = """---
toc: true
---

{{< embed wijk/a.ipynb#fig-een >}}

{{< embed wijk/a.ipynb#tbl-een >}}

{{< embed wijk/a.ipynb#zin-een >}}
"""
OK = NotebookState("ok")


@pytest.fixture
def source(tmp_path):
    """Sources of their own, with the theme of the project."""
    shutil.copytree(ROOT / "reports", tmp_path / "sources")
    path = tmp_path / "sources" / "wijk.qmd"
    path.write_text(SOURCE)
    return path


def staged_page(study, source, states, tmp_path):
    page = Page("wijk-a", source, {"title": "A", "lang": "nl"})
    return stage(
        study, page, states, tmp_path / "work", load_house_style(ROOT / "reports" / "theme")
    )


def failed_of(study, source, states):
    return failed_notebooks(study, Page("wijk-a", source, {}), states)


def write_a(study, labels=("fig-een", "tbl-een", "zin-een"), **changes):
    outputs = {label: outputs_for(label) for label in labels} | changes
    write_notebook(study.runs / "wijk" / "wijk-a" / "a.ipynb", outputs)


def test_alt_text_and_captions_of_outputs_become_cell_options(executed, source, tmp_path):
    study, _ = executed
    write_a(study)
    staged = staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    cells = labelled_cells(read_notebook(staged.parent / "wijk-a" / "wijk" / "a.ipynb"))
    assert cells["fig-een"].options["fig-alt"] == "Balk van 41% in Wijk A"
    assert cells["fig-een"].options["fig-cap"] == "Figuur over Wijk A\\: kinderen"
    assert cells["tbl-een"].options["tbl-cap"] == "Tabel over Wijk A"


def test_the_body_of_a_source_is_staged_unchanged_and_the_metadata_are_added(
    executed, source, tmp_path
):
    study, _ = executed
    write_a(study)
    staged = staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    front, body = split_front_matter(staged.read_text())
    own, colophon, end = body.partition("\n::: {.colophon}")
    assert own.strip() == split_front_matter(SOURCE)[1].strip().replace(" wijk/", " wijk-a/wijk/")
    assert colophon and end.count(":::") == 1
    assert front.pop("format").keys() == {"html"}
    assert front.pop("callout-names")["note"] == "Opmerking"
    assert front == {
        "title": "A",
        "lang": "nl",
        "toc": True,
        "publisher": "",
        "toc-title": "Inhoud",
    }
    assert staged.name == "wijk-a.qmd"


def test_nothing_but_the_embedded_cells_and_allowed_types_is_staged(executed, source, tmp_path):
    study, _ = executed
    extra = [
        {"output_type": "stream", "name": "stdout", "text": "SECRET"},
        {"output_type": "display_data", "data": {"text/html": "<b>SECRET</b>"}, "metadata": {}},
        {"output_type": "display_data", "data": {"application/javascript": "SECRET"}},
        *outputs_for("zin-een"),
    ]
    write_a(study, **{"zin-een": extra, "zin-niet-gevraagd": [extra[0]]})
    staged = staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    text = (staged.parent / "wijk-a" / "wijk" / "a.ipynb").read_text()
    assert "SECRET" not in text and "niet-gevraagd" not in text


def test_a_label_that_is_not_in_the_notebook_is_named_with_the_notebook(executed, source, tmp_path):
    study, _ = executed
    write_a(study, labels=("fig-een", "zin-een"))
    with pytest.raises(ReportError) as error:
        staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    problem = error.value.problems[0]
    assert problem.found == "tbl-een" and problem.file.endswith("a.ipynb")
    assert problem.expected == "fig-een, zin-een"


def test_a_failed_notebook_is_said_on_the_page_and_its_output_is_not_used(
    executed, source, tmp_path
):
    study, _ = executed
    write_a(study)
    failed = {("wijk-a", "a"): NotebookState("failed", "ZeroDivisionError in cel 3")}
    staged = staged_page(study, source, failed, tmp_path)
    text = staged.read_text()
    assert failed_of(study, source, failed) == {
        "wijk/a.ipynb": "mislukt. ZeroDivisionError in cel 3"
    }
    assert "ZeroDivisionError in cel 3" in text and "embed" not in text
    assert "{#fig-een}" in text and "{#tbl-een}" in text
    assert not (staged.parent / "wijk-a" / "wijk").exists()


@pytest.mark.parametrize("status", ["missing", "stale", "running", "skipped", "interrupted"])
def test_whatever_is_not_ok_is_not_used(executed, source, tmp_path, status):
    study, _ = executed
    write_a(study)
    failed = failed_of(study, source, {("wijk-a", "a"): NotebookState(status)})
    assert list(failed) == ["wijk/a.ipynb"]


def test_a_notebook_that_the_run_knows_but_whose_file_is_gone_is_missing(
    executed, source, tmp_path
):
    study, _ = executed
    failed = failed_of(study, source, {("wijk-a", "a"): OK})
    assert failed == {"wijk/a.ipynb": "is niet uitgevoerd."}


def test_an_earlier_working_folder_leaves_nothing_behind(executed, source, tmp_path):
    study, _ = executed
    (tmp_path / "work" / "wijk-a" / "wijk").mkdir(parents=True)
    (tmp_path / "work" / "wijk-a" / "wijk" / "old.ipynb").write_text("{}")
    write_a(study)
    staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    assert not (tmp_path / "work" / "wijk-a" / "wijk" / "old.ipynb").exists()


def test_a_figure_that_is_only_a_text_keeps_its_number(executed, source, tmp_path):
    study, _ = executed
    write_a(study, **{"fig-een": outputs_for("zin-x")})
    staged = staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    text = staged.read_text()
    assert "::: {#fig-een}" in text and "spelen 41% van de kinderen" in text


def test_two_images_in_a_cell_keep_both_alt_texts(executed, source, tmp_path):
    study, _ = executed
    first, second = outputs_for("fig-een", "Een"), outputs_for("fig-een", "Twee")
    write_a(study, **{"fig-een": first + second})
    staged = staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
    cells = labelled_cells(read_notebook(staged.parent / "wijk-a" / "wijk" / "a.ipynb"))
    assert cells["fig-een"].options["fig-alt"] == ["Balk van 41% in Een", "Balk van 41% in Twee"]


def test_the_front_matter_of_the_project_pages_holds_their_words(executed):
    study, states = executed
    made = pages(study, states, ["wijk-a"], ("html",))
    assert [page.stem for page in made] == ["wijk-a", "stad", "index", "woorden"]
    assert made[0].metadata["title"] == "Wijk a"
    # Quarto writes a long date the American way in any English.
    assert made[0].metadata["date-format"] == "D MMMM YYYY"
    assert yaml.safe_load(yaml.safe_dump(dict(made[0].metadata)))["text"]["summary"]


def test_a_notebook_that_is_no_notebook_is_an_error_with_its_name(executed, source, tmp_path):
    study, _ = executed
    path = study.runs / "wijk" / "wijk-a" / "a.ipynb"
    path.write_text(json.dumps({"no": "cells"}))
    with pytest.raises(ReportError, match="a.ipynb"):
        staged_page(study, source, {("wijk-a", "a"): OK}, tmp_path)
