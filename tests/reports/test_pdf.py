"""PDF that a screen reader can read, DOCX that an editor can edit."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pikepdf
import pytest
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.reports.conftest import outputs_for, summary_lengths, write_notebook
from wijkkit.errors import ReportError
from wijkkit.reports.engine import render_docx, render_html, render_pdf
from wijkkit.reports.pandoc import HTML, plain, read
from wijkkit.reports.paper import divided, with_widths
from wijkkit.reports.staged_notebook import stage_notebooks
from wijkkit.reports.theme import load_house_style

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SOURCE = """---
title: "Wijk A"
lang: nl
date: 2021-07-31
toc: true
number-sections: true
bibliography: references.bib
---

## Eén {#sec-een}

Zie @fig-een, @tbl-een, @eq-een en @sec-een.[^1] Volgens @boelens2022.

[^1]: Een voetnoot.

{{< embed a.ipynb#fig-een >}}

{{< embed a.ipynb#tbl-een >}}

::: {.callout-warning}
## Let op
Dit is de inhoud.
:::

::: {.panel-tabset}

### Tab een

Eerste.

### Tab twee

Tweede.

:::

$$
\\hat p = \\frac{x}{n}
$$ {#eq-een}

Met $n$ kinderen.

::: {.content-visible unless-format="html"}
Alleen op papier.
:::

## Bronnen {.unnumbered}

::: {#refs}
:::
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    (folder / "references.bib").write_bytes((ROOT / "reports" / "references.bib").read_bytes())
    write_notebook(folder / "run.ipynb", {key: outputs_for(key) for key in ("fig-een", "tbl-een")})
    stage_notebooks([(folder / "run.ipynb", ["fig-een", "tbl-een"], folder / "a.ipynb")])
    (folder / "bron.qmd").write_text(SOURCE)
    return folder / "bron.qmd"


@pytest.fixture(scope="module")
def pdf(source, house):
    with pikepdf.open(render_pdf(source, source.with_suffix(".pdf"), house)) as opened:
        yield opened


def structure_elements(pdf):
    """Return the types of the structure tree and the alt texts in it, in order."""
    types, alts = [], []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                types.append(str(node["/S"]))
            if "/Alt" in node:
                alts.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(pdf.Root["/StructTreeRoot"]["/K"])
    return types, alts


def test_the_pdf_says_it_is_pdf_ua_1_with_language_and_title(pdf):
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Wijk A"
    assert str(pdf.Root["/Lang"]).startswith("nl")
    assert pdf.Root["/MarkInfo"]["/Marked"]
    assert pdf.Root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_tables_figures_headings_notes_and_formulas_are_tagged_as_such(pdf):
    types, alts = structure_elements(pdf)
    for wanted in ("/H1", "/Table", "/TH", "/TD", "/Figure", "/Formula", "/Link", "/Caption"):
        assert wanted in types, wanted
    assert types.count("/TR") == 2
    assert "Balk van 41% in Wijk A" in alts


def test_a_figure_without_alt_text_gives_no_pdf(source, house, tmp_path):
    notebook = json.loads((source.parent / "a.ipynb").read_text())
    cell = notebook["cells"][0]
    cell["source"] = "\n".join(
        line for line in cell["source"].splitlines() if "fig-alt" not in line
    )
    (source.parent / "zonder.ipynb").write_text(json.dumps(notebook))
    without = source.with_name("zonder.qmd")
    without.write_text(SOURCE.replace("a.ipynb#fig", "zonder.ipynb#fig"))
    with pytest.raises(ReportError, match="alt text"):
        render_pdf(without, tmp_path / "zonder.pdf", house)
    assert not (tmp_path / "zonder.pdf").exists()


def test_an_own_font_is_in_the_pdf(source, house, tmp_path):
    theme = source.parent / "theme"
    theme.mkdir()
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    (theme / "house.ttf").write_bytes((fonts / "DejaVuSerif.ttf").read_bytes())
    own = house.model_copy(update={"font_file": "house.ttf"})
    with pikepdf.open(render_pdf(source, tmp_path / "bron.pdf", own)) as opened:
        names = {str(item["/FontName"]) for item in opened.objects if is_font(item)}
    assert any("DejaVuSerif" in name for name in names)


def is_font(item) -> bool:
    return isinstance(item, pikepdf.Dictionary) and "/FontName" in item


def test_the_same_sources_give_the_same_words_on_screen_and_paper(source, house, tmp_path):
    text = document_text(render_docx(source, tmp_path / "bron.docx", house))
    page = render_html(source, tmp_path / "bron.html").read_text()
    for words in ("Figuur 1", "Tabel 1", "Vergelijking 1", "Let op", "Dit is de inhoud."):
        assert words in text.replace("\xa0", " ") and words in page.replace("\xa0", " ")
    assert "Alleen op papier." in text and "Alleen op papier." not in page


def test_every_number_of_a_figure_or_table_stands_before_its_caption_once(source, house, tmp_path):
    made = PdfReader(render_pdf(source, tmp_path / "bron.pdf", house))
    read = " ".join(page.extract_text() for page in made.pages).replace("\xa0", " ")
    for number in ("Figuur 1:", "Tabel 1:"):
        assert " ".join(read.split()).count(number) == 1, number


@pytest.mark.timeout(240)
def test_pages_are_made_side_by_side_after_a_pdf_in_the_same_process(pdf, executed, tmp_path):
    """Typst's threads do not survive a fork: a forked process would wait for them for ever."""
    study, _ = executed
    assert set(summary_lengths(study, tmp_path / "site")) == {
        "stad-kort",
        "wijk-a-kort",
        "wijk-b-kort",
    }


def test_the_document_has_real_styles_tables_notes_and_alt_texts(source, house, tmp_path):
    path = render_docx(source, tmp_path / "bron.docx", house)
    with zipfile.ZipFile(path) as opened:
        body = opened.read("word/document.xml").decode()
        styles = opened.read("word/styles.xml").decode()
        notes = opened.read("word/footnotes.xml").decode()
        foot = ElementTree.fromstring(opened.read("word/foot.xml"))
        head = ElementTree.fromstring(opened.read("word/head.xml"))
        parts = opened.read("word/_rels/document.xml.rels").decode()
    for style in ("Title", "Heading1", "ImageCaption", "TableCaption", "Callout", "CalloutTitle"):
        assert f'w:val="{style}"' in body, style
        assert f'w:styleId="{style}"' in styles, style
    assert 'descr="Balk van 41% in Wijk A"' in body
    assert foot.find(f".//{WORD}fldSimple").get(f"{WORD}instr").strip() == "PAGE"
    assert "".join(head.itertext()) == "Wijk A"
    assert 'w:w="11906"' in body and "head.xml" in parts and "foot.xml" in parts
    assert 'r:id="rIdHead"' in body and 'r:id="rIdFoot"' in body
    assert "<w:tbl>" in body and "<m:oMath" in body and "Een voetnoot." in notes
    assert house.colours.heading.removeprefix("#").upper() in styles


def document_text(path: Path) -> str:
    with zipfile.ZipFile(path) as opened:
        body = opened.read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", body.replace("</w:p>", "\n"))


def test_where_words_do_not_fit_side_by_side_those_of_heads_are_hyphenated_first():
    heads = "".join(f"<th>{word}</th>" for word in ("Wijk", *["verslechterd"] * 7))
    cells = "<td>Fazantengaarde</td>" + "<td>64%</td>" * 7
    table = read(f"<table><tr>{heads}</tr><tr>{cells}</tr></table>", HTML)["blocks"][0]
    shares = [width["c"] for _, width in with_widths(table)["c"][2]]
    assert shares[0] * 82 >= len("Fazantengaarde") + 3 > shares[1] * 82
    # So too where numbers leave a long word less than it asks: no head takes of what is left.
    heads = "".join(f"<th>{word}</th>" for word in ("Doel", *["Streefwaarde"] * 5))
    cells = "<td>opvoedingsondersteuning</td>" + "<td>72% (65–79)</td>" * 4 + "<td>72%</td>"
    table = read(f"<table><tr>{heads}</tr><tr>{cells}</tr></table>", HTML)["blocks"][0]
    shares = [width["c"] for _, width in with_widths(table)["c"][2]]
    assert shares[0] * 82 > 19 and shares[-1] * 82 < 7


@pytest.mark.parametrize("columns", [1, 5, 8, 20, 37, 67])
def test_no_column_of_a_divided_table_is_narrower_than_its_longest_word(columns):
    names = ["Ervaart gezondheid", "Kans op psychosociale problemen", "Sport", "Eenzaam"] * 17
    heads = "".join(f"<th>{name}</th>" for name in ("Wijk", *names[:columns]))
    cells = "<td>Fazantengaarde</td>" + "<td>64% (57–70)</td>" * columns
    table = read(f"<table><tr>{heads}</tr><tr>{cells}</tr></table>", HTML)["blocks"][0]
    parts = divided(table)
    assert (len(parts) == 1) == (columns <= 5)
    shown = []
    for part in parts if columns > 5 else ():
        (head,), ((_, _, _, (row,)),) = part["c"][3][1], part["c"][4]
        texts = [plain(cell[4]) for cell in head[1]]
        assert (texts[0], plain(row[1][0][4])) == ("Wijk", "Fazantengaarde")
        shares = [width["c"] for _, width in with_widths(part, always=True)["c"][2]]
        words = [max(text.split(), key=len) for text in texts[1:]]
        needed = [len("Fazantengaarde"), *(max(len("64% (57–70)"), len(word)) for word in words)]
        assert all(82 * share >= least for share, least in zip(shares, needed, strict=True))
        shown += texts[1:]
    assert not shown or shown == names[:columns]


def test_words_and_their_meanings_stand_in_two_columns(tmp_path):
    listed = "\n\n".join(f"woord{n}\n:   Betekenis van woord{n}, kort gezegd." for n in range(30))
    (tmp_path / "a.qmd").write_text(f"---\ntitle: A\nlang: nl\n---\n\n{listed}\n")
    house = load_house_style(ROOT / "reports" / "theme")
    made = render_pdf(tmp_path / "a.qmd", tmp_path / "a.pdf", house)
    (page,) = PdfReader(made).pages
    lines = page.extract_text(extraction_mode="layout").splitlines()
    beside = [line.split() for line in lines if re.fullmatch(r"\s*woord\d+\s+woord\d+\s*", line)]
    assert beside == [[f"woord{n}", f"woord{n + 1}"] for n in range(0, 30, 2)]


def test_a_table_narrower_than_its_caption_begins_where_the_caption_does(house, tmp_path):
    table = "| Wat | Tot |\n|---|---|\n| Meting | 2024 |\n\n: Wanneer we maten {#tbl-een}\n"
    path = tmp_path / "a.qmd"
    path.write_text(f"---\ntitle: A\nlang: nl\n---\n\n{table.replace('maten', 'maten, ' * 9)}")
    left = {}

    def note(text, place, *_):
        left.setdefault(text.strip()[:3], place[4])

    PdfReader(render_pdf(path, tmp_path / "a.pdf", house)).pages[0].extract_text(visitor_text=note)
    assert 0 <= left["Wat"] - left["Tab"] < 10
