"""What a real Quarto makes of a staged folder, as far as that shows without one.

Quarto writes an embedded cell as Markdown, which Pandoc reads; the first test writes it the same.
"""

from __future__ import annotations

import json

import pytest

from tests.reports.conftest import write_notebook
from tests.reports.payloads import PAYLOADS
from tests.reports.test_report_safety import hostile_outputs, kinds
from wijkkit.reports.cells import labelled_cells, read_notebook
from wijkkit.reports.pandoc import attribute, elements, plain, read
from wijkkit.reports.staged_notebook import stage_notebooks


@pytest.mark.parametrize("words", [*PAYLOADS, "'t Zand en 's-Gravenwijk", r"a\'b & c\\"])
def test_quarto_reads_captions_and_alt_texts_as_they_were(words, tmp_path):
    outputs = {label: hostile_outputs(label, words) for label in ("fig-a", "tbl-a")}
    write_notebook(tmp_path / "run.ipynb", outputs)
    stage_notebooks([(tmp_path / "run.ipynb", list(outputs), tmp_path / "a.ipynb")])
    options = {
        key: c.options for key, c in labelled_cells(read_notebook(tmp_path / "a.ipynb")).items()
    }
    fig, tbl = options["fig-a"], options["tbl-a"]
    assert "{{<" not in json.dumps(options)
    alt, caption = (text.replace("'", "\\'") for text in (fig["fig-alt"], tbl["tbl-cap"]))
    page = read(
        f"![{fig['fig-cap']}](a.svg){{#fig-a fig-alt='{alt}'}}\n\n"
        f"::: {{#tbl-a tbl-cap='{caption}'}}\nA\n:::\n",
        "markdown",
    )
    figure, table = page["blocks"]
    alt = attribute(next(elements(figure, "Image")), "fig-alt")
    assert alt.replace("\N{WORD JOINER}", "") == words
    again = read(attribute(table, "tbl-cap"), "markdown")
    for shown in (figure["c"][1], again["blocks"]):
        assert plain(shown) == words
        assert set(kinds(shown)) <= {"Plain", "Para", "Str", "Space"}
