"""What a real Quarto makes of a staged folder, as far as that shows without one.

Quarto writes an embedded cell as Markdown, which Pandoc reads; the first test writes it the same.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import typst
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.reports.conftest import SVG, make_study, write_notebook
from tests.reports.payloads import PAYLOADS
from tests.reports.test_report_safety import hostile_outputs, kinds
from wijkkit.reports.cells import labelled_cells, read_notebook
from wijkkit.reports.frame import Frame
from wijkkit.reports.pandoc import attribute, elements, plain, read, run
from wijkkit.reports.quarto import write_theme
from wijkkit.reports.render import render_states
from wijkkit.reports.staged_notebook import stage_notebooks

THEME = ROOT / "reports" / "theme"
CONFIG = yaml.safe_load((ROOT / "reports" / "_quarto.yml").read_text(encoding="utf-8"))


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


@pytest.fixture(scope="module")
def staged(tmp_path_factory) -> Path:
    """The working folders of all pages of a site, in HTML and for Word."""
    study, states = make_study(tmp_path_factory.mktemp("staged") / "study")
    render_states(study, states, engine="builtin", formats=("html", "docx"))
    return study.runs / "reports"


def test_a_staged_folder_has_every_file_that_its_project_names(staged):
    named = [name for name in strings(CONFIG["format"]) if name.startswith("theme/")]
    assert len(named) == len(set(named)) == 7
    for stem in ("wijk-a", "stad", "index", "woorden"):
        assert [name for name in named if not (staged / stem / name).is_file()] == []


def strings(node) -> list[str]:
    """Return all strings in a setting."""
    if isinstance(node, dict | list):
        parts = node.values() if isinstance(node, dict) else node
        return [text for part in parts for text in strings(part)]
    return [node] if isinstance(node, str) else []


def test_a_page_of_quarto_leads_to_the_others_and_says_who_publishes_it(staged):
    theme = staged / "wijk-a" / "theme"
    header, footer = (
        BeautifulSoup((theme / name).read_text(), "html.parser")
        for name in ("header.html", "footer.html")
    )
    links = {tag["href"]: tag.get_text() for tag in header.find_all("a")}
    pages = ["index.html", "stad.html", "wijk-a.html", "woorden.html"]
    assert list(links) == [*pages, "wijk-a.docx"]
    assert header.select_one("[aria-current=page]").get_text() == links["wijk-a.html"] == "Wijk a"
    assert footer.select_one("footer").get_text() == "Wijkprogrammering"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_around_a_page_of_quarto_make_no_element(payload, tmp_path):
    shutil.copytree(THEME, tmp_path / "theme")
    frame = Frame(payload, payload, pages=(("a.html", payload),), current="a.html")
    write_theme(tmp_path / "theme", "nl", frame)
    header = BeautifulSoup((tmp_path / "theme" / "header.html").read_text(), "html.parser")
    assert header.a.get_text() == payload
    assert {tag.name for tag in header.find_all(True)} == {"nav", "ul", "li", "a"}
    footer = BeautifulSoup((tmp_path / "theme" / "footer.html").read_text(), "html.parser")
    assert footer.footer.get_text() == f"{payload} · {payload}"
    assert [tag.name for tag in footer.find_all(True)] == ["footer", "script", "script"]


def test_a_report_has_three_forms_without_contents_in_word_and_another_page_one(staged):
    forms = {}
    for stem in ("wijk-a", "stad", "index", "woorden"):
        source = (staged / stem / f"{stem}.qmd").read_text(encoding="utf-8")
        forms[stem] = yaml.safe_load(source.split("---\n")[1])["format"]
    assert forms["wijk-a"] == forms["stad"]
    assert list(forms["stad"]) == list(CONFIG["format"])
    assert forms["stad"]["docx"] == {"toc": False}
    assert forms["index"] == forms["woorden"] == {"html": "default"}


#: What stands before the included file in Quarto's Typst, as far as it matters here.
STOCK = """#set document(title: [A])
#set page(paper: "a4")
#let callout(body: [], title: "", background_color: white, icon: none, icon_color: black,
  body_background_color: white) = block(breakable: false)[#title #body]
"""
LONG = """
#callout(title: [De cijfers], background_color: rgb("#dae6fb"), icon_color: rgb("#0758e5"),
  icon: none, body_background_color: white, body: [
#figure([#table(columns: 2, table.header([Rij], [Tekst]), {rows})],
  caption: figure.caption(position: top, [Lang]), kind: "quarto-float-tbl", supplement: "Tabel")
])
"""


@pytest.mark.parametrize(("included", "goes_on"), [("", False), ("quarto.typ", True)])
def test_a_table_longer_than_a_page_goes_on_in_the_pdf_of_quarto(included, goes_on, tmp_path):
    rows = ", ".join(f"[rij{number}.], [tekst]" for number in range(120))
    ours = (THEME / included).read_text(encoding="utf-8") if included else ""
    (tmp_path / "a.typ").write_text(STOCK + ours + LONG.replace("{rows}", rows), encoding="utf-8")
    typst.compile(tmp_path / "a.typ", output=tmp_path / "a.pdf", pdf_standards=["ua-1"])
    texts = [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]
    found = {page for page, text in enumerate(texts) for n in range(120) if f"rij{n}." in text}
    assert (len(found) > 1) is goes_on


def test_in_the_word_document_of_quarto_a_figure_is_png_with_its_alt_text(tmp_path):
    program = tmp_path / "typst"
    program.write_text(
        f"#!{sys.executable}\nimport sys, typst\n"
        "assert sys.argv[1:] == 'compile --format png --ppi 180 - -'.split()\n"
        "page = sys.stdin.buffer.read()\n"
        "sys.stdout.buffer.write(typst.compile(page, root='.', format='png', ppi=180))\n"
    )
    program.chmod(0o755)
    (tmp_path / "quarto.lua").write_text(
        f'quarto = {{paths = {{typst = function() return "{program}" end}}}}\n'
        f'return dofile("{THEME / "docx.lua"}")\n'
    )
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.svg").write_text(SVG)
    source = "![Bijschrift](images/a.svg){fig-alt='Balk van 41%'}"
    options = ("-t", "docx", "-o", "a.docx", "--fail-if-warnings", "--lua-filter=quarto.lua")
    run(source, *options, folder=tmp_path)
    with zipfile.ZipFile(tmp_path / "a.docx") as made:
        media = [name for name in made.namelist() if "/media/" in name]
        document = made.read("word/document.xml").decode()
    assert [Path(name).suffix for name in media] == [".png"]
    assert 'descr="Balk van 41%"' in document and "Bijschrift" in document
