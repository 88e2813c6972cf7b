"""End to end: raw files in, one report per neighbourhood, one for the city and an index out."""

from __future__ import annotations

import re
import shutil
import zipfile

import nbformat
import pandas as pd
import papermill
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.reports.conftest import summary_lengths
from wijkkit.batch import run, status
from wijkkit.batch.manifest import read_manifest
from wijkkit.batch.plan import CITY, plan, read_notebooks
from wijkkit.released import open_city
from wijkkit.released.unreleased import released_output
from wijkkit.reports.engine import render_docx, render_pdf
from wijkkit.reports.pages import find_sources, metadata
from wijkkit.reports.record import read_record
from wijkkit.reports.render import render
from wijkkit.reports.theme import load_house_style
from wijkkit.study import open_study


@pytest.fixture(scope="module")
def study(project, result):
    return open_study(project / "parameters")


@pytest.fixture(scope="module")
def site(study):
    made = render(study, engine="builtin")
    assert made.failed == {}
    return study.site


def test_every_notebook_of_every_wijk_succeeds(study, result):
    assert result.failed == ()
    assert len(result.jobs) == 4 + 6 * len(study.neighbourhoods)
    assert set(status(study)["status"]) == {"ok"}


def test_a_city_notebook_waits_for_those_before_it_and_that_of_a_wijk_for_all_of_the_city(
    study, project, result
):
    jobs = plan(study, read_notebooks(project / "notebooks"))
    city = [job.key for job in jobs if job.scope == CITY]
    assert city == sorted(city) and len(city) == 4
    for job in jobs:
        before = city[: city.index(job.key)] if job.scope == CITY else city
        assert list(job.needs) == before, job.key


def test_every_summary_has_exactly_two_pages(study, result, tmp_path):
    lengths = summary_lengths(study, tmp_path)
    assert lengths == dict.fromkeys(
        sorted(f"{one}-kort" for one in (*study.neighbourhoods, CITY)), 2
    )


def test_no_notebook_printed_or_warned(study, result):
    executed = sorted(study.runs.rglob("*.ipynb"))
    assert len(executed) >= len(result.jobs)
    printed = {
        path.name: "".join(output.text)
        for path in executed
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
    }
    assert printed == {}


def test_every_wijk_the_city_the_index_and_the_words_have_a_page(study, site):
    pages = {path.name for path in site.glob("*.html")}
    assert pages == {
        "index.html",
        "woorden.html",
        "stad.html",
        *(f"{slug}.html" for slug in study.neighbourhoods),
    }


def test_a_page_answers_on_its_first_screen_whether_steps_were_made(study, site):
    slug = next(iter(study.neighbourhoods))
    page = (site / f"{slug}.html").read_text(encoding="utf-8")
    assert "Zijn er al stappen gemaakt?" in page
    assert page.index("Zijn er al stappen gemaakt?") < page.index('id="sec-analyse"')


def test_every_image_has_an_alt_text_that_says_something(study, site):
    for path in site.glob("*.html"):
        for image in re.findall(r"<img[^>]*>", path.read_text(encoding="utf-8")):
            alt = re.search(r'alt="([^"]*)"', image)
            assert alt and len(alt.group(1)) > 20, (path.name, image[:200])


def test_every_figure_has_its_own_data_in_its_section(study, site):
    for path in site.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert 'id="fig-' in page or path.name == "woorden.html"
        for section in re.split(r"<h[23][ >]", page):
            figures = re.findall(r'<figure[^>]*id="(fig-[\w-]+)"', section)
            tables = re.findall(r'id="(tbl-[\w-]+)"', section)
            assert len(tables) >= len(figures), (path.name, figures, tables)


@pytest.mark.browser
def test_a_page_of_a_wijk_is_short_while_its_parts_are_closed(study, site, chromium):
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    heights = {}
    for slug in study.neighbourhoods:
        page.goto((site / f"{slug}.html").as_uri())
        heights[slug] = page.evaluate("document.documentElement.scrollHeight")
    page.close()
    assert max(heights.values()) <= 4500, heights


def test_pages_with_their_own_assets_stay_small(study, site):
    for slug in study.neighbourhoods:
        own = [site / f"{slug}.html", *(site / f"{slug}_files").rglob("*")]
        assert sum(path.stat().st_size for path in own if path.is_file()) < 1_500_000


def test_a_report_on_paper_stays_small_and_says_of_which_run_it_is(study, site, tmp_path):
    slug = next(iter(study.neighbourhoods))
    source, theme = study.runs / "reports" / f"{slug}.qmd", find_sources(study) / "theme"
    house = load_house_style(theme)
    pdf = render_pdf(source, tmp_path / "wijk.pdf", house)
    document = render_docx(source, tmp_path / "wijk.docx", house)
    assert pdf.stat().st_size < 1_000_000 and document.stat().st_size < 1_000_000
    fingerprint = read_record(study).pages[slug]["fingerprint"]
    assert fingerprint in PdfReader(pdf).pages[-1].extract_text()
    with zipfile.ZipFile(document) as parts:
        assert fingerprint in parts.read("word/document.xml").decode()


def test_the_fingerprint_of_a_page_is_of_the_fingerprints_in_the_manifest(study, site):
    jobs = {f"{j['scope']}/{j['notebook']}": j for j in read_manifest(study)["jobs"]}
    record = dict(read_record(study).pages)
    assert record.pop("woorden")["notebooks"] == {}
    assert {"stad", "index", *study.neighbourhoods} == set(record)
    for page in record.values():
        assert page["notebooks"] and page["wijkkit"] == read_manifest(study)["versions"]["wijkkit"]
        assert page["notebooks"] == {name: jobs[name]["fingerprint"] for name in page["notebooks"]}
        assert page["at"] == max(jobs[name]["at"] for name in page["notebooks"])


def test_released_tables_hold_no_respondent(study, result):
    survey = {"respondent", "stratum", "psu", "sdq_01", "outdoor_days"}
    view = open_city(study)
    for name in view.released:
        assert not survey & set(view.table(name).columns), name


def test_the_outdoor_play_of_the_demo_improves_where_the_programme_is(study, result):
    changes = open_city(study).table("changes")
    play = changes[(changes["indicator"] == "outdoor_play") & (changes["unit"] == "points")]
    play = play[(play["group_by"] == "") & (play["area_level"] == "arm")].set_index("area")
    assert play.loc["programme", "value"] > play.loc["comparator", "value"] + 5


def test_a_notebook_runs_with_plain_papermill_and_a_wijk_file(project, study, result, monkeypatch):
    monkeypatch.chdir(project)
    target = project / "uit.ipynb"
    slug = next(iter(study.neighbourhoods))
    parameters = dict(study.neighbourhood(slug).model_dump().items())
    executed = papermill.execute_notebook(
        "notebooks/wijk/2_doelen.ipynb", target, parameters=parameters, progress_bar=False
    )
    shown = [cell for cell in executed.cells if "tbl-doelen" in cell.source]
    assert study.neighbourhood(slug).name in str(shown[0].outputs)


def test_estimates_that_were_released_are_whole_and_hold_no_small_numbers(study, result):
    table: pd.DataFrame = open_city(study).table("estimates")
    shown = table[(table["status"] == "ok") & (table["unit"] == "percent")]
    assert (shown["value"] == shown["value"].round()).all()
    assert (shown["n"] >= 30).all()
    assert table.loc[table["status"] != "ok", ["value", "lower", "upper", "n"]].isna().all().all()


def test_participants_of_wijken_add_up_to_those_of_arms_and_city(study, result):
    table = open_city(study).table("participants")
    wijken = table[table["area_level"].eq("wijk")]
    assert wijken["status"].eq("ok").all()
    for together in table[table["area_level"].ne("wijk")].itertuples():
        mine = wijken[wijken["wave"].eq(together.wave)]
        if together.area_level == "arm":
            mine = mine[mine["arm"].eq(together.area)]
        assert (mine["n"].sum(), mine["children"].sum()) == (together.n, together.children)


CHANGED = {
    "method=plan.method": 'method="cr2"',
    "covariates=plan.covariates": 'covariates=["age"]',
    "without=plan.without": 'without=["rietoord"]',
}
SAID = (
    "Dit is anders berekend dan in de opzet van het onderzoek.",
    "(CR2); in de opzet: Gemiddelden per wijk en meting",
    "Kenmerken waar we rekening mee houden: leeftijd; in de opzet: leeftijd en ",
    "Wijken die niet meetellen: Rietoord; in de opzet: geen.",
)


@pytest.fixture
def changed(demo_run, tmp_path, monkeypatch):
    """A project in which somebody changed arguments of one call in the notebook of the effect."""
    folder = shutil.copytree(demo_run, tmp_path / "project")
    path = folder / "notebooks" / "stad" / "2_effectevaluatie.ipynb"
    notebook = nbformat.read(path, 4)
    for old, new in CHANGED.items():
        cell = next(cell for cell in notebook.cells if old in cell.source)
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_arguments_that_are_changed_in_the_notebook_are_said_by_the_report(changed):
    study = open_study(changed / "parameters")
    result = run(changed / "parameters", notebooks=changed / "notebooks", jobs=2)
    assert result.failed == () and len(result.jobs) > 4
    assert render(study, engine="builtin").failed == {}
    soup = BeautifulSoup((study.site / "stad.html").read_text("utf-8"), "html.parser")
    whole = " ".join(soup.get_text(" ").split())
    beside = " ".join(soup.find(id="fig-effect-kort").get_text(" ").split())
    methods = " ".join(soup.find(id="sec-methode").get_text(" ").split())
    for words in SAID:
        assert words in beside and words in methods, words
    assert whole.count(SAID[0]) > 2
    assert open_city(study).table("effects").query("method == 'cr2'")["clusters"].max() == 5


@pytest.mark.slow
def test_so_are_they_after_plain_papermill(changed):
    for name in ("1_schattingen", "2_effectevaluatie", "3_procesevaluatie", "4_leren"):
        papermill.execute_notebook(
            f"notebooks/stad/{name}.ipynb", f"{name}.ipynb", progress_bar=False
        )
    study = open_study(changed / "parameters")
    beside = released_output(study, "fig-effect-kort")["metadata"]["wijkkit"]["caption"]
    for words in SAID:
        assert words in beside and words in metadata(study, "stad")["text"]["method_design"]
