"""Notebooks are read by researchers: parameters, load, call, show, and nothing left behind."""

from __future__ import annotations

import ast
import json
import re

import nbformat
import pytest

from tests.conftest import ROOT
from wijkkit.batch.notebooks import read_notebooks

PATHS = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if path.parent.name[0] != ".")
BATCH = [path for path in PATHS if path.parent.name in ("stad", "wijk")]


def name(path) -> str:
    return str(path.relative_to(ROOT / "notebooks"))


@pytest.fixture(params=PATHS, ids=name)
def notebook(request) -> nbformat.NotebookNode:
    found = nbformat.read(request.param, as_version=4)
    nbformat.validate(found)
    return found


def code_cells(notebook) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_four_city_and_six_neighbourhood_notebooks_are_there():
    assert [name(path) for path in BATCH] == [
        "stad/1_schattingen.ipynb", "stad/2_effectevaluatie.ipynb",
        "stad/3_procesevaluatie.ipynb", "stad/4_leren.ipynb", "wijk/1_analyse.ipynb",
        "wijk/2_doelen.ipynb", "wijk/3_interventies.ipynb", "wijk/4_inzet.ipynb",
        "wijk/5_resultaten.ipynb", "wijk/6_verbetercyclus.ipynb",
    ]  # fmt: skip


def test_one_cell_holds_the_parameters(notebook):
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_a_sentence_stands_before_every_cell(notebook):
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", cell.source


def test_there_is_no_machinery(notebook):
    refused = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.With, ast.Try)
    for cell in code_cells(notebook):
        tree = ast.parse(re.sub(r"^%.*$", "", cell.source, flags=re.MULTILINE))
        assert not [node for node in ast.walk(tree) if isinstance(node, refused)], cell.source


def test_nothing_of_a_run_is_left_behind(notebook):
    text = json.dumps(notebook)
    assert "papermill" not in notebook.metadata
    assert not re.search(r"/(home|root|work|tmp|Users)/", text)
    for cell in code_cells(notebook):
        if "keep_output" not in cell.metadata.get("tags", []):
            assert cell.outputs == [] and cell.execution_count is None


def test_every_cell_that_shows_something_has_a_label_of_its_own():
    for path in BATCH:
        labels = re.findall(
            r"#\| label: (\S+)", "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
        )
        assert len(labels) == len(set(labels)) >= 3
        assert all(re.fullmatch(r"(fig|tbl|zin)-[a-z-]+", label) for label in labels)


def test_the_batch_understands_what_the_notebooks_say_of_themselves():
    notebooks = read_notebooks(ROOT / "notebooks")
    written = {table for notebook in notebooks for table in notebook.writes}
    for notebook in notebooks:
        assert set(notebook.reads or ()) <= written, notebook.file
        if notebook.stage == "wijk":
            assert notebook.writes == ()


def test_notebooks_know_nothing_of_the_demo():
    slugs = [path.stem for path in (ROOT / "parameters" / "wijken").glob("*.yml")]
    text = "\n".join(path.read_text(encoding="utf-8").lower() for path in PATHS)
    assert not [slug for slug in [*slugs, "lindestad", "kindmonitor"] if slug in text]
