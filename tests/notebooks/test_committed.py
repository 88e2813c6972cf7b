"""Notebooks are read by researchers: parameters, load, call, show, and nothing left behind."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys

import nbformat
import pytest

from tests.conftest import ROOT
from wijkkit.language.messages import catalogue

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


def test_city_notebooks_come_before_those_of_the_wijken():
    stages = [path.parent.name for path in BATCH]
    assert {"stad", "wijk"} == set(stages) and stages == sorted(stages)


def test_one_cell_holds_the_parameters(notebook):
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_a_sentence_stands_before_every_cell(notebook):
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", cell.source


def test_nothing_of_a_run_is_left_behind(notebook):
    text = json.dumps(notebook)
    assert "papermill" not in notebook.metadata
    assert not re.search(r"/(home|root|work|tmp|Users)/", text)
    for cell in code_cells(notebook):
        if "keep_output" not in cell.metadata.get("tags", []):
            assert cell.outputs == [] and cell.execution_count is None


def test_every_published_output_has_a_label_of_its_own():
    labels = [label for path in BATCH for label in published(nbformat.read(path, 4))]
    assert len(labels) == len(set(labels)) >= 60
    assert all(re.fullmatch(r"(fig|tbl|zin)-[a-z-]+", label) for label in labels)


def published(notebook) -> list[str]:
    """Return the labels that the cells of a notebook publish under."""
    calls = [
        node
        for cell in code_cells(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "wk.publish"
    ]
    return [call.args[1].value for call in calls if len(call.args) > 1]


def test_a_figure_shows_its_steps_in_a_few_lines():
    """Numbers are looked at before they are drawn, in every notebook."""
    for path in BATCH:
        cells = code_cells(nbformat.read(path, 4))
        looked_at = [cell for cell in cells if "publish" not in cell.source]
        assert len(looked_at) >= 3, path.name
        assert max(len(cell.source.splitlines()) for cell in cells) <= 12, path.name


def test_notebooks_are_stored_as_the_git_filter_of_the_lab_stores_them():
    """`wijkkit lab` sets nbstripout as filter: what it would change, git shows as changed."""
    command = [sys.executable, "-m", "nbstripout", "--verify", *map(str, PATHS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_a_notebook_with_an_output_is_told(tmp_path):
    content = nbformat.read(BATCH[0], 4)
    code_cells(content)[0].outputs = [nbformat.v4.new_output("stream", text="1")]
    nbformat.write(content, tmp_path / "n.ipynb")
    command = [sys.executable, "-m", "nbstripout", "--verify", str(tmp_path / "n.ipynb")]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 1


def test_the_git_filter_keeps_the_output_of_a_cell_that_is_tagged_so_and_of_no_other():
    cells = [nbformat.v4.new_code_cell("1", execution_count=1) for _ in range(2)]
    for cell in cells:
        cell.outputs = [nbformat.v4.new_output("stream", text="1")]
    cells[0].metadata["tags"] = ["keep_output"]
    written = nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()
    after = nbformat.reads(stripped(written).decode(), 4).cells
    assert [bool(cell.outputs) for cell in after] == [True, False]


def stripped(stored: bytes) -> bytes:
    """Return a notebook as the filter gives it to git."""
    command = [sys.executable, "-m", "nbstripout"]
    return subprocess.run(command, input=stored, capture_output=True, check=True, timeout=60).stdout


def test_only_the_last_city_notebook_releases_and_those_of_wijken_open_no_source():
    for path in BATCH:
        source = "\n".join(cell.source for cell in code_cells(nbformat.read(path, 4)))
        assert ("wk.release(" in source) == (path.name == "4_leren.ipynb"), path.name
        opened = re.findall(r"wk\.(open_study|load_\w+|people|estimate)\b", source)
        assert not opened or path.parent.name == "stad", path.name


def test_notebooks_know_nothing_of_the_demo():
    slugs = [path.stem for path in (ROOT / "parameters" / "wijken").glob("*.yml")]
    text = "\n".join(path.read_text(encoding="utf-8").lower() for path in PATHS)
    assert not [slug for slug in [*slugs, "lindestad", "kindmonitor"] if slug in text]


def columns_of_tables(notebook) -> set[str]:
    """Return the columns that a notebook's tables for readers name."""
    found: set[str] = set()
    for cell in code_cells(notebook):
        tree = ast.parse(cell["source"])
        nodes = list(ast.walk(tree))
        lists = {
            node.targets[0].id: node.value
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "wk.show.table":
                named = node.args[1]
                named = lists.get(named.id, named) if isinstance(named, ast.Name) else named
                found |= set(ast.literal_eval(named))
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_column_of_a_table_for_readers_has_a_head_in_words(notebook, language):
    show = catalogue("show", language)
    known = set(show["head"]) | {name for heads in show["heads"].values() for name in heads}
    # The ends of a grouping are called by their groups.
    assert columns_of_tables(notebook) - known <= {"last"}
