"""Nothing that stands in data, settings or notebooks does anything in a report."""

from __future__ import annotations

import html
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
import yaml
from bs4 import BeautifulSoup

from tests.reports.conftest import SVG, write_notebook
from tests.reports.conftest import make_study as make_plain_study
from tests.reports.payloads import ELSEWHERE, MARK, PAYLOADS
from wijkkit.errors import ReportError
from wijkkit.language.messages import escaped
from wijkkit.reports import images
from wijkkit.reports.cells import html_tables, markdown_blocks
from wijkkit.reports.engine import render_docx, render_pdf
from wijkkit.reports.images import svg_image
from wijkkit.reports.pandoc import elements, run
from wijkkit.reports.render import render_states
from wijkkit.reports.runs import NotebookState
from wijkkit.reports.staged_notebook import stage_notebooks
from wijkkit.study import open_study

ELEMENTS = ("iframe", "object", "embed", "form", "base", "video", "svg", "button")


def hostile_outputs(label: str, payload: str) -> list[dict]:
    """Return outputs whose every text is the payload, once escaped as it should be and once not."""
    kind = label.partition("-")[0]
    if kind == "fig":
        data, about = {"image/svg+xml": SVG}, {"alt": payload, "caption": payload}
    elif kind == "tbl":
        cell = BeautifulSoup("", "html.parser").new_tag("td")
        cell.string = payload
        data = {"text/html": f"<table><tr>{cell}</tr></table>"}
        about = {"caption": payload}
        raw = {"text/html": f"<table><tr><td>{payload}</td></tr></table>"}
        return [_display(data, about), _display(raw, {})]
    else:
        data, about = {"text/markdown": f"{payload}\n\n- {payload}"}, {}
    return [_display(data, about)]


def _display(data: dict, about: dict) -> dict:
    return {"output_type": "display_data", "data": data, "metadata": {"wijkkit": about}}


#: Payloads on one page.
TOGETHER = 4
NAMES = tuple(
    " ".join(" ".join(PAYLOADS[start : start + TOGETHER]).split())
    for start in range(0, len(PAYLOADS), TOGETHER)
)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory):
    """A site in which every text is a payload: one wijk for every few."""
    folder = tmp_path_factory.mktemp("hostile") / "study"
    slugs = tuple(f"wijk-{number}" for number in range(len(NAMES)))
    study, states = make_plain_study(folder, wijken=slugs)
    settings = yaml.safe_load((folder / "study.yml").read_text())
    settings["title"] = settings["city"]["name"] = settings["programme"]["name"] = PAYLOADS[0]
    settings["report"]["contact"] = PAYLOADS[1]
    (folder / "study.yml").write_text(yaml.safe_dump(settings))
    for slug, payload in zip(slugs, NAMES, strict=True):
        path = folder / "wijken" / f"{slug}.yml"
        hood = {**yaml.safe_load(path.read_text()), "name": payload, "district": payload}
        path.write_text(yaml.safe_dump(hood))
        for notebook in (study.runs / "wijk" / slug).glob("*.ipynb"):
            labels = re.findall(r"#\| label: ([\w-]+)", notebook.read_text())
            write_notebook(notebook, {label: hostile_outputs(label, payload) for label in labels})
        states[slug, "4_inzet"] = NotebookState("failed", payload)
    study = open_study(folder)
    render_states(study, states, engine="builtin")
    return study.site


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_payloads_are_shown_as_they_stand_and_make_no_element(hostile_site, number):
    soup = BeautifulSoup((hostile_site / f"wijk-{number}.html").read_text(), "html.parser")
    shown = NAMES[number]
    assert soup.select_one("h1.title").get_text() == shown
    assert soup.title.get_text() == shown
    assert soup.select_one("a[aria-current]").get_text() == shown
    assert {tag["alt"] for tag in soup.select("figure img")} == {shown}
    captions = [tag.get_text().partition(": ")[2] for tag in soup.select("figcaption, caption")]
    assert captions.count(shown) >= 15
    cells = [tag.get_text() for tag in soup.select("tbody td")]
    assert cells.count(shown) >= 10
    assert shown in soup.select_one(".callout-important").get_text()
    assert harmful(soup) == []


def test_the_index_shows_every_payload_and_makes_no_element(hostile_site):
    soup = BeautifulSoup((hostile_site / "index.html").read_text(), "html.parser")
    assert [tag.get_text() for tag in soup.select("tbody td a")] == [PAYLOADS[0], *NAMES]
    assert soup.select_one("h1.title").get_text() == PAYLOADS[0]
    assert PAYLOADS[1] in soup.select_one("footer.site").get_text()
    assert harmful(soup) == []


def harmful(soup: BeautifulSoup) -> list[str]:
    """Return what in a page could run or call elsewhere."""
    found = [f"script {len(soup.find_all('script'))}"] if len(soup.find_all("script")) != 1 else []
    found += [tag.name for tag in soup.find_all(ELEMENTS)]
    for tag in soup.find_all(True):
        found += [
            f"{tag.name}[{key}]" for key in tag.attrs if key.startswith("on") or key == "style"
        ]
        target = str(tag.get("href", tag.get("src", "")))
        if target.lower().startswith(("javascript:", "data:", "vbscript:")):
            found.append(target)
    found += [str(tag) for tag in soup.find_all("link") if tag["href"] != "assets/report.css"]
    return found + [str(tag["src"]) for tag in soup.find_all("img") if ":" in tag["src"]]


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_no_request_leaves_the_page(hostile_site, chromium):
    page = chromium.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in sorted(hostile_site.glob("*.html")):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate("document.querySelectorAll('main *').forEach(e => e.focus && e.focus())")
        assert page.evaluate("window.pwned") is None, path.name
        assert page.url == path.as_uri()
    assert [url for url in asked if not url.startswith("file://")] == []
    assert said == []
    page.close()


@pytest.fixture(scope="module")
def hostile_source(tmp_path_factory):
    """One source whose captions, cells and sentences are all payloads, for PDF and DOCX."""
    folder = tmp_path_factory.mktemp("paper")
    labels = [f"{kind}-{i}" for i in range(len(PAYLOADS)) for kind in ("fig", "tbl", "zin")]
    outputs = {key: hostile_outputs(key, PAYLOADS[int(key[4:])]) for key in labels}
    write_notebook(folder / "run.ipynb", outputs)
    stage_notebooks([(folder / "run.ipynb", labels, folder / "a.ipynb")])
    embeds = "\n\n".join(f"{{{{< embed a.ipynb#{label} >}}}}" for label in labels)
    title = yaml.safe_dump({"title": escaped(PAYLOADS[25]), "lang": "nl"}, allow_unicode=True)
    (folder / "bron.qmd").write_text(f"---\n{title}---\n\n{embeds}\n")
    return folder / "bron.qmd"


def test_in_a_pdf_a_payload_is_text(hostile_source, house, tmp_path):
    path = render_pdf(hostile_source, tmp_path / "bron.pdf", house)
    with pikepdf.open(path) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == PAYLOADS[25]
        assert "/Names" not in pdf.Root or "/JavaScript" not in pdf.Root["/Names"]
        targets = [
            str(note["/A"].get("/URI", ""))
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note
        ]
        alts = set()
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/Alt" in item:
                alts.add(str(item["/Alt"]))
    assert set(targets) <= {ELSEWHERE}, "a web link in a sentence is a link, and nothing else is"
    assert {" ".join(payload.split()) for payload in PAYLOADS} <= alts


def test_in_a_docx_a_payload_is_text(hostile_source, house, tmp_path):
    path = render_docx(hostile_source, tmp_path / "bron.docx", house)
    text = document_text(path)
    for payload in PAYLOADS:
        assert text.count(" ".join(payload.split())) >= 2, payload
    with zipfile.ZipFile(path) as opened:
        relations = opened.read("word/_rels/document.xml.rels").decode()
        outward = re.findall(r'Target="([^"]+)" TargetMode="External"', relations)
        assert set(outward) <= {ELSEWHERE}
        assert not re.search(
            r"<w:(instrText|fldSimple|object|altChunk)", opened.read("word/document.xml").decode()
        )


def document_text(path: Path) -> str:
    with zipfile.ZipFile(path) as opened:
        body = opened.read("word/document.xml").decode()
    return html.unescape(re.sub(r"<[^>]+>", "", body.replace("</w:p>", "\n")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_real_quarto_finds_nothing_to_run_in_a_staged_notebook(payload, tmp_path):
    labels = ("fig-a", "tbl-a", "zin-a")
    write_notebook(tmp_path / "run.ipynb", {key: hostile_outputs(key, payload) for key in labels})
    stage_notebooks([(tmp_path / "run.ipynb", labels, tmp_path / "a.ipynb")])
    cells = json.loads((tmp_path / "a.ipynb").read_text())["cells"]
    staged = [output["data"] for cell in cells for output in cell["outputs"]]
    assert not any("text/html" in data for data in staged), "Quarto calls other hosts for HTML"
    *blocks, sentence = [data["text/markdown"] for data in staged if "text/markdown" in data]
    tables = [raw_html(block) for block in blocks]
    assert len(tables) == 2
    for table in tables:
        assert "{{<" not in table
        tags = {tag.name for tag in BeautifulSoup(table, "html.parser").find_all(True)}
        assert tags <= {
            *("table", "thead", "tbody", "tr", "td", "th", "col", "colgroup"),
            *("em", "strong", "a"),
        }
    assert "{{<" not in sentence
    tree = json.loads(run(sentence, "-f", "markdown", "-t", "json"))
    assert set(kinds(tree["blocks"])) <= {"Para", "Plain", "BulletList", "Str", "Space", "Link"} | {
        "SoftBreak",
        "Strong",
        "Emph",
        "Subscript",
        "Superscript",
        "Quoted",
        "SingleQuote",
        "DoubleQuote",
        "Table",
        "HorizontalRule",
    }
    links = [node["c"][2][0] for node in elements(tree["blocks"], "Link")]
    assert [target for target in links if not target.startswith("https://")] == []


def raw_html(block: str) -> str:
    """Return the HTML of a block of Markdown that must hold that HTML and nothing else."""
    (node,) = json.loads(run(block, "-f", "markdown", "-t", "json"))["blocks"]
    assert node["t"] == "RawBlock" and node["c"][0] == "html"
    return node["c"][1]


def kinds(node) -> list[str]:
    """Return the types of all elements in a tree."""
    if isinstance(node, dict):
        own = [node["t"]] if "t" in node and not node["t"].startswith(("Align", "ColWidth")) else []
        return own + [kind for value in node.values() for kind in kinds(value)]
    return [kind for item in node for kind in kinds(item)] if isinstance(node, list) else []


def test_an_svg_loses_what_could_run_or_call():
    hostile = f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
    onload="{MARK}"><script>{MARK}</script><!-- respondent 17 -->
    <image xlink:href="{ELSEWHERE}"/><a href="javascript:{MARK}"><text>a</text></a>
    <foreignObject><b/></foreignObject><style>@import url({ELSEWHERE});</style>
    <rect fill="url({ELSEWHERE})" clip-path="url(#ok)"/><use xlink:href="#ok"/></svg>"""
    clean = svg_image(hostile.encode()).decode()
    for word in ("onload", "script", "respondent", "evil.test", "javascript", "foreignObject"):
        assert word not in clean, word
    assert "url(#ok)" in clean and 'href="#ok"' in clean


_DRAWN = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg"><!-- respondent 17 --><g id="a">{}</g></svg>
"""


@pytest.mark.parametrize(
    "inside",
    [
        "<text>a &lt; b</text><!-- respondent 18 -->",
        "<text>a</text><?xml-stylesheet href='https://evil.test'?>",
        "<text><![CDATA[<!-- a --> <script>x()</script>]]></text>",
        '<text onclick="x()">a</text><!-- respondent 18 -->',
    ],
)
def test_an_svg_that_stays_as_it_is_written_is_the_one_that_is_written_again(inside, monkeypatch):
    """One in which nothing is dropped stays, without its comments and what stands before it."""
    content = _DRAWN.format(inside).encode()
    clean = svg_image(content)
    monkeypatch.setattr(images, "_HEAD", re.compile(b"(never)"))
    monkeypatch.setattr(images, "_CLEAN", set())
    again = svg_image(content)
    assert ElementTree.canonicalize(clean) == ElementTree.canonicalize(again)
    for word in (b"respondent", b"<?xml-style", b"DOCTYPE", b"onclick", b"<script"):
        assert word not in clean, word


def test_an_svg_with_entities_is_refused():
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'
    with pytest.raises(ReportError, match="no valid SVG"):
        svg_image(bomb)


def test_a_link_to_the_web_stays_and_any_other_does_not():
    blocks = markdown_blocks("[a](https://a.nl) [b](javascript:x) [c](../../x) [d](wijk-a.html)")
    links = [node["c"][2][0] for node in blocks[0]["c"] if node["t"] == "Link"]
    assert links == ["https://a.nl", "wijk-a.html"]


def test_nothing_of_an_html_output_but_its_tables_is_taken():
    assert html_tables("<p>a</p><div><script>b</script></div>") == []
    assert len(html_tables("<div><table><tr><td>a</td></tr></table></div>")) == 1


def test_what_is_harmful_is_found():
    hostile = BeautifulSoup(f"<img src=x onerror={MARK}><form style=a>", "html.parser")
    assert len(harmful(hostile)) == 4
