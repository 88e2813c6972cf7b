"""What is kept between steps and pages is what would be made again."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from pathlib import Path

import pytest

from tests.reports.conftest import outputs_for
from wijkkit.errors import ReportError
from wijkkit.reports import cells as cells_module
from wijkkit.reports import engine, pandoc, pdf
from wijkkit.reports.cells import html_in_markdown, html_tables, markdown_blocks
from wijkkit.reports.crossref import resolve_citations
from wijkkit.reports.images import svg_image
from wijkkit.reports.page import NO_FRAME, write_page, write_site_pages
from wijkkit.reports.pandoc import HTML, TEXT, convert, elements, plain, read
from wijkkit.reports.site_check import side_by_side
from wijkkit.reports.staged_notebook import stage_notebooks

parent = os.getpid()
CELLS = {"tbl-een": outputs_for("tbl-een"), "zin-een": outputs_for("zin-een")}
BOOK = "@book{a2020, author = {Aa, B.}, title = {C}, year = {2020}}"


def test_the_tree_that_is_kept_of_a_staged_output_is_the_one_that_would_be_read(
    tmp_path, monkeypatch
):
    cells = [
        {"cell_type": "code", "source": f"#| label: {label}", "outputs": outputs}
        for label, outputs in CELLS.items()
    ]
    stage_notebooks([({"cells": cells}, CELLS, tmp_path / "a.ipynb")])
    for cell in json.loads((tmp_path / "a.ipynb").read_text())["cells"]:
        for kind, staged in cell["outputs"][0]["data"].items():
            mime, text = html_in_markdown(kind, staged)
            source = HTML if mime == "text/html" else TEXT
            read_blocks = html_tables if mime == "text/html" else markdown_blocks
            assert (text, source, "json") in pandoc._CACHE and (mime, text) in cells_module._BLOCKS
            tree, blocks = read(text, source)["blocks"], read_blocks(text)
            with monkeypatch.context() as patch:
                patch.setattr(pandoc, "_CACHE", {})
                patch.setattr(cells_module, "_BLOCKS", {})
                assert tree == read(text, source)["blocks"] and blocks == read_blocks(text)


def test_pages_made_together_are_those_made_one_by_one(monkeypatch):
    documents = [({**read(f"# {name}"), "meta": {}}, "nl", NO_FRAME) for name in ("Een", "Twee")]
    together = write_site_pages(documents)
    assert together == [write_page(*document) for document in documents]
    assert "Een" in together[0] and "Twee" in together[1]


def test_a_warning_of_pandoc_is_an_error_of_the_page(monkeypatch):
    wrong = {"t": "Para", "c": [{"t": "Math", "c": [{"t": "InlineMath"}, r"\nosuchmacro{"]}]}
    document = {**read("a"), "meta": {}, "blocks": [wrong]}
    with pytest.raises(ReportError, match="nosuchmacro"):
        write_page(document, "nl", NO_FRAME)


def test_fragments_are_converted_in_one_run_and_once(monkeypatch):
    runs, run = [], pandoc.run
    monkeypatch.setattr(pandoc, "_CACHE", {})
    monkeypatch.setattr(pandoc, "run", lambda *given: runs.append(given) or run(*given))
    parts = [("*a*", "markdown", "html"), ("*b*", "markdown", "html"), ("*a*", "markdown", "html")]
    assert convert(parts) == ["<p><em>a</em></p>", "<p><em>b</em></p>", "<p><em>a</em></p>"]
    assert convert(parts[:1]) == ["<p><em>a</em></p>"] and len(runs) == 1


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(pandoc, "_CACHE", {})
    monkeypatch.setattr(pandoc, "_MOST", 3)
    for number in range(5):
        pandoc.remember((str(number),), "made")
    assert list(pandoc._CACHE) == [("2",), ("3",), ("4",)]


def test_a_clean_image_is_the_same_when_it_is_cleaned_again():
    image = b'<svg xmlns="http://www.w3.org/2000/svg"><g onclick="x()"/><script>1</script></svg>'
    clean = svg_image(image)
    assert b"onclick" not in clean and b"script" not in clean
    assert svg_image(clean) == clean


def _square(side: int) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}"/>'.encode()


def test_figures_are_drawn_together_as_they_would_be_one_by_one_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "_DRAWN", {})
    (tmp_path / "in").mkdir()
    for name, side in (("c", 9), ("a", 18), ("b", 9)):
        (tmp_path / "in" / f"{name}.svg").write_bytes(_square(side))
    pdf.draw_stored(tmp_path)
    drawn = {path.stem: path.read_bytes() for path in tmp_path.rglob("*.png")}
    assert drawn["b"] == drawn["c"] != drawn["a"] and len(pdf._DRAWN) == 2
    monkeypatch.setattr(pdf.typst, "compile", None)  # what was drawn is not drawn again
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "d.svg").write_bytes(_square(18))
    pdf.draw_stored(tmp_path / "again")
    assert (tmp_path / "again" / "d.png").read_bytes() == drawn["a"]


@pytest.mark.parametrize(("pages", "jobs"), [(0, 2), (1, 2), (3, 2), (9, 2), (74, 2), (74, 3)])
def test_every_page_is_in_one_go_and_all_jobs_have_work(pages, jobs):
    goes = engine._goes(list(range(pages)), jobs)
    assert sorted(page for go in goes for page in go) == list(range(pages))
    sizes = [len(go) for go in goes]
    assert max(sizes, default=0) <= engine._AT_ONCE
    assert not pages or (max(sizes) - min(sizes) <= 1 and len(goes) >= min(jobs, pages))


def cited(tmp_path, body: str):
    (tmp_path / "b.bib").write_text(BOOK)
    return resolve_citations(read(f"---\nbibliography: b.bib\nlang: nl\n---\n{body}"), tmp_path)


@pytest.mark.parametrize(
    "body", ["Zie [@a2020, p. 3].", "Zie [@a2020, p. 3].\n\n# B\n\n::: {#refs}\n:::"]
)
def test_citations_and_the_list_are_those_of_pandoc_on_the_whole_page(tmp_path, body):
    (tmp_path / "b.bib").write_text(BOOK)
    text = f"---\nbibliography: b.bib\nlang: nl\n---\n{body}"
    options = ("--citeproc", "--metadata=link-citations:true")
    whole = pandoc.run(text, "-f", pandoc.MARKDOWN, "-t", "json", *options, folder=tmp_path)
    assert plain(cited(tmp_path, body)["blocks"]) == plain(json.loads(whole)["blocks"])


def test_a_changed_bibliography_is_read_again(tmp_path):
    cited(tmp_path, "Zie @a2020.")
    changed = tmp_path / "other"
    changed.mkdir()
    (changed / "b.bib").write_text(BOOK.replace("Aa", "Zz"))
    page = resolve_citations(read("---\nbibliography: b.bib\nlang: nl\n---\nZie @a2020."), changed)
    assert "Zz" in plain(list(elements(page["blocks"], "Cite")))


def test_a_source_that_is_not_in_the_bibliography_is_an_error(tmp_path):
    with pytest.raises(ReportError, match="b2021"):
        cited(tmp_path, "Zie @b2021.")


def test_a_process_that_ran_typst_makes_pages_in_threads(monkeypatch):
    """A process that is forked then waits for Typst's threads without end."""
    pdf_was_made = pdf.TYPST_USED
    monkeypatch.setattr(pdf, "TYPST_USED", threading.Event())
    # Threads that other tests left behind start nothing here.
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert side_by_side(lambda _: os.getpid() == parent, [1], 1, apart=True) == [False]
    pdf_was_made.set()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.svg").write_bytes(_square(9))
        pdf.draw_stored(Path(folder))
    assert pdf.TYPST_USED.is_set()
    here = side_by_side(
        lambda _: os.getpid() == parent, [1, 2], 2, fork=not pdf.TYPST_USED.is_set()
    )
    assert here == [True, True]
