"""What is wrong with an executed notebook, and what of it is kept."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.studies import write_study
from wijkkit.batch.fingerprint import registry, sources
from wijkkit.batch.work import cleaned, failures, first_error
from wijkkit.registry import open_registry
from wijkkit.study import open_study

SHOWN = new_output("display_data", data={"text/plain": "3"})
ERROR = new_output("error", ename="E", evalue="gone", traceback=["E: gone"])
LABELLED = "#| label: fig-a\nplot()"


def code(source: str, count: int | None, outputs=(), tags=()) -> nbformat.NotebookNode:
    metadata = {"tags": list(tags)} if tags else {}
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def notebook(*cells: tuple) -> nbformat.NotebookNode:
    """An executed notebook of a heading and code cells."""
    return new_notebook(cells=[new_markdown_cell("# Title"), *(code(*cell) for cell in cells)])


def said(*cells: tuple) -> list[str]:
    bare = [cell for cell in cells if cell[3:] != (["injected-parameters"],)]
    return list(failures(notebook(*cells), nbformat.writes(notebook(*bare))))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([("x = 1", 1), ("x", 2, [SHOWN])], []),
        # A cell of spaces does not run, and injected parameters are none of the source.
        ([("x = 1", 1), (" \n", None), ("x", 2)], []),
        ([("wijk = 'a'", 1, [], ["injected-parameters"]), ("x", 2)], []),
        ([("x = 1", 1), ("x", None)], ["cell 3 did not run in its turn"]),
        ([("x = 1", 2)], ["cell 2 did not run in its turn"]),
        ([("x", 1, [SHOWN, ERROR])], ["cell 2 has an error"]),
        ([("x", 1, [ERROR], ["raises-exception"])], []),
        ([(LABELLED, 1, [SHOWN])], []),
        ([(LABELLED, 1)], ["cell 2 (fig-a) shows nothing"]),
        ([(LABELLED, 1, [new_output("stream", text="3")])], ["cell 2 (fig-a) shows nothing"]),
        ([(LABELLED, 1, [new_output("display_data", data={})])], ["cell 2 (fig-a) shows nothing"]),
        ([(LABELLED, 1, [ERROR])], ["cell 2 has an error", "cell 2 (fig-a) shows nothing"]),
    ],
)
def test_a_notebook_ran_from_its_first_cell_to_its_last_and_shows_what_reports_embed(
    cells, expected
):
    assert said(*cells) == expected


def test_other_cells_than_the_source_s_are_told():
    executed = notebook(("x", 1))
    source = nbformat.writes(notebook(("y", None)))
    assert list(failures(executed, source)) == ["its cells are not those of the notebook"]


def test_the_first_error_is_told_with_its_cell():
    assert first_error(notebook(("x", 1, [SHOWN]))) is None
    assert first_error(notebook(("x", 1), ("y", 2, [ERROR]))) == (2, "E: gone")


def test_no_path_of_the_study_s_machine_is_kept(tmp_path):
    folder = str(tmp_path / "study")
    words = new_output("stream", text=f"read {folder}/data/x.csv from {Path.home()}/y")
    kept = cleaned(notebook(("x", 1, [words])), folder)
    assert folder not in nbformat.writes(kept) and str(Path.home()) + "/y" not in nbformat.writes(
        kept
    )


@pytest.mark.parametrize("kept", ["path: r.sqlite", "url: 'sqlite:///{folder}/r.sqlite'"])
def test_what_is_registered_and_which_quotes_were_chosen_have_a_mark(tmp_path, kept):
    folder = write_study(tmp_path / "study")
    with (folder / "study.yml").open("a") as file:
        file.write(f"registry: {{{kept.format(folder=folder)}}}\nprocess: {{quotes: quotes.csv}}\n")
    study = open_study(folder)
    with open_registry(study) as opened:
        before = registry(study), sources(study)
        opened.save(
            "documents", {"wijk": "noord", "type": "plan", "title": "P", "reference": "1"}, "A"
        )
    saved = registry(study), sources(study)
    (folder / "quotes.csv").write_text("code;use;shown\n")
    assert before[0] != saved[0] == registry(study)
    assert before[1] == saved[1] != sources(study)
