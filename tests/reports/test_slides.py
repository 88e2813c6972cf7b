"""Slides: one finding each, from a report's own sources, in a municipality's own slides."""

from __future__ import annotations

import re
import subprocess
import zipfile

import pytest

from tests.reports.conftest import make_study, outputs_for, write_notebook
from wijkkit.language.messages import catalogue
from wijkkit.reports.engine import render_pptx
from wijkkit.reports.pandoc import program
from wijkkit.reports.render import render_states
from wijkkit.reports.slides import Part, parts, slides_body
from wijkkit.reports.staged_notebook import stage_notebooks

SOURCE = """## Kort {#sec-kort .unnumbered}

::: {.beside}
{{< embed a.ipynb#zin-kort >}}

{{< embed a.ipynb#fig-een >}}
:::

::: {.callout-note collapse="true"}
## Cijfers

{{< embed a.ipynb#fig-twee >}}
:::

## De wijk

{{< embed a.ipynb#zin-wijk >}}

{{< embed a.ipynb#fig-drie >}}

## Zonder figuur

{{< embed a.ipynb#zin-wijk >}}

## Verder

::: {.callout-tip}
## Praten

{{< embed a.ipynb#zin-vragen >}}
:::
"""
SAID = {
    "zin-kort": "- **Hoe staat het?** Goed.\n- **Wat nu?** Door. " + "Nog een zin. " * 40,
    "zin-wijk": "- **Sport**: van 66% naar 41%.\n- Tweede.",
    "zin-vragen": "- Vraag een?\n- Vraag twee?",
}


def test_a_section_is_what_stands_outside_the_parts_that_fold():
    assert list(parts(SOURCE)) == [
        Part("Kort", (("a.ipynb", "zin-kort"), ("a.ipynb", "fig-een"))),
        Part("De wijk", (("a.ipynb", "zin-wijk"), ("a.ipynb", "fig-drie"))),
        Part("Zonder figuur", (("a.ipynb", "zin-wijk"),)),
        Part("Verder", ()),
        Part("Praten", (("a.ipynb", "zin-vragen"),), talk=True),
        Part("", ()),
    ]


def test_a_slide_has_one_finding_and_at_most_one_figure():
    body = slides_body(SOURCE, lambda notebook, label: SAID.get(label))
    slides = re.split(r"^## ", body, flags=re.MULTILINE)[1:]
    titles = [slide.partition("\n")[0] for slide in slides]
    assert titles == ["Hoe staat het?", *["Wat nu?"] * 2, "Sport", "Praten"]
    assert [re.findall(r"#(fig-\w+)", slide) for slide in slides] == [
        ["fig-een"],
        *[[]] * 2,
        ["fig-drie"],
        [],
    ]
    assert "Van 66% naar 41%." in slides[3] and "Tweede" not in slides[3]
    assert all(len(slide) < 350 and slide.rstrip().endswith("zin.") for slide in slides[1:3])
    assert "".join(slides[1:3]).count("Nog een zin.") == 40  # what does not fit is not left out
    assert "Vraag een?" in slides[4] and "Vraag twee?" in slides[4]


def test_a_figure_without_words_has_the_whole_slide():
    body = slides_body(SOURCE, lambda notebook, label: None)
    slide = body.partition("## De wijk")[2].partition("## ")[0]
    assert "#fig-drie" in slide and "column" not in slide


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_answer_of_the_summary_stands_beside_the_figure_that_shows_it(language):
    asked = catalogue("show", language)["summary"]["question"]
    said = {"zin-kort": "".join(f"- **{asked[key]}** A.\n" for key in ("done", "goals", "talk"))}
    source = "## Kort\n\n{{< embed a.ipynb#zin-kort >}}\n\n" + "".join(
        f"{{{{< embed a.ipynb#{label} >}}}}\n\n" for label in ("fig-doelen", "fig-stappen")
    )
    body = slides_body(source, lambda notebook, label: said.get(label), language)
    slides = re.split(r"^## ", body, flags=re.MULTILINE)[1:]
    assert [re.findall(r"#(fig-\w+)", slide) for slide in slides] == [
        ["fig-stappen"],
        ["fig-doelen"],
        [],
    ]


def test_what_does_not_fit_a_slide_stands_on_the_next():
    questions = [f"Vraag {number}? " + "Nog iets. " * 12 for number in range(5)]
    said = {"zin-vragen": "".join(f"- {question}\n" for question in questions)}
    body = slides_body(SOURCE, lambda notebook, label: said.get(label))
    talk = body[body.index("## Praten") :]
    assert [f"Vraag {number}?" in talk for number in range(5)] == [True] * 5
    assert max(map(len, talk.split("## Praten"))) < 400


@pytest.fixture
def source(tmp_path):
    write_notebook(tmp_path / "run.ipynb", {"fig-een": outputs_for("fig-een")})
    stage_notebooks([(tmp_path / "run.ipynb", ["fig-een"], tmp_path / "a.ipynb")])
    (tmp_path / "theme").mkdir()
    path = tmp_path / "a_slides.qmd"
    path.write_text(
        "---\ntitle: Wijk A\nlang: nl\nmark: Concept\n---\n\n## Sport\n\n:::: {.columns}\n"
        '::: {.column width="42%"}\nTekst\n:::\n::: {.column width="58%"}\n'
        "{{< embed a.ipynb#fig-een >}}\n:::\n::::\n"
    )
    return path


def slides_of(path) -> list[str]:
    with zipfile.ZipFile(path) as opened:
        names = [name for name in opened.namelist() if re.match(r"ppt/slides/slide\d+\.xml", name)]
        return [opened.read(name).decode() for name in sorted(names)]


def test_a_picture_has_its_alt_text_and_every_slide_its_report_and_concept(source, house, tmp_path):
    title, slide = slides_of(
        render_pptx(source, tmp_path / "a.pptx", house, source.parent / "theme")
    )
    assert re.findall(r'descr="([^"]*)"', slide) == ["Balk van 41% in Wijk A"]
    assert "Wijk A · Concept" in slide and "Wijk A · Concept" in title
    assert "Balk van 41%" not in re.sub(r'descr="[^"]*"', "", slide), "no caption of the alt text"


def test_the_slides_of_a_municipality_give_their_size_and_styles(source, house, tmp_path):
    command = [program(), "--print-default-data-file", "reference.pptx"]
    stock = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    own = source.parent / "theme" / "slides.pptx"
    own.write_bytes(stock)
    with zipfile.ZipFile(own) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    shown = parts["ppt/presentation.xml"].replace(
        b'cx="9144000" cy="5143500"', b'cx="9144000" cy="6858000"'
    )
    with zipfile.ZipFile(own, "w") as changed:
        for name, content in (parts | {"ppt/presentation.xml": shown}).items():
            changed.writestr(name, content)
    with zipfile.ZipFile(
        render_pptx(source, tmp_path / "a.pptx", house, source.parent / "theme")
    ) as made:
        assert b'cy="6858000"' in made.read("ppt/presentation.xml")
        theme = made.read("ppt/theme/theme1.xml").decode()
    assert house.colours.heading.removeprefix("#").upper() not in theme


def test_every_report_has_its_slides_where_they_are_asked_for(tmp_path):
    study, states = make_study(tmp_path / "study")
    made = render_states(study, states, formats=("html", "pptx"), wijken=["wijk-a"])
    assert {path.name for path in made.files if path.suffix == ".pptx"} == {
        "wijk-a.pptx",
        "stad.pptx",
    }
    assert render_states(study, states, formats=("html", "pptx"), wijken=["wijk-a"]).made == ()
    render_states(study, states, formats=("html",), wijken=["wijk-a"])
    assert not (study.site / "wijk-a.pptx").exists()
    assert not (study.runs / "reports" / "wijk-a" / "slides.qmd").exists()
