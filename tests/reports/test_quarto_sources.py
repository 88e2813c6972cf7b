"""What a real Quarto makes of a staged folder, as far as that shows without one.

Quarto writes an embedded cell as Markdown, which Pandoc reads; the first test writes it the same.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.reports.conftest import SVG, make_study, write_notebook
from tests.reports.payloads import PAYLOADS
from tests.reports.test_report_safety import hostile_outputs, kinds
from wijkkit.reports.cells import labelled_cells, read_notebook
from wijkkit.reports.page import Frame, content_security_policy, script
from wijkkit.reports.pandoc import HTML, attribute, elements, plain, read, run
from wijkkit.reports.paper import divided, is_short, print_style, with_widths
from wijkkit.reports.quarto import TARGETS, formats_of, write_project
from wijkkit.reports.render import render_states
from wijkkit.reports.staged_notebook import stage_notebooks
from wijkkit.reports.theme import load_house_style
from wijkkit.study import open_study

THEME = ROOT / "reports" / "theme"
CONFIG = yaml.safe_load((THEME / "project.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("words", [*PAYLOADS, "'t Zand en 's-Gravenwijk", r"a\'b & c\\"])
def test_quarto_reads_captions_and_alt_texts_as_they_were(words, tmp_path):
    outputs = {label: hostile_outputs(label, words) for label in ("fig-a", "tbl-a")}
    write_notebook(tmp_path / "run.ipynb", outputs)
    stage_notebooks([(tmp_path / "run.ipynb", list(outputs), tmp_path / "a.ipynb")])
    options = {
        key: c.options for key, c in labelled_cells(read_notebook(tmp_path / "a.ipynb")).items()
    }
    fig, tbl = options["fig-a"], options["tbl-a"]
    undone = tbl["tbl-cap"]
    for _ in range(2):  # once by Pandoc, in an attribute, and once by Quarto
        undone = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", undone)
    assert "{{<" not in json.dumps(options) + undone and not undone.endswith("}")
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
        assert plain(shown).replace("\N{WORD JOINER}", "") == words
        assert set(kinds(shown)) <= {"Plain", "Para", "Str", "Space"}


@pytest.fixture(scope="module")
def staged(tmp_path_factory) -> Path:
    """The working folders of all pages of a site, in HTML and for Word."""
    study, states = make_study(tmp_path_factory.mktemp("staged") / "study")
    render_states(study, states, engine="builtin", formats=("html", "docx"))
    return study.runs / "reports"


def front_matter(staged: Path, stem: str) -> dict:
    source = (staged / f"{stem}.qmd").read_text(encoding="utf-8")
    return yaml.safe_load(source.split("---\n")[1])


def test_the_staged_folder_has_every_file_that_its_settings_name(staged):
    named = [name for name in strings(CONFIG) if name.startswith("theme/")]
    assert len(named) == len(set(named)) == 6
    own = [
        name
        for stem in ("wijk-a", "stad", "index", "woorden")
        for name in strings(front_matter(staged, stem)["format"])
        if "/" in name
    ]
    assert len(own) == 2
    assert [name for name in (*named, *own) if not (staged / name).is_file()] == []


def strings(node) -> list[str]:
    """Return all strings in a setting."""
    if isinstance(node, dict | list):
        parts = node.values() if isinstance(node, dict) else node
        return [text for part in parts for text in strings(part)]
    return [node] if isinstance(node, str) else []


def around(folder: Path, front: dict) -> BeautifulSoup:
    """What stands around a page of Quarto: the template of the project, filled by Pandoc."""
    about = {"title": "A", "lang": "nl", **front["format"]["html"]}
    source = f"---\n{yaml.safe_dump(about)}---\n\nTekst.\n"
    template = f"--template={folder / 'theme' / 'page.html'}"
    return BeautifulSoup(run(source, "-t", "html5", "--standalone", template), "html.parser")


def test_a_page_of_quarto_leads_to_the_others_and_says_who_publishes_it(staged):
    page = around(staged, front_matter(staged, "wijk-a"))
    links = {tag["href"]: tag.get_text() for tag in page.find_all("a")}
    pages = ["index.html", "stad.html", "wijk-a.html", "woorden.html"]
    assert list(links) == ["#main", *pages, "wijk-a.docx"]
    assert page.select_one("[aria-current=page]").get_text() == links["wijk-a.html"] == "Wijk a"
    assert page.select_one("footer").get_text().strip() == "Programma"
    assert page.select_one("meta[http-equiv]")["content"] == content_security_policy()
    assert page.select_one("script").get_text() == script()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_around_a_page_of_quarto_make_no_element(payload, tmp_path):
    write_project(THEME.parent, tmp_path, load_house_style(THEME))
    empty, full = (
        around(tmp_path, {"format": formats_of("a", ("html",), "nl", frame)})
        for frame in (
            Frame("a", "a", pages=(("a.html", "a"),), current="a.html"),
            Frame(payload, payload, pages=(("a.html", payload),), current="a.html"),
        )
    )
    shown = " ".join(payload.split())
    said = [" ".join(tag.get_text().split()) for tag in (full.li, full.footer)]
    assert said == [shown, f"{shown} · {shown}"]
    assert [tag.name for tag in full.find_all(True)] == [tag.name for tag in empty.find_all(True)]


def test_a_staged_page_asks_quarto_for_the_forms_that_were_asked_for(staged):
    forms = {
        stem: list(front_matter(staged, stem)["format"])
        for stem in ("wijk-a", "stad", "index", "woorden")
    }
    assert forms["wijk-a"] == forms["stad"] == ["html", "docx"]
    assert forms["index"] == forms["woorden"] == ["html"]
    assert set(CONFIG["format"]) <= set(TARGETS.values())


def test_no_name_in_a_staged_page_is_a_shortcode_after_quarto_undoes_the_escapes(tmp_path):
    study, states = make_study(tmp_path / "study")
    path = study.folder / "wijken" / "wijk-a.yml"
    path.write_text(path.read_text().replace("Wijk a", "{{< env HOME >}}"))
    study = open_study(study.folder)
    render_states(study, states, engine="builtin", wijken=["wijk-a"])
    source = (study.runs / "reports" / "wijk-a.qmd").read_text(encoding="utf-8")
    undone = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", source)
    found = re.findall(r"\{\{<\s*(\w+)", undone)
    assert found and set(found) == {"embed", "meta"}
    page = BeautifulSoup((study.site / "wijk-a.html").read_text(), "html.parser")
    assert page.select_one("h1.title").get_text() == "{{< env HOME >}}"


def test_staged_outputs_have_no_html_for_which_quarto_would_call_another_host(staged):
    kinds = {
        kind
        for notebook in staged.rglob("*.ipynb")
        for cell in read_notebook(notebook)["cells"]
        for output in cell["outputs"]
        for kind in output["data"]
    }
    assert kinds == {"image/svg+xml", "text/markdown"}


#: A fold as `theme/page.lua` writes it, with a table as Quarto does.
LONG = """
#show: report.with(title: [A])
#plain-callout[De cijfers][
#figure([#table(columns: 2, table.header([Rij], [Tekst]), {rows})],
  caption: figure.caption(position: top, [Lang]), kind: "quarto-float-tbl", supplement: "Tabel")
]
"""


def test_a_table_longer_than_a_page_goes_on_in_the_pdf_of_quarto(tmp_path):
    rows = ", ".join(f"[rij{number}.], [tekst]" for number in range(120))
    ours = print_style(load_house_style(THEME), THEME)
    (tmp_path / "a.typ").write_text(ours + LONG.replace("{rows}", rows), encoding="utf-8")
    # In a process of its own: Typst's threads would be missing in a process that is forked later.
    program = "import typst; typst.compile('a.typ', output='a.pdf', pdf_standards=['ua-1'])"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, timeout=300)
    texts = [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]
    found = [{n for n in range(120) if f"rij{n}." in text} for text in texts]
    assert set.union(*found) == set(range(120)) and sum(map(bool, found)) > 1


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
        'quarto.doc = {is_format = function(name) return name == "docx" end}\n'
        f'return dofile("{THEME / "paper.lua"}")\n'
    )
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.svg").write_text(SVG)
    image = "(images/a.svg){fig-alt='Balk van 41%'}"
    source = f"![Bijschrift]{image}\n\n::: {{custom-style=Callout}}\n![]{image}\n\nTekst.\n:::\n"
    options = ("-t", "docx", "-o", "a.docx", "--fail-if-warnings", "--lua-filter=quarto.lua")
    run(source, *options, folder=tmp_path)
    with zipfile.ZipFile(tmp_path / "a.docx") as made:
        media = [name for name in made.namelist() if "/media/" in name]
        document = made.read("word/document.xml").decode()
    assert [Path(name).suffix for name in media] == [".png"]
    width = int(re.search(r'<wp:extent[^>]*cx="(\d+)"', document)[1]) / 360000
    assert width == pytest.approx(400 / 72 * 2.54, abs=0.05)
    assert 'descr="Balk van 41%"' in document and "Bijschrift" in document
    styles = re.findall(r'<w:pStyle w:val="(\w+)"', document)
    assert styles == ["CaptionedFigure", "ImageCaption", "CaptionedFigure", "Callout"]


def filtered_table(folder: Path, form: str, source: str) -> tuple[dict, list[dict]]:
    """Return the table of a page, and what Quarto's filter for paper makes of it."""
    (folder / "quarto.lua").write_text(
        f'quarto = {{doc = {{is_format = function(name) return name == "{form}" end}}}}\n'
        f'return dofile("{THEME / "paper.lua"}")\n'
    )
    made = run(source, "-f", "html", "-t", "json", "--lua-filter=quarto.lua", folder=folder)
    return read(source, HTML)["blocks"][0], json.loads(made)["blocks"]


@pytest.mark.parametrize(("rows", "words"), [(8, "a"), (9, "a"), (3, "a" * 300), (3, "a" * 600)])
def test_the_same_tables_stay_on_one_page_under_both_engines(rows, words, tmp_path):
    body = f"<tr><td>{words}</td></tr>" * rows
    source = f"<table><thead><tr><th>A</th></tr></thead><tbody>{body}</tbody></table>"
    table, blocks = filtered_table(tmp_path, "typst", source)
    whole = [block["c"] for block in blocks if block["t"] == "RawBlock"]
    assert whole == ([["typst", "#whole["], ["typst", "]"]] if is_short(table) else [])


@pytest.mark.parametrize("form", ["docx", "typst"])
@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (["Wijk", "Aantal"], ["Ankerveld", "12"]),
        (["Wijk", *["verslechterd"] * 7], ["Fazantengaarde", *["64%"] * 7]),
        (["Wat", "Reden"], ["club", "een lange reden " * 9]),
        (["Indicator", *["66% (56-75)"] * 6], ["opvoedingsondersteuning", *["66% (56-75)"] * 6]),
        (["Doel", "Begin", "Eerste meting"], ["opvoedingsondersteuning", "66% (56-75)", "x" * 60]),
        (["a" * 30, *["b" * 25] * 5], ["c" * 30, *["d" * 25] * 5]),
        (["Wijk", *["Ervaart gezondheid"] * 37], ["Ankerveld", *["66% (56-75)"] * 37]),
        (["Wijk", *["Kans", "op psychosociale problemen"] * 20], ["a" * 12, *["41%", "9%"] * 20]),
        (["Wat", *["x" * 30] * 3, *["y"] * 9], ["z" * 90, *["66% (56-75)"] * 12]),
    ],
)
def test_a_table_on_paper_has_the_same_columns_under_both_engines(heads, row, form, tmp_path):
    cells = [
        "".join(f"<{tag}>{text}</{tag}>" for text in texts)
        for tag, texts in (("th", heads), ("td", row))
    ]
    source = "<table><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>".format(*cells)
    plain_table, blocks = filtered_table(tmp_path, form, source)
    sized = [with_widths(part, always=form == "docx") for part in divided(plain_table)]
    found = elements(blocks, "Table")
    for table, expected in zip(found, sized, strict=True):
        shares = [width.get("c") for _, width in table["c"][2]]
        assert shares == pytest.approx([width.get("c") for _, width in expected["c"][2]])
        texts = [plain(cell[4]) for _, cells in table["c"][4][0][3] for cell in cells]
        whole = [share for share, text in zip(shares, texts, strict=True) if "(" in text and share]
        line = 92 if form == "docx" else 82
        assert all(line * share >= len("66% (56-75)") for share in whole)
