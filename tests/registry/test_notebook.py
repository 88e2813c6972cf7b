"""The notebook of the registry opens the forms of the study beside it."""

from __future__ import annotations

from pathlib import Path

import nbformat

from tests.studies import write_study

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "registratie.ipynb"


def code_cells():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_saved_without_outputs():
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells())
    assert [cell.metadata.get("tags") for cell in code_cells()].count(["parameters"]) == 1


def test_it_shows_the_forms_of_the_study(tmp_path, monkeypatch):
    write_study(tmp_path / "parameters")
    monkeypatch.chdir(tmp_path)
    *before, last = [cell.source for cell in code_cells()]
    names: dict[str, object] = {}
    for source in before:
        exec(source, names)
    shown = eval(last, names)
    names["registry"].close()
    assert len(shown.children[2].children) == 11
    assert (tmp_path / "parameters" / "registry.sqlite").is_file()
