"""A study of young adults per municipality: none of the demo's words in anything it makes."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

import pytest

from tests.language.test_nouns import DEMO
from tests.notebooks.test_any_study import small_study
from tests.studies import replace
from wijkkit.batch import run
from wijkkit.project.layout import lay_out
from wijkkit.reports.render import render
from wijkkit.study import open_study

WORDS = (
    "words: {unit: gemeente, whole: regio, population: jongvolwassene, respondent: jongvolwassene}"
)
#: A work that is cited is called what it is called.
CITED = "Effectiveness of the Promising Neighbourhoods Community Program"
FORMS = ("html", "docx", "pptx", "xlsx")


@pytest.fixture(scope="module", params=["nl", "en"])
def made(request, tmp_path_factory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param) / "parameters"
    folder.mkdir()
    small_study(folder)
    said = f"title: Proef\nlanguage: {request.param}\n{WORDS}\n"
    replace(folder, "study.yml", "title: Proef\n", said)
    lay_out(folder)
    study = open_study(folder)
    assert run(study, wijken=["noord"]).failed == ()
    render(study, engine="builtin", formats=FORMS, wijken=["noord"])
    return request.param, study.site


def texts(path: Path) -> str:
    """Return what a reader sees of a file, its alternative texts and the texts in its figures."""
    if path.suffix in (".docx", ".pptx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".xml")]
            # Names of styles and fields are no text.
            names = [n for n in names if not re.search(r"styles|theme|app\.xml|settings", n)]
            content = " ".join(archive.read(name).decode("utf-8") for name in names)
    else:
        content = path.read_text(encoding="utf-8")
    content = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", content)
    told = re.findall(r'\b(?:alt|title|aria-label|descr)="([^"]*)"', content)
    return html.unescape(" ".join([re.sub(r"<[^>]*>", " ", content), *told]))


@pytest.mark.parametrize("form", ["html", "docx", "pptx", "xlsx", "svg"])
def test_no_word_of_the_demo_is_in_anything_that_is_made(form, made):
    language, site = made
    found = sorted(site.rglob(f"*.{form}"))
    assert found
    word = re.compile(rf"(?i)(?<![\w./-])({DEMO[language]}|ouder)(?![\w/-])")
    left = {}
    for path in found:
        said = " ".join(texts(path).split()).replace(CITED, "")
        around = [said[max(0, at.start() - 40) : at.end() + 30] for at in word.finditer(said)]
        if around:
            left[path.name] = around
    assert left == {}
    if form == "html":
        page = texts(site / "noord.html").lower()
        assert ("jongvolwassenen" if language == "nl" else "young adults") in page


def test_no_head_of_a_table_is_the_name_of_a_column(made):
    _, site = made
    heads = re.findall(r"(?s)<th\b[^>]*>(.*?)</th>", (site / "stad.html").read_text("utf-8"))
    said = {html.unescape(re.sub(r"<[^>]*>", "", head)).strip() for head in heads}
    assert len(said) > 10
    assert not said & {"measure", "value", "label", "area", "area_level", "group_by", "indicator"}
